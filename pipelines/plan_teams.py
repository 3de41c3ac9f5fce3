"""Who serves which pool in each week of a plan, and what agents give up for it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.planning import PlanPolicy, qualify
from forecasting.planning.people import availability, presence
from forecasting.planning.requirement import Grid
from forecasting.planning.sides import check_separations, given_up
from pipelines.plan_inputs import PlanInputs

WEEK = pd.Timedelta(weeks=1)
_USUAL_HOURS = 40.0


@dataclass(frozen=True)
class Teams:
    """Verdicts of a plan.

    Attributes
    ----------
    weeks : tuple of DataFrame
        ``agent_id, pool_id, qualified, reason`` of each week; certificates hold to its end.
    given_up : DataFrame
        ``agent_id, pool_id, reason`` of pools that agents could serve and do not in this plan.
    warnings : tuple of str
    """

    weeks: tuple[pd.DataFrame, ...]
    given_up: pd.DataFrame
    warnings: tuple[str, ...]

    def pools_of(self, week: int) -> dict[str, list[str]]:
        """Pools of each agent who serves any."""
        able = self.weeks[week]
        own = able[able["qualified"]].groupby("agent_id")["pool_id"].agg(list)
        return {str(agent): list(pools) for agent, pools in own.items()}


def check_rules(inputs: PlanInputs, policy: PlanPolicy) -> None:
    """Refuse rules about clients that neither the volume nor a certificate knows."""
    known = {*inputs.series["client_id"], *inputs.certifications["client_id"]}
    check_separations(policy.separations, known)


def plan_teams(
    inputs: PlanInputs,
    pools: pd.DataFrame,
    requirement: pd.DataFrame,
    grid: Grid,
    policy: PlanPolicy,
) -> Teams:
    """Tell who serves which pool, with competitors kept apart for the whole plan.

    Parameters
    ----------
    inputs : PlanInputs
    pools : DataFrame
        ``pool_id, client_id, languages``.
    requirement : DataFrame
        ``pool_id, hour_of_week, required_fte``.
    grid : Grid
    policy : PlanPolicy
    """
    starts = [grid.start + number * WEEK for number in range(grid.weeks)]
    checked = [
        qualify(inputs.agents, inputs.certifications, pools, at=start, until=start + WEEK)
        for start in starts
    ]
    able = pd.concat([table[table["qualified"]] for table in checked])
    pairs = able[["agent_id", "pool_id"]].drop_duplicates()
    most = _most_clients(inputs.agents)
    week = requirement.groupby(["pool_id", "hour_of_week"])["required_fte"].mean().unstack()
    people = availability(
        inputs.agents, {str(a): list(p) for a, p in pairs.groupby("agent_id")["pool_id"]},
        grid.start, rest_hours=policy.rest_hours, absences=inputs.absences,
    )  # fmt: skip
    gone = given_up(
        pairs, pools,
        {str(pool): row.to_numpy(dtype=np.float64) for pool, row in week.iterrows()},
        there=presence(people) if len(people) else {},
        most=most, separations=policy.separations,
    )  # fmt: skip
    weeks = tuple(_without(table, gone) for table in checked)
    return Teams(weeks, gone, tuple(_too_wide(weeks, pools, most)))


def hours_of(agents: pd.DataFrame) -> pd.Series:
    """Hours a week of each agent."""
    own = agents.set_index("agent_id")
    if "max_hours_week" not in own:
        return pd.Series(_USUAL_HOURS, own.index)
    return own["max_hours_week"].fillna(_USUAL_HOURS).astype("float64")


def _most_clients(agents: pd.DataFrame) -> dict[str, float]:
    if "max_clients" not in agents:
        return {}
    own = agents.set_index("agent_id")["max_clients"].dropna()
    return {str(agent): float(value) for agent, value in own.items()}


def _without(verdicts: pd.DataFrame, gone: pd.DataFrame) -> pd.DataFrame:
    """Turn down what agents give up, with its reason; other verdicts stay as they are."""
    pairs = verdicts[["agent_id", "pool_id"]].merge(gone, on=["agent_id", "pool_id"], how="left")
    against = pairs["reason"].notna().to_numpy() & verdicts["qualified"].to_numpy()
    return verdicts.assign(
        qualified=verdicts["qualified"] & ~against,
        reason=verdicts["reason"].mask(against, pd.Series(pairs["reason"].to_numpy(),
                                                          index=verdicts.index)).astype("str"),
    )  # fmt: skip


def _too_wide(
    weeks: tuple[pd.DataFrame, ...], pools: pd.DataFrame, most: dict[str, float]
) -> list[str]:
    sizes = pools.groupby("pool_id")["client_id"].nunique().to_dict()
    able = weeks[0].loc[weeks[0]["qualified"], ["agent_id", "pool_id"]]
    wide = sorted({a for a, p in able.itertuples(index=False) if sizes[p] > most.get(a, sizes[p])})
    if not wide:
        return []
    return [
        f"{len(wide)} agents, such as {wide[0]}, serve a pool with more clients than their "
        "'max_clients': make 'pool_size' smaller."
    ]
