"""Floors to beat: last week again, and the mean of the same slot over eight weeks."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from data.artifact import read_artifact, write_artifact
from forecasting import metrics
from forecasting.forecaster import check_steps, empty_forecast
from forecasting.validation import check_levels, check_volume, step_seconds

_WEEK = 7 * 86_400
_Past = dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]


class _SameSlot(BaseEstimator):
    """Mean of the same slot in the last ``weeks`` weeks, as UTC shows it.

    Intervals are the quantiles of what this forecast got wrong one week ahead inside the
    history.
    """

    kind = ""
    _weeks = 1

    def fit(self, volume: pd.DataFrame) -> Self:
        """Keep the history of ``unique_id, ds, y``; returns self."""
        frame = check_volume(volume, fractional=True)
        self.history_: _Past = {}
        for name, part in frame.groupby("unique_id", sort=True):
            seconds = part["ds"].dt.as_unit("s").astype("int64").to_numpy()
            self.history_[str(name)] = (seconds, part["y"].to_numpy(dtype=np.float64))
        return self

    def predict(self, h: int, level: Sequence[float] = (80, 95)) -> pd.DataFrame:
        """Forecast the next ``h`` intervals; columns as ``VolumeForecaster.predict``."""
        check_is_fitted(self)
        steps, levels = check_steps(h), check_levels(level)
        parts = [self._one(name, *past, steps, levels) for name, past in self.history_.items()]
        return pd.concat(parts, ignore_index=True) if parts else empty_forecast(levels)

    def evaluate(self, volume: pd.DataFrame) -> dict[str, float]:
        """Figures against what came after the history; see ``metrics.pooled``."""
        check_is_fitted(self)
        frame = check_volume(volume, fractional=True)
        last = int(frame["ds"].max().timestamp()) if len(frame) else 0
        gaps = [(last - past[-1]) // step_seconds(past, "") for past, _ in self.history_.values()]
        return metrics.pooled(frame.merge(self.predict(max([1, *gaps])), on=["unique_id", "ds"]))

    def save(self, folder: str | os.PathLike[str], **header: Any) -> Path:
        """Write a model folder."""
        check_is_fitted(self)
        lengths = [len(past) for past, _ in self.history_.values()]
        joined = [
            np.concatenate([np.empty(0), *(p[i] for p in self.history_.values())]) for i in (0, 1)
        ]
        return write_artifact(
            folder,
            kind=self.kind,
            parameters={"names": list(self.history_), "lengths": lengths},
            arrays={"seconds": joined[0].astype(np.int64), "y": joined[1]},
            **header,
        )

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Read a model folder."""
        artifact = read_artifact(folder, kind=cls.kind)
        model, edges = cls(), np.cumsum([0, *artifact.parameters["lengths"]])
        seconds, y = artifact.array("seconds"), artifact.array("y")
        model.history_ = {
            name: (seconds[a:b], y[a:b])
            for name, a, b in zip(artifact.parameters["names"], edges[:-1], edges[1:], strict=True)
        }
        return model

    def _one(
        self,
        name: str,
        seconds: NDArray[np.int64],
        y: NDArray[np.float64],
        h: int,
        levels: Sequence[float],
    ) -> pd.DataFrame:
        step = step_seconds(seconds, name)
        ahead = seconds[-1] + step * np.arange(1, h + 1, dtype=np.int64)
        yhat = self._mean(seconds, y, ahead, seconds[-1])
        past = self._mean(seconds, y, seconds, None)
        known = np.isfinite(past)
        wrong = (y - past)[known] if known.any() else np.zeros(1)
        centre = np.where(np.isfinite(yhat), yhat, y.mean())
        table = {"unique_id": name, "ds": pd.to_datetime(ahead, unit="s", utc=True).as_unit("us")}
        table["yhat"] = centre
        for one in levels:
            low, high = metrics.interval_names([one])
            table[low] = np.maximum(centre + np.quantile(wrong, (1 - one / 100) / 2), 0)
            table[high] = np.maximum(centre + np.quantile(wrong, (1 + one / 100) / 2), 0)
        return pd.DataFrame(table).astype({"unique_id": "str"})

    def _mean(
        self,
        seconds: NDArray[np.int64],
        y: NDArray[np.float64],
        wanted: NDArray[np.int64],
        last: int | None,
    ) -> NDArray[np.float64]:
        """Mean of the known values whole weeks before each wanted time."""
        begin = wanted - _WEEK
        if last is not None:
            begin = wanted - _WEEK * np.maximum(-(-(wanted - last) // _WEEK), 1)
        found = np.full((self._weeks, len(wanted)), np.nan)
        for week in range(self._weeks):
            source = begin - week * _WEEK
            at = np.minimum(np.searchsorted(seconds, source), len(seconds) - 1)
            found[week] = np.where(seconds[at] == source, y[at], np.nan)
        known = np.isfinite(found)
        total = np.where(known, found, 0.0).sum(axis=0)
        return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


class SeasonalNaive(_SameSlot):
    """What came in the same slot a week before."""

    kind = "seasonal_naive"


class SameSlotMean(_SameSlot):
    """Mean of the same slot over the last eight weeks."""

    kind = "same_slot_mean"
    _weeks = 8
