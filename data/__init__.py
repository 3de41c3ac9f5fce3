"""Ground floor: tables and their checks, text, encoders, the file format of models."""

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
