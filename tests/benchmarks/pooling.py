"""Pools of small clients against groups drawn at random, one agent each, and one pool."""

import time
from typing import Any

import numpy as np
from rows import row, table

from forecasting.pooling import cover_need, pool_clients
from forecasting.pooling.demand import workload

SEEDS = 20
LENGTHS = (4, 6, 8)
CAP = 0.9


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


BENCHMARKS = {"partition": partition}
