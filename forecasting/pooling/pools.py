"""Group small clients so that few agents stand idle: pools, their covers and what they save."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError
from forecasting.erlang_inputs import CAP, COUNT, POSITIVE, Range, read
from forecasting.pooling.chain import improve_chain
from forecasting.pooling.covers import price_hours
from forecasting.pooling.demand import HOURS, apart, homes, share_bits, workload
from forecasting.pooling.partition import Problem
from forecasting.pooling.search import improve
from forecasting.pooling.tables import (
    Staffed,
    composition,
    hours_of,
    name_pools,
    plain_plans,
    shifts_of,
    staff,
)

_SIZE = Range("a whole number, 1 or more", low=1.0, whole=True)


@dataclass(frozen=True)
class Pools:
    """A partition of clients with what it takes to staff it.

    Attributes
    ----------
    composition : DataFrame
        ``client_id, pool_id, helped_by, workload_hours, moved, reason``, one row per client;
        ``helped_by`` names the pool whose agents help out, if any.
    hours : DataFrame
        ``pool_id, hour_of_week, load, lent, required, agents``: work done in agents, the part
        of it lent to the next pool, whole agents required at the occupancy cap for the rest,
        agents on shift.
    shifts : DataFrame
        ``pool_id, hour_of_week, shift_hours, agents``: people who begin a shift there.
    comparison : DataFrame
        ``plan, pools, paid_hours, utilisation, contacts_per_agent_hour`` of these pools, one
        agent per client, random groups, one pool, and the lower bound.
    lower_bound_hours : float
        No partition of these clients is covered with fewer paid hours.
    """

    composition: pd.DataFrame
    hours: pd.DataFrame
    shifts: pd.DataFrame
    comparison: pd.DataFrame
    lower_bound_hours: float

    @property
    def paid_hours(self) -> int:
        """Hours on shift in a week, over all pools."""
        return int(self.hours["agents"].sum())

    @property
    def utilisation(self) -> float:
        """Work over paid hours, in [0, 1]; 0 without work."""
        return float(self.hours["load"].sum() / max(self.paid_hours, 1))


def pool_clients(
    demand: pd.DataFrame,
    *,
    max_size: int = 10,
    overlap: bool = False,
    occupancy: float = 0.9,
    shift_hours: Sequence[int] = (4, 6, 8),
    languages: Mapping[str, Collection[str]] | None = None,
    skills: Mapping[str, Collection[str]] | None = None,
    separations: Iterable[Collection[str]] = (),
    max_clients: int | None = None,
    previous: Mapping[str, str] | None = None,
    moving_cost: float = 8.0,
    contacts: float | None = None,
    baselines: bool = True,
    effort: float = 1.0,
    random_state: int = 0,
) -> Pools:
    """Partition clients into pools with few paid hours, and cover each pool exactly.

    Parameters
    ----------
    demand : DataFrame
        ``client_id, hour_of_week`` (0 to 167) and ``workload_fte``, the work in agents.
    max_size : int
        Most clients per pool, what an agent can be trained for.
    overlap : bool
        Form pools of half the size, rounded down, in a chain: in time to spare, the agents of
        a pool serve the clients of the next one. Every agent still serves at most ``max_size``
        clients and all rules hold for them together, but most clients are served by two
        pools, so that moving a client costs twice. Pools of the plan before help in the order
        of their names. Pays from about six clients on.
    occupancy : float
        Share of an hour an agent may be busy: a pool needs load / occupancy agents, rounded
        up, in each hour.
    shift_hours : sequence of int
        Shift lengths; a shift may run from the end of the week into its beginning.
    languages, skills : mapping of client to collection, optional
        Members of a pool have at least one language, and one skill, in common.
    separations : iterable of groups of clients
        No two members of a group ever share a pool (competitors).
    max_clients : int, optional
        Most clients per agent at a time: a pool has at least one agent for so many clients
        that have work in the hour.
    previous : mapping of client to pool, optional
        The plan in force; pools keep their names.
    moving_cost : float
        Paid hours that training a team for one moved client is worth; a move must save more.
    contacts : float, optional
        Contacts per week, for contacts per agent-hour.
    baselines : bool
        Also cover one agent per client, random groups of 5, 10 and 20, and one pool.
    effort : float
        Scales the search; 1 is about ten CPU seconds for 100 clients.
    random_state : int

    Returns
    -------
    Pools

    Raises
    ------
    SchemaError
        The demand is broken: names column and rows.
    ParameterError
        An argument is out of range or names unknown clients.

    References
    ----------
    Borst, Mandelbaum and Reiman (2004), Dimensioning large call centers (gains of scale).
    Jordan and Graves (1995), Principles on the benefits of manufacturing process flexibility.
    Dantzig (1954), A comment on Edie's "Traffic delays at toll booths" (covers).
    """
    _check(max_size, occupancy, shift_hours, max_clients, moving_cost, effort)
    table = workload(demand)
    clients = table.index
    home, names = homes(clients, previous)
    problem = Problem(
        load=table.to_numpy() / occupancy,
        attention=(table.to_numpy() > 0) / max_clients if max_clients else np.zeros(table.shape),
        masks=_masks(clients, languages, skills),
        apart=apart(clients, separations),
        home=home,
        max_size=max(int(max_size) // 2, 1) if overlap else int(max_size),
        moving_cost=float(moving_cost) * (1 + overlap),
    )
    rng = np.random.default_rng(random_state)
    together = int(max_size) if overlap else 0
    labels = (
        improve_chain(problem, together, effort, rng)
        if overlap
        else improve(problem, shift_hours, effort, rng)
    )
    tight, names = name_pools(labels, names)
    staffed = staff(problem, tight, names, shift_hours, together)
    comparison = _compare(problem, staffed, shift_hours, rng if baselines else None)
    comparison = _per_hour(comparison, float(table.to_numpy().sum()), contacts)
    return Pools(
        composition=composition(table, problem, labels, tight, staffed),
        hours=hours_of(staffed, occupancy),
        shifts=shifts_of(staffed, shift_hours),
        comparison=comparison,
        lower_bound_hours=float(comparison["paid_hours"].iloc[-1]),
    )


def _per_hour(comparison: pd.DataFrame, work: float, contacts: float | None) -> pd.DataFrame:
    paid = comparison["paid_hours"].clip(lower=1)
    share = np.nan if contacts is None else contacts / paid
    return comparison.assign(utilisation=work / paid, contacts_per_agent_hour=share)


def _masks(
    clients: pd.Index,
    languages: Mapping[str, Collection[str]] | None,
    skills: Mapping[str, Collection[str]] | None,
) -> NDArray[np.int64]:
    told = (("languages", languages), ("skills", skills))
    return np.array([share_bits(clients, name, given) for name, given in told])


def _compare(
    problem: Problem,
    here: Staffed,
    lengths: Sequence[int],
    rng: np.random.Generator | None,
) -> pd.DataFrame:
    """Paid hours of these pools, of plain ways to staff, and the bound."""
    plans = [("these pools", len(here.names), float(sum(c.paid_hours for c in here.covers)))]
    bound = 0.0
    if len(problem.load):
        everything = problem.need(problem.load.sum(axis=0), np.zeros(HOURS))
        bound = price_hours(everything, lengths)[0]
        plans += plain_plans(problem, lengths, rng) if rng else []
    plans.append(("lower bound", 1, bound))
    return pd.DataFrame(plans, columns=["plan", "pools", "paid_hours"])


def _check(
    max_size: int,
    occupancy: float,
    shift_hours: Sequence[int],
    max_clients: int | None,
    moving_cost: float,
    effort: float,
) -> None:
    owner = "pool_clients"
    read(owner, "max_size", max_size, _SIZE)
    read(owner, "occupancy", occupancy, CAP)
    if max_clients is not None:
        read(owner, "max_clients", max_clients, _SIZE)
    read(owner, "moving_cost", moving_cost, COUNT)
    read(owner, "effort", effort, POSITIVE)
    lengths = list(shift_hours)
    if not lengths or any(int(n) != n or not 1 <= n <= HOURS for n in lengths):
        raise ParameterError(
            "The 'shift_hours' parameter of pool_clients must be whole hours from 1 to 168. "
            f"Got {lengths} instead."
        )
