"""Rows of the store, made from an answer: redacted, and by keyed hash where they must be."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serving.failures import PART_FAILURES
from serving.hiding import Hidden, hide
from serving.run import place
from serving.schemas import FeedbackIn
from serving.store import Row, SuggestionRows

logger = logging.getLogger(__name__)

_TRIAGE = ("intent", "language", "abstained", "reason")


@dataclass(frozen=True)
class Shown:
    """A suggestion as it left the service."""

    hidden: Hidden
    at: datetime
    reply: Mapping[str, Any]
    features: Mapping[str, float]

    @property
    def suggestion_id(self) -> str:
        """Its id."""
        return str(self.reply["suggestion_id"])


def suggestion_rows(shown: Shown) -> SuggestionRows:
    """Redact a suggestion and lay it out as rows."""
    ticket, reply = shown.hidden.ticket, shown.reply
    draft = reply.get("draft") or {}
    sentences = (draft.get("sentences") or []) + (draft.get("steps") or [])
    triage = reply.get("triage") or {}
    row: Row = {
        "suggestion_id": shown.suggestion_id,
        "ticket_id": ticket.ticket_id,
        "ticket_version": ticket.version,
        "client_id": ticket.client_id,
        "shown_at": shown.at,
        "models": reply["models"],
        "outcome": draft.get("outcome", "none"),
        "support": [s["support"] for s in sentences if s.get("support")],
        "p_accept": draft.get("p_accept"),
        "automated": False,
        "seconds_estimated": draft.get("seconds_saved"),
        "language": draft.get("language") or (triage.get("language") or {}).get("label"),
        "channel": ticket.channel,
        "intent": (triage.get("intent") or {}).get("label"),
        "triage": {name: triage.get(name) for name in _TRIAGE},
        "features": dict(shown.features),
        "degraded": reply.get("degraded"),
        **_redacted(shown.suggestion_id, shown.hidden, draft.get("text") or ""),
    }
    return SuggestionRows(row, _retrievals(shown))


def _redacted(suggestion_id: str, hidden: Hidden, draft: str) -> Row:
    """Return the texts as they may be kept; none of them where redaction fails."""
    try:
        # The ticket first: the draft then gets the same numbers for the same values.
        text = hidden.text
        draft = hide(draft, hidden.placeholders)
        kept = hidden.placeholders.to_json()
        return {"ticket_text": text, "draft_text": draft, "placeholders": kept}
    except PART_FAILURES as error:
        logger.error("suggestion %s is kept without text: %s", suggestion_id, place(error))
        return {"ticket_text": None, "draft_text": None, "placeholders": None}


def _retrievals(shown: Shown) -> list[Row]:
    found = [*(shown.reply.get("articles") or []), *(shown.reply.get("macros") or [])]
    return [
        {
            "suggestion_id": shown.suggestion_id,
            "source": "article",
            "rank": rank,
            "source_id": item["id"],
            "version": _whole(item.get("version")),
            "score": item.get("score"),
            "probability": item.get("p"),
            "shown": True,
        }
        for rank, item in enumerate(found, start=1)
    ]


def feedback_row(body: FeedbackIn, suggestion: Row, *, at: datetime, key: bytes) -> Row:
    """Redact what was sent with the ticket's own placeholders and compare it with the draft."""
    from data.redaction import Placeholders
    from suggest.feedback import compare

    row: Row = {
        "suggestion_id": body.suggestion_id,
        "client_id": suggestion["client_id"],
        "at": at,
        "decision": body.decision,
        "sent_text": None,
        "seconds": body.seconds,
        "corrected": body.corrected.model_dump(exclude_none=True),
        "edit_distance": None,
        "kept_share": None,
        "identical_strict": None,
    }
    draft = suggestion["draft_text"] or ""
    if body.sent_text is None:
        if body.decision == "sent":
            row |= {"sent_text": draft, "edit_distance": 0.0, "kept_share": 1.0}
            row["identical_strict"] = True
        return row
    kept = suggestion["placeholders"]
    placeholders = Placeholders.from_json(kept, key=key) if kept else Placeholders(key)
    sent = hide(body.sent_text, placeholders)
    if suggestion["draft_text"] is None:
        return row | {"sent_text": sent}
    told = compare(draft, sent, suggestion["language"] or "unknown")
    row |= {
        "sent_text": sent,
        "edit_distance": round(told.edit_distance, 6),
        "kept_share": round(told.kept_share, 6),
        "identical_strict": told.identical_strict,
    }
    return row


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
