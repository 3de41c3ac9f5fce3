"""Intervals that hold what they say: quantiles of past scores by series and horizon."""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from forecasting import spread
from forecasting.backtest import Rows
from forecasting.local_size import LocalSize, local_size

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
# Probabilities at which quantiles of scores are kept; others are interpolated.
GRID = np.r_[0.0025, 0.005, 0.01, 0.025, np.arange(0.05, 0.951, 0.05), 0.975, 0.99, 0.995, 0.9975]
# Days ahead that share a calibration: first day, second, third and fourth, rest of a week, …
EDGES = np.array([1, 2, 4, 8, 15, 29])
# Rows of a series at which its own quantiles weigh as much as those of all series.
_EVEN = 1000.0
_TINY = 1e-6
_EVEN_SIZE = 300.0
_HALF_LIFE_DAYS = 60.0
_YOUNG_DAYS = 28
# Parts of a working day and of a day off.
BUCKETS = 48


@dataclass(frozen=True)
class Calibration:
    """Learned spread of each series.

    Parameters
    ----------
    excess : array, shape (n,)
        Of ``spread.deviation``.
    size : array, shape (n, buckets)
        How large scores are by part of the day.
    own : array, shape (n, grid)
        Quantiles of scores by series.
    stretch : array, shape (groups,)
        Factors on them by days ahead.
    local : LocalSize
        Factor on them by what was known.
    """

    excess: Floats
    size: Floats
    own: Floats
    stretch: Floats
    local: LocalSize = field(default_factory=LocalSize)

    def sizes(self, mean: Floats, rows: Rows) -> Floats:
        """Size of scores of each row, shape (m,)."""
        stretch = self.stretch[horizon_group(rows.ahead)]
        return stretch * self.size[rows.series, rows.bucket] * self.local.factor(mean, rows)

    def quantile(self, share: float, mean: Floats, rows: Rows, sizes: Floats) -> Floats:
        """Count not exceeded with probability ``share``, shape (m,).

        Parameters
        ----------
        share : float
            In (0, 1).
        mean : array, shape (m,)
        rows : Rows
        sizes : array, shape (m,)
            Of ``sizes``.
        """
        scores = (self.own @ _at(share))[rows.series] * sizes
        return spread.count(scores, mean, self.excess[rows.series])


def calibrate(
    mean: Floats,
    rows: Rows,
    n: int,
    *,
    horizon: int | None,
    random_state: int,
    counted: Floats | None = None,
) -> Calibration:
    """Learn from forecasts of the past that were made without seeing what came.

    Later origins weigh more: half after 60 days before the last one of their series.

    Parameters
    ----------
    mean : array, shape (m,)
        Forecasts.
    rows : Rows
        What came, and of which series, when.
    n : int
        Number of series.
    horizon : int or None
        Days of a window, for sizes learned by trees; None for none.
    random_state : int
    counted : array, shape (m,), default=None
        Factor by which each count was scaled; None for none.

    References
    ----------
    Vovk, V., Gammerman, A. and Shafer, G. (2005), Algorithmic learning in a random world;
    Chernozhukov, V., Wüthrich, K. and Zhu, Y. (2021), Distributional conformal prediction;
    Barber, R. et al. (2023), Conformal prediction beyond exchangeability.
    """
    groups, even = len(EDGES) + 1, np.ones((n, BUCKETS))
    if not len(mean):
        normal = np.tile(ndtri(GRID), (n, 1)) * 1.5
        return Calibration(np.full(n, 0.3), even, normal, np.ones(groups))
    weight = _weights(rows, n)
    counted = np.ones(len(mean)) if counted is None else counted
    excess = spread.excess_of(rows.y, mean, rows.series, n, weight, counted)
    rng = np.random.default_rng(random_state)
    y = spread.as_counted(rows.y, mean, excess[rows.series], counted)
    scores = spread.score(y, mean, excess[rows.series], rng)
    local = LocalSize()
    if horizon is not None:
        gaps = np.abs(scores) / _sizes(scores, weight, rows, n)[rows.series, rows.bucket]
        local, factor = local_size(
            gaps, weight, mean, rows, horizon=horizon, random_state=random_state
        )
        scores = scores / factor
    size = _sizes(scores, weight, rows, n)
    scores = scores / size[rows.series, rows.bucket]
    group = horizon_group(rows.ahead)
    stretch = _stretches(scores, weight, group, groups)
    return Calibration(
        excess, size, _own(scores / stretch[group], weight, rows.series, n), stretch, local
    )


