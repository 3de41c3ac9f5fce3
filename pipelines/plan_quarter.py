"""The quarter behind a plan: its work by week, and whom to train or hire for it."""

import pandas as pd

from forecasting.forecaster import VolumeForecaster
from forecasting.planning import hiring_need, qualify
from forecasting.planning.qualification import listed
from pipelines.plan_config import PlanConfig
from pipelines.plan_inputs import PlanInputs
from pipelines.plan_teams import hours_of

_KEYS = ["desk", "client_id", "language", "week"]


def quarter_need(
    inputs: PlanInputs,
    config: PlanConfig,
    *,
    series: pd.DataFrame,
    pools: pd.DataFrame,
    given_up: pd.DataFrame,
    start: pd.Timestamp,
    now: pd.Timestamp,
) -> pd.DataFrame:
    """Compare the quarter's forecast, from sums of days, with who serves its desks today.

    Parameters
    ----------
    inputs : PlanInputs
    config : PlanConfig
    series, pools : DataFrame
        The plan's tables of these names.
    given_up : DataFrame
        ``agent_id, pool_id`` that agents could serve and do not.
    start, now : Timestamp
        Of the plan, and the present.

    Returns
    -------
    DataFrame
        See `forecasting.planning.hiring_need`.
    """
    policy, desks = config.rules, inputs.desks
    able = qualify(
        inputs.agents, inputs.certifications, desks.assign(pool_id=desks["desk"]), at=start
    )
    pool_of = pools.set_index("desk")["pool_id"]
    gone = set(zip(given_up["agent_id"], given_up["pool_id"], strict=True))
    held: dict[str, list[str]] = {}
    for agent, desk in able.loc[able["qualified"], ["agent_id", "pool_id"]].itertuples(index=False):
        if (agent, pool_of[desk]) not in gone:
            held.setdefault(str(agent), []).append(str(desk))
    share = (1.0 - policy.shrinkage) * policy.occupancy
    spoken = zip(inputs.agents["agent_id"], inputs.agents["languages"], strict=True)
    return hiring_need(
        _workload(inputs, config, series, start),
        {str(a): float(h) * share for a, h in hours_of(inputs.agents).items()},
        held,
        {str(a): [str(one) for one in listed(v)] for a, v in spoken},
        policy=policy,
        now=now,
    )


def _workload(
    inputs: PlanInputs, config: PlanConfig, series: pd.DataFrame, start: pd.Timestamp
) -> pd.DataFrame:
    """Work in hours per desk and week of the quarter."""
    about = series.set_index("unique_id")
    days = _local_days(inputs.volume, about["timezone"])
    days = days.groupby(["unique_id", "ds"], as_index=False)[["y"]].sum()
    # The last day may not be over.
    days = days[days["ds"] < inputs.last - pd.Timedelta(hours=23)]
    if days.empty:
        return pd.DataFrame(columns=[*_KEYS, "hours"])
    steps = (start - days["ds"].max()).days + 7 * config.quarter_weeks + 1
    model = VolumeForecaster(
        timezone=inputs.by_client("timezone"),
        country=inputs.by_client("country"),
        events=inputs.events,
        trees=0,
    )
    found = model.fit(days).predict(steps, level=[80])
    local = found["ds"] + _offsets(found, about["timezone"])
    week = local.dt.floor("D") - pd.to_timedelta(local.dt.day_of_week, unit="D")
    seconds = found["unique_id"].map(about["busy_seconds"])
    table = found.assign(week=week, hours=found["yhat"] * seconds / 3600)
    for column in _KEYS[:3]:
        table[column] = table["unique_id"].map(about[column])
    inside = (week >= start) & (week < start + pd.Timedelta(weeks=config.quarter_weeks))
    return table[inside].groupby(_KEYS, as_index=False)[["hours"]].sum()


def _local_days(volume: pd.DataFrame, zones: pd.Series) -> pd.DataFrame:
    """Begin each row's day by the clock of its client, as weekdays and holidays do."""
    own = volume["unique_id"].map(zones)
    parts = []
    for zone, part in volume.groupby(own):
        midnight = part["ds"].dt.tz_convert(str(zone)).dt.normalize()
        parts.append(part.assign(ds=midnight.dt.tz_convert("UTC")))
    return pd.concat(parts).sort_index()


def _offsets(found: pd.DataFrame, zones: pd.Series) -> pd.Series:
    """How far each row's clock is ahead of UTC."""
    ahead = pd.Series(pd.Timedelta(0), index=found.index)
    for zone, part in found.groupby(found["unique_id"].map(zones)):
        local = part["ds"].dt.tz_convert(str(zone)).dt.tz_localize(None)
        ahead[part.index] = local - part["ds"].dt.tz_localize(None)
    return ahead
