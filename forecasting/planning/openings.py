"""Opening hours of clients in a plan: deferred work that comes while closed waits for opening."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError, SchemaError
from forecasting.calendar import Place, clock_of
from forecasting.opening import WEEKDAYS, open_at, open_slots

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def read_hours(value: Any, client: str) -> str:
    """Return a client's opening hours as JSON text; empty for always open.

    Parameters
    ----------
    value : mapping, str or None
        See `forecasting.opening.open_slots`; also as JSON text.
    client : str
        Named in errors.

    Raises
    ------
    SchemaError
        No such days or times, or hours that are never open.

    Examples
    --------
    >>> read_hours({"mon": [("09:00", "18:00")]}, "lumen")
    '{"mon": [["09:00", "18:00"]]}'
    """
    if value is None or (isinstance(value, float) and np.isnan(value)) or value == "":
        return ""
    try:
        given = json.loads(value) if isinstance(value, str) else value
        # A table of structs has every day for every row, and None where it was not given.
        hours = {
            day: [[str(clock) for clock in span] for span in spans]
            for day, spans in given.items()
            if spans is not None
        }
        table = open_slots({day: [(a, b) for a, b in spans] for day, spans in hours.items()}, 96)
    except (ParameterError, ValueError, TypeError, AttributeError) as error:
        raise SchemaError(
            f"The column 'opening_hours' of clients must hold JSON such as "
            f'{{"mon": [["09:00", "18:00"]]}}. Got {value!r} for {client!r} instead: {error}',
            table="clients",
            column="opening_hours",
        ) from error
    if not table[:7].any():
        raise SchemaError(
            f"The client {client!r} is never open by its 'opening_hours'. Name days "
            f"{', '.join(WEEKDAYS)}, or leave the hours out for always.",
            table="clients",
            column="opening_hours",
        )
    return json.dumps(hours)


def open_intervals(times: pd.DatetimeIndex, minutes: int, hours: str, place: Place) -> Flags:
    """Tell in which intervals a client is open on its own clock, shape (intervals,).

    Parameters
    ----------
    times : DatetimeIndex
        Starts, in UTC.
    minutes : int
    hours : str
        See `read_hours`.
    place : Place
    """
    if not hours:
        return np.ones(len(times), dtype=bool)
    named: Mapping[str, list[tuple[str, str]]] = json.loads(hours)
    seconds = times.as_unit("s").astype("int64").to_numpy(dtype=np.int64)
    clock = clock_of(seconds, 60 * minutes, place)
    return open_at(named, clock)


def waiting_for_opening(contacts: Floats, is_open: Flags) -> Floats:
    """Move what comes while closed to the next opening.

    What comes after the last opening goes to the first: it stands for what waits from before.

    Parameters
    ----------
    contacts : array of float, shape (intervals,)
    is_open : array of bool, shape (intervals,)

    Examples
    --------
    >>> waiting_for_opening(np.array([1.0, 2, 3, 4]), np.array([False, True, True, False])).tolist()
    [0.0, 7.0, 3.0, 0.0]
    """
    opens = np.flatnonzero(is_open)
    if len(opens) in (0, len(is_open)):
        return contacts.copy()
    place = np.searchsorted(opens, np.arange(len(contacts))) % len(opens)
    moved = np.zeros(len(contacts))
    np.add.at(moved, opens[place], contacts)
    return moved
