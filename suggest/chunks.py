"""A query as chunks: the whole, and its sentences when there are several."""

import re

from data.text import sentences

MAX_CHARACTERS = 6000
MAX_SENTENCES = 40
_FEWEST_LETTERS = 3

MANY = 8
"""Of a query with more sentences, the whole is not encoded: the mean of them stands for it.

That halves what a long ticket costs and finds as much.
"""

PLACEHOLDER = r"\[[A-Z_]+_\d+\]"
"""What stands in redacted words for a name or a number, as a pattern."""

# Addresses, mentions and placeholders say who and where, not what; their letters only mislead.
_NO_WORDS = re.compile(rf"https?\s?:\s?//\s?\S+|(?<![\w.])@\w+|{PLACEHOLDER}")
_SPACES = re.compile(r"[^\S\n]+")


def bare(text: str) -> str:
    """Return a text without what is not looked up; as it is where nothing else is in it.

    Examples
    --------
    >>> bare("I am [NAME_1], where is order 1002?")
    'I am , where is order 1002?'
    """
    return _SPACES.sub(" ", _NO_WORDS.sub(" ", text)).strip() or text.strip()


def chunks(text: str) -> list[str]:
    """Cut a query.

    Parameters
    ----------
    text : str
        A ticket or a question. Links, mentions and placeholders are not looked up, nor is what
        lies past 6,000 characters.

    Returns
    -------
    list of str
        The whole text first, then its sentences if there are at least two; none for a text
        without letters or digits. Of very many sentences, neighbours are joined so that there
        are at most 40.

    Examples
    --------
    >>> chunks("Where is my parcel?")
    ['Where is my parcel?']
    >>> chunks("Hi! I paid twice. Can I get a refund?")
    ['Hi! I paid twice. Can I get a refund?', 'I paid twice.', 'Can I get a refund?']
    >>> chunks("@shop I paid twice, see https://shop.example/o/1")
    ['I paid twice, see']
    >>> chunks("?!")
    []
    """
    whole = bare(text[: 2 * MAX_CHARACTERS])[:MAX_CHARACTERS]
    if not any(c.isalnum() for c in whole):
        return []
    found = [s.text for s in sentences(whole) if _says_something(s.text)]
    found = list(dict.fromkeys(found))
    if len(found) < 2:
        return [whole]
    size = -(-len(found) // MAX_SENTENCES)
    return [whole, *(" ".join(found[i : i + size]) for i in range(0, len(found), size))]


def to_encode(found: list[str]) -> list[str]:
    """Return which of the chunks of one query need vectors of their own."""
    return found if len(found) <= MANY + 1 else found[1:]


def _says_something(sentence: str) -> bool:
    return sum(c.isalnum() for c in sentence) >= _FEWEST_LETTERS
