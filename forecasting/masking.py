"""Zeros that nobody observed: outages stored as zeros, and the time before a client came."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# An all-zero run in place of this many contacts does not happen by chance.
_IMPLAUSIBLE = 20.0
# A client silent for eight weeks at the end has left; its zeros are real.
_LEFT_DAYS = 56


def mask_outages(values: Floats, weekday: NDArray[np.int64]) -> Floats:
    """Return the values with implausible runs of zeros as missing.

    A run is implausible when it lasts a day or more and the weekly profile expects at least
    20 contacts in its place. A run of eight weeks or more up to the end stays.

    Parameters
    ----------
    values : array, shape (n, days, slots)
        NaN where missing.
    weekday : array of int, shape (days,)

    Returns
    -------
    array, shape (n, days, slots)
        A copy.
    """
    masked = values.copy()
    known = np.isfinite(values)
    seen: NDArray[np.bool_] = np.asarray(known.any(axis=2))
    total = np.where(known, values, 0.0).sum(axis=2)
    silent = seen & (total == 0)
    for row in np.flatnonzero(silent.any(axis=1)):
        expected = _expected(values[row], silent[row], weekday)
        for start, stop in _runs(silent[row] | ~seen[row]):
            left = stop == len(weekday) and stop - start >= _LEFT_DAYS
            if not left and expected[start:stop].sum() >= _IMPLAUSIBLE:
                _mask_run(masked[row], start, stop)
    return masked


def _expected(values: Floats, silent: NDArray[np.bool_], weekday: NDArray[np.int64]) -> Floats:
    """Contacts expected of each silent day: the median of its weekday on other days."""
    total = np.where(silent, np.nan, np.nansum(values, axis=1))
    total[~np.isfinite(values).any(axis=1)] = np.nan
    expected = np.zeros(len(weekday))
    for day in range(7):
        own = (weekday == day) & silent
        others = total[(weekday == day) & np.isfinite(total)]
        # A weekday that is mostly silent is a day off, not an outage each time.
        if (len(others) >= 2 and len(others) >= 0.5 * own.sum()) or own.sum() > 2 * _LEFT_DAYS // 7:
            expected[own] = float(np.median(others)) if len(others) else 0.0
    return expected


def _mask_run(values: Floats, start: int, stop: int) -> None:
    """Mask whole days, and the zeros that lead into the run and out of it."""
    values[start:stop] = np.nan
    flat, slots = values.reshape(-1), values.shape[1]
    before = start * slots - 1
    while before >= 0 and flat[before] == 0:
        flat[before] = np.nan
        before -= 1
    after = stop * slots
    while after < len(flat) and flat[after] == 0:
        flat[after] = np.nan
        after += 1


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.r_[False, mask, False].astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
