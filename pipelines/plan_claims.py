"""Claims on the board as a plan meets them: what is fixed, and what that leaves to the roster.

A claim that an agent made, confirmed or swapped is fixed: its hours count as cover, and the roster
plans around the agent's rest and hours. Seats that an earlier plan gave are free to be given
anew, but for those that begin within the board's notice.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from data.schema import SHIFTS
from forecasting.board import ClaimTerms, ShiftBoard
from forecasting.planning import PlanPolicy
from forecasting.planning.requirement import Grid
from forecasting.planning.shifts import COLUMNS, breaks_of, shifts_of_agents
from forecasting.planning.weeks import Filled, Week, night_hours

Row = dict[str, Any]

_HOUR, _WEEK = pd.Timedelta(hours=1), pd.Timedelta(weeks=1)
_HALF_WEEK = _WEEK / 2
_NOTICE = pd.Timedelta(hours=ClaimTerms().notice_hours)
_HELD, _BACK = "claimed", "released"
_DUST = 1e-9


def standing_claims(board: ShiftBoard) -> pd.DataFrame:
    """Return what agents hold or have given back.

    Columns ``shift_id, agent_id, pool_id, starts_at, ends_at, state, source``; the ``state`` is
    ``claimed`` or ``released``.
    """
    claims, shifts = board.claims(), board.shifts()
    held = claims[claims["state"] == _HELD].drop(columns="at")
    held = held.merge(shifts[["shift_id", "pool_id", "starts_at", "ends_at"]], on="shift_id")
    back = board.given_back().assign(state=_BACK, source="agent")
    # Who changed their mind and took the seat again holds it.
    again = pd.MultiIndex.from_frame(held[["shift_id", "agent_id"]])
    back = back[~pd.MultiIndex.from_frame(back[["shift_id", "agent_id"]]).isin(again)]
    return pd.concat([one for one in (held, back) if len(one)] or [held], ignore_index=True)


@dataclass(frozen=True)
class Around:
    """Weeks to be filled around claims that stand.

    Parameters
    ----------
    weeks : list of Week
        With the demand and the availability that the claims leave.
    shifts : list of DataFrame
        Per week, the fixed claims as rows of the assignment, with ``shift_id`` and ``source``.
    cover : list of DataFrame
        Per week, ``pool_id, starts_at, covered_fte`` of the fixed claims.
    """

    weeks: list[Week]
    shifts: list[pd.DataFrame]
    cover: list[pd.DataFrame]

    @classmethod
    def of(
        cls, weeks: Sequence[Week], standing: pd.DataFrame | None, grid: Grid, now: datetime
    ) -> Self:
        """Lay the weeks out around what stands.

        Parameters
        ----------
        weeks : sequence of Week
        standing : DataFrame or None
            See `standing_claims`.
        grid : Grid
        now : datetime
            What has begun, or will too soon to take it back, is fixed, whoever gave it.
        """
        if standing is None or standing.empty:
            return cls(list(weeks), [], [])
        spans = rostered_spans(weeks[0].agents, weeks[-1].agents, grid)
        usual = (grid.start, grid.start + grid.weeks * _WEEK)
        ours = [
            begin <= start < end
            for start, (begin, end) in zip(
                standing["starts_at"], (spans.get(a, usual) for a in standing["agent_id"]),
                strict=True,
            )
        ]  # fmt: skip
        given = standing["source"] == "roster"
        free = given & np.array(ours) & (standing["starts_at"] > now + _NOTICE)
        before = given & ~np.array(ours) & (standing["starts_at"] > now)
        standing = standing.assign(before=before)
        fixed = _by_agent(standing[(standing["state"] == _HELD) & ~free])
        back = _by_agent(standing[standing["state"] == _BACK])
        made, shifts, cover = [], [], []
        for week in weeks:
            demand, covered = _covered(week, fixed, grid.start)
            shifts.append(_assigned(week, fixed))
            cover.append(covered)
            made.append(replace(week, demand=demand, agents=_available(week, fixed, back)))
        return cls(made, shifts, cover)

    def joined(self, filled: Sequence[Filled]) -> list[Filled]:
        """Add the fixed claims to the rosters made around them."""
        if not self.shifts:
            return list(filled)
        return [
            replace(
                one,
                shifts=pd.concat([one.shifts.assign(source="roster"), own], ignore_index=True),
                cover=pd.concat([one.cover, cover], ignore_index=True),
            )
            for one, own, cover in zip(filled, self.shifts, self.cover, strict=True)
        ]


def rostered_spans(
    first: pd.DataFrame, last: pd.DataFrame, grid: Grid
) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """From when to when a plan gives each agent shifts.

    Each day's shift lies in the window that begins on it, so that the night after the plan's last
    day is the plan's, and the one before its first day is not.

    Parameters
    ----------
    first, last : DataFrame
        The agents of the first and the last week, see `forecasting.planning.people.availability`.
    grid : Grid
    """
    end = grid.start + grid.weeks * _WEEK
    begins, ends = (_window_starts(agents) for agents in (first, last))
    return {
        agent: (grid.start + hour * _HOUR, end + ends.get(agent, hour) * _HOUR)
        for agent, hour in begins.items()
    }


def _window_starts(agents: pd.DataFrame) -> dict[str, int]:
    """Return the hour of the day, in UTC, at which each agent's windows begin at the earliest."""
    if agents.empty:
        return {}
    return {
        agent: min(first % 24 for first, _ in windows)
        for agent, windows in zip(agents["agent_id"], agents["windows"], strict=True)
        if windows
    }


