"""Tell everyday words from the words of a name."""

import re
from functools import lru_cache

from data.redaction import name_words as words
from data.redaction import order_words
from data.redaction.role_words import FORM_LABELS, KIN, ROLES
from data.text.phrases import CLOSINGS, GREETINGS, THANKS, fold

_LETTERS = re.compile(r"[^\W\d_]+")


def is_person(raw: str) -> bool:
    """Tell whether all words of a text have capitals and none is an everyday word or a role."""
    parts = _LETTERS.findall(raw)
    plain = [part for part in parts if fold(part) not in words.PARTICLES]
    return (
        bool(plain)
        and fold(raw) not in _phrases()
        and max(map(len, plain)) > 1
        and all(part[0].isupper() for part in plain)
        and not any(is_word(fold(part)) for part in plain if len(part) > 1)
    )


def is_word(folded: str) -> bool:
    """Tell whether a folded word is a role, a label, a greeting or another everyday word."""
    return (
        folded in words.NOT_NAMES
        or (folded in words.TITLES and folded not in words.FAMILIES)
        or folded in ROLES
        or folded in KIN
        or folded in FORM_LABELS
        or folded in order_words.ORDERS
        or folded in order_words.OTHERS
        or folded in _phrases()
    )


@lru_cache(maxsize=1)
def _phrases() -> frozenset[str]:
    every = (p for group in (GREETINGS, THANKS, CLOSINGS) for ps in group.values() for p in ps)
    return frozenset(word for p in every for word in (fold(p), *_closing_words(fold(p))))


def _closing_words(phrase: str) -> list[str]:
    """Return the longer words of a phrase: "saygılarımla" stands alone as well."""
    return [word for word in phrase.split() if len(word) > 6]
