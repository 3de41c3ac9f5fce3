"""A volume frame that can be trusted, or an error that names the rows and the way out."""

import warnings
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError, SchemaError
from data.schema import VOLUME
from data.schema.coerce import TIME_DTYPE

COLUMNS = ("unique_id", "ds", "y")
DAY = 86_400
SHORTEST = 60


def check_volume(volume: pd.DataFrame, *, fractional: bool = False) -> pd.DataFrame:
    """Return ``unique_id, ds, y`` sorted by series and time.

    Parameters
    ----------
    volume : DataFrame
        Long: one row per series and interval that was observed. An interval without a row is
        missing, not zero.
    fractional : bool, default=False
        Whether ``y`` may hold fractions, as workload in hours does.

    Returns
    -------
    DataFrame
        ``ds`` in UTC, ``y`` as float64, with a fresh index.

    Raises
    ------
    SchemaError
        On missing columns, times without a zone, repeated times, and values that are missing,
        negative, infinite or (unless allowed) fractional.
    """
    frame = _typed(volume)
    _check_values(frame, fractional)
    if not len(frame):
        return frame
    gaps = _gaps(frame)
    if (gaps < 0).any():
        frame = frame.sort_values(["unique_id", "ds"], kind="stable")
        gaps = _gaps(frame)
    repeated = gaps == 0
    if repeated.any():
        raise _error(
            "ds",
            "must be unique within a series",
            "Sum the rows of one interval, or drop the repeats.",
            frame.index[repeated],
        )
    return frame.reset_index(drop=True)


def check_levels(level: float | Sequence[float]) -> list[float]:
    """Per cents of intervals, rising; one may come alone.

    Raises
    ------
    ParameterError
        When one is not in (0, 100).
    """
    try:
        levels = sorted({float(one) for one in np.atleast_1d(level)})
    except (TypeError, ValueError):
        levels = [np.nan]
    if not all(0 < one < 100 for one in levels):
        raise ParameterError(
            "The 'level' parameter of predict must hold per cents in (0, 100), such as [80, 95]. "
            f"Got {level!r} instead."
        )
    return levels


def warn_unmatched(parameter: str, keys: Sequence[object], names: Sequence[str]) -> None:
    """Warn when no key is a series, or the beginning of one.

    Parameters
    ----------
    parameter : str
        What was given by key.
    keys : sequence
    names : sequence of str
        ``unique_id`` of the series.
    """
    if not keys or not names:
        return
    beginnings = {"/".join(n.split("/")[:k]) for n in names for k in range(1, n.count("/") + 2)}
    if not beginnings & {str(key) for key in keys}:
        shown = ", ".join(repr(key) for key in list(keys)[:3]) + (", …" if len(keys) > 3 else "")
        warnings.warn(
            f"The '{parameter}' parameter is for {shown}: none of the series, such as "
            f"{names[0]!r}, nor the beginning of one. It changes nothing.",
            UserWarning,
            stacklevel=4,
        )


def step_seconds(times: NDArray[np.int64], name: str) -> int:
    """Length of a series' interval: the most common gap between its times.

    Parameters
    ----------
    times : array of int, shape (n,)
        Seconds, rising.
    name : str
        The series, for the message.

    Returns
    -------
    int
        Seconds; a day when there is only one time.

    Raises
    ------
    SchemaError
        When times do not lie on the grid of that length, or it does not divide a day.
    """
    gaps = np.diff(times)
    if not len(gaps):
        return DAY
    lengths, counts = np.unique(gaps, return_counts=True)
    step = int(lengths[counts.argmax()])
    # Days that begin at local midnight are 23 or 25 hours apart twice a year.
    if step % 3600 == 0 and 23 <= step // 3600 <= 25:
        step = DAY
    if step < SHORTEST or step > DAY or DAY % step:
        raise SchemaError(
            f"The series {name!r} of volume must have intervals of one minute to one day that "
            f"divide a day. Got {step} seconds between most of its times instead: sum it to "
            "such intervals first.",
            table="volume",
            column="ds",
        )
    off = np.flatnonzero(gaps % step) if step < DAY else np.array([], dtype=np.intp)
    if len(off):
        shown = ", ".join(str(pd.Timestamp(times[i + 1], unit="s", tz="UTC")) for i in off[:3])
        raise SchemaError(
            f"The times of the series {name!r} of volume must lie on its grid of {step} seconds. "
            f"Got {shown} instead: round times down to the interval and sum.",
            table="volume",
            column="ds",
        )
    return step


