"""Replace personal data by typed placeholders."""

import re
from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any, NamedTuple, Self, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError
from data.redaction.addresses import find_addresses
from data.redaction.card_details import find_card_details
from data.redaction.contact_names import find_contact_names
from data.redaction.found import Found
from data.redaction.identifiers import find_identifiers, is_bank_card
from data.redaction.labelled_numbers import find_labelled_numbers
from data.redaction.links import find_links
from data.redaction.names import find_names
from data.redaction.orders import find_kept
from data.redaction.phones import find_phones
from data.redaction.placeholders import PLACEHOLDER, TYPES, Placeholders
from data.redaction.secrets import find_secrets

_DIGIT = re.compile(r"[0-9]")
_SEVERAL_DIGITS = re.compile(r"[0-9](?:[^0-9]{0,3}[0-9]){5}")
# A number next to a word for an order is an order number, unless its form settles it.
_YIELDS_TO_KEPT = frozenset({"PHONE", "CARD", "NATIONAL_ID", "IP"})
_JOINS = frozenset("-/_")
_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            "URL",
            "EMAIL",
            "IBAN",
            "CARD",
            "NATIONAL_ID",
            "SECRET",
            "BIRTHDATE",
            "ADDRESS",
            "PHONE",
            "IP",
            "NAME",
        )
    )
}


class Entity(NamedTuple):
    """A piece of personal data that was replaced.

    Attributes
    ----------
    type : str
        One of `data.redaction.placeholders.TYPES`.
    start, end : int
        Character offsets into the original text, end exclusive.
    placeholder : str
        What stands in its place, such as ``[EMAIL_1]``.
    digest : str
        HMAC-SHA256 of the value under the ticket's key in hexadecimal; empty without a key.
    """

    type: str
    start: int
    end: int
    placeholder: str
    digest: str


class Redacted(str):
    """A redacted text that knows what was replaced.

    Attributes
    ----------
    entities : tuple of Entity
        In the order of the text, without overlap; offsets refer to the original text.
    """

    entities: tuple[Entity, ...]

    def __new__(cls, text: str, entities: tuple[Entity, ...] = ()) -> Self:
        """Make a redacted text."""
        made = super().__new__(cls, text)
        made.entities = entities
        return made


Texts = list[Any] | tuple[Any, ...] | NDArray[Any] | pd.Series | pd.Index


@overload
def redact(
    text: str | float | None,
    *,
    placeholders: Placeholders | None = None,
    region: str | None = None,
) -> Redacted: ...
@overload
def redact(
    text: Texts, *, placeholders: Placeholders | None = None, region: str | None = None
) -> list[Redacted]: ...
def redact(
    text: str | float | Texts | None,
    *,
    placeholders: Placeholders | None = None,
    region: str | None = None,
) -> Redacted | list[Redacted]:
    """Replace personal data by placeholders; numbers of orders, prices and dates stay.

    Parameters
    ----------
    text : str, None or array-like of str
        Any text, of any length; missing ones (None, NaN) are empty texts. A list, tuple,
        one-dimensional array or Series gives a list.
    placeholders : Placeholders or None, default=None
        The ticket's own, so that the same value gets the same placeholder in every message;
        None numbers each text alone.
    region : str or None, default=None
        ISO 3166 code of the customer's country, a hint for phone and national numbers.

    Returns
    -------
    Redacted or list of Redacted
        The redacted text with its ``entities``, or one for each text in order. Redacting it
        again changes nothing.

    Raises
    ------
    ParameterError
        When ``text`` is neither a text nor missing nor a sequence of these.

    Examples
    --------
    >>> redact("Order 10023, write to anna@example.org or call +44 20 7946 0018.")
    'Order 10023, write to [EMAIL_1] or call [PHONE_1].'
    >>> redact(["anna@example.org", None])
    ['[EMAIL_1]', '']
    """
    if isinstance(text, (list, tuple, pd.Series, pd.Index)) or (
        isinstance(text, np.ndarray) and text.ndim == 1
    ):
        words = [_words(one, f" at position {at}") for at, one in enumerate(text)]
        return [_redact(one, placeholders, region) for one in words]
    return _redact(_words(text), placeholders, region)


