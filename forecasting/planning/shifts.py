"""Shifts as they are offered: when, for which pool, how many seats, and when people rest."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from data.schema import SHIFTS
from forecasting.planning.policy import PlanPolicy
from forecasting.pooling import cover_need

_STEP = pd.Timedelta(minutes=5)
COLUMNS = ["shift_id", "pool_id", "starts_at", "ends_at", "seats", "breaks"]


def breaks_of(
    start: pd.Timestamp, hours: int, *, minutes: int, after_hours: int
) -> list[dict[str, str]]:
    """Paid breaks of a shift, spread evenly: one for each full `after_hours`, none at its end.

    Examples
    --------
    >>> [b["starts_at"][11:16] for b in
    ...  breaks_of(pd.Timestamp("2026-03-02T08:00Z"), 8, minutes=15, after_hours=3)]
    ['10:40', '13:20']
    """
    count = (hours - 1) // after_hours if minutes else 0
    gap = pd.Timedelta(hours=hours) / (count + 1)
    begins = [(start + gap * (i + 1)).floor("5min") for i in range(count)]
    length = pd.Timedelta(minutes=minutes)
    return [{"starts_at": b.isoformat(), "ends_at": (b + length).isoformat()} for b in begins]


def staggered_breaks(assigned: pd.DataFrame, policy: PlanPolicy) -> pd.Series:
    """Return breaks of each agent's shift as JSON, moved so that few rest at the same time.

    One shift after the other takes, within a third of the way to the breaks beside it and an
    hour at most, the time at which the fewest others of its pool are away.

    Parameters
    ----------
    assigned : DataFrame
        ``agent_id, pool_id, starts_at, hours``, one row per agent's shift.
    policy : PlanPolicy

    Returns
    -------
    Series
        In the order of the rows.
    """
    found = pd.Series("[]", index=assigned.index, dtype="str")
    for _, pool in assigned.sort_values(["starts_at", "hours", "agent_id"]).groupby("pool_id"):
        away: dict[int, int] = {}
        for row, start, hours in zip(pool.index, pool["starts_at"], pool["hours"], strict=True):
            usual = breaks_of(
                start,
                int(hours),
                minutes=policy.break_minutes,
                after_hours=policy.break_after_hours,
            )
            reach = min(pd.Timedelta(hours=int(hours)) / (len(usual) + 1) / 3, pd.Timedelta("1h"))
            moved = [_quietest(one, away, reach) for one in usual]
            found[row] = json.dumps(moved)
    return found


def _quietest(rest: dict[str, str], away: dict[int, int], reach: pd.Timedelta) -> dict[str, str]:
    """Move a break to when the fewest are away, as little as it takes, and count it."""
    begin, end = pd.Timestamp(rest["starts_at"]), pd.Timestamp(rest["ends_at"])
    first, most = int(begin.timestamp() // _STEP.total_seconds()), int(reach // _STEP)
    slots = range(first, first + int(np.ceil((end - begin) / _STEP)))
    steps = sorted(range(-most, most + 1), key=lambda k: (abs(k), k))
    best = min(steps, key=lambda k: sum(away.get(slot + k, 0) for slot in slots))
    for slot in slots:
        away[slot + best] = away.get(slot + best, 0) + 1
    move = best * _STEP
    return {"starts_at": (begin + move).isoformat(), "ends_at": (end + move).isoformat()}


def shift_name(pool_id: str, start: pd.Timestamp, hours: int) -> str:
    """Stable name of a shift: a plan made again changes its seats, not its name."""
    return f"{pool_id}-{start:%Y%m%dT%H%M}-{hours}h"


def shifts_from_cover(
    need: pd.DataFrame, *, start: pd.Timestamp, policy: PlanPolicy
) -> pd.DataFrame:
    """Fewest paid hours of shifts that cover a week's need of each pool.

    Parameters
    ----------
    need : DataFrame
        ``pool_id``, ``hour_of_week``, ``agents``; fractions are rounded up.
    start : Timestamp
        Monday 00:00 UTC of the week; a shift may end in the next.
    policy : PlanPolicy

    Returns
    -------
    DataFrame
        The shifts table: seats are how many people begin together; ``breaks`` is JSON.
    """
    rows: list[tuple[str, pd.Timestamp, int, int]] = []
    lengths = policy.shift_hours
    for pool, part in need.groupby("pool_id", sort=True):
        table = np.zeros(168)
        table[part["hour_of_week"].to_numpy(dtype=np.int64)] = np.ceil(part["agents"] - 1e-9)
        if not table.any():
            continue
        starts = cover_need(table, lengths).starts
        for kind, hour in np.argwhere(starts > 0):
            begin = start + pd.Timedelta(hours=int(hour))
            rows.append((str(pool), begin, lengths[kind], int(starts[kind, hour])))
    return _table(rows, policy)


def shifts_of_agents(assigned: pd.DataFrame, policy: PlanPolicy) -> pd.DataFrame:
    """Shifts in which assigned agents who begin and end together sit side by side.

    Parameters
    ----------
    assigned : DataFrame
        ``pool_id, starts_at, hours``, one row per agent's shift.
    policy : PlanPolicy
    """
    groups = assigned.groupby(["pool_id", "starts_at", "hours"], sort=True).size()
    made = groups.rename("seats").reset_index().to_dict("records")
    rows = [(str(g["pool_id"]), g["starts_at"], int(g["hours"]), int(g["seats"])) for g in made]
    return _table(rows, policy)


def merge_seats(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Shifts of several tables, with the seats of one name added up."""
    joined = pd.concat(list(tables), ignore_index=True)
    if joined.empty:
        return joined
    seats = joined.groupby("shift_id")["seats"].sum()
    first = joined.drop_duplicates("shift_id").set_index("shift_id")
    merged = first.assign(seats=seats).reset_index()[COLUMNS]
    return merged.sort_values(["starts_at", "pool_id", "shift_id"], ignore_index=True)


