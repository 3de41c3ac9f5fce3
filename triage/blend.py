"""Two heads, one score: both on one scale, each with its share."""

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]

# Held-out accuracy that unequal shares must gain.
_CLEARLY = 0.002


def best_blend(heads: list[NDArray[np.float32]], targets: NDArray[np.intp]) -> Table:
    """Choose the spreads of the two heads and their shares, shape (2, 2), from held-out scores.

    The spreads put both on one scale. Equal shares, unless others answer clearly better: past
    its exact size the kernel head is a rough one.
    """
    spreads = np.array([_centred(head).std() for head in heads])
    right = {}
    for share in (0.5, 0.75, 1.0, 0.25, 0.0):
        scores = blend(heads[0], heads[1], spreads, np.array([share, 1 - share]))
        right[share] = float((scores.argmax(axis=1) == targets).mean())
    best = max(right, key=lambda share: right[share])
    if right[best] < right[0.5] + _CLEARLY:
        best = 0.5
    return np.array([spreads, [best, 1 - best]])


def blend(
    network: NDArray[np.float32],
    kernel: NDArray[np.float32],
    spreads: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> Table:
    """Add the centred scores of two heads, each over its spread and times its share."""
    both = [_standardised(h, s) for h, s in zip((network, kernel), spreads, strict=True)]
    return np.asarray(2 * (shares[0] * both[0] + shares[1] * both[1]), dtype=np.float64)


def _centred(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    return scores - scores.mean(axis=1, keepdims=True)


def _standardised(scores: NDArray[np.float32], spread: float) -> NDArray[np.float32]:
    return _centred(scores) / np.float32(max(spread, 1e-9))
