"""Scores to probabilities: three ways, the best kept by cross-fitted log loss."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

Table = NDArray[np.float64]
Targets = NDArray[np.intp]

METHODS = ("temperature", "sigmoid", "isotonic")
_TINY = 1e-7
# Scores of an easy set can be parted without error, and any scale then looks too small. So a
# scale above a usual one is drawn back, as by two texts of doubt: nothing beside many errors.
_USUAL, _DOUBT = 2.0, 2.0
# A map of confidence to precision learns from the wrong answers; of fewer, nothing.
_TELLING = 5


@dataclass
class Calibrator:
    """One calibration map from scores (n, classes) to probabilities (n, classes).

    Parameters
    ----------
    method : str
        temperature (one scale for all), sigmoid (a scale and an offset per class, rows
        rescaled to one) or isotonic (a monotone map of the highest probability; the other
        classes share what is left in proportion).

    References
    ----------
    Guo et al. (2017), On calibration of modern neural networks (temperature).
    Platt (1999), Probabilistic outputs for support vector machines (sigmoid).
    Zadrozny and Elkan (2002), Transforming classifier scores into accurate multiclass
    probability estimates (isotonic).
    """

    method: str = "temperature"
    values_: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def fit(self, scores: Table, targets: Targets) -> "Calibrator":
        """Fit on held-out scores and class numbers."""
        scale = _best_scale(scores, targets)
        self.values_ = {"scale": np.array([scale])}
        if self.method == "sigmoid":
            self.values_ |= _platt(scores, targets, scale)
        elif self.method == "isotonic":
            self.values_ |= _isotonic(_softmax(scale * scores), targets)
        return self

    def transform(self, scores: Table) -> Table:
        """Probabilities; every row sums to one."""
        if self.method == "sigmoid":
            table = expit(scores * self.values_["slope"] + self.values_["offset"]) + _TINY
            return table / table.sum(axis=1, keepdims=True)
        table = _softmax(float(self.values_["scale"][0]) * scores)
        if self.method == "isotonic":
            return _with_top(table, self._top(table.max(axis=1)))
        return table

    def _top(self, confidence: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.interp(confidence, self.values_["x"], self.values_["y"])


def best_calibrator(
    scores: Table, targets: Targets, *, random_state: int = 0
) -> tuple[Calibrator, dict[str, float]]:
    """Fit every method on one half and judge it on the other, both ways; refit the best on all.

    Returns
    -------
    calibrator : Calibrator
    losses : dict of str to float
        Cross-fitted log loss (nats a text) of each method that was tried: isotonic only where
        some held-out answers are wrong.
    """
    rng = np.random.default_rng(random_state)
    half = rng.permutation(len(targets)) % 2 == 0
    wrong = int((scores.argmax(axis=1) != targets).sum())
    methods = METHODS if wrong >= _TELLING else METHODS[:-1]
    losses = {}
    for method in methods:
        parts = []
        for fitted, judged in ((half, ~half), (~half, half)):
            model = Calibrator(method).fit(scores[fitted], targets[fitted])
            parts.append(log_loss(model.transform(scores[judged]), targets[judged]))
        losses[method] = float(np.mean(parts))
    # Simpler methods come first in METHODS and win unless another is clearly better.
    best = min(methods, key=lambda m: losses[m] + 1e-4 * METHODS.index(m))
    return Calibrator(best).fit(scores, targets), losses


def best_scale(calibrator: Calibrator, scores: Table, targets: Targets) -> float:
    """Return the factor on held-out scores, (n, classes), that suits a calibrator best.

    For scores of other heads than it was fitted on; between a third and three.
    """

    def loss(log_scale: float) -> float:
        return log_loss(calibrator.transform(float(np.exp(log_scale)) * scores), targets)

    edge = float(np.log(3))
    return float(np.exp(minimize_scalar(loss, bounds=(-edge, edge), method="bounded").x))


def log_loss(probabilities: Table, targets: Targets) -> float:
    """Mean negative log of the probability given to the truth."""
    chosen = probabilities[np.arange(len(targets)), targets]
    return float(-np.log(np.maximum(chosen, _TINY)).mean())


def _softmax(scores: Table) -> Table:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _best_scale(scores: Table, targets: Targets) -> float:
    def loss(log_scale: float) -> float:
        doubt = _DOUBT * max(log_scale - np.log(_USUAL), 0.0) ** 2 / len(targets)
        return log_loss(_softmax(np.exp(log_scale) * scores), targets) + doubt

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 5.0), method="bounded").x))


def _platt(scores: Table, targets: Targets, scale: float) -> dict[str, NDArray[np.float64]]:
    n_classes = scores.shape[1]
    slope, offset = np.full(n_classes, scale), np.zeros(n_classes)
    for number in range(n_classes):
        hit = targets == number
        slope[number], offset[number] = _platt_one(scores[:, number], hit, scale)
    return {"slope": slope, "offset": offset}


def _platt_one(
    score: NDArray[np.float64], hit: NDArray[np.bool_], scale: float
) -> tuple[float, float]:
    # Platt's smoothed targets; the ridge pulls thin classes towards the common scale.
    positives = int(hit.sum())
    target = np.where(hit, (positives + 1) / (positives + 2), 1 / (len(hit) - positives + 2))

    def loss(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = theta[0] * score + theta[1]
        value = np.logaddexp(0, z) - target * z
        slope = expit(z) - target
        ridge = theta[0] - scale
        gradient = np.array([slope @ score + 0.01 * ridge, slope.sum()])
        return float(value.sum() + 0.005 * ridge**2), gradient

    found = minimize(loss, np.array([scale, 0.0]), jac=True, method="L-BFGS-B").x
    return float(found[0]), float(found[1])


def _isotonic(table: Table, targets: Targets) -> dict[str, NDArray[np.float64]]:
    confidence = table.max(axis=1)
    hit = (table.argmax(axis=1) == targets).astype(float)
    model = IsotonicRegression(y_min=0.01, y_max=1 - 1e-3, out_of_bounds="clip")
    model.fit(confidence, hit)
    return {"x": model.X_thresholds_, "y": model.y_thresholds_}


def _with_top(table: Table, top: NDArray[np.float64]) -> Table:
    """Give the best class ``top`` and scale the others, keeping the order of classes."""
    n_classes = table.shape[1]
    if n_classes == 1:
        return np.ones_like(table)
    rows, best = np.arange(len(table)), table.argmax(axis=1)
    rest = table.copy()
    rest[rows, best] = 0
    left = rest.sum(axis=1)
    # A best class must stay the best: it keeps at least the share of a tie with the second.
    ratio = rest.max(axis=1) / np.maximum(left, _TINY)
    top = np.maximum(top, ratio / (1 + ratio) + _TINY)
    rest *= ((1 - top) / np.maximum(left, _TINY))[:, None]
    rest[rows, best] = 1 - rest.sum(axis=1)
    return rest
