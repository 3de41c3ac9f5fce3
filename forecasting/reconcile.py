"""Forecasts of a hierarchy made to add up: client, channel, language and intent.

The path is in ``unique_id``, such as ``lumen/chat/fr/refund``: what stands before a slash is
the sum of what stands behind it.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError, SchemaError

Floats = NDArray[np.float64]
Method = Literal["bottom_up", "wls", "mint"]
_METHODS = ("bottom_up", "wls", "mint")
_Z80 = 2.563
_TINY = 1e-6


def with_sums(volume: pd.DataFrame) -> pd.DataFrame:
    """Add the sums of all beginnings of the paths to the long frame of the lowest series.

    Parameters
    ----------
    volume : DataFrame
        ``unique_id, ds, y``; a sum is missing at a time at which one of its parts is missing
        that has values before and after, because missing is not zero.

    Returns
    -------
    DataFrame
        With the rows of ``client``, ``client/channel`` and so on; sorted.

    Examples
    --------
    >>> day = pd.Timestamp("2026-01-05", tz="UTC")
    >>> low = pd.DataFrame({"unique_id": ["a/chat", "a/mail"], "ds": [day, day], "y": [2.0, 3.0]})
    >>> with_sums(low)[["unique_id", "y"]].values.tolist()
    [['a', 5.0], ['a/chat', 2.0], ['a/mail', 3.0]]
    """
    lowest = volume[["unique_id", "ds", "y"]]
    names = lowest["unique_id"].unique().tolist()
    _check_lowest(names)
    wide = lowest.pivot(index="ds", columns="unique_id", values="y").sort_index()
    inner = wide.notna().cummax() & wide.notna()[::-1].cummax()[::-1]
    # Before its first row and after its last a series does not exist, and adds nothing.
    filled = wide.mask(wide.isna() & ~inner, 0.0)
    sums = {}
    for node in nodes(names):
        parts = [name for name in names if name == node or name.startswith(f"{node}/")]
        alive = inner[parts].any(axis=1)
        sums[node] = filled[parts].sum(axis=1, skipna=False).where(alive)
    frame = pd.DataFrame(sums).rename_axis("ds").reset_index()
    long = frame.melt("ds", var_name="unique_id", value_name="y").dropna(subset="y")
    ordered = long[["unique_id", "ds", "y"]].sort_values(["unique_id", "ds"], ignore_index=True)
    return ordered.astype({"unique_id": "str"})


def nodes(names: Sequence[str]) -> list[str]:
    """All beginnings of the paths, and the paths.

    >>> nodes(["a/chat/fr", "a/mail"])
    ['a', 'a/chat', 'a/chat/fr', 'a/mail']
    """
    found = {"/".join(name.split("/")[:k]) for name in names for k in range(1, name.count("/") + 2)}
    return sorted(found)


def reconcile(
    forecast: pd.DataFrame, *, method: Method = "wls", errors: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Change forecasts of all nodes so that they add up exactly and none is negative.

    Parameters
    ----------
    forecast : DataFrame
        As ``VolumeForecaster.predict`` returns it, for every node of the paths at every time.
    method : {"bottom_up", "wls", "mint"}, default="wls"
        Sums of the lowest forecasts; weights by the width of each 80 % interval; or weights by
        the covariance of past errors, shrunk to its diagonal.
    errors : DataFrame, optional
        For ``mint``: past errors, one column per node, one row per time.

    Returns
    -------
    DataFrame
        The same rows in the same order. Intervals move with their forecast.

    Raises
    ------
    ParameterError, SchemaError

    References
    ----------
    Wickramasuriya, S., Athanasopoulos, G. and Hyndman, R. (2019), Optimal forecast
    reconciliation for hierarchical and grouped time series through trace minimization;
    Schäfer, J. and Strimmer, K. (2005), A shrinkage approach to covariance estimation.
    """
    if method not in _METHODS:
        raise ParameterError(
            f"The 'method' parameter of reconcile must be one of {', '.join(_METHODS)}. "
            f"Got {method!r} instead."
        )
    if not len(forecast):
        return forecast.copy()
    names = sorted(forecast["unique_id"].unique().tolist())
    means = forecast.pivot(index="unique_id", columns="ds", values="yhat").reindex(names)
    _check_complete(names, means)
    found = pd.DataFrame(0.0, index=means.index, columns=means.columns)
    for root in sorted({name.split("/")[0] for name in names}):
        tree = [name for name in names if name == root or name.startswith(f"{root}/")]
        table = means.loc[tree].to_numpy(dtype=np.float64)
        spread = _spread(forecast, tree, method, errors)
        found.loc[tree] = _coherent(tree, table, method, spread)
    return _moved(forecast, found)