def _weights(rows: Rows, n: int) -> Floats:
    """Weight of each row by its age; a series that ended years ago has young rows too."""
    last = np.zeros(n, dtype=rows.origin.dtype)
    np.maximum.at(last, rows.series, rows.origin)
    return np.asarray(0.5 ** ((last[rows.series] - rows.origin) / _HALF_LIFE_DAYS))


def _own(scores: Floats, weight: Floats, series: Ints, n: int) -> Floats:
    """Quantiles of each series, drawn to those of all, shape (n, grid)."""
    pooled = _quantiles(scores, weight)
    own = np.tile(pooled, (n, 1))
    for row, part in _parts(series, n):
        # Rows of long ago tell little, so they count by what they weigh.
        share = _heard(weight[part]) / (_heard(weight[part]) + _EVEN)
        own[row] = share * _quantiles(scores[part], weight[part]) + (1 - share) * pooled
    return own


def widened(calibration: Calibration, days: Floats) -> Calibration:
    """Widen the intervals of young series, whose level is known from a few days only.

    Parameters
    ----------
    calibration : Calibration
        What older series got wrong.
    days : array, shape (n,)
        Days each series was seen. Below four weeks its scores grow by the root of one plus
        seven over the days: by four fifths for a client of three days.
    """
    factor = np.where(days < _YOUNG_DAYS, np.sqrt(1 + 7 / np.maximum(days, 1)), 1.0)
    return replace(calibration, size=calibration.size * factor[:, None])


def horizon_group(ahead: Ints) -> Ints:
    """Group of each number of days ahead.

    >>> horizon_group(np.array([0, 1, 3, 7, 90])).tolist()
    [0, 1, 2, 3, 6]
    """
    return np.searchsorted(EDGES, ahead, side="right")


def _sizes(scores: Floats, weight: Floats, rows: Rows, n: int) -> Floats:
    """Size of scores by series and part of the day, drawn to that of the series."""
    cell = rows.series * BUCKETS + rows.bucket
    gap = weight * np.abs(scores)
    sums = np.bincount(cell, gap, minlength=n * BUCKETS).reshape(n, BUCKETS)
    heard = np.bincount(cell, weight, minlength=n * BUCKETS).reshape(n, BUCKETS)
    pool = gap.sum() / weight.sum()
    whole = (sums.sum(axis=1) + _EVEN_SIZE * pool) / (heard.sum(axis=1) + _EVEN_SIZE)
    drawn = (sums + _EVEN_SIZE * whole[:, None]) / (heard + _EVEN_SIZE)
    return np.maximum(drawn / max(float(pool), _TINY), 0.05)


def _stretches(scores: Floats, weight: Floats, group: Ints, groups: int) -> Floats:
    """Size of scores by days ahead against all; beyond the farthest it grows by a tenth."""
    heard = np.bincount(group, weight, minlength=groups)
    sums = np.bincount(group, weight * np.abs(scores), minlength=groups)
    pool = sums.sum() / heard.sum()
    found = (sums + _EVEN * pool) / (heard + _EVEN) / max(float(pool), _TINY)
    for row in range(int(np.flatnonzero(heard).max()) + 1, groups):
        found[row] = max(found[row - 1] * 1.1, 1.0)
    return found


def _quantiles(scores: Floats, weight: Floats) -> Floats:
    """Weighted quantiles at the grid."""
    order = np.argsort(scores)
    up_to = np.cumsum(weight[order])
    middle = (up_to - 0.5 * weight[order]) / up_to[-1]
    # One row more than there is, at each end: the finite-sample correction of conformal sets.
    heard = _heard(weight)
    corrected = 0.5 + (GRID - 0.5) * (heard + 1) / heard
    return np.interp(corrected, middle, scores[order])


def _heard(weight: Floats) -> float:
    """Count the equal rows that weights are worth."""
    return float(weight.sum()) ** 2 / float((weight**2).sum())


def _parts(groups: Ints, n: int) -> list[tuple[int, Ints]]:
    order = np.argsort(groups, kind="stable")
    edges = np.searchsorted(groups[order], np.arange(n + 1))
    return [(row, order[a:b]) for row, (a, b) in enumerate(pairwise(edges)) if b > a]


def _at(share: float) -> Floats:
    """Weights that interpolate the grid at one probability, on the normal scale."""
    x, target = ndtri(GRID), float(np.clip(ndtri(share), ndtri(GRID[0]), ndtri(GRID[-1])))
    right = int(np.clip(np.searchsorted(x, target), 1, len(x) - 1))
    part = (target - x[right - 1]) / (x[right] - x[right - 1])
    weights = np.zeros(len(x))
    weights[right - 1], weights[right] = 1 - part, part
    return weights
