"""Regression on days that are alike: effects with an error that knows how alike they are."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

Floats = NDArray[np.float64]
# How alike a day is to the next one, and which part of the variance is alike at all.
_ALIKE = (0.2, 0.4, 0.6, 0.75, 0.85, 0.92, 0.97)
_PARTS = (0.15, 0.4, 0.7, 0.9)


def serial_regression(
    features: Floats, y: Floats, level: Floats, day: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Effects and their covariance, averaged over how alike neighbouring days may be.

    The error of a day is counting noise, whose variance grows with the level, and a share of the
    level that fades from day to day. How large the second is and how slowly it fades is not
    picked: each pair counts by its restricted likelihood, so a short history keeps its doubt.

    Parameters
    ----------
    features : array, shape (n, p)
    y : array, shape (n,)
    level : array, shape (n,)
        What is usual on such a day, above zero.
    day : array of int, shape (n,)
        Number of each day; days may be missing.

    Returns
    -------
    effects : array, shape (p,)
    covariance : array, shape (p, p)

    References
    ----------
    Patterson, H. D. and Thompson, R. (1971), Recovery of inter-block information when block
    sizes are unequal (restricted likelihood); Prais, S. J. and Winsten, C. B. (1954), Trend
    estimators and serial correlation.
    """
    usual = level / level.mean()
    apart = np.abs(day[:, None] - day[None, :]).astype(np.float64)
    both = np.column_stack([features, y])
    found = [_given(both, variance) for variance in _variances(usual, apart)]
    likelihood = np.array([one[0] for one in found])
    weight = np.exp(likelihood - likelihood.max())
    weight /= weight.sum()
    effects = np.sum([w * one[1] for w, one in zip(weight, found, strict=True)], axis=0)
    gaps = [one[1] - effects for one in found]
    spread = [one[2] + np.outer(gap, gap) for one, gap in zip(found, gaps, strict=True)]
    return effects, np.sum([w * s for w, s in zip(weight, spread, strict=True)], axis=0)


def _variances(usual: Floats, apart: Floats) -> Iterator[Floats]:
    yield np.diag(usual)
    for alike in _ALIKE:
        fading = np.outer(usual, usual) * alike**apart
        for part in _PARTS:
            yield part * fading + (1 - part) * np.diag(usual)


def _given(both: Floats, variance: Floats) -> tuple[float, Floats, Floats]:
    """Restricted log-likelihood, effects and covariance under one shape of the errors."""
    root = np.linalg.cholesky(variance)
    whitened = solve_triangular(root, both, lower=True, check_finite=False)
    features, y = whitened[:, :-1], whitened[:, -1]
    inverse = np.linalg.inv(features.T @ features)
    effects = inverse @ features.T @ y
    left = len(y) - len(effects)
    rest = max(float(np.square(y - features @ effects).sum()), 1e-12)
    likelihood = -np.log(np.diag(root)).sum() + np.linalg.slogdet(inverse)[1] / 2
    return float(likelihood - left / 2 * np.log(rest)), effects, rest / left * inverse
