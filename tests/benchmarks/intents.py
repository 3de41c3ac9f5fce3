"""Intent figures on public data: accuracy, calibration, abstention, few labels, languages.

Run one: ``python tests/benchmarks/intents.py banking77``.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rows import fingerprint, interval, row, table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.svm import LinearSVC

from data.encoders import Encoder, default_encoder
from triage import IntentClassifier, metrics
from triage.features import encode

Rows = list[dict[str, Any]]
LINEAR = "default encoder + TF-IDF + linear"
ENCODER_ONLY = "default encoder + linear"


def linear_baseline(train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """Labels from the plain form: encoder rows beside TF-IDF into a linear SVM."""
    import scipy.sparse as sp

    words = FeatureUnion(
        [
            ("w", TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))),
            ("c", TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5))),
        ]
    )
    left = words.fit_transform(train["text"])
    dense = 1.5 * encode(default_encoder(), train["text"].tolist())
    model = LinearSVC(C=0.5).fit(sp.hstack([left, dense]).tocsr(), train["intent"])
    dense = 1.5 * encode(default_encoder(), test["text"].tolist())
    return model.predict(sp.hstack([words.transform(test["text"]), dense]).tocsr())


def encoder_baseline(train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """Labels from the encoder alone into a logistic regression."""
    model = make_pipeline(LogisticRegression(C=30.0, max_iter=300))
    model.fit(encode(default_encoder(), train["text"].tolist()), train["intent"])
    return model.predict(encode(default_encoder(), test["text"].tolist()))


def stratified(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split 80/20, stratified, seed 0: the protocol's cut."""
    return train_test_split(frame, test_size=0.2, stratify=frame["intent"], random_state=0)


def full(name: str, data: str, asks: dict[str, str], encoder: Encoder | None = None) -> Rows:
    """Accuracy, calibration and coverage with all labels."""
    frame = table(data)
    train, test = stratified(frame)
    model = IntentClassifier(encoder=encoder).fit(train["text"], train["intent"])
    probabilities = model.predict_proba(test["text"])
    truth = test["intent"].to_numpy()
    correct = model.classes_[probabilities.argmax(axis=1)] == truth
    confidence = probabilities.max(axis=1)
    floor = linear_baseline(train, test) == truth
    decided = model.decide(test["text"])
    answered = decided["reason"].isna().to_numpy()
    shared = {
        "data": f"{data}@{fingerprint(frame)}",
        "split": "80/20 stratified, seed 0",
        "n": len(test),
    }
    right = (decided["label"].to_numpy() == truth)[answered]
    return [
        row(
            f"{name} accuracy", correct.mean(), baseline=floor.mean(), baseline_name=LINEAR,
            interval=interval(lambda i: correct[i].mean(), len(test)),
            ask=asks.get("accuracy", ""), **shared,
        ),
        row(
            f"{name} accuracy over baseline", correct.mean() - floor.mean(),
            interval=interval(lambda i: correct[i].mean() - floor[i].mean(), len(test)), **shared,
        ),
        row(
            f"{name} ECE", metrics.expected_calibration_error(confidence, correct),
            ask=asks.get("ece", ""), **shared,
        ),
        row(
            f"{name} coverage at 98 % precision",
            metrics.coverage_at_precision(confidence, correct, 0.98),
            interval=interval(
                lambda i: metrics.coverage_at_precision(confidence[i], correct[i], 0.98), len(test)
            ),
            ask=asks.get("coverage", ""), **shared,
        ),
        row(f"{name} decide: coverage", answered.mean(), **shared),
        row(f"{name} decide: precision", right.mean(), ask="0.98 aimed at", **shared),
    ]  # fmt: skip


def banking77() -> Rows:
    """Run BANKING77 with all labels, default encoder."""
    asks = {"accuracy": ">= 0.932", "ece": "<= 0.025", "coverage": ">= 0.80"}
    return full("BANKING77", "banking77_train", asks)


def few(encoder: Encoder | None, label: str, ask: str) -> Rows:
    """BANKING77 with ten texts a class, five seeds."""
    frame = table("banking77_train")
    train, test = stratified(frame)
    ours, floors = [], []
    for seed in range(5):
        sample = train.groupby("intent").sample(10, random_state=seed)
        model = IntentClassifier(encoder=encoder).fit(sample["text"], sample["intent"])
        ours.append(metrics.accuracy(test["intent"], model.predict(test["text"])))
        floors.append(metrics.accuracy(test["intent"], encoder_baseline(sample, test)))
    return [
        row(
            f"BANKING77 10 a class{label} accuracy", np.mean(ours), baseline=np.mean(floors),
            baseline_name=ENCODER_ONLY, interval=[round(min(ours), 4), round(max(ours), 4)],
            interval_kind="range over 5 seeds", ask=ask, n=len(test),
            data=f"banking77_train@{fingerprint(frame)}", split="80/20 stratified, 10 a class",
        )
    ]  # fmt: skip


def few_labels() -> Rows:
    """Run ten a class with the default encoder."""
    return few(None, "", ">= 0.82")


