"""Reads and writes of a board inside one transaction."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, insert, select, update

from forecasting.board.eligibility import Shift, Worker
from forecasting.board.tables import AGENT, claims, events, shifts, utc, workers

CLAIMED, RELEASED, WAITLISTED, SWAPPED, REFUSED = (
    "claimed", "released", "waitlisted", "swapped", "refused",
)  # fmt: skip


def given(value: Any, default: Any) -> Any:
    """Return a value, or the default where it is missing."""
    return default if value is None or (isinstance(value, float) and pd.isna(value)) else value


def plain(value: Any) -> Any:
    """Return a value as a database takes it."""
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime().astimezone(UTC)
    return None if value is pd.NA or value is pd.NaT else value


def put_rows(connection: Connection, table: Any, key: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, or replace those whose key is there."""
    known = set(connection.scalars(select(table.c[key])))
    for row in rows:
        if row[key] in known:
            connection.execute(update(table).where(table.c[key] == row[key]).values(**row))
        else:
            connection.execute(insert(table).values(**row))
            known.add(row[key])


def lock(connection: Connection, agent_ids: Iterable[str], shift_ids: Iterable[str]) -> None:
    """Lock agents, then shifts, in the order of their ids; SQLite has locked all already."""
    if connection.dialect.name == "sqlite":
        return
    for table, column, ids in (
        (workers, workers.c.agent_id, agent_ids),
        (shifts, shifts.c.shift_id, shift_ids),
    ):
        wanted = select(table).where(column.in_(sorted(set(ids)))).order_by(column)
        connection.execute(wanted.with_for_update()).all()


def taken_seats() -> Select[Any]:
    """Select how many seats of each shift are claimed."""
    query = select(claims.c.shift_id, func.count().label("taken"))
    return query.where(claims.c.state == CLAIMED).group_by(claims.c.shift_id)


def seats_taken(connection: Connection, shift_id: str) -> int:
    """Count the claimed seats of a shift."""
    query = select(func.count()).select_from(claims)
    query = query.where(claims.c.shift_id == shift_id, claims.c.state == CLAIMED)
    return int(connection.scalar(query) or 0)


def waiting_for(connection: Connection, shift_id: str) -> list[str]:
    """Return who waits for a shift, first come first."""
    query = select(claims.c.agent_id).where(
        claims.c.shift_id == shift_id, claims.c.state == WAITLISTED
    )
    return list(connection.scalars(query.order_by(claims.c.turn)))


def _read_shift(row: Any) -> Shift:
    return Shift(row.shift_id, row.pool_id, utc(row.starts_at), utc(row.ends_at), row.seats)


def shift_of(connection: Connection, shift_id: str) -> Shift | None:
    """Return a shift, if there is one."""
    row = connection.execute(select(shifts).where(shifts.c.shift_id == shift_id)).first()
    return None if row is None else _read_shift(row)


def all_shifts(connection: Connection) -> list[Shift]:
    """Return all shifts by start."""
    query = select(shifts).order_by(shifts.c.starts_at, shifts.c.shift_id)
    return [_read_shift(row) for row in connection.execute(query)]


def coming_shifts(connection: Connection, now: datetime) -> tuple[list[Shift], dict[str, int]]:
    """Return the shifts that begin after a moment, by start, and the taken seats of each."""
    coming = shifts.c.starts_at > now.astimezone(UTC)
    query = select(shifts).where(coming).order_by(shifts.c.starts_at, shifts.c.shift_id)
    seats = taken_seats().where(claims.c.shift_id.in_(select(shifts.c.shift_id).where(coming)))
    taken = {row.shift_id: row.taken for row in connection.execute(seats)}
    return [_read_shift(row) for row in connection.execute(query)], taken


def worker_of(connection: Connection, agent_id: str) -> Worker | None:
    """Return an agent, if the board knows one."""
    row = connection.execute(select(workers).where(workers.c.agent_id == agent_id)).first()
    return None if row is None else _read_worker(row)


def all_workers(connection: Connection) -> list[Worker]:
    """Return all agents by id."""
    query = select(workers).order_by(workers.c.agent_id)
    return [_read_worker(row) for row in connection.execute(query)]


def _read_worker(row: Any) -> Worker:
    return Worker(row.agent_id, frozenset(row.pools), row.timezone, row.max_hours_week)


def held_by(connection: Connection, agent_id: str) -> list[Shift]:
    """Return the shifts an agent has claimed."""
    query = (
        select(shifts)
        .join(claims, claims.c.shift_id == shifts.c.shift_id)
        .where(claims.c.agent_id == agent_id, claims.c.state == CLAIMED)
    )
    return [_read_shift(row) for row in connection.execute(query)]


def held_by_all(connection: Connection) -> dict[str, list[Shift]]:
    """Return the shifts that each agent has claimed."""
    query = (
        select(claims.c.agent_id, shifts)
        .join(shifts, claims.c.shift_id == shifts.c.shift_id)
        .where(claims.c.state == CLAIMED)
    )
    held: dict[str, list[Shift]] = {}
    for row in connection.execute(query):
        held.setdefault(row.agent_id, []).append(_read_shift(row))
    return held


def state_of(connection: Connection, shift_id: str, agent_id: str) -> str | None:
    """Return the state of an agent's claim, if there is one."""
    query = select(claims.c.state).where(
        claims.c.shift_id == shift_id, claims.c.agent_id == agent_id
    )
    state: str | None = connection.scalar(query)
    return state


def source_of(connection: Connection, shift_id: str, agent_id: str) -> str | None:
    """Return whose an agent's claim is, if there is one: a plan's or the agent's own."""
    query = select(claims.c.source).where(
        claims.c.shift_id == shift_id, claims.c.agent_id == agent_id
    )
    source: str | None = connection.scalar(query)
    return source


def last_heard(connection: Connection) -> datetime | None:
    """Return when something happened on the board last."""
    moment = connection.scalar(select(func.max(events.c.at)))
    return None if moment is None else utc(moment)


def set_state(
    connection: Connection, shift_id: str, agent_id: str, state: str, now: datetime,
    source: str = AGENT,
) -> None:  # fmt: skip
    """Write the present state; who joins the waitlist comes last."""
    turn = connection.scalar(
        select(func.coalesce(func.max(claims.c.turn), 0)).where(claims.c.shift_id == shift_id)
    )
    about = {"state": state, "source": source}
    row = {**about, "at": now.astimezone(UTC), "turn": int(turn or 0) + 1}
    if state_of(connection, shift_id, agent_id) is None:
        connection.execute(insert(claims).values(shift_id=shift_id, agent_id=agent_id, **row))
        return
    connection.execute(
        update(claims)
        .where(claims.c.shift_id == shift_id, claims.c.agent_id == agent_id)
        .values(**row)
    )
