"""The volume of the next days, with intervals that hold what they say."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from data.artifact import Artifact, read_artifact, write_artifact
from data.errors import ParameterError
from forecasting import metrics
from forecasting.boosting import ENGINES
from forecasting.calendar import Place, check_country, check_timezone
from forecasting.events import Event, check_events, event_frame, events_table
from forecasting.group import Ahead, Group, fit_group, group_from, group_parts
from forecasting.opening import Hours
from forecasting.panel import panels
from forecasting.validation import check_levels, check_volume, warn_unmatched

ByClient = Mapping[str, Any]


class VolumeForecaster(BaseEstimator):
    """Forecasts of many series of counts at once, from five minutes to a day.

    Three smoothed week profiles, each times the level of the day (weekday, place in the month,
    holidays, season, recent departure), the mean of the same slot over eight weeks, for many
    small clients their share of what clients that move alike bring together, and boosted trees
    that learn over all series where these go wrong; averaged per series by how they did in a
    backtest inside the history. Intervals come from what the average got wrong there; trees tell
    hours that err much from hours that err little. Where a series' level has lastingly shifted,
    the days before count at the new level; see ``shifts``.

    Parameters
    ----------
    timezone : str or mapping, default="UTC"
        IANA name, or by ``unique_id`` or the part of it before a slash (``client/channel``).
    country : str or mapping, default=""
        ISO 3166 code with an optional subdivision, such as ``"DE-BY"``, for public holidays.
    opening_hours : mapping or None, default=None
        By ``unique_id`` or its beginning; see ``opening.open_slots``. Closed slots are forecast
        as zero. Without, a series is forecast in the slots of the week its history has rows
        for, and steps count these only.
    events : DataFrame or None, default=None
        Known events, past and coming; see ``events.check_events``. Those without an uplift
        are forecast with what past events of their kind did.
    horizon_days : int or None, default=None
        Days ahead that the backtest looks at: 7, or 28 for series of days. Longer forecasts
        are possible; their intervals widen by rule.
    fractional : bool, default=False
        Whether ``y`` may hold fractions, such as hours of work.
    trees : int, default=100
        Boosted trees; 0 for profiles alone.
    engine : str, default="scikit-learn"
        What grows the trees: ``lightgbm`` (the extra of that name) needs less processor time.
        A stored model forecasts without either.
    random_state : int, default=0

    Examples
    --------
    >>> days = pd.date_range("2026-01-05", periods=70, freq="D", tz="UTC")
    >>> volume = pd.DataFrame({"unique_id": "lumen", "ds": days, "y": [9, 8, 8, 7, 7, 2, 1] * 10})
    >>> VolumeForecaster().fit(volume).predict(7)["yhat"].round().tolist()
    [9.0, 8.0, 8.0, 7.0, 7.0, 2.0, 1.0]
    """

    kind = "volume_forecaster"

    def __init__(
        self,
        *,
        timezone: str | ByClient = "UTC",
        country: str | ByClient = "",
        opening_hours: Mapping[str, Hours] | None = None,
        events: pd.DataFrame | None = None,
        horizon_days: int | None = None,
        fractional: bool = False,
        trees: int = 100,
        engine: str = ENGINES[0],
        random_state: int = 0,
    ) -> None:
        self.timezone = timezone
        self.country = country
        self.opening_hours = opening_hours
        self.events = events
        self.horizon_days = horizon_days
        self.fractional = fractional
        self.trees = trees
        self.engine = engine
        self.random_state = random_state

    def fit(self, volume: pd.DataFrame) -> Self:
        """Learn from ``unique_id, ds, y``; returns self.

        Parameters
        ----------
        volume : DataFrame
            One row per series and interval observed, times in UTC. An interval without a row
            is missing, not zero.

        Raises
        ------
        SchemaError, ParameterError

        Warns
        -----
        UserWarning
            When none of a mapping's keys, or of the events, is for a series of ``volume``.
        """
        self._check()
        known = check_events(self.events)
        frame = check_volume(volume, fractional=self.fractional)
        names = frame["unique_id"].unique().tolist()
        self._warn_of_keys(names, known)
        places = {name: self._place(name) for name in names}
        by_step: dict[int, list[Any]] = {}
        for panel in panels(frame, places):
            by_step.setdefault(panel.step, []).append(panel)
        self.groups_: list[Group] = [
            fit_group(
                members,
                hours=self._hours(members),
                horizon=self.horizon_days,
                events=known,
                trees=self.trees,
                engine=self.engine,
                random_state=self.random_state,
            )
            for _, members in sorted(by_step.items())
        ]
        return self

    def predict(
        self,
        h: int | None = None,
        level: float | Sequence[float] = (80, 95),
        *,
        until: pd.Timestamp | str | None = None,
    ) -> pd.DataFrame:
        """Forecast the next ``h`` intervals of each series, or all until a time.

        Parameters
        ----------
        h : int, optional
            Steps after the last time of each series, on its own grid.
        level : float or sequence of float, default=(80, 95)
            Per cents of intervals.
        until : Timestamp or str, optional
            Last time, with its zone, instead of ``h``: every interval of every series, those in
            which it is closed as zero, from the latest end of a history among the series of a
            client (the part of ``unique_id`` before the first slash) on. What ``reconcile`` adds
            up needs the same times.

        Returns
        -------
        DataFrame
            ``unique_id, ds, yhat, yhat-lo-80, yhat-hi-80, …``; times in UTC.

        Raises
        ------
        NotFittedError, ParameterError
        """
        check_is_fitted(self)
        levels, ahead = check_levels(level), check_ahead(h, until)
        parts = [frame for group in self.groups_ for frame in group.forecast(ahead, levels)]
        if not parts:
            return empty_forecast(levels)
        joined = pd.concat(parts, ignore_index=True)
        if until is not None:
            joined = joined[joined["ds"] >= self._client_starts(joined["unique_id"])]
        return joined.sort_values(["unique_id", "ds"], kind="stable", ignore_index=True)

    def evaluate(self, volume: pd.DataFrame) -> dict[str, float]:
        """Figures of the forecast against what came after the history.

        Parameters
        ----------
        volume : DataFrame
            ``unique_id, ds, y`` of times after the history.

        Returns
        -------
        dict of str to float
            See ``metrics.pooled``; rows without a forecast do not count.
        """
        check_is_fitted(self)
        frame = check_volume(volume, fractional=self.fractional)
        steps = max((group.steps_until(frame) for group in self.groups_), default=0)
        forecast = self.predict(max(steps, 1))
        joined = frame.merge(forecast, on=["unique_id", "ds"])
        return metrics.pooled(joined)

    def save(self, folder: str | os.PathLike[str], **header: Any) -> Path:
        """Write a model folder; it holds the history that forecasts continue."""
        check_is_fitted(self)
        described: list[dict[str, Any]] = []
        arrays: dict[str, Any] = {}
        for number, group in enumerate(self.groups_):
            words, tables = group_parts(group)
            described.append(words)
            arrays |= {f"g{number}_{name}": table for name, table in tables.items()}
        settings = self.get_params(deep=False)
        settings["events"] = events_table(check_events(self.events))
        return write_artifact(
            folder,
            kind=self.kind,
            parameters={"settings": settings, "groups": described},
            arrays=arrays,
            seed=self.random_state,
            **header,
        )

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Read a model folder."""
        artifact = read_artifact(folder, kind=cls.kind)
        settings = artifact.parameters["settings"]
        events = event_frame(settings.pop("events"))
        model = cls(**settings, events=events if len(events) else None)
        model.groups_ = [
            group_from(words, partial(_array, artifact, number))
            for number, words in enumerate(artifact.parameters["groups"])
        ]
        return model

    def _check(self) -> None:
        if self.horizon_days is not None and self.horizon_days < 1:
            raise ParameterError(
                "The 'horizon_days' parameter of VolumeForecaster must be 1 or more. "
                f"Got {self.horizon_days!r} instead."
            )
        if self.trees < 0:
            raise ParameterError(
                f"The 'trees' parameter of VolumeForecaster must be 0 or more. Got {self.trees!r} "
                "instead."
            )
        if self.engine not in ENGINES:
            raise ParameterError(
                f"The 'engine' parameter of VolumeForecaster must be one of {ENGINES}. "
                f"Got {self.engine!r} instead."
            )

    def _place(self, name: str) -> Place:
        zone, country = _of_client(self.timezone, name, "UTC"), _of_client(self.country, name, "")
        zone_of = name if isinstance(self.timezone, Mapping) else ""
        country_of = name if isinstance(self.country, Mapping) else ""
        return Place(check_timezone(zone, zone_of), check_country(country, country_of))

    def _warn_of_keys(self, names: Sequence[str], events: Sequence[Event]) -> None:
        """Warn of what was given by series but is for none; more clients than these are fine."""
        for parameter in ("timezone", "country", "opening_hours"):
            given = getattr(self, parameter)
            if isinstance(given, Mapping):
                warn_unmatched(parameter, list(given), names)
        if not any(event.series == "" for event in events):
            warn_unmatched("events", sorted({event.series for event in events}), names)

    def _client_starts(self, names: pd.Series) -> pd.Series:
        """First time after all histories of the client of each series."""
        starts = pd.Series({k: v for group in self.groups_ for k, v in group.starts().items()})
        clients = pd.Series(starts.index.str.split("/").str[0], index=starts.index)
        return names.map(starts.groupby(clients).transform("max"))

    def _hours(self, members: Sequence[Any]) -> dict[str, Hours]:
        names = [str(name) for panel in members for name in panel.names]
        found = {name: _of_client(self.opening_hours or {}, name, None) for name in names}
        return {name: hours for name, hours in found.items() if hours is not None}


