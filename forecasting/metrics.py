"""What a forecast is worth: one formula, one function; lower is better except coverage.

All take arrays of equal shape; missing truths (NaN) do not count. ``by_series`` and ``pooled``
read the long frame of a forecast joined with what came.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data.errors import ParameterError

Floats = NDArray[np.float64]


def wape(y: ArrayLike, yhat: ArrayLike) -> float:
    """Sum of absolute errors over the sum of what came; NaN when nothing came.

    References
    ----------
    Kolassa, S. and Schütz, W. (2007), Advantages of the MAD/Mean ratio over the MAPE.

    Examples
    --------
    >>> wape([10, 0, 10], [8, 1, 11])
    0.2
    """
    truth, guess = _pair(y, yhat)
    return float(np.abs(truth - guess).sum() / truth.sum()) if truth.sum() > 0 else float("nan")


def mase(y: ArrayLike, yhat: ArrayLike, *, history: ArrayLike, season: int) -> float:
    """Mean absolute error over that of the seasonal naive forecast inside the history.

    Parameters
    ----------
    y, yhat : array_like, shape (n,)
    history : array_like, shape (m,)
        Equally spaced, oldest first; NaN where missing.
    season : int
        Steps in a season, such as 7 for days or 168 for hours.

    References
    ----------
    Hyndman, R. and Koehler, A. (2006), Another look at measures of forecast accuracy.

    Examples
    --------
    >>> mase([4, 6], [5, 5], history=[1, 2, 3, 4], season=2)
    0.5
    """
    truth, guess = _pair(y, yhat)
    past = np.asarray(history, dtype=np.float64)
    steps = np.abs(past[season:] - past[:-season])
    if not np.isfinite(steps).any() or not len(truth):
        return float("nan")
    scale = float(np.nanmean(steps))
    return float(np.abs(truth - guess).mean() / scale) if scale > 0 else float("nan")


def pinball(y: ArrayLike, quantile: ArrayLike, level: float) -> float:
    """Mean loss of a forecast quantile: ``level`` times what it misses above, the rest below.

    Parameters
    ----------
    y, quantile : array_like
    level : float
        In (0, 1); half the mean absolute error at 0.5.

    References
    ----------
    Koenker, R. and Bassett, G. (1978), Regression quantiles.

    Examples
    --------
    >>> round(pinball([10], [8], 0.9), 3), round(pinball([8], [10], 0.9), 3)
    (1.8, 0.2)
    """
    truth, guess = _pair(y, quantile)
    if not 0 < level < 1:
        raise ParameterError(
            f"The 'level' parameter of pinball must be in (0, 1). Got {level!r} instead."
        )
    gap = truth - guess
    return float(np.maximum(level * gap, (level - 1) * gap).mean()) if len(gap) else float("nan")


def crps(y: ArrayLike, quantiles: ArrayLike, levels: Sequence[float]) -> float:
    """Continuous ranked probability score, as twice the mean pinball loss over the levels.

    Parameters
    ----------
    y : array_like, shape (n,)
    quantiles : array_like, shape (n, k)
        One column per level.
    levels : sequence of float
        In (0, 1), rising. Each stands for the levels nearest to it: the more, the closer.

    References
    ----------
    Gneiting, T. and Ranjan, R. (2011), Comparing density forecasts using threshold- and
    quantile-weighted scoring rules.

    Examples
    --------
    >>> crps([10.0], [[8.0]], [0.5])
    2.0
    """
    table = np.asarray(quantiles, dtype=np.float64)
    inner = (np.asarray(levels[1:]) + np.asarray(levels[:-1])) / 2
    edges = np.concatenate([[0.0], inner, [1.0]])
    losses = [pinball(y, table[:, i], level) for i, level in enumerate(levels)]
    return float(2 * np.dot(np.diff(edges), losses))


def interval_coverage(y: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Share of what came that lies in its interval, ends included.

    >>> interval_coverage([1, 2, 3, 9], [0, 2, 4, 8], [1, 3, 5, 10])
    0.75
    """
    truth = np.asarray(y, dtype=np.float64)
    known = np.isfinite(truth)
    inside = (truth >= np.asarray(low)) & (truth <= np.asarray(high))
    return float(inside[known].mean()) if known.any() else float("nan")


def interval_names(levels: Sequence[float]) -> list[str]:
    """Columns of the intervals in the order of a forecast.

    >>> interval_names([80])
    ['yhat-lo-80', 'yhat-hi-80']
    """
    return [f"yhat-{side}-{level:g}" for level in sorted(levels) for side in ("lo", "hi")]


def pooled(joined: pd.DataFrame, *, levels: Sequence[float] = (80, 95)) -> dict[str, float]:
    """Figures over all rows together.

    Parameters
    ----------
    joined : DataFrame
        ``y``, ``yhat`` and the interval columns of ``levels``.
    levels : sequence of float
        Per cent.

    Returns
    -------
    dict of str to float
        ``wape``; ``pinball`` (mean over the ends of all intervals and ``yhat`` as median),
        ``pinball_share`` (over the mean of ``y``), ``crps``, ``coverage_80`` and so on.
    """
    quantiles, shares = _quantiles(joined, levels)
    y = joined["y"].to_numpy(dtype=np.float64)
    losses = [pinball(y, quantiles[:, i], share) for i, share in enumerate(shares)]
    mean = float(np.nanmean(y)) if np.isfinite(y).any() else float("nan")
    figures = {
        "wape": wape(y, joined["yhat"].to_numpy(dtype=np.float64)),
        "pinball": float(np.mean(losses)),
        "pinball_share": float(np.mean(losses) / mean) if mean > 0 else float("nan"),
        "crps": crps(y, quantiles, shares),
    }
    for level in sorted(levels):
        low, high = interval_names([level])
        figures[f"coverage_{level:g}"] = interval_coverage(y, joined[low], joined[high])
    return figures


def by_series(joined: pd.DataFrame, *, levels: Sequence[float] = (80, 95)) -> pd.DataFrame:
    """``pooled`` of each series: one row per ``unique_id``."""
    rows = [
        {"unique_id": name, "rows": len(part), **pooled(part, levels=levels)}
        for name, part in joined.groupby("unique_id", sort=True)
    ]
    return pd.DataFrame(rows)


def _quantiles(joined: pd.DataFrame, levels: Sequence[float]) -> tuple[Floats, list[float]]:
    columns: list[tuple[float, str]] = [(0.5, "yhat")]
    for level in levels:
        low, high = interval_names([level])
        columns += [((1 - level / 100) / 2, low), ((1 + level / 100) / 2, high)]
    columns.sort()
    table = joined[[name for _, name in columns]].to_numpy(dtype=np.float64)
    return table, [share for share, _ in columns]


def _pair(y: ArrayLike, other: ArrayLike) -> tuple[Floats, Floats]:
    truth, guess = np.asarray(y, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if truth.shape != guess.shape:
        raise ParameterError(
            "The truth and its forecast must have one shape. "
            f"Got {truth.shape} and {guess.shape} instead."
        )
    known = np.isfinite(truth)
    return truth[known], guess[known]
