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
    inspect,
    text,
)

AGENT, ROSTER, WAITLIST = "agent", "roster", "waitlist"

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
    Column("source", String(16), nullable=False, server_default=AGENT),
    Index("board_claims_by_agent", "agent_id", "state"),
)
"""One row per shift and agent with the present state; ``turn`` orders the waitlist.

``source`` says whose the claim is: a plan's (``roster``), which the next plan may take back, or
the agent's own (``agent``); ``waitlist`` where all that was released is a place on it.
"""
given_back = Table(
    "board_given_back",
    metadata,
    Column("shift_id", String(128), primary_key=True),
    Column("agent_id", String(128), primary_key=True),
    Column("pool_id", String(128), nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
)
"""Who gave back a seat of a shift that was withdrawn since: a plan does not ask them again."""
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
        _create(engine)
        return engine
    engine = create_engine(url, connect_args={"timeout": _WAIT_SECONDS})
    event.listen(engine, "connect", _plain_connection)
    event.listen(engine, "begin", _begin_at_once)
    _create(engine)
    return engine


def _create(engine: Engine) -> None:
    """Create the tables, and the column that boards of older versions do not have.

    Claims of those boards count as the agents' own: none of them is taken away by a plan.
    """
    metadata.create_all(engine)
    if _has_source(engine):
        return
    # SQLite has locked the whole board here; Postgres skips what another process added meanwhile.
    with engine.begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite and _has_source(connection):
            return
        once = "" if sqlite else "IF NOT EXISTS "
        connection.execute(
            text(
                f"ALTER TABLE {claims.name} ADD COLUMN {once}source VARCHAR(16) "
                f"DEFAULT '{AGENT}' NOT NULL"
            )
        )


def _has_source(bind: Engine | Connection) -> bool:
    return any(column["name"] == "source" for column in inspect(bind).get_columns(claims.name))


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
