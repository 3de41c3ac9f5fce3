"""What a reply says of a ticket beside the words of the models."""

from typing import Any

import pytest
from serving_desk import drafter_over, engine, ticket

from data.encoders import HashingEncoder
from data.synthetic import small_knowledge
from serving.engine import Asked
from serving.schemas import SuggestIn
from suggest.index import KnowledgeIndex
from triage.decisions import Decision

PRICE, CANCEL = "retention_risk.price", "retention_risk.cancellation"


class Decided:
    """An intent model that says what it is told."""

    encoder_ = None

    def __init__(self, decision: Decision) -> None:
        self.decision = decision

    def decisions(self, texts: Any, vectors: Any, clients: Any) -> list[Decision]:
        return [self.decision] * len(texts)


def suggested(folder, label, p, alternatives, reason):
    index = KnowledgeIndex(encoder=HashingEncoder()).fit(small_knowledge())
    decision = Decision(label, p, tuple(alternatives), 0.0, reason)
    desk = engine(folder, index=index, drafter=drafter_over(index), intent=Decided(decision))
    told = desk.suggest(SuggestIn(ticket=ticket()), Asked("lumen", "test"))
    desk.close()
    return told


@pytest.mark.parametrize(
    ("label", "p", "alternatives", "reason", "risk"),
    [
        ("unknown", 0.6, [(PRICE, 0.6), (CANCEL, 0.3)], "ambiguous", 0.9),
        ("unknown", 0.4, [("billing.x", 0.4), (PRICE, 0.3), (CANCEL, 0.3)], "low_confidence", 0.6),
        (CANCEL, 0.9, [(PRICE, 0.05), ("billing.x", 0.01)], None, 0.95),
        ("unknown", 0.6, [("billing.x", 0.6), (PRICE, 0.3)], "ambiguous", None),
        ("unknown", 0.6, [(PRICE, 0.6), (CANCEL, 0.3)], "out_of_scope", None),
        ("billing.x", 0.9, [(PRICE, 0.1)], None, None),
    ],
)
def test_two_reasons_to_leave_are_one_risk(tmp_path, label, p, alternatives, reason, risk):
    told = suggested(tmp_path, label, p, alternatives, reason)
    found = told["triage"]["retention_risk"]
    assert found == (None if risk is None else {"p": risk})
    assert "triage.retention_risk" not in told["not_available"]
    assert not (risk and told["draft"]["outcome"] == "validate")
