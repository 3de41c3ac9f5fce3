"""One ticket in memory: what the models read, whatever it came from."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from data.errors import ParameterError
from data.schema.coerce import WrongError, parse_int, show

# A receipt of a bot answers nothing: only a person's public reply does.
_REPLYING = "agent"
# What mail programs write in front of the subject of an answer.
_REPLY = re.compile(
    r"\s*(?:re|aw|antw|antwort|rép|rep|res|resp|rif|r|odp|ynt|yan|sv|vs)(?:\[\d+\])?\s*:",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Message:
    """One message of a conversation.

    Parameters
    ----------
    message_id : str
    author : str
        customer, agent, bot or system.
    text : str
    sent_at : datetime or None
        Aware.
    public : bool
        False for internal notes.
    """

    message_id: str
    author: str
    text: str
    sent_at: datetime | None = None
    public: bool = True


@dataclass(frozen=True)
class Customer:
    """What is known of the person who wrote."""

    customer_id: str | None = None
    timezone: str | None = None
    locale: str | None = None
    segment: str | None = None
    plan: str | None = None
    name: str | None = None
    email_domain: str | None = None


@dataclass(frozen=True)
class Ticket:
    """A ticket with its conversation.

    Parameters
    ----------
    ticket_id, client_id : str
    version : int
        Grows with each change at the helpdesk.
    channel : str
        email, chat, phone, social or form.
    language : str or None
        ISO 639-1; None when it is to be recognised.
    subject : str
    created_at : datetime or None
        Aware.
    messages : tuple of Message
        In the order they were sent.
    customer : Customer
    context : mapping
        order, payment, shipment, account: facts a draft may cite.
    headers : mapping
    """

    ticket_id: str
    client_id: str
    version: int = 1
    channel: str = "email"
    language: str | None = None
    subject: str = ""
    created_at: datetime | None = None
    messages: tuple[Message, ...] = ()
    customer: Customer = field(default_factory=Customer)
    context: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The customer's own words that wait for an answer, quotes and signatures removed.

        These are the customer's messages since an agent's last public reply, where
        `is_answered` the last one before it; the subject comes first, unless the words repeat it.
        """
        from data.text.subjects import clean_subject

        body, subject = self.body, clean_subject(self.subject)
        if subject and subject.casefold() not in body.casefold():
            return f"{subject}\n{body}".strip()
        return body

    @cached_property
    def body(self) -> str:
        """`text` without the subject."""
        # Imported here: data.text brings the language models of the sentence splitter.
        from data.text import clean
        from data.text.subjects import is_passed_on

        waiting = self._waiting
        if not waiting:
            waiting = [m.text for m in self.messages if m.author == "customer"][-1:]
        # The subject is that of the first mail.
        first = not self.is_replied and is_passed_on(self.subject)
        parts = (clean(text, passed_on=first and n == 0) for n, text in enumerate(waiting))
        return "\n".join(part for part in parts if part)

    @cached_property
    def is_replied(self) -> bool:
        """Whether an agent wrote to the customer before."""
        return any(m.author == _REPLYING and m.public for m in self.messages)

    @cached_property
    def is_reply(self) -> bool:
        """Whether the customer answers somebody: an agent, or a mail of the subject's name."""
        return self.is_replied or _REPLY.match(self.subject) is not None

    @cached_property
    def is_answered(self) -> bool:
        """Whether an agent had the last public word, so that nothing waits for an answer."""
        return self.is_replied and not self._waiting

    @cached_property
    def is_automatic(self) -> bool:
        """Whether a machine wrote in nobody's name, as an out-of-office note does."""
        from data.text.automatic import is_automatic

        if len(self._waiting) > 1:
            return False  # somebody may have written before
        # The mail of a form says that a machine sent it; a person filled the form in.
        headers = self.headers if self.channel == "email" else {}
        return is_automatic(self.subject, self.text, headers)

    @cached_property
    def _waiting(self) -> list[str]:
        """The customer's messages since an agent's last public reply."""
        waiting: list[str] = []
        for message in self.messages:
            if message.author == _REPLYING and message.public:
                waiting = []
            elif message.author == "customer":
                waiting.append(message.text)
        return waiting

    @classmethod
    def from_mapping(cls, source: Mapping[str, Any], client_id: str | None = None) -> "Ticket":
        """Build a ticket from the HTTP shape or from a row of the tickets table.

        Parameters
        ----------
        source : mapping
            ``{"id", "messages", "customer", "context", …}``, the same under ``"ticket"`` with
            ``"client"`` beside it, or the columns of the tickets table. ``messages`` is a
            sequence of messages or its JSON text; a plain text in it is the customer's. Without
            messages ``text`` is the only one. Of ``language`` the primary subtag is kept:
            ``pt`` for ``pt_BR``.
        client_id : str, optional
            Wins over the one in ``source``.

        Raises
        ------
        ParameterError
            When no client is named, a time has no zone or a field is of another form; names it.
        """
        nested = source.get("ticket")
        if isinstance(nested, Mapping):
            return cls.from_mapping(nested, client_id or _text(source, "client", "client_id"))
        client = client_id or _text(source, "client_id", "client")
        if not client:
            raise ParameterError(
                "A ticket must name its client in 'client_id'. Got none instead: pass "
                "client_id=… or add the field."
            )
        created_at = _time(source.get("created_at"), "created_at")
        return cls(
            ticket_id=_text(source, "ticket_id", "id"),
            client_id=client,
            version=_whole(source, "version") or 1,
            channel=_text(source, "channel") or "email",
            language=_language(source),
            subject=_text(source, "subject"),
            created_at=created_at,
            messages=tuple(_messages(source, created_at)),
            customer=_customer(source),
            context=_json(source, "context"),
            headers=_json(source, "headers"),
        )


