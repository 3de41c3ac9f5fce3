"""Find a good partition: greedy start, cooling search on hourly need, then on exact covers."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from forecasting.pooling.covers import price_hours
from forecasting.pooling.partition import Floats, Ints, Moves, Partition, Problem

_EPSILON = 1e-6
_WARM, _COLD = 3.0, 0.7
_ROUND_HEATS = (1.5, 0.7)
_ROUNDS = 16


def start(problem: Problem) -> Partition:
    """Place every client: at home where that is allowed, else where the need grows least."""
    clients, pools = len(problem.load), int(problem.home.max(initial=-1)) + 1
    pools = max(pools, -(-clients // problem.max_size))
    known = problem.home >= 0
    # The hardest to place first: few partners, then much work.
    partners = ~problem.apart
    for mask in problem.masks:
        partners &= (mask[:, None] & mask) != 0
    order = np.lexsort((-problem.load.sum(axis=1), partners.sum(axis=1), ~known))
    members: list[list[int]] = [[] for _ in range(pools)]
    for client in order:
        fits = [k for k in range(len(members)) if _fits(problem, members[k], client)]
        if not fits:
            members.append([])
            fits = [len(members) - 1]
        home = int(problem.home[client])
        growth = [_growth(problem, members[k], int(client)) for k in fits]
        chosen = home if home in fits else fits[int(np.argmin(growth))]
        members[chosen].append(int(client))
    labels = np.empty(clients, dtype=np.int64)
    for pool, group in enumerate(members):
        labels[group] = pool
    return Partition(problem, labels, len(members))


def _fits(problem: Problem, group: list[int], client: int) -> bool:
    if len(group) >= problem.max_size or problem.apart[client, group].any():
        return False
    shared = np.bitwise_and.reduce(problem.masks[:, [*group, client]], axis=1)
    return bool((shared != 0).all())


def _growth(problem: Problem, group: list[int], client: int) -> float:
    before, after = (
        problem.need(problem.load[g].sum(axis=0), problem.attention[g].sum(axis=0)).sum()
        for g in (group, [*group, client])
    )
    return float(after - before)


def need_hours(needs: Floats) -> Floats:
    """Agent-hours needed before anybody's shift is longer than the need."""
    return needs.sum(axis=1)


def cool(
    partition: Partition,
    steps: int,
    rng: np.random.Generator,
    price: Callable[[Floats], Floats] = need_hours,
    heats: tuple[float, float] = (_WARM, _COLD),
) -> Partition:
    """Search by slowly cooled moves on the price of all needs; returns the best one met.

    Each step draws a client and chooses among all its moves and staying by their Boltzmann
    weights, so no evaluation is thrown away.

    References
    ----------
    Kirkpatrick, Gelatt and Vecchi (1983), Optimization by simulated annealing.
    Creutz (1980), Monte Carlo study of quantized SU(2) gauge theory (heat bath).
    """
    problem = partition.problem
    cost = price(partition.needs())
    total = float(cost.sum() + problem.moving_cost * partition.moved().sum())
    best, labels = total, partition.labels.copy()
    for step in range(steps):
        heat = heats[0] * (heats[1] / heats[0]) ** (step / steps)
        client = int(rng.integers(len(problem.load)))
        moves = partition.moves(client)
        here = int(partition.labels[client])
        if not len(moves.pool):
            continue
        new_here, new_there = price(moves.need_here), price(moves.need_there)
        change = new_here + new_there - cost[here] - cost[moves.pool] + moves.moving
        luck = rng.gumbel(size=len(change) + 1)
        chosen = int(np.argmax(luck[1:] - change / heat))
        if luck[0] > luck[chosen + 1] - change[chosen] / heat:
            continue
        cost[here], cost[moves.pool[chosen]] = new_here[chosen], new_there[chosen]
        partition.apply(client, moves, chosen)
        total += float(change[chosen])
        if total < best - _EPSILON:
            best, labels = total, partition.labels.copy()
    return Partition(problem, labels, partition.pools)


