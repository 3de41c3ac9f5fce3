"""Who may work when: agents' windows and absences, checked, and on the plan's clock."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import SchemaError
from forecasting.planning.qualification import listed

Floats = NDArray[np.float64]

_WEEK = 168
_HOUR = pd.Timedelta(hours=1)
_USUAL = {"window_start_local": 8, "window_hours": 10, "max_hours_week": 40.0}
_RANGES = {
    "window_start_local": (0.0, 23.99, "an hour of the day, from 0 to before 24"),
    "window_hours": (1.0, 24.0, "from 1 to 24 hours"),
    "max_hours_week": (0.0, 168.0, "from 0 to 168 hours"),
    "preferred_hours_week": (0.0, 168.0, "from 0 to 168 hours"),
    "max_clients": (1.0, float("inf"), "1 or more"),
}


class _Begin(NamedTuple):
    """Beginning of a window: the agent's own day, and the hours since the week's start."""

    day: pd.Timestamp
    hour: float


def check_people(agents: pd.DataFrame) -> pd.DataFrame:
    """Check what agents say of their availability; empty values stand for the usual ones.

    Parameters
    ----------
    agents : DataFrame
        The agents table; see `availability` for its columns.

    Returns
    -------
    DataFrame
        The same table, its numbers as numbers.

    Raises
    ------
    SchemaError
        A window, a day or a limit on hours or clients that cannot be: names agent and row.
    """
    checked = agents.copy()
    for column, (low, high, words) in _RANGES.items():
        if column in agents:
            values = pd.to_numeric(agents[column], errors="coerce")
            fine = values.between(low, high) | agents[column].isna()
            _refuse(agents, column, fine, words)
            checked[column] = values
    if "days" in agents:
        fine = agents["days"].map(_are_days).astype(bool)
        _refuse(agents, "days", fine, "days of the week from 0, Monday, to 6")
    return checked


def read_absences(absences: pd.DataFrame) -> pd.DataFrame:
    """Check on which days agents are away.

    Parameters
    ----------
    absences : DataFrame
        ``agent_id``, ``from`` and ``to``: the first and the last day on the agent's own clock,
        as dates or as text such as 2026-04-14.

    Returns
    -------
    DataFrame
        The two days as times without a zone.

    Raises
    ------
    SchemaError
        A missing column, what is no day, or a last day before the first.
    """
    for column in ("agent_id", "from", "to"):
        if column not in absences:
            raise SchemaError(
                f"The absences have no column '{column}'. They need agent_id, from and to.",
                table="absences",
                column=column,
            )
    table = absences.assign(agent_id=absences["agent_id"].astype("str"))
    for column in ("from", "to"):
        text = absences[column].astype("str").str.removesuffix(" 00:00:00")
        days = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
        _refuse(absences, column, days.notna(), "a day such as 2026-04-14", table="absences")
        table[column] = days
    _refuse(absences, "to", table["to"] >= table["from"], "'from' or later", table="absences")
    return table


def availability(
    agents: pd.DataFrame,
    pools_of: Mapping[str, list[str]],
    start: pd.Timestamp,
    *,
    rest_hours: int = 11,
    absences: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Agents of a week as `assign_shifts` takes them: windows in UTC, each day by its own offset.

    Windows are cut to a day less the rest, so that the rest between two days, and between
    two weeks, holds whatever the shifts; weeks can then be filled side by side.

    Parameters
    ----------
    agents : DataFrame
        ``agent_id, timezone``; optionally ``window_start_local`` (8), ``window_hours`` (10),
        ``days`` of the local week (Monday to Friday), ``max_hours_week`` (40) and
        ``preferred_hours_week``.
    pools_of : mapping of agent to pools
        Agents without a pool are left out.
    start : Timestamp
        Monday 00:00 UTC.
    rest_hours : int
    absences : DataFrame, optional
        See `read_absences`. Nobody works on these days, nor into them; who is away for a part of
        the days of a week prefers as many hours fewer.

    Returns
    -------
    DataFrame
        ``agent_id, windows`` (first hour of the week, and hours), ``pools, max_hours_per_week,
        preferred_hours_per_week, utc_offset_hours, timezone``.

    Raises
    ------
    SchemaError
        An unknown time zone.
    """
    away = _by_agent(absences)
    rows = []
    for record in agents.to_dict("records"):
        agent, zone = str(record["agent_id"]), str(record["timezone"])
        if not pools_of.get(agent):
            continue
        begins = _begins(agent, zone, _value(record, "window_start_local"), start)
        days = {int(float(day)) for day in listed(record.get("days"))} or {0, 1, 2, 3, 4}
        own = [b for b in begins if b.day.day_of_week in days and 0 <= np.ceil(b.hour) < _WEEK]
        hours = min(int(_value(record, "window_hours")), _shortest_day(begins) - rest_hours)
        there = [_window(b, max(hours, 1), zone, start, away.get(agent, ())) for b in own]
        windows = [window for window in there if window is not None]
        most = _value(record, "max_hours_week")
        preferred = float(record.get("preferred_hours_week") or most)
        present = len(windows) / len(own) if own else 1.0
        rows.append(
            {
                "agent_id": agent,
                "windows": windows,
                "pools": list(pools_of[agent]),
                "max_hours_per_week": most,
                "preferred_hours_per_week": (most if np.isnan(preferred) else preferred) * present,
                "utc_offset_hours": _ahead(zone, start),
                "timezone": zone,
            }
        )
    return pd.DataFrame(rows)


