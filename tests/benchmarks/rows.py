"""What every benchmark returns: rows of figures with interval, baseline and protocol."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def table(name: str) -> pd.DataFrame:
    """Read one public table, or stop with a sentence that says what is missing."""
    path = SHARED / f"{name}.parquet"
    if not path.exists():
        raise SystemExit(f"The benchmark needs {name}.parquet in {SHARED.name} beside the project.")
    return pd.read_parquet(path)


def fingerprint(frame: pd.DataFrame) -> str:
    """Short hash of a table's values: tells which data a figure belongs to."""
    hashed = pd.util.hash_pandas_object(frame.astype(str), index=False).to_numpy()
    return hashlib.sha256(hashed.tobytes()).hexdigest()[:12]


def interval(
    statistic: Callable[[NDArray[np.intp]], float],
    n: int,
    *,
    groups: ArrayLike | None = None,
    repetitions: int = 500,
    seed: int = 0,
) -> list[float]:
    """95 % bootstrap interval of a statistic over row positions, resampled by group."""
    rng = np.random.default_rng(seed)
    names = np.arange(n) if groups is None else np.asarray(groups)
    _, codes = np.unique(names, return_inverse=True)
    members = pd.Series(np.arange(n)).groupby(codes).apply(lambda s: s.to_numpy()).tolist()
    values = []
    for _ in range(repetitions):
        drawn = rng.integers(len(members), size=len(members))
        values.append(statistic(np.concatenate([members[i] for i in drawn])))
    low, high = np.quantile(values, [0.025, 0.975])
    return [round(float(low), 4), round(float(high), 4)]


def row(
    figure: str,
    value: float,
    *,
    data: str,
    split: str,
    n: int,
    interval: Sequence[float] | None = None,
    baseline: float | None = None,
    baseline_name: str = "",
    ask: str = "",
    **more: Any,
) -> dict[str, Any]:
    """One figure as it stands in ``benchmarks.json``."""
    return {
        "figure": figure,
        "value": round(float(value), 4),
        "interval": None if interval is None else list(interval),
        "baseline": None if baseline is None else round(float(baseline), 4),
        "baseline_name": baseline_name,
        "ask": ask,
        "n": int(n),
        "data": data,
        "split": split,
        **more,
    }
