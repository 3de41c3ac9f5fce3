"""Names the helpdesk told us: hidden wherever they occur, remembered by keyed hash only.

Redaction finds names by how they are written. The name of the customer is known, so it need not
be found: each word of a text is hashed and compared with the hashes kept for the ticket.
"""

import re
from collections.abc import Iterator

from data.redaction.placeholders import Placeholders

_WORD = re.compile(r"[^\W\d_]+(?:['’.\-]+[^\W\d_]+)*")
_LONGEST = 5
_SHORTEST_PART = 3


def remember_name(name: str | None, placeholders: Placeholders) -> None:
    """Give a name, and each longer word of it, a placeholder of its own.

    Parameters
    ----------
    name : str or None
        As the helpdesk knows it, such as ``Anna Meier``.
    placeholders : Placeholders
        The ticket's own, with a key.
    """
    words = [match[0] for match in _WORD.finditer(name or "")]
    if words:
        placeholders.placeholder("NAME", _normal(" ".join(words)))
    for word in words:
        if len(word) >= _SHORTEST_PART:
            placeholders.placeholder("NAME", _normal(word))


def hide_names(text: str, placeholders: Placeholders) -> str:
    """Replace every name the placeholders remember, the longest first.

    A single word must begin with a capital or stand before a comma, as in a greeting, so that a
    customer called Rose does not take the flowers out of the text.
    """
    known = placeholders.known("NAME")
    if not known:
        return text
    pieces, at = [], 0
    for start, end, value in _matches(text, known, placeholders):
        pieces += [text[at:start], placeholders.placeholder("NAME", value)]
        at = end
    return "".join([*pieces, text[at:]])


def _matches(
    text: str, known: frozenset[str], placeholders: Placeholders
) -> Iterator[tuple[int, int, str]]:
    words = list(_WORD.finditer(text))
    number = 0
    while number < len(words):
        for size in range(min(_LONGEST, len(words) - number), 0, -1):
            found = words[number : number + size]
            start, end = found[0].start(), found[-1].end()
            value = _normal(" ".join(word[0] for word in found))
            likely = size > 1 or text[start].isupper() or text[end : end + 1] in ",!"
            if likely and placeholders.digest("NAME", value) in known:
                yield start, end, value
                number += size - 1
                break
        number += 1


def _normal(name: str) -> str:
    return " ".join(name.casefold().split())
