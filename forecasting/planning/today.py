"""A plan's day: what still comes, who is on shift, and where these are too few or too many."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array

from data.errors import ParameterError, SchemaError
from forecasting.planning.intraday import Reforecast, reforecast_together, staffing_alerts
from forecasting.planning.policy import PlanPolicy
from forecasting.planning.requirement import Grid, Load, load_of, pool_requirement
from forecasting.validation import check_volume

Floats = NDArray[np.float64]

_WEEK = pd.Timedelta(weeks=1)
_LEVEL = 80.0
_SOME = 0.5


@dataclass(frozen=True)
class InForce:
    """A plan as far as its days need it.

    Parameters
    ----------
    grid : Grid
    policy : PlanPolicy
    forecasts, series, pools, cover : DataFrame
        The plan's tables of these names.
    """

    grid: Grid
    policy: PlanPolicy
    forecasts: pd.DataFrame
    series: pd.DataFrame
    pools: pd.DataFrame
    cover: pd.DataFrame

    TABLES = ("forecasts", "series", "pools", "cover")

    @classmethod
    def read(cls, document: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Self:
        """Take up a plan from its summary and its tables.

        Raises
        ------
        SchemaError
            The summary is of an older version that says less.
        """
        if "policy" not in document:
            raise SchemaError(
                f"The plan {document.get('plan_id')} does not hold its policy: an older version "
                "made it. Plan again."
            )
        grid = Grid(pd.Timestamp(document["from"]), document["weeks"], document["interval_minutes"])
        policy = PlanPolicy.from_mapping(document["policy"])
        return cls(grid, policy, **{name: tables[name] for name in cls.TABLES})

    @property
    def pool_of(self) -> dict[str, str]:
        """Pool of each series."""
        pools = dict(zip(self.pools["desk"], self.pools["pool_id"], strict=True))
        return {
            str(name): pools[desk]
            for name, desk in zip(self.series["unique_id"], self.series["desk"], strict=True)
        }


@dataclass(frozen=True)
class Day:
    """What a morning says of the hours to come.

    Attributes
    ----------
    series : DataFrame
        Per series with arrivals: ``unique_id, pool_id, seen, expected, factor, low, high``.
    forecast : DataFrame
        ``unique_id, ds, yhat, yhat-lo-80, yhat-hi-80, was`` to the end of each client's day.
    hours : DataFrame
        ``pool_id, starts_at, planned_fte, required_fte, on_shift_fte``.
    alerts : DataFrame
        ``pool_id, kind, from, to, agents, agent_hours, reason, message``, by start.
    """

    series: pd.DataFrame
    forecast: pd.DataFrame
    hours: pd.DataFrame
    alerts: pd.DataFrame


def watch_day(
    plan: InForce,
    arrivals: pd.DataFrame,
    duty: pd.DataFrame,
    *,
    now: pd.Timestamp,
    hours: int = 12,
    pools: Collection[str] | None = None,
    slack: float = 2.0,
) -> Day:
    """Compare the coming hours' need, as the day's arrivals have it, with who is on shift.

    Each series with arrivals is forecast again to the end of its client's day, by a factor that
    its pool's series have in common and one of its own around it. Its pool's need
    then changes by what the new forecast needs more or less than the plan's; other pools need
    what was planned. People on shift are shared by their pools so that the least stays unmet.

    Parameters
    ----------
    plan : InForce
    arrivals : DataFrame
        ``unique_id, ds, y`` on the plan's intervals; those of other days are left out.
    duty : DataFrame
        One row per agent and shift: ``agent_id, pool_id`` of the shift, ``pools`` the agent may
        serve, ``starts_at, ends_at``.
    now : Timestamp
        Aware.
    hours : int
        How far ahead alerts look; the hour under way is one of them.
    pools : collection of str, optional
        Alerts of these only.
    slack : float
        Agents more than needed that are not worth an alert.

    Raises
    ------
    ParameterError
        `now` lies outside of the plan, or `hours` is less than 1.
    SchemaError
        Broken arrivals: unknown series, repeated, naive or odd times, negative counts.
    """
    now = pd.Timestamp(now).tz_convert("UTC")
    end = plan.grid.start + plan.grid.weeks * _WEEK
    if not plan.grid.start <= now < end or hours < 1:
        raise ParameterError(
            f"The 'now' parameter of watch_day must lie in the plan, {plan.grid.start:%Y-%m-%d} to "
            f"{end:%Y-%m-%d}, and 'hours' be 1 or more. Got {now:%Y-%m-%d %H:%M} and {hours!r} "
            "instead."
        )
    found = _again(plan, _read(plan, arrivals), now)
    begin = now.floor("h")
    stop = min(begin + pd.Timedelta(hours=hours), end)
    need = _need(plan, found, begin, stop)
    table = need.merge(_on_shift(need, duty), on=["pool_id", "starts_at"], how="left")
    table["on_shift_fte"] = table["on_shift_fte"].fillna(0.0)
    if pools is not None:
        table = table[table["pool_id"].isin(list(pools))]
    series = _told_series(found, plan.pool_of)
    alerts = _alerts(table, series, slack)
    columns = ["pool_id", "starts_at", "planned_fte", "required_fte", "on_shift_fte"]
    return Day(series, _told_forecast(found), table[columns].reset_index(drop=True), alerts)


def assigned_duty(assignment: pd.DataFrame, qualification: pd.DataFrame) -> pd.DataFrame:
    """Return as duty whom a plan assigned, with all pools they are trained for."""
    pools = qualification[qualification["qualified"]].groupby("agent_id")["pool_id"].agg(list)
    return assignment.assign(pools=assignment["agent_id"].map(pools.to_dict()))


@dataclass(frozen=True)
class _Again:
    """One series forecast again."""

    arrivals: pd.DataFrame
    result: Reforecast


def _read(plan: InForce, arrivals: pd.DataFrame) -> pd.DataFrame:
    frame = check_volume(arrivals).dropna(subset=["y"])
    strange = frame.loc[~frame["unique_id"].isin(plan.series["unique_id"]), "unique_id"]
    if len(strange):
        raise SchemaError(
            f"The plan has no series {strange.iloc[0]!r}. The 'unique_id' of arrivals must be one "
            "of the plan's, such as "
            f"{plan.series['unique_id'].iloc[0]!r}.",
            table="arrivals",
            column="unique_id",
        )
    since = pd.TimedeltaIndex(frame["ds"] - plan.grid.start)
    odd = frame.loc[since.floor(_step(plan.grid)) != since, "ds"]
    if len(odd):
        raise SchemaError(
            f"The 'ds' of arrivals must be starts of the plan's intervals of {plan.grid.minutes} "
            f"minutes. Got {odd.iloc[0]} instead: sum the arrivals to these.",
            table="arrivals",
            column="ds",
        )
    return frame


def _step(grid: Grid) -> pd.Timedelta:
    return pd.Timedelta(minutes=grid.minutes)


def _again(plan: InForce, arrivals: pd.DataFrame, now: pd.Timestamp) -> dict[str, _Again]:
    """Forecast series with arrivals to the end of their client's day, those of a pool together."""
    over = now.floor(f"{plan.grid.minutes}min")
    pool_of = plan.pool_of
    days: dict[str, dict[str, tuple[pd.DataFrame, pd.DataFrame]]] = {}
    for name, day in _days(plan, arrivals, now, over):
        days.setdefault(pool_of[name], {})[name] = day
    return {
        name: _Again(own[name][1], result)
        for own in days.values()
        for name, result in reforecast_together(
            own, now=over, day_cv=plan.policy.day_cv, level=_LEVEL
        ).items()
    }