class Prices:
    """Hourly prices met so far: each bounds the paid hours of any need from below."""

    def __init__(self, lengths: Sequence[int], hours: int, capacity: int = 64) -> None:
        self.lengths = lengths
        self.table = np.ones((1, hours))
        self.capacity = capacity
        self.solved = 0
        self.known: dict[bytes, float] = {}

    def bound(self, needs: Floats) -> Floats:
        """Lower bounds on the paid hours of needs, shape (n,) from (n, hours)."""
        return (needs @ self.table.T).max(axis=1)

    def exact(self, need: Floats) -> float:
        """Paid hours of one need; its prices are kept."""
        key = need.tobytes()
        if key in self.known:
            return self.known[key]
        paid, price = price_hours(need, self.lengths)
        self.known[key] = paid
        self.table = np.vstack([self.table[:1], self.table[1:][-self.capacity :], price])
        self.solved += 1
        return paid


def refine(
    partition: Partition, prices: Prices, solves: int, rng: np.random.Generator
) -> Partition:
    """Improve paid hours of shift covers until no move helps or ``solves`` covers were priced.

    Every cover that was priced bounds the others from below (weak duality), so most moves are
    ruled out without solving anything.
    """
    cost = np.array([prices.exact(need) for need in partition.needs()])
    clients, end = len(partition.labels), prices.solved + solves
    order: NDArray[np.int64] = rng.permutation(clients)
    idle = step = 0
    while idle < clients and prices.solved < end:
        client = int(order[step % clients])
        step += 1
        moves = partition.moves(client)
        idle = 0 if _improve(partition, client, moves, cost, prices, end) else idle + 1
    return partition


def _improve(
    partition: Partition, client: int, moves: Moves, cost: Floats, prices: Prices, end: int
) -> bool:
    here = int(partition.labels[client])
    if not len(moves.pool):
        return False
    now = cost[here] + cost[moves.pool] - moves.moving
    while prices.solved < end:
        bound = prices.bound(moves.need_here) + prices.bound(moves.need_there) - now
        chosen = int(np.argmin(bound))
        if bound[chosen] > -_EPSILON:
            return False
        paid_here = prices.exact(moves.need_here[chosen])
        paid_there = prices.exact(moves.need_there[chosen])
        if paid_here + paid_there - now[chosen] < -_EPSILON:
            cost[here], cost[moves.pool[chosen]] = paid_here, paid_there
            partition.apply(client, moves, chosen)
            return True
        now[chosen] = -np.inf
    return False


def improve(
    problem: Problem, lengths: Sequence[int], effort: float, rng: np.random.Generator
) -> Ints:
    """Labels of a good partition; ``effort`` scales the work.

    Cooled first on hourly needs, then in rounds on the prices of covers that were solved, so
    that the search sees what shifts cost; each round starts from the best plan so far.
    """
    best = start(problem)
    if best.pools < 2 or len(problem.load) < 2:
        return best.labels
    prices = Prices(_shortest(lengths), problem.load.shape[1])
    solves = int(np.ceil(200 * effort))
    best = cool(best, int(np.ceil(3_000 * effort)), rng)
    best = refine(best, prices, solves, rng)
    paid = _paid(best, prices)
    for _ in range(_ROUNDS):
        again = Partition(problem, best.labels, best.pools)
        again = cool(again, int(np.ceil(600 * effort)), rng, prices.bound, _ROUND_HEATS)
        again = refine(again, prices, solves, rng)
        cost = _paid(again, prices)
        if cost <= paid:
            best, paid = again, cost
    return best.labels


def _paid(partition: Partition, prices: Prices) -> float:
    moved = partition.problem.moving_cost * float(partition.moved().sum())
    return moved + sum(prices.exact(need) for need in partition.needs())


def _shortest(lengths: Sequence[int]) -> list[int]:
    """Lengths that no two others add up to: a row of short shifts pays the same hours."""
    given = sorted(set(lengths))
    return [n for n in given if not any(n - m in given for m in given)]
