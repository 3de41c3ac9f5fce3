"""Messages that want no answer: thanks, a yes to an agent, word that all is settled."""

import re
from functools import cache
from typing import NamedTuple

from data.text import sentences
from suggest.asking import asks, is_courtesy
from suggest.lexicons import lexicon
from suggest.wording import any_of, plain

_CLAUSE = re.compile(r"[,;:!.–—]+|\s-\s")
_LETTER = re.compile(r"[^\W\d_]")
# More is said than a name, and more than "Yes, I did".
_NAME, _ANSWER = 2, 4
_LONGEST = 40
# What a clause does; the first that one of a sentence does is what the sentence does.
_WEIGHTS = ("asking", "settled", "news", "telling", "assent", "courtesy", "name")


class _Words(NamedTuple):
    settled: re.Pattern[str]
    news: re.Pattern[str]
    assent: re.Pattern[str]
    but: re.Pattern[str]


def asks_nothing(text: str, language: str, *, replying: bool) -> bool:
    """Whether a message only thanks, agrees or says that its matter is settled.

    Parameters
    ----------
    text : str
        What the customer wrote, without the subject.
    language : str
        One of ``data.text.LANGUAGES``.
    replying : bool
        Whether it answers a message: thanks alone settle nothing else, since the question may
        stand in the subject.

    Examples
    --------
    >>> asks_nothing("Thanks! All sorted.", "en", replying=False)
    True
    >>> asks_nothing("Thanks!", "en", replying=False), asks_nothing("Thanks!", "en", replying=True)
    (False, True)
    """
    if "?" in text or len(text.split()) > _LONGEST:
        return False
    said = [s.text for s in sentences(text, language) if _LETTER.search(s.text)]
    kinds = {_kind(s, language) for s in said} - {"name"}
    allowed = {"settled", "courtesy"} | ({"news", "assent"} if replying else set())
    return bool(kinds) and kinds <= allowed and (replying or "settled" in kinds)


def _kind(sentence: str, language: str) -> str:
    clauses = [c for c in _CLAUSE.split(sentence) if _LETTER.search(c)]
    kinds = {_clause(clause.strip(), language) for clause in clauses}
    return next(kind for kind in _WEIGHTS if kind in kinds)


def _clause(clause: str, language: str) -> str:
    words = _words(language)
    told = plain(clause)
    for kind, pattern in (("settled", words.settled), ("news", words.news)):
        if said := pattern.search(told):
            # "Please close this ticket" asks for the last time.
            rest = clause[said.end() :]
            denied = words.but.search(told, 0, said.start()) or words.but.search(rest)
            return "asking" if denied or asks(rest, language) else kind
    if words.but.search(told) or asks(clause, language):
        return "asking"
    if is_courtesy(clause, language):
        return "courtesy"
    count = len(clause.split())
    if words.assent.match(told) and count <= _ANSWER:
        return "assent"
    return "name" if count <= _NAME else "telling"


@cache
def _words(language: str) -> _Words:
    raw = lexicon("closing.yaml")
    return _Words(*(re.compile(any_of(raw[language][name])) for name in _Words._fields))