def as_ticket(source: Any, client_id: str | None = None) -> Ticket:
    """Turn a Ticket, mapping, row or plain text (with ``client_id``) into a Ticket.

    Raises
    ------
    ParameterError
        When ``source`` is none of these.
    """
    if isinstance(source, Ticket):
        return source
    if isinstance(source, str):
        source = {"text": source}
    if isinstance(source, pd.Series):
        source = source.to_dict()
    if isinstance(source, Mapping):
        return Ticket.from_mapping(source, client_id)
    raise ParameterError(
        "The 'ticket' parameter must be a Ticket, a mapping, a row or a text. "
        f"Got {type(source).__name__} instead."
    )


def _value(source: Mapping[str, Any], *names: str) -> Any:
    for name in names:
        value = source.get(name)
        if value is not None and not (pd.api.types.is_scalar(value) and pd.isna(value)):
            return value
    return None


def _text(source: Mapping[str, Any], *names: str) -> str:
    value = _value(source, *names)
    return "" if value is None else str(value)


def _json(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = _value(source, name)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ParameterError(
                f"The '{name}' field of a ticket must be a JSON object. It cannot be read: {error}."
            ) from error
    return value if isinstance(value, Mapping) else {}


def _time(value: Any, name: str) -> datetime | None:
    if value is None or value == "" or value is pd.NaT:
        return None
    try:
        stamp = pd.Timestamp(value)
    except (ValueError, TypeError) as error:
        raise ParameterError(
            f"The '{name}' field of a ticket must be an ISO 8601 time. Got {value!r} instead."
        ) from error
    if pd.isna(stamp):
        return None
    if stamp.tzinfo is None:
        raise ParameterError(
            f"The '{name}' field of a ticket must carry its zone, such as "
            f"2026-03-02T18:41:00Z. Got {value!r} instead."
        )
    return stamp.tz_convert(UTC).to_pydatetime()


def _language(source: Mapping[str, Any]) -> str | None:
    code = _text(source, "language").strip().lower()
    return code.replace("_", "-").split("-")[0] or None


def _whole(source: Mapping[str, Any], name: str) -> int | None:
    value = _value(source, name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return parse_int(value.item() if isinstance(value, np.generic) else value)
    except WrongError as error:
        raise ParameterError(
            f"The '{name}' field of a ticket must be a whole number. Got {show(value)} instead."
        ) from error


def _messages(source: Mapping[str, Any], created_at: datetime | None) -> Iterable[Message]:
    given = _sequence(source, "messages")
    if not given:
        text = _text(source, "text")
        if text:
            yield Message("m1", "customer", text, created_at)
        return
    for number, item in enumerate(given, start=1):
        if isinstance(item, Message):
            yield item
        elif isinstance(item, str):
            yield Message(f"m{number}", "customer", item)
        elif isinstance(item, Mapping):
            yield Message(
                message_id=_text(item, "message_id", "id") or f"m{number}",
                author=_text(item, "author") or "customer",
                text=_text(item, "text"),
                sent_at=_time(_value(item, "sent_at", "at"), "sent_at"),
                public=bool(item.get("public", True)),
            )
        else:
            raise ParameterError(
                "Each item of the 'messages' field of a ticket must be a mapping, a Message or a "
                f"text. Got {type(item).__name__} as item {number} instead."
            )


def _sequence(source: Mapping[str, Any], name: str) -> list[Any]:
    """Give the items of a list, an array or the JSON text of a list; none where it is empty."""
    value = _value(source, name)
    found = type(value).__name__
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else []
        except (ValueError, RecursionError):
            # Its words are the customer's and stay out of the message.
            found = "text that is no JSON"
    if value is None:
        return []
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim == 1):
        return list(value)
    raise ParameterError(
        f"The '{name}' field of a ticket must be a list of messages or its JSON text. "
        f"Got {found} instead."
    )


def _customer(source: Mapping[str, Any]) -> Customer:
    given = source.get("customer")
    if isinstance(given, Customer):
        return given
    nested: Mapping[str, Any] = given if isinstance(given, Mapping) else {}

    def pick(name: str, column: str) -> str | None:
        return _text(nested, name) or _text(source, column) or None

    return Customer(
        customer_id=pick("id", "customer_id"),
        timezone=pick("timezone", "customer_timezone"),
        locale=pick("locale", "customer_locale"),
        segment=pick("segment", "customer_segment"),
        plan=pick("plan", "plan"),
        name=pick("name", "customer_name"),
        email_domain=pick("email_domain", "email_domain"),
    )
