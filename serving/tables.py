"""The tables of the store, named and shaped as the contract says, plus what a service needs.

Rows are only ever added; replies kept by a key go after a week. ``retrievals`` is a view: what
was shown, joined with what the agent later said about it.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

FORMAT = 1


class UtcTime(TypeDecorator[datetime]):
    """An aware time: ``timestamptz`` where there is one, ISO 8601 text in SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database at hand."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware time into what the database keeps."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.isoformat(timespec="microseconds") if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class calls it so
        """Turn what the database keeps into an aware time."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


metadata = MetaData()

about = Table("store_format", metadata, Column("format", Integer, primary_key=True))

suggestions = Table(
    "suggestions",
    metadata,
    Column("suggestion_id", String(64), primary_key=True),
    Column("ticket_id", String(200), nullable=False),
    Column("ticket_version", Integer, nullable=False),
    Column("client_id", String(200), nullable=False),
    Column("shown_at", UtcTime, nullable=False),
    Column("models", JSON, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("draft_text", Text),
    Column("support", JSON),
    Column("p_accept", Float),
    Column("automated", Boolean),
    Column("seconds_estimated", Float),
    Column("language", String(20)),
    Column("channel", String(20)),
    Column("intent", Text),
    Column("triage", JSON),
    Column("features", JSON),
    Column("ticket_text", Text),
    Column("placeholders", Text),
    Column("degraded", JSON),
    Index("suggestions_by_ticket", "client_id", "ticket_id", "ticket_version"),
)

retrieval_rows = Table(
    "retrieval_rows",
    metadata,
    Column("suggestion_id", String(64), primary_key=True),
    Column("source", String(20), primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("source_id", Text, nullable=False),
    Column("version", BigInteger),
    Column("score", Float),
    Column("probability", Float),
    Column("shown", Boolean, nullable=False),
)

retrieval_events = Table(
    "retrieval_events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("suggestion_id", String(64), nullable=False),
    Column("source_id", Text, nullable=False),
    Column("event", String(10), nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("retrieval_events_by_suggestion", "suggestion_id", "source_id"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("suggestion_id", String(64), nullable=False, index=True),
    Column("client_id", String(200), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("decision", String(20), nullable=False),
    Column("sent_text", Text),
    Column("seconds", Float),
    Column("corrected", JSON),
    Column("edit_distance", Float),
    Column("kept_share", Float),
    Column("identical_strict", Boolean),
)

article_edits = Table(
    "article_edits",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("client_id", String(200), nullable=False),
    Column("article_id", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("action", String(10), nullable=False),
    Column("article", JSON),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("client_id", "article_id", "version"),
)

replies = Table(
    "idempotent_replies",
    metadata,
    Column("client_id", String(200), primary_key=True),
    Column("idempotency_key", String(255), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("reply", JSON, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("idempotent_replies_by_time", "at"),
)

# A view, kept apart so that it is never created as a table.
views = MetaData()

retrievals = Table(
    "retrievals",
    views,
    *(Column(c.name, c.type) for c in retrieval_rows.columns),
    Column("opened", Boolean),
    Column("used", Boolean),
)

_EVENT = (
    "EXISTS (SELECT 1 FROM retrieval_events e WHERE e.suggestion_id = r.suggestion_id "
    "AND e.source_id = r.source_id AND e.event = '{event}') AS {event}"
)

RETRIEVALS_VIEW = (
    "SELECT r.suggestion_id, r.rank, r.source, r.source_id, r.version, r.score, r.probability, "
    f"r.shown, {_EVENT.format(event='opened')}, {_EVENT.format(event='used')} "
    "FROM retrieval_rows r"
)