def _coherent(tree: list[str], table: Floats, method: Method, spread: Floats) -> Floats:
    """Reconciled forecasts of one tree, shape (nodes, times)."""
    lowest = _lowest(tree)
    sums = np.array(
        [[low == node or low.startswith(f"{node}/") for low in lowest] for node in tree]
    )
    if method == "bottom_up" or len(tree) == len(lowest):
        bottom = table[[tree.index(low) for low in lowest]]
    else:
        weighed = np.linalg.solve(spread, sums.astype(np.float64))
        bottom = np.linalg.solve(sums.T @ weighed, weighed.T @ table)
    return _exact_sums(tree, lowest, np.maximum(bottom, 0.0))


def _exact_sums(tree: list[str], lowest: list[str], bottom: Floats) -> Floats:
    """Sum level by level, so that each node is exactly the floating sum of its children."""
    values = dict(zip(lowest, bottom, strict=True))
    for node in sorted(tree, key=lambda name: -name.count("/")):
        if node not in values:
            depth = node.count("/") + 1
            children = [n for n in tree if n.startswith(f"{node}/") and n.count("/") == depth]
            values[node] = np.sum([values[child] for child in children], axis=0)
    return np.stack([values[node] for node in tree])


def _spread(
    forecast: pd.DataFrame, tree: list[str], method: Method, errors: pd.DataFrame | None
) -> Floats:
    """Covariance of the errors of a tree's forecasts, shape (nodes, nodes)."""
    if method == "mint":
        if errors is None or not set(tree) <= set(errors.columns):
            raise ParameterError(
                "The 'errors' parameter of reconcile must hold past errors with a column for each "
                f"node when method='mint'. Got {'none' if errors is None else 'fewer'} instead."
            )
        return _shrunk(errors[tree].dropna().to_numpy(dtype=np.float64))
    if method == "wls" and "yhat-hi-80" in forecast.columns:
        wide = forecast["yhat-hi-80"] - forecast["yhat-lo-80"]
        mean = (wide / _Z80).pow(2).groupby(forecast["unique_id"]).mean().reindex(tree)
        return np.diag(np.maximum(mean.to_numpy(dtype=np.float64), _TINY))
    # Without intervals a node counts as the sum of equally uncertain parts.
    return np.diag([float(sum(low.startswith(n) for low in _lowest(tree))) for n in tree])


def _shrunk(errors: Floats) -> Floats:
    """Covariance drawn to its diagonal by the share that minimises the expected squared error."""
    rows = len(errors)
    if rows < 3:
        raise ParameterError(
            "The 'errors' parameter of reconcile must hold 3 rows or more without gaps. "
            f"Got {rows} instead."
        )
    scaled = errors - errors.mean(axis=0)
    deviation = np.maximum(scaled.std(axis=0), _TINY)
    scaled = scaled / deviation
    products = scaled[:, :, None] * scaled[:, None, :]
    correlation = products.mean(axis=0)
    noise = products.var(axis=0) / (rows - 1)
    off = ~np.eye(errors.shape[1], dtype=bool)
    share = float(np.clip(noise[off].sum() / max((correlation[off] ** 2).sum(), _TINY), 0.05, 1))
    drawn = np.where(off, (1 - share) * correlation, 1.0)
    return drawn * deviation[:, None] * deviation[None]


def _moved(forecast: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Forecast frame with new means; intervals keep their distance, never below zero."""
    rows = found.index.get_indexer(pd.Index(forecast["unique_id"]))
    columns = found.columns.get_indexer(pd.Index(forecast["ds"]))
    mean = found.to_numpy()[rows, columns]
    moved = forecast.copy()
    for name in [c for c in forecast.columns if str(c).startswith(("yhat-lo-", "yhat-hi-"))]:
        moved[name] = np.maximum(forecast[name] - forecast["yhat"] + mean, 0.0)
    moved["yhat"] = mean
    return moved


def _lowest(tree: Sequence[str]) -> list[str]:
    return [name for name in tree if not any(other.startswith(f"{name}/") for other in tree)]


def _check_lowest(names: Sequence[str]) -> None:
    inner = sorted(set(nodes(names)) & set(names) - set(_lowest(names)))
    if inner:
        raise SchemaError(
            f"The 'unique_id' column of volume must name lowest series only. Got {inner[0]!r}, "
            "which is the beginning of another, instead: leave sums out.",
            table="volume",
            column="unique_id",
        )


def _check_complete(names: list[str], means: pd.DataFrame) -> None:
    missing = sorted(set(nodes(names)) - set(names))
    if missing:
        raise SchemaError(
            f"The forecasts must hold every node of the paths. Got none for {missing[0]!r}: fit on "
            "reconcile.with_sums(volume).",
            table="forecasts",
            column="unique_id",
        )
    if means.isna().to_numpy().any():
        first = str(means.index[means.isna().any(axis=1).to_numpy()][0])
        raise SchemaError(
            f"The forecasts must cover the same times. Got fewer for {first!r}: its history ends "
            "at another time or leaves other hours out.",
            table="forecasts",
            column="ds",
        )
