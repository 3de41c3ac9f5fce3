"""Work with a promise of hours (e-mail): backlog and deadlines, never a queueing formula.

Nobody waits on a line, so what matters is that enough hours come between arrival and deadline.
Idle time of the agents who answer live channels comes first; only what would miss its
deadline needs people of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data.errors import ParameterError
from forecasting.erlang_inputs import CAP, COUNT, POSITIVE, SHARE, read, together

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_DUST = 1e-9


@dataclass(frozen=True)
class DeferredPlan:
    """People for deferred work, and what becomes of it.

    Attributes
    ----------
    extra_agents : int
        Fewest people of its own, at work in every open interval, that keep all promises.
    paid_agents : int
        The same with shrinkage.
    intervals : DataFrame
        One row per interval: ``work`` that arrived, ``idle`` and ``extra`` capacity,
        ``done_in_gaps``, ``done_by_extra``, ``backlog`` at its end and ``late`` work that
        misses its deadline there; all in agents × intervals.
    stretched : float
        Work that arrived with no open interval before its deadline; its deadline became the
        end of the first open one.
    """

    extra_agents: int
    paid_agents: int
    intervals: pd.DataFrame
    stretched: float


def idle_agents(agents: ArrayLike, erlangs: ArrayLike, *, max_occupancy: ArrayLike = 0.9) -> Floats:
    """Agents that live contacts leave free, below the occupancy cap; broadcast.

    Parameters
    ----------
    agents, erlangs : array-like
        On shift for live channels, and the load these bring.
    max_occupancy : array-like
        Share of their time that people may be busy with both.

    Returns
    -------
    array of float
        Zero or more.

    Raises
    ------
    ParameterError
        An argument out of range.

    Examples
    --------
    >>> idle_agents([14, 5], [10.0, 5.0]).round(6).tolist()
    [2.6, 0.0]
    """
    name = "idle_agents"
    staff = read(name, "agents", agents, COUNT) * read(name, "max_occupancy", max_occupancy, CAP)
    return np.maximum(staff - read(name, "erlangs", erlangs, COUNT), 0.0)


def staff_deferred(
    contacts: ArrayLike,
    *,
    interval_minutes: float,
    aht_seconds: ArrayLike,
    promise_hours: float | Sequence[float],
    idle: ArrayLike = 0.0,
    open_intervals: ArrayLike | None = None,
    clock: str = "elapsed",
    max_occupancy: float = 1.0,
    shrinkage: float = 0.0,
) -> DeferredPlan:
    """Fewest people so that all deferred work meets its deadline; exact.

    Parameters
    ----------
    contacts : array of shape (intervals,) or (classes, intervals)
        Contacts that arrive in each interval, by class where promises differ.
    interval_minutes : float
    aht_seconds : array-like
        Mean handle time; broadcasts against `contacts`.
    promise_hours : float or one per class
        From arrival to reply.
    idle : array-like
        Agents that live channels leave free per interval (`idle_agents`).
    open_intervals : array of bool, optional
        When anybody works on this; always without it.
    clock : {'elapsed', 'open'}
        Whether the promise runs through closed hours or stands still.
    max_occupancy : float
        Share of their time that the extra people may be busy.
    shrinkage : float
        Share of paid time away from work.

    Returns
    -------
    DeferredPlan

    Raises
    ------
    ParameterError
        An argument out of range, shapes that do not fit, or no open interval at all.

    References
    ----------
    Jackson (1955), Scheduling a production line to minimize maximum tardiness (earliest
    deadline first). Horn (1974), Some simple scheduling algorithms (enough hours in every
    window).

    Examples
    --------
    >>> plan = staff_deferred([8, 0, 0, 0], interval_minutes=60, aht_seconds=900, promise_hours=2)
    >>> plan.extra_agents, plan.intervals["backlog"].tolist()
    (1, [1.0, 0.0, 0.0, 0.0])
    """
    owner = "staff_deferred"
    work, length = _work(owner, contacts, interval_minutes, aht_seconds)
    usable = _open(owner, open_intervals, work.shape[1])
    gaps = _idle(owner, idle, work.shape[1]) * usable
    cap = float(read(owner, "max_occupancy", max_occupancy, CAP))
    away = float(read(owner, "shrinkage", shrinkage, SHARE))
    promises = _promises(owner, promise_hours, len(work)) / length
    due, stretched = _deadlines(owner, promises, usable, clock)
    level = least_capacity(work, due, gaps, usable)
    extra = int(np.ceil(level / cap - _DUST))
    return DeferredPlan(
        extra_agents=extra,
        paid_agents=int(np.ceil(extra / (1.0 - away) - _DUST)),
        intervals=serve(work, due, gaps, np.where(usable, extra * cap, 0.0)),
        stretched=float(work[stretched].sum()),
    )


def least_capacity(work: Floats, due: Ints, idle: Floats, usable: Flags) -> float:
    """Least constant capacity in usable intervals beside ``idle`` that meets all deadlines.

    The largest shortage per usable interval over all windows: what arrives and falls due
    inside one, less its idle time, over its usable intervals.

    References
    ----------
    Horn (1974), Some simple scheduling algorithms.
    """
    intervals = work.shape[1]
    arrives = np.tile(np.arange(intervals), len(work))
    falls = np.minimum(due.ravel(), intervals + 1)
    table = np.zeros((intervals, intervals + 2))
    np.add.at(table, (arrives, falls), work.ravel())
    # Work that falls due after the last interval is not owed within the plan.
    inside = table[::-1].cumsum(axis=0)[::-1].cumsum(axis=1)[:, 1 : intervals + 1]
    free, hours = (np.concatenate([[0.0], np.cumsum(v)]) for v in (idle, usable))
    short = inside - (free[None, 1:] - free[:-1, None])
    count = hours[None, 1:] - hours[:-1, None]
    needed = np.divide(short, count, out=np.zeros_like(short), where=count > 0)
    return float(max(np.triu(needed).max(initial=0.0), 0.0))


def serve(work: Floats, due: Ints, idle: Floats, extra: Floats) -> pd.DataFrame:
    """Work through arrivals by earliest deadline, idle time first; one row per interval."""
    intervals = work.shape[1]
    left = np.zeros(intervals + 2)
    rows = []
    for now in range(intervals):
        np.add.at(left, np.minimum(due[:, now], intervals + 1), work[:, now])
        done = [_take(left, capacity[now]) for capacity in (idle, extra)]
        late = float(left[now + 1])
        # Overdue work stays first in line, and is counted once.
        left[0] += late
        left[now + 1] = 0.0
        rows.append((*done, float(left.sum()), late))
    names = ["done_in_gaps", "done_by_extra", "backlog", "late"]
    table = pd.DataFrame(rows, columns=names, dtype=np.float64)
    table.insert(0, "work", work.sum(axis=0))
    table.insert(1, "idle", idle)
    table.insert(2, "extra", extra)
    return table.mask(table.abs() < _DUST, 0.0)


def _take(left: Floats, capacity: float) -> float:
    before = np.concatenate([[0.0], left.cumsum()[:-1]])
    taken = np.clip(capacity - before, 0.0, left)
    left -= taken
    return float(taken.sum())


def _deadlines(owner: str, promises: Floats, usable: Flags, clock: str) -> tuple[Ints, Flags]:
    """Interval before whose start work must be done, and which work was given longer."""
    intervals = len(usable)
    start = np.arange(intervals)
    whole = np.maximum(np.floor(promises + _DUST).astype(np.int64), 1)[:, None]
    opens = np.flatnonzero(usable)
    following = np.searchsorted(opens, start)
    if clock == "open":
        last = following + whole - 1
        due = np.where(
            last < len(opens), opens[np.minimum(last, len(opens) - 1)] + 1, intervals + 1
        )
        return due, np.zeros(due.shape, dtype=bool)
    if clock != "elapsed":
        raise ParameterError(
            f"The 'clock' parameter of {owner} must be 'elapsed' or 'open'. Got {clock!r} instead."
        )
    due = start + whole
    first = np.append(opens, intervals)[following] + 1
    return np.maximum(due, first), due < first


def _work(
    owner: str, contacts: ArrayLike, interval_minutes: float, aht_seconds: ArrayLike
) -> tuple[Floats, float]:
    minutes = float(read(owner, "interval_minutes", interval_minutes, POSITIVE))
    shape, flat = together(
        owner,
        contacts=read(owner, "contacts", contacts, COUNT),
        aht=read(owner, "aht_seconds", aht_seconds, POSITIVE),
    )
    if len(shape) not in (1, 2) or 0 in shape:
        raise ParameterError(
            f"The 'contacts' parameter of {owner} must have the shape (intervals,) or (classes, "
            f"intervals), with at least one of each. Got {shape} instead."
        )
    work = (flat["contacts"] * flat["aht"] / (60.0 * minutes)).reshape(-1, shape[-1])
    return work, minutes / 60.0


def _promises(owner: str, promise_hours: float | Sequence[float], classes: int) -> Floats:
    promises = read(owner, "promise_hours", promise_hours, POSITIVE)
    if promises.ndim and promises.shape != (classes,):
        raise ParameterError(
            f"The 'promise_hours' parameter of {owner} must be one number or one per class. "
            f"Got {promises.size} for {classes} classes instead."
        )
    return np.broadcast_to(promises, (classes,))


def _open(owner: str, given: ArrayLike | None, intervals: int) -> Flags:
    usable = np.ones(intervals, dtype=bool) if given is None else np.asarray(given, dtype=bool)
    if usable.shape != (intervals,) or not usable.any():
        raise ParameterError(
            f"The 'open_intervals' parameter of {owner} must be {intervals} flags, at least one "
            f"of them true. Got shape {usable.shape} with {int(usable.sum())} true instead."
        )
    return usable


def _idle(owner: str, idle: ArrayLike, intervals: int) -> Floats:
    values = read(owner, "idle", idle, COUNT)
    if values.shape not in ((), (intervals,)):
        raise ParameterError(
            f"The 'idle' parameter of {owner} must be one number or one per interval "
            f"({intervals}). Got shape {values.shape} instead."
        )
    return np.broadcast_to(values, (intervals,)).astype(np.float64)
