"""Choose the sentences of a passage that answer a request.

Sentences are kept in the order of the article and next to each other; the items of a list stay
together with the line that leads into it; a sentence that begins by pointing back brings the one
before it along or is left out.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.text import Span
from suggest.sendable import LIST_MARKER, Fault, announces, fault, is_dangling, limits
from suggest.wanted import told

Vector = NDArray[np.float32]
Weigh = Callable[[str], float]

FEWEST, MOST = 2, 6
"""Sentences to one request; a list counts as what it is and is never cut."""

LONGEST_LIST = 12
"""Items; a longer list is a manual to link to, not a reply."""

WIDEST_TABLE, LONGEST_TABLE = 4, 9
"""Columns and rows that can be read as lines of a letter."""

_CELL = " | "
_FENCE = "```"
# A passage of up to this size is sent as a whole: its heading, which is sent with a list alone, may
# be the condition under which it holds, and its first sentence often says so.
_SHORT = 5
# A unit joins its neighbour when it is at least this close to the request, relative to the best.
_JOINS = 0.55
# A heading this close to the request says what the customer says.
_ASKED = 0.35
_WORD = re.compile(r"\d+(?:[.,]\d+)*|\w+")
# Words are compared by their beginnings: endings differ by case and number in most languages.
_STEM = 5
_SHORTEST_WORD = 3


class Sentence(NamedTuple):
    """A sentence of a passage.

    Attributes
    ----------
    start, end : int
        Characters in the text of the article.
    text : str
    fault : str
        Why it cannot be sent, empty when it can.
    dangling : bool
        Whether it points back at the sentence before it.
    marker : str
        List marker in front of it, for the first sentence of an item.
    item : bool
        Whether it lies in a list or a table.
    row : bool
        Whether it is a row of a table.
    indent : int
        White space in front of its line.
    """

    start: int
    end: int
    text: str
    fault: Fault
    dangling: bool
    marker: str
    item: bool
    row: bool
    indent: int


@dataclass(frozen=True)
class Prepared:
    """A passage with all about its sentences that does not depend on the request."""

    sentences: tuple[Sentence, ...]
    # Of each sentence, in order: as sets they were most of what a kept article takes.
    stems: tuple[tuple[str, ...], ...]
    title: frozenset[str]
    heading: frozenset[str]
    language: str = "en"

    @cached_property
    def own_heading(self) -> frozenset[str]:
        """Words of the heading that the title of the article does not have."""
        return self.heading - self.title

    @cached_property
    def told(self) -> tuple[frozenset[str], ...]:
        """Of which of ``suggest.wanted.WANTED`` each sentence tells."""
        return tuple(told(s.text, self.language) for s in self.sentences)

    @cached_property
    def sendable(self) -> NDArray[np.bool_]:
        """Which sentences can be sent, shape (n,); a question stands for its answer."""
        return np.array([s.fault in ("", "question") for s in self.sentences], dtype=bool)

    @cached_property
    def units(self) -> list[range]:
        """Positions of sentences that may not be parted: a list with what leads into it."""
        return _units(self.sentences, self.leading)

    @cached_property
    def leading(self) -> tuple[bool, ...]:
        """Which sentences lead into a list, be it here or past the end of the passage."""
        told = self.sentences
        return tuple(
            sentence.text.endswith(":")
            or (all(s.item for s in told[i : i + 1]) and announces(sentence.text, self.language))
            for i, sentence in enumerate(told, start=1)
        )


def prepare(
    text: str, spans: Sequence[Span], *, language: str, title: str, heading: str
) -> Prepared:
    """Read the sentences of a passage once.

    Parameters
    ----------
    text : str
        Text of the whole article.
    spans : sequence of Span
        Sentences of the passage, as offsets into `text`.
    language : str
        Of the article.
    title, heading : str
        Of the article; path of the headings above the passage.
    """
    found = read_sentences(text, spans, language)
    return Prepared(
        sentences=found,
        stems=tuple(tuple(sorted(stems(s.text))) for s in found),
        title=stems(title),
        heading=stems(heading),
        language=language,
    )


def read_sentences(text: str, spans: Sequence[Span], language: str) -> tuple[Sentence, ...]:
    """Read sentences with their place in a list or table; a wide or long table is not sent."""
    found = [_sentence(text, span, language) for span in spans]
    headings = {line.strip("# ") for line in text.splitlines() if line.startswith("#")}
    # A list of the article's own headings is a table of contents.
    found = [s._replace(fault="fragment") if s.item and s.text in headings else s for s in found]
    for i, sentence in enumerate(found):
        after = found[i + 1].start if i + 1 < len(found) else len(text)
        if sentence.text.endswith(":") and _FENCE in text[sentence.end : after]:
            found[i] = sentence._replace(fault="code")
        if sentence.fault == "question" and not _is_answered(found[i:]):
            found[i] = sentence._replace(fault="" if sentence.item else "question")
    for is_row, group in groupby(enumerate(found), key=lambda pair: pair[1].row):
        rows = list(group)
        wide = max(sentence.text.count(_CELL) for _, sentence in rows) + 1
        if is_row and (wide > WIDEST_TABLE or not 1 < len(rows) <= LONGEST_TABLE):
            for i, sentence in rows:
                found[i] = sentence._replace(fault="table")
    return tuple(found)


def _is_answered(sentences: Sequence[Sentence]) -> bool:
    """Whether a question is followed by its answer.

    "2. Choose: Forgot your password?" is a step; "- Is it free?" with a line set in under it is
    a question of the article.
    """
    question, after = sentences[0], sentences[1:2]
    if not question.item:
        return bool(after)
    numbered = question.marker[:1].isdigit()
    return not numbered and any(s.indent > question.indent or not s.marker for s in after)


def stems(text: str) -> frozenset[str]:
    """Return the beginnings of the words of a text.

    Examples
    --------
    >>> sorted(stems("Where are my refunds?"))
    ['are', 'refun', 'where']
    """
    words = (w.casefold() for w in _WORD.findall(text))
    return frozenset(w[:_STEM] for w in words if len(w) >= _SHORTEST_WORD or w[0].isdigit())


class Weighed:
    """The words of a request with what each tells, to compare texts with.

    Parameters
    ----------
    words : frozenset of str
        Stems.
    weigh : callable
        Stem to weight.
    """

    def __init__(self, words: frozenset[str], weigh: Weigh) -> None:
        self.words = words
        self._weights = {word: weigh(word) for word in words}
        self._total = sum(self._weights.values())

    def share(self, other: Collection[str]) -> float:
        """Return the share of the words that `other` has, each counted by its weight."""
        weights = self._weights
        found = sum([weights[word] for word in self.words.intersection(other)])
        return found / self._total if self._total else 0.0


def closeness(
    cosines: Vector, texts: Sequence[Collection[str]], words: Weighed
) -> NDArray[np.float64]:
    """Return how close sentences are to a request: cosine and share of the words, 2 to 1.

    Parameters
    ----------
    cosines : array of shape (n,)
        Of the sentences and the request.
    texts : sequence of collection of str
        Stems of each sentence.
    words : Weighed
        Those of the request.
    """
    shared = np.array([words.share(text) for text in texts], dtype=np.float64)
    close: NDArray[np.float64] = (2 * cosines.astype(np.float64) + shared) / 3
    return np.minimum(np.maximum(close, 0.0, out=close), 1.0, out=close)


def choose(passage: Prepared, close: NDArray[np.float64], heading: float = 0.0) -> list[int]:
    """Return the positions of the sentences to send, in order and next to each other.

    Parameters
    ----------
    passage : Prepared
    close : array of shape (n,)
        See :func:`closeness`.
    heading : float
        Closeness of the heading to the request.

    Returns
    -------
    list of int
        Empty when nothing in the passage can be sent.
    """
    whole = [(unit, sent) for unit in passage.units if (sent := _sendable(passage, unit))]
    if not whole:
        return []
    units = [sent for _, sent in whole]
    value = [max(float(close[i]) for i in unit) for unit, _ in whole]
    first, last = _grown(passage, units, value, int(np.argmax(value)))
    chosen = units[first : last + 1]
    # "This is a reservation" under "The bank shows an amount": it points at what was asked.
    if chosen[0][0] == 0 and passage.sentences[0].dangling:
        return [i for unit in chosen for i in unit] if heading >= _ASKED else []
    # What points back at nothing, or leads into nothing, is left out; a list never is in part.
    while chosen and passage.sentences[chosen[0][0]].dangling:
        chosen = chosen[1:]
    while chosen and passage.leading[chosen[-1][-1]]:
        chosen = chosen[:-1]
    return [i for unit in chosen for i in unit]


def _grown(
    passage: Prepared, units: list[list[int]], value: list[float], best: int
) -> tuple[int, int]:
    first = last = best
    size = _size(passage, units[best])
    short = sum(_size(passage, unit) for unit in units) <= _SHORT
    while True:
        around = [n for n in (first - 1, last + 1) if 0 <= n < len(units)]
        around = [n for n in around if _adjoins(units, n, first, last)]
        fits = [n for n in around if size + _size(passage, units[n]) <= MOST]
        # Up to the fewest, a neighbour comes along whatever it says: one line alone reads curt.
        floor = 0.0 if short or size < FEWEST else _JOINS * value[best]
        wanted = [n for n in fits if value[n] >= floor or _needed(passage, units, n, first)]
        if not wanted:
            return first, last
        # What follows explains more often than what comes before.
        taken = max(
            wanted, key=lambda n: (_needed(passage, units, n, first), value[n] + 0.05 * (n > last))
        )
        first, last = min(first, taken), max(last, taken)
        size += _size(passage, units[taken])


def _needed(passage: Prepared, units: list[list[int]], candidate: int, first: int) -> bool:
    return candidate < first and passage.sentences[units[first][0]].dangling


def _adjoins(units: list[list[int]], candidate: int, first: int, last: int) -> bool:
    """Whether no sentence that cannot be sent lies between."""
    if candidate < first:
        return units[candidate][-1] + 1 == units[first][0]
    return units[last][-1] + 1 == units[candidate][0]


def _size(passage: Prepared, unit: list[int]) -> int:
    # A list weighs as much as two sentences: it is read item by item.
    return 2 if any(passage.sentences[i].item for i in unit) else len(unit)


def _sendable(passage: Prepared, unit: Sequence[int]) -> list[int]:
    """Return the unit, or nothing where a part of it cannot be sent: a list is whole or absent."""
    told = passage.sentences
    leads = {i for i in unit if i + 1 in unit and told[i + 1].item and not told[i].item}
    turning = {i for i in leads if limits(told[i].text, passage.language)}
    # A question of the article found its answer; the customer asked it already. "What cannot be
    # returned?" is no such question.
    positions = [i for i in unit if told[i].fault != "question" or i in turning]
    items = [i for i in positions if told[i].item]
    # The first words of a list need be no sentence.
    bad = {i for i in positions if told[i].fault not in ("", "question")}
    bad -= {i for i in leads if told[i].fault == "fragment" and passage.leading[i]}
    if len(items) > LONGEST_LIST or bad & {*items, *turning}:
        return []
    # Where the line that leads in speaks of the page, the list stands without it.
    return items if bad else positions


def _units(sentences: Sequence[Sentence], leading: Sequence[bool]) -> list[range]:
    units: list[range] = []
    start = 0
    asked = any(s.fault == "question" for s in sentences)
    for i, sentence in enumerate(sentences):
        in_list = i > 0 and sentence.item and (sentences[i - 1].item or leading[i - 1])
        # Among questions, what follows one answers it, and no list of them is a whole.
        together = sentence.fault != "question" if asked else in_list
        if not together and i > start:
            units.append(range(start, i))
            start = i
    if sentences:
        units.append(range(start, len(sentences)))
    return units


def in_list(text: str, span: Span) -> bool:
    """Whether a sentence lies in a list."""
    line = _line(text, span.start)[1]
    marked = _marker(line) is not None
    return marked or (_CELL not in line and line[:1].isspace())


def _marker(line: str) -> re.Match[str] | None:
    """Return the marker that a line begins with; a dash alone in its cell is an empty cell."""
    found = LIST_MARKER.match(line)
    return None if found and line.startswith(_CELL.lstrip(), found.end()) else found


def _line(text: str, at: int) -> tuple[int, str]:
    """Return the start and the words of the line around a place."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return start, text[start : end if end >= 0 else len(text)]


def _sentence(text: str, span: Span, language: str) -> Sentence:
    line_start, line = _line(text, span.start)
    marked = _marker(line)
    opens = marked is not None and line_start + marked.end() >= span.start
    row = marked is None and _CELL in line
    # What is set in under an item belongs to it.
    item = marked is not None or row or line[:1].isspace()
    return Sentence(
        start=span.start,
        end=span.end,
        text=" ".join(span.text.split()),
        fault="" if row else fault(span.text, language, item=item),
        dangling=is_dangling(span.text, language),
        marker=marked.group().strip() if marked and opens else "",
        item=item,
        row=row,
        indent=len(line) - len(line.lstrip()),
    )
