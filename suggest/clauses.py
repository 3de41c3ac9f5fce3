"""Parts of a sentence: two requests that are joined, and what the customer does not want.

Words decide, from :file:`suggest/clauses.yaml`; no word changes what is sent, only what is looked
up and how many requests are counted.
"""

import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from data.text import Span
from suggest.lexicons import lexicon

# Fewer words are no request of their own: "when and where it arrives" is one.
_FEWEST = 3
_EDGES = " ,;:–—-\t\n"


class _Words(NamedTuple):
    """Patterns of one language."""

    joining: re.Pattern[str]
    opening: re.Pattern[str]
    anywhere: bool
    border: re.Pattern[str]
    unwanted: re.Pattern[str]


def joined_requests(sentence: Span, language: str, asks: Callable[[str], bool]) -> tuple[Span, ...]:
    """Cut a sentence where one request ends and another begins.

    Parameters
    ----------
    sentence : Span
    language : str
    asks : callable
        Whether a text asks for something.

    Examples
    --------
    >>> text = "When do I get it, and why was a fee deducted?"
    >>> found = joined_requests(Span(0, len(text), text), "en", lambda _: False)
    >>> [part.text for part in found]
    ['When do I get it', 'why was a fee deducted?']
    """
    words = _words(language)
    for joint in words.joining.finditer(sentence.text):
        before, after = sentence.text[: joint.start()], sentence.text[joint.end() :]
        if min(len(before.split()), len(after.split())) < _FEWEST:
            continue
        opens = words.opening.search(after) if words.anywhere else words.opening.match(after)
        last = before.split()[-1].strip(_EDGES)
        asked = asks(before) or words.opening.search(before) or words.unwanted.search(before)
        if opens and asked and not words.opening.fullmatch(last):
            first = _part(sentence, 0, joint.start())
            rest = _part(sentence, joint.end(), len(sentence.text))
            return (first, *joined_requests(rest, language, asks))
    return (sentence,)


def without_unwanted(sentence: Span, language: str) -> Span | None:
    """Return a sentence without the clauses that say what the customer does not want.

    Returns
    -------
    Span or None
        None where nothing else is left.

    Examples
    --------
    >>> text = "I don't want a refund, just tell me where my parcel is."
    >>> without_unwanted(Span(0, len(text), text), "en").text
    'just tell me where my parcel is.'
    """
    words = _words(language)
    plain = sentence.text.replace("’", "'")
    if not words.unwanted.search(plain):
        return sentence
    cuts = [0, *(m.start() for m in words.border.finditer(plain)), len(plain)]
    parts = [(a, b) for a, b in pairwise(cuts) if a < b]
    kept = [(a, b) for a, b in parts if not words.unwanted.search(plain[a:b])]
    if len(kept) == len(parts):
        return sentence
    said = " ".join(_stripped(words, sentence.text[a:b]) for a, b in kept)
    # "Hello" and "thanks" say nothing beside it.
    if len(said.split()) < _FEWEST:
        return None
    return Span(sentence.start + kept[0][0], sentence.end, said)


def _stripped(words: _Words, clause: str) -> str:
    """Return a clause without the comma or the "but" that it begins with."""
    border = words.border.match(clause.replace("’", "'"))
    return clause[border.end() if border else 0 :].strip(_EDGES)


def _part(sentence: Span, start: int, end: int) -> Span:
    text = sentence.text[start:end]
    bare = text.strip(_EDGES)
    at = sentence.start + start + text.index(bare)
    return Span(at, at + len(bare), bare)


@cache
def _words(language: str) -> _Words:
    entry = lexicon("clauses.yaml")[language]
    joining, opening = _any(entry["joining"]), _any(entry["opening"])
    also, contrast = _any(entry["also"]), _any(entry["contrast"])
    flags = re.IGNORECASE
    return _Words(
        joining=re.compile(
            rf"[,;]?\s+(?:{joining})\s+(?:(?:{also})\s+)?|[,;]\s+(?:{also})\s+", flags
        ),
        opening=re.compile(rf"(?<!\w)(?:{opening})(?!\w)", flags),
        anywhere=bool(entry.get("anywhere")),
        border=re.compile(rf"[,;:–—]\s*(?:(?:{contrast})\s+)?|\s-\s|\s+(?:{contrast})\s+", flags),
        unwanted=re.compile("|".join(entry["unwanted"]), flags),
    )


def _any(words: list[str]) -> str:
    ordered = sorted(map(str, words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(w.rstrip("*")) + r"\w*" * w.endswith("*") for w in ordered)
