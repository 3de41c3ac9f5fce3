"""Labels that one client alone uses are not told to another."""

import pytest

from data.encoders import HashingEncoder
from data.errors import ParameterError
from triage import IntentClassifier
from triage.ownership import OTHER_CLIENT
from triage.texts import labels_by_client

TEXTS = ["please send the invoice", "my invoice is wrong", "join the acme club", "acme club card"]
LABELS = ["billing", "billing", "club", "club"]


@pytest.fixture(scope="module")
def model() -> IntentClassifier:
    made = IntentClassifier(encoder=HashingEncoder(), epochs=5)
    return made.fit(TEXTS * 5, LABELS * 5, ["umbra", "acme", "acme", "acme"] * 5)


def told(model: IntentClassifier, client: object) -> set[str]:
    found = model.decisions(TEXTS, clients=[client] * 4)
    return {d.label for d in found} | {label for d in found for label, _ in d.alternatives}


def test_a_label_of_one_client_is_told_to_that_client_only(model, tmp_path) -> None:
    for made in (
        model,
        IntentClassifier.load(model.save(tmp_path / "m"), encoder=HashingEncoder()),
    ):
        assert "club" in told(made, "acme")
        assert "club" not in told(made, "umbra")
        assert "club" not in told(made, "stranger")
        reasons = [d.reason for d in made.decisions(TEXTS, clients=["umbra"] * 4)]
        assert OTHER_CLIENT in reasons


def test_without_clients_nothing_is_kept_apart(model) -> None:
    assert any(d.label == "club" for d in model.decisions(TEXTS))
    plain = IntentClassifier(encoder=HashingEncoder(), epochs=5).fit(TEXTS * 5, LABELS * 5)
    assert "club" in told(plain, "umbra")


def test_clients_are_as_many_as_labels() -> None:
    with pytest.raises(ParameterError, match="'labels' and 'clients' parameters of fit"):
        IntentClassifier(encoder=HashingEncoder()).fit(TEXTS, LABELS, ["acme"])


def test_a_row_without_a_client_is_nobodys() -> None:
    clients = ["umbra", None, float("nan"), "acme"]
    assert labels_by_client(LABELS, clients) == {"acme": ["club"], "umbra": ["billing"]}


def test_whoever_asks_is_told_once_and_by_name(model) -> None:
    with pytest.raises(ParameterError, match=r"client for each text\. Got 1 for 4"):
        model.decisions(TEXTS, clients=["acme"])
    with pytest.raises(ParameterError, match="'clients' parameter of decisions must be a list"):
        model.decisions(TEXTS, clients="acme")
    assert "club" not in told(model, None)
    numbered = IntentClassifier(encoder=HashingEncoder(), epochs=5)
    numbered.fit(TEXTS * 5, LABELS * 5, [1, 7, 7, 7] * 5)
    assert "club" in told(numbered, 7)
    assert "club" not in told(numbered, 1)
