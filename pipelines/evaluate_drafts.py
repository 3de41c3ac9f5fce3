"""What do the drafts leave to the agent, and does every sentence stand in a source?"""

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError
from data.redaction import Placeholders, remember_name
from data.ticket import Ticket, as_ticket
from pipelines.evaluate_search import Asked, gold
from pipelines.hiding import hide
from pipelines.intervals import Figure, mean, measure
from pipelines.run import Json
from pipelines.yardstick import Draws, shorten
from suggest.draft import Draft
from suggest.drafter import ReplyDrafter
from suggest.index import KnowledgeIndex
from suggest.slots import SlotValues
from triage.intents import IntentClassifier
from triage.metrics import expected_calibration_error
from triage.taxonomy import UNKNOWN

_SHOWN, _SILENT = 10, 3
_SLOT = re.compile(r"\{\{.*?\}\}")
_VALUE = r"([^\n]{1,200}?)"
_GAP = re.compile(r"\[[A-Za-z_][\w.]*\]")
_KEY = b"night"
# The name of a product, a plan or a shop is no person's.
_NAME_KEY = re.compile(
    r"(?:^|customer|person|contact|requester|user|recipient|address|account|owner)\.(?:full_?)?name$"
    r"|(?:first|last|family|given|full|customer|recipient|contact)_?name$",
    re.IGNORECASE,
)
_CHECKED = re.compile(r"\S*(?:\d|://|www\.)\S*")


@dataclass(frozen=True)
class DraftsMeasured:
    """What was measured; all empty where no ticket could be drafted.

    Parameters
    ----------
    figures : dict of str to Figure
    report : dict or None
    to_read : list of dict
        A few drafts, redacted.
    seconds : float
        Median of a draft; apart, as it differs from night to night.
    """

    figures: dict[str, Figure] = field(default_factory=dict)
    report: Json | None = None
    to_read: list[Json] = field(default_factory=list)
    seconds: float = 0.0


def evaluate_drafts(
    asked: Asked,
    drafter: ReplyDrafter,
    *,
    intents: IntentClassifier | None,
    hidden: Mapping[tuple[str, str], Placeholders] | None = None,
) -> DraftsMeasured:
    """Draft replies to a sample of test tickets and judge them.

    Parameters
    ----------
    asked : Asked
        A sample of its tickets gets a draft; the sentences must stand in its index.
    drafter : ReplyDrafter
    intents : IntentClassifier or None
        Tells the drafter what a ticket is about, as in the service.
    hidden : mapping, optional
        By client and ticket: what hides its known names in the drafts that are shown.
    """
    yardstick = asked.yardstick
    drawn = yardstick.sample(asked.rows, yardstick.settings.drafts)
    if drawn.empty:
        return DraftsMeasured()
    tickets = [as_ticket(row) for row in drawn.to_dict("records")]
    made, seconds = _timed_drafts(drafter, tickets, _intents(intents, drawn))
    known = [_known(t, d, drafter) for t, d in zip(tickets, made, strict=True)]
    report = _report(drawn, made, asked.index, known)
    figures = _figures(made, gold(drawn, asked.links), yardstick.draws(drawn))
    bad = float(report["ungrounded"])
    figures["ungrounded_sentences"] = Figure(bad, bad, bad, report["sentences"])
    return DraftsMeasured(figures, report, _to_read(tickets, made, hidden or {}), seconds)


def is_supported(text: str, source: str, known: Iterable[str] | None = None) -> bool:
    """Say whether a sentence stands in its source word for word, filled slots apart.

    Parameters
    ----------
    text, source : str
        A sentence of a draft, and the words it is said to be taken from.
    known : iterable of str, optional
        What the ticket and its context say. Where given, each number, date, amount and address
        that fills a slot must stand there.

    Examples
    --------
    >>> is_supported("Your order 55 is on its way.", "Your order {{ order_id }} is on its way.")
    True
    >>> is_supported("Your order is lost.", "Your order {{ order_id }} is on its way.")
    False
    >>> is_supported("Order 55 left.", "Order {{ order_id }} left.", known=["Where is order 54?"])
    False
    """
    said, stands = " ".join(text.split()), " ".join(source.split())
    if said in stands:
        return True
    parts = _SLOT.split(stands)
    if len(parts) == 1:
        return False
    # What replaced a slot may be a few words; every other character must be the source's.
    filled = re.fullmatch(_VALUE.join(re.escape(part) for part in parts), said)
    if filled is None or known is None:
        return filled is not None
    facts = "\n".join(" ".join(fact.split()) for fact in known)
    return all(_stands_in(facts, value) for value in filled.groups())


def _stands_in(facts: str, value: str) -> bool:
    """Say whether all that can be checked of a slot's value is known; a gap left open claims none.

    A word with a digit is a number, a date, an amount or a reference.
    """
    checked = [] if _GAP.fullmatch(value) else _CHECKED.findall(value)
    words = (word.strip(".,;:!?()\"'") for word in checked)
    return all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", facts) for word in words)


def _intents(
    model: IntentClassifier | None, rows: pd.DataFrame
) -> list[tuple[str | None, str | None]]:
    """Return of each ticket its intent, or why the triage abstained."""
    if model is None:
        return [(None, None)] * len(rows)
    decided = model.decide(list(rows["words"]))
    return [
        (None, reason) if label == UNKNOWN else (str(label), None)
        for label, reason in zip(decided["label"], decided["reason"], strict=True)
    ]


