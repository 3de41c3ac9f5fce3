"""Forecasts on rolling origins of real volume, and the time of ten thousand series.

Windows are those of ``forecast_windows``: the last ones are reported, and every setting was
chosen on windows before them.
"""

import resource
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from forecast_windows import PARTS, place, volume, windows
from rows import fingerprint, interval, row

from forecasting import metrics
from forecasting.baseline import SameSlotMean
from forecasting.forecaster import VolumeForecaster

LEVELS = (80, 95)


def ours(name: str, first: int = 0, count: int | None = None) -> pd.DataFrame:
    """Forecasts joined with what came: ``window, unique_id, ds, y, yhat, …``."""
    parts = []
    for number, history, truth in windows(name, first, count):
        places = {one: place(str(one)) for one in history["unique_id"].unique()}
        model = VolumeForecaster(
            timezone={one: where.timezone for one, where in places.items()},
            country={one: where.country for one, where in places.items()},
        ).fit(history)
        forecast = model.predict(PARTS[name].steps, level=LEVELS)
        parts.append(
            truth.merge(forecast, on=["unique_id", "ds"], how="left").assign(window=number)
        )
    return _complete(pd.concat(parts, ignore_index=True))


def floor(name: str) -> pd.DataFrame:
    """Forecasts of the same-slot mean on the same windows."""
    parts = []
    for number, history, truth in windows(name):
        model = SameSlotMean().fit(history)
        # It steps through closed hours as well.
        days = (truth["ds"].max() - history["ds"].max()) / pd.Timedelta(days=1)
        per_day = {"bank30": 48, "bank5": 288, "hourly": 24, "sparse": 1}[name]
        steps = max(int(np.ceil(days)) + 1, PARTS[name].days) * per_day
        forecast = model.predict(min(steps, 800 * per_day), level=LEVELS)
        parts.append(
            truth.merge(forecast, on=["unique_id", "ds"], how="left").assign(window=number)
        )
    return _complete(pd.concat(parts, ignore_index=True))


def part_rows(name: str, asks: dict[str, str]) -> list[dict[str, Any]]:
    """Figures of one part with intervals by day and series."""
    table, base = ours(name), floor(name)
    found, below = metrics.pooled(table), metrics.pooled(base)
    days = table["unique_id"] + table["ds"].dt.floor("D").astype(str)
    part = PARTS[name]
    return [
        row(
            f"forecast {name}: {figure}",
            found[figure],
            data=fingerprint(volume(name)),
            split=f"last {part.reported} windows of {part.days} observed days",
            n=len(table),
            interval=interval(
                partial(_figure, table, figure), len(table), groups=days, repetitions=100
            ),
            baseline=below[figure],
            baseline_name="same slot, mean of eight weeks",
            ask=asks.get(figure, ""),
        )
        for figure in ("wape", "pinball_share", "pinball", "coverage_80", "coverage_95")
    ]


def scale() -> list[dict[str, Any]]:
    """Seconds and memory to fit and forecast 10,000 series of two years of days."""
    frame = many_days(10_000)
    before = resource.getrusage(resource.RUSAGE_SELF)
    started, cpu = time.time(), time.process_time()
    VolumeForecaster().fit(frame).predict(28)
    wall, cpu = time.time() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    shared = {"data": "synthetic", "split": "10,000 series, 730 days, 28 ahead", "n": len(frame)}
    return [
        row("forecast 10,000 daily series: CPU seconds", cpu, ask="≤ 60 s on 2 cores", **shared),
        row("forecast 10,000 daily series: seconds", wall, **shared),
        row(
            "forecast 10,000 daily series: peak memory GiB", peak, ask="≤ 2 GB",
            before=round(before.ru_maxrss / 1024**2, 2), **shared,
        ),
    ]  # fmt: skip


def many_days(series: int, days: int = 730, seed: int = 0) -> pd.DataFrame:
    """Daily counts of made clients: week, season, growth."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(2.0, 1.2, series)[:, None]
    week = rng.dirichlet(np.full(7, 20.0), series) * 7
    day = np.arange(days)
    season = 1 + 0.2 * np.sin(2 * np.pi * day / 365.25)
    growth = 1 + rng.normal(0, 0.3, series)[:, None] * day / 365
    rate = level * week[:, day % 7] * season * np.maximum(growth, 0.1)
    y = rng.poisson(rate).astype(np.float64)
    names = pd.Categorical.from_codes(
        np.repeat(np.arange(series), days), [f"client{i:05d}" for i in range(series)]
    )
    times = pd.date_range("2024-01-01", periods=days, freq="D", tz="UTC", unit="us")
    frame = pd.DataFrame({"unique_id": pd.Series(names).astype("str")})
    return frame.assign(ds=np.tile(times, series), y=y.reshape(-1))


def _figure(table: pd.DataFrame, figure: str, positions: np.ndarray) -> float:
    return metrics.pooled(table.iloc[positions])[figure]


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    """Refuse to report on part of a window."""
    missing = int(table["yhat"].isna().sum())
    if missing:
        raise SystemExit(f"{missing} of {len(table)} steps have no forecast.")
    return table


COVERAGE = {"coverage_80": "0.76–0.84", "coverage_95": "0.93–0.97"}
BENCHMARKS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "bank30": partial(part_rows, "bank30", COVERAGE),
    "bank5": partial(part_rows, "bank5", COVERAGE),
    "hourly": partial(part_rows, "hourly", COVERAGE),
    "sparse": partial(part_rows, "sparse", {}),
    "scale": scale,
}
