"""Waiting without giving up: Erlang B and C, exact for arrays of any load.

Loads are in erlangs: arrival rate × handle time. With as many erlangs as agents or more the
queue grows without end: everybody waits (probability 1), the mean wait is infinite and the
service level 0. Without load nobody waits.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.erlang_inputs import AGENTS, COUNT, POSITIVE, read, together
from forecasting.erlang_series import idle_weight

Floats = NDArray[np.float64]


def erlang_b(agents: ArrayLike, erlangs: ArrayLike) -> Floats:
    """Probability that all agents are busy when nobody can wait.

    Parameters
    ----------
    agents, erlangs : array-like
        Whole numbers of agents and loads; broadcast against each other.

    Returns
    -------
    array of float, the broadcast shape
        In [0, 1]; 1 without agents and 0 without load.

    Raises
    ------
    ParameterError
        Negative, missing or infinite values, a part of an agent, or shapes that do not fit.

    References
    ----------
    Erlang (1917). Tables: Cooper (1981), Introduction to Queueing Theory.

    Examples
    --------
    >>> float(erlang_b(2, 1.0))
    0.2
    """
    shape, flat = _agents_and_load("erlang_b", agents, erlangs)
    blocked = 1.0 / (1.0 + idle_weight(flat["agents"], flat["erlangs"]))
    return np.where(flat["erlangs"] == 0, 0.0, blocked).reshape(shape)


def erlang_c(agents: ArrayLike, erlangs: ArrayLike) -> Floats:
    """Probability of having to wait, C(N, a) = B / (1 - ρ (1 - B)) with ρ = a / N.

    Parameters
    ----------
    agents, erlangs : array-like
        Whole numbers of agents and loads; broadcast against each other.

    Returns
    -------
    array of float, the broadcast shape
        In [0, 1]; 1 from as many erlangs as agents on, 0 without load.

    Raises
    ------
    ParameterError
        Negative, missing or infinite values, a part of an agent, or shapes that do not fit.

    References
    ----------
    Erlang (1917); Cooper (1981), Introduction to Queueing Theory, section 3.4.

    Examples
    --------
    >>> round(float(erlang_c(20, 15.0)), 13)
    0.1604293874169
    >>> erlang_c([3, 5], 4.0).round(3).tolist()
    [1.0, 0.554]
    """
    shape, flat = _agents_and_load("erlang_c", agents, erlangs)
    return _probability_of_wait(flat["agents"], flat["erlangs"]).reshape(shape)


def service_level(
    agents: ArrayLike,
    erlangs: ArrayLike,
    *,
    aht_seconds: ArrayLike,
    target_answer_seconds: ArrayLike,
) -> Floats:
    """Share answered within the target, 1 - C exp(-(N - a) T / AHT).

    Parameters
    ----------
    agents, erlangs, aht_seconds, target_answer_seconds : array-like
        Broadcast against each other.

    Returns
    -------
    array of float, the broadcast shape
        In [0, 1]; 0 under overload, 1 without load.

    Raises
    ------
    ParameterError
        An argument out of range, or shapes that do not fit.

    References
    ----------
    Koole (2013), Call Center Optimization, chapter 4.

    Examples
    --------
    >>> round(float(service_level(14, 10.0, aht_seconds=180, target_answer_seconds=20)), 12)
    0.888350019179
    """
    shape, flat = _with_times("service_level", agents, erlangs, aht_seconds, target_answer_seconds)
    spare = np.maximum(flat["agents"] - flat["erlangs"], 0.0)
    late = _probability_of_wait(flat["agents"], flat["erlangs"])
    late = late * np.exp(-spare * flat["target"] / flat["aht"])
    return (1.0 - late).reshape(shape)


def asa_seconds(agents: ArrayLike, erlangs: ArrayLike, *, aht_seconds: ArrayLike) -> Floats:
    """Mean wait of all contacts in seconds, C × AHT / (N - a).

    Parameters
    ----------
    agents, erlangs, aht_seconds : array-like
        Broadcast against each other.

    Returns
    -------
    array of float, the broadcast shape
        Infinite under overload, 0 without load.

    Raises
    ------
    ParameterError
        An argument out of range, or shapes that do not fit.

    References
    ----------
    Koole (2013), Call Center Optimization, chapter 4.

    Examples
    --------
    >>> round(float(asa_seconds(14, 10.0, aht_seconds=180)), 3)
    7.836
    """
    shape, flat = _with_times("asa_seconds", agents, erlangs, aht_seconds, 0.0)
    spare = np.maximum(flat["agents"] - flat["erlangs"], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = _probability_of_wait(flat["agents"], flat["erlangs"]) * flat["aht"] / spare
    return np.where(flat["erlangs"] == 0, 0.0, waits).reshape(shape)


def _probability_of_wait(agents: Floats, erlangs: Floats) -> Floats:
    stable = agents > erlangs
    # Past the agents the formula would go on above 1: nothing is left to sum there.
    idle = idle_weight(np.where(stable, agents, 0.0), np.where(stable, erlangs, 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = 1.0 / (1.0 + (agents - erlangs) / agents * idle)
    return np.where(erlangs == 0, 0.0, np.where(stable, waits, 1.0))


def _agents_and_load(
    owner: str, agents: ArrayLike, erlangs: ArrayLike
) -> tuple[tuple[int, ...], dict[str, Floats]]:
    return together(
        owner,
        agents=read(owner, "agents", agents, AGENTS),
        erlangs=read(owner, "erlangs", erlangs, COUNT),
    )


def _with_times(
    owner: str, agents: ArrayLike, erlangs: ArrayLike, aht: ArrayLike, target: ArrayLike
) -> tuple[tuple[int, ...], dict[str, Floats]]:
    return together(
        owner,
        agents=read(owner, "agents", agents, AGENTS),
        erlangs=read(owner, "erlangs", erlangs, COUNT),
        aht=read(owner, "aht_seconds", aht, POSITIVE),
        target=read(owner, "target_answer_seconds", target, COUNT),
    )
