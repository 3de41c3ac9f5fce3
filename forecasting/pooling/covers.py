"""Shifts that cover an hourly need around a circular week, with the fewest paid hours."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

Floats = NDArray[np.float64]

DUST = 1e-9
_WORTH = 0.5
_GAP, _NODES = 1e-3, 5_000


class Cover(NamedTuple):
    """Shifts of one pool.

    Attributes
    ----------
    agents : array of shape (hours,)
        People on shift in each hour.
    starts : array of int, shape (lengths, hours)
        Shifts of each length that begin in each hour.
    paid_hours : int
    """

    agents: NDArray[np.int64]
    starts: NDArray[np.int64]
    paid_hours: int


def cover_need(need: Floats, lengths: Sequence[int]) -> Cover:
    """Fewest paid hours so that every hour has the agents it needs; exact.

    Parameters
    ----------
    need : array of shape (hours,)
        Whole agents per hour; the last hour is followed by the first.
    lengths : sequence of int
        Allowed shift lengths in hours.

    Returns
    -------
    Cover

    References
    ----------
    Dantzig (1954), A comment on Edie's "Traffic delays at toll booths".
    Bartholdi, Orlin and Ratliff (1980), Cyclic scheduling via integer programs with circular
    ones.
    """
    hours = len(need)
    table, cost = _shifts(hours, tuple(lengths))
    solved = milp(
        cost,
        constraints=LinearConstraint(table, need, np.inf),
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, np.inf),
        options={"mip_rel_gap": 0.0},
    )
    return _cover(table, cost, solved.x)


def _cover(table: sparse.csr_matrix, cost: Floats, found: Floats) -> Cover:
    starts = np.rint(found).astype(np.int64)
    agents = np.asarray(table @ starts, dtype=np.int64)
    return Cover(agents, starts.reshape(-1, table.shape[0]), int(cost @ starts))


def cover_and_lend(rest: Floats, wanted: Floats, lengths: Sequence[int]) -> Cover:
    """Cover of a pool whose agents help the next one: time that is of use there costs half.

    Half, because time lent saves hours in the next pool only where it fits its shifts.

    Parameters
    ----------
    rest : array of shape (kinds, hours)
        What the pool has to do itself, in agents: load, and attention where it is limited.
    wanted : array of shape (kinds, hours)
        What there is to do for the next pool.
    lengths : sequence of int
        Allowed shift lengths in hours.
    """
    hours = rest.shape[1]
    table, cost = _shifts(hours, tuple(lengths))
    need = np.ceil(rest.max(axis=0) - DUST)
    lent = sparse.vstack([sparse.diags_array(-row) for row in wanted])
    shares = sparse.vstack([sparse.csr_array((hours, hours)), lent])
    both = sparse.hstack([sparse.vstack([table] * (1 + len(rest))), shares], format="csr")
    count = len(cost)
    solved = milp(
        np.concatenate([cost, -_WORTH * wanted[0]]),
        constraints=LinearConstraint(both, np.concatenate([need, *rest]), np.inf),
        integrality=np.repeat([1, 0], [count, hours]),
        bounds=Bounds(0, np.repeat([np.inf, 1.0], [count, hours])),
        options={"mip_rel_gap": _GAP, "node_limit": _NODES},
    )
    if solved.x is None:
        return cover_need(need, lengths)
    return _cover(table, cost, solved.x[:count])


def price_hours(need: Floats, lengths: Sequence[int]) -> tuple[float, Floats]:
    """Lower bound on the paid hours of a cover, and what one more agent costs in each hour.

    The hourly prices are dual feasible whatever the need: price @ need bounds the paid hours
    of any other need from below.
    """
    table, cost = _shifts(len(need), tuple(lengths))
    solved = linprog(cost, A_ub=-table, b_ub=-need, bounds=(0, None), method="highs-ds")
    return float(solved.fun), np.maximum(-solved.ineqlin.marginals, 0.0)


@lru_cache(maxsize=8)
def _shifts(hours: int, lengths: tuple[int, ...]) -> tuple[sparse.csr_matrix, Floats]:
    start = np.arange(hours)
    rows = [(start + offset) % hours for length in lengths for offset in range(length)]
    columns = [start + kind * hours for kind, length in enumerate(lengths) for _ in range(length)]
    shape = (hours, len(lengths) * hours)
    ones = np.ones(sum(lengths) * hours)
    table = sparse.csr_matrix((ones, (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    return table, np.repeat(np.asarray(lengths, dtype=np.float64), hours)
