"""What a question wants to hear: a price or a time, which a near passage need not speak of.

"What is the fee for a withdrawal?" is close to a passage on what counts as a withdrawal, and
not answered by it. Words decide, from :file:`suggest/wanted.yaml`; an answer that has any word of
the kind may be one.
"""

import re
from functools import cache

from suggest.lexicons import lexicon
from suggest.wording import any_of, plain

WANTED = ("price", "time")
"""What can be wanted."""

# Amounts and times are written alike in all languages.
_SIGNS = {
    "price": r"[€$£¥₺%]|\b(?:eur|usd|gbp|chf|pln|zl|try|brl)\b",
    "time": r"\b\d{1,2}[:h]\d\d\b|\b\d{4}-\d\d-\d\d\b|\b24/7\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b",
}

NOTHING: frozenset[str] = frozenset()


def wanted(text: str, language: str) -> frozenset[str]:
    """Return which of ``WANTED`` a request asks for.

    Parameters
    ----------
    text : str
        One request.
    language : str
        One of ``data.text.LANGUAGES``.

    Examples
    --------
    >>> wanted("What does shipping cost?", "en"), wanted("How do I pay?", "en")
    (frozenset({'price'}), frozenset())
    """
    return frozenset(m.lastgroup or "" for m in _asks(language).finditer(plain(text)))


def told(text: str, language: str) -> frozenset[str]:
    """Return of which of ``WANTED`` a text may tell.

    Parameters
    ----------
    text : str
    language : str
        Of the text; everything may be told in a language that no words are known of.

    Examples
    --------
    >>> told("It is delivered to your door.", "en"), told("From 60 € on we pay.", "en")
    (frozenset(), frozenset({'price'}))
    """
    if language not in _raw():
        return frozenset(WANTED)
    words = plain(text)
    return frozenset(kind for kind in WANTED if _tells(kind, language).search(words))


@cache
def _raw() -> dict[str, dict[str, dict[str, list[str]]]]:
    return lexicon("wanted.yaml")


@cache
def _asks(language: str) -> re.Pattern[str]:
    kinds = (f"(?P<{kind}>{any_of(_raw()[language][kind]['asks'])})" for kind in WANTED)
    return re.compile("|".join(kinds))


@cache
def _tells(kind: str, language: str) -> re.Pattern[str]:
    return re.compile(f"{_SIGNS[kind]}|{any_of(_raw()[language][kind]['tells'])}")
