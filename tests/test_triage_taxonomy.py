"""The closed label set: what ships, what a client may add, what is refused."""

import pytest

from data.errors import ConfigError, MissingFileError
from triage.taxonomy import default_taxonomy, load_taxonomy, parse_taxonomy

TOPS = (
    "support onboarding retention_risk presales billing bug feature_request".split()  # noqa: SIM905
)


def test_the_seven_top_labels_ship_with_words_and_examples() -> None:
    taxonomy = default_taxonomy()
    assert set(taxonomy.top_labels) == set(TOPS)
    assert all(label.description for label in taxonomy.labels.values())
    assert all(len(label.examples) >= 3 for label in taxonomy.labels.values())
    assert taxonomy.warnings == ()


def test_the_second_list_resolves_to_ours() -> None:
    taxonomy = default_taxonomy()
    names = ["onboarding", "billing", "troubleshooting", "pre-sales", "cancel risk"]
    assert {taxonomy.resolve(name) for name in names} <= set(TOPS)


def test_a_label_outside_the_set_is_unknown_never_empty() -> None:
    assert default_taxonomy().resolve("refunds??") == "unknown"


def test_examples_carry_second_level_labels() -> None:
    texts, labels = default_taxonomy().examples()
    assert len(texts) == len(labels) > 100
    assert all("." in label for label in labels)


def test_a_client_adds_children() -> None:
    extended = default_taxonomy().extend([{"name": "support.bulbs"}], client_id="lumen")
    assert "support.bulbs" in extended.labels
    assert "support.bulbs" not in default_taxonomy().labels


@pytest.mark.parametrize(
    ("name", "words"),
    [("bulbs", "must be a child"), ("nowhere.x", "must be a child"), ("unknown.x", "reserved")],
)
def test_a_client_cannot_add_a_top_label(name: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        default_taxonomy().extend([{"name": name}], client_id="lumen")


def test_a_client_cannot_add_a_label_twice() -> None:
    known = next(name for name in default_taxonomy().labels if "." in name)
    with pytest.raises(ConfigError, match="stands already"):
        default_taxonomy().extend([{"name": known}], client_id="lumen")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("labels: 3", "list 'labels'"),
        ("labels: [a: [", "not YAML"),
        ("labels: [{description: x}]", "with a 'name'"),
        ("labels: [{name: a}, {name: a}]", "stands twice"),
        ("labels: [{name: a.b}]", "no top label"),
        ("labels: [{name: a}]\naliases: {x: b}", "do not exist"),
    ],
)
def test_a_wrong_taxonomy_says_where(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_taxonomy(text, where="mine.yaml")


def test_too_many_top_labels_warn() -> None:
    text = "labels:\n" + "".join(f"  - name: l{i}\n" for i in range(13))
    assert "13 top labels" in parse_taxonomy(text, where="mine.yaml").warnings[0]


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(MissingFileError, match=r"none\.yaml"):
        load_taxonomy(tmp_path / "none.yaml")
