"""Ground floor: tables and their checks, text, encoders, the file format of models."""

from typing import TYPE_CHECKING

from data.lazily import lazily

if TYPE_CHECKING:
    from data.encoders import Encoder, SentenceTransformerEncoder, default_encoder
    from data.load import load_articles, load_tickets
    from data.redaction import redact
    from data.ticket import Ticket, as_ticket

__all__ = [
    "Encoder",
    "SentenceTransformerEncoder",
    "Ticket",
    "as_ticket",
    "default_encoder",
    "load_articles",
    "load_tickets",
    "redact",
]
__getattr__, __dir__ = lazily(
    __name__,
    {
        "Encoder": "data.encoders",
        "SentenceTransformerEncoder": "data.encoders",
        "Ticket": "data.ticket",
        "as_ticket": "data.ticket",
        "default_encoder": "data.encoders",
        "load_articles": "data.load",
        "load_tickets": "data.load",
        "redact": "data.redaction",
    },
)
