"""How likely a passage supports an answer, and a draft is sent unchanged: two small logistics.

Both start from coefficients that are written here, so that a new client gets figures on the
first day, and both learn: the start is the prior, and every row of feedback moves them away
from it.
"""

import math
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from data.artifact import read_artifact, write_artifact
from data.errors import ParameterError

Floats = NDArray[np.float64]
Features = Mapping[str, float]

# Fitted, then rounded, on 92 questions with known articles to two knowledge bases in three
# languages, on 190 of a bank's customers to the articles of another bank, judged by hand (24 % had
# an answer there), and on 500 of other trades.
SUPPORT_START: Mapping[str, float] = {
    "intercept": -4.8,
    "dense": 4.4,  # cosine of request and closest passage, from the search
    "close": 3.2,  # closeness of the best sentence: cosine and shared words
    "heading": 4.4,  # closeness of the heading
    "title_words": 1.0,  # share of the title in the request
    "behind": -5.7,  # how far the article's score is behind the best in its language, in [0, 1]
}
# Set so that, before any feedback, only the best supported drafts are likelier sent than not:
# where customers ask what the articles were not written for, one in three such answers is right.
ACCEPTANCE_START: Mapping[str, float] = {
    "intercept": -4.2,
    "support": 3.2,  # lowest support of an answered request
    "sentence": 1.5,  # closeness of the best sentence
    "coverage": 1.0,  # share of the requests that are answered
    "margin": 0.3,  # lead of the passage over the best one of another article
    "rivals": -0.7,  # other articles that fit nearly as well: which product is meant?
    "missing": -1.5,  # slots without a value
    "other_language": -3.0,  # the source is in another language
    "macro": -0.3,  # a macro may say that something was done
}
_STEPS = 50
_TOLERANCE = 1e-9


class PriorLogistic(BaseEstimator):
    """Logistic regression drawn towards coefficients that are given.

    Parameters
    ----------
    start : mapping
        Feature name to coefficient, with ``intercept``; used as they are until ``fit``.
    strength : float
        Weight of the start, in rows: about so many rows of feedback weigh as much.

    Attributes
    ----------
    coef_ : dict
        Coefficients in force.
    n_rows_ : int
        Rows they were learned from; 0 for the start.

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, 4.3.3 (Newton steps) and 4.5 (a
    Gaussian prior on the weights).
    """

    classes_ = np.array([0, 1])

    def __init__(self, *, start: Mapping[str, float], strength: float = 20.0) -> None:
        self.start = start
        self.strength = strength

    @property
    def coef_(self) -> dict[str, float]:
        """Coefficients in force: the start until there is feedback."""
        learned: dict[str, float] = self.__dict__.get("learned_") or dict(self.start)
        return learned

    @property
    def n_rows_(self) -> int:
        """Rows that were learned from."""
        return int(self.__dict__.get("rows_", 0))

    def fit(self, features: Sequence[Features], labels: Sequence[int] | NDArray[Any]) -> Self:
        """Learn from rows of features and 0/1 labels, starting over each time.

        Raises
        ------
        ParameterError
            Lengths differ, a label is neither 0 nor 1, or a feature is unknown.
        """
        target = np.asarray(labels, dtype=np.float64)
        if len(features) != len(target) or not np.isin(target, (0, 1)).all():
            raise ParameterError(
                "The 'labels' parameter of fit must be one 0 or 1 for each row of features. "
                f"Got {len(features)} rows and {len(target)} labels instead."
            )
        rows = self._rows(features)
        prior = np.array([*self.start.values()], dtype=np.float64)
        weights = _posterior_mode(rows, target, prior, self.strength)
        self.learned_ = dict(zip(self.start, weights.tolist(), strict=True))
        self.rows_ = len(target)
        return self

    def predict_proba(self, features: Sequence[Features]) -> Floats:
        """Return probabilities of 0 and 1, shape (n, 2)."""
        yes = _sigmoid(self._rows(features) @ np.array([*self.coef_.values()], dtype=np.float64))
        return np.column_stack([1 - yes, yes])

    def predict(self, features: Sequence[Features]) -> NDArray[np.int64]:
        """Return the likelier of 0 and 1 for each row."""
        return (self.predict_proba(features)[:, 1] >= 0.5).astype(np.int64)

    def probability(self, features: Features) -> float:
        """Return the probability of 1 for one row."""
        # One row in the middle of a request: plain floats are ten times faster than arrays.
        weights = self.coef_
        total = weights["intercept"]
        for name, weight in weights.items():
            if name != "intercept":
                total += weight * features.get(name, 0.0)
        return 1 / (1 + math.exp(-min(max(total, -500.0), 500.0)))

    def save(self, folder: str | PathLike[str]) -> Path:
        """Write a model folder."""
        return write_artifact(
            Path(folder),
            kind="acceptance",
            parameters={
                "names": list(self.start),
                "strength": self.strength,
                "rows": self.n_rows_,
            },
            arrays={
                "start": np.array([*self.start.values()], dtype=np.float64),
                "coef": np.array([*self.coef_.values()], dtype=np.float64),
            },
        )

    @classmethod
    def load(cls, folder: str | PathLike[str]) -> Self:
        """Read a model folder; see :func:`data.artifact.read_artifact` for what is checked."""
        artifact = read_artifact(Path(folder), kind="acceptance")
        parameters: Any = artifact.parameters
        names = parameters["names"]
        start = dict(zip(names, artifact.array("start").tolist(), strict=True))
        model = cls(start=start, strength=parameters["strength"])
        model.learned_ = dict(zip(names, artifact.array("coef").tolist(), strict=True))
        model.rows_ = int(parameters["rows"])
        return model

    def _rows(self, features: Sequence[Features]) -> Floats:
        unknown = sorted({name for row in features for name in row} - set(self.start))
        if unknown:
            raise ParameterError(
                f"The features must be among {', '.join(self.start)}. "
                f"Got {', '.join(unknown)} instead."
            )
        table = [
            [row.get(name, float(name == "intercept")) for name in self.start] for row in features
        ]
        return np.array(table, dtype=np.float64).reshape(len(features), len(self.start))


