"""One more voice beside the heads: the encoder itself, taught the labels.

An encoder that learned from a text finds that text too easy, so a part of the training rows is
kept from it: on that part its share in the blend is chosen and the sum is calibrated. Where the
rows are few it then learns once more, from all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.adaptation import Adaptation, AdaptedEncoder, adaptable, taught
from data.artifact import Artifact
from data.encoders import Encoder, SentenceTransformerEncoder
from triage.calibration import Calibrator, log_loss
from triage.features import prepare

Table = NDArray[np.float64]

# Rows that judge the encoder; a third at most, a tenth at least.
_JUDGES = 300
# Up to this many rows it learns again from all: every row counts, and the time is short.
_FEW = 2000
# Share of known words under which a text may be in a language the encoder never learned.
_FAR = 0.4
_SHARES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)


@dataclass(frozen=True)
class TaughtHead:
    """Scores of an adapted encoder, brought to the scale of the other heads.

    Parameters
    ----------
    encoder : AdaptedEncoder
    spread : float
        Standard deviation of its centred scores on held-out rows.
    share : float
        Weight beside the sum of the other heads, whose spread is about one each.
    """

    encoder: AdaptedEncoder
    spread: float
    share: float

    def add(self, scores: Table, texts: Sequence[str], known: NDArray[np.float64]) -> Table:
        """Add to the scores (n, n_classes) of the other heads.

        A text of whose words training has hardly seen any, ``known`` (n,), stays with the heads
        that read other languages.
        """
        near = np.flatnonzero(known >= _FAR)
        if not len(near):
            return scores
        words = prepare(texts)
        own = self.encoder.scores([words[i] for i in near])
        total = scores.copy()
        total[near] = _sum(scores[near], own, self.spread, self.share)
        return total

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Arrays that rebuild this object beside the encoder it was taught from."""
        return {
            "taught_weights": self.encoder.weights,
            "taught_prototypes": self.encoder.prototypes,
            "taught_blend": np.array([self.spread, self.share]),
        }


def read_taught(artifact: Artifact, encoder: Encoder) -> TaughtHead | None:
    """Rebuild from the arrays of a model folder; None where nothing was taught."""
    base = adaptable(encoder)
    if base is None or "taught_weights.npy" not in artifact.header["files"]:
        return None
    spread, share = artifact.array("taught_blend").tolist()
    pupil = AdaptedEncoder(
        base,
        artifact.classes or [],
        artifact.array("taught_prototypes"),
        artifact.array("taught_weights"),
    )
    return TaughtHead(pupil, spread, share)


def judges(rows: int) -> int:
    """Parts to cut the rows into; one of them judges.

    >>> [judges(n) for n in (100, 770, 8000)]
    [3, 3, 10]
    """
    return int(np.clip(rows // _JUDGES, 3, 10))


def taught_head(
    base: SentenceTransformerEncoder,
    texts: Sequence[str],
    labels: Sequence[str],
    judging: NDArray[np.intp],
    scores: Table,
    how: Adaptation,
) -> tuple[TaughtHead | None, Table]:
    """Teach, judge, and return the head with the summed scores of the judging rows.

    No head comes back where the rows judge better without it.

    Parameters
    ----------
    base : SentenceTransformerEncoder
    texts, labels : sequences of str, shape (n,)
        Each label must be among the rows that do not judge.
    judging : array of int, shape (m,)
        Positions of the rows kept from the encoder.
    scores : array of shape (m, n_classes)
        What the other heads say of them, held out as well.
    how : Adaptation
    """
    words, names = prepare(texts), np.asarray(labels, dtype=object)
    kept = np.setdiff1d(np.arange(len(words)), judging)
    encoder = taught(base, [words[i] for i in kept], names[kept].tolist(), how)
    own = encoder.scores([words[i] for i in judging])
    targets = np.searchsorted(encoder.classes, names[judging].astype(str))
    spread = float(_centred(own).std())
    losses = {share: _loss(_sum(scores, own, spread, share), targets) for share in _SHARES}
    share = min(_SHARES, key=lambda value: losses[value])
    if not share:
        return None, scores
    if len(words) <= _FEW:
        encoder = taught(base, words, names.tolist(), how)
    return TaughtHead(encoder, spread, share), _sum(scores, own, spread, share)


def _loss(scores: Table, targets: NDArray[np.intp]) -> float:
    return log_loss(Calibrator("temperature").fit(scores, targets).transform(scores), targets)


def _sum(scores: Table, own: NDArray[np.float32], spread: float, share: float) -> Table:
    return scores + share * _centred(own).astype(np.float64) / max(spread, 1e-9)


def _centred(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    return scores - scores.mean(axis=1, keepdims=True)
