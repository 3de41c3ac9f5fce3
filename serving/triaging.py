"""The triage object of a reply: asks the models, computes nothing."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from data.encoders import CachedEncoder
from data.ticket import Ticket
from serving.failures import PART_FAILURES
from serving.hiding import Hidden
from serving.run import Run
from serving.snapshot import IntentModel, Snapshot

# Rooms that other models will fill; a reply names them instead of guessing.
NOT_AVAILABLE = ("sentiment", "priority", "presales")

# A customer who may leave is one whatever the reason: its labels are one risk together.
_RISK = "retention_risk"
_AT_RISK = 0.5
# Without these the probabilities speak of another text.
_READ = ("ambiguous", "low_confidence", None)


def triage(
    run: Run,
    snapshot: Snapshot,
    given: Sequence[Hidden],
    hidden: bool,
    ahead: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Return one triage object per ticket; a failing model leaves its part empty.

    Parameters
    ----------
    run : Run
    snapshot : Snapshot
    given : sequence of Hidden
        Tickets; intents are told from the words that models learn from, which are redacted.
    hidden : bool
        Whether they could be redacted; intents are told from the words as they came otherwise.
    ahead : sequence of str
        Texts that other parts will have encoded: one call for all costs half of two.
    """
    tickets = [one.ticket for one in given]
    texts = run.part("text", lambda: [ticket.text for ticket in tickets])
    if texts is None:
        texts = [_raw(ticket) for ticket in tickets]
    languages = run.part("language", lambda: _languages(snapshot, tickets, texts))
    words = [one.text for one in given] if hidden else texts
    intents = _intents(run, snapshot, tickets, words, ahead)
    entities = run.part("entities", lambda: [_entities(text) for text in texts])
    why_none = "time_budget" if run.out_of_time("intent") else "model_unavailable"
    return [
        _object(
            intents[row] if intents else None,
            why_none,
            languages[row] if languages else {"label": "unknown", "p": 0.0},
            entities[row] if entities else {},
        )
        for row in range(len(tickets))
    ]


def _intents(
    run: Run,
    snapshot: Snapshot,
    tickets: Sequence[Ticket],
    texts: Sequence[str],
    ahead: Sequence[str],
) -> list[dict[str, Any]] | None:
    model = snapshot.intent
    if model is None:
        run.degrade("intent", "no intent model is in force")
        return None

    def decide() -> list[dict[str, Any]]:
        vectors = _vectors(model, snapshot, texts, ahead)
        clients = [ticket.client_id for ticket in tickets]
        told = [_intent(decision) for decision in model.decisions(texts, vectors, clients)]
        return [
            _of_nobody(one) if ticket.is_automatic else one
            for one, ticket in zip(told, tickets, strict=True)
        ]

    return run.part("intent", decide)


def _vectors(
    model: IntentModel, snapshot: Snapshot, texts: Sequence[str], ahead: Sequence[str]
) -> Any:
    """Encode texts with those that will be asked for next; None where nothing remembers them."""
    encoder = snapshot.index.encoder if ahead and snapshot.index is not None else None
    if not isinstance(encoder, CachedEncoder) or encoder is not model.encoder_:
        return None
    return encoder.encode([*model.prepare(texts), *ahead])[: len(texts)]


def _of_nobody(intent: dict[str, Any]) -> dict[str, Any]:
    """Return an intent withheld: a machine wrote, and nobody waits for an answer."""
    known = [] if intent["label"] == "unknown" else [[intent["label"], intent["p"]]]
    others = [*known, *intent["alternatives"]]
    return intent | {"label": "unknown", "alternatives": others, "reason": "automatic"}


def _intent(decision: Any) -> dict[str, Any]:
    return {
        "label": decision.label,
        "p": round(decision.probability, 4),
        "alternatives": [[label, round(p, 4)] for label, p in decision.alternatives],
        "out_of_scope": _number(decision.out_of_scope),
        "reason": decision.reason or None,
    }


def _object(
    intent: dict[str, Any] | None,
    why_none: str,
    language: dict[str, Any],
    entities: dict[str, list[str]],
) -> dict[str, Any]:
    abstained = intent is None or intent["label"] == "unknown"
    reason = why_none if intent is None else intent.pop("reason")
    return {
        "intent": intent,
        "language": language,
        **dict.fromkeys(NOT_AVAILABLE),
        "retention_risk": _retention_risk(intent, reason),
        "entities": entities,
        "abstained": abstained,
        "reason": reason if abstained else None,
    }


def _retention_risk(intent: dict[str, Any] | None, reason: str | None) -> dict[str, Any] | None:
    """Return how probable it is that the customer leaves, where that is more likely than not.

    Two reasons to leave share the probability, so that neither alone may be answered.
    """
    if intent is None or reason not in _READ:
        return None
    told = [*intent["alternatives"], [intent["label"], intent["p"]]]
    p = sum(p for label, p in told if label.partition(".")[0] == _RISK)
    return {"p": round(min(p, 1.0), 4)} if p >= _AT_RISK else None


def _languages(
    snapshot: Snapshot, tickets: Sequence[Ticket], texts: Sequence[str]
) -> list[dict[str, Any]]:
    from data.text.ticket_language import ticket_language

    told = []
    for ticket, text in zip(tickets, texts, strict=True):
        label, p = ticket_language(
            text,
            given=ticket.language,
            locale=ticket.customer.locale,
            helped_in=partial(_helped_in, snapshot, ticket.client_id),
        )
        told.append({"label": label, "p": round(p, 4)})
    return told


def _helped_in(snapshot: Snapshot, client: str) -> frozenset[str]:
    """Return the languages of a client's articles; a damaged index is for its part to report."""
    try:
        return snapshot.index.languages(client) if snapshot.index else frozenset()
    except PART_FAILURES:
        return frozenset()


def _entities(text: str) -> dict[str, list[str]]:
    from data.redaction import find_order_ids

    numbers = list(dict.fromkeys(span.text for span in find_order_ids(text)))
    return {"order_id": numbers} if numbers else {}


def _number(value: Any) -> float | None:
    # NaN has no place in JSON.
    return round(float(value), 4) if value is not None and value == value else None


def _raw(ticket: Ticket) -> str:
    return "\n".join(m.text for m in ticket.messages if m.author == "customer") or ticket.subject