def _days(
    plan: InForce, arrivals: pd.DataFrame, now: pd.Timestamp, over: pd.Timestamp
) -> Iterator[tuple[str, tuple[pd.DataFrame, pd.DataFrame]]]:
    """Each series' forecast of its client's day, and what came of it."""
    zones = dict(zip(plan.series["unique_id"], plan.series["timezone"], strict=True))
    forecasts = plan.forecasts[plan.forecasts["unique_id"].isin(arrivals["unique_id"])]
    by_name = dict(iter(forecasts.groupby("unique_id")[["ds", "yhat"]]))
    for name, own in arrivals.groupby("unique_id", sort=True):
        midnight = now.tz_convert(zones[name]).normalize()
        day = (midnight, midnight + pd.DateOffset(days=1))
        seen = own[(own["ds"] >= day[0]) & (own["ds"] < min(over, day[1]))]
        coming = by_name[name]
        coming = coming[(coming["ds"] >= day[0]) & (coming["ds"] < day[1])]
        if len(seen) and len(coming):
            yield str(name), (coming, seen[["ds", "y"]])


def _need(
    plan: InForce, found: Mapping[str, _Again], begin: pd.Timestamp, stop: pd.Timestamp
) -> pd.DataFrame:
    """Return the need by pool and hour: as planned, and as the arrivals have it."""
    kept = plan.cover["starts_at"].between(begin, stop, inclusive="left")
    table = plan.cover.loc[kept, ["pool_id", "starts_at", "required_fte", "covered_fte"]]
    table = table.rename(columns={"required_fte": "planned_fte"})
    pool_of = plan.pool_of
    changed = {pool_of[name] for name in found}
    if not changed:
        return table.assign(required_fte=table["planned_fte"])
    first = plan.grid.start + ((begin - plan.grid.start) // _WEEK) * _WEEK
    # The hours ahead may reach into the next week.
    grid = Grid(first, 1 + int(stop > first + _WEEK), plan.grid.minutes)
    series = plan.series[plan.series["unique_id"].map(pool_of).isin(changed)]
    forecast = plan.forecasts[plan.forecasts["unique_id"].isin(series["unique_id"])]
    before = load_of(forecast, series.reset_index(drop=True), grid, plan.policy)
    pools = dict(zip(plan.pools["desk"], plan.pools["pool_id"], strict=True))
    needs = [
        pool_requirement(load, pools, plan.policy).set_index(["pool_id", "starts_at"])
        for load in (_with_arrivals(before, found), before)
    ]
    # Not from what is required: its shrinkage comes in blocks, which a contact more may move.
    at_work = [need["live_agents"] + need["deferred_agents"] for need in needs]
    rise = (at_work[0] - at_work[1]) / (1.0 - plan.policy.shrinkage)
    more = rise.rename("more").reset_index()
    table = table.merge(more, on=["pool_id", "starts_at"], how="left")
    required = (table["planned_fte"] + table["more"].fillna(0.0)).clip(lower=0.0)
    return table.drop(columns="more").assign(required_fte=required)


def _with_arrivals(load: Load, found: Mapping[str, _Again]) -> Load:
    """Put in what arrived and what is expected now; margins grow as the root of the mean."""
    mean, planned = load.mean.copy(), load.planned.copy()
    places = {name: row for row, name in enumerate(load.series["unique_id"])}
    for name, one in found.items():
        row = places[name]
        at = _places(load.grid, one.arrivals["ds"])
        mean[row, at] = planned[row, at] = one.arrivals["y"].to_numpy(dtype=np.float64)
        at = _places(load.grid, one.result.rest["ds"])
        margin = load.planned[row, at] - load.mean[row, at]
        mean[row, at] *= one.result.factor
        planned[row, at] = mean[row, at] + margin * np.sqrt(one.result.factor)
    return replace(load, mean=mean, planned=planned)


def _places(grid: Grid, times: pd.Series) -> NDArray[np.int64]:
    at = np.asarray((times - grid.start) // _step(grid), dtype=np.int64)
    return at[(at >= 0) & (at < len(grid.times))]


def _on_shift(need: pd.DataFrame, duty: pd.DataFrame) -> pd.DataFrame:
    """Agents for each pool and hour; whoever is left over counts for the shift's own pool."""
    rows = []
    for hour, own in need.groupby("starts_at"):
        there = duty[(duty["starts_at"] <= hour) & (duty["ends_at"] > hour)]
        needed = dict(zip(own["pool_id"], own["required_fte"], strict=True))
        shared = _shared(needed, there)
        rows += [(pool, hour, shared.get(pool, 0.0)) for pool in needed]
    return pd.DataFrame(rows, columns=["pool_id", "starts_at", "on_shift_fte"])


def _shared(needed: Mapping[str, float], there: pd.DataFrame) -> dict[str, float]:
    """Share the people of one hour so that the least is unmet, their own pool first."""
    teams: dict[tuple[str, tuple[str, ...]], int] = {}
    for own, pools in zip(there["pool_id"], there["pools"], strict=True):
        team = (str(own), tuple(sorted({str(own), *map(str, pools)})))
        teams[team] = teams.get(team, 0) + 1
    left = {team: float(count) for team, count in teams.items()}
    arcs = [(t, p) for t in teams for p in t[1] if needed.get(p, 0.0) > 0]
    done: dict[str, float] = {}
    for (team, pool), part in zip(arcs, _flow(arcs, left, needed), strict=True):
        done[pool] = done.get(pool, 0.0) + part
        left[team] -= part
    for (own, _), idle in left.items():
        done[own] = done.get(own, 0.0) + max(idle, 0.0)
    return done


def _flow(
    arcs: list[tuple[tuple[str, tuple[str, ...]], str]],
    left: Mapping[tuple[str, tuple[str, ...]], float],
    needed: Mapping[str, float],
) -> Floats:
    """Solve the transport of people to pools."""
    if not arcs:
        return np.zeros(0)
    teams, pools = list(left), sorted({pool for _, pool in arcs})
    team_at = {team: i for i, team in enumerate(teams)}
    pool_at = {pool: len(teams) + i for i, pool in enumerate(pools)}
    rows = [team_at[t] for t, _ in arcs] + [pool_at[p] for _, p in arcs]
    columns = [*range(len(arcs)), *range(len(arcs))]
    most = [left[team] for team in teams] + [needed[pool] for pool in pools]
    # A share of their own pool's work weighs a little more, so that nobody is moved for nothing.
    gain = [-1.0 - 1e-3 * (team[0] == pool) for team, pool in arcs]
    limits = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(most), len(arcs)))
    solved = linprog(gain, A_ub=limits.tocsr(), b_ub=most, method="highs")
    return np.asarray(solved.x, dtype=np.float64)


