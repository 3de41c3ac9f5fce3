"""When a client is open: given as hours, or read from when its history has rows."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from data.errors import ParameterError
from forecasting.calendar import DAY, Clock
from forecasting.wall import Wall

Table = NDArray[np.bool_]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY = "holiday"
Hours = Mapping[str, Sequence[tuple[str, str]]]
_RECENT_DAYS = 56


def open_slots(hours: Hours, slots: int, late: int = 0) -> Table:
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
    late : int, default=0
        Seconds by which each slot begins after the local one: 1800 for hours of UTC in India.

    Returns
    -------
    array of bool, shape (8, slots)
        Monday first; the last row is a holiday.

    Raises
    ------
    ParameterError
        On an unknown day or a time that is none.

    Examples
    --------
    >>> open_slots({"mon": [("09:00", "18:00")]}, 24, late=1800)[0].nonzero()[0][[0, -1]].tolist()
    [8, 17]
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
            start, stop = _seconds(opens), _seconds(closes)
            _mark(table, row, start, DAY if stop <= start else stop, late)
            if stop <= start and row < 7:
                _mark(table, (row + 1) % 7, 0, stop, late)
    return table


def open_at(hours: Hours, clock: Clock) -> Table:
    """Tell in which intervals of a clock contacts can come, shape (t,); see ``open_slots``."""
    rows = np.where(clock.holiday & (HOLIDAY in hours), 7, clock.weekday)
    found = np.zeros(len(rows), dtype=bool)
    for late in np.unique(clock.late):
        now = clock.late == late
        found[now] = open_slots(hours, clock.per_day, int(late))[rows[now], clock.slot[now]]
    return found


def _mark(table: Table, row: int, start: int, stop: int, late: int) -> None:
    """Open the slots that a span of seconds of a day touches."""
    step = DAY // table.shape[1]
    first, end = (start - late) // step, -((late - stop) // step)
    if first < 0 and row < 7 and start < stop:
        # The last slot of the day before ends after midnight.
        table[(row - 1) % 7, -1] = True
    table[row, max(first, 0) : max(end, 0)] = True


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


def _seconds(clock: str) -> int:
    """Seconds of the day that have gone at a time such as ``"09:30"``."""
    hours, _, minutes = str(clock).partition(":")
    if hours.isdigit() and minutes.isdigit():
        seconds = 3600 * int(hours) + 60 * int(minutes)
        if int(minutes) < 60 and seconds <= DAY:
            return seconds
    raise ParameterError(
        "The 'opening_hours' parameter must hold times such as '09:30' or '24:00'. "
        f"Got {clock!r} instead."
    )
