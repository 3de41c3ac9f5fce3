"""The check that every sentence of a draft is written in an approved source.

Deterministic: a sentence is supported when it equals, character for character after slots are
filled and white space is collapsed, a span of an approved, public source; and when each number,
date, amount, address and identifier in it stands in that span or among the ticket's own facts.
No model judges anything here. What is not supported is dropped, never repaired.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from suggest.draft import DraftSentence, SourceKind, Support
from suggest.slots import SLOT, fill, mark

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"']+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
# Anything with a digit in it: numbers, amounts, dates, times, versions, order and invoice ids.
_WITH_DIGIT = re.compile(r"[^\s()\[\]{}\"'«»„“”‚‘’,;:!?]*\d[^\s()\[\]{}\"'«»„“”‚‘’;!?]*")
_EDGES = ".,;:!?*_–—…"
_QUOTES = "\"'«»„“”‚‘’()[]*_"
_STOPS = ".!?…:;\n\r|"
_CELL_ENDS = "\n|"
_LINE_MARKER = re.compile(r"(?:^|\n)\s*(?:[-*•–◦·]|\w{1,3}[.)]|#{1,6})$")


@dataclass(frozen=True)
class Source:
    """A text that sentences may be taken from.

    Parameters
    ----------
    source : {'article', 'macro', 'procedure', 'phrase'}
    id : str
    version : int
    text : str
    approved, public : bool
        Only a text that is both supports anything.
    """

    source: SourceKind
    id: str
    version: int
    text: str
    approved: bool = True
    public: bool = True


Known = dict[tuple[str, str, int], Source]


@dataclass(frozen=True)
class Facts:
    """What the ticket itself says.

    Parameters
    ----------
    slots : mapping
        Printable value of each slot that was filled.
    values : sequence of str
        The customer's words and the values of the context. A slot whose figures are not among
        them is not filled but invented.
    """

    slots: Mapping[str, str] = field(default_factory=dict)
    values: Sequence[str] = ()


class Dropped(NamedTuple):
    """A sentence left out, and why."""

    sentence: DraftSentence
    reason: str


class Grounded(NamedTuple):
    """What may be sent, and what may not."""

    kept: tuple[DraftSentence, ...]
    dropped: tuple[Dropped, ...]


def ground(
    sentences: Iterable[DraftSentence | str], sources: Iterable[Source], facts: Facts | None = None
) -> Grounded:
    """Keep the sentences that a source supports.

    Parameters
    ----------
    sentences : iterable of DraftSentence or str
        A plain string, or a sentence without support, is looked for in all sources.
    sources : iterable of Source
    facts : Facts, optional

    Returns
    -------
    Grounded
        ``kept`` all have a support; ``dropped`` have a reason: ``no_source``,
        ``source_not_approved``, ``source_not_public``, ``span_outside``, ``span_cuts_sentence``,
        ``text_differs``, ``template_code`` or ``value_not_in_source``.

    Examples
    --------
    >>> faq = Source("article", "a1", 1, "Refunds take 5 days. Contact us by chat.")
    >>> kept, dropped = ground(["Refunds take 5 days.", "Refunds take 3 days."], [faq])
    >>> [s.support.span for s in kept], [d.reason for d in dropped]
    ([(0, 20)], ['no_source'])
    """
    known: Known = {(s.source, s.id, s.version): s for s in sources}
    facts = facts or Facts()
    kept: list[DraftSentence] = []
    dropped: list[Dropped] = []
    for given in sentences:
        sentence = (
            given if isinstance(given, DraftSentence) else DraftSentence(given, "answer", None)
        )
        sentence = sentence if sentence.support else _located(sentence, known.values())
        reason = _fault(sentence, known, facts)
        if reason:
            dropped.append(Dropped(sentence, reason))
        else:
            kept.append(sentence)
    return Grounded(tuple(kept), tuple(dropped))


def values_in(text: str) -> frozenset[str]:
    """Return what in a text must never be invented: figures, dates, ids, links, addresses.

    Examples
    --------
    >>> sorted(values_in("Pay 20 € by 2026-03-04 at https://x.org/pay, order A-55."))
    ['20', '2026-03-04', 'a-55', 'https://x.org/pay']
    """
    found = {_bare(m.group()) for m in _URL.finditer(text)}
    found |= {_bare(m.group()) for m in _WITH_DIGIT.finditer(_URL.sub(" ", text))}
    return frozenset(value for value in found if value)


def collapse(text: str) -> str:
    """Return a text on one line with single spaces."""
    return " ".join(text.split())


def _bare(value: str) -> str:
    return value.strip(_EDGES).casefold()


def _fault(sentence: DraftSentence, known: Known, facts: Facts) -> str:
    support = sentence.support
    source = known.get((support.source, support.id, support.version)) if support else None
    if support is None or source is None:
        return "no_source"
    if not source.approved:
        return "source_not_approved"
    if not source.public:
        return "source_not_public"
    start, end = support.span
    if not 0 <= start < end <= len(source.text):
        return "span_outside"
    if not _is_whole(source.text, start, end):
        return "span_cuts_sentence"
    span = collapse(source.text[start:end])
    if fill(span, facts.slots).text != sentence.text:
        return "text_differs"
    return _value_fault(sentence.text, span, facts)


def _value_fault(text: str, span: str, facts: Facts) -> str:
    if "{%" in text or "{{" in text:
        return "template_code"
    slots = {m.group(1) for m in SLOT.finditer(span)}
    allowed = set(values_in(SLOT.sub(" ", span)))
    allowed.update(*(values_in(value) for value in facts.values))
    allowed.update(*(values_in(mark(slot)) for slot in slots))
    return "" if values_in(text) <= allowed else "value_not_in_source"


def _located(sentence: DraftSentence, sources: Iterable[Source]) -> DraftSentence:
    words = sentence.text.split()
    if not words:
        return sentence
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    for source in (s for s in sources if s.approved and s.public):
        for found in pattern.finditer(source.text):
            if _is_whole(source.text, *found.span()):
                support = Support(source.source, source.id, source.version, found.span())
                return replace(sentence, support=support)
    return sentence


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a span begins and ends where a sentence does.

    Half a sentence can say the contrary: "refunded after 30 days" stands in "not refunded …".
    """
    if _in_number(text, start) or _in_number(text, end):
        return False
    before = text[max(0, start - 12) : start].rstrip(" \t\xa0" + _QUOTES)
    after = text[end : end + 12].lstrip(" \t\xa0" + _QUOTES)
    begins = not before or before[-1] in _STOPS or bool(_LINE_MARKER.search(before))
    return begins and (
        not after or after[0] in _CELL_ENDS or text[start:end].rstrip(_QUOTES)[-1:] in _STOPS
    )


def _in_number(text: str, at: int) -> bool:
    """Whether a place lies behind the point of a number: "12." is no end of "12.50"."""
    around = text[max(0, at - 2) : at + 1]
    return len(around) == 3 and around[1] in ".:" and (around[0] + around[2]).isdigit()
