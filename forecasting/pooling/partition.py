"""A partition of clients into pools, with every single move and swap priced at once."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecasting.pooling.covers import DUST

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    """What a partition must respect, with n clients and h hours.

    Attributes
    ----------
    load : array of shape (n, h)
        Agents needed at the occupancy cap, fractions included.
    attention : array of shape (n, h)
        Share of one agent's attention that an open client takes; zeros where not limited.
    masks : array of int, shape (rules, n)
        Bits of what each client can be served in; members of a pool share one bit per rule.
    apart : array of bool, shape (n, n)
        Clients that never share a pool.
    home : array of int, shape (n,)
        Pool of the plan before, -1 for a new client.
    max_size : int
    moving_cost : float
        Paid hours that moving one client away from home is worth.
    """

    load: Floats
    attention: Floats
    masks: Ints
    apart: Flags
    home: Ints
    max_size: int
    moving_cost: float

    def need(self, load: Floats, attention: Floats) -> Floats:
        """Whole agents per hour for summed loads, any leading shape."""
        agents = np.ceil(load - DUST)
        return np.maximum(agents, np.ceil(attention - DUST)) if self.attention.any() else agents


class Moves(NamedTuple):
    """Ways to take one client to another pool: alone (partner -1) or against a partner."""

    pool: Ints
    partner: Ints
    need_here: Floats
    need_there: Floats
    moving: Floats


class Partition:
    """Pools as labels, with their sums kept up to date.

    Parameters
    ----------
    problem : Problem
    labels : array of int, shape (n,)
    pools : int
        Number of pools, empty ones included.
    """

    def __init__(self, problem: Problem, labels: Ints, pools: int) -> None:
        self.problem = problem
        self.labels = labels.copy()
        self.pools = pools
        member = labels[None, :] == np.arange(pools)[:, None]
        self.load = member @ problem.load
        self.attention = member @ problem.attention
        self.size = member.sum(axis=1)
        self.foes = problem.apart @ member.T.astype(np.int64)
        self._agree()

    def _agree(self) -> None:
        """Bits common to each pool, and to each client's pool without the client."""
        masks = self.problem.masks
        self.common = np.full((len(masks), self.pools), -1, dtype=np.int64)
        self.others = np.full_like(masks, -1)
        for pool in range(self.pools):
            self._agree_in(pool)

    def _agree_in(self, pool: int) -> None:
        members = np.flatnonzero(self.labels == pool)
        masks = self.problem.masks[:, members]
        self.common[:, pool] = np.bitwise_and.reduce(masks, axis=1) if len(members) else -1
        for place, client in enumerate(members):
            left = np.delete(masks, place, axis=1)
            self.others[:, client] = np.bitwise_and.reduce(left, axis=1) if left.size else -1

    def needs(self) -> Floats:
        """Whole agents per pool and hour."""
        return self.problem.need(self.load, self.attention)

    def moved(self) -> Flags:
        """Clients that are not in their pool of before."""
        home = self.problem.home
        return (home >= 0) & (home != self.labels)

    def moves(self, client: int) -> Moves:
        """All allowed ways to take a client elsewhere, with the needs they would lead to."""
        here = int(self.labels[client])
        partners = np.flatnonzero(self.labels != here)
        partners = partners[self._may_swap(client, partners)]
        rooms = np.flatnonzero(self._may_enter(client))
        rooms = rooms[rooms != here]
        pool = np.concatenate([self.labels[partners], rooms])
        partner = np.concatenate([partners, np.full(len(rooms), -1, dtype=np.int64)])
        problem = self.problem
        sums = []
        for values, total in ((problem.load, self.load), (problem.attention, self.attention)):
            change = np.concatenate(
                [values[partners] - values[client], np.tile(-values[client], (len(rooms), 1))]
            )
            sums.append((total[here] + change, total[pool] - change))
        (load_here, load_there), (open_here, open_there) = sums
        return Moves(
            pool,
            partner,
            problem.need(load_here, open_here),
            problem.need(load_there, open_there),
            self._moving(client, here, pool, partner),
        )

    def _may_enter(self, client: int) -> Flags:
        fits = (self.common & self.problem.masks[:, client, None] != 0).all(axis=0)
        return fits & (self.foes[client] == 0) & (self.size < self.problem.max_size)

    def _may_swap(self, client: int, partners: Ints) -> Flags:
        masks, apart, here = self.problem.masks, self.problem.apart, self.labels[client]
        fits = (self.others[:, partners] & masks[:, client, None] != 0).all(axis=0)
        fits &= (self.others[:, client, None] & masks[:, partners] != 0).all(axis=0)
        each_other = apart[client, partners]
        fits &= self.foes[client, self.labels[partners]] - each_other == 0
        return fits & (self.foes[partners, here] - each_other == 0)

    def _moving(self, client: int, here: int, pool: Ints, partner: Ints) -> Floats:
        home = self.problem.home
        away = (home[client] != pool).astype(np.float64) - float(home[client] != here)
        away *= home[client] >= 0
        back = (home[partner] != here).astype(np.float64) - (home[partner] != pool)
        away += np.where((partner >= 0) & (home[partner] >= 0), back, 0.0)
        return self.problem.moving_cost * away

    def apply(self, client: int, moves: Moves, chosen: int) -> None:
        """Carry out one of the moves."""
        here, there = int(self.labels[client]), int(moves.pool[chosen])
        self._shift(client, here, there)
        if moves.partner[chosen] >= 0:
            self._shift(int(moves.partner[chosen]), there, here)
        self._agree_in(here)
        self._agree_in(there)

    def _shift(self, client: int, here: int, there: int) -> None:
        self.labels[client] = there
        for values, total in (
            (self.problem.load, self.load),
            (self.problem.attention, self.attention),
        ):
            total[here] -= values[client]
            total[there] += values[client]
        self.size[here] -= 1
        self.size[there] += 1
        self.foes[:, here] -= self.problem.apart[client]
        self.foes[:, there] += self.problem.apart[client]
