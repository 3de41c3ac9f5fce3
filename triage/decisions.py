"""Answer or abstain, with the reason: pure functions over calibrated probabilities."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.taxonomy import UNKNOWN

ALTERNATIVES = 3
# A second label is a rival of the first from this share of its probability on.
_RIVAL = 1 / 3
# Probabilities that differ by less are one; the threshold lies so far below its own.
_SAME, _BELOW = 1e-9, 1e-6
REASONS = ("empty", "unknown_language", "out_of_scope", "ambiguous", "low_confidence")


class Decision(NamedTuple):
    """What the classifier answers to one text.

    Parameters
    ----------
    label : str
        A known label, or ``unknown`` where it abstains.
    probability : float
        Of the most probable label, answered or not.
    alternatives : tuple of (str, float)
        The three next best labels with their probabilities; the three best when abstaining.
    out_of_scope : float
        Unbounded score, higher is further out.
    reason : str or None
        One of ``REASONS`` when abstaining, None when answered.
    """

    label: str
    probability: float
    alternatives: tuple[tuple[str, float], ...]
    out_of_scope: float
    reason: str | None


def threshold_for(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_], precision: float
) -> float:
    """Lowest probability above which held-out answers were this precise.

    Falls back to the target itself where no held-out answer reaches it: a calibrated
    probability is a promise of precision of its own.

    Answers of one probability stand or fall together, and the threshold lies just below theirs:
    calibration gives many texts the same, and rounding must not part them.
    """
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    ranked = confidence[order]
    gaps = ranked - np.append(ranked[1:], 0.0)
    enough = np.flatnonzero((right >= precision) & (gaps > _SAME))
    # A run of a few lucky answers at the top says nothing.
    if not len(enough) or enough[-1] < 20:
        return float(precision)
    last = enough[-1]
    return float(ranked[last] - min(gaps[last] / 2, _BELOW))


def judged(
    probabilities: NDArray[np.float64],
    classes: NDArray[np.str_],
    outside: NDArray[np.float64],
    *,
    empty: Sequence[bool],
    foreign: Sequence[bool],
    threshold: float,
    cut: float,
) -> list[Decision]:
    """Decide on each text: the label, or ``unknown`` with the first reason that holds.

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
    best = np.take_along_axis(probabilities, order, axis=1).tolist()
    names = classes[order].tolist()
    decided = []
    for i, score in enumerate(outside.tolist()):
        two = sum(best[i][:2])
        reason = _reason(empty[i], foreign[i], score > cut, best[i][0], two, threshold)
        ranked = tuple(zip(names[i], best[i], strict=True))
        label = names[i][0] if reason is None else UNKNOWN
        others = ranked[1:] if reason is None else ranked[:ALTERNATIVES]
        decided.append(Decision(label, best[i][0], others, score, reason))
    return decided


def as_frame(decided: Sequence[Decision], index: pd.Index | None = None) -> pd.DataFrame:
    """One row a decision, one column a field; ``alternatives`` as lists.

    With the index of what was asked, so that a column of it fits beside the texts.
    """
    frame = pd.DataFrame(decided, columns=list(Decision._fields))
    # All answered, or no row at all: pandas would guess other types.
    frame["reason"] = pd.Series([d.reason for d in decided], dtype=object)
    frame["alternatives"] = pd.Series([list(d.alternatives) for d in decided], dtype=object)
    frame = frame.astype({"label": "str", "probability": float, "out_of_scope": float})
    return frame if index is None else frame.set_axis(index)


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
