"""What is known of a ticket and its client before a reply is put together."""

from typing import NamedTuple

from suggest.findings import Query
from suggest.greetings import Greeting
from suggest.slots import SlotValues
from suggest.voice import Voice


class Setting(NamedTuple):
    """What holds for the whole draft."""

    language: str
    voice: Voice
    opening: Greeting
    values: SlotValues


class Told(NamedTuple):
    """What is known of a ticket beside its requests; see :func:`suggest.outcome.reason_for`."""

    intent: str
    abstained: str
    alarm: str


class Reading(NamedTuple):
    """What a ticket asks, before anything is looked up.

    Attributes
    ----------
    language : str
        To reply in; ``unknown`` where it is none that drafts are written in.
    reason : str
        Why there is no draft, empty where there may be one.
    requests : tuple of str
        As the customer wrote them.
    asked : int
        How many requests the message holds.
    queries : tuple of Query
        What is looked up for each of `requests`.
    alarm : str
        What a person has to read first, one of ``ALARMS``; empty where there is nothing.
    """

    language: str
    reason: str = ""
    requests: tuple[str, ...] = ()
    asked: int = 0
    queries: tuple[Query, ...] = ()
    alarm: str = ""

    @property
    def texts(self) -> list[str]:
        """Everything that the encoder will be asked for."""
        return [text for query in self.queries for text in query.texts]
