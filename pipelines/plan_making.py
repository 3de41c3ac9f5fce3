"""From volume to shifts: forecast, requirement, pools, roster, open shifts, key figures."""

import json
import resource
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from data.errors import ConfigError, DeskpilotError
from data.workers import Workers
from forecasting.forecaster import VolumeForecaster
from forecasting.planning import PlanPolicy, pool_requirement
from forecasting.planning.grouping import Grouping, pool_desks
from forecasting.planning.handling import series_handle_times
from forecasting.planning.kpis import fairness, key_figures, night_report
from forecasting.planning.people import availability
from forecasting.planning.qualification import cohorts
from forecasting.planning.requirement import Grid, Load, load_of, pooling_demand
from forecasting.planning.shifts import merge_seats, shifts_from_cover, staggered_breaks
from forecasting.planning.weeks import Filled, Week, fill_week
from pipelines.plan_claims import Around, seats_of
from pipelines.plan_config import PlanConfig
from pipelines.plan_inputs import PlanInputs
from pipelines.plan_quarter import quarter_need
from pipelines.plan_teams import Teams, check_rules, plan_teams

LEVELS = (80.0, 95.0)
_WEEK = pd.Timedelta(weeks=1)
_DUST = 1e-3
_PEAK = 0.025


@dataclass
class Plan:
    """Everything a plan found, as tables.

    Attributes
    ----------
    plan_id : str
    created_at : datetime
    grid : Grid
    policy : PlanPolicy
    tables : dict of str to DataFrame
        ``forecasts, series, requirement, pools, comparison, qualification, assignment, shifts,
        cover, unmet, hiring, nights``; ``series`` says what a contact takes, and why.
    figures : dict
        See `forecasting.planning.kpis.key_figures`.
    history : DataFrame
        The last week of contacts per client, for the pictures.
    warnings : list of str
    board : dict
        Once published, see `pipelines.plan.publish`.
    spent : list of dict
        ``step, seconds, cpu_seconds, peak_mb`` and, of the largest worker so far,
        ``peak_worker_mb``.
    """

    plan_id: str
    created_at: datetime
    grid: Grid
    policy: PlanPolicy
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    history: pd.DataFrame = field(default_factory=pd.DataFrame)
    warnings: list[str] = field(default_factory=list)
    board: dict[str, Any] = field(default_factory=dict)
    spent: list[dict[str, Any]] = field(default_factory=list)


def make_plan(
    inputs: PlanInputs,
    config: PlanConfig,
    *,
    now: datetime,
    previous: Mapping[str, str] | None = None,
    standing: pd.DataFrame | None = None,
) -> Plan:
    """Plan some weeks.

    Parameters
    ----------
    inputs : PlanInputs
    config : PlanConfig
    now : datetime
        Aware; the same inputs, settings and `now` give the same plan.
    previous : mapping of desk to pool, optional
        The pools in force.
    standing : DataFrame, optional
        Claims on the board, see `pipelines.plan_claims`; the roster plans around them.

    Raises
    ------
    ConfigError
        The plan would start before the history ends, a channel has no promise, or the policy
        keeps clients apart that nobody knows.
    """
    policy = config.rules
    check_rules(inputs, policy)
    grid = Grid(_start(inputs, config), config.weeks, inputs.minutes)
    plan = Plan(_name(grid, now), now, grid, policy, warnings=list(inputs.warnings))
    with _timed(plan, "forecast"):
        forecast = _forecast(inputs, config, grid)
        plan.tables["forecasts"] = forecast
    with _timed(plan, "staffing"):
        series = series_handle_times(inputs.series, inputs.handled, policy)
        plan.tables["series"] = series.drop(columns="languages")
        load = load_of(forecast, series, grid, policy)
        demand = pooling_demand(load)
    with _timed(plan, "pools"):
        pools = _pools(inputs, demand, grid, policy, previous)
        plan.tables |= {"pools": pools.composition, "comparison": pools.comparison}
    with _timed(plan, "requirement"):
        requirement = pool_requirement(load, pools.pool_of, policy)
        plan.tables["requirement"] = requirement
    with _timed(plan, "assignment"):
        teams = plan_teams(inputs, plan.tables["pools"], requirement, grid, policy)
        plan.tables["qualification"] = teams.weeks[0]
        plan.warnings.extend(teams.warnings)
        weeks = _weeks(inputs, plan, requirement, teams)
        around = Around.of(weeks, standing, grid, now)
        with Workers(min(config.workers, len(weeks))) as workers:
            filled = around.joined(list(workers.map(fill_week, around.weeks)))
    with _timed(plan, "shifts"):
        _collect(plan, inputs, weeks, filled)
    with _timed(plan, "figures"):
        _conclude(plan, inputs, config, load, teams, weeks)
        plan.figures["peak_required_hours"] = _peak(plan)
    return plan


