"""Numbers that stay in clear: orders, parcels, invoices, products.

They are what support works with, and they look like phone, card and national numbers.
"""

import re
from collections.abc import Iterable, Iterator

from data.redaction import order_words as words
from data.text.phrases import fold
from data.text.spans import Span

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_GAP = re.compile(r"[\s:#.°ºª,()\"'“”*&/\-–]{0,4}")
_ID = re.compile(
    r"#?(?:[0-9]{2,4}(?: [0-9]{2,4}){1,7}(?![\w])"
    r"|[A-Z]{1,4} (?=[A-Z0-9/.-]{0,6}[0-9]{3})[A-Z0-9][A-Z0-9\-/_.]{2,30}"
    r"|[A-Za-z]{0,8}[-_/.]?[0-9A-Z](?:[0-9A-Z]|[-_/.](?=[0-9A-Z])){1,40})(?!\w)"
)
_DATE = re.compile(
    r"(?:[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{2}|[0-9]{4})|[0-9]{4}-[0-9]{2}-[0-9]{2})(?![\w-])"
)
_MONEY = re.compile(r"\s?[€$£₺%]|[,.][0-9]{2}(?!\w)")
_REVERSED = re.compile(r" (?:numaralı|nolu|no'lu) (?:sipariş|fatura|kargo|gönderi|paket|iade)")
_ID_BEFORE = re.compile(r"(?<![\w-])#?[A-Z0-9](?:[A-Z0-9]|[-_/.](?=[A-Z0-9])){3,30}$")
_SELF_EVIDENT = re.compile(
    r"(?<![\w-])(?:1Z[0-9A-Z]{16}|[A-Z]{2}[0-9]{9}[A-Z]{2}|[0-9]{3}-[0-9]{7}-[0-9]{7}|JJD[0-9]{14,20}"
    r"|JVGL[0-9]{10,20}|3S[A-Z0-9]{9,15}|00[0-9]{18}"
    r"|(?:ORD|ORDER|INV|PO|SO|RMA|CMD|FAC|FA|RE|RG|FV|FT|PED|ENC|ZAM|SIP|SP|RET)[-_]?[0-9]"
    r"(?:[0-9]|[-/](?=[0-9])){2,20}|#[0-9]{4,16})(?![\w-])"
)
# A prefix and a long number are an order's unless a word for something else stands before. Only
# as an entity: redaction goes by words, since identity cards are written like this as well.
_USUAL = re.compile(
    r"(?<![\w-])(?!(?:SKU|ART|MOD|SN|EAN|ISO|VAT|KB|ID|TEL)-)[A-Z]{2,4}-[0-9]{6,10}(?![\w-])"
)
_AND_NEXT = re.compile(
    r"\s{0,2}(?:[,;/&+]\s{0,2}|\s)(?:(?:and|or|und|oder|sowie|et|ou|y|o|e|en|of|i|oraz|lub|ve|veya|"
    r"u|ed)\s)?(?=[#A-Z0-9])"
)
_DIGIT, _LETTER = re.compile(r"[0-9]"), re.compile(r"[^\W\d_]")
_MOST_JOINERS = 4


def find_order_ids(text: str) -> list[Span]:
    """Return the numbers of orders, parcels, invoices and returns in a text.

    A number counts when a word for it stands before ("Bestellung Nr. 4711"), or after in
    Turkish, or when its form says it: carriers' tracking numbers, ``INV-2025-07``, ``#10023``,
    ``LL-204518``. Of several in a row, the word stands before the first.
    Dates, prices and quantities do not count.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of Span
        In order, without overlap; ``text[span.start:span.end] == span.text``.

    Examples
    --------
    >>> [span.text for span in find_order_ids("Order no. 100238471 of 12/03/2025, parcel #55102")]
    ['100238471', '#55102']
    """
    labelled = list(_labelled(text, words.ORDERS, words.ORDER_BEGINNINGS, 0, len(text)))
    # What follows stays in clear only by its own word or form: it may be a phone number.
    more = (place for first in labelled for place in _in_a_row(text, first))
    return _without_overlap(text, [*labelled, *more, *_by_form(text, 0, len(text)), *_usual(text)])


