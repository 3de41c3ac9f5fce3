"""The answer to one request: which passage, which sentences of it, with slots filled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from suggest.draft import DraftSentence, Role, SourceKind, Support
from suggest.findings import Finding, best
from suggest.grounding import Dropped, Facts, Source, ground
from suggest.headings import is_heading, with_heading
from suggest.macros import known_slots, macro_spans
from suggest.passages import Passage
from suggest.selection import Sentence, choose, read_sentences
from suggest.sendable import fault
from suggest.slots import SLOT, SlotValues, fill
from suggest.tables import Cell, table_lines
from suggest.wanted import told

_LONGEST_STEPS = 15
# How much closer a sentence is that speaks of the price or the time that is asked for.
_TELLS = 0.1
# A macro says things of this one ticket: one that the ticket does not fill must fit clearly better
# than an article.
_MACRO_LEAD = 0.1
# Nobody likes to be answered in another language.
_FOREIGN_LEAD = 0.15
# How much better a procedure must fit than the best public text to stop a reply.
_PROCEDURE_LEAD = 0.05


@dataclass(frozen=True)
class Answer:
    """Supported sentences to one request.

    Parameters
    ----------
    finding : Finding
    sentences : tuple of DraftSentence
        All of them grounded.
    dropped : tuple of Dropped
        What was chosen and is not supported.
    slots : tuple of (str, str)
        Slot and ``filled`` or ``missing``.
    """

    finding: Finding
    sentences: tuple[DraftSentence, ...]
    dropped: tuple[Dropped, ...]
    slots: tuple[tuple[str, str], ...]

    @property
    def is_macro(self) -> bool:
        """Whether it is a macro, used whole."""
        return self.finding.passage.kind == "macro"

    @property
    def missing(self) -> tuple[str, ...]:
        """Slots without a value."""
        return tuple(slot for slot, state in self.slots if state == "missing")


class Choice(NamedTuple):
    """What was found for one request: an answer, or a procedure that fits better, if any."""

    answer: Answer | None
    procedure: Finding | None
    dropped: int = 0


def choose_answer(
    findings: Sequence[Finding],
    values: SlotValues,
    *,
    language: str,
    request: int,
    threshold: float,
) -> Choice:
    """Choose the answer to one request.

    A procedure that fits better than all public text wins: a person has to act first. A macro
    that the ticket contradicts says nothing.
    """
    supported = [f for f in findings if f.support >= threshold]
    usable = [f for f in supported if f.usable and not values.contradict(f.passage.when)]
    procedure = best(f for f in supported if not f.usable)
    top = best(usable)
    if procedure and (top is None or procedure.support >= top.support + _PROCEDURE_LEAD):
        return Choice(None, procedure)
    dropped = 0
    for finding in _ordered(usable, values, language, threshold):
        answer = answer_from(finding, values, request=request)
        dropped += len(answer.dropped)
        spare = None if answer.sentences else finding.spare
        if spare and spare.usable and not values.contradict(spare.passage.when):
            answer = answer_from(spare, values, request=request)
            dropped += len(answer.dropped)
        if answer.sentences:
            return Choice(answer, None, dropped)
    return Choice(None, None, dropped)


def answer_from(finding: Finding, values: SlotValues, *, request: int) -> Answer:
    """Take the answering sentences of a passage, fill their slots and keep what is grounded.

    Nothing is kept where a price or a time is asked and none of them speaks of one.
    """
    passage = finding.passage
    filler = values.for_variables(passage.variables)
    known: dict[str, str | None] = {}

    def value(slot: str) -> str | None:
        return known.setdefault(slot, filler(slot))

    chosen = _macro(finding, request) if passage.kind == "macro" else _article(finding, request)
    slots = list(dict.fromkeys(m.group(1) for s in chosen for m in SLOT.finditer(s.text)))
    filled = {slot: text for slot in slots if (text := value(slot)) is not None}
    grounded = ground(
        [replace(s, text=fill(s.text, filled).text) for s in chosen],
        [source_of(passage)],
        Facts(slots=filled, values=tuple(filler.facts())),
    )
    kept = grounded.kept
    # Half a macro, or a list without one of its steps, says something else.
    if grounded.dropped and (passage.kind == "macro" or _parts(passage, chosen, grounded.dropped)):
        kept = ()
    if finding.wanted and not finding.wanted <= _told(kept, passage.language):
        kept = ()
    states = tuple((slot, "filled" if slot in filled else "missing") for slot in slots)
    return Answer(finding, kept, grounded.dropped, states if kept else ())


def _told(sentences: Iterable[DraftSentence], language: str) -> frozenset[str]:
    return told(" ".join(s.text for s in sentences), language)


def source_of(passage: Passage) -> Source:
    """Return the article of a passage as a source."""
    kind: SourceKind = "macro" if passage.kind == "macro" else "article"
    return Source(
        "procedure" if passage.kind == "procedure" else kind,
        passage.article_id,
        passage.version,
        passage.text,
        public=passage.public and passage.kind != "procedure",
    )


def steps_of(finding: Finding) -> tuple[DraftSentence, ...]:
    """Return the sentences of a procedure, for the agent only."""
    language = finding.passage.language
    told = finding.passage.prepared.sentences
    known = [s for s in told if fault(s.text, language, item=True) != "order"][:_LONGEST_STEPS]
    return _sentences(finding, known, role="step", request=-1)


def _ordered(
    findings: Sequence[Finding], values: SlotValues, language: str, threshold: float
) -> list[Finding]:
    """Return what may answer, best first.

    Articles in the customer's language, and macros whose slots the ticket fills; before them a
    macro without slots that fits clearly better, after them one that lacks a value. Text in
    another language comes last, and only where it fits clearly better than all text in the
    customer's own.
    """
    own = [f for f in findings if f.passage.language == language]
    own_best = max((f.support for f in own), default=threshold)
    ranked: list[tuple[int, float, Finding]] = []
    for finding in findings:
        if finding not in own:
            if finding.support >= own_best + _FOREIGN_LEAD:
                ranked.append((2, finding.support, finding))
        elif finding.passage.kind != "macro":
            ranked.append((0, finding.support, finding))
        else:
            known, slots = known_slots(finding.passage, values)
            lead = 0.0 if slots and known == slots else _MACRO_LEAD
            if finding.support < threshold + lead:
                continue
            if known == slots:
                ranked.append((0, finding.support - lead, finding))
            elif known:
                ranked.append((1, finding.support, finding))
    return [finding for *_, finding in sorted(ranked, key=lambda r: (r[0], -r[1]))]


def _parts(passage: Passage, chosen: Sequence[DraftSentence], dropped: Iterable[Dropped]) -> bool:
    """Whether what was dropped is a part of something: an item, a heading, a cell."""
    lines = {
        s.support for s in chosen[:1] if s.support and is_heading(passage.text, s.support.span[0])
    }
    return any(s.after for s in chosen) or any(
        d.sentence.line or d.sentence.support in lines for d in dropped
    )


def _article(finding: Finding, request: int) -> tuple[DraftSentence, ...]:
    passage = finding.passage
    close = finding.close
    if finding.wanted:
        close = close + [_TELLS * (finding.wanted <= of) for of in passage.prepared.told]
    positions = choose(passage.prepared, close, finding.heading)
    chosen = with_heading(passage, positions) if positions else ()
    return _sentences(finding, chosen, role="answer", request=request)


def _macro(finding: Finding, request: int) -> tuple[DraftSentence, ...]:
    passage = finding.passage
    known = read_sentences(passage.text, macro_spans(passage), passage.language)
    return _sentences(finding, known, role="answer", request=request)


def _sentences(
    finding: Finding, chosen: Sequence[Sentence], *, role: Role, request: int
) -> tuple[DraftSentence, ...]:
    passage = finding.passage
    text = passage.text
    kind = source_of(passage).source
    heading = chosen[0] if chosen and is_heading(text, chosen[0].start) else None
    # A single item is no list, but below its heading.
    listed = heading is not None or sum(bool(s.marker) for s in chosen) > 1

    def quoted(said: Sentence | Cell, *, line: bool, marker: str = "") -> DraftSentence:
        span = (said.start, said.end)
        support = Support(kind, passage.article_id, passage.version, span, finding.support)
        after = said.after if isinstance(said, Cell) else ""
        return DraftSentence(said.text, role, support, request, marker, line, after)

    made: list[DraftSentence] = []
    before: Sentence | None = None
    for is_row, group in groupby(chosen, key=lambda s: s.row):
        told = list(group)
        if is_row:
            made += [quoted(c, line=c.line) for c in table_lines(passage, told, finding.asked)]
            before = told[-1]
            continue
        for said in told:
            marker = said.marker if listed else ""
            after_list = before is not None and before.item and not said.item
            below = before is not None and before is heading
            made.append(quoted(said, line=bool(marker or after_list or below), marker=marker))
            before = said
    return tuple(made)
