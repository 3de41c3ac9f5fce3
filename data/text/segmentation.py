"""Sentences with exact places, for support messages and articles in nine languages."""

import re
from collections.abc import Iterator

from data.text.abbreviations import BEFORE_NUMBER, MID, MONTHS, ORDINAL_LANGUAGES, TERMINAL
from data.text.spans import Span

_LINE_END = re.compile(r"\r\n|[\n\r\u2028\u2029\x0b\x0c\x85]")
_ITEM = re.compile(r"\s*(?:[-*•·–—▪◦‣>+]\s|\(?[0-9]{1,3}[.):]\s|\(?[a-zA-Z][.)]\s|#{1,6}\s|\|)")
_SOFT_WRAP = 60  # mail clients wrap at 65 to 78 columns; shorter lines were ended on purpose

_SMILE = r"[:;=]['’]?-?[)(DPp/|](?!\w)"
_EMOJI = (
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff"
    "\ufe0f\u200d\u20e3\u3030\u303d]"
)
_END = re.compile(
    rf"(?<![.!?…。！？])(?P<mark>[.!?…。！？]++)(?P<close>[\"'»”’“)\]*_]*+)(?P<mood>(?:[^\S\n]?(?:{_EMOJI}|{_SMILE}))*+)"
    rf"(?=\s|$)|(?<!{_EMOJI})(?<![)(|])(?P<alone>(?:{_EMOJI}|{_SMILE})++)(?=\s+[^\W\d_a-z]|\s+[¿¡])"
)
_NEXT = re.compile(r"\s*([\"'«“„‘(\[¿¡]*)(\w?)")
_WORD = re.compile(r"\w+")


def sentences(text: str, language: str = "en") -> list[Span]:
    """Split a text into sentences.

    Abbreviations, initials, ordinals, decimal numbers and addresses on the web do not end a
    sentence; blank lines, list items and short lines do. Emoji stay with the sentence before.

    Parameters
    ----------
    text : str
        Any text.
    language : str, default="en"
        Chooses the abbreviations; those common to all languages serve an unknown one.

    Returns
    -------
    list of Span
        In order, without overlap, covering every character that is not white space, and with
        ``text[span.start:span.end] == span.text``. Empty for a text of white space. Never
        raises, and takes time linear in the length.

    Examples
    --------
    >>> [span.text for span in sentences("Dr. Who paid 3.50 EUR. Why? No idea...")]
    ['Dr. Who paid 3.50 EUR.', 'Why?', 'No idea...']
    """
    found: list[Span] = []
    for start, end in _blocks(text):
        at = start
        for stop in [*_ends(text, start, end, language), end]:
            piece = text[at:stop]
            bare = piece.strip()
            if bare:
                first = at + len(piece) - len(piece.lstrip())
                found.append(Span(first, first + len(bare), bare))
            at = stop
    return found


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges that no sentence crosses: paragraphs, list items, short lines."""
    start, line_start = 0, 0
    for mark in _LINE_END.finditer(text):
        line = text[line_start : mark.start()]
        following = mark.end()
        if not (_is_wrapped(line) and _continues(text, following)):
            yield start, mark.end()
            start = following
        line_start = following
    yield start, len(text)


def _is_wrapped(line: str) -> bool:
    bare = line.rstrip()
    return len(bare) >= _SOFT_WRAP and bare[-1] not in ".!?:;…"


def _continues(text: str, at: int) -> bool:
    if at >= len(text) or text[at].isspace():
        return False
    return _ITEM.match(text, at) is None


def _ends(text: str, start: int, end: int, language: str) -> Iterator[int]:
    """Yield the places inside a block at which a sentence ends."""
    item = _ITEM.match(text, start, end)
    for found in _END.finditer(text, item.end() if item else start, end):
        if found.end() >= end:
            return
        if found["alone"] or _is_end(text, start, found, language):
            yield found.end()


def _is_end(text: str, start: int, found: re.Match[str], language: str) -> bool:
    following = _NEXT.match(text, found.end())
    initial = following[2] if following else ""
    mark = found["mark"]
    if found["mood"]:
        return True
    if mark != ".":
        trailing_off = mark.endswith(("..", "…")) or bool(found["close"])
        return not (trailing_off and initial.islower())
    word = (text[max(start, found.start() - 40) : found.start()].split() or [""])[-1]
    return not _is_abbreviated(word.lstrip("([\"'«“„‘"), initial, text, found.end(), language)


def _is_abbreviated(word: str, initial: str, text: str, at: int, language: str) -> bool:
    """Tell whether the full stop after ``word`` belongs to the word."""
    lower = word.casefold()
    if _listed(MID, lower, language):
        return True
    if _listed(BEFORE_NUMBER, lower, language) and initial.isdigit():
        return True
    if _listed(TERMINAL, lower, language):
        return not initial.isupper()
    if len(word) == 1 and word.isalpha():
        return word != "I"
    if word.isdigit() and len(word) <= 2 and language in ORDINAL_LANGUAGES:
        following = _WORD.search(text, at, at + 40)
        month = following is not None and following[0].casefold() in MONTHS[language]
        return month or initial.islower() or language == "de"
    if "." in word and not initial.isupper():
        return all(len(part) <= 3 and part.isalpha() for part in word.split(".") if part)
    return False


def _listed(table: dict[str, frozenset[str]], word: str, language: str) -> bool:
    return word in table["all"] or word in table.get(language, ())
