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
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Method = Literal["bottom_up", "wls", "mint"]
_METHODS = ("bottom_up", "wls", "mint")
_Z80 = 2.563
_TINY = 1e-6
_DAY = 86_400
# Weeks looked at on each side for rows of a slot, and the fewest of them with any row.
_WEEKS, _LEAST_WEEKS = 4, 2


def with_sums(volume: pd.DataFrame) -> pd.DataFrame:
    """Add the sums of all beginnings of the paths to the long frame of the lowest series.

    Parameters
    ----------
    volume : DataFrame
        ``unique_id, ds, y``. A part adds zero where it is closed: in slots of the week for which
        it had no row in the four weeks before, or after, though it had others. It adds nothing
        before its first row and after its last. Where it is missing otherwise the sum is missing
        too, because missing is not zero.

    Returns
    -------
    DataFrame
        With the rows of ``client``, ``client/channel`` and so on, at times at which one of their
        parts has a row; sorted.

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
    known = wide.notna()
    inner = known.cummax() & known[::-1].cummax()[::-1]
    filled = wide.mask(~known & (~inner | _closed(known)), 0.0)
    sums = {}
    for node in nodes(names):
        parts = [name for name in names if name == node or name.startswith(f"{node}/")]
        sums[node] = filled[parts].sum(axis=1, skipna=False).where(known[parts].any(axis=1))
    frame = pd.DataFrame(sums).rename_axis("ds").reset_index()
    long = frame.melt("ds", var_name="unique_id", value_name="y").dropna(subset="y")
    ordered = long[["unique_id", "ds", "y"]].sort_values(["unique_id", "ds"], ignore_index=True)
    return ordered.astype({"unique_id": "str"})


def _closed(known: pd.DataFrame) -> pd.DataFrame:
    """Tell at which times each series is closed: its slot had no rows in weeks around."""
    seconds = pd.DatetimeIndex(known.index).as_unit("s").astype("int64").to_numpy()
    found = np.zeros(known.shape, dtype=bool)
    if len(seconds) > 1:
        step = int(np.diff(seconds).min())
        # Days that begin at local midnight are 23 or 25 hours apart twice a year.
        step = _DAY if step // 3600 >= 23 else step
        position = np.rint((seconds - seconds[0]) / step).astype(np.int64)
        for column, name in enumerate(known.columns):
            seen = known[name].to_numpy()
            if not seen.all():
                found[:, column] = _without_rows(position, seen, 7 * _DAY // step)
    return pd.DataFrame(found, index=known.index, columns=known.columns)


def _without_rows(position: Ints, seen: Flags, week: int) -> Flags:
    """Whether a slot had no row in weeks before, or after, in which there were others."""
    had = np.zeros(int(position[-1]) + 1, dtype=bool)
    had[position] = seen
    so_far = np.r_[0, np.cumsum(had)]
    found = np.zeros(len(position), dtype=bool)
    for side in (-1, 1):
        weeks, rows = np.zeros(len(position), dtype=np.int64), np.zeros(len(position), dtype=bool)
        for k in range(1, _WEEKS + 1):
            at = position + side * k * week
            begin, end = (np.clip(at + half, 0, len(had)) for half in (-week // 2, week // 2 + 1))
            inside = (at >= 0) & (at < len(had))
            weeks += so_far[end] > so_far[begin]
            rows |= inside & had[np.clip(at, 0, len(had) - 1)]
        found |= (weeks >= _LEAST_WEEKS) & ~rows
    return found


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
        As ``VolumeForecaster.predict(until=…)`` returns it, for every node of the paths at every
        time. A lowest series whose forecast and interval are zero is closed then, and stays zero.
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
    _check_nodes(names)
    zero = forecast.filter(regex="^yhat").eq(0).all(axis=1) & ("yhat-hi-80" in forecast.columns)
    shut = forecast.assign(zero=zero).pivot(index="unique_id", columns="ds", values="zero")
    found = pd.DataFrame(0.0, index=means.index, columns=means.columns)
    for root in sorted({name.split("/")[0] for name in names}):
        tree = [name for name in names if name == root or name.startswith(f"{root}/")]
        times = _common_times(means.loc[tree])
        table = means.loc[tree, times].to_numpy(dtype=np.float64)
        spread = _spread(forecast, tree, method, errors)
        closed = shut.loc[tree, times].to_numpy(dtype=bool)
        found.loc[tree, times] = _coherent(tree, table, closed, method, spread)
    return _moved(forecast, found)


def _coherent(
    tree: list[str], table: Floats, closed: Flags, method: Method, spread: Floats
) -> Floats:
    """Reconciled forecasts of one tree, shape (nodes, times)."""
    lowest = _lowest(tree)
    rows = [tree.index(low) for low in lowest]
    sums = np.array(
        [[low == node or low.startswith(f"{node}/") for low in lowest] for node in tree]
    )
    if method == "bottom_up" or len(tree) == len(lowest):
        return _exact_sums(tree, lowest, np.maximum(table[rows], 0.0))
    bottom = np.zeros((len(lowest), table.shape[1]))
    patterns, which = np.unique(~closed[rows].T, axis=0, return_inverse=True)
    for number, is_open in enumerate(patterns):
        if is_open.any():
            at = np.flatnonzero(which.reshape(-1) == number)
            part = sums[:, is_open]
            # Nodes of which every part is closed have nothing to say.
            alive = np.flatnonzero(part.any(axis=1))
            part, own = part[alive].astype(np.float64), table[np.ix_(alive, at)]
            weighed = np.linalg.solve(spread[np.ix_(alive, alive)], part)
            solved = np.linalg.solve(part.T @ weighed, weighed.T @ own)
            bottom[np.ix_(np.flatnonzero(is_open), at)] = solved
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


def _check_nodes(names: list[str]) -> None:
    missing = sorted(set(nodes(names)) - set(names))
    if missing:
        raise SchemaError(
            f"The forecasts must hold every node of the paths. Got none for {missing[0]!r}: fit on "
            "reconcile.with_sums(volume).",
            table="forecasts",
            column="unique_id",
        )


def _common_times(means: pd.DataFrame) -> pd.Index:
    """Return the times of a tree's forecasts, which all of its nodes must have."""
    known = means.notna()
    times = means.columns[known.any(axis=0).to_numpy()]
    fewer = ~known[times].all(axis=1).to_numpy()
    if fewer.any():
        raise SchemaError(
            "The forecasts of a tree must cover the same times. Got fewer for "
            f"{str(means.index[fewer][0])!r}: its history ends at another time or leaves closed "
            "hours out. Forecast with predict(until=...), which gives all of them the same times.",
            table="forecasts",
            column="ds",
        )
    return times