def _start(inputs: PlanInputs, config: PlanConfig) -> pd.Timestamp:
    last = inputs.last
    if config.start is None:
        midnight = last.ceil("D")
        return midnight + pd.Timedelta(days=(7 - midnight.day_of_week) % 7)
    start = pd.Timestamp(config.start, tz="UTC")
    if start < last.floor("D"):
        raise ConfigError(
            f"The plan's 'start' must not lie before the end of the history, {last:%Y-%m-%d}. "
            f"Got {start:%Y-%m-%d} instead: cut the volume or name a later Monday."
        )
    return start


def _name(grid: Grid, now: datetime) -> str:
    return f"{grid.start:%Y%m%d}-{grid.weeks}w-{now:%Y%m%dT%H%M%S}"


def _forecast(inputs: PlanInputs, config: PlanConfig, grid: Grid) -> pd.DataFrame:
    """Forecast every series to the end of the plan; what lies before its start is dropped."""
    model = VolumeForecaster(
        timezone=inputs.by_client("timezone"),
        country=inputs.by_client("country"),
        opening_hours=_live_hours(inputs, config.rules),
        events=inputs.events,
        trees=config.trees,
        random_state=config.rules.random_state,
    ).fit(inputs.volume)
    end = grid.times[-1]
    ends = inputs.volume.groupby("unique_id")["ds"].max()
    # Steps count from each series' own end; one that ended long ago is not followed that far.
    behind = ends.clip(lower=ends.max() - _WEEK).min()
    steps = int((end - behind) / pd.Timedelta(minutes=grid.minutes))
    level = round(abs(1.0 - 2.0 * config.rules.risk) * 100, 6)
    found = model.predict(steps, level=sorted({*LEVELS, *([level] if level else [])}))
    kept = (found["ds"] >= grid.start) & (found["ds"] <= end)
    return found[kept].reset_index(drop=True)


def _live_hours(inputs: PlanInputs, policy: PlanPolicy) -> dict[str, Any]:
    """Return the hours of live series; e-mail is written at any hour and only waits."""
    series = inputs.series[inputs.series["opening_hours"] != ""]
    live = series["channel"].map(lambda c: policy.promise(c).deferred_hours == 0).astype(bool)
    own = series[live]
    return {
        name: json.loads(hours)
        for name, hours in zip(own["unique_id"], own["opening_hours"], strict=True)
    }


def _pools(
    inputs: PlanInputs,
    demand: pd.DataFrame,
    grid: Grid,
    policy: PlanPolicy,
    previous: Mapping[str, str] | None,
) -> Grouping:
    desks = inputs.desks
    skills = cohorts(inputs.agents, inputs.certifications, desks, at=grid.start)
    return pool_desks(demand, desks, policy=policy, skills=skills, previous=previous)


def _weeks(inputs: PlanInputs, plan: Plan, requirement: pd.DataFrame, teams: Teams) -> list[Week]:
    """Lay out the weeks."""
    weeks = []
    for number in range(plan.grid.weeks):
        start = plan.grid.start + number * _WEEK
        agents = availability(
            inputs.agents, teams.pools_of(number), start,
            rest_hours=plan.policy.rest_hours, absences=inputs.absences,
        )  # fmt: skip
        own = requirement["starts_at"].between(start, start + _WEEK, inclusive="left")
        demand = requirement.loc[own, ["pool_id", "hour_of_week", "required_fte"]]
        weeks.append(Week(start, demand, agents, plan.policy))
    return weeks


def _collect(plan: Plan, inputs: PlanInputs, weeks: list[Week], filled: list[Filled]) -> None:
    """Put the weeks together: who works when, what that covers, and what stays open."""
    assigned = pd.concat([f.shifts for f in filled], ignore_index=True)
    zones = inputs.agents.set_index("agent_id")["timezone"]
    plan.tables["assignment"] = assigned.assign(
        timezone=assigned["agent_id"].map(zones), breaks=staggered_breaks(assigned, plan.policy)
    )
    cover = _cover(plan, weeks, filled)
    plan.tables["cover"] = cover.drop(columns="reason")
    short = cover[cover["unmet_fte"] > 0]
    names = ["pool_id", "starts_at", "required_fte", "covered_fte", "unmet_fte", "reason"]
    plan.tables["unmet"] = short[names].reset_index(drop=True)
    offered = seats_of(assigned, plan.policy)
    for week in weeks:
        own = short["starts_at"].between(week.start, week.start + _WEEK, inclusive="left")
        # Less than half an hour missing in an hour is not worth a shift.
        need = short[own & (short["unmet_fte"] >= 0.5)].assign(agents=lambda t: t["unmet_fte"])
        need = need.assign(agents=np.floor(need["agents"] + 0.5))
        offered.append(shifts_from_cover(need, start=week.start, policy=plan.policy))
    plan.tables["shifts"] = merge_seats(offered)


