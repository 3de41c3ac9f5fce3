"""History by local day and slot: what models see, free of summer time."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecasting.calendar import is_holiday
from forecasting.panel import Panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_FIRST_WEEKDAY = 3


@dataclass(frozen=True)
class Wall:
    """Values by local day and slot.

    Parameters
    ----------
    values : array, shape (n, days, slots)
        NaN where missing, closed, or not yet come.
    first_day : int
        Days since 1970-01-01 of the first day.
    cut : int
        Last slot of the last day that has come.
    country : str
        For holidays.
    late : int
        Seconds by which slots begin after the local ones, in zones of half an hour.
    """

    values: Floats
    first_day: int
    cut: int
    country: str = ""
    late: int = 0

    @property
    def days(self) -> int:
        """Days of the history, the last one perhaps in part."""
        return self.values.shape[1]

    @property
    def slots(self) -> int:
        """Slots of a day."""
        return self.values.shape[2]

    def day_numbers(self, ahead: int = 0) -> Ints:
        """Days since 1970-01-01, of the history and ``ahead`` days more."""
        return self.first_day + np.arange(self.days + ahead, dtype=np.int64)

    def weekdays(self, ahead: int = 0) -> Ints:
        """Monday is 0."""
        return (self.day_numbers(ahead) + _FIRST_WEEKDAY) % 7

    def holidays(self, ahead: int = 0) -> NDArray[np.bool_]:
        """Public holidays of the country."""
        return is_holiday(self.day_numbers(ahead), self.country)

    def with_values(self, values: Floats) -> "Wall":
        """Return the same days with other values."""
        return replace(self, values=values)


def wall_of(panel: Panel) -> Wall:
    """Lay a panel out by local day and slot.

    An hour that autumn shows twice counts with its mean; the one that spring skips is missing.
    """
    clock = panel.clock()
    first, slots = int(clock.day[0]), panel.per_day
    flat = (clock.day - first) * slots + clock.slot
    days = int(clock.day[-1]) - first + 1
    values = np.full((len(panel.names), days * slots), np.nan)
    again = np.r_[False, flat[1:] <= np.maximum.accumulate(flat)[:-1]]
    values[:, flat[~again]] = panel.values[:, ~again]
    if again.any():
        twice = np.stack([values[:, flat[again]], panel.values[:, again]])
        known = np.isfinite(twice)
        mean = np.where(known, twice, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        values[:, flat[again]] = np.where(known.any(axis=0), mean, np.nan)
    shape = (len(panel.names), days, slots)
    last, late = int(clock.slot[-1]), int(clock.late[-1])
    return Wall(values.reshape(shape), first, last, panel.place.country, late)
