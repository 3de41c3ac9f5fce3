"""Figures with bootstrap intervals; rows that belong together are drawn together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import ParameterError

LEVEL = 0.95
Statistic = Callable[[NDArray[np.intp]], float]


@dataclass(frozen=True)
class Figure:
    """A number and how sure we are of it.

    Parameters
    ----------
    value : float
    low, high : float
        Ends of the 95 % percentile interval.
    n : int
        Rows it was measured on.
    """

    value: float
    low: float
    high: float
    n: int

    def to_dict(self) -> dict[str, float | int | None]:
        """As JSON values; what could not be measured is None."""
        return {k: None if v != v else v for k, v in asdict(self).items()}


def resamples(groups: Iterable[Any], *, repeats: int, random_state: int) -> list[NDArray[np.intp]]:
    """Draw groups with replacement; the rows of each draw.

    Parameters
    ----------
    groups : iterable of length n
        Rows of one group are drawn together; a missing value stands alone.
    repeats : int
    random_state : int

    Returns
    -------
    list of int arrays
        Row positions, about n each.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 8.
    """
    if repeats < 1:
        raise ParameterError(
            f"The 'repeats' parameter of resamples must be at least 1. Got {repeats} instead."
        )
    codes = _codes(groups)
    if codes.size == 0:
        return []
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes)
    starts = np.cumsum(counts) - counts
    generator = np.random.default_rng(random_state)
    draws = generator.integers(0, len(counts), size=(repeats, len(counts)))
    if len(counts) == len(codes):
        return [order[draw] for draw in draws]
    return [order[_runs(starts[draw], counts[draw])] for draw in draws]


def _runs(starts: NDArray[np.intp], counts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Put runs of whole numbers one after the other: each from its start, as long as its count."""
    ends = np.cumsum(counts)
    shift = np.repeat(starts - (ends - counts), counts)
    return np.asarray(shift + np.arange(ends[-1]), dtype=np.intp)


def measure(statistic: Statistic, n: int, draws: Sequence[NDArray[np.intp]]) -> Figure:
    """Measure a statistic of row positions on all rows and on each resample.

    Parameters
    ----------
    statistic : callable
        Positions → number; may answer nan where it is undefined.
    n : int
        Number of rows.
    draws : sequence of int arrays
        From :func:`resamples`.
    """
    if n == 0:
        return Figure(float("nan"), float("nan"), float("nan"), 0)
    value = float(statistic(np.arange(n)))
    values = np.array([statistic(draw) for draw in draws], dtype=float)
    values = values[~np.isnan(values)]
    if values.size == 0:
        return Figure(value, float("nan"), float("nan"), n)
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(values, [tail, 100 - tail])
    return Figure(value, float(low), float(high), n)


def mean(values: NDArray[Any], draws: Sequence[NDArray[np.intp]]) -> Figure:
    """Mean of a column with its interval.

    Examples
    --------
    >>> draws = resamples(["a", "b", "c", "d"], repeats=100, random_state=0)
    >>> mean(np.array([1.0, 1.0, 0.0, 1.0]), draws).value
    0.75
    """
    column = np.asarray(values, dtype=float)
    return measure(lambda rows: float(column[rows].mean()), len(column), draws)


def _codes(groups: Iterable[Any]) -> NDArray[np.intp]:
    import pandas as pd

    codes, unique = pd.factorize(pd.Series(list(groups), dtype=object), use_na_sentinel=True)
    alone = codes < 0
    codes[alone] = len(unique) + np.arange(int(alone.sum()))
    return np.asarray(codes, dtype=np.intp)