def _cover(plan: Plan, weeks: list[Week], filled: list[Filled]) -> pd.DataFrame:
    """Compare required and covered agents per pool and hour of the calendar, with reasons."""
    need = plan.tables["requirement"]
    columns = ["pool_id", "starts_at", "hour_of_week", "workload_fte", "required_fte"]
    done = pd.concat([f.cover for f in filled]).groupby(["pool_id", "starts_at"], as_index=False)
    cover = need[columns].merge(done.sum(), on=["pool_id", "starts_at"], how="left")
    cover["covered_fte"] = cover["covered_fte"].fillna(0.0).astype(np.float64)
    gap = (cover["required_fte"] - cover["covered_fte"]).clip(lower=0.0)
    cover["unmet_fte"] = gap.where(gap >= _DUST, 0.0)
    said = pd.concat(
        [
            f.reasons.assign(
                starts_at=w.start + pd.to_timedelta(f.reasons["hour_of_week"], unit="h")
            )
            for w, f in zip(weeks, filled, strict=True)
        ]
    )[["pool_id", "starts_at", "reason"]]
    cover = cover.merge(said, on=["pool_id", "starts_at"], how="left")
    able = plan.tables["qualification"]
    served = set(able.loc[able["qualified"], "pool_id"])
    fallback = np.where(
        ~cover["pool_id"].isin(served),
        "nobody is qualified for this pool",
        np.where(
            cover["starts_at"] < plan.grid.start + pd.Timedelta(hours=24),
            "belongs to a night shift that begins before the plan",
            "the night shift of the week before covers less",
        ),
    )
    told = cover["reason"].astype(object).where(cover["reason"].notna(), fallback)
    cover["reason"] = told.astype("str").where(cover["unmet_fte"] > 0, "")
    return cover


def _conclude(
    plan: Plan,
    inputs: PlanInputs,
    config: PlanConfig,
    load: Load,
    teams: Teams,
    weeks: list[Week],
) -> None:
    tables = plan.tables
    tables["nights"] = night_report(tables["assignment"], tables["cover"], config.timezone)
    tables["hiring"] = quarter_need(
        inputs, config, series=tables["series"], pools=tables["pools"], given_up=teams.given_up,
        start=plan.grid.start, now=pd.Timestamp(plan.created_at),
    )  # fmt: skip
    plan.figures = key_figures(
        cover=tables["cover"],
        assigned=tables["assignment"],
        shifts=tables["shifts"],
        tickets=float(load.mean.sum()),
        comparison=tables["comparison"],
        weeks=config.weeks,
        policy=plan.policy,
    )
    plan.figures |= fairness(tables["assignment"], _people(weeks))
    by_pool = tables["unmet"].groupby("pool_id")["unmet_fte"].sum()
    why = tables["unmet"].groupby("pool_id")["reason"].agg(lambda r: r.mode().iloc[0])
    reasons = _by_name(why)
    for pool, hours in by_pool.sort_values(ascending=False).head(5).items():
        plan.warnings.append(f"{pool}: {hours:.0f} hours unmet, {reasons[str(pool)]}.")
    recent = inputs.volume[inputs.volume["ds"] >= inputs.volume["ds"].max() - _WEEK]
    plan.history = recent.reset_index(drop=True)


def _people(weeks: list[Week]) -> pd.DataFrame:
    """Whom the plan counts on: their pools, and the hours they prefer or may work in all weeks."""
    everybody = pd.concat([week.agents for week in weeks], ignore_index=True)
    if everybody.empty:
        return pd.DataFrame({"agent_id": [], "pools": [], "target_hours": []})
    limits = everybody[["preferred_hours_per_week", "max_hours_per_week"]]
    groups = everybody.assign(target_hours=limits.min(axis=1)).groupby("agent_id", as_index=False)
    return groups.agg(pools=("pools", "first"), target_hours=("target_hours", "sum"))


def _peak(plan: Plan) -> float:
    """Return the hours required if every pool had contacts as high as one time in forty."""
    policy = replace(plan.policy, risk=_PEAK)
    load = load_of(plan.tables["forecasts"], plan.tables["series"], plan.grid, policy)
    pools = plan.tables["pools"]
    pool_of = dict(zip(pools["desk"], pools["pool_id"], strict=True))
    return float(pool_requirement(load, pool_of, policy)["required_fte"].sum())


def _by_name(values: pd.Series) -> dict[str, Any]:
    return {str(name): value for name, value in values.items()}


@contextmanager
def _timed(plan: Plan, step: str) -> Iterator[None]:
    began, cpu = time.perf_counter(), _cpu()
    try:
        yield
    except DeskpilotError as error:
        error.add_note(f"while planning: {step}")
        raise
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    plan.spent.append(
        {
            "step": step,
            "seconds": round(time.perf_counter() - began, 2),
            "cpu_seconds": round(_cpu() - cpu, 2),
            "peak_mb": round(used, 1),
            "peak_worker_mb": round(child, 1),
        }
    )


def _cpu() -> float:
    """CPU seconds of this process and of the workers that ended."""
    spent = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(s.ru_utime + s.ru_stime for s in spent)
