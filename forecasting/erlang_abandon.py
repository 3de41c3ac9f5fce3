"""Waiting with limited patience: Erlang A (M/M/N+M), stable under any load."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.erlang import asa_seconds, erlang_c, service_level
from forecasting.erlang_inputs import AGENTS, COUNT, PATIENCE, POSITIVE, read, together
from forecasting.erlang_series import idle_weight, waiting_weight

Floats = NDArray[np.float64]

_RARE = 0.05
_NODES, _WEIGHTS = (part / 2.0 for part in np.polynomial.legendre.leggauss(64))
_NODES = _NODES + 0.5


@dataclass(frozen=True)
class Abandonment:
    """What callers with limited patience meet; every field has the shape of the inputs.

    Attributes
    ----------
    wait_probability : array of float
        Share that does not find a free agent at once.
    abandon_share : array of float
        Share that gives up before an answer.
    wait_seconds : array of float
        Mean time in the queue over all contacts, those who gave up included.
    service_level : array of float
        Share of all contacts that is answered within the target.
    occupancy : array of float
        Share of their time the agents are busy; 0 without agents.
    """

    wait_probability: Floats
    abandon_share: Floats
    wait_seconds: Floats
    service_level: Floats
    occupancy: Floats


def erlang_a(
    agents: ArrayLike,
    erlangs: ArrayLike,
    *,
    aht_seconds: ArrayLike,
    patience_seconds: ArrayLike,
    target_answer_seconds: ArrayLike = 20.0,
) -> Abandonment:
    """Outcomes with Poisson arrivals, exponential handle times and exponential patience.

    Parameters
    ----------
    agents, erlangs : array-like
        Whole numbers of agents, and arrival rate × handle time.
    aht_seconds, patience_seconds, target_answer_seconds : array-like
        Mean handle time, mean patience (infinite: Erlang C) and answer target.
        All broadcast against each other.

    Returns
    -------
    Abandonment

    Raises
    ------
    ParameterError
        An argument out of range, or shapes that do not fit.

    References
    ----------
    Palm (1957), Research on telephone traffic carried by full availability groups.
    Garnett, Mandelbaum and Reiman (2002), Designing a call center with impatient customers.
    Zeltyn and Mandelbaum (2005), Call centers with impatient customers (offered wait).

    Examples
    --------
    >>> found = erlang_a(50, 48.0, aht_seconds=60, patience_seconds=120)
    >>> round(float(found.abandon_share), 6), round(float(found.wait_seconds), 4)
    (0.030912, 3.7095)
    """
    name = "erlang_a"
    shape, flat = together(
        name,
        agents=read(name, "agents", agents, AGENTS),
        erlangs=read(name, "erlangs", erlangs, COUNT),
        aht=read(name, "aht_seconds", aht_seconds, POSITIVE),
        patience=read(name, "patience_seconds", patience_seconds, PATIENCE),
        target=read(name, "target_answer_seconds", target_answer_seconds, COUNT),
    )
    endless = np.isinf(flat["patience"])
    fields = np.empty((5, len(endless)))
    for rows, formula in ((endless, _endless), (~endless, _limited)):
        if rows.any():
            fields[:, rows] = formula(**{key: value[rows] for key, value in flat.items()})
    return Abandonment(*(field.reshape(shape) for field in fields))


def _limited(
    agents: Floats, erlangs: Floats, aht: Floats, patience: Floats, target: Floats
) -> tuple[Floats, ...]:
    spare, pressure = agents * (patience / aht), erlangs * (patience / aht)
    total, queue, scale = waiting_weight(spare, pressure)
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        idle = idle_weight(agents, erlangs) * np.exp(-scale)
    wait = np.where(erlangs == 0, 0.0, total / (total + np.where(erlangs == 0, 0.0, idle)))
    # E[queue] = arrival rate × patience × share that gives up, term by term: no cancellation.
    given_up = np.divide(queue, pressure * total, out=np.zeros_like(total), where=pressure > 0)
    late = _answered_late(spare, pressure, target / patience, total, scale)
    abandon = wait * given_up
    busy = np.divide(erlangs * (1 - abandon), agents, out=np.zeros_like(wait), where=agents > 0)
    level = np.clip(1.0 - wait * (given_up + late), 0.0, 1.0)
    rare = np.flatnonzero(level < _RARE)
    if len(rare):
        at_once = idle[rare] / (total[rare] + idle[rare])
        soon = _answered_soon(spare[rare], pressure[rare], (target / patience)[rare], scale[rare])
        level[rare] = at_once + wait[rare] * soon / total[rare]
    return wait, abandon, abandon * patience, level, busy


def _answered_late(
    spare: Floats, pressure: Floats, target: Floats, total: Floats, scale: Floats
) -> Floats:
    """Share of those who wait that is answered after the target (in units of patience)."""
    later, _, later_scale = waiting_weight(spare + 1.0, pressure * np.exp(-target))
    passed = -pressure * np.expm1(-target) - (spare + 1.0) * target + later_scale - scale
    with np.errstate(under="ignore"):
        return spare / (spare + 1.0) * np.exp(passed) * later / total


def _answered_soon(spare: Floats, pressure: Floats, target: Floats, scale: Floats) -> Floats:
    """Weight of those who wait and are answered within the target, where that is rare.

    One minus the rest would leave rounding only. The integrand rises like an exponential
    towards the target there, so its last 40 e-folds hold all of it.
    """
    slope = pressure * np.exp(-target) - spare - 1.0
    width = np.minimum(target, 40.0 / np.maximum(slope, 1e-300))[:, None]
    at = target[:, None] - width * _NODES
    height = -pressure[:, None] * np.expm1(-at) - (spare[:, None] + 1.0) * at
    height -= scale[:, None]
    with np.errstate(under="ignore"):
        return spare * width[:, 0] * (np.exp(height) @ _WEIGHTS)


def _endless(
    agents: Floats, erlangs: Floats, aht: Floats, patience: Floats, target: Floats
) -> tuple[Floats, ...]:
    del patience
    busy = np.divide(erlangs, agents, out=np.zeros_like(erlangs), where=agents > 0)
    return (
        erlang_c(agents, erlangs),
        np.zeros_like(erlangs),
        asa_seconds(agents, erlangs, aht_seconds=aht),
        service_level(agents, erlangs, aht_seconds=aht, target_answer_seconds=target),
        np.minimum(busy, 1.0),
    )
