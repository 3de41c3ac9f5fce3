"""Answer or abstain, with the reason: pure functions over calibrated probabilities."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.taxonomy import UNKNOWN

ALTERNATIVES = 3
# A second label is a rival of the first from this share of its probability on.
_RIVAL = 1 / 3
REASONS = ("empty", "unknown_language", "out_of_scope", "ambiguous", "low_confidence")


def threshold_for(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_], precision: float
) -> float:
    """Lowest probability above which held-out answers were this precise.

    Falls back to the target itself where no held-out answer reaches it: a calibrated
    probability is a promise of precision of its own.
    """
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right >= precision)
    # A run of a few lucky answers at the top says nothing.
    if not len(enough) or enough[-1] < 20:
        return float(precision)
    return float(confidence[order][enough[-1]])


def decisions(
    probabilities: NDArray[np.float64],
    classes: NDArray[np.str_],
    outside: NDArray[np.float64],
    *,
    empty: Sequence[bool],
    foreign: Sequence[bool],
    threshold: float,
    cut: float,
) -> pd.DataFrame:
    """One row a text: the label, or ``unknown`` with the first reason that holds.

    Parameters
    ----------
    probabilities : array (n, n_classes)
    classes : array (n_classes,)
    outside : array (n,)
        Out-of-scope score.
    empty, foreign : sequences of bool (n,)
        No word in the text; language not recognised.
    threshold : float
        Probability below which no answer is given.
    cut : float
        Out-of-scope score above which no answer is given.
    """
    order = np.argsort(-probabilities, axis=1)[:, : ALTERNATIVES + 1]
    rows = []
    for i, ranked in enumerate(order):
        best = [(str(classes[j]), float(probabilities[i, j])) for j in ranked]
        two = best[0][1] + (best[1][1] if len(best) > 1 else 0.0)
        reason = _reason(
            bool(empty[i]), bool(foreign[i]), float(outside[i]) > cut, best[0][1], two, threshold
        )
        label = best[0][0] if reason is None else UNKNOWN
        alternatives = best[1:] if reason is None else best[:ALTERNATIVES]
        rows.append((label, best[0][1], alternatives, float(outside[i]), reason))
    columns = ["label", "probability", "alternatives", "out_of_scope", "reason"]
    frame = pd.DataFrame(rows, columns=columns)
    # An all-answered frame would otherwise get a float column of NaN.
    frame["reason"] = pd.Series([r[-1] for r in rows], dtype=object)
    return frame.astype({"label": "str", "probability": float, "out_of_scope": float})


def _reason(
    empty: bool, foreign: bool, outside: bool, best: float, two: float, threshold: float
) -> str | None:
    if empty:
        return "empty"
    if foreign:
        return "unknown_language"
    if outside:
        return "out_of_scope"
    if best >= threshold:
        return None
    # Between them the two best carry the promise, and the second is a real rival: it fits both.
    rival = two - best >= best * _RIVAL
    return "ambiguous" if rival and two >= threshold else "low_confidence"
