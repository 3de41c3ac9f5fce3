"""What a person has to read first: danger, death, law, fraud and good-bye.

A message may ask for something harmless and say this beside it, so the whole text is read, not
only its requests. Words decide, from :file:`suggest/alarms.yaml`: a rule that anyone can read,
since what is missed here would be sent with a friendly answer to something else.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import groupby

import yaml

ALARMS = ("safety", "bereavement", "legal", "fraud", "leaving")
"""Kinds of alarms, the gravest first."""

_GAP = r"(?:(?!newsletter)[^\s.!?;]+\s+){0,4}?"


def alarm(text: str, language: str) -> str:
    """Return the gravest that a customer reports, one of ``ALARMS``, or an empty string.

    Parameters
    ----------
    text : str
        The customer's own words, all of them.
    language : str
        One of ``data.text.LANGUAGES``.

    Examples
    --------
    >>> alarm("How do I reset my password? My lamp caught fire.", "en"), alarm("Hello", "en")
    ('safety', '')
    """
    found = {m.lastgroup for m in _pattern(language).finditer(_plain(text))}
    return next((kind for kind in ALARMS if kind in found), "")


def _plain(text: str) -> str:
    """Return words without accents, which many people leave out."""
    return text.translate(_accents()).lower()


@cache
def _accents() -> dict[int, str]:
    # What has no accent to Unicode, and what people type for it.
    plain = {"ł": "l", "Ł": "l", "ı": "i", "’": "'"}
    for code in range(0xC0, 0x180):
        plain.setdefault(chr(code), unicodedata.normalize("NFD", chr(code))[0])
    return str.maketrans(plain)


@cache
def _raw() -> dict[str, dict[str, list[str]]]:
    text = files("suggest").joinpath("alarms.yaml").read_text(encoding="utf-8")
    raw: dict[str, dict[str, list[str]]] = yaml.safe_load(text)
    return raw


@cache
def _pattern(language: str) -> re.Pattern[str]:
    kinds = (f"(?P<{kind}>{_any(_raw()[language][kind])})" for kind in ALARMS)
    return re.compile(rf"(?<!\w)(?:{'|'.join(kinds)})(?!\w)")


def _any(phrases: Iterable[str]) -> str:
    """Return a pattern of phrases, by their first letters: few of them are tried at a word."""
    opened = sorted(one for phrase in phrases for one in _opened(_plain(str(phrase))))
    heads = (
        re.escape(letter) + f"(?:{'|'.join(_phrase(phrase[1:]) for phrase in of)})"
        for letter, of in groupby(opened, key=lambda phrase: phrase[0])
    )
    return "|".join(heads)


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
        else:
            ends = (re.escape(w.rstrip("*")) + r"\w*" * w.endswith("*") for w in word.split("|"))
            pattern += gap + f"(?:{'|'.join(ends)})"
            gap = r"\s+"
    return pattern