def _typed(volume: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(volume, pd.DataFrame):
        raise ParameterError(
            "The 'volume' parameter must be a DataFrame with unique_id, ds and y. "
            f"Got {type(volume).__name__} instead."
        )
    if not set(COLUMNS) <= set(volume.columns) or not len(volume):
        return VOLUME.validate(volume)[list(COLUMNS)]
    frame = volume[list(COLUMNS)].reset_index(drop=True)
    if pd.api.types.is_datetime64_dtype(frame["ds"]):
        raise _error(
            "ds",
            "must hold times with their zone, such as 2026-03-02T18:41:00Z",
            "Say where they were written: volume['ds'].dt.tz_localize('UTC').",
            range(len(frame)),
        )
    plain = isinstance(frame["ds"].dtype, pd.DatetimeTZDtype)
    plain &= frame["unique_id"].dtype == "str" and not frame["unique_id"].isna().any()
    if not (plain and pd.api.types.is_numeric_dtype(frame["y"])):
        # Row by row: slow, and the only way to name what is wrong with a mixed column.
        return VOLUME.validate(frame)
    if frame["ds"].isna().any():
        raise _error("ds", "must not be empty", "Drop them.", _rows(frame["ds"].isna()))
    frame["ds"] = frame["ds"].astype(TIME_DTYPE)
    frame["y"] = frame["y"].astype("float64")
    return frame


def _check_values(frame: pd.DataFrame, fractional: bool) -> None:
    y = frame["y"].to_numpy()
    if not np.isfinite(y).all():
        raise _error(
            "y",
            "must hold finite numbers",
            "Leave out the rows of intervals nobody observed: a gap is read as missing.",
            np.flatnonzero(~np.isfinite(y)),
        )
    if (y < 0).any():
        raise _error(
            "y",
            "must not be negative: it counts contacts",
            "Correct the export, or leave these rows out.",
            np.flatnonzero(y < 0),
        )
    if not fractional and (y != np.floor(y)).any():
        raise _error(
            "y",
            "must hold whole numbers: it counts contacts",
            "Pass fractional=True for quantities such as hours of work.",
            np.flatnonzero(y != np.floor(y)),
        )


def _gaps(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Time since the row before in the same series; below zero where rows are out of order."""
    codes, names = pd.factorize(frame["unique_id"])
    steps = np.diff(codes, prepend=codes[:1])
    times = frame["ds"].astype("int64").to_numpy()
    gaps = np.diff(times, prepend=times[:1] - 1)
    ordered = bool((names[1:] > names[:-1]).all())
    # A series that begins is in order when it comes after all that came before it.
    return np.where(steps == 0, gaps, 1 if ordered and (steps >= 0).all() else -1)


def _rows(mask: pd.Series) -> NDArray[np.intp]:
    return np.flatnonzero(mask.to_numpy(dtype=bool))


def _error(column: str, wants: str, way_out: str, rows: Iterable[int]) -> SchemaError:
    found = [int(row) for row in rows]
    shown = ", ".join(map(str, found[:5])) + (
        f" and {len(found) - 5} more" if len(found) > 5 else ""
    )
    return SchemaError(
        f"The '{column}' column of volume {wants}. See row {shown} (counted from 0). {way_out}",
        table="volume",
        column=column,
        rows=found,
    )