def _usual(text: str) -> Iterator[tuple[int, int]]:
    places = [found.span() for found in _USUAL.finditer(text)]
    if places:
        others = set(_labelled(text, words.OTHERS, words.OTHER_BEGINNINGS, 0, len(text)))
        yield from (place for place in places if place not in others)


def find_kept(
    text: str, around: Iterable[tuple[int, int]], *, within: int = 60, orders: bool = True
) -> list[Span]:
    """Return what redaction must not touch near some places: numbers of orders and products.

    Without ``orders``, what only a word for an order before it says is left out.
    """
    found: list[tuple[int, int]] = []
    for start, end in around:
        first, last = max(0, start - within), min(len(text), end + within)
        if orders:
            found += _labelled(text, words.ORDERS, words.ORDER_BEGINNINGS, first, last)
        found += _labelled(text, words.OTHERS, words.OTHER_BEGINNINGS, first, last)
        found += _by_form(text, first, last)
    return _without_overlap(text, found)


def _by_form(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in _SELF_EVIDENT.finditer(text, start, end):
        yield found.span()
    for after in _REVERSED.finditer(text, start, end):
        found_before = _ID_BEFORE.search(text, max(0, after.start() - 32), after.start())
        if found_before:
            yield found_before.span()


def _labelled(
    text: str, whole: frozenset[str], beginnings: tuple[str, ...], start: int, end: int
) -> Iterator[tuple[int, int]]:
    for label in _WORD.finditer(text, start, end):
        word = fold(label[0])
        if word not in whole and not word.startswith(beginnings):
            continue
        if word == "s" and text[max(0, label.start() - 1) : label.start()] in ("'", "’"):
            continue  # of "it's"
        at, joined = _join(text, label.end())
        found = _ID.match(text, at) if at > label.end() else None
        if found and _is_id(text, found, marked=joined):
            yield found.span()


def _in_a_row(text: str, first: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield numbers after one of the same form: "LL-204518, LL-204519 und LL-204520"."""
    form, at = _form(text[slice(*first)]), first[1]
    while gap := _AND_NEXT.match(text, at):
        found = _ID.match(text, gap.end())
        if not found or _form(found[0]) != form or not _is_id(text, found, marked=True):
            return
        yield found.span()
        at = found.end()


def _form(raw: str) -> str:
    return _LETTER.sub("a", _DIGIT.sub("0", raw.removeprefix("#")))


def _join(text: str, at: int) -> tuple[int, bool]:
    """Return where a number may start after a label, and if more than a space leads there."""
    start = at
    for _ in range(_MOST_JOINERS):
        gap = _GAP.match(text, at)
        at = gap.end() if gap else at
        word = _WORD.match(text, at)
        if word is None or fold(word[0]) not in words.JOINERS or _is_glued(text, word.end()):
            break
        at = word.end()
    return at, at - start > 1


def _is_glued(text: str, at: int) -> bool:
    """Tell whether letters run on into a number: they are a part of it."""
    return at < len(text) and (text[at].isalnum() or text[at] in "_-/")


def _is_id(text: str, found: re.Match[str], *, marked: bool) -> bool:
    raw = found[0]
    digits = sum(c.isdigit() for c in raw)
    if digits < 2 or _DATE.match(text, found.start()) or _MONEY.match(text, found.end()):
        return False
    following = _WORD.match(text, found.end() + 1)
    if following and fold(following[0]) in words.QUANTITIES:
        return False
    if raw.isdigit():
        return digits >= (3 if marked else 4)
    return True


def _without_overlap(text: str, places: Iterable[tuple[int, int]]) -> list[Span]:
    spans: list[Span] = []
    for start, end in sorted(set(places), key=lambda place: (place[0], -place[1])):
        if not spans or start >= spans[-1].end:
            spans.append(Span(start, end, text[start:end]))
    return spans
