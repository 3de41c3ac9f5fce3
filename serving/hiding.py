"""A ticket's words as they may be kept, which are those that the models learned from."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from data.ticket import Message, Ticket
from serving.run import Run

if TYPE_CHECKING:
    from data.redaction import Placeholders


class Hidden:
    """The redacted words of one ticket: made when first asked for, and once only.

    What tags the ticket, what is searched for and what is written to the store read the same
    words.

    Parameters
    ----------
    ticket : Ticket
    key : bytes
        The client's key for keyed hashes.
    """

    def __init__(self, ticket: Ticket, key: bytes) -> None:
        self.ticket = ticket
        self._key = key

    @cached_property
    def placeholders(self) -> "Placeholders":
        """The ticket's own; texts hidden later get the same numbers for the same values."""
        from data.redaction import Placeholders

        return Placeholders(self._key)

    @cached_property
    def _words(self) -> tuple[str, str]:
        """Subject and body; the subject first, as in a night, for the numbers are given in turn."""
        from data.text.subjects import clean_subject

        ticket, name = self.ticket, self.ticket.customer.name
        subject = hide(clean_subject(ticket.subject), self.placeholders, name)
        return subject, hide(ticket.body, self.placeholders, name)

    @cached_property
    def text(self) -> str:
        """What the customer wrote, without personal data."""
        subject, body = self._words
        told = subject and subject.casefold() not in body.casefold()
        return f"{subject}\n{body}".strip() if told else body

    @cached_property
    def seen(self) -> Ticket:
        """The ticket as a night reads it from its tables, for those who search."""
        subject, body = self._words
        if self.text == self.ticket.text:
            return self.ticket  # cleaning its words again would change nothing
        return replace(self.ticket, subject=subject, messages=(Message("m1", "customer", body),))


def redacted(run: Run, given: Sequence[Hidden]) -> bool:
    """Redact tickets before anything reads them, and tell whether that went well."""
    return run.part("redaction", lambda: [hidden.text for hidden in given]) is not None


def hide(text: str, placeholders: "Placeholders", name: str | None = None) -> str:
    """Redact a text, known names included."""
    from data.redaction import hide_names, redact, remember_name

    redacted = str(redact(text, placeholders=placeholders))
    remember_name(name, placeholders)
    return hide_names(redacted, placeholders)
