"""Pools of small clients against groups drawn at random, one agent each, and one pool."""

import time
from typing import Any

import numpy as np
from pooling_bound import least_agent_hours
from rows import row, table

from forecasting.pooling import Pools, cover_need, pool_clients
from forecasting.pooling.demand import workload

SEEDS = 20
LENGTHS = (4, 6, 8)
CAP = 0.9
ROUNDS = 80


def partition() -> list[dict[str, Any]]:
    """Utilisation of optimised pools of at most 5, 10 and 20 clients, and what they cost."""
    demand = table("pooling_100_clients")
    work = workload(demand).to_numpy()
    drawn = {size: _random_groups(work, size) for size in (5, 10, 20)}
    rows = []
    for size, utilisations in drawn.items():
        started = time.process_time()
        pools = pool_clients(demand, max_size=size, baselines=False)
        seconds = time.process_time() - started
        baseline = float(np.mean(utilisations))
        rows.append(
            row(
                f"Pools of at most {size}, utilisation",
                pools.utilisation,
                interval=None,
                baseline=baseline,
                baseline_name=f"random groups of {size}, mean of {SEEDS}",
                ask=f">= {'0.84' if size == 10 else f'{baseline + 0.05:.3f}'}",
                data="pooling_100_clients",
                split="none: one plan for the given week",
                n=len(work),
                cpu_seconds=round(seconds, 1),
                paid_hours=pools.paid_hours,
                lower_bound_hours=round(pools.lower_bound_hours, 1),
            )
        )
    one = work.sum() / pools.comparison.set_index("plan").loc["lower bound", "paid_hours"]
    alone = sum(_paid(client) for client in work)
    rows.append(
        row(
            "One pool of all clients, utilisation (no partition is above the bound)",
            work.sum() / _paid(work.sum(axis=0)),
            baseline=work.sum() / alone,
            baseline_name="one agent per client",
            data="pooling_100_clients",
            split="none: one plan for the given week",
            n=len(work),
            bound=round(float(one), 4),
        )
    )
    return rows


def _paid(work: np.ndarray) -> int:
    return cover_need(np.ceil(work / CAP - 1e-9), LENGTHS).paid_hours


def _random_groups(work: np.ndarray, size: int) -> list[float]:
    found = []
    for seed in range(SEEDS):
        labels = np.random.default_rng(seed).permutation(np.arange(len(work)) // size)
        groups = [work[labels == group].sum(axis=0) for group in np.unique(labels)]
        found.append(work.sum() / sum(_paid(group) for group in groups))
    return found


def bound() -> list[dict[str, Any]]:
    """What no partition into pools of at most 10 exceeds, by column generation."""
    demand = table("pooling_100_clients")
    load = workload(demand).to_numpy() / CAP
    pools = pool_clients(demand, max_size=10, baselines=False)
    labels = np.unique(pools.composition["pool_id"], return_inverse=True)[1]
    started = time.process_time()
    hours, linear = least_agent_hours(load, labels, 10, ROUNDS, np.random.default_rng(0))
    work = load.sum() * CAP
    return [
        row(
            "Pools of at most 10 that share no agents, estimated upper bound of utilisation",
            work / hours,
            baseline=pools.utilisation,
            baseline_name="the partition found, with its shifts",
            data="pooling_100_clients",
            split="none: one plan for the given week",
            n=len(load),
            cpu_seconds=round(time.process_time() - started, 1),
            linear_optimum=round(work / linear, 4),
            without_shifts=round(work / float(pools.hours["required"].sum()), 4),
            note="Lagrangian bound on whole agents per hour, shifts left out; the cheapest "
            "pool at given prices is searched for, not proven",
        )
    ]


def chain() -> list[dict[str, Any]]:
    """Utilisation where the agents of a pool help the next; nobody serves more clients."""
    demand = table("pooling_100_clients")
    work = workload(demand).to_numpy()
    rows = []
    for size in (6, 10, 20):
        started = time.process_time()
        pools = pool_clients(demand, max_size=size, overlap=True, baselines=False)
        seconds = time.process_time() - started
        rows.append(
            row(
                f"Agents of at most {size} clients, pools in a chain, utilisation",
                pools.utilisation,
                baseline=float(np.mean(_random_groups(work, size))),
                baseline_name=f"random groups of {size} apart, mean of {SEEDS}",
                data="pooling_100_clients",
                split="none: one plan for the given week; settings chosen on made-up weeks",
                n=len(work),
                cpu_seconds=round(seconds, 1),
                paid_hours=pools.paid_hours,
                lower_bound_hours=round(pools.lower_bound_hours, 1),
                most_clients_per_agent=_most_served(pools),
            )
        )
    return rows


def _most_served(pools: Pools) -> int:
    """Most clients that the agents of one pool serve."""
    clients = pools.composition
    served = clients.groupby("pool_id").size()
    helped = clients[clients["helped_by"] != ""].groupby("helped_by").size()
    return int(served.add(helped, fill_value=0).max())


BENCHMARKS = {"partition": partition, "bound": bound, "chain": chain}
