"""What a detector returns, and small helpers they share."""

import re
from typing import NamedTuple

from data.text.phrases import fold

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")


class Found(NamedTuple):
    """A piece of personal data in a text.

    Attributes
    ----------
    type : str
        One of `data.redaction.placeholders.TYPES`.
    start, end : int
        Character offsets, end exclusive.
    value : str
        The value in a form in which equal values are equal texts.
    """

    type: str
    start: int
    end: int
    value: str


def preceded_by(text: str, at: int, words: re.Pattern[str], *, within: int = 40) -> bool:
    """Tell whether ``words`` occur in the ``within`` characters before ``at``."""
    return words.search(text, max(0, at - within), at) is not None


def words_before(text: str, at: int, *, within: int = 40) -> list[str]:
    """Return the folded words that start in the ``within`` characters before ``at``."""
    start = max(0, at - within)
    while start and text[start - 1].isalpha() and at - start < 2 * within:
        start -= 1
    return [fold(word) for word in _WORD.findall(text, start, at)]
