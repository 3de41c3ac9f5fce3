"""What tells outsiders from known labels, and which map makes scores probabilities.

Outsiders are labels of CLINC150's training part that a model was not shown; calibration is fitted
on one half of held-out scores of BANKING77's training part and judged on the other.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rows import fingerprint, interval, row, table
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from data.encoders import CachedEncoder, default_encoder
from triage import metrics
from triage.calibration import METHODS, Calibrator, best_calibrator, log_loss
from triage.features import encode
from triage.intents import IntentClassifier

Rows = list[dict[str, Any]]
Floats = NDArray[np.float64]
ENCODER = CachedEncoder(default_encoder(), capacity=40_000)
LEFT_OUT, NEIGHBOURS = 30, 10


def outsiders() -> Rows:
    """Return the AUROC of each signal: 30 of CLINC150's labels are outside, three draws."""
    frame = table("clinc150_trainval")
    frame = frame[(frame["split"] == "train") & frame["in_scope"]]
    found: dict[str, list[float]] = {}
    n = 0
    for train, test, outside in _draws(frame):
        model = IntentClassifier(encoder=ENCODER).fit(train["text"], train["intent"])
        n += len(test)
        for name, score in _signals(model, train, test, outside).items():
            found.setdefault(name, []).append(metrics.auroc(score, outside))
    shared = {
        "data": f"clinc150_trainval@{fingerprint(frame)}",
        "split": f"{LEFT_OUT} labels of train left out, 3 draws",
    }
    return [
        row(
            f"outsiders AUROC: {name}", np.mean(values), n=n,
            interval=[round(min(values), 4), round(max(values), 4)], **shared,
        )
        for name, values in found.items()
    ]  # fmt: skip


def calibration() -> Rows:
    """Return the ECE and log loss of each map over the same held-out scores."""
    frame = table("banking77_train")
    train, _ = train_test_split(frame, test_size=0.2, stratify=frame["intent"], random_state=0)
    inner, outer = train_test_split(
        train, test_size=1 / 3, stratify=train["intent"], random_state=0
    )
    model = IntentClassifier(encoder=ENCODER).fit(inner["text"], inner["intent"])
    scores = model._scores(outer["text"].tolist())
    targets = np.searchsorted(model.classes_, outer["intent"])
    half = np.random.default_rng(0).permutation(len(outer)) % 2 == 0
    tables = {"none": _softmax(scores)}
    for method in METHODS:
        tables[method] = Calibrator(method).fit(scores[half], targets[half]).transform(scores)
    chosen, _ = best_calibrator(scores[half], targets[half])
    tables[f"the best by log loss ({chosen.method})"] = chosen.transform(scores)
    shared = {"data": f"banking77_train@{fingerprint(frame)}", "split": "a sixth of train"}
    return [
        found
        for name, probabilities in tables.items()
        for found in _judged(name, probabilities[~half], targets[~half], shared)
    ]


def _judged(
    name: str, probabilities: Floats, targets: NDArray[np.intp], shared: dict[str, str]
) -> Rows:
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == targets
    error = metrics.expected_calibration_error
    return [
        row(
            f"calibration ECE: {name}", error(top, right), n=len(top),
            interval=interval(lambda i: error(top[i], right[i]), len(top)), **shared,
        ),
        row(
            f"calibration log loss: {name}", log_loss(probabilities, targets), n=len(top), **shared
        ),
    ]  # fmt: skip


def _draws(frame: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, NDArray[np.bool_]]]:
    labels = np.unique(frame["intent"])
    for seed in range(3):
        left = np.random.default_rng(seed).choice(labels, LEFT_OUT, replace=False)
        inside = frame[~frame["intent"].isin(left)]
        train, held = train_test_split(
            inside, test_size=0.2, stratify=inside["intent"], random_state=seed
        )
        # As few outsiders beside the known as in what is reported.
        some = frame[frame["intent"].isin(left)].sample(400, random_state=seed)
        test = pd.concat([held, some], ignore_index=True)
        yield train, test, np.r_[np.zeros(len(held), bool), np.ones(len(some), bool)]


def _signals(
    model: IntentClassifier, train: pd.DataFrame, test: pd.DataFrame, outside: NDArray[np.bool_]
) -> dict[str, Floats]:
    """Score a text each way; higher is further out."""
    texts = test["text"].tolist()
    probabilities = model.predict_proba(texts)
    _, parts, _ = model._scores_and_signals(texts)
    known, asked = (encode(ENCODER, frame["text"].tolist()) for frame in (train, test))
    close = np.sort(asked @ known.T, axis=1)[:, ::-1][:, :NEIGHBOURS]
    means = np.stack([known[train["intent"] == name].mean(axis=0) for name in model.classes_])
    every = np.column_stack([parts, -close[:, 0], -close.mean(axis=1)])
    level = (every - every.mean(axis=0)) / every.std(axis=0)
    return {
        "as served": model.out_of_scope_score(texts),
        "1 - highest probability": -probabilities.max(axis=1),
        "best score of the network": parts[:, 0],
        "margin to the second label": parts[:, 1],
        "share of unknown words": parts[:, 2],
        "distance to the nearest text": -close[:, 0],
        f"mean distance to {NEIGHBOURS} texts": -close.mean(axis=1),
        "distance to the nearest label's mean": -(asked @ means.T).max(axis=1),
        "all of them, standardised and added": level.sum(axis=1),
        "logistic regression, half of the outsiders labelled": _labelled(level, outside),
    }


def _labelled(level: Floats, outside: NDArray[np.bool_]) -> Floats:
    """Score every half by a regression that learned from the other."""
    half = np.random.default_rng(0).permutation(len(level)) % 2 == 0
    found = np.empty(len(level))
    for learned, judged in ((half, ~half), (~half, half)):
        model = LogisticRegression(class_weight="balanced").fit(level[learned], outside[learned])
        found[judged] = model.decision_function(level[judged])
    return found


def _softmax(scores: Floats) -> Floats:
    table = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(table / table.sum(axis=1, keepdims=True))