def _told_series(found: Mapping[str, _Again], pool_of: Mapping[str, str]) -> pd.DataFrame:
    rows = [
        (name, pool_of[name], r.seen, r.expected, r.factor, r.low, r.high)
        for name, r in ((name, one.result) for name, one in found.items())
    ]
    columns = ["unique_id", "pool_id", "seen", "expected", "factor", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _told_forecast(found: Mapping[str, _Again]) -> pd.DataFrame:
    parts = [one.result.rest.assign(unique_id=name) for name, one in found.items()]
    columns = ["unique_id", "ds", "yhat", f"yhat-lo-{_LEVEL:g}", f"yhat-hi-{_LEVEL:g}", "was"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _alerts(table: pd.DataFrame, series: pd.DataFrame, slack: float) -> pd.DataFrame:
    columns = ["pool_id", "kind", "from", "to", "agents", "agent_hours", "reason", "message"]
    parts = []
    for pool, own in table.groupby("pool_id", sort=True):
        own = own.sort_values("starts_at")
        starts = pd.DatetimeIndex(own["starts_at"])
        named = staffing_alerts(starts, own["required_fte"], own["on_shift_fte"], slack=slack)
        said = [
            _reason(own[own["starts_at"].between(a, b, inclusive="left")], kind, series, str(pool))
            for kind, a, b in zip(named["kind"], named["from"], named["to"], strict=True)
        ]
        parts.append(named.assign(pool_id=str(pool), reason=pd.Series(said, dtype=object)))
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=columns)
    joined = pd.concat(parts, ignore_index=True)
    return joined.sort_values(["from", "pool_id"], ignore_index=True)[columns]


def _reason(span: pd.DataFrame, kind: str, series: pd.DataFrame, pool: str) -> str:
    """Say what makes the difference: the arrivals, who is on shift, or the plan itself."""
    more = float((span["required_fte"] - span["planned_fte"]).sum())
    on_shift = np.minimum(span["on_shift_fte"], span["planned_fte"])
    fewer = float((span["covered_fte"] - on_shift).clip(lower=0.0).sum())
    unmet = float((span["planned_fte"] - span["covered_fte"]).clip(lower=0.0).sum())
    parts = []
    short = kind == "shortage"
    if (more if short else -more) >= _SOME:
        word = "more" if short else "fewer"
        who = _who(series, pool, short)
        parts.append(f"{abs(more):.1f} agent-hours {word} are needed than planned{who}")
    if short and fewer >= _SOME:
        parts.append(f"{fewer:.1f} agent-hours fewer are at work for it than planned")
    if short and unmet >= _SOME:
        parts.append(f"{unmet:.1f} agent-hours were unmet in the plan")
    usual = "people on shift do not fill the hour" if short else "the shifts reach beyond the need"
    return "; ".join(parts) or usual


def _who(series: pd.DataFrame, pool: str, short: bool) -> str:
    """Name the series that moves its pool most."""
    own = series[series["pool_id"] == pool]
    moved = (own["factor"] - 1.0) * own["expected"] * (1.0 if short else -1.0)
    if own.empty or not moved.max() > 0:
        return ""
    one = own.iloc[int(moved.to_numpy().argmax())]
    return f": {one['unique_id']} brings {one['factor']:.2f} times its forecast"
