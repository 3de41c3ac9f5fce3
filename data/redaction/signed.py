"""Names that sign a message without a closing: alone at the very end, or under a line of dashes."""

import re
from collections.abc import Iterator

from data.redaction import name_words as words
from data.redaction.everyday import is_person, is_word
from data.redaction.gazetteer import is_doubtful_first, is_first
from data.text.phrases import fold

_PART = r"(?:(?:[^\W\d_]{1,2}\.){1,3}|[^\W\d_]{1,40}(?:['’\-][^\W\d_]{1,40}){0,3})"
_PARTS = rf"{_PART}(?:[ \u00a0]{_PART}){{0,3}}"
# After the end of a sentence or on a line of its own, and nothing behind it.
_AT_END = re.compile(rf"(?:[.!?…][)\"»”]?\s+|\n\s*|, )({_PARTS})[.\s]*$")
_UNDER_DASHES = re.compile(rf"\n\s*(?:--|—|__)+\s*\n\s*({_PARTS})[ ]*(?:\n|$)")
# A line before the street or the telephone of a signature.
_OVER_CONTACT = re.compile(rf"\n\s*({_PARTS})[ ]*\n[^\n]{{0,60}}[0-9]")
# A last line of one word, and "Perišin hier."
_LAST_LINE = re.compile(r"[^\s,:][ ]*\n\s*([^\W\d_]{2,20}(?:['’\-][^\W\d_]{2,20})?)[.\s]*$")
_HERE = re.compile(
    rf"(?:^|[,.!?\n] ?)({_PARTS}) (?:hier|here|hier nochmal|here again|speaking|am Apparat"
    r"|à l'appareil|al telefono|burada|ici)(?=[.,!:\n]|$| nochmal| again| noch)"
)
_NICKNAMED = re.compile(rf"(?<![\w'’\-])({_PART} [(“\"'‘]{_PART}[)”\"'’] {_PART})(?!\w)")
_LOWER_AFTER = re.compile(
    r"\b(?:lg|vg|mfg|glg|grtjs|grt|xx|cdt|bjs|abs|bs)[ ,]+([^\W\d_]{3,20})[.\s]*$", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+")
# Without one of these there is no look for what holds them.
_OPENINGS = (" (", " “", ' "', " '", " ‘")
_HERE_WORDS = (
    " hier", " here", " speaking", " am Apparat", " à l'appareil", " al telefono", " burada", " ici"
)  # fmt: skip
_CLOSE = 60
_FEW = 2
_TAIL = 300


def signed(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a name signs a message; single words only under dashes."""
    # A signature stands at the end; a bounded look keeps the time of long texts in proportion.
    start = max(0, len(text) - _TAIL)
    tail = text[start:]
    for form, least in ((_AT_END, _FEW), (_UNDER_DASHES, 1), (_OVER_CONTACT, _FEW)):
        for found in form.finditer(tail):
            if _is_name(found[1], least=least) or _is_first(found[1]):
                yield start + found.start(1), start + found.end(1)
    last = _LAST_LINE.search(tail)
    if last and _is_name(last[1], least=1):
        yield start + last.start(1), start + last.end(1)
    for found in _NICKNAMED.finditer(text) if any(mark in text for mark in _OPENINGS) else ():
        if is_person(found[1]):
            yield found.span(1)
    for found in _HERE.finditer(text) if any(word in text for word in _HERE_WORDS) else ():
        if _is_name(found[1], least=1):
            yield found.span(1)
    short = _LOWER_AFTER.search(tail, max(0, len(tail) - _CLOSE))
    if short and not is_word(fold(short[1])):
        yield start + short.start(1), start + short.end(1)


def _is_first(raw: str) -> bool:
    folded = fold(raw)
    return (
        raw[0].isupper() and not is_word(folded) and (is_first(folded) or is_doubtful_first(folded))
    )


def _is_name(raw: str, *, least: int) -> bool:
    parts = _WORD.findall(raw)
    plain = [part for part in parts if fold(part) not in words.PARTICLES]
    capital = all(part[0].isupper() for part in plain)
    return capital and len(plain) >= least and not any(is_word(fold(part)) for part in plain)
