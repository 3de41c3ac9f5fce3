"""Pools of desks that speak one language and that a trained team may serve."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from forecasting.planning.policy import PlanPolicy
from forecasting.pooling import Pools, pool_clients


@dataclass(frozen=True)
class Grouping:
    """Pools over all languages.

    Attributes
    ----------
    composition : DataFrame
        ``pool_id, desk, client_id, language, workload_hours, moved, reason``.
    comparison : DataFrame
        ``plan, pools, paid_hours, utilisation`` against other ways to staff, as sums over the
        languages.
    """

    composition: pd.DataFrame
    comparison: pd.DataFrame

    @property
    def pool_of(self) -> dict[str, str]:
        """Pool of each desk."""
        return dict(zip(self.composition["desk"], self.composition["pool_id"], strict=True))


def pool_desks(
    demand: pd.DataFrame,
    desks: pd.DataFrame,
    *,
    policy: PlanPolicy,
    skills: Mapping[str, Collection[str]],
    previous: Mapping[str, str] | None = None,
) -> Grouping:
    """Pool the desks of each language on their own; pools keep the names of the plan in force.

    Parameters
    ----------
    demand : DataFrame
        ``client_id`` (the desk), ``hour_of_week``, ``workload_fte``.
    desks : DataFrame
        ``desk, client_id, language, languages``; desks without a language of their own are
        pooled by what their clients speak.
    policy : PlanPolicy
    skills : mapping of desk to teams
        See `qualification.cohorts`.
    previous : mapping of desk to pool, optional
    """
    parts: list[Pools] = []
    compositions = []
    for language, part in desks.groupby("language", sort=True):
        names = set(part["desk"])
        pools = _one(demand[demand["client_id"].isin(names)], part, policy, skills, previous)
        parts.append(pools)
        compositions.append(_named(pools.composition, part, str(language), previous))
    joined = pd.concat([p.comparison for p in parts]).groupby("plan", sort=False)
    comparison = joined[["pools", "paid_hours"]].sum().reset_index()
    # A language with too few clients has no random groups: a sum over the others would mislead.
    whole = joined.size().reindex(comparison["plan"]).to_numpy() == len(parts)
    comparison = comparison[whole].reset_index(drop=True)
    comparison["utilisation"] = demand["workload_fte"].sum() / comparison["paid_hours"].clip(
        lower=1
    )
    return Grouping(pd.concat(compositions, ignore_index=True), comparison)


def _one(
    demand: pd.DataFrame,
    desks: pd.DataFrame,
    policy: PlanPolicy,
    skills: Mapping[str, Collection[str]],
    previous: Mapping[str, str] | None,
) -> Pools:
    names = list(desks["desk"])
    spoken = dict(zip(names, desks["languages"], strict=True))
    rules = [
        [desk for desk, client in zip(names, desks["client_id"], strict=True) if client in group]
        for group in policy.separations
    ]
    return pool_clients(
        demand,
        max_size=policy.pool_size,
        occupancy=policy.occupancy,
        shift_hours=policy.shift_hours,
        languages=spoken if all(spoken.values()) else None,
        skills={desk: skills[desk] for desk in names},
        separations=[rule for rule in rules if len(rule) > 1],
        previous={d: p for d, p in (previous or {}).items() if d in spoken} or None,
        moving_cost=policy.moving_cost,
        random_state=policy.random_state,
    )


def _named(
    composition: pd.DataFrame,
    desks: pd.DataFrame,
    language: str,
    previous: Mapping[str, str] | None,
) -> pd.DataFrame:
    """Name the client of each desk; new pools are told apart by their language."""
    known = set((previous or {}).values())
    about = desks.set_index("desk")
    desk = composition["client_id"]
    pool = composition["pool_id"].map(lambda p: p if p in known else f"{language or 'all'}-{p}")
    return pd.DataFrame(
        {
            "pool_id": pool.astype("str"),
            "desk": desk.astype("str"),
            "client_id": desk.map(about["client_id"]).astype("str"),
            "language": language,
            "languages": desk.map(about["languages"]),
            "workload_hours": composition["workload_hours"],
            "moved": composition["moved"],
            "reason": composition["reason"],
        }
    )
