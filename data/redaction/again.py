"""Names that were found once, wherever else they stand: whole, or a part of them alone."""

import re
from collections.abc import Iterable, Iterator, Sequence

from data.redaction import name_words as words
from data.redaction.everyday import is_word
from data.redaction.gazetteer import is_everyday_name
from data.redaction.parts import Part
from data.text.phrases import fold

_MOST = 50  # names looked for again, so that no text takes quadratic time
_SHORTEST = 3
_LETTERS = re.compile(r"[^\W\d_]+")


def whole_again(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield each place of each name, between the ends of words."""
    for name in list(dict.fromkeys(names))[:_MOST]:
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            inside = text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()
            if not inside:
                yield at, end
            at = text.find(name, end)


def parts_again(
    text: str, names: Iterable[str], parts: Sequence[Part]
) -> Iterator[tuple[int, int]]:
    """Yield where parts of full names stand alone, or several of them in a row."""
    full = list(dict.fromkeys(names))[:_MOST]
    alone = {part for name in full for part in _LETTERS.findall(name) if _stands_for_person(part)}
    at = 0
    while at < len(parts) if alone else False:
        if text[parts[at].start : parts[at].end] not in alone:
            at += 1
            continue
        last = at
        while last + 1 < len(parts) and _goes_on(text, parts[last], parts[last + 1], alone):
            last += 1
        start, end = parts[at].start, parts[last].end
        # "Meier Joinery" is a firm.
        if last > at or not (text[end : end + 1] == " " and text[end + 1 : end + 2].isupper()):
            yield start, end
        at = last + 1


def _goes_on(text: str, left: Part, right: Part, alone: set[str]) -> bool:
    joined = text[left.end : right.start] in (" ", "-", "'", "’")
    return joined and text[right.start : right.end] in alone


def _stands_for_person(part: str) -> bool:
    folded = fold(part)
    everyday = is_word(folded) or folded in words.PARTICLES or is_everyday_name(folded)
    return part[0].isupper() and len(part) >= _SHORTEST and not everyday
