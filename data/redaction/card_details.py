"""The check code of a payment card, and the expiry that stands beside it.

Whoever writes both wrote down all that it takes to pay. An expiry alone stays: with the card's
number gone it is what an agent needs to know, as are those of vouchers, medicines and passes.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property

from data.redaction import card_words as words
from data.redaction.found import Found

_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:20)?[2-4][0-9]"
_MARK = r" ?[/.–-] ?"
_EXPIRY = rf"{_MONTH}{_MARK}{_YEAR}(?!\w|[/.,:–-][0-9]|{_MARK}[0-9])"
# Behind a word for it: a month by name, four digits, and the day where one is given.
_NAMED = (
    rf"(?:[0-3]?[0-9]{_MARK})?{_EXPIRY}|(?:0[1-9]|1[0-2]) ?[2-4][0-9](?!\w|[/.,:-][0-9])"
    r"|[^\W\d_]{3,12}\.?(?: de| of)? 20[2-4][0-9](?!\w)"
)
_LABELLED = re.compile(
    rf"(?<![\w-])(?P<label>{words.EXPIRIES})(?![^\W_])"
    rf"(?:[\s:.=()/–-]|\b(?:{words.JOINERS})\b){{0,10}}(?<!\w)(?P<value>{_NAMED})",
    re.IGNORECASE,
)
# Turkish puts the word behind.
_VALID_AFTER = re.compile(
    rf"(?<![\w/.,:-])(?P<value>{_EXPIRY})['’ ]{{0,2}}\w{{0,4}} (?:tarihine )?kadar ge(?:ç|c)erli",
    re.IGNORECASE,
)
_GAP = r"[\s,;:|/()–-]{1,4}"
_BARE = re.compile(rf"{_GAP}(?P<value>{_EXPIRY})")
_NO_AMOUNT = (
    r"(?!\w|[.,:/-][0-9]| ?[%€$£₺]| ?(?:euros?|eur|usd|gbp|chf|pln|zł|zl|tl|try|brl"
    r"|pounds?|dollars?|cm|mm|kg|x)\b)"
)
_CODE_BEHIND = re.compile(
    rf"{_GAP}(?P<value>(?!20[0-9]{{2}})[0-9]{{3,4}}){_NO_AMOUNT}", re.IGNORECASE
)
_CODE = re.compile(
    rf"(?<![\w-])(?P<label>{words.CODES})(?![^\W\d_])"
    rf"(?:[\s:.=,()/→|'’–-]|(?<![^\W\d_])(?:{words.CODE_JOINERS})\b){{0,16}}(?<![0-9])"
    rf"(?P<value>[0-9]{{3,4}}|[0-9](?: [0-9]){{2,3}}){_NO_AMOUNT}",
    re.IGNORECASE,
)
_SURE_CODE = re.compile(words.SURE_CODES, re.IGNORECASE)
_OF_CARDS = re.compile(
    rf"(?<![\w-])(?:(?P<other>{words.OTHER_CARDS})|{words.CARDS})(?!\w)", re.IGNORECASE
)
_CARD_PLACEHOLDER = re.compile(r"\[CARD_[0-9]{1,6}\]")
_NEARBY = 120
_BEHIND = 60


def find_card_details(text: str, masked: str, found: Sequence[Found]) -> Iterator[Found]:
    """Yield check codes of payment cards, and the expiries near them.

    Parameters
    ----------
    text : str
        With the placeholders that it holds so far.
    masked : str
        The same with placeholders blotted out, as long.
    found : sequence of Found
        What else was found, with the cards.
    """
    cards = _Cards(text, masked, found)
    lowered = masked.lower()
    codes: list[tuple[int, int]] = []
    if any(hint in lowered for hint in words.CODE_HINTS):
        codes += [
            one.span("value")
            for one in _CODE.finditer(masked)
            if _SURE_CODE.fullmatch(one["label"]) or cards.are_near(*one.span())
        ]
    months = list(_expiries(masked, lowered, cards))
    behind = (_CODE_BEHIND.match(masked, end) for start, end in months if cards.are_before(start))
    codes = sorted({*codes, *(one.span("value") for one in behind if one)})
    yield from (_secret(masked, *place) for place in codes)
    yield from (_secret(masked, *place) for place in months if _is_near(codes, *place))


def _expiries(masked: str, lowered: str, cards: "_Cards") -> Iterator[tuple[int, int]]:
    if any(hint in lowered for hint in words.EXPIRY_HINTS):
        for form in (_LABELLED, _VALID_AFTER):
            yield from (one.span("value") for one in form.finditer(masked))
    bare = (_BARE.match(masked, end) for end in cards.ends)
    yield from (one.span("value") for one in bare if one)


def _is_near(places: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    at = bisect_left(places, (start - _NEARBY, 0))
    return at < len(places) and places[at][0] <= end + _NEARBY


class _Cards:
    """The card numbers of a text, found now or replaced before."""

    def __init__(self, text: str, masked: str, found: Sequence[Found]) -> None:
        self._masked = masked
        ends = {one.end for one in found if one.type == "CARD"}
        if "[CARD_" in text:
            ends |= {one.end() for one in _CARD_PLACEHOLDER.finditer(text)}
        self.ends = sorted(ends)

    def are_before(self, start: int) -> bool:
        """Tell whether a card's number ends shortly before a place."""
        at = bisect_left(self.ends, start) - 1
        return at >= 0 and start - self.ends[at] <= _BEHIND

    def are_near(self, start: int, end: int) -> bool:
        """Tell whether a place is near a card's number or a word for a payment card."""
        return any(
            at < len(places) and places[at] <= end + _NEARBY
            for places in (self.ends, self._named)
            for at in (bisect_left(places, start - _NEARBY),)
        )

    @cached_property
    def _named(self) -> list[int]:
        """Where words for payment cards begin."""
        return [one.start() for one in _OF_CARDS.finditer(self._masked) if not one["other"]]


def _secret(text: str, start: int, end: int) -> Found:
    return Found("SECRET", start, end, text[start:end])
