"""Counts around a mean: negative binomial where they are few, a scaled gap where many.

A *score* is where a count lies in the distribution around its mean, on the scale of a standard
normal. Intervals are calibrated on scores, so that slots of different size share what is learned.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtr, ndtri

Floats = NDArray[np.float64]
# Above this mean the negative binomial is near its scaled gap, and far slower.
_FEW = 30.0
_EDGE = 1e-9
_SMALLEST = 1e-6


def deviation(mean: Floats, excess: Floats) -> Floats:
    """Give the root of Poisson noise plus a share ``excess`` of the mean squared.

    >>> deviation(np.array([100.0]), np.array([0.03])).round(1).tolist()
    [20.0]
    """
    return np.sqrt(np.maximum(mean, _SMALLEST) * (1 + excess * mean))


def score(y: Floats, mean: Floats, excess: Floats, rng: np.random.Generator) -> Floats:
    """Score of each count; ties of small counts are broken at random.

    Parameters
    ----------
    y, mean, excess : array, shape (m,)
    rng : Generator

    References
    ----------
    Dunn, P. and Smyth, G. (1996), Randomized quantile residuals.
    """
    found = (y - mean) / deviation(mean, excess)
    few = mean < _FEW
    if few.any():
        whole = np.floor(y[few])
        high = distribution(whole, mean[few], excess[few])
        low = distribution(whole - 1, mean[few], excess[few])
        share = low + (high - low) * rng.uniform(size=int(few.sum()))
        found[few] = ndtri(np.clip(share, _EDGE, 1 - _EDGE))
    return found


def count(scores: Floats, mean: Floats, excess: Floats) -> Floats:
    """Count at each score: the inverse of ``score``, never negative."""
    found = mean + scores * deviation(mean, excess)
    few = mean < _FEW
    if few.any():
        found[few] = _smallest(ndtr(scores[few]), mean[few], excess[few])
    return np.maximum(np.nan_to_num(found), 0.0)


def excess_of(
    y: Floats,
    mean: Floats,
    groups: NDArray[np.intp],
    n: int,
    weight: Floats,
    counted: Floats | float = 1.0,
) -> Floats:
    """Excess of each group by moments, drawn to that of all groups, shape (n,).

    Parameters
    ----------
    y, mean : array, shape (m,)
    groups : array of int, shape (m,)
        In [0, n).
    n : int
    weight : array, shape (m,)
        What each count tells of today.
    counted : array, shape (m,), or float, default=1.0
        Factor by which a count was scaled, its noise with it.
    """
    over = np.bincount(groups, weight * ((y - mean) ** 2 - counted * mean), minlength=n)
    square = np.bincount(groups, weight * mean**2, minlength=n)
    rows = np.bincount(groups, weight, minlength=n)
    each = over / np.maximum(square, _SMALLEST)
    heard = rows * np.minimum(square / np.maximum(rows, 1), 1.0)
    pool = float(np.sum(heard * np.clip(each, 0, 2)) / max(float(heard.sum()), _SMALLEST))
    drawn = (heard * each + 50 * pool) / (heard + 50)
    return np.clip(drawn, 1e-4, 5.0)


def as_counted(y: Floats, mean: Floats, excess: Floats, counted: Floats) -> Floats:
    """Bring counts that were scaled to the noise of counts that were not.

    >>> noise = as_counted(np.array([95.0]), np.array([100.0]), np.zeros(1), np.array([0.25]))
    >>> noise.round(9).tolist()
    [90.0]
    """
    return mean + (y - mean) * np.sqrt((1 + excess * mean) / (counted + excess * mean))


def distribution(y: Floats, mean: Floats, excess: Floats) -> Floats:
    """Probability of at most ``y`` contacts under the negative binomial law.

    >>> distribution(np.array([-1.0, 0.0]), np.array([1.0]), np.array([1.0])).round(3).tolist()
    [0.0, 0.5]
    """
    size = 1 / excess
    chance = size / (size + np.maximum(mean, _SMALLEST))
    return np.where(y < 0, 0.0, betainc(size, np.maximum(y, 0) + 1, chance))


def _smallest(share: Floats, mean: Floats, excess: Floats) -> Floats:
    """Smallest count whose probability not to be exceeded reaches ``share``, by halving."""
    low = np.full(len(mean), -1.0)
    high = np.ceil(mean + 12 * deviation(mean, excess)) + 12
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = distribution(middle, mean, excess) >= share
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    return high
