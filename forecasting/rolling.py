"""Look at every origin of the history as if it were now: forecasts and what was known then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.kin import Labels, shares_of, together
from forecasting.level import LevelSettings, day_features, day_levels
from forecasting.profile import WeekState, usual_week, week_profile
from forecasting.wall import Wall

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_TINY = 1e-9
# Contacts that the pooled week of all series weighs beside a series' own.
_PRIOR = 10.0
_WEEKS = 8
# Parts of a day that have an error size of their own.
PARTS = 24
_LONGEST = 730


@dataclass(frozen=True)
class Base:
    """One profile forecast: a smoothed week times the level of the day.

    Parameters
    ----------
    half_life : float
        Weeks after which a day counts half in the week profile.
    level : LevelSettings
    """

    half_life: float
    level: LevelSettings


RECENT = Base(2.0, LevelSettings(half_life=60, ridge=3, month=False))
STEADY = Base(8.0, LevelSettings(half_life=90, ridge=2, month=True))
LONG = Base(26.0, LevelSettings(half_life=365, ridge=10, month=True, year=True))
BASES = (RECENT, STEADY, LONG)


@dataclass(frozen=True)
class Origin:
    """What one origin sees and forecasts.

    Parameters
    ----------
    day : int
        Position of its last day in the history.
    bases : array, shape (bases + 1, n, steps)
        The profile forecasts, then that from the group if asked for; the last one is the mean
        of the same slot over eight weeks.
    features : array of float32, shape (n, steps, p)
    ahead : array of int, shape (steps,)
        Days after the origin's day.
    bucket : array of int, shape (steps,)
        Part of the day, apart for days off: slots that err alike.
    truth : array, shape (n, steps)
        NaN where unknown.
    """

    day: int
    bases: Floats
    features: NDArray[np.float32]
    ahead: Ints
    bucket: Ints
    truth: Floats


def origins(
    wall: Wall,
    shape: Floats,
    positions: Sequence[int],
    steps: int,
    labels: Labels | None = None,
) -> Iterator[Origin]:
    """Yield origins at the given days, each cut at the slot where the history ends.

    Parameters
    ----------
    wall : Wall
    shape : array, shape (7, slots)
        Week of all series together.
    positions : sequence of int
        Days, rising; ``wall.days - 1`` is the end of the history.
    steps : int
        Slots to forecast.
    labels : array of int or None, default=None
        Of ``kin_groups``: then there is one more profile forecast, each series' share of what
        its group brings.
    """
    days_ahead = -(-(steps + wall.cut + 1) // wall.slots)
    view = _View(wall, shape, days_ahead, steps)
    kin = None if labels is None else _Kin(view, labels)
    for position in positions:
        view.reach(position)
        yield view.origin(position, None if kin is None else kin.base(position))


class _View:
    """Holds what all origins share."""

    def __init__(self, wall: Wall, shape: Floats, days_ahead: int, steps: int) -> None:
        self.wall, self.shape, self.days_ahead, self.steps = wall, shape, days_ahead, steps
        self.weekday, self.holiday = wall.weekdays(days_ahead), wall.holidays(days_ahead)
        day = wall.day_numbers(days_ahead)
        self.features = [
            day_features(day, self.holiday, _allowed(base.level, wall)) for base in BASES
        ]
        self.calendar = _calendar_columns(day, self.weekday, self.holiday, wall.days >= 400)
        self.totals = np.nansum(wall.values, axis=2)
        self.usual = np.nan_to_num(usual_week(wall))
        self.share = _observed_share(wall.values, self.usual[:, wall.weekdays()])
        self.states = [WeekState(len(wall.values), wall.slots, base.half_life) for base in BASES]
        self.taken = 0

    def reach(self, position: int) -> None:
        """Take in the days before a position."""
        for day in range(self.taken, position):
            if not self.holiday[day]:
                for state in self.states:
                    state.add(self.wall.values[:, day], int(self.weekday[day]))
        self.taken = max(position, self.taken)

    def known(self, day: int) -> tuple[Floats, Floats, Floats]:
        """Values of the origin's day, and totals and observed shares of the days up to it."""
        today = self.wall.values[:, day].copy()
        today[:, self.wall.cut + 1 :] = np.nan
        totals, share = self.totals[:, : day + 1].copy(), self.share[:, : day + 1].copy()
        totals[:, day] = np.nansum(today, axis=1)
        share[:, day] = _observed_share(today[:, None], self.usual[:, self.weekday[[day]]])[:, 0]
        return today, totals, share

    def profiles(self, day: int, known: tuple[Floats, Floats, Floats]) -> list[Floats]:
        """Forecasts of the rest of the day and the days ahead, shape (n, days + 1, slots)."""
        today, totals, share = known
        return [
            self._base(state, base, features, today, day, totals, share)
            for state, base, features in zip(self.states, BASES, self.features, strict=True)
        ]

    def origin(self, day: int, kin: Floats | None = None) -> Origin:
        """Give what is forecast from a day, and what was known then."""
        cut, known = self.wall.cut, self.known(day)
        today, totals, share = known
        bases = self.profiles(day, known)
        if kin is not None:
            bases.append(kin)
        past = self._same_slots(day, today)
        mean = _nanmean(past[:_WEEKS])
        bases.append(np.where(np.isfinite(mean), mean, bases[0]))
        stretch = slice(cut + 1, cut + 1 + self.steps)
        tables = np.stack(bases).reshape(len(bases), len(today), -1)[:, :, stretch]
        flat = past.reshape(len(past), len(today), -1)[:, :, stretch]
        return Origin(
            day,
            tables,
            self._features(tables, flat, day, totals, share),
            self._spread(np.arange(self.days_ahead + 1))[stretch],
            self._buckets(day)[stretch],
            self._truth(day)[:, stretch],
        )

    def _base(
        self,
        state: WeekState,
        base: Base,
        features: Floats,
        today: Floats,
        day: int,
        totals: Floats,
        share: Floats,
    ) -> Floats:
        """Forecast of the rest of the day and the days ahead, shape (n, days + 1, slots)."""
        seen = state.copy()
        if not self.holiday[day]:
            seen.add(today, int(self.weekday[day]))
        week = week_profile(seen, self.shape, _PRIOR)
        begin = max(0, day + 1 - _LONGEST)
        usual = week.sum(axis=2)[:, self.weekday[: day + 1]] * share
        levels = day_levels(
            totals[:, begin:],
            usual[:, begin:],
            features[begin : day + 1 + self.days_ahead],
            base.level,
        )
        return week[:, self.weekday[day : day + self.days_ahead + 1]] * levels[:, :, None]

    def _same_slots(self, day: int, today: Floats) -> Floats:
        """Values of this slot and weekday in past weeks, shape (8, n, days + 1, slots)."""
        ahead = np.arange(self.days_ahead + 1)
        found = np.full((_WEEKS, len(today), len(ahead), self.wall.slots), np.nan)
        for week in range(_WEEKS):
            source = day + ahead - 7 * (np.maximum(-(-ahead // 7), 1) + week)
            inside = source >= 0
            found[week][:, inside] = self.wall.values[:, source[inside]]
            # The day of the origin itself is known up to the cut only.
            found[week][:, source == day] = today[:, None]
        return found

    def _features(
        self, bases: Floats, past: Floats, day: int, totals: Floats, share: Floats
    ) -> NDArray[np.float32]:
        n, steps = bases.shape[1:]
        centre = np.maximum(centre_of(bases), _TINY)
        columns = [*(base / centre for base in bases), past[0] / centre, past[1] / centre]
        columns += [_nanmean(past[:3]) / centre, np.log(centre + 0.01)]
        columns += [
            np.broadcast_to(x[:, None], (n, steps)) for x in self._recent(day, totals, share)
        ]
        stretch = slice(self.wall.cut + 1, self.wall.cut + 1 + steps)
        slot = np.tile(np.arange(self.wall.slots) / self.wall.slots, self.days_ahead + 1)[stretch]
        by_day = [np.arange(self.days_ahead + 1)]
        by_day += [column[day : day + self.days_ahead + 1] for column in self.calendar]
        shared = [slot, *(self._spread(column)[stretch] for column in by_day)]
        columns += [np.broadcast_to(x, (n, steps)) for x in shared]
        return np.stack(columns, axis=2).astype(np.float32)

    def _recent(self, day: int, totals: Floats, share: Floats) -> list[Floats]:
        """How the last day, week and four weeks compare with the eight weeks before."""
        begin = max(0, day - 55)
        usual = totals[:, begin : day + 1].sum(1) / np.maximum(
            share[:, begin : day + 1].sum(1), _TINY
        )
        found = []
        for days in (1, 7, 28):
            recent = slice(max(0, day + 1 - days), day + 1)
            mean = totals[:, recent].sum(1) / np.maximum(share[:, recent].sum(1), _TINY)
            found.append(np.clip(mean / np.maximum(usual, _TINY), 0, 5))
        return found

    def _buckets(self, day: int) -> Ints:
        slots = self.wall.slots
        parts = min(slots, PARTS)
        span = slice(day, day + self.days_ahead + 1)
        off = (self.weekday[span] >= 5) | self.holiday[span]
        part = np.tile(np.arange(slots) * parts // slots, self.days_ahead + 1)
        return self._spread(off.astype(np.int64)) * PARTS + part

    def _truth(self, day: int) -> Floats:
        n = len(self.wall.values)
        known = self.wall.values[:, day : day + self.days_ahead + 1].reshape(n, -1)
        missing = (self.days_ahead + 1) * self.wall.slots - known.shape[1]
        return np.pad(known, ((0, 0), (0, missing)), constant_values=np.nan)

    def _spread(self, by_day: Ints) -> Ints:
        return np.repeat(by_day, self.wall.slots)


class _Kin:
    """Forecasts of groups of series, handed on to their members."""

    def __init__(self, view: _View, labels: Labels) -> None:
        self.wall, self.labels = view.wall, labels
        self.view = _View(together(view.wall, labels), view.shape, view.days_ahead, view.steps)

    def base(self, day: int) -> Floats:
        """Forecast of each series, shape (n, days + 1, slots)."""
        self.view.reach(day)
        values, sums = self.wall.values[:, : day + 1], self.view.wall.values[:, : day + 1].copy()
        # The rest of the origin's day is not known yet.
        sums[:, day, self.wall.cut + 1 :] = np.nan
        mean = np.mean(self.view.profiles(day, self.view.known(day)), axis=0)
        return mean[self.labels] * shares_of(values, sums, self.labels)[:, None, None]


def centre_of(bases: Floats) -> Floats:
    """Give what everything else is measured against.

    The forecast from the group where there is one; else the mean of the profile forecasts.
    """
    if len(bases) > len(BASES) + 1:
        return bases[len(BASES)]
    return bases[: len(BASES)].mean(axis=0)


def _allowed(level: LevelSettings, wall: Wall) -> LevelSettings:
    """Seasons of the year are learned only from more than a year."""
    return replace(level, year=level.year and wall.days >= 400)


def _calendar_columns(
    day: Ints, weekday: Ints, holiday: NDArray[np.bool_], year: bool
) -> list[Ints]:
    dates = pd.DatetimeIndex(day.astype("datetime64[D]"))
    days_left = (dates.days_in_month - dates.day).to_numpy()
    before, after = np.r_[holiday[1:], False], np.r_[False, holiday[:-1]]
    season = dates.day_of_year.to_numpy() if year else np.zeros(len(day))
    columns = [weekday, dates.day.to_numpy(), days_left, season, holiday, before, after]
    return [column.astype(np.int64) for column in columns]


def _observed_share(values: Floats, usual: Floats) -> Floats:
    """Share of a day's usual volume in the slots that were observed, shape (n, days)."""
    known = np.isfinite(values)
    whole = usual.sum(axis=2)
    part = (known * usual).sum(axis=2)
    return np.where(whole > 0, part / np.maximum(whole, _TINY), known.any(axis=2))


def _nanmean(values: Floats) -> Floats:
    """Mean over the first axis of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