def clinc150() -> Rows:
    """Run CLINC150: train in scope, val in both scopes."""
    frame = table("clinc150_trainval")
    train = frame[(frame["split"] == "train") & frame["in_scope"]]
    test = frame[frame["split"] == "val"]
    inside = test[test["in_scope"]]
    model = IntentClassifier().fit(train["text"], train["intent"])
    truth = inside["intent"].to_numpy()
    correct = model.predict(inside["text"]) == truth
    floor = linear_baseline(train, inside) == truth
    score = model.out_of_scope_score(test["text"])
    outside = ~test["in_scope"].to_numpy()
    plain = -model.predict_proba(test["text"]).max(axis=1)
    shared = {"data": f"clinc150_trainval@{fingerprint(frame)}", "split": "train / val"}
    return [
        row(
            "CLINC150 in-scope accuracy", correct.mean(), baseline=floor.mean(),
            baseline_name=LINEAR, interval=interval(lambda i: correct[i].mean(), len(inside)),
            ask=">= 0.960", n=len(inside), **shared,
        ),
        row(
            "CLINC150 out-of-scope AUROC", metrics.auroc(score, outside),
            baseline=metrics.auroc(plain, outside), baseline_name="1 - highest probability",
            interval=interval(lambda i: metrics.auroc(score[i], outside[i]), len(test)),
            ask=">= 0.980", n=len(test), **shared,
        ),
    ]  # fmt: skip


def hwu64() -> Rows:
    """Run HWU64 with all labels."""
    return full("HWU64", "hwu64_train", {"accuracy": ">= 0.922"})


def natcs() -> Rows:
    """Run NatCS: ten an intent per domain, five seeds."""
    frame = table("natcs_intents_insurance_banking")
    rows: Rows = []
    means = []
    for domain, part in frame.groupby("domain"):
        ours, floors = [], []
        for seed in range(5):
            train = part.groupby("intent").sample(10, random_state=seed)
            test = part.drop(train.index)
            model = IntentClassifier().fit(train["text"], train["intent"])
            ours.append(metrics.accuracy(test["intent"], model.predict(test["text"])))
            floors.append(metrics.accuracy(test["intent"], encoder_baseline(train, test)))
        means.append(np.mean(ours))
        rows.append(
            row(
                f"NatCS {domain} 10 an intent accuracy", np.mean(ours), baseline=np.mean(floors),
                baseline_name=ENCODER_ONLY, interval=[round(min(ours), 4), round(max(ours), 4)],
                interval_kind="range over 5 seeds", n=len(part) - 10 * part["intent"].nunique(),
                data=f"natcs_intents@{fingerprint(frame)}", split="10 an intent, 5 seeds",
            )
        )  # fmt: skip
    shared = {"data": f"natcs_intents@{fingerprint(frame)}", "split": "10 an intent, 5 seeds"}
    rows.append(row("NatCS mean accuracy", np.mean(means), ask=">= 0.965", n=len(frame), **shared))
    return rows


def xsid() -> Rows:
    """Run xSID: trained on English only, tested in German, Italian and Dutch."""
    frame = table("xsid_valid")
    # English rows carry no id of their own: their translations tell it. Dialect rows with an
    # id such as 300/8 take no part.
    known = frame.dropna(subset=["id", "text_en"]).drop_duplicates("text_en")
    ids = frame["id"].fillna(frame["text"].map(known.set_index("text_en")["id"]))
    number = pd.to_numeric(ids, errors="coerce")
    train = frame[(frame["language"] == "en") & (number % 2 == 0)]
    model = IntentClassifier().fit(train["text"], train["intent"])
    rows: Rows = []
    for language in ("de", "it", "nl"):
        test = frame[(frame["language"] == language) & (number % 2 == 1)]
        correct = model.predict(test["text"]) == test["intent"].to_numpy()
        floor = encoder_baseline(train, test) == test["intent"].to_numpy()
        rows.append(
            row(
                f"xSID en→{language} accuracy", correct.mean(), baseline=floor.mean(),
                baseline_name=ENCODER_ONLY, ask=">= 0.90", n=len(test),
                interval=interval(lambda i, c=correct: c[i].mean(), len(test)),
                data=f"xsid_valid@{fingerprint(frame)}", split="ids by parity, English only",
            )
        )  # fmt: skip
        rows += _decided(f"xSID en→{language}", model, test, rows[-1])
    return rows


def _decided(name: str, model: IntentClassifier, test: pd.DataFrame, like: dict[str, Any]) -> Rows:
    """Return how often the model answers at all, and how often it is right then."""
    answered = model.decide(test["text"])["reason"].isna().to_numpy()
    right = (model.predict(test["text"]) == test["intent"].to_numpy())[answered]
    about = {"data": like["data"], "split": like["split"]}
    return [
        row(f"{name} decide: coverage", answered.mean(), n=len(test), **about),
        row(
            f"{name} decide: precision", right.mean(), n=int(answered.sum()),
            ask="0.98 aimed at", **about,
        ),
    ]  # fmt: skip


BENCHMARKS: dict[str, Callable[[], Rows]] = {
    "banking77": banking77,
    "few_labels": few_labels,
    "clinc150": clinc150,
    "hwu64": hwu64,
    "natcs": natcs,
    "xsid": xsid,
}

if __name__ == "__main__":
    for wanted in sys.argv[1:] or BENCHMARKS:
        for found in BENCHMARKS[wanted]():
            Console().print(found)
