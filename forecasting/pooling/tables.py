"""Staff the pools that were found, and write what that takes as tables."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.pooling.chain import help_share, links
from forecasting.pooling.covers import Cover, cover_and_lend, cover_need
from forecasting.pooling.demand import HOURS
from forecasting.pooling.partition import Flags, Floats, Ints, Partition, Problem

_RANDOM_SIZES = (5, 10, 20)


class Staffed(NamedTuple):
    """Pools with their shifts.

    Attributes
    ----------
    names : list of str
    done : array of shape (pools, hours)
        Work of the agents of each pool, in agents at the occupancy cap.
    lent : array of shape (pools, hours)
        Part of it that belongs to the clients of the next pool.
    required : array of shape (pools, hours)
        Whole agents for the work that no other pool does.
    covers : list of Cover
    helps : array of bool, shape (pools,)
        The agents of a pool also serve the next one.
    """

    names: list[str]
    done: Floats
    lent: Floats
    required: Floats
    covers: list[Cover]
    helps: Flags


def staff(
    problem: Problem, labels: Ints, names: list[str], lengths: Sequence[int], together: int
) -> Staffed:
    """Cover the pools one after the other; ``together`` above 0 lets each help the next.

    Parameters
    ----------
    problem : Problem
    labels : array of int, shape (n,)
        Pools without gaps from 0.
    names : list of str
    lengths : sequence of int
        Shift lengths in hours.
    together : int
        Most clients of two pools that share agents; 0 for pools that share none.
    """
    partition = Partition(problem, labels, len(names))
    helps = np.zeros(len(names), dtype=bool)
    if together:
        helps[:-1] = links(partition, together)
    work = np.stack([partition.load, partition.attention])
    lent = np.zeros_like(partition.load)
    required = np.zeros_like(lent)
    covers: list[Cover] = []
    for pool, helping in enumerate(helps):
        required[pool] = problem.need(*work[:, pool])
        if not helping:
            covers.append(cover_need(required[pool], lengths))
            continue
        wanted = work[:, pool + 1]
        covers.append(cover_and_lend(work[:, pool], wanted, lengths))
        share = help_share(wanted, covers[-1].agents - work[:, pool])
        lent[pool] = share * wanted[0]
        work[:, pool + 1] = wanted * (1.0 - share)
    return Staffed(names, work[0] + lent, lent, required, covers, helps)


def name_pools(labels: Ints, before: list[str]) -> tuple[Ints, list[str]]:
    """Labels without gaps and a name for each; pools of the plan before keep theirs."""
    used, tight = np.unique(labels, return_inverse=True)
    taken, number = set(before), 0
    names = []
    for pool in used.tolist():
        if pool < len(before):
            names.append(before[pool])
            continue
        while f"pool-{number:02d}" in taken:
            number += 1
        names.append(f"pool-{number:02d}")
        taken.add(names[-1])
    return tight.astype(np.int64), names


def composition(
    table: pd.DataFrame, problem: Problem, labels: Ints, tight: Ints, staffed: Staffed
) -> pd.DataFrame:
    """One row per client: its pool, the pool that helps out, and why it is there."""
    partners = ~problem.apart
    for mask in problem.masks:
        partners &= (mask[:, None] & mask) != 0
    alone = partners.sum(axis=1) <= 1
    moved = (problem.home >= 0) & (problem.home != labels)
    reasons = np.select(
        [alone & (len(labels) > 1), moved, problem.home >= 0],
        [
            "alone: shares no language, skill or permission with another client",
            "moved: saves more than the move costs, or its old pool was not allowed",
            "stays in its pool",
        ],
        "new",
    )
    helpers = ["", *np.where(staffed.helps, staffed.names, "").tolist()]
    return pd.DataFrame(
        {
            "client_id": table.index.astype(str),
            "pool_id": [staffed.names[pool] for pool in tight.tolist()],
            "helped_by": np.array([helpers[pool] for pool in tight.tolist()], dtype=str),
            "workload_hours": table.to_numpy().sum(axis=1),
            "moved": moved,
            "reason": reasons.astype(str),
        }
    )


def hours_of(staffed: Staffed, occupancy: float) -> pd.DataFrame:
    """Work, required agents and agents on shift, per pool and hour of the week."""
    agents = [cover.agents for cover in staffed.covers]
    return pd.DataFrame(
        {
            "pool_id": np.repeat(np.array(staffed.names, dtype=str), HOURS),
            "hour_of_week": np.tile(np.arange(HOURS), len(staffed.names)),
            "load": np.ravel(staffed.done) * occupancy,
            "lent": np.ravel(staffed.lent) * occupancy,
            "required": np.ravel(staffed.required).astype(np.int64),
            "agents": np.concatenate([np.zeros(0, dtype=np.int64), *agents]),
        }
    )


def shifts_of(staffed: Staffed, lengths: Sequence[int]) -> pd.DataFrame:
    """People who begin a shift of each length, per pool and hour of the week."""
    rows = [
        (pool, int(hour), int(lengths[kind]), int(cover.starts[kind, hour]))
        for pool, cover in zip(staffed.names, staffed.covers, strict=True)
        for kind, hour in np.argwhere(cover.starts > 0)
    ]
    table = pd.DataFrame(rows, columns=["pool_id", "hour_of_week", "shift_hours", "agents"])
    return table.sort_values(["pool_id", "hour_of_week", "shift_hours"], ignore_index=True)


def plain_plans(
    problem: Problem, lengths: Sequence[int], rng: np.random.Generator
) -> list[tuple[str, int, float]]:
    """Paid hours without a search; random groups heed no rule about clients."""
    count = len(problem.load)

    def paid(labels: Ints) -> float:
        needs = Partition(problem, labels, int(labels.max()) + 1).needs()
        return float(sum(cover_need(need, lengths).paid_hours for need in needs))

    found = [("one agent per client", count, paid(np.arange(count)))]
    for size in _RANDOM_SIZES:
        if size < count:
            labels = rng.permutation(np.arange(count) // size)
            found.append((f"random groups of {size}", int(labels.max()) + 1, paid(labels)))
    return [*found, ("one pool", 1, paid(np.zeros(count, dtype=np.int64)))]
