"""Variables of articles and macros, filled from what the ticket carries.

A slot is written ``{{ order_id }}``. What is known is put in; what is not stays visible as
``[order_id]`` and is reported as missing, so an agent sees at once what is left to do.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from data.redaction import find_order_ids
from data.ticket import Ticket
from suggest.greetings import first_name, is_timezone, printable_name

# With or without a filter of the template language behind it; filters are not applied.
SLOT = re.compile(r"\{\{-?\s*([A-Za-z_][\w.]*)\s*(?:\|[^{}]*)?-?\}\}")
# Conditions and loops of a helpdesk's template language cannot be filled, only run.
CODE = re.compile(r"\{%.*?%\}|\{\{|\}\}", re.DOTALL)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?")
_LONGEST_VALUE = 80
# A value is no sentence: "12. Juni 2026" and "St. Gallen" are none either.
_SENTENCE_END = re.compile(
    r"[!?…]\s+\S|(?<!\d)(?<!\bst)(?<!\bno)(?<!\bnr)(?<!\bco)(?<!\binc)\.\s+\S"
    r"|(?<=\d)\.\s+\w+\s+(?!\d{4}$)\S",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)
_ADDRESS_SLOTS = ("url", "link", "uri", "website")
# When something is expected: a day that is over is no longer.
_EXPECTED = frozenset(
    {"eta", "expected_at", "expected_on", "expected_delivery", "delivery_date", "delivery_eta"}
    | {"estimated_delivery", "estimated_at", "arrival_date", "expected_date"}
)
_WITH_DIGIT = re.compile(r"[\w#-]*\d[\w/-]*\w|\d")
# Numbers of invoices and parcels are found as order numbers are, and are none.
_OTHER_NUMBER = re.compile(
    r"\b(?:invoice|facture|rechnung|factura|fattura|factuur|faktur|fatura|tracking|suivi|sendung"
    r"|parcel|colis|paket|inv|fac|fv|rg)\w*[^\w\n]{0,3}(?:\w{1,8}[^\w\n]{1,3})?[\w/#-]*$",
    re.IGNORECASE,
)

# Other names of the same thing: slot -> places to look, in this order.
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "order_id": ("order.id", "order.number", "order.order_id"),
    "order_number": ("order.number", "order.id"),
    "tracking_number": ("shipment.tracking_number", "shipment.tracking", "shipment.number"),
    "tracking_url": ("shipment.tracking_url", "shipment.url"),
    "carrier": ("shipment.carrier",),
    "delivery_date": ("shipment.delivery_date", "shipment.expected_at", "order.delivery_date"),
    "amount": ("payment.amount", "order.amount", "order.total"),
    "refund_amount": ("payment.refund_amount", "refund.amount"),
    "invoice_id": ("payment.invoice_id", "payment.invoice", "order.invoice_id"),
    "plan": ("account.plan",),
}
_FROM_TEXT = frozenset({"order_id", "order_number", "order.id", "order.number"})
_NAMES = frozenset({"name", "customer_name", "customer.name", "ticket.requester.name"})
_FIRST_NAMES = frozenset({"first_name", "customer.first_name", "ticket.requester.first_name"})


@dataclass(frozen=True)
class Filled:
    """A text with its slots filled, and the state of each slot in it."""

    text: str
    slots: Mapping[str, str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the slots that nothing is known for."""
        return tuple(name for name, state in self.slots.items() if state == "missing")