def support_model(*, strength: float = 20.0) -> PriorLogistic:
    """Return the model of support: whether a passage answers a request."""
    return PriorLogistic(start=SUPPORT_START, strength=strength)


def acceptance_model(*, strength: float = 20.0) -> PriorLogistic:
    """Return the model of acceptance: whether a draft is sent unchanged.

    Examples
    --------
    >>> sure = {"support": 0.95, "sentence": 0.8, "coverage": 1.0, "margin": 0.3}
    >>> model = acceptance_model()
    >>> model.probability(sure) > model.probability({**sure, "missing": 1.0})
    True
    """
    return PriorLogistic(start=ACCEPTANCE_START, strength=strength)


def _posterior_mode(rows: Floats, target: Floats, prior: Floats, strength: float) -> Floats:
    """Newton steps to the mode; the prior's precision is that of `strength` even rows."""
    # An even row (p = 1/2) carries p (1 - p) = 1/4 of information on each weight.
    precision = strength / 4 / len(prior)
    weights = prior.copy()
    loss = _loss(weights, rows, target, prior, precision)
    for _ in range(_STEPS):
        p = _sigmoid(rows @ weights)
        slope = rows.T @ (target - p) - precision * (weights - prior)
        bend = (rows * (p * (1 - p))[:, None]).T @ rows + precision * np.eye(len(prior))
        step = np.linalg.solve(bend, slope)
        # Far from the mode a full step overshoots, and may go to and fro for ever.
        after = _loss(weights + step, rows, target, prior, precision)
        while after > loss and float(np.abs(step).max()) > _TOLERANCE:
            step /= 2
            after = _loss(weights + step, rows, target, prior, precision)
        weights, loss = weights + step, after
        if float(np.abs(step).max()) < _TOLERANCE:
            break
    return weights


def _loss(weights: Floats, rows: Floats, target: Floats, prior: Floats, precision: float) -> float:
    """Return minus the log of the posterior, up to a constant."""
    z = rows @ weights
    misfit = np.logaddexp(0, z) - target * z
    return float(misfit.sum() + precision / 2 * ((weights - prior) ** 2).sum())


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -500, 500))), dtype=np.float64)