def _of_client(given: Any, name: str, default: Any) -> Any:
    """Value for a series: its own, that of the longest beginning of its path, or the default."""
    if not isinstance(given, Mapping):
        return given
    parts = name.split("/")
    for length in range(len(parts), 0, -1):
        key = "/".join(parts[:length])
        if key in given:
            return given[key]
    return default


def _array(artifact: Artifact, number: int, name: str) -> NDArray[Any]:
    return artifact.array(f"g{number}_{name}")


def check_ahead(h: int | None, until: pd.Timestamp | str | None) -> Ahead:
    """Return how far to forecast: a number of steps, or a time.

    Raises
    ------
    ParameterError
        When both or none are given, or a time has no zone.
    """
    if (h is None) == (until is None):
        raise ParameterError(
            "predict needs either 'h', a number of steps, or 'until', a time. Got "
            f"{'none' if h is None else 'both'} instead."
        )
    if h is not None:
        return check_steps(h)
    end = _moment(until)
    if end is None:
        raise ParameterError(
            "The 'until' parameter of predict must be a time with its zone, such as "
            f"'2026-03-02T00:00Z'. Got {until!r} instead."
        )
    return end


def _moment(given: Any) -> pd.Timestamp | None:
    """Read a time in UTC; None where it is none or has no zone."""
    try:
        time = pd.Timestamp(given)
    except (ValueError, TypeError):
        return None
    return None if pd.isna(time) or time.tzinfo is None else time.tz_convert("UTC")


def check_steps(h: int) -> int:
    """Return a number of steps ahead.

    Raises
    ------
    ParameterError
        When it is not a whole number of 1 or more.
    """
    if isinstance(h, bool) or not isinstance(h, (int, np.integer)) or h < 1:
        raise ParameterError(
            "The 'h' parameter of predict must be a whole number of steps, 1 or more. "
            f"Got {h!r} instead."
        )
    return int(h)


def empty_forecast(levels: Sequence[float]) -> pd.DataFrame:
    """Forecast of no series, with the columns of any."""
    frame = pd.DataFrame({"unique_id": pd.Series([], dtype="str")})
    frame["ds"] = pd.Series([], dtype="datetime64[us, UTC]")
    for column in ("yhat", *metrics.interval_names(levels)):
        frame[column] = pd.Series([], dtype="float64")
    return frame