def _timed_drafts(
    drafter: ReplyDrafter,
    tickets: Sequence[Ticket],
    intents: Sequence[tuple[str | None, str | None]],
) -> tuple[list[Draft], float]:
    made, seconds = [], []
    for ticket, (intent, abstained) in zip(tickets, intents, strict=True):
        started = time.perf_counter()
        made.append(
            drafter.draft(ticket, now=ticket.created_at, intent=intent, abstained=abstained)
        )
        seconds.append(time.perf_counter() - started)
    return made, float(np.median(seconds))


def _known(ticket: Ticket, draft: Draft, drafter: ReplyDrafter) -> tuple[str, ...]:
    """Collect what the ticket says, with its dates as they may be written out in the reply."""
    voice = drafter.voices.get(ticket.client_id)
    zones = {None, ticket.customer.timezone, voice.timezone if voice else None}

    def facts() -> Iterator[str]:
        for zone in zones:
            yield from SlotValues(ticket, language=draft.language, timezone=zone).facts()

    return tuple(dict.fromkeys(facts()))


def _report(
    rows: pd.DataFrame,
    made: Sequence[Draft],
    index: KnowledgeIndex,
    known: Sequence[tuple[str, ...]],
) -> Json:
    outcomes = Counter(d.outcome for d in made)
    reasons = Counter(f"{d.outcome}: {d.reason}" for d in made if d.reason)
    sentences = [
        (str(client), s, facts)
        for client, d, facts in zip(rows["client_id"], made, known, strict=True)
        for s in (*d.sentences, *d.steps)
    ]
    return {
        "n": len(made),
        "outcomes": {name: count / len(made) for name, count in sorted(outcomes.items())},
        "reasons": [{"reason": r, "count": c} for r, c in reasons.most_common(8)],
        "sentences": len(sentences),
        "ungrounded": sum(not _grounded(index, *found) for found in sentences),
        "dropped": sum(d.dropped for d in made),
        "by_client": {
            str(client): float(np.mean([made[i].outcome != "none" for i in at]))
            for client, at in rows.groupby("client_id").indices.items()
        },
    }


def _grounded(index: KnowledgeIndex, client: str, sentence: Any, known: Iterable[str]) -> bool:
    support = sentence.support
    if support is None:
        return False
    if support.source == "phrase":
        return True
    try:
        article = index.article(client, support.id)
    except ParameterError:
        return False
    start, end = support.span
    return is_supported(sentence.text, str(article["text"])[start:end], known)


def _figures(made: Sequence[Draft], right: Sequence[set[str]], draws: Draws) -> dict[str, Figure]:
    """Share of tickets with a draft, and of those with a known article that the draft uses it."""
    offered = np.array([d.outcome != "none" for d in made])
    figures = {"draft_coverage": mean(offered, draws)}
    judged = offered & np.array([bool(articles) for articles in right])
    if not judged.any():
        return figures
    used = np.array([_uses(d, articles) for d, articles in zip(made, right, strict=True)])
    stated = np.array([d.p_accept for d in made])

    def share(at: NDArray[np.intp]) -> float:
        chosen = used[at][judged[at]]
        return float(chosen.mean()) if chosen.size else float("nan")

    def gap(at: NDArray[np.intp]) -> float:
        chosen = at[judged[at]]
        return expected_calibration_error(stated[chosen], used[chosen])

    for name, statistic in (("draft_hit", share), ("p_accept_ece", gap)):
        whole = measure(statistic, len(made), draws)
        figures[name] = Figure(whole.value, whole.low, whole.high, int(judged.sum()))
    return figures


def _uses(draft: Draft, right: set[str]) -> bool:
    return any(
        s.support is not None and s.support.id in right for s in (*draft.sentences, *draft.steps)
    )


def _to_read(
    tickets: Sequence[Ticket],
    made: Sequence[Draft],
    hidden: Mapping[tuple[str, str], Placeholders],
) -> list[Json]:
    """Choose drafts to read; where there is none there is little to read, so fewer of these."""
    pairs = list(zip(tickets, made, strict=True))
    drafted = [p for p in pairs if p[1].outcome != "none"][:_SHOWN]
    silent = [p for p in pairs if p[1].outcome == "none"][: max(_SILENT, _SHOWN - len(drafted))]
    return [
        _shown(ticket, draft, hidden.get((ticket.client_id, ticket.ticket_id), Placeholders(_KEY)))
        for ticket, draft in (*drafted, *silent)
    ]


def _shown(ticket: Ticket, draft: Draft, held: Placeholders) -> Json:
    # A slot may have been filled with a name that only the context holds.
    for name in (ticket.customer.name or "", *_names(ticket.context)):
        remember_name(name, held)
    return {
        "ticket_id": ticket.ticket_id,
        "client_id": ticket.client_id,
        "language": draft.language,
        "outcome": draft.outcome,
        "reason": draft.reason,
        "p_accept": draft.p_accept,
        "ticket": shorten(hide(ticket.text, held), 600),
        "sentences": [_shown_sentence(s, held) for s in draft.sentences],
        "steps": [_shown_sentence(s, held) for s in draft.steps],
    }


def _names(context: Mapping[str, Any], of: str = "") -> Iterator[str]:
    """Yield what a ticket's context gives as names of people, such as ``customer.name``."""
    for key, value in context.items():
        if isinstance(value, Mapping):
            yield from _names(value, str(key))
        elif isinstance(value, str) and _NAME_KEY.search(f"{of}.{key}"):
            yield value


def _shown_sentence(sentence: Any, held: Placeholders) -> Json:
    support = sentence.support
    source = ""
    if support is not None and support.source != "phrase":
        source = f"{support.id}@{support.version} {support.span[0]}–{support.span[1]}"
    return {"text": hide(sentence.text, held), "role": sentence.role, "source": source}
