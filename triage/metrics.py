"""What a tag is worth: one formula, one function.

All take arrays with one row per text. Higher is better unless the name says error or risk.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta

from data.errors import ParameterError

Floats = NDArray[np.float64]


def accuracy(labels: Sequence[Any] | ArrayLike, predicted: Sequence[Any] | ArrayLike) -> float:
    """Share of texts whose label is right.

    >>> accuracy(["a", "b"], ["a", "a"])
    0.5
    """
    found = np.asarray(predicted).astype(str)
    truth = _names(labels, len(found))
    return float(np.mean(truth == found))


def macro_f1(labels: Sequence[Any] | ArrayLike, predicted: Sequence[Any] | ArrayLike) -> float:
    """Mean over the labels that occur of the harmonic mean of precision and recall.

    >>> macro_f1(["a", "a", "b"], ["a", "a", "b"])
    1.0
    """
    from sklearn.metrics import f1_score

    found = np.asarray(predicted).astype(str)
    truth = _names(labels, len(found))
    score = f1_score(
        truth,
        found,
        labels=np.unique(truth),
        average="macro",
        zero_division=0.0,
    )
    return float(score)


def top_k_accuracy(
    labels: Sequence[Any] | ArrayLike, probabilities: ArrayLike, classes: ArrayLike, k: int = 3
) -> float:
    """Share of texts whose label is among the ``k`` most probable.

    >>> top_k_accuracy(["b"], [[0.6, 0.3, 0.1]], ["a", "b", "c"], k=2)
    1.0
    """
    table = np.asarray(probabilities)
    best = np.argsort(-table, axis=1)[:, :k]
    truth = _names(labels, len(table))
    hits = np.asarray(classes).astype(str)[best] == truth[:, None]
    return float(hits.any(axis=1).mean())


def expected_calibration_error(confidence: ArrayLike, correct: ArrayLike, bins: int = 15) -> float:
    """Mean distance of confidence from accuracy over bins of equal mass; 0 is perfect.

    References
    ----------
    Nguyen and O'Connor (2015), Posterior calibration and exploratory analysis for natural
    language processing models (adaptive bins).

    >>> expected_calibration_error([0.75] * 4, [1, 1, 1, 0], bins=1)
    0.0
    """
    p, hit = _pair(confidence, correct)
    if not len(p):
        return 0.0
    order = np.argsort(p, kind="stable")
    parts = np.array_split(order, min(bins, len(p)))
    gaps = [len(part) * abs(p[part].mean() - hit[part].mean()) for part in parts]
    return float(np.sum(gaps) / len(p))


def brier_score(labels: ArrayLike, probabilities: ArrayLike, classes: ArrayLike) -> float:
    """Mean squared distance of the probabilities from the truth, summed over classes; an error.

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability.

    >>> brier_score(["a"], [[1.0, 0.0]], ["a", "b"])
    0.0
    """
    table = np.asarray(probabilities)
    names = _names(labels, len(table))
    truth = names[:, None] == np.asarray(classes).astype(str)[None, :]
    return float(np.mean(np.sum((table - truth) ** 2, axis=1)))


def coverage_risk(confidence: ArrayLike, correct: ArrayLike) -> tuple[Floats, Floats]:
    """Coverage and risk (share wrong) when only the most confident are answered.

    Returns
    -------
    coverage, risk : arrays of shape (n,)
        Row i answers the i + 1 most confident texts. Ties are answered together, so within a
        tie every row shows the risk of the whole tie.

    References
    ----------
    El-Yaniv and Wiener (2010), On the foundations of noise-free selective classification.
    """
    p, hit = _pair(confidence, correct)
    order = np.argsort(-p, kind="stable")
    wrong = np.cumsum(1.0 - hit[order])
    n = len(p)
    last_of_tie = np.searchsorted(-p[order], -p[order], side="right")
    coverage = last_of_tie / max(n, 1)
    risk = wrong[last_of_tie - 1] / last_of_tie if n else wrong
    return coverage.astype(np.float64), risk.astype(np.float64)


def coverage_at_precision(confidence: ArrayLike, correct: ArrayLike, precision: float) -> float:
    """Return the largest share answered, most confident first, at this precision or better.

    >>> coverage_at_precision([0.9, 0.8, 0.7], [1, 1, 0], precision=0.98)
    0.6666666666666666
    """
    coverage, risk = coverage_risk(confidence, correct)
    enough = coverage[1.0 - risk >= precision]
    return float(enough.max()) if len(enough) else 0.0


def area_under_risk(confidence: ArrayLike, correct: ArrayLike) -> float:
    """Mean risk over all coverages (AURC); lower is better.

    >>> area_under_risk([0.9, 0.8], [1, 1])
    0.0
    """
    _, risk = coverage_risk(confidence, correct)
    return float(risk.mean()) if len(risk) else 0.0


def auroc(score: ArrayLike, positive: ArrayLike) -> float:
    """Probability that a positive scores above a negative; ties count half.

    >>> auroc([0.1, 0.9], [0, 1])
    1.0
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(np.asarray(positive, dtype=bool), np.asarray(score)))


def precision_bound(right: int, answered: int, delta: float = 0.05) -> float:
    """Exact lower bound on precision that holds with probability ``1 - delta``.

    References
    ----------
    Clopper and Pearson (1934), The use of confidence or fiducial limits.

    >>> round(precision_bound(196, 200), 3)
    0.955
    """
    if not 0 <= right <= answered:
        raise ParameterError(
            "The 'right' parameter of precision_bound must be between 0 and 'answered'. "
            f"Got {right} of {answered} instead."
        )
    return 0.0 if right == 0 else float(beta.ppf(delta, right, answered - right + 1))


def _names(labels: Any, expected: int) -> NDArray[np.str_]:
    """Labels as texts, a class number as its digits.

    Raises
    ------
    ParameterError
        When there is not one of them for each text that was predicted.
    """
    names = np.asarray(labels).astype(str)
    if names.shape != (expected,):
        raise ParameterError(
            "The 'labels' parameter must be one-dimensional and hold a label for each text that "
            f"was predicted. Got the shape {names.shape} for {expected} texts instead."
        )
    return names


def _pair(confidence: ArrayLike, correct: ArrayLike) -> tuple[Floats, Floats]:
    p = np.asarray(confidence, dtype=np.float64)
    hit = np.asarray(correct, dtype=np.float64)
    if p.shape != hit.shape or p.ndim != 1:
        raise ParameterError(
            "The 'confidence' and 'correct' parameters must be one-dimensional and of the same "
            f"length. Got shapes {p.shape} and {hit.shape} instead."
        )
    return p, hit
