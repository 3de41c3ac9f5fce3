"""Key figures of a plan: utilisation, agents per 100 tickets, nights, and what a planner saves."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from forecasting.planning.policy import PlanPolicy


def agents_per_100_tickets(agents: float, tickets: float) -> float | None:
    """Agents at work for 100 tickets; None without tickets.

    Examples
    --------
    >>> agents_per_100_tickets(12, 800)
    1.5
    """
    return None if tickets <= 0 else 100.0 * agents / tickets


def gini(values: ArrayLike) -> float:
    """How unevenly something is shared: 0 where all have the same, near 1 where one has all.

    Parameters
    ----------
    values : array-like
        Zero or more.

    References
    ----------
    Sen (1973), On Economic Inequality (the mean difference of all pairs).

    Examples
    --------
    >>> gini([20, 20, 20]), gini([0, 0, 0, 40])
    (0.0, 0.75)
    """
    table = np.sort(np.asarray(values, dtype=np.float64))
    if not table.sum():
        return 0.0
    ranks = 2.0 * np.arange(1, len(table) + 1) - len(table) - 1
    return float((ranks * table).sum() / (len(table) * table.sum()))


def fairness(assigned: pd.DataFrame, people: pd.DataFrame) -> dict[str, float | None]:
    """How evenly hours and nights are shared among agents of one qualification.

    Parameters
    ----------
    assigned : DataFrame
        ``agent_id, hours, night_hours``, one row per agent's shift.
    people : DataFrame
        ``agent_id``, ``pools`` and ``target_hours``, what each prefers or may work; agents who
        may work nothing do not count.

    Returns
    -------
    dict of str to float or None
        ``hours_gini`` of the hours over the target, ``nights_gini`` of the nights, each the mean
        over groups of agents with the same pools, weighted by their number; None where no two
        agents have the same.
    """
    sums = assigned.groupby("agent_id")[["hours", "night_hours"]].sum()
    known = people[people["target_hours"] > 0].set_index("agent_id")
    known = known.join(sums).fillna({"hours": 0.0, "night_hours": 0.0})
    team = known["pools"].map(lambda own: "\n".join(sorted(own)))
    found: dict[str, list[tuple[int, float]]] = {"hours": [], "nights": []}
    for _, own in known.groupby(team):
        if len(own) > 1:
            found["hours"].append((len(own), gini(own["hours"] / own["target_hours"])))
            found["nights"].append((len(own), gini(own["night_hours"] / own["target_hours"])))
    return {
        f"{name}_gini": round(sum(n * g for n, g in all_) / sum(n for n, _ in all_), 4)
        if all_ else None
        for name, all_ in found.items()
    }  # fmt: skip


def key_figures(
    *,
    cover: pd.DataFrame,
    assigned: pd.DataFrame,
    shifts: pd.DataFrame,
    tickets: float,
    comparison: pd.DataFrame,
    weeks: int,
    policy: PlanPolicy,
) -> dict[str, Any]:
    """Figures of a whole plan; shares in [0, 1], hours and people over all its weeks.

    What people bring about is measured in the contacts that they serve, which are the expected
    ones times the share of the work that is covered: contacts that nobody serves are nobody's
    output.

    Parameters
    ----------
    cover : DataFrame
        ``required_fte, covered_fte, unmet_fte, workload_fte`` per pool and hour.
    assigned : DataFrame
        One row per agent's shift: ``agent_id, starts_at, hours, night_hours``.
    shifts : DataFrame
        The shifts table with ``seats``.
    tickets : float
        Expected contacts.
    comparison : DataFrame
        ``plan, paid_hours, utilisation`` of the pools and of other ways to staff.
    weeks : int
    policy : PlanPolicy
    """
    paid = float(assigned["hours"].sum())
    required, unmet = float(cover["required_fte"].sum()), float(cover["unmet_fte"].sum())
    work = float(cover["workload_fte"].sum())
    nights = float(assigned["night_hours"].sum())
    at_work = _at_work(assigned, cover, weeks)
    seats = int(shifts["seats"].sum()) if len(shifts) else 0
    ratio, done = _ratio(comparison), _done(cover)
    served = tickets * done / work if work else 0.0
    return {
        "tickets": round(tickets, 1),
        "tickets_served": round(served, 1),
        "workload_hours": round(work, 1),
        "required_hours": round(required, 1),
        "paid_hours": round(paid, 1),
        "unmet_hours": round(unmet, 1),
        "met_share": None if required == 0 else round(1.0 - unmet / required, 4),
        "utilisation": None if paid == 0 else round(done / paid, 4),
        "night_hours": round(nights, 1),
        "night_share": None if paid == 0 else round(nights / paid, 4),
        "agents_at_work_per_week": round(at_work, 1),
        "agents_per_100_tickets": agents_per_100_tickets(at_work, served / max(weeks, 1)),
        "agents_per_100_tickets_alone": _alone(comparison, at_work, served, weeks),
        "tickets_per_agent_hour": None if paid == 0 else round(served / paid, 3),
        "tickets_per_agent_hour_alone": _rounded(served / paid / ratio if paid and ratio else None),
        "seats": seats,
        "unfilled_seats": seats - len(assigned),
        "planner_hours_week": round(seats * policy.minutes_per_shift / 60 / max(weeks, 1), 1),
        "planner_minutes_per_shift": policy.minutes_per_shift,
    }


def night_report(assigned: pd.DataFrame, cover: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Follow the sun: who works while it is night in `zone`, and is it night where they are?

    Parameters
    ----------
    assigned : DataFrame
        ``agent_id, timezone, starts_at, hours, night_hours``.
    cover : DataFrame
        ``starts_at, required_fte``.
    zone : str
        Clock of the clients.

    Returns
    -------
    DataFrame
        By the agents' ``timezone``: ``hours``, ``client_night_hours`` (worked while it is night
        in `zone`), ``own_night_hours``; the last row, ``needed at night``, is what had to be
        covered between 22:00 and 06:00 in `zone`.
    """
    each = assigned.loc[assigned.index.repeat(assigned["hours"])]
    step = each.groupby(level=0).cumcount()
    local = (each["starts_at"] + pd.to_timedelta(step, unit="h")).dt.tz_convert(zone).dt.hour
    dark = ((local >= 22) | (local < 6)).groupby(each["timezone"]).sum()
    table = assigned.groupby("timezone").agg(hours=("hours", "sum"),
                                             own_night_hours=("night_hours", "sum"))  # fmt: skip
    table.insert(1, "client_night_hours", dark.reindex(table.index).fillna(0).astype(np.int64))
    hour = cover["starts_at"].dt.tz_convert(zone).dt.hour
    needed = float(cover.loc[(hour >= 22) | (hour < 6), "required_fte"].sum())
    table = table.reset_index().sort_values("hours", ascending=False)
    last = {"timezone": "needed at night", "hours": needed, "client_night_hours": needed,
            "own_night_hours": 0}  # fmt: skip
    return pd.concat([table, pd.DataFrame([last])], ignore_index=True)