def _ahead(zone: str, at: pd.Timestamp) -> float:
    return float((at.tz_convert(zone).tz_localize(None) - at.tz_localize(None)) / _HOUR)


def _by_agent(absences: pd.DataFrame | None) -> dict[str, list[tuple[pd.Timestamp, pd.Timestamp]]]:
    if absences is None:
        return {}
    return {
        str(agent): [(first, last) for first, last in zip(own["from"], own["to"], strict=True)]
        for agent, own in absences.groupby("agent_id")
    }


def _begins(agent: str, zone: str, local: float, start: pd.Timestamp) -> list[_Begin]:
    """Return the beginnings of a window on each day around a week."""
    try:
        return _cached_begins(zone, local, start)
    except (KeyError, ValueError, OSError) as error:
        raise SchemaError(
            f"The column 'timezone' of agents must hold IANA names such as 'Europe/Paris'. Got "
            f"{zone!r} for {agent!r} instead.",
            table="agents",
            column="timezone",
        ) from error


@lru_cache(maxsize=4096)
def _cached_begins(zone: str, local: float, start: pd.Timestamp) -> list[_Begin]:
    days = pd.date_range(start.tz_localize(None) - pd.Timedelta(days=2), periods=11)
    # An hour that a spring leaves out begins with the next; one that autumn has twice, the first.
    walls = (days + pd.Timedelta(hours=local)).tz_localize(
        zone, nonexistent="shift_forward", ambiguous=np.ones(len(days), dtype=bool)
    )
    hours = (walls.tz_convert("UTC") - start) / _HOUR
    return [_Begin(day, float(hour)) for day, hour in zip(days, hours, strict=True)]


def _shortest_day(begins: list[_Begin]) -> int:
    """Return the fewest whole hours from one beginning to the next: 23 when clocks go forward."""
    return int(np.floor(np.diff([begin.hour for begin in begins]).min() + 1e-9))


def _window(
    begin: _Begin,
    hours: int,
    zone: str,
    start: pd.Timestamp,
    away: Iterable[tuple[pd.Timestamp, pd.Timestamp]],
) -> tuple[int, int] | None:
    """Return a window's first hour and its hours, as far as the agent is there."""
    # In zones with half hours the first and the last half cannot be sold as an hour.
    first = int(np.ceil(begin.hour))
    stop = begin.hour + hours
    for since, until in away:
        if since <= begin.day <= until:
            return None
        gone = (since.tz_localize(zone).tz_convert("UTC") - start) / _HOUR
        if begin.hour < gone:
            stop = min(stop, gone)
    length = int(np.floor(stop + 1e-9)) - first
    return (first, length) if length > 0 else None


def _value(record: Mapping[Any, Any], name: str) -> float:
    value = record.get(name)
    return float(_USUAL[name] if value is None or pd.isna(value) else value)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def presence(people: pd.DataFrame) -> dict[str, Floats]:
    """Return agents at work in each hour of the week if each spreads their hours over the windows.

    Parameters
    ----------
    people : DataFrame
        See `availability`.

    Returns
    -------
    dict of agent to array of float, shape (168,)
    """
    found = {}
    for agent, windows, most in people[["agent_id", "windows", "max_hours_per_week"]].itertuples(
        index=False
    ):
        there = np.zeros(_WEEK)
        for first, hours in windows:
            there[np.arange(first, first + hours) % _WEEK] = 1.0
        found[str(agent)] = there * min(1.0, most / max(there.sum(), 1.0))
    return found


def _are_days(value: Any) -> bool:
    try:
        return all(float(day) in range(7) for day in listed(value))
    except (TypeError, ValueError):
        return False


def _refuse(
    given: pd.DataFrame, column: str, fine: pd.Series, words: str, *, table: str = "agents"
) -> None:
    rows = [row for row, good in enumerate(fine) if not good]
    if not rows:
        return
    first = given.iloc[rows[0]]
    shown = ", ".join(map(str, rows[:5]))
    raise SchemaError(
        f"The column '{column}' of {table} must be {words}. Got {_plain(first[column])!r} for "
        f"{first['agent_id']!r} instead. See row {shown} (counted from 0).",
        table=table,
        column=column,
        rows=rows,
    )
