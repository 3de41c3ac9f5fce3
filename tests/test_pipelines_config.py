"""A configuration is read whole or refused with every fault named."""

from pathlib import Path

import pydantic
import pytest

from data.errors import ConfigError, MissingFileError
from pipelines.config import load_config

GOOD = """
workspace = "work"
[tickets]
path = "tickets.csv"
links = "links.csv"
[[clients]]
id = "acme"
articles = "kb"
[[clients]]
id = "bank"
articles = ["kb2", "macros.csv"]
[gate.floors.intent]
accuracy = 0.8
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "nightly.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GOOD))
    assert config.workspace == tmp_path / "work"
    assert config.tickets.path == tmp_path / "tickets.csv"
    assert config.tickets.links == tmp_path / "links.csv"
    assert config.clients[0].articles == (tmp_path / "kb",)
    assert config.clients[1].articles == (tmp_path / "kb2", tmp_path / "macros.csv")
    assert config.gate.floors == {"intent": {"accuracy": 0.8}}


def test_absolute_paths_stay(tmp_path: Path) -> None:
    text = GOOD.replace('"tickets.csv"', '"/data/tickets.csv"')
    assert load_config(write(tmp_path, text)).tickets.path == Path("/data/tickets.csv")


def test_it_cannot_be_changed(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GOOD))
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        config.seed = 3


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("\n[splt]\n", r"unknown key 'splt'; did you mean 'split'\?"),
        ("\n[split]\ntest_shre = 0.1\n", r"unknown key 'split.test_shre'; did you mean 'test_sh"),
        ('\n[[clients]]\nid = "c"\nartikles = "k"\n', r"'clients.2.artikles'; did you mean 'art"),
        (
            "\n[split]\nzzz = 1\n",
            r"unknown key 'split.zzz'; known are group, most_test, most_train, test_share",
        ),
        ("\n[split]\ntest_share = 1.7\n", r"'split.test_share': .*less than 1. Got 1.7 instead"),
        ('\n[[clients]]\nid = "acme"\narticles = "k"\n', r"clients \['acme'\] are listed twice"),
        ('\n[[clients]]\nid = "a:b"\narticles = "k"\n', r"'clients.2.id'"),
        ("\n[gate.floors.intend]\naccuracy=1\n", r"'intend' in \[gate.floors\]; did you mean 'int"),
        ("\n[gate.ceilings.intent]\necc=1\n", r"'ecc' in \[gate.ceilings.intent\]; did you mean"),
        ('\n[[clients]]\nid = "d"\n', r"the key 'clients.2.articles' is missing"),
    ],
)
def test_every_fault_is_named(tmp_path: Path, added: str, message: str) -> None:
    path = write(tmp_path, GOOD + added)
    with pytest.raises(ConfigError, match=message):
        load_config(path)


def test_several_faults_come_in_one_message(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "\n[split]\nfoo = 1\ngruop = 'x'\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert "'split.foo'" in str(caught.value)
    assert "did you mean 'group'" in str(caught.value)


def test_not_toml_and_not_there(tmp_path: Path) -> None:
    path = write(tmp_path, "a = [")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_config(path)
    with pytest.raises(MissingFileError, match="python -m pipelines init"):
        load_config(tmp_path / "none.toml")


def test_knowledge_floors_are_known(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GOOD + "\n[gate.floors.knowledge]\nrecall_at_5 = 0.3\n"))
    assert config.gate.floors["knowledge"] == {"recall_at_5": 0.3}


def test_the_ceiling_on_unsupported_sentences_stays(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GOOD + "\n[gate.ceilings.intent]\nece = 0.1\n"))
    assert config.gate.ceilings["knowledge"] == {"ungrounded_sentences": 0.0}
    raised = "\n[gate.ceilings.knowledge]\nungrounded_sentences = 3\n"
    config = load_config(write(tmp_path, GOOD + raised))
    assert config.gate.ceilings["knowledge"] == {"ungrounded_sentences": 3.0}
    assert load_config(write(tmp_path, GOOD)).gate.ceilings["knowledge"]


def test_the_services_own_settings_may_stand_in_the_file(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, GOOD)).store == f"sqlite:///{tmp_path / 'work' / 'store.db'}"
    text = GOOD + '\n[serving]\nport = 4000\ndatabase = "sqlite:////x.db"\n'
    assert load_config(write(tmp_path, text)).store == "sqlite:////x.db"
