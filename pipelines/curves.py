"""The points of the report's curves."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.metrics import coverage_risk

Json = dict[str, Any]
# A share of fewer rows than this is noise, and the first rows of a curve are few.
_FEWEST = 20


def reliability(
    probability: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = 10
) -> list[Json]:
    """Cut the rows into bins of equal size by probability; stated against realised.

    Returns
    -------
    list of dict
        ``probability`` (mean), ``accuracy`` with its Wilson interval ``low``, ``high``, ``n``.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22, 209-212.
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if part.size]
    points = []
    for part in parts:
        low, high = wilson(int(correct[part].sum()), int(part.size))
        points.append(
            {
                "probability": float(probability[part].mean()),
                "accuracy": float(correct[part].mean()),
                "low": low,
                "high": high,
                "n": int(part.size),
            }
        )
    return points


def wilson(hits: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Interval of a share, 95 % by default.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(90, 100)]
    [0.826, 0.945]
    """
    if n == 0:
        return float("nan"), float("nan")
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * ((share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5)
    return max(0.0, middle - half), min(1.0, middle + half)


def histogram(probability: NDArray[np.float64], bins: int = 10) -> list[Json]:
    """Share of rows in each tenth of the probability scale."""
    counts, edges = np.histogram(np.clip(probability, 0, 1), bins=bins, range=(0, 1))
    total = max(int(counts.sum()), 1)
    return [
        {"low": float(edges[i]), "high": float(edges[i + 1]), "share": int(counts[i]) / total}
        for i in range(bins)
    ]


def precision_curve(
    probability: NDArray[np.float64], correct: NDArray[np.bool_], most: int = 200
) -> list[tuple[float, float]]:
    """Return (share answered, precision) with the surest answered first; about ``most`` points."""
    coverage, risk = coverage_risk(probability, correct)
    n = len(coverage)
    kept = np.flatnonzero(coverage * n >= min(_FEWEST, n))
    if len(kept) > most:
        kept = kept[np.linspace(0, len(kept) - 1, most).round().astype(int)]
    points = zip(coverage[kept].tolist(), (1 - risk[kept]).tolist(), strict=True)
    return list(dict.fromkeys(points))


def at_ranks(ranks: NDArray[np.float64], ks: Sequence[int]) -> NDArray[np.float64]:
    """Whether each query's right article is among the first k; shape (queries, ks)."""
    found = np.asarray(ranks, dtype=float)[:, None]
    return (found <= np.asarray(ks, dtype=float)[None, :]).astype(float)
