"""Which sentences of an article can stand in a reply on their own.

Headings, link lists, table rows, captions, pointers ("see the image") and sentences that begin
by pointing back at one that is not there are true where they stand and odd in a letter.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import Literal, NamedTuple

from suggest.lexicons import lexicon
from suggest.slots import SLOT

Fault = Literal[
    "", "fragment", "url", "table", "code", "pointing", "about", "order", "agent", "question"
]

LIST_MARKER = re.compile(r"\s*(?:[-*•–◦·]|(?:\d{1,2}|[a-z])[.)])\s+")
_LETTER = re.compile(r"[^\W\d_]")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# Where a link of a manual leads inside the manual, and nowhere in a letter.
_RELATIVE = re.compile(
    r"\((?!https?:|mailto:|tel:)[\w./%-]*(?:/|\.md|\.html?)(?:#[\w-]*)?\)", re.IGNORECASE
)
_TABLE = re.compile(r"\|.*\||\t.*\t|^\s*[-:| ]{4,}$")
_CODE = re.compile(r"```|^\s*[$>]\s|\$ [a-z]|</?\w+[^>]*>|\w\(\)|--\w+=|\{%|;\s*$|\\\w")
# "Support for names: Yes." is a field of a form, not a sentence.
_LABEL_ANSWER = re.compile(
    r"(?:[:：(]|\b(?:is|are))\s*(?:yes|no|oui|non|ja|nein|true|false)\s*[.!)]*$|\((?:yes|no)\)",
    re.I,
)
_INTERNAL_TITLE = re.compile(
    r"^\W*intern(?:al|e|o|a)?\s*[:)\]-]|[\[(]\s*intern(?:al|e|o|a)?\b[^)\]]*[)\]]", re.IGNORECASE
)
# What is affirmed here is a question that the customer may not have asked.
_YES_OR_NO = re.compile(
    r"(?:yes|no|oui|non|ja|nein|nee|sí|si|sì|tak|nie|sim|não|evet|hayır)[.!]?", re.I
)
_FEWEST_WORDS = 3
_FEWEST_LETTERS = 12


class Lexicon(NamedTuple):
    """Patterns of one language."""

    dangling: re.Pattern[str]
    pointing: re.Pattern[str]
    about: re.Pattern[str]
    leading: re.Pattern[str]
    limiting: re.Pattern[str]


def fault(text: str, language: str, *, item: bool = False) -> Fault:
    """Return why a sentence cannot be sent, or an empty string.

    Parameters
    ----------
    text : str
        The sentence, without list marker.
    language : str
        Of the article.
    item : bool
        List items may be short and need no full stop.

    Examples
    --------
    >>> fault("See image below.", "en"), fault("Refunds take 5 working days.", "en")
    ('pointing', '')
    """
    words = _lexicon(language)
    text = _plain(text)
    if text.rstrip("\"'»”)* ").endswith("?"):
        return "question"
    if _orders().search(text):
        return "order"
    if _agents().search(text):
        return "agent"
    if _TABLE.search(text):
        return "table"
    if _CODE.search(text):
        return "code"
    without_links = _URL.sub("", text)
    if _URL.search(text) and len(_LETTER.findall(without_links)) < _FEWEST_LETTERS:
        return "url"
    if _RELATIVE.search(text):
        return "url"
    if words.about.match(text):
        return "about"
    # "See Refunds (https://…)" leads somewhere.
    if words.pointing.search(text) and without_links == text:
        return "pointing"
    return "" if _is_sentence(without_links, item) else "fragment"


def article_speaks_to_agents(title: str, text: str) -> bool:
    """Whether an article is meant for agents, whatever it is labelled.

    Its title says so, or two of its sentences do: what stands around "verify the customer's
    identity" is the rest of a procedure.

    Examples
    --------
    >>> article_speaks_to_agents("Bypass code (internal)", "")
    True
    """
    if _INTERNAL_TITLE.search(title):
        return True
    # Orders to a machine are nobody's procedure: they are dropped, the rest stays an article.
    plain = "\n".join(line for line in _plain(text).split("\n") if not _orders().search(line))
    return len(list(islice(_agents().finditer(plain), 2))) == 2


def passage_speaks_to_agents(sentences: Iterable[str]) -> bool:
    """Whether a passage is meant for agents: one of its sentences is enough.

    Examples
    --------
    >>> passage_speaks_to_agents(["Ask the customer for the code."])
    True
    """
    told = (_plain(s) for s in sentences)
    return any(_agents().search(s) and not _orders().search(s) for s in told)


def is_dangling(text: str, language: str) -> bool:
    """Whether a sentence begins by pointing at one before it.

    Examples
    --------
    >>> is_dangling("However, it is free.", "en"), is_dangling("Itemised bills are free.", "en")
    (True, False)
    """
    return bool(_lexicon(language).dangling.match(text.replace("’", "'")))


def announces(text: str, language: str) -> bool:
    """Whether a sentence speaks of a list that comes next, or should.

    Examples
    --------
    >>> announces("Check these points first.", "en"), announces("To return it:", "en")
    (True, True)
    """
    text = text.rstrip()
    return text.endswith(":") or bool(_lexicon(language).leading.search(text))


def limits(text: str, language: str) -> bool:
    """Whether what is listed under a heading means the contrary, or less, without it.

    Examples
    --------
    >>> limits("What cannot be returned", "en"), limits("How to return", "en")
    (True, False)
    """
    return bool(_lexicon(language).limiting.search(text.replace("’", "'")))


def _plain(text: str) -> str:
    """Return the words alone: the name of a slot is none of them."""
    return SLOT.sub("x", text).replace("’", "'")


def _is_sentence(text: str, item: bool) -> bool:
    if _LABEL_ANSWER.search(text) or _YES_OR_NO.fullmatch(text.strip()):
        return False
    letters = len(_LETTER.findall(text))
    if item:
        return letters >= _FEWEST_WORDS
    # Without a stop at its end a line is a heading, a label or a caption.
    ends = text.rstrip().rstrip("\"'»”’)*_").endswith((".", "!", "?", "…", ":"))
    # "To return it:" is short and leads into all that follows.
    fewest = _FEWEST_LETTERS // 2 if text.rstrip().endswith(":") else _FEWEST_LETTERS
    return ends and letters >= fewest and len(text.split()) >= _FEWEST_WORDS


@cache
def _raw() -> dict[str, dict[str, list[str]]]:
    return lexicon("sendable.yaml")


@cache
def _lexicon(language: str) -> Lexicon:
    entry = _raw().get(language) or _raw()["en"]
    return Lexicon(
        re.compile(rf"[\"'«“(]*(?:{_any(entry['dangling'])})\b"),
        re.compile(rf"(?<!\w)(?:{_any(entry['pointing'])})(?!\w)", re.IGNORECASE),
        re.compile(rf"(?:{_any(entry['about'])})\b", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{_any(entry['leading'])})(?!\w)", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{_forms(entry['limiting'])})", re.IGNORECASE),
    )


@cache
def _orders() -> re.Pattern[str]:
    return re.compile("|".join(str(p) for p in _raw()["orders"]), re.IGNORECASE | re.DOTALL)


@cache
def _agents() -> re.Pattern[str]:
    return re.compile("|".join(str(p) for p in _raw()["agents"]), re.IGNORECASE | re.DOTALL)


def _any(words: list[str]) -> str:
    ordered = sorted(map(str, words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word) for word in ordered)


def _forms(words: list[str]) -> str:
    """Return whole words; `*` is any ending, and an apostrophe ends a word."""
    ends = {"*": r"\w*(?!\w)", "'": ""}
    ordered = sorted(map(str, words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(w.rstrip("*")) + ends.get(w[-1], r"(?!\w)") for w in ordered)
