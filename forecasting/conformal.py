"""Intervals that hold what they say: quantiles of past scores by series and horizon."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from forecasting import spread

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
# Probabilities at which quantiles of scores are kept; others are interpolated.
GRID = np.r_[0.0025, 0.005, 0.01, 0.025, np.arange(0.05, 0.951, 0.05), 0.975, 0.99, 0.995, 0.9975]
# Days ahead that share a calibration: first day, second, third and fourth, rest of a week, …
EDGES = np.array([1, 2, 4, 8, 15, 29])
# Rows of a series at which its own quantiles weigh as much as those of all series.
_EVEN = 300.0
_TINY = 1e-6


@dataclass(frozen=True)
class Calibration:
    """Learned spread of each series.

    Parameters
    ----------
    excess : array, shape (n,)
        Of ``spread.deviation``.
    own : array, shape (n, grid)
        Quantiles of scores by series.
    stretch : array, shape (groups, grid)
        Factors on them by days ahead.
    """

    excess: Floats
    own: Floats
    stretch: Floats

    def quantile(self, share: float, mean: Floats, series: Ints, ahead: Ints) -> Floats:
        """Count not exceeded with probability ``share``, shape (m,).

        Parameters
        ----------
        share : float
            In (0, 1).
        mean : array, shape (m,)
        series, ahead : array of int, shape (m,)
            Row of the series; days ahead.
        """
        at = _at(share)
        scores = (self.own @ at)[series] * (self.stretch @ at)[horizon_group(ahead)]
        return spread.count(scores, mean, self.excess[series])


def calibrate(
    y: Floats, mean: Floats, series: Ints, ahead: Ints, n: int, rng: np.random.Generator
) -> Calibration:
    """Learn from forecasts of the past that were made without seeing what came.

    Parameters
    ----------
    y, mean : array, shape (m,)
        What came, and its forecast.
    series, ahead : array of int, shape (m,)
    n : int
        Number of series.
    rng : Generator

    References
    ----------
    Vovk, V., Gammerman, A. and Shafer, G. (2005), Algorithmic learning in a random world;
    Chernozhukov, V., Wüthrich, K. and Zhu, Y. (2021), Distributional conformal prediction.
    """
    if not len(y):
        normal = np.tile(ndtri(GRID), (n, 1)) * 1.5
        return Calibration(np.full(n, 0.3), normal, np.ones((len(EDGES) + 1, len(GRID))))
    excess = spread.excess_of(y, mean, series, n)
    scores = spread.score(y, mean, excess[series], rng)
    pooled = _quantiles(scores)
    own = np.tile(pooled, (n, 1))
    for row, part in _parts(scores, series, n):
        weight = len(part) / (len(part) + _EVEN)
        own[row] = weight * _quantiles(part) + (1 - weight) * pooled
    stretch = np.ones((len(EDGES) + 1, len(GRID)))
    for row, part in _parts(scores, horizon_group(ahead), len(stretch)):
        weight = len(part) / (len(part) + _EVEN)
        stretch[row] = 1 + weight * (_width(part) / max(_width(scores), _TINY) - 1)
    _carry_on(stretch, np.bincount(horizon_group(ahead), minlength=len(stretch)))
    return Calibration(excess, own, stretch)


def horizon_group(ahead: Ints) -> Ints:
    """Group of each number of days ahead.

    >>> horizon_group(np.array([0, 1, 3, 7, 90])).tolist()
    [0, 1, 2, 3, 6]
    """
    return np.searchsorted(EDGES, ahead, side="right")


def _quantiles(scores: Floats) -> Floats:
    # One row more than there is, at each end: the finite-sample correction of conformal sets.
    corrected = 0.5 + (GRID - 0.5) * (len(scores) + 1) / len(scores)
    return np.quantile(scores, np.clip(corrected, 0, 1))


def _width(scores: Floats) -> float:
    low, high = np.quantile(scores, [0.1, 0.9])
    return float(high - low)


def _parts(scores: Floats, groups: Ints, n: int) -> list[tuple[int, Floats]]:
    order = np.argsort(groups, kind="stable")
    edges = np.searchsorted(groups[order], np.arange(n + 1))
    return [(row, scores[order[a:b]]) for row, (a, b) in enumerate(pairwise(edges)) if b > a]


def _carry_on(stretch: Floats, rows: Ints) -> None:
    """Horizons beyond all that was calibrated are at least as wide as the last one that was."""
    last = int(np.flatnonzero(rows).max())
    for row in range(last + 1, len(stretch)):
        stretch[row] = np.maximum(stretch[row - 1] * 1.1, 1.0)


def _at(share: float) -> Floats:
    """Weights that interpolate the grid at one probability, on the normal scale."""
    x, target = ndtri(GRID), float(np.clip(ndtri(share), ndtri(GRID[0]), ndtri(GRID[-1])))
    right = int(np.clip(np.searchsorted(x, target), 1, len(x) - 1))
    part = (target - x[right - 1]) / (x[right] - x[right - 1])
    weights = np.zeros(len(x))
    weights[right - 1], weights[right] = 1 - part, part
    return weights
