"""All series of one length of interval: learned together, forecast panel by panel."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.schema.coerce import TIME_DTYPE
from forecasting import backtest
from forecasting.boosting import Trees
from forecasting.calendar import Place
from forecasting.conformal import Calibration, calibrate, widened
from forecasting.events import Event, check_events, event_frame, events_table, factors, learn
from forecasting.kin import Labels, kin_groups
from forecasting.local_size import LocalSize
from forecasting.masking import mask_outages
from forecasting.metrics import interval_names
from forecasting.opening import Hours, open_slots, seen_slots
from forecasting.panel import Panel
from forecasting.profile import pooled_shape
from forecasting.rolling import origins
from forecasting.shifts import Shift, counted_as, find_shifts, levelled
from forecasting.wall import Wall, wall_of

Floats = NDArray[np.float64]
# Below this median of contacts a slot is a count, whose mean is sought.
_FEW = 10.0
_LEAST_ROWS = 2_000
# Series of which some may move alike.
_LEAST_KIN = 16
Ahead = int | pd.Timestamp


@dataclass(frozen=True)
class Group:
    """What was learned, and the histories that forecasts continue.

    Parameters
    ----------
    panels : tuple of Panel
    open : tuple of array of bool, shape (n, 8, slots)
        Slots of the week, and of a holiday, in which each series is forecast above zero.
    given : array of bool, shape (series,)
        Whether opening hours were given: then closed slots are forecast as zero, not left out.
    shape : array, shape (7, slots)
        Week of all series together.
    trees : Trees or None
    shares : array, shape (series, candidates)
    calibration : Calibration
    kin : tuple of array of int, or of None
        Group of each series that moves like others, panel by panel; None where not looked for.
    events : tuple of Event
    effects : mapping of str to float
        Learned factor of each kind of event.
    shifts : tuple of tuple of Shift
        Lasting shifts of the level of each panel's series: the days before them count at the
        level after them.
    """

    panels: tuple[Panel, ...]
    open: tuple[NDArray[np.bool_], ...]
    given: NDArray[np.bool_]
    shape: Floats
    trees: Trees | None
    shares: Floats
    calibration: Calibration
    kin: tuple[Labels | None, ...]
    events: tuple[Event, ...] = ()
    effects: Mapping[str, float] = field(default_factory=dict)
    shifts: tuple[tuple[Shift, ...], ...] = ()

    def forecast(self, ahead: Ahead, levels: Sequence[float]) -> Iterator[pd.DataFrame]:
        """Yield the forecast of each panel: so many steps, or all intervals until a time."""
        offset = 0
        for number, panel in enumerate(self.panels):
            given = self.given[offset : offset + len(panel.names)]
            emitted = _emitted(panel, self.open[number], given, ahead)
            if emitted.shape[1]:
                yield self._panel(number, panel, offset, emitted, levels)
            offset += len(panel.names)

    def starts(self) -> dict[str, pd.Timestamp]:
        """First interval after the history of each series."""
        return {
            str(name): panel.times(1)[0] for panel in self.panels for name in panel.names.tolist()
        }

    def steps_until(self, volume: pd.DataFrame) -> int:
        """Count steps that reach the last time of a frame from every panel."""
        last = int(volume["ds"].max().timestamp()) if len(volume) else 0
        return max([0, *(2 + (last - panel.last) // panel.step for panel in self.panels)])

    def _panel(
        self,
        number: int,
        panel: Panel,
        offset: int,
        emitted: NDArray[np.bool_],
        levels: Sequence[float],
    ) -> pd.DataFrame:
        opened, columns = self.open[number], emitted.shape[1]
        wall = levelled(self._without_events(panel), self.shifts[number])
        clock = panel.clock(columns).part(panel.length, panel.length + columns)
        last = wall.first_day + wall.days - 1
        position = (clock.day - last) * wall.slots + clock.slot - wall.cut - 1
        position = np.maximum(position, 0)
        steps = int(position.max()) + 1
        origin = next(iter(origins(wall, self.shape, [wall.days - 1], steps, self.kin[number])))
        rows = backtest.rows_of(origin, wall.first_day, offset)
        mean = self._mean(rows) * self._factors(panel, wall, len(origin.ahead))
        week = clock.weekday
        week = np.where(clock.holiday, 7, week)
        is_open = opened[:, week, clock.slot]
        table = {"yhat": mean, **self._intervals(mean, rows, levels)}
        times = panel.times(columns).as_unit("us")
        series, column = np.nonzero(emitted)
        frame = pd.DataFrame({"unique_id": panel.names[series].astype(str)}).astype("str")
        frame["ds"] = pd.Series(times[column]).astype(TIME_DTYPE)
        for name, values in table.items():
            wide = values.reshape(len(panel.names), -1)[:, position]
            frame[name] = np.where(is_open, wide, 0.0)[series, column]
        return frame

    def _intervals(
        self, mean: Floats, rows: backtest.Rows, levels: Sequence[float]
    ) -> dict[str, Floats]:
        sizes, found = self.calibration.sizes(mean, rows), {}
        for level in levels:
            ends = ((1 - level / 100) / 2, (1 + level / 100) / 2)
            for name, share in zip(interval_names([level]), ends, strict=True):
                found[name] = self.calibration.quantile(share, mean, rows, sizes)
        return found

    def _without_events(self, panel: Panel) -> Wall:
        return _ordinary(_wall(panel), panel, self.events, self.effects)[0]

    def _factors(self, panel: Panel, wall: Wall, steps: int) -> Floats:
        """Factors of the events on the slots ahead, one row after the other."""
        ahead = -(-(steps + wall.cut + 1) // wall.slots)
        names, place = panel.names.tolist(), panel.place
        table = factors(self.events, self.effects, wall, names, ahead, place)
        flat = table[:, wall.days - 1 :].reshape(len(names), -1)
        return flat[:, wall.cut + 1 : wall.cut + 1 + steps].reshape(-1)

    def _mean(self, rows: backtest.Rows) -> Floats:
        boosted = rows.centre
        if self.trees is not None:
            boosted = backtest.corrected(self.trees, rows.features, rows.centre)
        candidates = np.column_stack([rows.bases, boosted])
        return (candidates * self.shares[rows.series]).sum(axis=1)


def fit_group(
    members: Sequence[Panel],
    *,
    hours: Mapping[str, Hours],
    horizon: int | None,
    events: Sequence[Event],
    trees: int,
    engine: str,
    random_state: int,
) -> Group:
    """Learn from panels of one step."""
    walls, effects, shifts = _alike(members, events)
    slots = walls[0].slots
    days = horizon or (28 if slots == 1 else 7)
    n, shape = sum(len(wall.values) for wall in walls), pooled_shape(walls)
    counts = _few(walls)
    kin = tuple(kin_groups(wall) if counts and n >= _LEAST_KIN else None for wall in walls)
    rows = backtest.gather(walls, shape, days * slots, random_state, kin)
    boosted, model = rows.centre, None
    if trees and len(rows) >= _LEAST_ROWS:
        settings: dict[str, Any] = {"counts": counts, "trees": trees, "engine": engine}
        settings["random_state"] = random_state
        boosted = backtest.cross_fitted(rows, horizon=days, **settings)
        model = backtest.boosted(rows, **settings)
    candidates = np.column_stack([rows.bases, boosted])
    shares = backtest.shares(candidates, rows, n, counts=counts)
    mean = (candidates * shares[rows.series]).sum(axis=1)
    # What few contacts are off by is known from their mean; trees would learn noise.
    by_tree = days if trees and not counts else None
    counted = counted_as(rows.series, rows.origin + rows.ahead, walls, shifts)
    found = calibrate(mean, rows, n, horizon=by_tree, random_state=random_state, counted=counted)
    calibration = widened(found, _days_seen(walls))
    opened, given = [], []
    for panel, wall in zip(members, walls, strict=True):
        table, known = _opened(panel, wall, hours)
        opened.append(table)
        given.append(known)
    return Group(
        tuple(members), tuple(opened), np.concatenate(given), shape, model, shares, calibration,
        kin, tuple(events), effects, shifts,
    )  # fmt: skip


def _alike(
    members: Sequence[Panel], events: Sequence[Event]
) -> tuple[list[Wall], dict[str, float], tuple[tuple[Shift, ...], ...]]:
    """Histories without what events did and at the level of today, and what was taken out."""
    walls = [_wall(panel) for panel in members]
    effects = learn(events, walls, [p.names.tolist() for p in members], [p.place for p in members])
    found, shifts = [], []
    for wall, panel in zip(walls, members, strict=True):
        ordinary, quiet = _ordinary(wall, panel, events, effects)
        shifts.append(tuple(find_shifts(ordinary, quiet)))
        found.append(levelled(ordinary, shifts[-1]))
    return found, effects, tuple(shifts)


def _ordinary(
    wall: Wall, panel: Panel, events: Sequence[Event], effects: Mapping[str, float]
) -> tuple[Wall, NDArray[np.bool_] | None]:
    """Values without what events did, and the slots in which none did anything."""
    if not events:
        return wall, None
    by = factors(events, effects, wall, panel.names.tolist(), 0, panel.place)
    return wall.with_values(wall.values / by), by == 1


def group_parts(group: Group) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Words and arrays that a group can be built from again."""
    words: dict[str, Any] = {"panels": [], "effects": dict(group.effects)}
    words["events"] = events_table(group.events)
    arrays: dict[str, NDArray[Any]] = {
        "given": group.given, "shape": group.shape, "shares": group.shares,
        "excess": group.calibration.excess,
        "size": group.calibration.size, "own": group.calibration.own,
        "stretch": group.calibration.stretch,
    }  # fmt: skip
    local = group.calibration.local
    words["local"] = {"power": local.power, "usual": local.usual}
    for name, trees in (("", group.trees), ("local_", local.trees)):
        if trees is not None:
            words[f"{name}trees"] = {"start": trees.start, "logarithmic": trees.logarithmic}
            arrays[f"{name}nodes"] = trees.nodes
    for number, (panel, opened, kin, shifts) in enumerate(
        zip(group.panels, group.open, group.kin, group.shifts, strict=True)
    ):
        words["panels"].append(
            {
                "step": panel.step, "last": panel.last, "kin": kin is not None,
                "timezone": panel.place.timezone, "country": panel.place.country,
                "shifts": [[one.series, one.day, one.factor] for one in shifts],
            }
        )  # fmt: skip
        if kin is not None:
            arrays[f"p{number}_kin"] = kin
        arrays |= {
            f"p{number}_names": panel.names.astype(np.str_),
            f"p{number}_values": panel.values,
            f"p{number}_open": opened,
        }
    return words, arrays


