"""The smoothed week: what a slot of the week usually brings, recent weeks first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.wall import Wall

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_TINY = 1e-9


@dataclass
class WeekState:
    """Weighted sums by weekday and slot, taken day by day.

    Parameters
    ----------
    n, slots : int
        Series, and slots of a day.
    half_life : float
        Weeks after which a day counts half.
    """

    n: int
    slots: int
    half_life: float

    def __post_init__(self) -> None:
        self.sums = np.zeros((self.n, 7, self.slots))
        self.weights = np.zeros((self.n, 7, self.slots))

    def add(self, values: Floats, weekday: int) -> None:
        """Take in one day, shape (n, slots); a missing slot neither adds nor fades."""
        known = np.isfinite(values)
        fade = np.where(known, 0.5 ** (1 / self.half_life), 1.0)
        own_sums, own_weights = self.sums[:, weekday], self.weights[:, weekday]
        own_sums *= fade
        own_sums += np.where(known, values, 0.0)
        own_weights *= fade
        own_weights += known

    def copy(self) -> "WeekState":
        """Return a state that can be changed apart."""
        other = WeekState(self.n, self.slots, self.half_life)
        other.sums, other.weights = self.sums.copy(), self.weights.copy()
        return other


def week_profile(state: WeekState, shape: Floats, prior: float) -> Floats:
    """Mean of each slot of the week, drawn towards what similar series show.

    Each series' own sums are taken together with ``prior`` contacts spread as the pooled shape
    of all series says at the series' own level: the posterior mean of a Gamma rate. A client
    with three days of history gets the pooled week; one with a year gets its own.

    Parameters
    ----------
    state : WeekState
    shape : array, shape (7, slots)
        Of ``pooled_shape``.
    prior : float
        Weight of the pooled shape, in contacts.

    Returns
    -------
    array, shape (n, 7, slots)
        Zero where no series ever had a value.
    """
    expected = (state.weights * shape).sum(axis=(1, 2))
    level = state.sums.sum(axis=(1, 2)) / np.maximum(expected, _TINY)
    mean = np.maximum(level[:, None, None] * shape, _TINY)
    return np.where(
        (shape > 0) | (state.weights > 0),
        (state.sums + prior * (level > 0)[:, None, None])
        / np.maximum(state.weights + prior / mean, _TINY),
        0.0,
    )


def pooled_shape(walls: Sequence[Wall]) -> Floats:
    """Week of all series together, each at its own level, shape (7, slots), mean 1.

    Parameters
    ----------
    walls : sequence of Wall
        Of one length of interval; local days and slots, so that zones do not blur it.
    """
    slots = walls[0].slots
    total, trust, seen = (
        np.zeros((7, slots)),
        np.zeros((7, slots)),
        np.zeros((7, slots), dtype=bool),
    )
    for wall in walls:
        week = usual_week(wall)
        known = np.isfinite(week)
        own = np.nan_to_num(week)
        level = own.sum(axis=(1, 2)) / np.maximum(known.sum(axis=(1, 2)), 1)
        contacts = np.nansum(wall.values, axis=(1, 2))
        # A handful of contacts says little of a shape.
        part = (contacts / (contacts + 100.0))[:, None, None] * known
        total += (part * own / np.maximum(level, _TINY)[:, None, None]).sum(axis=0)
        trust += part.sum(axis=0)
        seen |= np.asarray(known.any(axis=0))
    shape = _filled(total / np.maximum(trust, _TINY), seen)
    return shape / max(float(shape.mean()), _TINY)


def usual_week(wall: Wall) -> Floats:
    """Mean of each slot of the week over the whole history, shape (n, 7, slots); NaN if never."""
    weekday = wall.weekdays()
    days = []
    for day in range(7):
        own = wall.values[:, weekday == day]
        known = np.isfinite(own).sum(axis=1)
        mean = np.where(np.isfinite(own), own, 0.0).sum(axis=1) / np.maximum(known, 1)
        days.append(np.where(known > 0, mean, np.nan))
    return np.stack(days, axis=1)


def _filled(shape: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Fill weekdays that nobody has seen with the mean of the seen weekdays, slot by slot."""
    days: NDArray[np.bool_] = np.asarray(seen.any(axis=1))
    if days.all() or not days.any() or days.sum() >= 5:
        # Five days seen and two not: a business week, whose weekend is closed.
        return shape
    mean = shape[days].mean(axis=0)
    return np.where(days[:, None], shape, mean[None])
