"""Known events as factors on the volume: campaigns, outages of a shop, half-day holidays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import SchemaError
from data.schema.coerce import TIME_DTYPE
from forecasting.calendar import DAY, Place
from forecasting.profile import usual_week
from forecasting.wall import Wall

Floats = NDArray[np.float64]
REQUIRED = ("kind", "starts_at", "ends_at")
# Contacts expected during an event at which what came weighs as much as no effect at all.
_PRIOR = 20.0
_RANGE = (0.05, 20.0)
_AROUND_DAYS = 28
_TINY = 1e-9


@dataclass(frozen=True)
class Event:
    """One known event.

    Parameters
    ----------
    series : str
        A ``unique_id`` or its beginning; empty for all.
    kind : str
        Events of one kind share what is learned.
    starts, ends : int
        Seconds in UTC.
    uplift : float or None
        Factor on the volume; None to learn it from past events of the kind.
    """

    series: str
    kind: str
    starts: int
    ends: int
    uplift: float | None

    def concerns(self, name: str) -> bool:
        """Tell whether a series is meant."""
        return self.series in ("", name) or name.startswith(f"{self.series}/")


def check_events(events: pd.DataFrame | None) -> list[Event]:
    """Read ``kind, starts_at, ends_at`` and, where given, ``unique_id`` and ``uplift``.

    Raises
    ------
    SchemaError
        On missing columns, times without a zone, an end that is not after its start, or an
        uplift that is no number above zero.
    """
    if events is None:
        return []
    missing = [name for name in REQUIRED if name not in events.columns]
    if missing:
        raise _error(missing[0], f"is missing: events need {', '.join(REQUIRED)}.", [])
    for column in ("starts_at", "ends_at"):
        if len(events) and not isinstance(events[column].dtype, pd.DatetimeTZDtype):
            raise _error(column, "must hold times with their zone.", [0])
    wrong = np.flatnonzero((events["ends_at"] <= events["starts_at"]).to_numpy())
    if len(wrong):
        raise _error("ends_at", "must be after 'starts_at'.", wrong.tolist())
    given = events.get("uplift", pd.Series(np.nan, index=events.index))
    uplift = pd.to_numeric(given, errors="coerce").astype("float64")
    wrong = np.flatnonzero((given.notna() & ~((uplift > 0) & np.isfinite(uplift))).to_numpy())
    if len(wrong):
        words = "must be above 0, such as 1.5 for half more, or empty where it is to be learned."
        raise _error("uplift", words, wrong.tolist())
    series = events.get("unique_id", pd.Series("", index=events.index)).fillna("")
    return [
        Event(str(one), str(kind), int(start.timestamp()), int(end.timestamp()), factor)
        for one, kind, start, end, factor in zip(
            series, events["kind"], events["starts_at"], events["ends_at"],
            [None if np.isnan(value) else float(value) for value in uplift], strict=True,
        )
    ]  # fmt: skip


def events_table(events: Sequence[Event]) -> list[list[str | int | float | None]]:
    """Events as JSON values."""
    return [[e.series, e.kind, e.starts, e.ends, e.uplift] for e in events]


def event_frame(table: Sequence[Sequence[str | int | float | None]]) -> pd.DataFrame:
    """Frame of ``events_table``, as it was given."""
    frame = pd.DataFrame(table, columns=["unique_id", "kind", "starts_at", "ends_at", "uplift"])
    for column in ("starts_at", "ends_at"):
        times = pd.to_datetime(frame[column].astype("int64"), unit="s", utc=True)
        frame[column] = times.astype(TIME_DTYPE)
    return frame.astype({"uplift": "float64"})


def learn(
    events: Sequence[Event],
    walls: Sequence[Wall],
    names: Sequence[Sequence[str]],
    zones: Sequence[Place],
) -> dict[str, float]:
    """Factor of each kind, from what came during its past events against the usual week.

    Parameters
    ----------
    events : sequence of Event
    walls, names, zones : sequences of equal length
        Histories, the series in each, and where they are.

    Returns
    -------
    dict of str to float
        1 for a kind that never occurred.
    """
    came: dict[str, float] = {}
    expected: dict[str, float] = {}
    for wall, own, place in zip(walls, names, zones, strict=True):
        calm = wall.with_values(np.where(_any_event(events, wall, place), np.nan, wall.values))
        usual = np.nan_to_num(usual_week(calm))[:, wall.weekdays()]
        for event in events:
            share = overlap(event, wall, 0, place)
            days = np.flatnonzero(share.any(axis=1))
            meant = np.array([event.concerns(str(name)) for name in own])
            if not len(days) or not meant.any() or event.uplift is not None:
                continue
            around = slice(max(0, days[0] - _AROUND_DAYS), days[-1] + _AROUND_DAYS)
            level = _ratio(wall.values[meant, around], usual[meant, around], share[around] == 0)
            known = np.isfinite(wall.values[meant]) * share
            total = float((np.nan_to_num(wall.values[meant]) * known).sum())
            came[event.kind] = came.get(event.kind, 0.0) + total
            usually = (usual[meant] * level[:, None, None] * known).sum()
            expected[event.kind] = expected.get(event.kind, 0.0) + float(usually)
    return {
        event.kind: float(np.clip(
            (came.get(event.kind, 0.0) + _PRIOR) / (expected.get(event.kind, 0.0) + _PRIOR), *_RANGE
        ))
        for event in events
    }  # fmt: skip


def factors(
    events: Sequence[Event],
    effects: Mapping[str, float],
    wall: Wall,
    names: Sequence[str],
    ahead: int,
    place: Place,
) -> Floats:
    """Factor of each slot, shape (n, days + ahead, slots); 1 where nothing happens."""
    table = np.ones((len(names), wall.days + ahead, wall.slots))
    for event in events:
        share = overlap(event, wall, ahead, place)
        if share.any():
            meant = [row for row, name in enumerate(names) if event.concerns(str(name))]
            effect = effects[event.kind] if event.uplift is None else event.uplift
            table[meant] *= 1 + (effect - 1) * share
    return table


def overlap(event: Event, wall: Wall, ahead: int, place: Place) -> Floats:
    """Part of each slot that an event covers, shape (days + ahead, slots)."""
    step = DAY // wall.slots
    start, stop = (
        (_local(at, place) - wall.first_day * DAY - wall.late) / step
        for at in (event.starts, event.ends)
    )
    slot = np.arange((wall.days + ahead) * wall.slots)
    share = np.clip(np.minimum(slot + 1, stop) - np.maximum(slot, start), 0, 1)
    return share.reshape(-1, wall.slots)


def _any_event(events: Sequence[Event], wall: Wall, place: Place) -> NDArray[np.bool_]:
    """Slots that some event covers, shape (days, slots)."""
    covered = np.zeros((wall.days, wall.slots), dtype=bool)
    for event in events:
        covered |= overlap(event, wall, 0, place) > 0
    return covered


def _local(seconds: int, place: Place) -> int:
    moment = pd.Timestamp(seconds, unit="s", tz="UTC").tz_convert(place.timezone)
    return int(moment.tz_localize(None).timestamp())


def _ratio(values: Floats, usual: Floats, quiet: NDArray[np.bool_]) -> Floats:
    """Level of each series around an event, outside of it."""
    known = np.isfinite(values) & quiet
    total = np.where(known, values, 0.0).sum(axis=(1, 2))
    return (total + _PRIOR) / ((usual * known).sum(axis=(1, 2)) + _PRIOR)


def _error(column: str, words: str, rows: Sequence[int]) -> SchemaError:
    shown = f" See row {', '.join(map(str, rows[:5]))} (counted from 0)." if rows else ""
    return SchemaError(
        f"The '{column}' column of events {words}{shown}", table="events", column=column, rows=rows
    )
