"""Run the peers on the very windows that our forecasts are measured on, side by side.

``python tests/benchmarks/forecast_peers.py [part …]`` makes the peers' own environment on
first use (they need an older pandas), hands windows over as Parquet files, and prints one table.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from forecast_windows import PARTS, known_ahead, volume, windows
from forecasts import ours
from rich.console import Console
from rows import fingerprint, row

from forecasting import metrics

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parents[1] / ".venv-forecast-peers"
REQUIREMENTS = HERE / "forecast-peers-requirements.txt"


def peers(names: list[str], *, folder: Path | None = None) -> pd.DataFrame:
    """Forecasts of every peer: ``part, window, model, unique_id, ds, y, yhat, …``."""
    if folder is None:
        with tempfile.TemporaryDirectory() as made:
            return peers(names, folder=Path(made))
    for name in names:
        _hand_over(name, folder)
    shapes = {name: _shape(name) for name in names}
    (folder / "parts.json").write_text(json.dumps(shapes))
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    subprocess.run(
        [str(_python()), str(HERE / "forecast_peer_models.py"), str(folder)],
        check=True,
        env={**os.environ, **one_thread, "NIXTLA_ID_AS_COL": "1"},
    )
    frames = []
    for path in sorted(folder.glob("*-peers.parquet")):
        name, window, _ = path.stem.split("-")
        frames.append(pd.read_parquet(path).assign(part=name, window=int(window)))
    return pd.concat(frames, ignore_index=True)


def figures(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Pooled figures by part and model."""
    rows = [
        {"part": part, "model": model, **metrics.pooled(rows)}
        for (part, model), rows in forecasts.groupby(["part", "model"])
    ]
    return pd.DataFrame(rows)


def _hand_over(name: str, folder: Path) -> None:
    for number, history, truth in windows(name):
        frame = pd.concat([history.assign(ahead=False), truth.assign(ahead=True)])
        frame = known_ahead(_filled(frame, name) if name != "sparse" else frame)
        frame = frame.sort_values(["unique_id", "ds"], kind="stable")
        frame["t"] = frame.groupby("unique_id").cumcount()
        frame["unique_id"] = frame["unique_id"].astype(object)
        late = frame["ahead"].to_numpy(dtype=bool)
        frame = frame.drop(columns="ahead").reset_index(drop=True)
        frame[~late].to_parquet(folder / f"{name}-{number}-history.parquet", index=False)
        frame[late].to_parquet(folder / f"{name}-{number}-ahead.parquet", index=False)


def _filled(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Complete the grid of each series, so that a season of steps is a week for every peer.

    A gap of the history is filled with the value a week before; truths stay missing.
    """
    week = PARTS[name].season
    parts = []
    for one, part in frame.groupby("unique_id"):
        own = part.set_index("ds").reindex(_grid(part["ds"], name))
        cut = part.loc[part["ahead"].to_numpy(dtype=bool), "ds"].min()
        own["ahead"] = own.index >= cut
        # A run of a day or more of zeros is an outage that was stored as zeros.
        zero = own["y"].eq(0) & ~own["ahead"]
        run = zero.groupby((zero != zero.shift()).cumsum()).transform("sum")
        own.loc[zero & (run >= 24), "y"] = float("nan")
        for _ in range(6):
            own["y"] = own["y"].where(own["y"].notna() | own["ahead"], own["y"].shift(week))
        own["y"] = own["y"].where(own["ahead"], own["y"].ffill().bfill())
        parts.append(own.assign(unique_id=one).rename_axis("ds").reset_index())
    return pd.concat(parts)


def _grid(times: pd.Series, name: str) -> pd.DatetimeIndex:
    """Every hour, or the open slots of every business day."""
    first, last = times.min(), times.max()
    if name == "hourly":
        return pd.date_range(first, last, freq="h")
    slots = times.dt.strftime("%H:%M").unique()
    days = pd.bdate_range(first.floor("D"), last.floor("D"))
    every = [day + pd.Timedelta(f"{slot}:00") for day in days for slot in sorted(slots)]
    return pd.DatetimeIndex(every)


def _shape(name: str) -> dict[str, int | str]:
    part = PARTS[name]
    day = {"bank30": 28, "bank5": 169, "hourly": 24, "sparse": 1}[name]
    return {"name": name, "steps": part.steps, "season": part.season, "day": day}


def _python() -> Path:
    python = ENVIRONMENT / "bin" / "python"
    stamp = ENVIRONMENT / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != REQUIREMENTS.read_text():
        venv.create(ENVIRONMENT, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--requirement", str(REQUIREMENTS)], check=True)
        stamp.write_text(REQUIREMENTS.read_text())
    return python


def side_by_side(names: list[str]) -> pd.DataFrame:
    """Figures of ours and of every peer on the same windows."""
    table = pd.concat([peers(names), *(ours(name).assign(part=name, model=OURS) for name in names)])
    return figures(table)


def peer_rows(name: str, ask: float) -> list[dict[str, Any]]:
    """Our figures as shares of the best peer's."""
    table = side_by_side([name]).set_index("model")
    peer = table.drop(index=OURS)
    return [
        row(
            f"forecast {name}: {figure} against the best peer",
            table.loc[OURS, figure] / peer[figure].min(),
            data=fingerprint(volume(name)),
            split=f"last {PARTS[name].reported} windows",
            n=PARTS[name].reported,
            baseline=1.0,
            baseline_name=str(peer[figure].idxmin()),
            ask=f"≤ {ask}",
        )
        for figure in ("wape", "pinball")
    ]


def main(names: list[str]) -> None:
    """Print the figures side by side."""
    table = side_by_side(names or list(PARTS))
    Console().print(table.round(4).to_string(index=False), highlight=False)


OURS = "deskpilot"
BENCHMARKS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    name: partial(peer_rows, name, 0.94 if name == "sparse" else 0.97) for name in PARTS
}


if __name__ == "__main__":
    main(sys.argv[1:])
