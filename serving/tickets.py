"""A ticket of the models from the body of a request, without detours over mappings."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from data.ticket import Customer, Message, Ticket
from serving.problems import wrong_field
from serving.schemas import MessageIn, TicketIn

_SUGGESTION_BYTES = 10_000


def ticket_of(body: TicketIn, client: str, longest: int) -> tuple[Ticket, bool]:
    """Return the ticket and whether a text was cut.

    Parameters
    ----------
    body : TicketIn
    client : str
        Whose key the request came with.
    longest : int
        Characters of a subject or message that the models read.

    Raises
    ------
    ProblemError
        422 for a time that no calendar has in UTC.
    """
    customer = body.customer
    ticket = Ticket(
        ticket_id=body.id,
        client_id=client,
        version=body.version or 1,
        channel=body.channel,
        language=body.language or None,
        subject=body.subject[:longest],
        created_at=_utc(body.created_at, "created_at"),
        messages=tuple(_message(m, n, longest) for n, m in enumerate(body.messages, start=1)),
        customer=Customer(
            customer_id=customer.id,
            timezone=customer.timezone or None,
            locale=customer.locale or None,
            segment=customer.segment or None,
            plan=customer.plan or None,
            name=customer.name or None,
            email_domain=customer.email_domain or None,
        ),
        context=body.context,
        headers=body.headers,
    )
    cut = len(body.subject) > longest or any(len(m.text) > longest for m in body.messages)
    return ticket, cut


def weight(ticket: Ticket) -> int:
    """Return about how many bytes a ticket and its suggestion hold in memory."""
    held = _SUGGESTION_BYTES + 2 * sum(len(message.text) for message in ticket.messages)
    level: list[Any] = [ticket.context, ticket.headers]
    while level:
        value = level.pop()
        held += 100
        if isinstance(value, str):
            held += 2 * len(value)
        elif isinstance(value, Mapping):
            level += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            level += value
    return held


def _message(body: MessageIn, number: int, longest: int) -> Message:
    return Message(
        message_id=body.id or f"m{number}",
        author=body.author,
        text=body.text[:longest],
        sent_at=_utc(body.at, "at"),
        public=body.public,
    )


def _utc(moment: datetime | None, name: str) -> datetime | None:
    try:
        return None if moment is None else moment.astimezone(UTC)
    except OverflowError:
        raise wrong_field(name, "must be a time between the years 1 and 9999 in UTC") from None
