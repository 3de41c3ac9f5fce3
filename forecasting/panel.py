"""Series that share a grid as one table, so that models work on all of them at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.calendar import Clock, Place, clock_of
from forecasting.validation import DAY, step_seconds

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """Series of one step, place and last interval.

    Parameters
    ----------
    names : array of str, shape (n,)
    values : array, shape (n, t)
        Oldest first; NaN where missing.
    step : int
        Seconds of an interval.
    last : int
        Start of the last interval, in seconds of the clock that days are counted on: UTC for
        parts of a day, the place's own for whole days.
    place : Place
        Time zone and holidays.
    """

    names: NDArray[np.str_]
    values: Floats
    step: int
    last: int
    place: Place

    @property
    def per_day(self) -> int:
        """Intervals of a day."""
        return DAY // self.step

    @property
    def length(self) -> int:
        """Intervals of the history."""
        return self.values.shape[1]

    def until(self, back: int) -> "Panel":
        """Return the history without its last ``back`` intervals."""
        if back == 0:
            return self
        return replace(self, values=self.values[:, :-back], last=self.last - back * self.step)

    def clock(self, ahead: int = 0) -> Clock:
        """Days and slots of the history and ``ahead`` intervals more."""
        seconds = self.last + self.step * np.arange(1 - self.length, ahead + 1, dtype=np.int64)
        return clock_of(seconds, self.step, self.place)

    def times(self, ahead: int) -> pd.DatetimeIndex:
        """Return the starts of the next ``ahead`` intervals, in UTC."""
        seconds = self.last + self.step * np.arange(1, ahead + 1, dtype=np.int64)
        if self.step < DAY:
            return pd.DatetimeIndex(pd.to_datetime(seconds, unit="s", utc=True))
        local = pd.DatetimeIndex(pd.to_datetime(seconds, unit="s"))
        return local.tz_localize(
            self.place.timezone, ambiguous=np.ones(len(local), dtype=bool),
            nonexistent="shift_forward",
        ).tz_convert("UTC")  # fmt: skip


def panels(volume: pd.DataFrame, places: Mapping[str, Place]) -> Iterator[Panel]:
    """Part a checked volume frame into panels.

    Parameters
    ----------
    volume : DataFrame
        As ``check_volume`` returns it.
    places : mapping of str to Place
        By ``unique_id``.

    Yields
    ------
    Panel
        In a stable order; together they hold every series once.
    """
    if not len(volume):
        return
    # Codes, not names: an array of fixed-width text would be the largest thing in memory.
    codes, names = pd.factorize(volume["unique_id"])
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    ends = np.r_[starts[1:], len(codes)].astype(np.intp)
    seconds = volume["ds"].dt.as_unit("s").astype("int64").to_numpy()
    y = volume["y"].to_numpy(dtype=np.float64)
    groups: dict[tuple[int, int, Place], list[tuple[str, NDArray[np.int64], Floats]]] = {}
    for start, end in zip(starts.astype(np.intp), ends, strict=True):
        name = str(names[codes[start]])
        place, own = places[name], seconds[start:end]
        step = step_seconds(own, name)
        own = local_seconds(own, place) if step == DAY else own
        key = (step, int(own[-1]), place)
        groups.setdefault(key, []).append((name, own, y[start:end]))
    for (step, last, place), members in groups.items():
        yield _panel(step, last, place, members)


def local_seconds(seconds: NDArray[np.int64], place: Place) -> NDArray[np.int64]:
    """Seconds on the clock of a place, of a day's start: midnight stays midnight all year."""
    if place.timezone == "UTC":
        return seconds
    local = pd.to_datetime(seconds, unit="s", utc=True).tz_convert(place.timezone)
    wall = local.tz_localize(None).as_unit("s").astype("int64").to_numpy()
    same = np.unique(wall % DAY).size == 1
    return wall if same else seconds


def _panel(
    step: int,
    last: int,
    place: Place,
    members: list[tuple[str, NDArray[np.int64], Floats]],
) -> Panel:
    length = 1 + max((last - int(times[0])) // step for _, times, _ in members)
    values = np.full((len(members), length), np.nan)
    for row, (_, times, y) in enumerate(members):
        values[row, length - 1 - (last - times) // step] = y
    return Panel(np.array([name for name, _, _ in members]), values, step, last, place)
