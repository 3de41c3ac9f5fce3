"""A linear head over the whole vocabulary: what four hundred folded columns leave out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from triage.features import Rows, Terms

# Encoder rows and the two TF-IDF blocks have length one each; the encoder says more.
_VECTOR_WEIGHT = np.float32(1.5)


@dataclass
class LinearHead:
    """Linear support vector machine, one label against all, over [encoder | TF-IDF].

    Parameters
    ----------
    cost : float
        Weight of an error against that of the norm.
    random_state : int

    References
    ----------
    Fan et al. (2008), LIBLINEAR: a library for large linear classification.
    """

    cost: float = 0.5
    random_state: int = 0

    def fit(
        self,
        vectors: Rows,
        terms: Sequence[Terms],
        n_terms: int,
        targets: NDArray[np.intp],
        n_classes: int,
    ) -> "LinearHead":
        """Train on vectors (n, d), the terms of each text and class numbers (n,)."""
        from sklearn.svm import LinearSVC

        lexical = _table(terms, n_terms)
        table = sp.hstack([sp.csr_matrix(_VECTOR_WEIGHT * vectors), lexical]).tocsr()
        # Squared lengths are near 4: a looser stop than the default changes no label.
        model = LinearSVC(C=self.cost, tol=1e-2, random_state=self.random_state)
        model.fit(table, targets)
        # Two classes share one plane.
        planes = model.coef_ if n_classes > 2 else np.vstack([-model.coef_, model.coef_])
        offsets = model.intercept_ if n_classes > 2 else np.r_[-model.intercept_, model.intercept_]
        dimension = vectors.shape[1]
        self.vector_weights_ = (_VECTOR_WEIGHT * planes[:, :dimension].T).astype(np.float32)
        # Kept in half precision: judge what will be read back.
        self.term_weights_ = np.ascontiguousarray(planes[:, dimension:].T, dtype=np.float16)
        self.offsets_ = offsets.astype(np.float32)
        return self

    def scores(self, vectors: Rows, terms: Sequence[Terms]) -> Rows:
        """Distances to the planes, shape (n, n_classes)."""
        table = vectors @ self.vector_weights_ + self.offsets_
        for row, (places, weights) in zip(table, terms, strict=True):
            row += weights @ self.term_weights_[places].astype(np.float32)
        return table


def _table(terms: Sequence[Terms], n_terms: int) -> sp.csr_matrix:
    places = np.concatenate([p for p, _ in terms])
    weights = np.concatenate([w for _, w in terms])
    bounds = np.cumsum([0, *(len(p) for p, _ in terms)])
    return sp.csr_matrix((weights, places, bounds), shape=(len(terms), n_terms))
