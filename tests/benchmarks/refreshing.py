"""Nights on which the champion goes on learning: accuracy and calibration beside a full fit.

Inside the training part of BANKING77: a fifth judges, 7 % of the rest arrives over seven nights.
"""

import time
from collections.abc import Callable
from typing import Any

import pandas as pd
from rows import row, table
from sklearn.model_selection import train_test_split

from triage import IntentClassifier
from triage.refreshing import refresh

Rows = list[dict[str, Any]]
NIGHTS, NEW = 7, 0.07


def seven_nights() -> Rows:
    """Fit once, go on seven times, fit again on the same texts."""
    known, judged = train_test_split(
        table("banking77_train"),
        test_size=0.2,
        random_state=11,
        stratify=table("banking77_train")["intent"],
    )
    old, new = train_test_split(known, test_size=NEW, random_state=3)
    began = time.process_time()
    model = IntentClassifier().fit(old["text"], old["intent"])
    first = time.process_time() - began
    before, spent = _judge(model, judged), 0.0
    for night in range(NIGHTS):
        old = pd.concat([old, new.iloc[night::NIGHTS]])
        began = time.process_time()
        refresh(model, old["text"], old["intent"])
        spent += time.process_time() - began
    after, anew = _judge(model, judged), _judge(_fitted(old), judged)
    shared = {"data": "banking77_train", "split": "80/20 inside the training part, seed 11"}
    return [
        row(f"BANKING77 {name} after {NIGHTS} refreshes", after[name], n=len(judged),
            baseline=anew[name], baseline_name="full fit on the same texts",
            before_them=round(before[name], 4), **shared)
        for name in ("accuracy", "ece")
    ] + [
        row("refresh, processor time against a full fit, encoder included",
            spent / NIGHTS / first, n=NIGHTS, **shared),
    ]  # fmt: skip


def _fitted(rows: pd.DataFrame) -> IntentClassifier:
    return IntentClassifier().fit(rows["text"], rows["intent"])


def _judge(model: IntentClassifier, rows: pd.DataFrame) -> dict[str, float]:
    return model.evaluate(rows["text"], rows["intent"])


BENCHMARKS: dict[str, Callable[[], Rows]] = {"seven_nights": seven_nights}
