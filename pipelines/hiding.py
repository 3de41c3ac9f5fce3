"""What personal data becomes in a ticket; the part of a night's intake that workers do."""

from collections.abc import Sequence
from typing import NamedTuple

from data.redaction import Placeholders, hide_names, redact, remember_name
from data.text import LANGUAGES, clean, detect_language
from data.text.automatic import is_automatic
from data.text.subjects import clean_subject, is_passed_on
from pipelines.prepared import Made


class Raw(NamedTuple):
    """A ticket as it came.

    Attributes
    ----------
    subject, text : str
    name : str
        Of the customer, where the helpdesk knows it.
    language : str
        Empty where the ticket does not say it.
    automatic : str
        Not empty where the headers of the mail say that a machine sent it.
    """

    subject: str
    text: str
    name: str
    language: str
    automatic: str


def hide(text: str, held: Placeholders, *, name: str = "") -> str:
    """Redact a text, with the names that are known of its ticket.

    Parameters
    ----------
    text : str
    held : Placeholders
        The ticket's own, with a key.
    name : str, optional
        Of the customer; remembered for the ticket's other texts.
    """
    redacted = str(redact(text, placeholders=held))
    # After redaction: a text names people in an order of its own, and keeps their numbers.
    remember_name(name, held)
    return hide_names(redacted, held)


def redact_part(given: tuple[bytes, Sequence[Raw]]) -> list[Made]:
    """Clean and redact tickets and recognise the language of those that do not say it.

    Parameters
    ----------
    given : (bytes, sequence of Raw)
        The key under which what is replaced is hashed, and the tickets.
    """
    key, tickets = given
    made = [_made(ticket, key) for ticket in tickets]
    unknown = [i for i, ticket in enumerate(tickets) if not ticket.language]
    found = detect_language([made[i].words for i in unknown], languages=LANGUAGES)
    for i, (language, _) in zip(unknown, found, strict=True):
        made[i] = made[i]._replace(language=language)
    return made


def _made(ticket: Raw, key: bytes) -> Made:
    held = Placeholders(key)
    own = clean(ticket.text, passed_on=is_passed_on(ticket.subject))
    automatic = bool(ticket.automatic) or is_automatic(ticket.subject, own)
    subject = hide(clean_subject(ticket.subject), held, name=ticket.name)
    text = hide(own, held, name=ticket.name)
    told = subject and subject.casefold() not in text.casefold()
    words = f"{subject}\n{text}".strip() if told else text
    numbers = held.to_json()
    numbers = "" if numbers == "{}" else numbers
    return Made(subject, text, words, ticket.language, numbers, automatic)