class SlotValues:
    """What may be put into slots for one ticket.

    Parameters
    ----------
    ticket : Ticket
        Its context, customer, identifiers and, for order numbers, its words.
    language : str
        Dates are written out in this language.
    timezone : str, optional
        Zone in which a moment becomes a date.
    now : datetime, optional
        A delivery that was expected before this day is not promised again.
    """

    def __init__(
        self,
        ticket: Ticket,
        *,
        language: str,
        timezone: str | None = None,
        now: datetime | None = None,
    ) -> None:
        self._ticket = ticket
        self._language = language
        self._variables: Mapping[str, str] = {}
        self._zone = ZoneInfo(timezone) if timezone and is_timezone(timezone) else None
        self._today = self._day(now) if now else None

    def __call__(self, slot: str) -> str | None:
        """Return the printable value of a slot, or ``None``."""
        slot = self._variables.get(slot, slot).removeprefix("context.")
        if slot in _NAMES or slot in _FIRST_NAMES:
            known = first_name if slot in _FIRST_NAMES else printable_name
            return known(self._ticket.customer.name) or None
        found = self._in_context(slot)
        if found is None and slot in _FROM_TEXT:
            found = self._in_text()
        if slot in ("ticket_id", "ticket.id"):
            found = self._ticket.ticket_id or None
        name = slot.rpartition(".")[2]
        if name in _EXPECTED and self._is_over(found):
            return None
        printed = self._printable(found)
        if printed and not name.endswith(_ADDRESS_SLOTS) and _ADDRESS.search(printed):
            return None
        return printed

    def for_variables(self, variables: Mapping[str, str]) -> "SlotValues":
        """Return the same values under the names that an article or a macro gives them.

        Parameters
        ----------
        variables : mapping
            Slot name to where its value is: ``context.order.id``, ``customer.name``, or
            ``agent`` for what only the agent knows.
        """
        again = copy(self)
        again._variables = variables
        return again

    def contradict(self, when: Mapping[str, Sequence[str]]) -> bool:
        """Whether the ticket says something else than the values that are asked for.

        Parameters
        ----------
        when : mapping
            Place, such as ``context.order.status``, to the values of which it must have one, case
            ignored. A place of which the ticket says nothing contradicts nothing.
        """
        for place, wanted in when.items():
            found = self._in_context(place.removeprefix("context."))
            if (found is not None and str(found).casefold() not in wanted) or not wanted:
                return True
        return False

    def facts(self) -> Iterator[str]:
        """Yield all that the ticket says of itself: words, context, identifiers, dates in words."""
        yield self._ticket.text
        yield self._ticket.ticket_id
        customer = self._ticket.customer
        yield from (value for value in (customer.name, customer.plan) if value)
        for leaf in _leaves(self._ticket.context):
            yield f"{leaf:.10g}" if isinstance(leaf, float) else str(leaf)
            yield self._printable(leaf) or ""

    def _in_context(self, slot: str) -> object:
        context = self._ticket.context
        places = (slot, *_ALIASES.get(slot, ()), *_split_once(slot))
        values = (_at(context, place) for place in places)
        return next((v for v in values if v is not None), None)

    def _in_text(self) -> str | None:
        """Return the one order number of the customer's words, if there is just one."""
        text = self._ticket.text
        found = [s for s in find_order_ids(text) if not _OTHER_NUMBER.search(text[: s.end])]
        shapes = {_shape(span.text) for span in found}
        alike = {t for t in _WITH_DIGIT.findall(text) if _shape(t) in shapes}
        # Two numbers and no way to tell which is meant: the agent decides.
        ids = {span.text for span in found} | alike
        return ids.pop() if len(ids) == 1 else None

    def _printable(self, value: object) -> str | None:
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal | date):
            return None
        if isinstance(value, float):
            value = f"{value:.10g}"
        if isinstance(value, date) or _ISO_DATE.fullmatch(str(value)):
            return self._written_out(value)
        text = " ".join(str(value).split())
        printable = (
            text.isprintable() and len(text) <= _LONGEST_VALUE and text == str(value).strip()
        )
        printable = printable and not set(text) & set("{}[]<>")
        return text if text and printable and not _SENTENCE_END.search(text) else None

    def _written_out(self, value: object) -> str | None:
        day = self._day(value)
        return str(format_date(day, format="long", locale=self._language)) if day else None

    def _is_over(self, value: object) -> bool:
        dated = isinstance(value, date) or _ISO_DATE.fullmatch(str(value))
        day = self._day(value) if dated else None
        return day is not None and self._today is not None and day < self._today

    def _day(self, value: object) -> date | None:
        """Return the customer's day of a moment or a date."""
        try:
            moment = value if isinstance(value, date) else _moment(str(value))
        except ValueError:
            return None
        if isinstance(moment, datetime):
            zoned = moment.tzinfo is not None and self._zone is not None
            return (moment.astimezone(self._zone) if zoned else moment).date()
        return moment


def fill(text: str, values: "SlotValues | Mapping[str, str]") -> Filled:
    """Fill the slots of a text.

    Parameters
    ----------
    text : str
    values : SlotValues or mapping
        Slot name to printable value.

    Examples
    --------
    >>> filled = fill("Parcel {{ tracking_number }} of {{ order_id }}.", {"order_id": "A-55"})
    >>> filled.text, dict(filled.slots)
    ('Parcel [tracking_number] of A-55.', {'tracking_number': 'missing', 'order_id': 'filled'})
    """
    states: dict[str, str] = {}

    def put(match: re.Match[str]) -> str:
        slot = match.group(1)
        value = values.get(slot) if isinstance(values, Mapping) else values(slot)
        states[slot] = "missing" if value is None else "filled"
        return mark(slot) if value is None else value

    return Filled(SLOT.sub(put, text), states)


def mark(slot: str) -> str:
    """Return the visible mark of a slot that nothing is known for."""
    return f"[{slot}]"


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
    elif value is not None and not isinstance(value, bool):
        yield value


def _at(context: Mapping[str, Any], path: str) -> object:
    value: object = context
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return None if isinstance(value, Mapping) else value


def _split_once(slot: str) -> tuple[str, ...]:
    # `payment_amount` also means `payment.amount`.
    head, _, tail = slot.partition("_")
    return (f"{head}.{tail}",) if tail else ()


def _moment(text: str) -> date:
    return (
        date.fromisoformat(text) if len(text) == len("2026-03-02") else datetime.fromisoformat(text)
    )


def _shape(number: str) -> str:
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", number))
