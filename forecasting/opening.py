"""When a client is open: given as hours, or read from when its history has rows."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from data.errors import ParameterError
from forecasting.wall import Wall

Table = NDArray[np.bool_]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY = "holiday"
Hours = Mapping[str, Sequence[tuple[str, str]]]
_RECENT_DAYS = 56


def open_slots(hours: Hours, slots: int) -> Table:
    """Slots of the week in which contacts can come, and those of a public holiday.

    Parameters
    ----------
    hours : mapping of str to sequence of (str, str)
        ``mon`` … ``sun`` and ``holiday`` to local opening and closing times, such as
        ``{"mon": [("09:00", "12:30"), ("13:30", "18:00")], "holiday": []}``. A day that is not
        named is closed; holidays that are not named are days like others. Closing at or before
        opening means on the next morning; ``"24:00"`` is midnight.
    slots : int
        Slots of a day. A slot that is open in part is open.

    Returns
    -------
    array of bool, shape (8, slots)
        Monday first; the last row is a holiday.

    Raises
    ------
    ParameterError
        On an unknown day or a time that is none.
    """
    table = np.zeros((8, slots), dtype=bool)
    for day, spans in hours.items():
        if day not in (*WEEKDAYS, HOLIDAY):
            raise ParameterError(
                f"The 'opening_hours' parameter must name days {', '.join(WEEKDAYS)} or "
                f"{HOLIDAY}. Got {day!r} instead."
            )
        row = 7 if day == HOLIDAY else WEEKDAYS.index(day)
        for opens, closes in spans:
            start, stop = _share(opens) * slots, _share(closes) * slots
            over = stop <= start
            table[row, int(start) : slots if over else int(np.ceil(stop))] = True
            if over and row < 7:
                table[(row + 1) % 7, : int(np.ceil(stop))] = True
    return table


def seen_slots(wall: Wall) -> Table:
    """Slots of the week that a history has rows for, shape (n, 7, slots).

    Read from the last eight weeks of each series. A series in which a slot of the week never
    had a row though its weekday came twice or more is closed then. One that was hardly
    observed counts as always open, so that a gap is not read as a closing time.
    """
    weekday = wall.weekdays()
    known = np.isfinite(wall.values)
    table = np.ones((len(known), 7, wall.slots), dtype=bool)
    for row, own in enumerate(known):
        days = np.flatnonzero(own.any(axis=1))
        if not len(days):
            continue
        recent = days[days > days[-1] - _RECENT_DAYS]
        # Two weeks of history show a week twice; less cannot tell a day off from a gap.
        if recent[-1] - recent[0] < 13:
            continue
        span = np.arange(recent[0], recent[-1] + 1)
        for day in range(7):
            came = span[weekday[span] == day]
            table[row, day] = own[came].any(axis=0)
    return table


def _share(clock: str) -> float:
    """Part of the day that has gone at a time such as ``"09:30"``."""
    hours, _, minutes = str(clock).partition(":")
    if hours.isdigit() and minutes.isdigit():
        share = (int(hours) * 60 + int(minutes)) / 1440
        if int(minutes) < 60 and share <= 1:
            return share
    raise ParameterError(
        "The 'opening_hours' parameter must hold times such as '09:30' or '24:00'. "
        f"Got {clock!r} instead."
    )
