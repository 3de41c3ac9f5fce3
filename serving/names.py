"""Names the helpdesk told us, as `data.redaction` hides them."""

from data.redaction import hide_names, remember_name

__all__ = ["hide_names", "remember_name"]
