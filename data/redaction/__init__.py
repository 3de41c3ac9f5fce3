"""Personal data out of texts before anything is stored, indexed or logged."""

from data.redaction.orders import find_order_ids
from data.redaction.placeholders import Placeholders
from data.redaction.redacting import Entity, Redacted, redact

__all__ = ["Entity", "Placeholders", "Redacted", "find_order_ids", "redact"]
