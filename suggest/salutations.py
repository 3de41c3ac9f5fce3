"""How people begin and end messages, in nine languages."""

import re
from functools import cache
from typing import NamedTuple

from suggest.chunks import PLACEHOLDER
from suggest.lexicons import lexicon
from suggest.phrases import phrasebook


class Salutations(NamedTuple):
    """Patterns of a greeting at the start of a text and of a line that closes a reply."""

    greeting: re.Pattern[str]
    closing: re.Pattern[str]


@cache
def salutations(language: str) -> Salutations:
    """Return the patterns of a language; of every language where it is unknown.

    Examples
    --------
    >>> salutations("en").greeting.match("Hi Anna, it is done.").group()
    'Hi Anna, '
    """
    book = phrasebook()
    raw = lexicon("salutations.yaml")
    # English words are written everywhere: "Hi Anna," over a French reply is still a greeting.
    codes = sorted({language, "en"} & set(book.languages)) if language in raw else sorted(raw)
    opening = {word for code in codes for word in raw[code]["greetings"]}
    closing = {word for code in codes for word in raw[code]["closings"]}
    for code in codes:
        known = book.languages[code]
        opening |= {word for words in known.greetings.values() for word in words.values()}
        closing |= {word.rstrip(",") for word in known.phrases["closing"].values()}
    # A few words of name and title may follow; a sentence that merely begins alike may not.
    # In redacted words the name is a placeholder.
    word = rf"(?:{PLACEHOLDER}|[\w.'&-]+)"
    # "Hola, Anna:" has a comma before the name, and then the line ends with it.
    apart = rf",[^\S\n]+{word}(?:[^\S\n]+{word}){{0,4}}[,:!](?=\s*(?:\n|$))"
    joined = rf"(?:[^\S\n]+{word}){{0,5}}[^\S\n]*(?:[,:!]|\n|$)"
    named = rf"{apart}|{joined}|(?:[^\S\n]+(?:{PLACEHOLDER}|[\w'-]+)){{0,2}}\."
    signed = rf"(?:[\s,]+(?:{PLACEHOLDER}|[\w'&-]+)\.?){{0,3}}[\s,.!]*$"
    return Salutations(
        re.compile(rf"(?:{_any(opening)})\b(?:{named}|,)\s*", re.IGNORECASE),
        re.compile(rf"(?:{_any(closing)})\b{signed}", re.IGNORECASE),
    )


def _any(words: set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))
