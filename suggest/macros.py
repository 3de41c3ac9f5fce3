"""Macros: what they say beside greeting and closing, and when the ticket itself speaks for one."""

import math
import re
from collections.abc import Iterable
from dataclasses import replace

from data.knowledge import sentence_spans
from data.text import Span
from suggest.findings import Finding
from suggest.passages import Passage
from suggest.salutations import salutations
from suggest.selection import stems
from suggest.slots import CODE, SLOT, SlotValues

# Log-odds that a macro named like the intent gains when the ticket fills its slots; chosen on half
# of the later tickets of the sample shop, where no linked article had to make way for it.
_LIFT = 3.5
# Share of the words of an intent that the name of a macro has to have: "invoice" of "invoice copy".
_NAMED = 0.5
_PARTS = re.compile(r"[\W_]+")


def macro_spans(passage: Passage) -> list[Span]:
    """Return the sentences of a macro without its own greeting and closing."""
    if CODE.search(SLOT.sub("", passage.text)):
        return []
    spans = sentence_spans(passage.text, passage.language)
    words = salutations(passage.language)
    while spans and words.greeting.fullmatch(SLOT.sub("x", spans[0].text)):
        spans = spans[1:]
    ends = [i for i, s in enumerate(spans) if i > 0 and words.closing.match(s.text)]
    return spans[: ends[0] if ends else len(spans)]


def known_slots(passage: Passage, values: SlotValues) -> tuple[int, int]:
    """Return how many slots of a macro have a value, and how many there are."""
    filler = values.for_variables(passage.variables)
    slots = {m.group(1) for span in macro_spans(passage) for m in SLOT.finditer(span.text)}
    return sum(filler(slot) is not None for slot in slots), len(slots)


def lifted(
    findings: Iterable[Finding], values: SlotValues, *, language: str, intent: str
) -> list[Finding]:
    """Return findings, best first, with more support for a macro that the ticket speaks for.

    A macro named like the intent, all of whose slots the ticket fills ("your order A-5512 …"), was
    written for such a ticket, however few words they share.

    Parameters
    ----------
    findings : iterable of Finding
    values : SlotValues
    language : str
        Of the customer.
    intent : str
        Label of the triage; empty where it is not sure.
    """
    asked = stems(_PARTS.sub(" ", intent.rpartition(".")[2]))
    found = [_lifted(f, values, language, asked) for f in findings]
    return sorted(found, key=lambda f: -f.support)


def _lifted(finding: Finding, values: SlotValues, language: str, asked: frozenset[str]) -> Finding:
    passage = finding.passage
    if not asked or passage.kind != "macro" or passage.language != language or not finding.usable:
        return finding
    name = stems(_PARTS.sub(" ", f"{passage.article_id} {passage.title}"))
    share = len(asked & name) / len(asked)
    if share < _NAMED or values.contradict(passage.when):
        return finding
    known, slots = known_slots(passage, values)
    if not slots or known < slots:
        return finding
    p = min(max(finding.support, 1e-6), 1 - 1e-6)
    return replace(finding, support=1 / (1 + (1 - p) / p * math.exp(-_LIFT * share)))