def _words(text: Any, where: str = "") -> str:
    if isinstance(text, str):
        return str(text)
    if pd.api.types.is_scalar(text) and pd.isna(text):
        return ""
    raise ParameterError(
        "The 'text' parameter of redact must be a text, None or a one-dimensional sequence of "
        f"these. Got {type(text).__name__}{where} instead."
    )


def _redact(current: str, placeholders: Placeholders | None, region: str | None) -> Redacted:
    if placeholders is None:
        placeholders = Placeholders()
    entities: list[Entity] = []
    # What was replaced may have hidden something else, so look again until nothing is left.
    while found := _detect(current, region):
        current, entities = _replace(current, found, entities, placeholders)
    return Redacted(current, tuple(entities))


def _detect(text: str, region: str | None) -> list[Found]:
    """Return what is found, without overlap, in order."""
    masked = PLACEHOLDER.sub(lambda match: "\x00" * len(match[0]), text)
    found = [*find_links(masked), *find_names(masked), *find_secrets(masked)]
    if _SEVERAL_DIGITS.search(masked):
        found += [*find_identifiers(masked, region), *find_phones(masked, region)]
    if _has_digit(masked):
        found += [*find_labelled_numbers(masked), *find_addresses(masked)]
        found += [*find_card_details(text, masked, found)]
    found += [*find_contact_names(masked, found)]
    if not found:
        return []
    numbers = [one[1:3] for one in found if one.type in _YIELDS_TO_KEPT]
    kept = [(span.start, span.end) for span in find_kept(masked, numbers)]
    chosen: list[Found] = []
    taken: list[tuple[int, int]] = []
    for one in sorted(found, key=lambda f: (_RANK[f.type], f.start - f.end, f.start)):
        place = (one.start, one.end)
        if _overlaps(taken, place) or (
            one.type in _YIELDS_TO_KEPT and _overlaps(kept, place) and not _is_card(masked, one)
        ):
            continue
        insort(taken, place)
        chosen.append(one)
    return sorted(chosen, key=lambda f: f.start)


def _is_card(text: str, one: Found) -> bool:
    """Tell whether a number is a card whatever stands before it, but for a product's word."""
    goes_on = text[one.end : one.end + 1] in _JOINS and text[one.end + 1 : one.end + 2].isalnum()
    if one.type != "CARD" or goes_on or not is_bank_card(one.value):
        return False
    kept = find_kept(text, [one[1:3]], orders=False)
    return not _overlaps([(span.start, span.end) for span in kept], (one.start, one.end))


def _has_digit(text: str) -> bool:
    return _DIGIT.search(text) is not None or any(c.isdigit() for c in text if c > "\x7f")


def _overlaps(places: list[tuple[int, int]], place: tuple[int, int]) -> bool:
    """Tell whether a place overlaps one of several, which are in order and apart."""
    at = bisect_left(places, place)
    after = at < len(places) and places[at][0] < place[1]
    return after or (at > 0 and places[at - 1][1] > place[0])


def _replace(
    text: str, found: list[Found], earlier: list[Entity], placeholders: Placeholders
) -> tuple[str, list[Entity]]:
    above = _highest(text)
    parts: list[str] = []
    entities = list(earlier)
    shift, waiting, at = 0, iter(_shifts(earlier)), 0
    following = next(waiting, None)
    for one in found:
        while following is not None and following[0] <= one.start:
            shift += following[1]
            following = next(waiting, None)
        name = placeholders.placeholder(one.type, one.value, above=above.get(one.type, 0))
        digest = placeholders.digest(one.type, one.value)
        entities.append(Entity(one.type, one.start + shift, one.end + shift, name, digest))
        parts += [text[at : one.start], name]
        at = one.end
    parts.append(text[at:])
    return "".join(parts), sorted(entities, key=lambda entity: entity.start)


def _shifts(entities: list[Entity]) -> Iterator[tuple[int, int]]:
    """Yield, for each placeholder made so far, its end in the redacted text and its shortening."""
    shift = 0
    for entity in entities:
        saved = (entity.end - entity.start) - len(entity.placeholder)
        yield entity.end - shift - saved, saved
        shift += saved


def _highest(text: str) -> dict[str, int]:
    """Return the highest number of each kind of placeholder that a text already holds."""
    highest = dict.fromkeys(TYPES, 0)
    for match in PLACEHOLDER.finditer(text):
        highest[match[1]] = max(highest[match[1]], int(match[2]))
    return highest
