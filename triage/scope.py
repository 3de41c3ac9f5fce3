"""How far outside every known label a text lies, apart from which label fits best."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Table = NDArray[np.float64]

# Signs point outwards. Alone, the score of the best label tells outsiders best: told apart from
# labels left out of training, distances to training texts beside it only harmed. Labelled
# outsiders, where a client has them, set all weights.
SIGNALS = ("best_score", "margin", "unknown_words")
_WEIGHTS = np.array([1.0, 0.0, 0.0])


def scope_signals(scores: NDArray[np.float32], known: NDArray[np.float64]) -> Table:
    """Gather the signals, each higher for a text further out, shape (n, len(SIGNALS)).

    Parameters
    ----------
    scores : array (n, classes)
        Of the network, whose dropout and smoothed labels keep it modest far from its texts.
    known : array (n,)
        Share of words that training has seen.
    """
    centred = np.asarray(scores - scores.mean(axis=1, keepdims=True), dtype=np.float64)
    top = np.partition(centred, -2, axis=1)[:, -2:]
    best, second = top[:, 1], top[:, 0]
    return np.column_stack([-best, second - best, -known])


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
