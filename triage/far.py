"""Texts of languages without training texts: read without words, on a scale of their own.

The heads that need no words are surer or less sure than the blend that calibration was fitted
on, and the network scores a text lower whose words it has not seen. Both are measured on the
held-out texts themselves, read as if none of their words were known.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.calibration import Calibrator, best_scale
from triage.heads import is_far

Table = NDArray[np.float64]

# How far the scale is believed: the encoder understands other languages less than the one that
# was read without words. Half, as a logarithm, made probabilities honest in Arabic, Japanese,
# Turkish, Chinese and Indonesian (accuracy .81, mean probability .83; unscaled .76).
_TRUST = 0.5


@dataclass(frozen=True)
class Far:
    """What texts of unknown words need.

    Parameters
    ----------
    scale : float
        Factor on the scores of their heads.
    shift : float
        What their out-of-scope score lies higher for the missing words alone.
    """

    scale: float = 1.0
    shift: float = 0.0

    def outside(self, score: Table, known: Table) -> Table:
        """Out-of-scope scores, (n,), by the share of words known, (n,)."""
        return score - self.shift * is_far(known)


def fit_far(
    calibrator: Calibrator,
    scores: Table,
    targets: NDArray[np.intp],
    outside: Table,
    *,
    cut: float,
    loss: float,
) -> Far:
    """Fit on held-out texts read without their words.

    Parameters
    ----------
    calibrator : Calibrator
    scores : array (n, n_classes)
    targets : array (n,)
    outside : array (n,)
        Out-of-scope scores.
    cut : float
        Out-of-scope score above which no answer is given; infinite for no shift.
    loss : float
        Share of known texts that lies above it.
    """
    shift = float(np.quantile(outside, 1 - loss)) - cut
    scale = best_scale(calibrator, scores, targets) ** _TRUST
    return Far(scale, max(shift, 0.0))
