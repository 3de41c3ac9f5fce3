"""Which idea gives what: quality, CPU seconds a fit, ms a ticket.

The classifier's ideas are measured inside training parts: held-out folds, or ids and languages
that no reported figure uses. Tell outsiders from known labels: see `ablation_scope`; parts of the
search: see `ablation_search`.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from ablation_scope import calibration, outsiders
from ablation_search import search
from numpy.typing import NDArray
from rows import fingerprint, row, table
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import StratifiedKFold, train_test_split

from data.encoders import CachedEncoder, default_encoder
from triage.blend import Blend
from triage.features import LexicalFeatures, Reading, encode, read
from triage.gaussian import GaussianHead
from triage.heads import LARGE, Heads
from triage.linear import LinearHead
from triage.network import NetworkHead
from triage.texts import hint_texts

Rows = list[dict[str, Any]]
Scores = NDArray[np.float32]
ENCODER = CachedEncoder(default_encoder(), capacity=40_000)
# Network, linear, gaussian, names: the shares that `triage.heads` starts from.
SMALL, LARGE_SHARES, FAR = (1, 0, 0.5, 0.15), (1, 0.5, 0, 0), (0, 0, 1, 0.2)


@dataclass
class Case:
    """One split, read once: every idea sees the same rows."""

    train: Reading
    targets: NDArray[np.intp]
    hints: Reading
    test: Reading
    truth: NDArray[np.intp]
    n_terms: int
    words: list[str]

    @property
    def n_classes(self) -> int:
        """Labels of the training rows."""
        return len(self.hints)

    def with_hints(self, part: str) -> tuple[Any, NDArray[np.intp]]:
        """Training rows of one kind with the label names under them, and their labels."""
        pair = getattr(self.train, part), getattr(self.hints, part)
        both = [*pair[0], *pair[1]] if part == "terms" else np.vstack(pair)
        return both, np.concatenate([self.targets, np.arange(self.n_classes)])


def case(train: pd.DataFrame, test: pd.DataFrame) -> Case:
    """Read the texts of a split; rows of labels never trained on are left out."""
    classes, targets = np.unique(train["intent"], return_inverse=True)
    test = test[test["intent"].isin(classes)]
    names = [text for text, _ in hint_texts(classes, None)]
    words, others = train["text"].tolist(), test["text"].tolist()
    lexical = LexicalFeatures().fit([*words, *names])
    parts = [read(lexical, encode(ENCODER, texts), texts) for texts in (words, names, others)]
    truth = np.searchsorted(classes, test["intent"])
    return Case(parts[0], targets, parts[1], parts[2], truth, lexical.n_terms, words)


def network(part: str) -> Callable[[Case], Callable[[Reading], Scores]]:
    """Make the network on ``rows`` (encoder and folded words) or ``vectors`` (encoder alone)."""

    def fit(data: Case) -> Callable[[Reading], Scores]:
        head = NetworkHead().fit(*data.with_hints(part), data.n_classes)
        return lambda texts: head.scores(getattr(texts, part))

    return fit


def linear(data: Case) -> Callable[[Reading], Scores]:
    """Linear machine over encoder and the whole vocabulary."""
    vectors, targets = data.with_hints("vectors")
    terms, _ = data.with_hints("terms")
    head = LinearHead().fit(vectors, terms, data.n_terms, targets, data.n_classes)
    return lambda texts: head.scores(texts.vectors, texts.terms)


def gaussian(data: Case) -> Callable[[Reading], Scores]:
    """Linear discriminants over the encoder."""
    head = GaussianHead().fit(*data.with_hints("vectors"), data.n_classes)
    return lambda texts: head.scores(texts.vectors)


def gaussian_dropped_words(data: Case) -> Callable[[Reading], Scores]:
    """Linear discriminants that also see three copies of each text without a fifth of its words."""
    rng = np.random.default_rng(0)
    vectors, targets = data.with_hints("vectors")
    copies = [_fewer_words(text, rng) for text in data.words for _ in range(3)]
    both = np.vstack([vectors, encode(default_encoder(), copies)])
    again = np.concatenate([targets, np.repeat(data.targets, 3)])
    head = GaussianHead().fit(both, again, data.n_classes)
    return lambda texts: head.scores(texts.vectors)


def names(data: Case) -> Callable[[Reading], Scores]:
    """Cosine to the words of each label: nothing trained."""
    return lambda texts: texts.vectors @ data.hints.vectors.T


def kernel(data: Case) -> Callable[[Reading], Scores]:
    """Gaussian kernel ridge regression on encoder and folded words."""
    rows, targets = data.with_hints("rows")
    head = KernelRidge(kernel="rbf", gamma=1.0, alpha=0.15)
    head.fit(_unit(rows), np.eye(data.n_classes, dtype=np.float32)[targets])
    return lambda texts: head.predict(_unit(texts.rows))


def blended(shares: tuple[float, ...]) -> Callable[[Case], Callable[[Reading], Scores]]:
    """Make the heads as they are served, with fixed shares."""

    def fit(data: Case) -> Callable[[Reading], Scores]:
        labels = np.arange(data.n_classes)
        heads = Heads().fit(data.train, data.targets, data.hints, labels, data.n_terms)
        blend = Blend().fit(heads.tables(data.train), data.targets, [shares])
        return lambda texts: blend.scores(heads.tables(texts))

    return fit


SINGLE = {
    "network on encoder": network("vectors"),
    "network on encoder and folded words": network("rows"),
    "discriminants on encoder": gaussian,
    "kernel ridge on encoder and folded words": kernel,
}
FEW = {
    **SINGLE,
    "discriminants, words dropped from copies": gaussian_dropped_words,
    "label names alone": names,
    "network, discriminants, names": blended(SMALL),
    "discriminants, names": blended(FAR),
}


def measure(
    part: str, ideas: dict[str, Callable[[Case], Any]], cases: list[Case], **shared: Any
) -> Rows:
    """One row an idea: mean accuracy over the cases, CPU a fit and a ticket."""
    found = []
    for name, fit in ideas.items():
        hits, seconds, milliseconds = [], [], []
        for data in cases:
            started = time.process_time()
            scores = fit(data)
            seconds.append(time.process_time() - started)
            hits.append((scores(data.test).argmax(axis=1) == data.truth).mean())
            some = [data.test.part(np.array([i])) for i in range(min(100, len(data.test)))]
            started = time.process_time()
            for text in some:
                scores(text)
            milliseconds.append(1000 * (time.process_time() - started) / len(some))
        found.append(
            row(
                f"{part}: {name}", np.mean(hits), n=sum(len(data.truth) for data in cases),
                fit_cpu_seconds=round(float(np.mean(seconds)), 2),
                ms_per_ticket=round(float(np.mean(milliseconds)), 3), **shared,
            )
        )  # fmt: skip
    return found


def full() -> Rows:
    """All labels: one fold in three of BANKING77's and of HWU64's training part."""
    found: Rows = []
    for name, data in (("BANKING77", "banking77_train"), ("HWU64", "hwu64_train")):
        frame, train = _training_part(data)
        inner, outer = next(_folds(train))
        one = case(inner, outer)
        assert len(one.train) > LARGE
        ideas = {
            **SINGLE,
            "linear machine on encoder and all words": linear,
            "network, linear": blended(LARGE_SHARES),
        }
        shared = {"data": f"{data}@{fingerprint(frame)}", "split": "one fold in three of train"}
        found += measure(name, ideas, [one], **shared)
    return found


def few() -> Rows:
    """Ten texts a label, from training parts; tested on thirty others a label of the same."""
    found: Rows = []
    for name, data in (("BANKING77", "banking77_train"), ("HWU64", "hwu64_train")):
        frame, train = _training_part(data)
        sample = train.groupby("intent").sample(10, random_state=11)
        rest = train.drop(sample.index).groupby("intent").head(30)
        shared = {"data": f"{data}@{fingerprint(frame)}", "split": "10 a class inside train"}
        found += measure(f"{name} 10 a class", FEW, [case(sample, rest)], **shared)
    return found


def languages() -> Rows:
    """English texts of three quarters of the even ids; tested on the fourth in other languages."""
    frame = table("xsid_valid")
    known = frame.dropna(subset=["id", "text_en"]).drop_duplicates("text_en")
    ids = frame["id"].fillna(frame["text"].map(known.set_index("text_en")["id"]))
    number = pd.to_numeric(ids, errors="coerce")
    cases = []
    for part in (0, 2, 4, 6):
        train = frame[(frame["language"] == "en") & (number % 2 == 0) & (number % 8 != part)]
        test = frame[frame["language"].isin(["ar", "ja", "tr", "zh"]) & (number % 8 == part)]
        cases.append(case(train, test))
    shared = {"data": f"xsid_valid@{fingerprint(frame)}", "split": "even ids, en → ar ja tr zh"}
    return measure("other languages", FEW, cases, **shared)


BENCHMARKS: dict[str, Callable[[], Rows]] = {
    "full": full,
    "few": few,
    "languages": languages,
    "outsiders": outsiders,
    "calibration": calibration,
    "search": search,
}


def _training_part(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = table(name)
    train, _ = train_test_split(frame, test_size=0.2, stratify=frame["intent"], random_state=0)
    return frame, train


def _folds(frame: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    for inner, outer in StratifiedKFold(3, shuffle=True, random_state=0).split(
        frame, frame["intent"]
    ):
        yield frame.iloc[inner], frame.iloc[outer]


def _fewer_words(text: str, rng: np.random.Generator) -> str:
    kept = [word for word in text.split() if rng.random() > 0.2]
    return " ".join(kept) or text


def _unit(rows: Scores) -> Scores:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))
