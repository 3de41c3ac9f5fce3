"""Group small clients so that few agents stand idle: pools, their covers and what they save."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError
from forecasting.erlang_inputs import CAP, COUNT, POSITIVE, Range, read
from forecasting.pooling.covers import Cover, cover_need, price_hours
from forecasting.pooling.demand import HOURS, apart, homes, share_bits, workload
from forecasting.pooling.partition import Partition, Problem
from forecasting.pooling.search import improve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SIZE = Range("a whole number, 1 or more", low=1.0, whole=True)
_RANDOM_SIZES = (5, 10, 20)


@dataclass(frozen=True)
class Pools:
    """A partition of clients with what it takes to staff it.

    Attributes
    ----------
    composition : DataFrame
        ``client_id, pool_id, workload_hours, moved, reason``, one row per client.
    hours : DataFrame
        ``pool_id, hour_of_week, load, required, agents``: work in agents, whole agents it
        needs at the occupancy cap, agents on shift.
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
        Scales the search; 1 is a few CPU seconds for 100 clients.
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
    Dantzig (1954), A comment on Edie's "Traffic delays at toll booths" (covers).
    """
    _check(max_size, occupancy, shift_hours, max_clients, moving_cost, effort)
    table = workload(demand)
    clients = table.index
    home, names = homes(clients, previous)
    problem = Problem(
        load=table.to_numpy() / occupancy,
        attention=(table.to_numpy() > 0) / max_clients if max_clients else np.zeros(table.shape),
        masks=np.array(
            [share_bits(clients, "languages", languages), share_bits(clients, "skills", skills)]
        ),
        apart=apart(clients, separations),
        home=home,
        max_size=int(max_size),
        moving_cost=float(moving_cost),
    )
    rng = np.random.default_rng(random_state)
    labels = improve(problem, shift_hours, effort, rng)
    return _report(table, problem, labels, names, shift_hours, contacts, baselines, rng)


def _report(
    table: pd.DataFrame,
    problem: Problem,
    labels: Ints,
    names: list[str],
    lengths: Sequence[int],
    contacts: float | None,
    baselines: bool,
    rng: np.random.Generator,
) -> Pools:
    pool_names = _names(labels, names)
    partition = Partition(problem, labels, int(labels.max(initial=-1)) + 1)
    used = np.unique(labels)
    needs = partition.needs()[used]
    covers = [cover_need(need, lengths) for need in needs]
    load = np.array([table.to_numpy()[labels == pool].sum(axis=0) for pool in used])
    ids = [pool_names[pool] for pool in used]
    everything = problem.need(problem.load.sum(axis=0), np.zeros(HOURS))
    bound = price_hours(everything, lengths)[0] if len(table) else 0.0
    here = float(sum(cover.paid_hours for cover in covers))
    plans = [("these pools", len(used), here)]
    if baselines and len(table):
        plans += _baselines(problem, lengths, rng)
    plans.append(("lower bound", 1, bound))
    comparison = pd.DataFrame(plans, columns=["plan", "pools", "paid_hours"])
    paid = comparison["paid_hours"].clip(lower=1)
    comparison["utilisation"] = table.to_numpy().sum() / paid
    comparison["contacts_per_agent_hour"] = np.nan if contacts is None else contacts / paid
    return Pools(
        composition=_composition(table, partition, pool_names),
        hours=_hours(ids, load, needs, covers),
        shifts=_shifts(ids, covers, lengths),
        comparison=comparison,
        lower_bound_hours=float(bound),
    )


def _baselines(
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


def _names(labels: Ints, names: list[str]) -> dict[int, str]:
    taken, number = set(names), 0
    found = {}
    for pool in np.unique(labels).tolist():
        if pool < len(names):
            found[pool] = names[pool]
            continue
        while f"pool-{number:02d}" in taken:
            number += 1
        found[pool] = f"pool-{number:02d}"
        taken.add(found[pool])
    return found


def _composition(table: pd.DataFrame, partition: Partition, names: dict[int, str]) -> pd.DataFrame:
    problem, labels = partition.problem, partition.labels
    partners = ~problem.apart
    for mask in problem.masks:
        partners &= (mask[:, None] & mask) != 0
    alone = partners.sum(axis=1) <= 1
    moved = partition.moved()
    reasons = np.select(
        [alone & (len(labels) > 1), moved, problem.home >= 0],
        [
            "alone: shares no language, skill or permission with another client",
            "moved: saves more than the move costs, or its old pool was not allowed",
            "stays in its pool",
        ],
        "new",
    )
    return pd.DataFrame(
        {
            "client_id": table.index.astype(str),
            "pool_id": [names[pool] for pool in labels.tolist()],
            "workload_hours": table.to_numpy().sum(axis=1),
            "moved": moved,
            "reason": reasons.astype(str),
        }
    )


def _hours(ids: list[str], load: Floats, needs: Floats, covers: list[Cover]) -> pd.DataFrame:
    agents = [cover.agents for cover in covers]
    return pd.DataFrame(
        {
            "pool_id": np.repeat(np.array(ids, dtype=str), HOURS),
            "hour_of_week": np.tile(np.arange(HOURS), len(ids)),
            "load": np.ravel(load),
            "required": np.ravel(needs).astype(np.int64),
            "agents": np.concatenate([np.zeros(0, dtype=np.int64), *agents]),
        }
    )


def _shifts(ids: list[str], covers: list[Cover], lengths: Sequence[int]) -> pd.DataFrame:
    rows = [
        (pool, int(hour), int(lengths[kind]), int(cover.starts[kind, hour]))
        for pool, cover in zip(ids, covers, strict=True)
        for kind, hour in np.argwhere(cover.starts > 0)
    ]
    table = pd.DataFrame(rows, columns=["pool_id", "hour_of_week", "shift_hours", "agents"])
    return table.sort_values(["pool_id", "hour_of_week", "shift_hours"], ignore_index=True)


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
