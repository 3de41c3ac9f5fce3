"""One hour of a roster: what the people at work cover, and what one more or one less is worth.

People whose pools are the same form a group, and an hour's work may be split over the pools of
its group. How much demand is covered is then a maximum flow from groups to pools, which is exact;
the worth of one more person is read off what the flow leaves over.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Flows are whole numbers: a person is so many parts.
PARTS = 10_000
_ENDLESS = 2**30


class Covered(NamedTuple):
    """The flow for one number of people of each group.

    Attributes
    ----------
    people : array of int, shape (groups,)
    shares : array of float, shape (groups, pools)
        Hours that each group works for each pool.
    unmet : float
        Demand that nobody covers, in hours.
    """

    people: Ints
    shares: Floats
    unmet: float


class Hour:
    """Covers the demand of one hour.

    Parameters
    ----------
    demand : array of float, shape (pools,)
        Agents needed.
    member : array of bool, shape (groups, pools)
        Which pools a group may serve.
    """

    def __init__(self, demand: Floats, member: Bools) -> None:
        self.member = member
        self.demand = np.rint(demand * PARTS).astype(np.int64)
        groups, pools = member.shape
        self._widest = int(member.sum(axis=1).max(initial=1))
        # Short rows are filled with a pool that does not exist.
        self._pools_of = np.full((groups, self._widest), pools, dtype=np.int64)
        for group, row in enumerate(member):
            own = np.flatnonzero(row)
            self._pools_of[group, : len(own)] = own
        self._members = member.astype(np.float64)
        self._graph = self._empty_graph()
        self._links: NDArray[np.intp] | None = None
        self.now = self.cover(np.zeros(groups, dtype=np.int64))
        self.gain, self.loss = self._worth()

    def _empty_graph(self) -> csr_matrix:
        """Return the arcs source → groups → pools → sink, row by row."""
        groups, pools = self.member.shape
        of, to = np.nonzero(self.member)
        ends = np.concatenate(
            [[groups], groups + np.cumsum(self.member.sum(axis=1)), [0] * pools, [0]]
        ).astype(np.int32)
        ends[1 + groups : 1 + groups + pools] = groups + len(of) + 1 + np.arange(pools)
        ends[-1] = groups + len(of) + pools
        heads = np.concatenate(
            [1 + np.arange(groups), 1 + groups + to, np.full(pools, 1 + groups + pools)]
        )
        room = np.concatenate([np.zeros(groups), np.full(len(of), _ENDLESS), self.demand])
        size = groups + pools + 2
        starts = np.concatenate([[0], ends]).astype(np.int32)
        return csr_matrix(
            (room.astype(np.int32), heads.astype(np.int32), starts), shape=(size, size)
        )

    def cover(self, people: Ints) -> Covered:
        """Return the best cover that so many people of each group can give."""
        groups, pools = self.member.shape
        self._graph.data[:groups] = people * PARTS
        found = maximum_flow(self._graph, 0, groups + pools + 1)
        shares = np.zeros(self.member.shape)
        shares[self.member] = found.flow.data[self._group_links(found.flow)] / PARTS
        unmet = (int(self.demand.sum()) - int(found.flow_value)) / PARTS
        return Covered(people, shares, unmet)

    def _group_links(self, flow: csr_matrix) -> NDArray[np.intp]:
        """Return where the arcs from groups to pools stand in a flow; the same each time."""
        if self._links is None:
            groups = len(self.member)
            row = np.repeat(np.arange(flow.shape[0]), np.diff(flow.indptr))
            inner = (row >= 1) & (row <= groups) & (flow.indices > groups)
            self._links = np.flatnonzero(inner)
        return self._links

    def put(self, covered: Covered) -> None:
        """Take a cover as the present one."""
        self.now = covered
        self.gain, self.loss = self._worth()

    def _worth(self) -> tuple[Floats, Floats]:
        """Estimate the demand that one more person of a group covers, and one less leaves.

        Work moves from pool to pool through the people who serve both, so far as they serve the
        first; how much can move is the widest way between two pools. Several ways are not added
        up: the figures guide the search, which checks each step with a flow.
        """
        people, shares = self.now.people, self.now.shares
        open_demand = self.demand / PARTS - shares.sum(axis=0)
        idle = people - shares.sum(axis=1)
        wide = shares.T @ self._members
        np.fill_diagonal(wide, np.inf)
        for via in range(len(wide)):
            np.maximum(wide, np.minimum(wide[:, via : via + 1], wide[via]), out=wide)
        wide = np.vstack([wide, np.zeros((1, len(wide)))])
        reach = wide[self._pools_of[:, 0]]
        for column in range(1, self._widest):
            np.maximum(reach, wide[self._pools_of[:, column]], out=reach)
        gain = np.minimum(1.0, np.minimum(reach, open_demand).sum(axis=1))
        return gain, self._lost(people, shares, idle, reach)

    @staticmethod
    def _lost(people: Ints, shares: Floats, idle: Floats, reach: Floats) -> Floats:
        refill = np.minimum(reach, idle[:, None]).sum(axis=0)
        each = shares / np.maximum(people, 1)[:, None]
        others = np.minimum(np.minimum(each, refill).sum(axis=1), idle.sum() - idle)
        lost = 1.0 - np.minimum(1.0, idle) - others
        return np.where(people > 0, np.maximum(0.0, lost), 0.0)
