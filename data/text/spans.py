"""The languages that are supported, and a piece of text with its place."""

from typing import NamedTuple

LANGUAGES: tuple[str, ...] = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr")
"""ISO 639-1 codes of the supported languages."""


class Span(NamedTuple):
    """A piece of a text: ``source[start:end] == text``.

    Attributes
    ----------
    start, end : int
        Character offsets into the source, end exclusive.
    text : str
        The piece itself.
    """

    start: int
    end: int
    text: str
