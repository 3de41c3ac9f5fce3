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
    day_total = np.where(seen, total, np.nan)
    for row in np.flatnonzero(silent.any(axis=1)):
        most = float(total[row].max())
        for start, stop in _runs(silent[row] | ~seen[row]):
            left = stop == len(weekday) and stop - start >= _LEFT_DAYS
            # No median exceeds the maximum: most runs of small clients are settled here.
            if (stop - start) * most < _IMPLAUSIBLE or left:
                continue
            if _expected(day_total[row], start, stop, weekday) >= _IMPLAUSIBLE:
                _mask_run(masked[row], start, stop)
    return masked


def _expected(total: Floats, start: int, stop: int, weekday: NDArray[np.int64]) -> float:
    """Contacts expected of the silent days of a run: the median of each weekday outside of it.

    A weekday that is mostly silent elsewhere too is a day off, not an outage each time.
    """
    known = np.isfinite(total)
    outside = known.copy()
    outside[start:stop] = False
    expected = 0.0
    for day in np.unique(weekday[start:stop]):
        others = total[outside & (weekday == day)]
        days = int((known[start:stop] & (weekday[start:stop] == day)).sum())
        if len(others) >= 2:
            expected += days * float(np.median(others))
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
