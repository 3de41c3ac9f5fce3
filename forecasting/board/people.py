"""Agents of a board: a checked table, and claims of those who lost what their shifts ask for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from data.errors import SchemaError
from forecasting.board.eligibility import ClaimTerms, zone_of
from forecasting.board.offers import takers
from forecasting.board.rows import all_workers, given, held_by_all, lock, put_rows
from forecasting.board.tables import workers
from forecasting.board.taking import Claim, note

_WEEK_HOURS = 168.0
_SHOWN = 5


@dataclass(frozen=True)
class Unqualified:
    """A coming claim whose agent is not trained for the shift's pool any more.

    Parameters
    ----------
    shift_id, agent_id, pool_id : str
    starts_at : datetime
    offers : tuple of str
        Agents who may take the seat once it is given back.
    """

    shift_id: str
    agent_id: str
    pool_id: str
    starts_at: datetime
    offers: tuple[str, ...]


@dataclass(frozen=True)
class Enrolled:
    """What became of a table of agents.

    Parameters
    ----------
    agents : int
        Rows of the table.
    unqualified : tuple of Unqualified
        Coming claims on the board that their agents are not trained for.
    """

    agents: int
    unqualified: tuple[Unqualified, ...]


def checked_people(agents: pd.DataFrame) -> list[dict[str, Any]]:
    """Read a table of agents as rows of the board.

    Raises
    ------
    SchemaError
        A column is missing, or a row holds what a board cannot use.
    """
    for column in ("agent_id", "pools"):
        if column not in agents.columns:
            raise SchemaError(
                f"The agents of a board must have the columns agent_id and pools. '{column}' is "
                "missing: 'pools' lists the pool ids each agent is trained for.",
                table="agents",
                column=column,
            )
    records = agents.to_dict("records")
    rows = [
        {
            "agent_id": row["agent_id"],
            "pools": row["pools"],
            "timezone": given(row.get("timezone"), "UTC"),
            "max_hours_week": given(row.get("max_hours_week"), 40.0),
        }
        for row in records
    ]
    _refuse(rows, "agent_id", _is_id, "be filled", "Name every agent.")
    again = pd.Series([str(row["agent_id"]) for row in rows], dtype=object).duplicated()
    _refuse_rows(rows, "agent_id", (~again).tolist(), "be unique", "Give each agent one row.")
    _refuse(rows, "pools", _is_list, "be lists of pool ids, such as ['p1', 'p2']",
            "Put one id into a list too; an empty list is for nobody's shifts.")  # fmt: skip
    _refuse(rows, "timezone", lambda zone: zone_of(str(zone)) is not None,
            "be IANA names such as 'Europe/Paris'", "Leave it out for UTC.")  # fmt: skip
    _refuse(rows, "max_hours_week", _is_hours, f"be 0 to {_WEEK_HOURS:g} hours",
            "Leave it out for 40.")  # fmt: skip
    return [
        {
            "agent_id": str(row["agent_id"]),
            "pools": sorted({str(pool) for pool in row["pools"]}),
            "timezone": str(row["timezone"]),
            "max_hours_week": float(row["max_hours_week"]),
        }
        for row in rows
    ]


def put_people(connection: Connection, rows: Sequence[dict[str, Any]]) -> dict[str, frozenset[str]]:
    """Add or replace agents; return what those who were there had been trained for."""
    before = {worker.agent_id: worker.pools for worker in all_workers(connection)}
    # All of them at once: a second lock on some would wait for who waits for the first.
    lock(connection, before, [])
    put_rows(connection, workers, "agent_id", rows)
    return before


def claims_unqualified(
    connection: Connection,
    before: Mapping[str, Collection[str]],
    *,
    now: datetime,
    terms: ClaimTerms,
) -> tuple[Unqualified, ...]:
    """Find coming claims whose agents are not trained for them; what is new raises an alert."""
    held, found = held_by_all(connection), []
    for worker in all_workers(connection):
        own = sorted(held.get(worker.agent_id, []), key=lambda shift: shift.starts_at)
        lost = [s for s in own if s.starts_at > now and s.pool_id not in worker.pools]
        for shift, offers in takers(connection, lost, now=now, terms=terms).items() if lost else ():
            found.append(
                Unqualified(shift.shift_id, worker.agent_id, shift.pool_id, shift.starts_at, offers)
            )
            if shift.pool_id in before.get(worker.agent_id, ()):
                reason = f"not trained for pool {shift.pool_id} any more"
                seat = Claim(shift.shift_id, worker.agent_id, "claimed", reason, offers=offers)
                note(connection, "unqualified", seat, now)
    return tuple(found)


def _is_id(value: Any) -> bool:
    return not (value is None or value is pd.NA or value != value) and bool(str(value).strip())


def _is_list(value: Any) -> bool:
    if not isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return False
    return all(isinstance(pool, str) and pool for pool in value)


def _is_hours(value: Any) -> bool:
    try:
        return 0.0 <= float(value) <= _WEEK_HOURS
    except (TypeError, ValueError):
        return False


def _refuse(
    rows: Sequence[dict[str, Any]], column: str, fits: Callable[[Any], bool], must: str, way: str
) -> None:
    _refuse_rows(rows, column, [fits(row[column]) for row in rows], must, way)


def _refuse_rows(
    rows: Sequence[dict[str, Any]], column: str, fine: Sequence[bool], must: str, way: str
) -> None:
    wrong = [place for place, fits in enumerate(fine) if not fits]
    if wrong:
        shown = ", ".join(f"row {p}: {rows[p][column]!r}" for p in wrong[:_SHOWN])
        raise SchemaError(
            f"The column '{column}' of a board's agents must {must}. Got {shown}. {way}",
            table="agents",
            column=column,
            rows=wrong,
        )
