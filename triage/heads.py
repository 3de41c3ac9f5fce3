"""The heads of the intent classifier: who reads what, and which share each has.

A network with dropout reads [encoder | folded TF-IDF]. Beside it stands, in large training sets,
a linear machine over the whole vocabulary; in small ones linear discriminants over the encoder's
vector and the cosine to the words of each label. A text whose words training has hardly seen, as
in another language, is left to the latter two: they need no words.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.blend import Blend, Shares
from triage.features import Reading, Rows
from triage.gaussian import GaussianHead
from triage.linear import LinearHead
from triage.network import NetworkHead

# From so many texts on, the whole vocabulary says more than discriminants and names.
LARGE = 3000
# Past this many texts more of them teach little: a sample by label is learned.
MOST_ROWS = 35_000
# The linear machine's cost grows faster than its use.
_LINEAR_ROWS = 20_000
# Share of known words under which a text is read without its words.
_FAR = 0.5

# Shares of network, linear, gaussian, names; the first holds unless held-out texts object.
_SMALL: tuple[Shares, ...] = (
    (1, 0, 0.5, 0.15), (1, 0, 0, 0), (1, 0, 0.5, 0), (1, 0, 1, 0.3), (0.5, 0, 1, 0.3),
)  # fmt: skip
_LARGE: tuple[Shares, ...] = (
    (1, 0.5, 0, 0), (1, 0, 0, 0), (1, 1, 0, 0), (0.5, 1, 0, 0), (0, 1, 0, 0),
)  # fmt: skip
_FAR_SHARES: Shares = (0, 0, 1, 0.2)


@dataclass
class Heads:
    """All heads, trained on the same texts.

    Parameters
    ----------
    epochs : int
        Passes of the network.
    random_state : int
    """

    epochs: int = 50
    random_state: int = 0

    def fit(
        self,
        texts: Reading,
        targets: NDArray[np.intp],
        hints: Reading,
        hint_targets: NDArray[np.intp],
        n_terms: int,
    ) -> "Heads":
        """Train on texts and on the sentences that describe the labels."""
        n_classes = int(hint_targets.max()) + 1
        self.network_ = NetworkHead(epochs=self.epochs, random_state=self.random_state)
        rows, both = np.vstack([texts.rows, hints.rows]), np.concatenate([targets, hint_targets])
        self.network_.fit(rows, both, n_classes)
        self._fit_quick_ones(texts, targets, hints, hint_targets)
        self.linear_: LinearHead | None = None
        if len(texts) > LARGE:
            chosen = sample(targets, _LINEAR_ROWS, self.random_state)
            terms = [*(texts.terms[i] for i in chosen), *hints.terms]
            self.linear_ = LinearHead(random_state=self.random_state).fit(
                np.vstack([texts.vectors[chosen], hints.vectors]),
                terms,
                n_terms,
                np.concatenate([targets[chosen], hint_targets]),
                n_classes,
            )
        return self

    def refine(
        self,
        texts: Reading,
        targets: NDArray[np.intp],
        hints: Reading,
        hint_targets: NDArray[np.intp],
        random_state: int,
    ) -> "Heads":
        """Let the network go on and the discriminants start again; the linear machine stays."""
        rows, both = np.vstack([texts.rows, hints.rows]), np.concatenate([targets, hint_targets])
        self.network_.refine(rows, both, random_state=random_state)
        self._fit_quick_ones(texts, targets, hints, hint_targets)
        return self

    def _fit_quick_ones(
        self,
        texts: Reading,
        targets: NDArray[np.intp],
        hints: Reading,
        hint_targets: NDArray[np.intp],
    ) -> None:
        n_classes = int(hint_targets.max()) + 1
        vectors = np.vstack([texts.vectors, hints.vectors])
        both = np.concatenate([targets, hint_targets])
        self.gaussian_ = GaussianHead().fit(vectors, both, n_classes)
        self.names_ = _names(hints.vectors, hint_targets, n_classes)

    def tables(self, texts: Reading) -> list[Rows]:
        """Scores of each head, shape (n, n_classes) each."""
        gaussian = self.gaussian_.scores(texts.vectors)
        if self.linear_ is None:
            linear = np.zeros_like(gaussian)
        else:
            linear = self.linear_.scores(texts.vectors, texts.terms)
        return [self.network_.scores(texts.rows), linear, gaussian, texts.vectors @ self.names_]


def fitted_blend(tables: list[Rows], targets: NDArray[np.intp], n: int) -> Blend:
    """Choose the shares for a training set of ``n`` texts from held-out scores."""
    return Blend().fit(tables, targets, _LARGE if n > LARGE else _SMALL)


def is_far(known: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which texts are read without their words, by the share of words that are known."""
    return known < _FAR


def blended(
    blend: Blend, tables: list[Rows], known: NDArray[np.float64], far_scale: float = 1.0
) -> NDArray[np.float64]:
    """One score a label; texts of unknown words by the heads that need none, on their scale."""
    far = is_far(known)
    scores = blend.scores(tables, far=far, far_shares=_FAR_SHARES)
    scores[far] *= far_scale
    return scores


def sample(targets: NDArray[np.intp], most: int, seed: int, fewest: int = 100) -> NDArray[np.intp]:
    """Return about ``most`` positions by class, but ``fewest`` of each class that has so many.

    >>> sample(np.array([0, 0, 1]), 5, seed=0)
    array([0, 1, 2])
    """
    if len(targets) <= most:
        return np.arange(len(targets))
    rng = np.random.default_rng(seed)
    share, chosen = most / len(targets), []
    for label in np.unique(targets):
        rows = np.flatnonzero(targets == label)
        wanted = min(len(rows), max(fewest, round(share * len(rows))))
        chosen.append(rng.choice(rows, wanted, replace=False))
    return np.sort(np.concatenate(chosen))


def _names(vectors: Rows, targets: NDArray[np.intp], n_classes: int) -> Rows:
    names = np.zeros((n_classes, vectors.shape[1]), dtype=np.float32)
    np.add.at(names, targets, vectors)
    lengths = np.linalg.norm(names, axis=1, keepdims=True)
    return np.ascontiguousarray((names / np.maximum(lengths, np.float32(1e-9))).T)


def fold_numbers(
    targets: NDArray[np.intp], folds: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Deal the rows of each class to the folds in turn, so that thin classes spread."""
    part = np.empty(len(targets), dtype=np.intp)
    for label in np.unique(targets):
        rows = np.flatnonzero(targets == label)
        part[rng.permutation(rows)] = (np.arange(len(rows)) + rng.integers(folds)) % folds
    return part