def group_from(words: Mapping[str, Any], array: Callable[[str], NDArray[Any]]) -> Group:
    """Build a group from ``group_parts``."""
    panels, opened, kin, shifts = [], [], [], []
    for number, one in enumerate(words["panels"]):
        place = Place(one["timezone"], one["country"])
        names, values = array(f"p{number}_names"), array(f"p{number}_values")
        panels.append(Panel(names, values, one["step"], one["last"], place))
        opened.append(array(f"p{number}_open"))
        kin.append(array(f"p{number}_kin") if one["kin"] else None)
        # Models stored before shifts were looked for have none.
        shifts.append(tuple(Shift(*shift) for shift in one.get("shifts", [])))
    local = LocalSize(_trees(words, array, "local_"), **words["local"])
    return Group(
        tuple(panels),
        tuple(opened),
        array("given"),
        array("shape"),
        _trees(words, array, ""),
        array("shares"),
        Calibration(array("excess"), array("size"), array("own"), array("stretch"), local),
        tuple(kin),
        tuple(check_events(event_frame(words["events"]))),
        words["effects"],
        tuple(shifts),
    )


def _trees(
    words: Mapping[str, Any], array: Callable[[str], NDArray[Any]], name: str
) -> Trees | None:
    found = words.get(f"{name}trees")
    return None if found is None else Trees(array(f"{name}nodes"), **found)


