"""How many agents: from contacts, handle time and promise to whole people, for whole arrays."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.erlang_abandon import erlang_a
from forecasting.erlang_inputs import CAP, COUNT, PATIENCE, POSITIVE, SHARE, Range, read, together
from forecasting.erlang_series import blocks, idle_weight

Floats = NDArray[np.float64]

_PROMISE = Range("in (0, 1)", high=1.0, open_low=True, open_high=True)
_SLOTS = Range("whole numbers, 1 or more", low=1.0, whole=True)
# Dividing by .9 or 1 - .3 leaves dust: 9 / .9 must not ask for an eleventh agent.
_DUST = 1.0 - 1e-12
# The sum that a climb starts with has about 8 √load terms.
_NEAR = 16.0


def offered_erlangs(
    contacts: ArrayLike, *, interval_minutes: ArrayLike, aht_seconds: ArrayLike
) -> Floats:
    """Load in erlangs: handle seconds asked for per second of the interval.

    Parameters
    ----------
    contacts, interval_minutes, aht_seconds : array-like
        Contacts per interval, its length and the mean handle time; broadcast.

    Returns
    -------
    array of float

    Raises
    ------
    ParameterError
        An argument out of range.

    Examples
    --------
    >>> float(offered_erlangs(100, interval_minutes=30, aht_seconds=180))
    10.0
    """
    name = "offered_erlangs"
    seconds = 60.0 * read(name, "interval_minutes", interval_minutes, POSITIVE)
    work = read(name, "contacts", contacts, COUNT) * read(
        name, "aht_seconds", aht_seconds, POSITIVE
    )
    return np.asarray(work / seconds)


def required_agents(
    contacts: ArrayLike,
    *,
    interval_minutes: ArrayLike,
    aht_seconds: ArrayLike,
    target_answer_seconds: ArrayLike = 20.0,
    service_level: ArrayLike = 0.8,
    patience_seconds: ArrayLike | None = None,
    max_occupancy: ArrayLike = 1.0,
    shrinkage: ArrayLike = 0.0,
    concurrency: ArrayLike = 1,
    concurrency_loss: ArrayLike = 0.0,
) -> NDArray[np.int64]:
    """Fewest agents that keep the promise; all arguments broadcast against each other.

    Parameters
    ----------
    contacts : array-like
        Expected contacts per interval.
    interval_minutes, aht_seconds : array-like
        Length of the interval; mean handle time of one contact on its own.
    target_answer_seconds, service_level : array-like
        The promise: this share of all contacts is answered within the target.
    patience_seconds : array-like, optional
        Mean patience. Without it nobody gives up (Erlang C, on the safe side).
    max_occupancy : array-like
        Largest share of their time that agents may be busy.
    shrinkage : array-like
        Share of paid time away from contacts (breaks, training, illness); agents are divided
        by one minus this share and rounded up.
    concurrency : array-like
        Conversations one agent holds at a time (chat).
    concurrency_loss : array-like
        How much longer a conversation takes per further one beside it: .2 at three at a time
        means 1.4 times the handle time.

    Returns
    -------
    array of int, the broadcast shape
        0 where there is no contact.

    Raises
    ------
    ParameterError
        An argument out of range, or shapes that do not fit.

    References
    ----------
    Koole (2013), Call Center Optimization. Tezcan and Zhang (2014), Routing and staffing in
    customer service chat systems with impatient customers (slots).

    Examples
    --------
    >>> required_agents([0, 100], interval_minutes=30, aht_seconds=180).tolist()
    [0, 14]
    """
    name = "required_agents"
    shape, flat = together(
        name,
        load=offered_erlangs(contacts, interval_minutes=interval_minutes, aht_seconds=aht_seconds),
        aht=read(name, "aht_seconds", aht_seconds, POSITIVE),
        target=read(name, "target_answer_seconds", target_answer_seconds, COUNT),
        level=read(name, "service_level", service_level, _PROMISE),
        patience=read(
            name,
            "patience_seconds",
            np.inf if patience_seconds is None else patience_seconds,
            PATIENCE,
        ),
        cap=read(name, "max_occupancy", max_occupancy, CAP),
        away=read(name, "shrinkage", shrinkage, SHARE),
        slots=read(name, "concurrency", concurrency, _SLOTS),
        loss=read(name, "concurrency_loss", concurrency_loss, COUNT),
    )
    longer = 1.0 + flat["loss"] * (flat["slots"] - 1.0)
    load, aht = flat["load"] * longer, flat["aht"] * longer
    promise = np.array([aht, flat["target"], flat["level"], flat["patience"], flat["cap"]])
    seats = _seats(load, promise)
    people = np.ceil(seats / flat["slots"])
    return np.ceil(people / (1.0 - flat["away"]) * _DUST).astype(np.int64).reshape(shape)


def _seats(load: Floats, promise: Floats) -> Floats:
    """Fewest seats per row; ``promise`` has the rows AHT, target, level, patience and cap."""
    seats = np.zeros(len(load))
    aht, target, level, patience, cap = promise
    patient = np.isinf(patience)
    rows = np.flatnonzero((load > 0) & patient)
    for alike in _alike(rows[np.argsort(load[rows])], load):
        for part in blocks(alike):
            least = np.ceil(load[part] / cap[part] * _DUST)
            climbed = _climb(load[part], target[part] / aht[part], level[part])
            seats[part] = np.maximum(climbed, least)
    rows = np.flatnonzero((load > 0) & ~patient)
    if len(rows):
        seats[rows] = _impatient(load[rows], promise[:, rows])
    return seats


def _alike(order: NDArray[np.intp], load: Floats) -> list[NDArray[np.intp]]:
    """Part rows, sorted by load, where starting anew takes fewer steps than climbing on."""
    ordered = load[order]
    far = np.diff(ordered) > _NEAR + _NEAR * np.sqrt(ordered[:-1])
    return np.split(order, np.flatnonzero(far) + 1) if len(order) else []


def _climb(load: Floats, target: Floats, level: Floats) -> Floats:
    """Smallest stable N with 1 - C exp(-(N - a) T / AHT) of at least ``level``.

    The blocking recursion passes every N once, from the floor of the block's smallest load;
    blocks hold alike loads, so that no value waits long for the others.
    """
    agents = float(np.floor(load[0]))
    weight = 1.0 + idle_weight(np.full(len(load), agents), load)
    found, open_rows = np.zeros(len(load)), np.arange(len(load))
    with np.errstate(over="ignore", under="ignore"):
        while len(open_rows):
            agents += 1.0
            weight *= agents / load
            weight += 1.0
            if agents <= load[0]:
                continue
            spare = agents - load
            late = np.exp(-spare * target) / (1.0 + spare / agents * (weight - 1.0))
            met = (1.0 - late >= level) & (spare > 0)
            found[open_rows[met]] = agents
            if met.any():
                left = ~met
                open_rows = open_rows[left]
                load, target = load[left], target[left]
                level, weight = level[left], weight[left]
    return found


def _impatient(load: Floats, promise: Floats) -> Floats:
    """Smallest N that keeps the promise under Erlang A.

    Where one promise holds for all rows, the largest load that each N carries is found once
    and the rows are looked up among these.
    """
    largest = int(np.ceil(load.max() + 1.0))
    if len(load) <= 4 * largest or (promise != promise[:, :1]).any():
        return _search(load, promise)
    carried, agents = np.zeros(0), 0.0
    while not len(carried) or carried[-1] < load.max():
        seats = agents + np.arange(1.0, largest + 1.0)
        carried = np.append(carried, _carried(seats, promise[:, :1]))
        agents = seats[-1]
    return np.asarray(np.searchsorted(np.maximum.accumulate(carried), load) + 1.0)


def _kept(agents: Floats, load: Floats, promise: Floats) -> NDArray[np.bool_]:
    aht, target, level, patience, cap = promise
    found = erlang_a(
        agents, load, aht_seconds=aht, patience_seconds=patience, target_answer_seconds=target
    )
    return np.asarray((found.service_level >= level) & (found.occupancy * _DUST <= cap))


def _carried(seats: Floats, promise: Floats) -> Floats:
    """Largest load at which these agents keep the promise, to the last bit but one."""
    low, high = np.zeros(len(seats)), 2.0 * seats / promise[2]
    while bool(np.any(high - low > 4e-16 * high)):
        middle = (low + high) / 2.0
        kept = _kept(seats, middle, promise)
        low, high = np.where(kept, middle, low), np.where(kept, high, middle)
    return low


def _search(load: Floats, promise: Floats) -> Floats:
    """Find the same row by row: double the step until it is enough, then halve."""
    # Close to the load and in steps of its square root: most answers lie in the first bracket.
    step = np.maximum(1.0, np.ceil(np.sqrt(load) / 2.0))
    low, high = np.zeros(len(load)), np.ceil(load * promise[2])
    rows = np.arange(len(load))
    while len(rows):
        rows = rows[~_kept(high[rows], load[rows], promise[:, rows])]
        low[rows] = high[rows]
        high[rows] += step[rows]
        step[rows] *= 2.0
    rows = np.flatnonzero(high - low > 1)
    while len(rows):
        middle = np.floor((low[rows] + high[rows]) / 2.0)
        good = _kept(middle, load[rows], promise[:, rows])
        high[rows[good]], low[rows[~good]] = middle[good], middle[~good]
        rows = rows[high[rows] - low[rows] > 1]
    return high
