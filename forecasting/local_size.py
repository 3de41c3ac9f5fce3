"""How wide is wide today: trees that tell slots that err much from slots that err little."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.backtest import Rows, folds
from forecasting.boosting import Trees, grow_sizes

Floats = NDArray[np.float64]
_LEAST_GAP = 0.05
_ROWS = 30_000
_LEAST_ROWS = 3_000
_POWERS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class LocalSize:
    """Factor on the size of scores by what was known when the forecast was made.

    Parameters
    ----------
    trees : Trees or None
        Of the logarithm of the gap; without, the factor is one.
    power : float
        How far the trees are believed, in [0, 1].
    usual : float
        Mean logarithm, whose factor is one.
    """

    trees: Trees | None = None
    power: float = 0.0
    usual: float = 0.0

    def factor(self, mean: Floats, rows: Rows) -> Floats:
        """Factor of each row, shape (m,)."""
        if self.trees is None:
            return np.ones(len(mean))
        return np.exp(self.power * (self.trees.predict(_columns(mean, rows)) - self.usual))


def local_size(
    gaps: Floats, weight: Floats, mean: Floats, rows: Rows, *, horizon: int, random_state: int
) -> tuple[LocalSize, Floats]:
    """Learn sizes, and give each row the factor of trees that saw no window near its own.

    How far the trees are believed is chosen by the likelihood of the gaps in those windows, so
    that a history too short to learn from keeps one size.

    Parameters
    ----------
    gaps : array, shape (m,)
        Absolute scores over the usual of their series and part of the day.
    weight, mean : array, shape (m,)
    rows : Rows
    horizon : int
        Days of a window.
    random_state : int

    Returns
    -------
    LocalSize
    array, shape (m,)

    References
    ----------
    Lei, J. et al. (2018), Distribution-free predictive inference for regression.
    """
    if len(gaps) < _LEAST_ROWS:
        return LocalSize(), np.ones(len(gaps))
    columns, target = _columns(mean, rows), np.log(np.maximum(gaps, _LEAST_GAP))
    rng = np.random.default_rng(random_state)
    heard = np.full(len(gaps), float(target.mean()))
    for inside, apart in folds(rows.origin, horizon):
        heard[inside] = _grown(columns, target, np.flatnonzero(apart), rng).predict(columns[inside])
    usual = float(np.average(heard, weights=weight))
    power = _believed(gaps, heard - usual, weight)
    if power == 0:
        return LocalSize(), np.ones(len(gaps))
    trees = _grown(columns, target, np.arange(len(gaps)), rng)
    return LocalSize(trees, power, usual), np.exp(power * (heard - usual))


def _believed(gaps: Floats, heard: Floats, weight: Floats) -> float:
    """Power under which exponential gaps are likeliest."""
    share, loss = weight / weight.sum(), []
    for power in _POWERS:
        size = np.log(max(float((share * gaps * np.exp(-power * heard)).sum()), _LEAST_GAP))
        loss.append(size + power * float((share * heard).sum()))
    return _POWERS[int(np.argmin(loss))]


def _grown(
    columns: NDArray[np.float32], target: Floats, rows: NDArray[np.intp], rng: np.random.Generator
) -> Trees:
    picked = np.sort(rng.choice(rows, min(_ROWS, len(rows)), replace=False))
    return grow_sizes(columns[picked], target[picked])


def _columns(mean: Floats, rows: Rows) -> NDArray[np.float32]:
    more = np.column_stack([rows.bucket, rows.ahead, np.log(mean + 0.1)])
    return np.hstack([rows.features, more.astype(np.float32)])
