"""The words of a text as the parts that names are made of."""

import re
from typing import NamedTuple

from data.text.phrases import fold

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
