"""Names that sign a message without a closing: alone at the very end, or under a line of dashes."""

import re
from collections.abc import Iterator
from functools import lru_cache

from data.redaction import name_words as words
from data.redaction import order_words
from data.text.phrases import CLOSINGS, GREETINGS, THANKS, fold

_PART = r"[^\W\d_][^\W\d_'’.\-]*(?:['’.\-][^\W\d_]+)*\.?"
_PARTS = rf"{_PART}(?:[ \u00a0]{_PART}){{0,3}}"
# After the end of a sentence or on a line of its own, and nothing behind it.
_AT_END = re.compile(rf"(?:[.!?…][)\"»”]?\s+|\n\s*|, )({_PARTS})[.\s]*$")
_UNDER_DASHES = re.compile(rf"\n\s*(?:--|—|__)+\s*\n\s*({_PARTS})[ ]*(?:\n|$)")
# A line before the street or the telephone of a signature.
_OVER_CONTACT = re.compile(rf"\n\s*({_PARTS})[ ]*\n[^\n]{{0,60}}[0-9]")
_LOWER_AFTER = re.compile(
    r"\b(?:lg|vg|mfg|glg|grtjs|grt|xx|cdt|bjs|abs|bs)[ ,]+([^\W\d_]{3,20})[.\s]*$", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+")
_FEW = 2
_TAIL = 300


def signed(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a name signs a message; single words only under dashes."""
    # A signature stands at the end; a bounded look keeps the time of long texts in proportion.
    start = max(0, len(text) - _TAIL)
    tail = text[start:]
    for form, least in ((_AT_END, _FEW), (_UNDER_DASHES, 1), (_OVER_CONTACT, _FEW)):
        for found in form.finditer(tail):
            if _is_name(found[1], least=least):
                yield start + found.start(1), start + found.end(1)
    short = _LOWER_AFTER.search(tail)
    if short and not _is_word(short[1]):
        yield start + short.start(1), start + short.end(1)


def _is_name(raw: str, *, least: int) -> bool:
    parts = _WORD.findall(raw)
    plain = [part for part in parts if fold(part) not in words.PARTICLES]
    capital = all(part[0].isupper() for part in plain)
    return capital and len(plain) >= least and not any(_is_word(part) for part in plain)


def _is_word(part: str) -> bool:
    folded = fold(part)
    return (
        folded in words.NOT_NAMES
        or folded in words.TITLES
        or folded in order_words.ORDERS
        or folded in order_words.OTHERS
        or folded in _phrases()
    )


@lru_cache(maxsize=1)
def _phrases() -> frozenset[str]:
    every = (p for group in (GREETINGS, THANKS, CLOSINGS) for ps in group.values() for p in ps)
    return frozenset(fold(p) for p in every)
