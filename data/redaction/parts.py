"""The words of a text as the parts that names are made of."""

import re
from typing import NamedTuple

from data.text.phrases import fold

_JOINS = frozenset("'’-")
_WORD = re.compile(r"[^\W\d_]+")


class Part(NamedTuple):
    """A word of a text: where it stands, folded, and how it is written."""

    start: int
    end: int
    folded: str
    capital: bool
    upper: bool


def parts_of(text: str) -> list[Part]:
    """Return the words of a text; what a hyphen or an apostrophe joins are several."""
    found = []
    for match in _WORD.finditer(text):
        raw = match[0]
        found.append(Part(match.start(), match.end(), fold(raw), raw[0].isupper(), raw.isupper()))
    return found


def joined(text: str, parts: list[Part]) -> list[Part]:
    """Return the words of a text; what a hyphen or an apostrophe joins is one."""
    found: list[Part] = []
    end = -2
    for part in parts:
        if part.start == end + 1 and text[end] in _JOINS:
            start, _, _, capital, upper = found[-1]
            raw = text[start : part.end]
            found[-1] = Part(start, part.end, fold(raw), capital, upper and part.upper)
        else:
            found.append(part)
        end = part.end
    return found
