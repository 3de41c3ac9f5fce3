"""Where a board keeps shifts, agents, claims and what happened, in SQLite or Postgres."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
)

metadata = MetaData()
shifts = Table(
    "board_shifts",
    metadata,
    Column("shift_id", String(128), primary_key=True),
    Column("pool_id", String(128), nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("seats", Integer, nullable=False),
    Column("breaks", JSON),
)
workers = Table(
    "board_agents",
    metadata,
    Column("agent_id", String(128), primary_key=True),
    Column("pools", JSON, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("max_hours_week", Float, nullable=False),
)
claims = Table(
    "board_claims",
    metadata,
    Column("shift_id", String(128), ForeignKey(shifts.c.shift_id), primary_key=True),
    Column("agent_id", String(128), ForeignKey(workers.c.agent_id), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("turn", Integer, nullable=False),
    Index("board_claims_by_agent", "agent_id", "state"),
)
"""One row per shift and agent with the present state; ``turn`` orders the waitlist."""
events = Table(
    "board_events",
    metadata,
    Column("event_id", Integer, primary_key=True, autoincrement=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("shift_id", String(128), nullable=False),
    Column("agent_id", String(128), nullable=False),
    Column("reason", Text, nullable=False),
    Column("offers", JSON),
)
"""Everything that happened, only ever added to; alerts are the kind ``late_release``."""

_WAIT_SECONDS = 60


def open_engine(url: str) -> Engine:
    """Return an engine whose transactions on SQLite take the write lock at once."""
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_pre_ping=True)
        metadata.create_all(engine)
        return engine
    engine = create_engine(url, connect_args={"timeout": _WAIT_SECONDS})
    event.listen(engine, "connect", _plain_connection)
    event.listen(engine, "begin", _begin_at_once)
    metadata.create_all(engine)
    return engine


def _plain_connection(connection: Any, _record: Any) -> None:
    # The driver would begin late, at the first write, after others may have changed what was read.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_at_once(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def utc(moment: datetime) -> datetime:
    """Return an aware time in UTC; SQLite gives back times without their zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
