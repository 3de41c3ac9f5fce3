"""Run the peers on the very windows that our forecasts are measured on, side by side.

``python tests/benchmarks/forecast_peers.py [forecast_peers.part …]`` makes the peers' own
environment on first use (they need an older pandas), hands windows over as Parquet files and
writes the figures to ``benchmarks.json``. What peers forecast is kept beside their environment:
the same windows and the same models are not run again.
"""

import hashlib
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
import run
from forecast_windows import PARTS, known_ahead, volume, windows
from forecasts import ours
from rows import fingerprint, row

from forecasting import metrics

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parents[1] / ".venv-forecast-peers"
MODELS = HERE / "forecast_peer_models.py"
REQUIREMENTS = HERE / "forecast-peers-requirements.txt"


def peers(name: str) -> pd.DataFrame:
    """Forecasts of every peer: ``window, model, unique_id, ds, y, yhat, …``."""
    kept = ENVIRONMENT / f"{name}-{_asked(name)}.parquet"
    python = _python()
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            _forecast(python, name, Path(folder)).to_parquet(kept)
    return pd.read_parquet(kept)


def _forecast(python: Path, name: str, folder: Path) -> pd.DataFrame:
    _hand_over(name, folder)
    (folder / "parts.json").write_text(json.dumps({name: _shape(name)}))
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    subprocess.run(
        [str(python), str(MODELS), str(folder)],
        check=True,
        env={**os.environ, **one_thread, "NIXTLA_ID_AS_COL": "1"},
    )
    frames = []
    for path in sorted(folder.glob("*-peers.parquet")):
        _, window, _ = path.stem.split("-")
        frames.append(pd.read_parquet(path).assign(window=int(window)))
    return pd.concat(frames, ignore_index=True)


def _asked(name: str) -> str:
    """Short hash of all that peers' forecasts depend on."""
    parts = [fingerprint(volume(name)), str(PARTS[name]), REQUIREMENTS.read_text()]
    parts += [path.read_text() for path in (MODELS, Path(__file__), HERE / "forecast_windows.py")]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]


def figures(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Pooled figures by model."""
    rows = [{"model": model, **metrics.pooled(own)} for model, own in forecasts.groupby("model")]
    return pd.DataFrame(rows).set_index("model")


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


def peer_rows(name: str, asks: dict[str, str]) -> list[dict[str, Any]]:
    """Our figures as shares of the best peer's; the figures of all stand in the row."""
    table = figures(pd.concat([peers(name), ours(name).assign(model=OURS)]))
    peer, part = table.drop(index=OURS), PARTS[name]
    made = []
    for figure, ask in asks.items():
        made.append(
            row(
                f"forecast {name}: {figure} against the best peer",
                table.loc[OURS, figure] / peer[figure].min(),
                data=fingerprint(volume(name)),
                split=f"last {part.reported} windows of {part.days} observed days",
                n=part.reported,
                baseline=1.0,
                baseline_name=str(peer[figure].idxmin()),
                ask=ask,
                figures={str(model): round(float(v), 4) for model, v in table[figure].items()},
                coverage_80={str(m): round(float(v), 4) for m, v in table["coverage_80"].items()},
            )
        )
    return made


OURS = "deskpilot"
BOTH = {"wape": "≤ 0.97", "pinball_share": "≤ 0.97"}
BENCHMARKS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "bank30": partial(peer_rows, "bank30", BOTH),
    "bank5": partial(peer_rows, "bank5", BOTH),
    "hourly": partial(peer_rows, "hourly", BOTH),
    "sparse": partial(peer_rows, "sparse", {"wape": "", "pinball_share": "≤ 0.94"}),
}


if __name__ == "__main__":
    run.MODULES = ("forecast_peers",)  # type: ignore[assignment]
    run.main(sys.argv[1:])
