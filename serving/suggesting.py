"""The parts of a suggestion: triage, draft, articles, macros; each optional, none invented.

Where the drafter fails the articles are searched directly, where that fails the triage stands
alone; every step down is named.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from data.ticket import Ticket
from serving.articles import find
from serving.failures import PART_FAILURES
from serving.hiding import Hidden, redacted
from serving.run import Run
from serving.schemas import Options
from serving.snapshot import Snapshot
from serving.triaging import NOT_AVAILABLE, triage

if TYPE_CHECKING:
    from suggest.draft import Draft

NOT_AVAILABLE_REASONS = {
    "route": "no routing model is installed",
    "actions": "no actions are configured",
}

# A caller who wants more articles than the drafter lists gets the next best of a search.
_DRAFTER_LISTS = 3
_NO_KNOWLEDGE = "this client has no knowledge yet"

Features = Mapping[str, float]


def suggestion(
    run: Run, snapshot: Snapshot, hidden: Hidden, options: Options, *, now: datetime
) -> tuple[dict[str, Any], Features]:
    """Return the wanted parts of a suggestion, and what the acceptance was computed from."""
    ticket, want = hidden.ticket, set(options.want)
    is_hidden = redacted(run, [hidden])
    seen = hidden.seen if is_hidden else ticket
    reading = _read(snapshot, ticket, seen) if "draft" in want else None
    told = triage(run, snapshot, [hidden], is_hidden, getattr(reading, "texts", ()))[0]
    reply: dict[str, Any] = {"triage": told} if "triage" in want else {}
    draft: dict[str, Any] | None = None
    features: Features = {}
    articles: list[dict[str, Any]] | None = None
    macros: list[dict[str, Any]] | None = None
    if "draft" in want:
        draft, features, articles, macros = _draft(run, snapshot, ticket, told, now, reading)
    if articles is None and want & {"articles", "macros"}:
        articles, macros = _search(run, snapshot, seen, options.k)
    elif articles and "articles" in want and options.k > _DRAFTER_LISTS:
        listed = {item["id"] for item in articles}
        more, _ = _search(run, snapshot, seen, options.k)
        articles += [item for item in more if item["id"] not in listed]
    if "draft" in want:
        reply["draft"] = draft or _no_draft(run, told)
    if "articles" in want:
        reply["articles"] = (articles or [])[: options.k]
    if "macros" in want:
        reply["macros"] = (macros or [])[: options.k]
    if "actions" in want:
        reply["actions"] = []
    if "route" in want:
        reply["route"] = None
    return reply, features


def _read(snapshot: Snapshot, ticket: Ticket, seen: Ticket) -> Any:
    """Find out what the drafter will look up; where that fails, drafting fails and is named."""
    try:
        return None if snapshot.drafter is None else snapshot.drafter.read(ticket, seen=seen)
    except PART_FAILURES:
        return None


def _draft(
    run: Run,
    snapshot: Snapshot,
    ticket: Ticket,
    told: dict[str, Any],
    now: datetime,
    reading: Any,
) -> tuple[dict[str, Any] | None, Features, list[Any] | None, list[Any] | None]:
    drafter = snapshot.drafter
    if drafter is None:
        run.degrade("draft", "no drafter is in force")
        return None, {}, None, None
    if not _has_knowledge(run, snapshot, ticket.client_id, "draft"):
        return None, {}, None, None
    label = (told["intent"] or {}).get("label")
    intent = None if label in (None, "unknown") else label
    if intent is None and told["retention_risk"]:
        intent = "retention_risk"
    found = run.part(
        "draft",
        lambda: drafter.draft(
            ticket, now=now, intent=intent, abstained=told["reason"], reading=reading
        ),
    )
    if found is None:
        return None, {}, None, None
    quoted = _quoted(found)
    articles = [{**item, "span": quoted.get(item["id"])} for item in found.articles]
    return found.to_dict(), dict(found.features), articles, [dict(item) for item in found.macros]


def _has_knowledge(run: Run, snapshot: Snapshot, client: str, part: str) -> bool:
    """Tell whether there is anything to draft from; a damaged index is for the part to report."""
    index = snapshot.index
    if index is None or client in index.clients or client in index.problems:
        return True
    run.reasons[part] = _NO_KNOWLEDGE
    return False


def _quoted(draft: "Draft") -> dict[str, list[int]]:
    """Return from where to where the draft quotes each article."""
    spans: dict[str, list[int]] = {}
    for sentence in (*draft.sentences, *draft.steps):
        support = sentence.support
        if support is not None and support.source != "phrase":
            start, end = spans.get(support.id, support.span)
            spans[support.id] = [min(start, support.span[0]), max(end, support.span[1])]
    return spans


def _search(
    run: Run, snapshot: Snapshot, ticket: Ticket, k: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    index = snapshot.index
    if index is None:
        run.degrade("articles", "no knowledge is in force")
        return [], []
    if not _has_knowledge(run, snapshot, ticket.client_id, "articles"):
        return [], []

    def search() -> list[dict[str, Any]]:
        if snapshot.retriever is not None:
            hits = snapshot.retriever.find(ticket, k=4 * k)
        else:
            hits = index.find(ticket.text, client_id=ticket.client_id, k=4 * k)
        return [_found(snapshot, ticket.client_id, hit) for hit in hits]

    found = run.part("articles", search) or []
    macros = [item for item in found if item.pop("kind") == "macro"]
    return [item for item in found if item not in macros], macros


def _found(snapshot: Snapshot, client: str, hit: Any) -> dict[str, Any]:
    article = find(snapshot.index, client, hit.article_id) or {}
    return {
        "id": hit.article_id,
        "version": article.get("version"),
        "title": article.get("title"),
        "p": round(hit.probability, 4),
        "span": _span(snapshot, client, hit.passage_id),
        "kind": article.get("kind"),
    }


def _span(snapshot: Snapshot, client: str, passage_id: str) -> list[int] | None:
    assert snapshot.index is not None
    row = snapshot.index.passage(client, passage_id)
    return [int(row["start"]), int(row["end"])]


def _no_draft(run: Run, told: dict[str, Any]) -> dict[str, Any]:
    from suggest.draft import Draft

    why = run.reasons.get("draft", "")
    reason = "time_budget" if run.out_of_time("draft") else "draft_unavailable"
    reason = "no_knowledge" if why == _NO_KNOWLEDGE else reason
    return Draft(outcome="none", language=told["language"]["label"], reason=reason).to_dict()


def account(run: Run, want: Collection[str]) -> dict[str, Any]:
    """Return what an answer went without, why, and how long its parts took."""
    missing = [f"triage.{name}" for name in NOT_AVAILABLE] if "triage" in want else []
    missing += [part for part in NOT_AVAILABLE_REASONS if part in want]
    reasons = {
        part: NOT_AVAILABLE_REASONS[part] for part in missing if part in NOT_AVAILABLE_REASONS
    }
    return {
        "degraded": run.degraded,
        "not_available": missing,
        "reasons": {**reasons, **run.reasons},
        "timing_ms": run.timing_ms(),
    }
