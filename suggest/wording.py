"""Phrases as patterns, for lists of words that people keep.

``*`` is any ending, ``..`` up to four words of the same sentence, ``a|b`` either word, ``!word``
not before this word, and ``$`` the end of the text. Case and accents are ignored: many people
leave accents out.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import groupby

# "Cancel the newsletter subscription" ends no contract.
_GAP = r"(?:(?!newsletter)[^\s.!?;]+\s+){0,4}?"


def plain(text: str) -> str:
    """Return a text as phrases are compared with it."""
    return text.translate(_accents()).lower()


def any_of(phrases: Iterable[str]) -> str:
    """Return a pattern of phrases, by their first letters: few of them are tried at a word.

    Examples
    --------
    >>> found = re.search(any_of(["cancel* .. plan|contract"]), plain("Cancelling my old plan"))
    >>> found.group()
    'cancelling my old plan'
    """
    opened = sorted(one for phrase in phrases for one in _opened(plain(str(phrase))))
    heads = (
        re.escape(letter) + f"(?:{'|'.join(_phrase(phrase[1:]) for phrase in of)})"
        for letter, of in groupby(opened, key=lambda phrase: phrase[0])
    )
    return rf"(?<!\w)(?:{'|'.join(heads)})(?!\w)"


def _opened(phrase: str) -> Iterable[str]:
    """Return a phrase once for each of its first words."""
    first, space, rest = phrase.partition(" ")
    return (f"{word}{space}{rest}" for word in first.split("|"))


def _phrase(phrase: str) -> str:
    pattern, gap = "", ""
    for word in phrase.split(" "):
        if word == "..":
            gap = r"\s+" + _GAP
        elif word.startswith("!"):
            pattern += rf"(?!\s+{re.escape(word[1:])}\b)"
        elif word == "$":
            pattern += r"(?=\W*$)"
        else:
            ends = (re.escape(w.rstrip("*")) + r"\w*" * w.endswith("*") for w in word.split("|"))
            pattern += gap + f"(?:{'|'.join(ends)})"
            gap = r"\s+"
    return pattern


@cache
def _accents() -> dict[int, str]:
    # What has no accent to Unicode, and what people type for it.
    known = {"ł": "l", "Ł": "l", "ı": "i", "’": "'"}
    for code in range(0xC0, 0x180):
        known.setdefault(chr(code), unicodedata.normalize("NFD", chr(code))[0])
    return str.maketrans(known)