def seats_of(assigned: pd.DataFrame, policy: PlanPolicy) -> list[pd.DataFrame]:
    """Return the shifts of an assignment: the roster's, and those that agents hold by name."""
    own = assigned["shift_id"].notna() if "shift_id" in assigned else assigned["hours"] < 0
    tables = [shifts_of_agents(assigned[~own], policy)] if (~own).any() else []
    if own.any():
        tables.append(_held_shifts(assigned[own], policy))
    return tables


def _held_shifts(held: pd.DataFrame, policy: PlanPolicy) -> pd.DataFrame:
    seats = held.groupby("shift_id").size()
    table = held.drop_duplicates("shift_id")
    rests = [
        breaks_of(start, hours, minutes=policy.break_minutes, after_hours=policy.break_after_hours)
        for start, hours in zip(table["starts_at"], table["hours"], strict=True)
    ]
    table = table.assign(
        seats=table["shift_id"].map(seats), breaks=[json.dumps(rest) for rest in rests]
    )
    return SHIFTS.validate(table[COLUMNS].reset_index(drop=True))


def _by_agent(rows: pd.DataFrame) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows.sort_values(["starts_at", "shift_id"]).to_dict("records"):
        found.setdefault(str(row["agent_id"]), []).append({str(k): v for k, v in row.items()})
    return found


def _people(week: Week) -> list[Row]:
    return [{str(k): v for k, v in row.items()} for row in week.agents.to_dict("records")]


def _available(week: Week, fixed: dict[str, list[Row]], back: dict[str, list[Row]]) -> pd.DataFrame:
    """Take away days with no room beside a claim, days given back, and hours that are spent."""
    rest = pd.Timedelta(hours=week.policy.rest_hours)
    rows = []
    for person in _people(week):
        own, away = fixed.get(person["agent_id"], []), back.get(person["agent_id"], [])
        windows = [
            (first, length)
            for first, length in person["windows"]
            if not _meets(week.start + first * _HOUR, length * _HOUR, own, rest)
            and not _meets(week.start + first * _HOUR, length * _HOUR, away, pd.Timedelta(0))
        ]
        spent = _hours_in(week, person["timezone"], own)
        most = max(0.0, person["max_hours_per_week"] - spent)
        wanted = max(0.0, person["preferred_hours_per_week"] - spent)
        hours = {"max_hours_per_week": most, "preferred_hours_per_week": wanted}
        rows.append({**person, "windows": windows, **hours})
    # With nobody left for any day, the roster is empty.
    return pd.DataFrame(rows if any(row["windows"] for row in rows) else [])


def _meets(begin: pd.Timestamp, window: pd.Timedelta, rows: list[Row], gap: pd.Timedelta) -> bool:
    end = begin + window
    return any(r["starts_at"] < end + gap and begin < r["ends_at"] + gap for r in rows)


