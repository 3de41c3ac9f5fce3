"""Labels that one client alone uses are not told to another."""

import pytest

from data.encoders import HashingEncoder
from data.errors import ParameterError
from triage import IntentClassifier
from triage.ownership import OTHER_CLIENT

TEXTS = ["please send the invoice", "my invoice is wrong", "join the acme club", "acme club card"]
LABELS = ["billing", "billing", "club", "club"]


@pytest.fixture(scope="module")
def model() -> IntentClassifier:
    made = IntentClassifier(encoder=HashingEncoder(), epochs=5)
    return made.fit(TEXTS * 5, LABELS * 5, ["umbra", "acme", "acme", "acme"] * 5)


def told(model: IntentClassifier, client: str) -> set[str]:
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