def _at_work(assigned: pd.DataFrame, cover: pd.DataFrame, weeks: int) -> float:
    """People at work in a week, on average; a last night belongs to the week it ends."""
    if assigned.empty:
        return 0.0
    since = assigned["starts_at"] - cover["starts_at"].min()
    week = (since // pd.Timedelta(weeks=1)).clip(0, weeks - 1)
    return float(assigned.groupby(week)["agent_id"].nunique().sum() / weeks)


def _done(cover: pd.DataFrame) -> float:
    """Work that the people on shift do; they cannot do more than there is."""
    share = cover["covered_fte"] / cover["required_fte"].where(cover["required_fte"] > 0)
    return float((cover["workload_fte"] * share.clip(upper=1.0).fillna(0.0)).sum())


def _ratio(comparison: pd.DataFrame) -> float | None:
    """Paid hours with people of its own for each desk, over those of the pools."""
    paid = comparison.set_index("plan")["paid_hours"]
    if "one agent per client" not in paid or not paid.get("these pools", 0.0):
        return None
    return float(paid["one agent per client"] / paid["these pools"])


def _alone(comparison: pd.DataFrame, at_work: float, tickets: float, weeks: int) -> float | None:
    """Agents per 100 tickets if each desk had people of its own, at the same hours a person."""
    ratio = _ratio(comparison)
    return None if ratio is None else agents_per_100_tickets(at_work * ratio, tickets / weeks)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
