"""Lasting shifts of a series' level: found, and the days before them brought to the new level.

A client that doubles or halves from one day to the next would be forecast for months from a mean
of both levels. Days before such a shift are scaled to what came after it, before anything else is
learned, so that profiles, backtest and intervals see one level.

Up to four weeks after a day are compared with up to four weeks before it, both against the usual
week. A shift is believed from seven observed days on when it

- lies so far beyond counting noise, and beyond what weeks of this series differ by anyway, that
  the most extreme of all days of a history would not reach it by chance;
- shows in each third of both stretches: an outage, a busy day or a slow drift is none;
- has not gone back in the four weeks that followed, nor in the last four weeks;
- was not there around the same days a year before: a season is none.

Missing days, known events, public holidays with the days between near ones, and three weeks at the
turn of the year count for nothing. Shifts of more than half a year ago are left alone: the days
since have replaced them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from forecasting.profile import usual_week
from forecasting.wall import Wall

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# Days compared on each side, and how many of them must have been observed.
_STRETCH = 28
_LEAST_BEFORE, _LEAST_AFTER = 14, 7
_THIRDS = 3
# Fewer on both sides together are too few to tell.
_LEAST_CONTACTS = 50
# Smallest shift, as a logarithm: a quarter more, a fifth less.
_LEAST_STEP = float(np.log(1.25))
# In standard errors, by which the largest of some hundred days is not reached by chance.
_STRICT = 5.0
# Weeks differ by at least this share, beside counting noise.
_LEAST_EXCESS = 0.05
# Part of the shift that each third, and the four weeks that followed, must show.
_SHOWN = 0.5
_AS_CLEAR = 0.95
_RANGE = (0.05, 20.0)
_MOST_SHIFTS = 6
_RECENT_DAYS = 182
# Seasons come back within two weeks of the day they came a year before.
_YEAR, _YEAR_SLACK = 364, 14
# Holidays at most this many days apart are one holiday season.
_SEASON_DAYS = 8
# Series looked at together: bounds memory.
_CHUNK = 1000


@dataclass(frozen=True)
class Shift:
    """One shift of a series.

    Parameters
    ----------
    series : int
        Row of the series in its panel.
    day : int
        Position of the first day at the new level.
    factor : float
        New level over old.
    """

    series: int
    day: int
    factor: float


def find_shifts(wall: Wall, quiet: Bools | None = None) -> list[Shift]:
    """Find the shifts of each series.

    Parameters
    ----------
    wall : Wall
    quiet : array of bool, shape (n, days, slots), default=None
        Slots without a known event; None for all.

    Returns
    -------
    list of Shift
        By series and day.

    References
    ----------
    Page, E. (1954), Continuous inspection schemes; Vostrikova, L. (1981), Detecting disorder in
    multidimensional random processes (one shift after the other).
    """
    usual, days = np.nan_to_num(usual_week(wall)), np.flatnonzero(~_seasons(wall))
    if len(days) < _LEAST_BEFORE + _LEAST_AFTER:
        return []
    weekday = wall.weekdays()[days]
    found: list[Shift] = []
    for begin in range(0, len(wall.values), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        values = wall.values[part][:, days]
        known = np.isfinite(values)
        if quiet is not None:
            known &= quiet[part][:, days]
        came = np.where(known, values, 0.0).sum(axis=2)
        expected = (known * usual[part][:, weekday]).sum(axis=2)
        found += [
            replace(one, series=begin + one.series, day=int(days[one.day]))
            for one in _search(came, expected, days)
        ]
    return sorted(found, key=lambda shift: (shift.series, shift.day))


def levelled(wall: Wall, shifts: Sequence[Shift]) -> Wall:
    """Scale the days before each shift to the level after it."""
    if not shifts:
        return wall
    values = wall.values.copy()
    for shift in shifts:
        values[shift.series, : shift.day] *= shift.factor
    return wall.with_values(values)


def counted_as(
    series: Ints, day: Ints, walls: Sequence[Wall], shifts: Sequence[Sequence[Shift]]
) -> Floats:
    """Factor by which each row was scaled, so that its counting noise is known, shape (m,).

    Parameters
    ----------
    series, day : array of int, shape (m,)
        Series counted on from wall to wall, and days since 1970-01-01.
    walls, shifts : sequences of equal length
    """
    factor, offset = np.ones(len(series)), 0
    for wall, own in zip(walls, shifts, strict=True):
        for shift in own:
            before = (series == offset + shift.series) & (day < wall.first_day + shift.day)
            factor[before] *= shift.factor
        offset += len(wall.values)
    return factor


def _search(came: Floats, expected: Floats, days: Ints) -> list[Shift]:
    """Take the clearest shift of each series, level the days before it, and look again."""
    found: list[Shift] = []
    rows = np.arange(len(came))
    for _ in range(_MOST_SHIFTS):
        day, step = _clearest(_Stretches(came, expected, days))
        hit = step != 0
        rows, came, expected, day = rows[hit], came[hit], expected[hit], day[hit]
        if not len(rows):
            break
        factor = np.clip(np.exp(step[hit]), *_RANGE)
        found += [
            Shift(int(row), int(at), float(by))
            for row, at, by in zip(rows, day, factor, strict=True)
        ]
        before = np.arange(came.shape[1]) < day[:, None]
        came = np.where(before, came * factor[:, None], came)
    return found


class _Stretches:
    """What came against the usual, on both sides of each day; arrays of shape (n, days)."""

    def __init__(self, came: Floats, expected: Floats, position: Ints) -> None:
        days = came.shape[1]
        self._sums = [_running(x) for x in (came, expected, (expected > 0).astype(np.float64))]
        self.position, self.day = position, np.arange(days)
        self.stop = np.minimum(self.day + _STRETCH, days)
        self.start = np.maximum(self.day - _STRETCH, 0)
        self.before = self.level(self.start, self.day)
        self.step = self.level(self.day, self.stop) - self.before
        self.enough = self.seen(self.day, self.stop) >= _LEAST_AFTER
        self.enough &= self.seen(self.start, self.day) >= _LEAST_BEFORE
        self.enough &= self._of(0, self.start, self.stop) >= _LEAST_CONTACTS

    def _of(self, which: int, start: Ints, stop: Ints) -> Floats:
        return np.asarray(self._sums[which][:, stop] - self._sums[which][:, start])

    def seen(self, start: Ints, stop: Ints) -> Floats:
        """Observed days."""
        return self._of(2, start, stop)

    def level(self, start: Ints, stop: Ints) -> Floats:
        """Logarithm of what came over what is usual; half a contact keeps it finite."""
        return np.log((self._of(0, start, stop) + 0.5) / (self._of(1, start, stop) + 0.5))

    def counting(self) -> Floats:
        """Variance of the step by counting noise, if there were no shift."""
        after, before = self._of(1, self.day, self.stop), self._of(1, self.start, self.day)
        rate = (self._of(0, self.start, self.stop) + 0.5) / (after + before + 0.5)
        return 1 / (rate * after + 0.5) + 1 / (rate * before + 0.5)

    def excess(self) -> Floats:
        """Variance by which neighbouring weeks differ beside counting noise, shape (n, 1)."""
        middle = np.arange(7, len(self.day) - 6)
        gaps = np.abs(self.level(middle, middle + 7) - self.level(middle - 7, middle))
        contacts = [self._of(0, middle - 7, middle) + 0.5, self._of(0, middle, middle + 7) + 0.5]
        seen = (self.seen(middle - 7, middle) > 0) & (self.seen(middle, middle + 7) > 0)
        usual = _median(gaps, seen) * 1.4826
        noise = _median(1 / contacts[0] + 1 / contacts[1], seen)
        # Few weeks tell little of their spread: only what is clearly more than chance counts.
        chance = noise * (1 + 2 / np.sqrt(np.maximum(seen.sum(axis=1) / 7, 1)))
        return np.maximum(usual**2 - chance, _LEAST_EXCESS**2)[:, None]

    def least_gap(self) -> Floats:
        """How far the thirds of both stretches lie apart in the direction of the step."""
        after, before = self._thirds(self.day, self.stop), self._thirds(self.start, self.day)
        up, down = after.min(axis=0) - before.max(axis=0), before.min(axis=0) - after.max(axis=0)
        return np.where(self.step > 0, up, down)

    def apart(self) -> Floats:
        """Days between the middles of both stretches, in stretches; above 1 across a season."""
        far = self._middle(self.day, self.stop) - self._middle(self.start, self.day)
        return np.maximum(far / _STRETCH, 1.0)

    def _middle(self, start: Ints, stop: Ints) -> Floats:
        """Mean position of the days of a stretch."""
        sums = np.r_[0, np.cumsum(self.position)]
        return (sums[stop] - sums[start]) / np.maximum(stop - start, 1)

    def _thirds(self, start: Ints, stop: Ints) -> Floats:
        edges = [start + (stop - start) * i // _THIRDS for i in range(_THIRDS + 1)]
        whole = self.level(start, stop)
        return np.stack(
            [np.where(self.seen(*pair) > 0, self.level(*pair), whole) for pair in pairwise(edges)]
        )

    def kept(self) -> Floats:
        """Smaller step to the four weeks that followed, and to the last four, where known."""
        days = len(self.day)
        last = np.full(days, max(days - _STRETCH, 0))
        found = np.abs(self.step)
        for start in (self.stop, np.maximum(last, self.day)):
            stop = np.minimum(start + _STRETCH, days)
            later = np.sign(self.step) * (self.level(start, stop) - self.before)
            known = self.seen(start, stop) >= _LEAST_AFTER
            found = np.where(known, np.minimum(found, later), found)
        return found

    def year_ago(self) -> Floats:
        """Largest step in the same direction around the day a year before; 0 where unknown."""
        same = np.searchsorted(self.position, self.position - _YEAR)
        known, around = np.where(self.enough, self.step, 0.0), 2 * _YEAR_SLACK + 1
        up, down = maximum_filter1d(known, around, axis=1), -minimum_filter1d(known, around, axis=1)
        found = np.where(self.step > 0, up[:, same], down[:, same])
        return np.where(self.position >= _YEAR + self.position[0], found, 0.0)


def _clearest(around: _Stretches) -> tuple[Ints, Floats]:
    """Day and step of the clearest shift of each series; a step of 0 for none."""
    step, size = around.step, np.abs(around.step)
    clear = size / np.sqrt(around.counting() + around.excess())
    believed = around.enough & (around.position[-1] - around.position < _RECENT_DAYS)
    # Across weeks that do not count a mere slope makes a larger step.
    believed &= (size >= _LEAST_STEP * around.apart()) & (clear >= _STRICT)
    believed &= around.least_gap() >= _SHOWN * size
    believed &= around.kept() >= _SHOWN * size
    believed &= around.year_ago() < _SHOWN * size
    # Clearer a day later: the day itself is still at the old level.
    believed[:, :-1] &= clear[:, :-1] >= _AS_CLEAR * clear[:, 1:]
    best = np.where(believed, clear, 0.0)
    day, rows = best.argmax(axis=1), np.arange(len(best))
    return day, np.where(best[rows, day] > 0, step[rows, day], 0.0)


def _seasons(wall: Wall) -> Bools:
    """Holidays with the days between two near ones, and three weeks at the turn of the year."""
    found, days = wall.holidays(), np.flatnonzero(wall.holidays())
    for first, second in pairwise(days.tolist()):
        if second - first <= _SEASON_DAYS:
            found[first:second] = True
    dates = pd.DatetimeIndex(wall.day_numbers().astype("datetime64[D]"))
    month, day = dates.month.to_numpy(), dates.day.to_numpy()
    return np.asarray(found | ((month == 12) & (day >= 18)) | ((month == 1) & (day <= 8)))


def _running(values: Floats) -> Floats:
    """Sum up to each day, from none on."""
    return np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0)))


def _median(values: Floats, known: Bools) -> Floats:
    """Median of what is known in each row; 0 where nothing is."""
    last = np.sort(np.where(known, values, np.inf), axis=1)
    middle = np.maximum(known.sum(axis=1) - 1, 0) // 2
    found = last[np.arange(len(last)), middle]
    return np.where(np.isfinite(found), found, 0.0)
