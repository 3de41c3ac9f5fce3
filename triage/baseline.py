"""Floors to beat: the most frequent label, and keywords without any encoder."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.validation import check_is_fitted

from data.arguments import as_texts
from data.artifact import read_artifact, write_artifact
from data.errors import ParameterError
from triage import metrics
from triage.fitting import whole
from triage.texts import Texts, as_labels, training_rows


class _Baseline(ClassifierMixin, BaseEstimator):
    """What both floors share."""

    kind = ""

    def predict(self, texts: Texts) -> NDArray[np.str_]:
        """Most probable label of each text, shape (n,)."""
        best = self.predict_proba(texts).argmax(axis=1)
        return self.classes_[best]

    def evaluate(self, texts: Texts, labels: Sequence[str] | ArrayLike) -> dict[str, float]:
        """Accuracy and macro-F1 on labelled texts."""
        truth, predicted = as_labels(labels, of="evaluate"), self.predict(texts)
        return {
            "accuracy": metrics.accuracy(truth, predicted),
            "macro_f1": metrics.macro_f1(truth, predicted),
        }


class MajorityIntents(_Baseline):
    """Always the most frequent label, with the labels' shares as probabilities."""

    kind = "majority_intents"

    @whole
    def fit(self, texts: Texts, labels: Sequence[str] | ArrayLike) -> Self:
        """Count labels (n,); returns self.

        Raises
        ------
        ParameterError
            When there is nothing to count, and as for `IntentClassifier.fit`.
        """
        _, names = _some_rows(texts, labels)
        self.classes_, counts = np.unique(names, return_counts=True)
        self.shares_ = counts / counts.sum()
        return self

    def predict_proba(self, texts: Texts) -> NDArray[np.float64]:
        """Shares of the labels, the same for every text, shape (n, n_classes)."""
        check_is_fitted(self)
        return np.tile(self.shares_, (len(as_texts(texts)), 1))

    def save(self, folder: str | os.PathLike[str], **header: Any) -> Path:
        """Write a model folder."""
        check_is_fitted(self)
        return write_artifact(
            folder,
            kind=self.kind,
            parameters={},
            classes=self.classes_.tolist(),
            arrays={"shares": self.shares_},
            **header,
        )

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Read a model folder."""
        artifact = read_artifact(folder, kind=cls.kind)
        model = cls()
        model.classes_, model.shares_ = np.array(artifact.classes), artifact.array("shares")
        return model


class KeywordIntents(_Baseline):
    """Nearest label by words: cosine of TF-IDF to the mean of each label's texts.

    References
    ----------
    Rocchio (1971), Relevance feedback in information retrieval.
    """

    kind = "keyword_intents"

    @whole
    def fit(self, texts: Texts, labels: Sequence[str] | ArrayLike) -> Self:
        """Learn words and means from texts and labels (n,); returns self.

        Raises
        ------
        ParameterError
            When no text has a word, and as for `IntentClassifier.fit`.
        """
        words, names = _some_rows(texts, labels)
        self.classes_, targets = np.unique(names, return_inverse=True)
        self.words_ = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
        table = self.words_.fit_transform(words)
        means = np.vstack([table[targets == i].mean(axis=0) for i in range(len(self.classes_))])
        means = np.asarray(means)
        self.means_ = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        return self

    def predict_proba(self, texts: Texts) -> NDArray[np.float64]:
        """Softmax of ten times the cosine, shape (n, n_classes); a floor, not calibrated."""
        check_is_fitted(self)
        words = as_texts(texts)
        # scikit-learn transforms no empty list.
        table = self.words_.transform(words) @ self.means_.T if words else self.means_.T[:0]
        scores = np.exp(10.0 * np.asarray(table)).reshape(len(words), len(self.classes_))
        return scores / scores.sum(axis=1, keepdims=True)

    def save(self, folder: str | os.PathLike[str], **header: Any) -> Path:
        """Write a model folder."""
        check_is_fitted(self)
        terms = sorted(self.words_.vocabulary_, key=self.words_.vocabulary_.get)
        return write_artifact(
            folder,
            kind=self.kind,
            parameters={},
            classes=self.classes_.tolist(),
            arrays={"means": self.means_, "idf": self.words_.idf_},
            files={"terms.txt": "\n".join(terms)},
            **header,
        )

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Read a model folder."""
        artifact = read_artifact(folder, kind=cls.kind)
        model = cls()
        model.classes_, model.means_ = np.array(artifact.classes), artifact.array("means")
        terms = artifact.file("terms.txt").read_text(encoding="utf-8").split("\n")
        model.words_ = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
        model.words_.vocabulary_ = {term: i for i, term in enumerate(terms)}
        model.words_.idf_ = artifact.array("idf")
        return model


def _some_rows(texts: Texts, labels: Sequence[str] | ArrayLike) -> tuple[list[str], list[str]]:
    words, names = training_rows(texts, labels)
    if not any(any(c.isalnum() for c in text) for text in words):
        raise ParameterError(
            "The 'texts' parameter of fit must hold at least one text with a word. "
            f"Got {len(words)} texts without one instead."
        )
    return words, names
