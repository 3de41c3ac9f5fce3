"""A ticket's words as they may be kept, which are those that the models learned from."""

from functools import cached_property
from typing import TYPE_CHECKING

from data.ticket import Ticket

if TYPE_CHECKING:
    from data.redaction import Placeholders


class Hidden:
    """The redacted words of one ticket: made when first asked for, and once only.

    What tags the ticket and what is written to the store read the same words.

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
    def text(self) -> str:
        """What the customer wrote, without personal data."""
        return hide(self.ticket.text, self.placeholders, self.ticket.customer.name)


def hide(text: str, placeholders: "Placeholders", name: str | None = None) -> str:
    """Redact a text, known names included."""
    from data.redaction import hide_names, redact, remember_name

    redacted = str(redact(text, placeholders=placeholders))
    remember_name(name, placeholders)
    return hide_names(redacted, placeholders)
