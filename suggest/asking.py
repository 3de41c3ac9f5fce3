"""What the customer asks for: the sentences of a message that ask or complain.

Nothing here decides what a ticket is about; it only finds out where one request ends and the
next begins, so that each can be answered from its own source.
"""

import re
from collections.abc import Iterable
from functools import cache, partial
from typing import NamedTuple

from data.text import LANGUAGES, Span, sentences
from suggest.clauses import joined_requests, without_unwanted
from suggest.lexicons import lexicon
from suggest.salutations import salutations

# Fewer words than this rarely say what they are about: "How do I do that?" needs its neighbour.
_SHORT = 6
_NEIGHBOURS = 2
_LONGEST_WORDS = 60
_LETTER = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"\w+")
_PERSON = re.compile(r"\[(?:NAME|EMAIL|PHONE|ADDRESS)_\d+\]")
_INTRODUCES = 3


class Request(NamedTuple):
    """One request.

    Attributes
    ----------
    text : str
        The asking sentence, as the customer wrote it.
    query : str
        What to search with: the sentence, and what stands before it where it is short.
    """

    text: str
    query: str


class Requests(NamedTuple):
    """The requests of a message.

    Attributes
    ----------
    chosen : tuple of Request
        At most as many as were asked for.
    found : int
        How many there are; one more where the message asks nothing but says what is not wanted,
        for what is wanted is then left open.
    """

    chosen: tuple[Request, ...]
    found: int


def split_requests(text: str, language: str, *, most: int = 2) -> Requests:
    """Split a message into requests.

    A message where no sentence asks is one request as a whole. What the customer does not want
    is no request where another is left.

    Parameters
    ----------
    text : str
        The customer's own words.
    language : str
        One of ``data.text.LANGUAGES``.
    most : int
        How many to return: questions before complaints, in the order of the text.

    Examples
    --------
    >>> found = split_requests("Hi! Where is my order? Also, I need an invoice. Thanks!", "en")
    >>> [r.text for r in found.chosen]
    ['Where is my order?', 'Also, I need an invoice.']
    """
    spans = [
        s
        for s in sentences(text, language)
        if _LETTER.search(s.text) and not s.text.startswith("#")
    ]
    said = [s for s in spans if not is_courtesy(s.text, language)]
    parts = [part for s in said for part in _parts(s, language)]
    telling = [part for part in parts if part.span.text]
    asking = [i for i, part in enumerate(telling) if part.asks]
    if not asking:
        whole = _shortened(_joined([part.span for part in telling] or said or spans))
        left_open = any(part.cut for part in parts)
        return Requests((Request(whole, whole),), 1 + left_open) if whole else Requests((), 0)
    first = sorted(asking, key=lambda i: (not telling[i].span.text.rstrip().endswith("?"), i))
    chosen = tuple(_request(telling, i) for i in sorted(first[:most]))
    return Requests(chosen, len(asking))


class _Part(NamedTuple):
    """A sentence, or one of the requests that it joins; its text is empty if it wants nothing."""

    span: Span
    asks: bool
    short: int
    cut: bool


def _parts(sentence: Span, language: str) -> list[_Part]:
    joined = joined_requests(sentence, language, partial(asks, language=language))
    if len(joined) == 1:
        return [_part(sentence, language, asks=asks(sentence.text, language), short=_SHORT)]
    # What stands beside a part of a sentence is another request.
    return [_part(part, language, asks=True, short=0) for part in joined]


def _part(span: Span, language: str, *, asks: bool, short: int) -> _Part:
    wanted = without_unwanted(span, language)
    return _Part(wanted or span._replace(text=""), asks, short, cut=wanted is not span)


def _request(parts: list[_Part], position: int) -> Request:
    spans = [part.span for part in parts]
    text = _shortened(spans[position].text)
    around: list[Span] = []
    if len(text.split()) < parts[position].short:
        around = spans[max(0, position - _NEIGHBOURS) : position] or spans[position + 1 :][:1]
    near = sorted([*around, spans[position]], key=lambda span: span.start)
    return Request(text, _shortened(_joined(near)))


def asks(text: str, language: str) -> bool:
    """Whether a sentence asks for something or complains."""
    words = text.replace("’", "'")
    return "?" in text or bool(_patterns()["asking"][language].search(words))


def is_courtesy(text: str, language: str) -> bool:
    """Whether a sentence only greets, thanks or signs.

    Examples
    --------
    >>> is_courtesy("Hi Anna,", "en"), is_courtesy("Where is it?", "en")
    (True, False)
    >>> is_courtesy("I am [NAME_1].", "en"), is_courtesy("Tell [NAME_1] to repair it.", "en")
    (True, False)
    """
    opening = salutations(language).greeting.match(text)
    rest = text[opening.end() :] if opening else text
    if not _LETTER.search(rest):
        return True
    if "?" in text:
        return False
    return _only_names(text, language) or bool(_patterns()["courtesy"][language].match(text))


def _only_names(text: str, language: str) -> bool:
    """Whether a redacted sentence says who wrote, as "My name is [NAME_1]." does."""
    said, found = _PERSON.subn(" ", text)
    return found > 0 and len(_WORDS.findall(said)) <= _INTRODUCES and not asks(text, language)


def _joined(spans: Iterable[Span]) -> str:
    return " ".join(" ".join(s.text.split()) for s in spans)


def _shortened(text: str) -> str:
    return " ".join(text.split()[:_LONGEST_WORDS])


@cache
def _patterns() -> dict[str, dict[str, re.Pattern[str]]]:
    raw = lexicon("asking.yaml", "asking", "courtesy")
    return {
        kind: {code: _words(raw[kind][code]) for code in LANGUAGES}
        for kind in ("asking", "courtesy")
    }


def _words(words: list[str]) -> re.Pattern[str]:
    forms = (re.escape(w.rstrip("*")) + (r"\w*" if w.endswith("*") else "") for w in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)
