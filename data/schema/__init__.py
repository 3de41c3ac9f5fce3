"""Column names and dtypes of every table; ``validate_*`` gives a valid frame or a SchemaError.

Times are UTC (``datetime64[us, UTC]``), texts are pandas ``str``, whole numbers ``int64``
(``Int64`` where they may be missing), flags ``bool``/``boolean``, money exact ``Decimal``,
JSON and lists are JSON text. Unknown columns are kept. Without rows, every check passes.

Examples
--------
>>> import pandas as pd
>>> from data.schema import validate_tickets
>>> tickets = validate_tickets(pd.DataFrame({
...     "ticket_id": ["1"], "client_id": ["lumen"], "channel": ["email"],
...     "created_at": ["2026-03-02T19:41:00+01:00"], "text": ["Where is my parcel?"]}))
>>> tickets["created_at"][0].isoformat()
'2026-03-02T18:41:00+00:00'
"""

from data.schema.table import Column, Table
from data.schema.tables import (
    AGENTS,
    ARTICLE_LINKS,
    ARTICLES,
    CERTIFICATIONS,
    CLAIMS,
    FEEDBACK,
    FORECASTS,
    HANDOFFS,
    LOAD,
    MESSAGES,
    PAY_LINES,
    PRICE_LINES,
    RETRIEVALS,
    REVIEWS,
    SCORES,
    SHIFTS,
    SUGGESTIONS,
    TABLES,
    TICKETS,
    VOLUME,
)

validate_tickets = TICKETS.validate
validate_messages = MESSAGES.validate
validate_articles = ARTICLES.validate
validate_article_links = ARTICLE_LINKS.validate
validate_suggestions = SUGGESTIONS.validate
validate_retrievals = RETRIEVALS.validate
validate_feedback = FEEDBACK.validate
validate_handoffs = HANDOFFS.validate
validate_agents = AGENTS.validate
validate_certifications = CERTIFICATIONS.validate
validate_load = LOAD.validate
validate_volume = VOLUME.validate
validate_forecasts = FORECASTS.validate
validate_shifts = SHIFTS.validate
validate_claims = CLAIMS.validate
validate_reviews = REVIEWS.validate
validate_scores = SCORES.validate
validate_pay_lines = PAY_LINES.validate
validate_price_lines = PRICE_LINES.validate

__all__ = [
    "AGENTS",
    "ARTICLES",
    "ARTICLE_LINKS",
    "CERTIFICATIONS",
    "CLAIMS",
    "FEEDBACK",
    "FORECASTS",
    "HANDOFFS",
    "LOAD",
    "MESSAGES",
    "PAY_LINES",
    "PRICE_LINES",
    "RETRIEVALS",
    "REVIEWS",
    "SCORES",
    "SHIFTS",
    "SUGGESTIONS",
    "TABLES",
    "TICKETS",
    "VOLUME",
    "Column",
    "Table",
    "validate_agents",
    "validate_article_links",
    "validate_articles",
    "validate_certifications",
    "validate_claims",
    "validate_feedback",
    "validate_forecasts",
    "validate_handoffs",
    "validate_load",
    "validate_messages",
    "validate_pay_lines",
    "validate_price_lines",
    "validate_retrievals",
    "validate_reviews",
    "validate_scores",
    "validate_shifts",
    "validate_suggestions",
    "validate_tickets",
    "validate_volume",
]
