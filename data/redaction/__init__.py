"""Personal data out of texts before anything is stored, indexed or logged."""

from data.redaction.known_names import hide_names, remember_name
from data.redaction.orders import find_order_ids
from data.redaction.placeholders import Placeholders
from data.redaction.redacting import Entity, Redacted, redact

__all__ = [
    "Entity",
    "Placeholders",
    "Redacted",
    "find_order_ids",
    "hide_names",
    "redact",
    "remember_name",
]