def _hours_in(week: Week, zone: str, rows: list[Row]) -> float:
    """Hours that are claimed in a week of the agent's clock, as the board counts them."""
    clock = ZoneInfo(zone)
    label = (week.start + _HALF_WEEK).tz_convert(clock).isocalendar()[:2]
    same = [r for r in rows if r["starts_at"].tz_convert(clock).isocalendar()[:2] == label]
    return float(sum((r["ends_at"] - r["starts_at"]) / _HOUR for r in same))


def _assigned(week: Week, fixed: dict[str, list[Row]]) -> pd.DataFrame:
    """Return a week's fixed claims as rows of the assignment."""
    rows = [
        {
            **{name: claim[name] for name in ("agent_id", "pool_id", "starts_at", "ends_at")},
            "hours": max(1, round((claim["ends_at"] - claim["starts_at"]) / _HOUR)),
            "pools": [claim["pool_id"]],
            "reason": _why(claim),
            "shift_id": claim["shift_id"],
            "source": claim["source"],
            "offset": person["utc_offset_hours"],
        }
        for person in _people(week)
        for claim in fixed.get(person["agent_id"], [])
        if week.start <= claim["starts_at"] < week.start + _WEEK
    ]
    names = ["agent_id", "pool_id", "starts_at", "ends_at", "hours", "pools", "reason",
             "shift_id", "source", "offset"]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    for name in ("starts_at", "ends_at"):
        table[name] = pd.to_datetime(table[name], utc=True).astype("datetime64[us, UTC]")
    table = table.astype({"hours": np.int64, "agent_id": "str", "pool_id": "str"})
    nights = night_hours(table["starts_at"], table["hours"], table.pop("offset"))
    return table.assign(night_hours=nights)


def _why(claim: Row) -> str:
    if claim["source"] == "agent":
        return "claimed by the agent"
    return "given by the plan before"


def _covered(
    week: Week, fixed: dict[str, list[Row]], start: pd.Timestamp
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the demand that fixed claims leave to the roster, and what they cover."""
    keys = list(zip(week.demand["pool_id"], week.demand["hour_of_week"], strict=True))
    left = dict(zip(keys, week.demand["required_fte"].astype(float), strict=True))
    before, rows = dict(left), []
    # Who can serve the fewest pools comes first: the others can go where something is left.
    for person in sorted(_people(week), key=lambda p: (len(p["pools"]), p["agent_id"])):
        for claim in fixed.get(person["agent_id"], []):
            if claim["ends_at"] <= week.start or claim["starts_at"] >= week.start + _WEEK:
                continue
            # The roster's week is a circle: a night before the plan stands for one at its end.
            if week.start <= claim["starts_at"] and not claim["before"]:
                rows += _shares(claim, person["pools"], left, week.start)
            elif week.start == start:
                rows += _shares(claim, person["pools"], before, week.start)
    table = pd.DataFrame(rows, columns=["pool_id", "starts_at", "covered_fte"])
    table["starts_at"] = pd.to_datetime(table["starts_at"], utc=True)
    table = table.astype({"pool_id": "str", "covered_fte": float})
    return week.demand.assign(required_fte=[left[key] for key in keys]), table


def _shares(
    claim: Row, pools: Iterable[str], left: dict[tuple[str, int], float], start: pd.Timestamp
) -> list[tuple[str, pd.Timestamp, float]]:
    """Share the hours of a claim: its own pool first, then where most is left."""
    shares = []
    begin = max(claim["starts_at"].floor("h"), start)
    for hour in pd.date_range(begin, claim["ends_at"], freq="h"):
        inside = min(hour + _HOUR, claim["ends_at"]) - max(hour, claim["starts_at"])
        free, at = inside / _HOUR, int((hour - start) / _HOUR) % 168
        own = [pool for pool in pools if left.get((pool, at), 0.0) > _DUST]
        for pool in sorted(own, key=lambda p: (p != claim["pool_id"], -left[p, at], p)):
            part = min(free, left[pool, at])
            if part > _DUST:
                left[pool, at] -= part
                free -= part
                shares.append((pool, hour, part))
    return shares
