"""Forecast the windows of a folder with the peers. Runs in their own environment.

Reads ``<part>-<window>-<history|ahead>.parquet``; writes ``<part>-<window>-peers.parquet`` with
one row per model, series and step, and ``seconds.json``. A row is a step of the series' own
open hours, so that no peer has to learn that nights and Sundays are closed; gaps are filled
with the value a week before, which is kinder to them than zeros.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from lightgbm import LGBMRegressor
from mlforecast import MLForecast
from mlforecast.lag_transforms import RollingMean, SeasonalRollingMean
from mlforecast.utils import PredictionIntervals
from statsforecast import StatsForecast
from statsforecast.models import (
    MSTL,
    AutoCES,
    AutoETS,
    SeasonalNaive,
    SeasonalWindowAverage,
)
from statsforecast.utils import ConformalIntervals

LEVELS = [80, 95]
CALENDAR = ["slot", "weekday", "day_of_month", "days_left", "month", "holiday"]


def statistical(part: dict) -> list:
    """Models of statsforecast that finish on this season's length."""
    week, day, steps = part["season"], part["day"], part["steps"]
    spread = ConformalIntervals(h=steps, n_windows=4)
    models = [
        SeasonalNaive(week),
        SeasonalWindowAverage(week, 8, alias="SameSlotMean8", prediction_intervals=spread),
    ]
    if part["name"] == "sparse":
        models += [AutoETS(7), AutoCES(7)]
    else:
        seasons = [day, week] if day > 1 else [7]
        models += [MSTL(seasons, alias="MSTL")]
    if part["name"] in ("bank30", "hourly"):
        models += [AutoETS(day), AutoCES(day)]
    return models


def learned(history: pd.DataFrame, ahead: pd.DataFrame, part: dict) -> pd.DataFrame:
    """Forecast with a global LightGBM of lags, rolling means and the calendar."""
    week, day, steps = part["season"], part["day"], part["steps"]
    lags = sorted({1, 2, 3, day, 2 * day, week, 2 * week, 4 * week} - {0})
    means = {
        1: [RollingMean(7 * max(day // 4, 1)), RollingMean(week)],
        week: [SeasonalRollingMean(week, 4), SeasonalRollingMean(week, 8)],
    }
    model = MLForecast(
        models={
            "LightGBM": LGBMRegressor(
                n_estimators=200, learning_rate=0.06, num_leaves=31, min_child_samples=20,
                subsample=0.8, subsample_freq=1, colsample_bytree=0.8, verbosity=-1, n_jobs=1,
                random_state=0,
            ),
            "LightGBM-L1": LGBMRegressor(
                objective="l1", n_estimators=200, learning_rate=0.06, num_leaves=31,
                subsample=0.8, subsample_freq=1, colsample_bytree=0.8, verbosity=-1, n_jobs=1,
                random_state=0,
            ),
        },
        freq=1,
        lags=lags,
        lag_transforms=means,
    )  # fmt: skip
    columns = ["unique_id", "t", "y", *CALENDAR]
    model.fit(
        history[columns], time_col="t", static_features=[],
        prediction_intervals=PredictionIntervals(n_windows=2, h=steps),
    )  # fmt: skip
    return model.predict(steps, level=LEVELS, X_df=ahead[["unique_id", "t", *CALENDAR]])


def classical(history: pd.DataFrame, part: dict) -> pd.DataFrame:
    """Forecast with statsforecast."""
    # More than a year of hours does not help these, and costs minutes.
    kept = history.groupby("unique_id").tail(16 * part["season"] if part["day"] > 1 else 800)
    runner = StatsForecast(models=statistical(part), freq=1, n_jobs=1)
    frame = kept[["unique_id", "t", "y"]].rename(columns={"t": "ds"})
    return runner.forecast(df=frame, h=part["steps"], level=LEVELS).rename(columns={"ds": "t"})


def long(wide: pd.DataFrame, ahead: pd.DataFrame) -> pd.DataFrame:
    """One row per model, series and time, with the columns of a forecast."""
    joined = ahead[["unique_id", "t", "ds", "y"]].merge(wide, on=["unique_id", "t"])
    models = [
        c
        for c in wide.columns
        if c not in ("unique_id", "t") and "-lo-" not in c and "-hi-" not in c
    ]
    rows = []
    for model in models:
        picked = joined[["unique_id", "ds", "y"]].copy()
        picked["model"], picked["yhat"] = model, joined[model].clip(lower=0)
        for level in LEVELS:
            for side in ("lo", "hi"):
                picked[f"yhat-{side}-{level}"] = joined[f"{model}-{side}-{level}"].clip(lower=0)
        rows.append(picked)
    return pd.concat(rows)


def main(folder: Path) -> None:
    """Forecast every window of the folder."""
    warnings.filterwarnings("ignore")
    parts = json.loads((folder / "parts.json").read_text())
    seconds: dict[str, float] = {}
    for path in sorted(folder.glob("*-history.parquet")):
        name, window, _ = path.stem.split("-")
        history, ahead = (
            pd.read_parquet(path),
            pd.read_parquet(folder / f"{name}-{window}-ahead.parquet"),
        )
        # Without names on the index, a frame is the same in every version of pandas.
        found = []
        for label, run in (
            ("classical", lambda h=history, n=name: classical(h, parts[n])),
            ("learned", lambda h=history, a=ahead, n=name: learned(h, a, parts[n])),
        ):
            started = time.process_time()
            found.append(long(run(), ahead))
            seconds[f"{name}-{label}"] = (
                seconds.get(f"{name}-{label}", 0.0) + time.process_time() - started
            )
            print(name, window, label, round(time.process_time() - started), "CPU s", flush=True)
        pd.concat(found).reset_index(drop=True).to_parquet(
            folder / f"{name}-{window}-peers.parquet"
        )
    (folder / "seconds.json").write_text(json.dumps(seconds))


if __name__ == "__main__":
    np.random.seed(0)
    main(Path(sys.argv[1]))
