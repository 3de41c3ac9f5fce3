"""Kernel ridge regression on one-against-all targets, exact when small, landmarks when large."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve

Rows = NDArray[np.float32]

_CHUNK = 4096


@dataclass
class KernelHead:
    """Gaussian kernel ridge over rows of equal length.

    Parameters
    ----------
    gamma : float
        Width: the kernel is ``exp(-gamma * |x - y|²)`` on rows scaled to length one.
    penalty : float
        Added to the kernel's diagonal.
    exact_rows : int
        Up to this many training rows, each is a landmark and the solution is exact.
    landmarks : int
        Beyond it, this many rows stand for all (subset of regressors), so that memory and
        time per ticket stop growing.
    random_state : int

    References
    ----------
    Saunders, Gammerman and Vovk (1998), Ridge regression learning algorithm in dual variables.
    Rasmussen and Williams (2006), Gaussian processes for machine learning, section 8.3.1.
    """

    gamma: float = 1.0
    penalty: float = 0.15
    exact_rows: int = 9000
    landmarks: int = 3000
    random_state: int = 0

    def fit(self, rows: Rows, targets: NDArray[np.intp], n_classes: int) -> "KernelHead":
        """Solve on rows (n, d) and class numbers (n,)."""
        # Landmarks are kept in half precision on disk: solve on what will be read back.
        unit = _unit(rows).astype(np.float16).astype(np.float32)
        if len(unit) <= self.exact_rows:
            self.landmarks_ = unit
            system: NDArray[Any] = self._kernel(unit)
            system[np.diag_indices_from(system)] += np.float32(self.penalty)
            right: NDArray[Any] = _one_hot(targets, n_classes)
        else:
            rng = np.random.default_rng(self.random_state)
            chosen = rng.choice(len(unit), self.landmarks, replace=False)
            self.landmarks_ = unit[np.sort(chosen)]
            system, right = self._normal_equations(unit, targets, n_classes)
        self.weights_ = solve(system, right, assume_a="pos", overwrite_a=True).astype(np.float32)
        return self

    def scores_and_nearest(
        self, rows: Rows, k: int = 3, *, skip_self: bool = False
    ) -> tuple[Rows, NDArray[np.float64]]:
        """Regressed targets (about 0 to 1) and the mean cosine to the nearest landmarks.

        Parameters
        ----------
        rows : array (n, d)
        k : int
            Landmarks to average over.
        skip_self : bool
            Leave out the nearest: for rows that are landmarks themselves.

        Returns
        -------
        scores : array (n, n_classes)
        nearest : array (n,)
        """
        first = 1 if skip_self else 0
        k = max(1, min(k, len(self.landmarks_) - first))
        scores = np.empty((len(rows), self.weights_.shape[1]), dtype=np.float32)
        nearest = np.empty(len(rows))
        for start in range(0, len(rows), _CHUNK):
            part = slice(start, start + _CHUNK)
            cosine = _unit(rows[part]) @ self.landmarks_.T
            best = np.partition(cosine, -k - first, axis=1)[:, -k - first :]
            nearest[part] = (best.sum(axis=1) - first * best.max(axis=1)) / k
            scores[part] = self._from_cosine(cosine) @ self.weights_
        return scores, nearest

    def _kernel(self, unit: Rows) -> Rows:
        return self._from_cosine(unit @ self.landmarks_.T)

    def _from_cosine(self, cosine: Rows) -> Rows:
        cosine -= np.float32(1.0)
        cosine *= np.float32(2.0 * self.gamma)
        return np.exp(cosine, out=cosine)

    def _normal_equations(
        self, unit: Rows, targets: NDArray[np.intp], n_classes: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        size = len(self.landmarks_)
        system = self.penalty * self._kernel(self.landmarks_).astype(np.float64)
        # Landmarks that nearly coincide would make the system singular.
        system[np.diag_indices_from(system)] += 1e-4 * size
        right = np.zeros((size, n_classes))
        for start in range(0, len(unit), _CHUNK):
            part = self._kernel(unit[start : start + _CHUNK])
            system += part.T @ part
            right += part.T @ _one_hot(targets[start : start + _CHUNK], n_classes)
        return system, right


def _unit(rows: Rows) -> Rows:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))


def _one_hot(targets: NDArray[np.intp], n_classes: int) -> Rows:
    table = np.zeros((len(targets), n_classes), dtype=np.float32)
    table[np.arange(len(targets)), targets] = 1
    return table
