"""Who works when and for whom: the roster that agents get, and what nobody could take."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError
from forecasting.roster.evening import even_out
from forecasting.roster.instance import DAY, WEEK, Bools, Instance, Terms, read_instance
from forecasting.roster.search import Cooling, Search

Floats = NDArray[np.float64]

SHIFT_COLUMNS = ("agent_id", "day", "start_hour_of_week", "hours", "night_hours", "reason")
WORK_COLUMNS = ("agent_id", "hour_of_week", "pool_id", "share")
COVER_COLUMNS = ("pool_id", "hour_of_week", "required_fte", "covered_fte", "unmet_fte", "reason")
_LEAST_STEPS, _MOST_STEPS, _STEPS_A_ROW = 20_000, 60_000, 100
_DUST = 1e-3


@dataclass(frozen=True)
class Assignment:
    """A week's roster.

    Parameters
    ----------
    shifts : DataFrame
        One row per shift: ``agent_id``, ``day`` of the window, ``start_hour_of_week``, ``hours``,
        ``night_hours`` and the ``reason``.
    work : DataFrame
        How each worked hour is split: ``agent_id``, ``hour_of_week``, ``pool_id``, ``share``.
    cover : DataFrame
        Per pool and hour: ``required_fte``, ``covered_fte``, ``unmet_fte`` and, where something
        is unmet, the ``reason``.
    objective : float
        Paid hours, what nights and hours beyond the preferred cost, and the cost of what is unmet.
    paid_hours, unmet_hours : float
    """

    shifts: pd.DataFrame
    work: pd.DataFrame
    cover: pd.DataFrame
    objective: float
    paid_hours: float
    unmet_hours: float


def assign_shifts(
    demand: pd.DataFrame,
    agents: pd.DataFrame,
    *,
    terms: Terms | None = None,
    steps: int | None = None,
    random_state: int = 0,
    progress: Callable[[int, float], None] | None = None,
) -> Assignment:
    """Give agents shifts that cover a week's demand at the least cost.

    There is always an answer: demand that nobody can take is named in ``cover`` with the reason.

    Parameters
    ----------
    demand : DataFrame
        ``pool_id``, ``hour_of_week`` (0 to 167, the week is a circle), ``required_fte``.
    agents : DataFrame
        ``agent_id``, ``window_start_hour``, ``window_hours``, ``days``, ``pools``,
        ``max_hours_per_week``; optionally ``utc_offset_hours`` (for nights) and
        ``preferred_hours_per_week``. An agent works at most one shift on each listed day, inside
        the window that starts on it, and may split an hour over the pools. Where windows differ
        by day, ``windows`` takes the place of ``window_start_hour``, ``window_hours`` and
        ``days``: a list of (first hour of the week, hours).
    terms : Terms, optional
        Lengths of shifts, costs, rest.
    steps : int, optional
        Length of the search; by default 100 for each agent's day, between 20,000 and 60,000.
        The same steps and `random_state` give the same roster on any machine.
    random_state : int
    progress : callable, optional
        Called with the steps done and the best objective so far.

    Raises
    ------
    SchemaError
        A table breaks its contract.
    ParameterError
        `steps` is negative.

    References
    ----------
    Kirkpatrick, Gelatt and Vecchi (1983), Optimization by simulated annealing, Science 220.
    Geman and Geman (1984), Stochastic relaxation (drawing each part from its distribution given
    the others). Ford and Fulkerson (1956), Maximal flow through a network.

    Examples
    --------
    >>> demand = pd.DataFrame({"pool_id": "p", "hour_of_week": range(9, 13), "required_fte": 1.0})
    >>> agents = pd.DataFrame({"agent_id": ["a"], "window_start_hour": [8], "window_hours": [10],
    ...     "days": [[0]], "pools": [["p"]], "max_hours_per_week": [40]})
    >>> assign_shifts(demand, agents, steps=200).shifts[["start_hour_of_week", "hours"]].values
    array([[9, 4]])
    """
    if steps is not None and steps < 0:
        raise ParameterError(
            f"The 'steps' parameter of assign_shifts must be 0 or more. Got {steps} instead."
        )
    instance = read_instance(demand, agents, terms or Terms())
    usual = int(np.clip(_STEPS_A_ROW * len(instance.agent), _LEAST_STEPS, _MOST_STEPS))
    search = Search(instance, seed=random_state)
    search.run(Cooling(usual if steps is None else steps), progress=progress)
    if instance.terms.even_hours:
        even_out(search)
    return _assignment(instance, search)


def _assignment(instance: Instance, search: Search) -> Assignment:
    shifts = _shifts(instance, search)
    cover = _cover(instance, search)
    return Assignment(
        shifts,
        _work(instance, search),
        cover,
        search.objective,
        float(shifts["hours"].sum()),
        float(sum(hour.now.unmet for hour in search.hours)),
    )


def _shifts(instance: Instance, search: Search) -> pd.DataFrame:
    rows = np.flatnonzero(instance.lengths[search.chosen])
    option = search.chosen[rows]
    hours = instance.lengths[option]
    night = instance.nights[rows, option]
    made = pd.DataFrame(
        {
            "agent_id": np.array(instance.agents, dtype=object)[instance.agent[rows]],
            "day": instance.day[rows],
            "start_hour_of_week": (instance.hours[rows, 0] + instance.starts[option]) % WEEK,
            "hours": hours,
            "night_hours": np.rint(night).astype(np.int64),
        }
    ).astype({"agent_id": "str"})
    made["reason"] = [
        f"{n} hours from {start % DAY:02d}:00 inside the window that starts on day {day}"
        for n, start, day in zip(
            made["hours"], made["start_hour_of_week"], made["day"], strict=True
        )
    ]
    return made.sort_values(["agent_id", "day"], ignore_index=True)[list(SHIFT_COLUMNS)]


def _work(instance: Instance, search: Search) -> pd.DataFrame:
    """Split each worked hour as the flow does; people of one group share alike."""
    rows, at = np.nonzero(instance.cover[search.chosen])
    hours, place = instance.hours[rows, at], search.place[rows, at]
    parts = []
    for row, hour, group in zip(rows, hours, place, strict=True):
        now = search.hours[hour].now
        share = now.shares[group] / now.people[group]
        parts += [
            (instance.agents[instance.agent[row]], hour, instance.pools[pool], share[pool])
            for pool in np.flatnonzero(share > 0)
        ]
    made = pd.DataFrame(parts, columns=list(WORK_COLUMNS))
    return made.astype({"agent_id": "str", "pool_id": "str"})


def _cover(instance: Instance, search: Search) -> pd.DataFrame:
    covered = np.array([hour.now.shares.sum(axis=0) for hour in search.hours]).T
    covered = covered.reshape(instance.demand.shape)
    unmet = np.maximum(0.0, instance.demand - covered)
    unmet[unmet < _DUST] = 0.0
    pool, hour = np.nonzero(instance.demand)
    reasons = _Reasons(instance)
    return pd.DataFrame(
        {
            "pool_id": np.array(instance.pools, dtype=object)[pool],
            "hour_of_week": hour,
            "required_fte": instance.demand[pool, hour],
            "covered_fte": covered[pool, hour],
            "unmet_fte": unmet[pool, hour],
            "reason": [
                reasons.of(int(p), int(h)) if unmet[p, h] else "covered"
                for p, h in zip(pool, hour, strict=True)
            ],
        }
    ).astype({"pool_id": "str", "reason": "str"})[list(COVER_COLUMNS)]


class _Reasons:
    """Why an hour of a pool is unmet."""

    def __init__(self, instance: Instance) -> None:
        self._qualified: Bools = np.asarray(instance.member.any(axis=0))
        self._possible = np.zeros(instance.demand.shape, dtype=np.int64)
        member = instance.member[instance.agent]
        fits = instance.allowed[:, :-1].any(axis=1)
        for at in range(instance.hours.shape[1]):
            for pool in range(len(instance.pools)):
                own = instance.hours[member[:, pool] & fits, at]
                self._possible[pool] += np.bincount(own, minlength=WEEK)

    def of(self, pool: int, hour: int) -> str:
        """Return the reason in a few words."""
        if not self._qualified[pool]:
            return "nobody is qualified for this pool"
        count = int(self._possible[pool, hour])
        if count == 0:
            return "no qualified agent is available at this hour"
        agents = "agent" if count == 1 else "agents"
        return f"{count} qualified {agents} could work, at a higher cost or needed elsewhere"