def _few(walls: Sequence[Wall]) -> bool:
    """Whether the usual slot of the usual series brings few contacts."""
    means = [
        np.nansum(wall.values, axis=(1, 2))
        / np.maximum(np.isfinite(wall.values).sum(axis=(1, 2)), 1)
        for wall in walls
    ]
    return bool(np.median(np.concatenate(means)) < _FEW)


def _days_seen(walls: Sequence[Wall]) -> Floats:
    """Days with any value, by series."""
    seen = [np.isfinite(wall.values).any(axis=2).sum(axis=1) for wall in walls]
    return np.concatenate(seen).astype(np.float64)


def _wall(panel: Panel) -> Wall:
    wall = wall_of(panel)
    return wall.with_values(mask_outages(wall.values, wall.weekdays()))


def _opened(
    panel: Panel, wall: Wall, hours: Mapping[str, Hours]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    seen = seen_slots(wall)
    # Without hours, nobody said that holidays are closed: the history tells how much comes.
    table = np.concatenate([seen, np.ones_like(seen[:, :1])], axis=1)
    table[:, 7] = seen.any(axis=1)
    given = np.array([str(name) in hours for name in panel.names])
    for row in np.flatnonzero(given):
        own = hours[str(panel.names[row])]
        table[row] = open_slots(own, wall.slots, wall.late)
        if "holiday" not in own:
            table[row, 7] = table[row, :7].any(axis=0)
    return table, given


def _emitted(
    panel: Panel, opened: NDArray[np.bool_], given: NDArray[np.bool_], ahead: Ahead
) -> NDArray[np.bool_]:
    """Which of the coming intervals each series is forecast for, shape (n, columns)."""
    if isinstance(ahead, pd.Timestamp):
        # Days of a place begin up to half a day before those of UTC.
        most = max((int(ahead.timestamp()) - panel.last) // panel.step + 2, 1)
        return np.ones((len(opened), int((panel.times(most) <= ahead).sum())), dtype=bool)
    week = opened[:, :7].reshape(len(opened), -1)
    share = np.where(given, 1.0, np.maximum(week.mean(axis=1), 1 / week.shape[1]))
    longer = 0 if (share == 1).all() else week.shape[1] + 14
    columns = int(np.ceil(ahead / share.min())) + longer
    clock = panel.clock(columns).part(panel.length, panel.length + columns)
    steps = week[:, clock.slot_of_week] | given[:, None]
    steps &= np.cumsum(steps, axis=1) <= ahead
    return steps[:, : int(np.flatnonzero(steps.any(axis=0)).max()) + 1]
