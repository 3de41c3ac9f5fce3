"""How far outside every known label a text lies, apart from which label fits best."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Table = NDArray[np.float64]

# Signs point outwards. The weights are a first choice by hand, not fitted: the score of the best
# label counts, the distance to the nearest training text half as much. Labelled outsiders, where
# a client has them, replace them.
SIGNALS = ("best_score", "margin", "nearest", "unknown_words")
_WEIGHTS = np.array([1.0, 0.0, 0.5, 0.0])


def scope_signals(scores: Table, nearest: NDArray[np.float64], known: NDArray[np.float64]) -> Table:
    """Gather the signals, each higher for a text further out, shape (n, len(SIGNALS)).

    Parameters
    ----------
    scores : array (n, classes)
        Blended scores before calibration.
    nearest : array (n,)
        Mean cosine to the nearest training rows.
    known : array (n,)
        Share of words that training has seen.
    """
    if scores.shape[1] == 1:
        best, second = scores[:, 0], np.zeros(len(scores))
    else:
        top = np.partition(scores, -2, axis=1)[:, -2:]
        best, second = top[:, 1], top[:, 0]
    return np.column_stack([-best, second - best, -nearest, -known])


@dataclass
class ScopeModel:
    """Sum of standardised signals, or their logistic regression where outsiders are labelled."""

    def fit(self, inside: Table, outside: Table | None = None) -> "ScopeModel":
        """Fit on held-out signals of known labels and, where there are any, of outsiders."""
        self.mean_ = inside.mean(axis=0)
        self.scale_ = np.maximum(inside.std(axis=0), 1e-6)
        self.weights_ = _WEIGHTS.copy()
        if outside is not None and len(outside) >= 20:
            both = np.vstack([inside, outside])
            target = np.r_[np.zeros(len(inside)), np.ones(len(outside))]
            model = LogisticRegression(C=1.0, class_weight="balanced")
            model.fit((both - self.mean_) / self.scale_, target)
            self.weights_ = model.coef_[0]
        self.inside_ = np.sort(self.score(inside))
        return self

    def score(self, signals: Table) -> NDArray[np.float64]:
        """Unbounded; higher is further out."""
        return ((signals - self.mean_) / self.scale_) @ self.weights_

    def cut(self, loss: float) -> float:
        """Score above which this share of known texts lies."""
        return float(np.quantile(self.inside_, 1 - loss))
