"""Linear discriminants: the head for few texts a label and for languages never trained on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


@dataclass
class GaussianHead:
    """One Gaussian a label with a common, shrunken covariance and equal priors.

    Priors are equal so that a text far from every training text, such as one in another
    language, does not fall to the most frequent label.

    Parameters
    ----------
    shrinkage : float in [0, 1]
        Share of the covariance replaced by a multiple of the identity.

    References
    ----------
    Friedman (1989), Regularized discriminant analysis.
    """

    shrinkage: float = 0.5

    def fit(self, rows: Rows, targets: NDArray[np.intp], n_classes: int) -> "GaussianHead":
        """Solve on rows (n, d) and class numbers (n,)."""
        counts = np.bincount(targets, minlength=n_classes)
        sums = np.zeros((n_classes, rows.shape[1]))
        np.add.at(sums, targets, rows)
        means = sums / np.maximum(counts, 1)[:, None]
        spread = rows - means[targets]
        covariance = spread.T @ spread / len(rows)
        size = len(covariance)
        ridge = self.shrinkage * max(float(np.trace(covariance)) / size, 1e-6)
        covariance = (1 - self.shrinkage) * covariance + ridge * np.eye(size)
        weights = np.linalg.solve(covariance, means.T)
        self.weights_ = weights.astype(np.float32)
        self.offsets_ = (-0.5 * (means.T * weights).sum(axis=0)).astype(np.float32)
        return self

    def scores(self, rows: Rows) -> Rows:
        """Log densities up to what all labels share, shape (n, n_classes)."""
        return rows @ self.weights_ + self.offsets_
