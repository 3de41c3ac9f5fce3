"""Local days and slots, holidays of a country, and opening hours; times are stored in UTC."""

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError

DAY = 86_400
Ints = NDArray[np.int64]
# 1970-01-01 was a Thursday.
_FIRST_WEEKDAY = 3


@dataclass(frozen=True)
class Place:
    """Where a client's customers live.

    Parameters
    ----------
    timezone : str, default="UTC"
        IANA name.
    country : str, default=""
        ISO 3166 code with an optional subdivision, such as ``"DE"`` or ``"DE-BY"``; empty for
        no holidays.
    """

    timezone: str = "UTC"
    country: str = ""


@dataclass(frozen=True)
class Clock:
    """Local day and slot of each interval.

    Parameters
    ----------
    day : array of int, shape (t,)
        Days since 1970-01-01 on the local clock.
    slot : array of int, shape (t,)
        Interval of the local day, from 0. An hour that autumn shows twice has its slots twice.
    per_day : int
        Intervals of a day.
    holiday : array of bool, shape (t,)
    late : array of int, shape (t,)
        Seconds by which each interval begins after its slot does: hours that are counted in UTC
        begin at half past on the clocks of India. Parts of a day only.
    """

    day: Ints
    slot: Ints
    per_day: int
    holiday: NDArray[np.bool_]
    late: Ints

    @property
    def weekday(self) -> Ints:
        """Monday is 0."""
        return (self.day + _FIRST_WEEKDAY) % 7

    @property
    def slot_of_week(self) -> Ints:
        """From 0 at Monday's first slot to ``7 * per_day - 1``."""
        return self.weekday * self.per_day + self.slot

    def part(self, start: int, stop: int) -> "Clock":
        """Return a stretch of the clock."""
        cut = slice(start, stop)
        return Clock(self.day[cut], self.slot[cut], self.per_day, self.holiday[cut], self.late[cut])


def check_timezone(name: str, client: str = "") -> str:
    """Return the name of a zone that exists.

    Parameters
    ----------
    name : str
    client : str, default=""
        Whose zone it is, for the message.

    Raises
    ------
    ParameterError
        When there is no such zone.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError) as error:
        raise ParameterError(
            "The 'timezone' parameter must be an IANA name such as 'Asia/Kolkata'. "
            f"Got {name!r}{_for(client)} instead."
        ) from error
    return name


def clock_of(seconds: Ints, step: int, place: Place) -> Clock:
    """Read the local clock at the start of intervals.

    Parameters
    ----------
    seconds : array of int, shape (t,)
        UTC, but already local for intervals of a day.
    step : int
        Seconds of an interval.
    place : Place
    """
    wall = seconds
    if step < DAY:
        local = pd.to_datetime(seconds, unit="s", utc=True).tz_convert(place.timezone)
        wall = local.tz_localize(None).as_unit("s").astype("int64").to_numpy()
    day = wall // DAY
    slot, late = np.divmod(wall - day * DAY, step)
    late = late if step < DAY else np.zeros_like(late)
    return Clock(day, slot, DAY // step, is_holiday(day, place.country), late)


def is_holiday(day: Ints, country: str) -> NDArray[np.bool_]:
    """Tell which local days are public holidays.

    Parameters
    ----------
    day : array of int
        Days since 1970-01-01.
    country : str
        Such as ``"GB-ENG"``; empty for none.

    Raises
    ------
    ParameterError
        When the country or its subdivision is unknown.
    """
    if not country or not len(day):
        return np.zeros(len(day), dtype=bool)
    years = pd.to_datetime(np.array([day.min(), day.max()]), unit="D").year
    try:
        known = _holidays(country.upper(), int(years[0]), int(years[1]))
    except NotImplementedError as error:
        raise _no_country(country, "", error) from error
    return np.isin(day, np.array(sorted(known), dtype=np.int64))


@lru_cache(maxsize=512)
def _holidays(country: str, first: int, last: int) -> frozenset[int]:
    import holidays

    code, _, part = country.partition("-")
    found = holidays.country_holidays(code, subdiv=part or None, years=range(first, last + 1))
    days = np.array(sorted(found), dtype="datetime64[D]").astype(np.int64)
    return frozenset(days.tolist())


def _for(client: str) -> str:
    return f" for {client!r}" if client else ""


def _no_country(country: str, client: str, why: object) -> ParameterError:
    return ParameterError(
        "The 'country' parameter must be an ISO 3166 code with an optional subdivision, "
        f"such as 'DE' or 'DE-BY'. Got {country!r}{_for(client)} instead: {why}"
    )


def check_country(country: str, client: str = "") -> str:
    """Return a code whose holidays are known.

    Parameters
    ----------
    country : str
    client : str, default=""
        Whose country it is, for the message.

    Raises
    ------
    ParameterError
        When the country or its subdivision is unknown.
    """
    if not isinstance(country, str):
        raise _no_country(country, client, "it is no text")
    try:
        if country:
            _holidays(country.upper(), 2024, 2024)
    except NotImplementedError as error:
        raise _no_country(country, client, error) from error
    return country.upper()
