"""A week's roster: the shifts of those who are available, and what they cover."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.planning.policy import PlanPolicy
from forecasting.roster import Terms, assign_shifts

Ints = NDArray[np.int64]

WEEK = 168
_NIGHT = (22, 6)
_REASONS = ["pool_id", "hour_of_week", "reason"]


@dataclass(frozen=True)
class Week:
    """One week to be filled.

    Parameters
    ----------
    start : Timestamp
        Monday 00:00 UTC.
    demand : DataFrame
        ``pool_id, hour_of_week, required_fte``.
    agents : DataFrame
        See `forecasting.planning.people.availability`.
    policy : PlanPolicy
    """

    start: pd.Timestamp
    demand: pd.DataFrame
    agents: pd.DataFrame
    policy: PlanPolicy


@dataclass(frozen=True)
class Filled:
    """A week that was filled.

    Attributes
    ----------
    shifts : DataFrame
        ``agent_id, pool_id`` (where most of the shift is worked), ``starts_at, ends_at, hours,
        night_hours, pools, reason``.
    cover : DataFrame
        ``pool_id, starts_at, covered_fte`` hour by hour; a last night reaches into the next week.
    reasons : DataFrame
        ``pool_id, hour_of_week, reason`` of what could not be covered.
    objective : float
    """

    shifts: pd.DataFrame
    cover: pd.DataFrame
    reasons: pd.DataFrame
    objective: float


def fill_week(week: Week) -> Filled:
    """Assign a week's shifts and say from when to when, for which pool, and with which nights."""
    policy = week.policy
    if week.agents.empty:
        return _empty()
    served = {pool for pools in week.agents["pools"] for pool in pools}
    demand = week.demand[week.demand["pool_id"].isin(served) & (week.demand["required_fte"] > 0)]
    if demand.empty:
        return _empty()
    known = set(demand["pool_id"])
    own = week.agents["pools"].map(lambda pools: [p for p in pools if p in known])
    agents = week.agents.assign(pools=own)
    agents = agents[(agents["pools"].map(len) > 0) & (agents["windows"].map(len) > 0)]
    if agents.empty:
        return _empty()
    terms = Terms(
        shift_hours=policy.shift_hours,
        unmet_cost=policy.unmet_cost,
        night_cost=policy.night_cost,
        beyond_preferred_cost=policy.beyond_preferred_cost,
        rest_hours=policy.rest_hours,
        even_hours=policy.even_hours,
    )
    found = assign_shifts(
        demand, agents, terms=terms, steps=policy.search_steps, random_state=policy.random_state
    )
    if found.shifts.empty:
        return _empty(found.cover)
    split = _split(found.shifts, found.work, week.start)
    cover = split.groupby(["pool_id", "starts_at"], as_index=False)[["share"]].sum()
    return Filled(
        shifts=_timed(found.shifts, split, agents, week.start),
        cover=cover.rename(columns={"share": "covered_fte"}),
        reasons=found.cover.loc[found.cover["unmet_fte"] > 0, _REASONS],
        objective=found.objective,
    )


def night_hours(starts: pd.Series, hours: pd.Series, offsets: pd.Series) -> Ints:
    """Hours between 22:00 and 06:00 on the agent's clock, for shifts of whole hours."""
    most = int(hours.max()) if len(hours) else 0
    local = starts.dt.hour.to_numpy() + np.floor(offsets.to_numpy(dtype=np.float64))
    clock = (local[:, None] + np.arange(most)) % 24
    worked = np.arange(most) < hours.to_numpy(dtype=np.int64)[:, None]
    return np.asarray((((clock >= _NIGHT[0]) | (clock < _NIGHT[1])) & worked).sum(axis=1))


def _split(shifts: pd.DataFrame, work: pd.DataFrame, start: pd.Timestamp) -> pd.DataFrame:
    """How each hour of each shift is shared by pools: ``shift, pool_id, starts_at, share``."""
    hours = shifts[["agent_id", "hours"]].assign(first=_first_hours(shifts))
    hours = hours.reset_index(names="shift")
    each = hours.loc[hours.index.repeat(hours["hours"])]
    at = each["first"] + each.groupby("shift").cumcount()
    each = each.assign(
        hour_of_week=at % WEEK, starts_at=start + pd.to_timedelta(at.to_numpy(), unit="h")
    )
    return each.merge(work, on=["agent_id", "hour_of_week"])


def _first_hours(shifts: pd.DataFrame) -> pd.Series:
    """Hours from the week's start; what begins after Sunday's midnight lies behind its end."""
    first = shifts["start_hour_of_week"]
    return first.where(first >= shifts["day"] * 24, first + WEEK)


def _timed(
    shifts: pd.DataFrame, split: pd.DataFrame, agents: pd.DataFrame, start: pd.Timestamp
) -> pd.DataFrame:
    """Put the shifts of a circular week on the calendar; the last may reach into the next."""
    shares = split.groupby(["shift", "pool_id"], as_index=False)[["share"]].sum()
    shares = shares.sort_values(["shift", "share", "pool_id"], ascending=[True, False, True])
    pools = shares.groupby("shift")["pool_id"].agg(list).to_dict()
    own = agents.set_index("agent_id")
    usual = own["pools"].to_dict()
    # Someone whom the hour leaves idle is still on shift, for a pool of theirs.
    served = [
        pools.get(shift) or usual[agent][:1]
        for shift, agent in zip(shifts.index, shifts["agent_id"], strict=True)
    ]
    starts = start + pd.to_timedelta(_first_hours(shifts), unit="h")
    table = pd.DataFrame(
        {
            "agent_id": shifts["agent_id"],
            "pool_id": pd.Series([p[0] for p in served], index=shifts.index, dtype="str"),
            "starts_at": starts,
            "ends_at": starts + pd.to_timedelta(shifts["hours"], unit="h"),
            "hours": shifts["hours"].astype(np.int64),
            "pools": served,
            "reason": shifts["reason"],
        }
    )
    offsets = _offsets(table["starts_at"], table["agent_id"].map(own["timezone"]))
    return table.assign(night_hours=night_hours(table["starts_at"], table["hours"], offsets))


def _offsets(starts: pd.Series, zones: pd.Series) -> pd.Series:
    """Hours that each clock is ahead of UTC when a shift begins."""
    ahead = pd.Series(0.0, index=starts.index)
    for zone, part in starts.groupby(zones):
        local = part.dt.tz_convert(str(zone)).dt.tz_localize(None)
        ahead[part.index] = (local - part.dt.tz_localize(None)) / pd.Timedelta(hours=1)
    return ahead


def _empty(reasons: pd.DataFrame | None = None) -> Filled:
    """Return a week in which nobody works."""
    kinds: dict[str, Any] = {
        "agent_id": "str", "pool_id": "str", "starts_at": "datetime64[us, UTC]",
        "ends_at": "datetime64[us, UTC]", "hours": np.int64, "pools": object, "reason": "str",
        "night_hours": np.int64, "covered_fte": float, "hour_of_week": np.int64,
    }  # fmt: skip
    table = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    why = table if reasons is None else reasons
    return Filled(
        shifts=table[list(kinds)[:8]],
        cover=table[["pool_id", "starts_at", "covered_fte"]],
        reasons=why[_REASONS],
        objective=0.0,
    )
