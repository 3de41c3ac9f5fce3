"""What a partition into small pools can reach at all: prices of clients, and the cheapest pool."""

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

_DUST = 1e-5
_RUNS, _STEPS = 256, 5_000
_WARM, _COLD = 8.0, 0.4
_FIRST, _KEPT = 20, 4_000


def least_agent_hours(
    load: np.ndarray, labels: np.ndarray, size: int, rounds: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Lagrangian bound on the agent-hours of partitions into pools, and the linear optimum.

    Column generation: a linear program over the pools met so far gives each client a price; a
    cooled search looks for pools that cost less than the prices of their members. If ``gap``
    is the cheapest one's reduced cost, no partition costs less than all prices plus as many
    gaps as pools. The search for that pool is thorough, not exact: the bound is an estimate.

    Parameters
    ----------
    load : array of shape (n, hours)
        Agents needed, fractions included; shifts are left out, so that any cover costs more.
    labels : array of int, shape (n,)
        Partition to start from.
    size : int
        Most clients per pool.

    References
    ----------
    Lübbecke and Desrosiers (2005), Selected topics in column generation.
    Wentges (1997), Weighted Dantzig-Wolfe decomposition (smoothed prices).
    """
    clients = len(load)
    pools = -(-clients // size)
    columns = {tuple(np.flatnonzero(labels == k).tolist()) for k in np.unique(labels)}
    spread = (sum(_hours(load, c) for c in columns) - load.sum()) / clients
    prices, best, linear = load.sum(axis=1) + spread, -np.inf, np.inf
    kept = prices
    for _ in range(_FIRST):
        varied = prices + rng.normal(0, 3, clients)
        columns.update(cheapest_pools(load, varied, size, _STEPS // 5, rng)[1])
    for _ in range(rounds):
        linear, dual, columns = _master(load, columns)
        prices = 0.7 * prices + 0.3 * dual
        gap, found = cheapest_pools(load, prices, size, _STEPS, rng)
        columns.update(found)
        if prices.sum() + pools * min(gap, 0.0) > best:
            best, kept = prices.sum() + pools * min(gap, 0.0), prices
    gap = min(cheapest_pools(load, kept, size, 10 * _STEPS, rng)[0] for _ in range(4))
    return float(kept.sum() + pools * min(gap, 0.0)), linear


def _hours(load: np.ndarray, members: tuple[int, ...]) -> float:
    return float(np.ceil(load[list(members)].sum(axis=0) - _DUST).sum())


def _master(
    load: np.ndarray, columns: set[tuple[int, ...]]
) -> tuple[float, np.ndarray, set[tuple[int, ...]]]:
    """Best mixture of the pools met, prices of the clients, and the pools worth keeping."""
    listed = sorted(columns)
    cost = np.array([_hours(load, c) for c in listed])
    rows = np.concatenate([np.array(c) for c in listed])
    place = np.repeat(np.arange(len(listed)), [len(c) for c in listed])
    member = sparse.csr_array((np.ones(len(rows)), (rows, place)), shape=(len(load), len(listed)))
    solved = linprog(cost, A_eq=member, b_eq=np.ones(len(load)), method="highs")
    dual = solved.eqlin.marginals
    near = np.argsort(cost - member.T @ dual, kind="stable")[:_KEPT]
    return float(solved.fun), dual, {listed[i] for i in near}


def cheapest_pools(
    load: np.ndarray, prices: np.ndarray, size: int, steps: int, rng: np.random.Generator
) -> tuple[float, list[tuple[int, ...]]]:
    """Smallest reduced cost met over many cooled searches, and the pool each one ended at."""
    # Clients that do not exist and cost nothing stand for the empty places of smaller pools.
    work = np.vstack([load, np.zeros((size // 2, load.shape[1]))]).astype(np.float32)
    price = np.append(prices, np.zeros(size // 2))
    runs = np.arange(_RUNS)
    inside = np.array([rng.permutation(len(work)) < size for _ in runs])
    members = np.nonzero(inside)[1].reshape(_RUNS, size)
    total = work[members].sum(axis=1)
    cost = np.ceil(total - _DUST).sum(axis=1) - price[members].sum(axis=1)
    least, held = cost.copy(), members.copy()
    for step in range(steps):
        heat = _WARM * (_COLD / _WARM) ** (step / steps)
        slot, new = rng.integers(size, size=_RUNS), rng.integers(len(work), size=_RUNS)
        old = members[runs, slot]
        changed = total + work[new] - work[old]
        now = price[members].sum(axis=1) - price[old] + price[new]
        after = np.ceil(changed - _DUST).sum(axis=1) - now
        taken = ~inside[runs, new] & (rng.exponential(size=_RUNS) * heat > after - cost)
        total[taken], cost[taken] = changed[taken], after[taken]
        members[runs[taken], slot[taken]] = new[taken]
        inside[runs[taken], old[taken]] = False
        inside[runs[taken], new[taken]] = True
        better = cost < least
        least[better], held[better] = cost[better], members[better]
    clients = len(load)
    found = [tuple(sorted(m for m in row.tolist() if m < clients)) for row in held]
    return float(least.min()), found