def extra_shifts(
    shortage: Mapping[str, Any], missing: float, *, policy: PlanPolicy, now: datetime
) -> pd.DataFrame:
    """Shifts for people a day is short of, from the next hour on.

    Parameters
    ----------
    shortage : mapping
        ``pool_id, from, to`` of an alert; times aware, or as ISO text.
    missing : float
        Agents that no open seat stands for; less than half an agent is not worth a shift.
    policy : PlanPolicy
        The shortest of its shifts that reaches the end, else its longest.
    now : datetime

    Returns
    -------
    DataFrame
        The shifts table, with no row where nothing can or need be done.
    """
    seats = int(np.floor(missing + 0.5))
    start = max(pd.Timestamp(shortage["from"]), pd.Timestamp(now).floor("h") + pd.Timedelta("1h"))
    span = (pd.Timestamp(shortage["to"]) - start) / pd.Timedelta(hours=1)
    if seats < 1 or span <= 0:
        return _table([], policy)
    lengths = sorted(policy.shift_hours)
    hours = next((length for length in lengths if length >= span), lengths[-1])
    made = _table([(str(shortage["pool_id"]), start, hours, seats)], policy)
    # The plan's own shift of that time keeps its seats.
    return made.assign(shift_id=made["shift_id"] + "-extra")


def _table(rows: Sequence[tuple[str, pd.Timestamp, int, int]], policy: PlanPolicy) -> pd.DataFrame:
    made = [
        (
            shift_name(pool, start, hours),
            pool,
            start,
            start + pd.Timedelta(hours=hours),
            seats,
            json.dumps(
                breaks_of(
                    start, hours, minutes=policy.break_minutes, after_hours=policy.break_after_hours
                )
            ),
        )
        for pool, start, hours, seats in rows
    ]
    return SHIFTS.validate(pd.DataFrame(made, columns=COLUMNS))
