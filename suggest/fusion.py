"""One score from dense and lexical evidence, and the probability that goes with it.

A query is looked up as a whole and sentence by sentence. Of each of these chunks, an article has
five pieces of evidence: the closest of its passages, the mean of its passages, BM25 of words, of
parts of words and of parts of the title's words. A weighted sum makes one score of the five; the
chunks are put together by their best few, since a long ticket names one thing in one sentence and
another in the next. A sentence of a long ticket says little; what else is like the articles it
finds first counts as well, so that sentences about one thing agree.

``WEIGHTS`` and ``CALIBRATION`` come from :func:`fit` on the judged queries of
``tests/benchmarks/retrieval.py`` (``python tests/benchmarks/retrieval.py refit`` prints them);
the sets that are reported are not among them. The contrast was left at 0.1 where `fit` says 0.2:
it gains only in collections of fewer than a hundred articles.

References
----------
Rocchio (1971), Relevance feedback in information retrieval (here without a person: the first
articles found stand in for those judged right).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.errors import ParameterError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Weights:
    """How evidence is added up; the closest passage counts 1.

    Parameters
    ----------
    mean : float
        Mean of an article's passages.
    words, parts, titles : float
        BM25 of words, of their parts, and of the parts of the title, over the root of what the
        query could reach.
    whole : float
        The whole query beside its sentences.
    second, third : float
        The second and third best sentence beside the best one.
    contrast : float
        How much a sentence that sets some articles apart counts more than one that is close to
        all of them.
    alike : float
        How close an article is to those that a sentence finds first.
    """

    mean: float = 0.25
    words: float = 0.15
    parts: float = 0.1
    titles: float = 0.05
    whole: float = 0.2
    second: float = 0.3
    third: float = 0.1
    contrast: float = 0.1
    alike: float = 0.5


@dataclass(frozen=True)
class Calibration:
    """Logistic model of "this article answers the query"; the names are those of `features`."""

    intercept: float = -4.44
    dense: float = 4.91
    lexical: float = 2.86
    behind: float = -2.68
    lead: float = 7.94


WEIGHTS = Weights()
CALIBRATION = Calibration()


_FIRST, _FIRST_SPREAD = 5, 0.1
"""Articles that stand for what a chunk is about, and how fast their weight falls with the score."""


class Evidence(NamedTuple):
    """What chunks (rows) say of candidate articles (columns); the whole query is row 0.

    Attributes
    ----------
    closest, mean, words, parts, titles : arrays of shape (chunks, articles)
    centres : array of shape (articles, dimension), optional
        Unit means of the articles' passages. Given for long queries only: between few sentences
        of one question, agreement gains nothing.
    """

    closest: Floats
    mean: Floats
    words: Floats
    parts: Floats
    titles: Floats
    centres: NDArray[np.float32] | None = None


class Fused(NamedTuple):
    """Scores of candidate articles, shape (articles,) each.

    Attributes
    ----------
    score : array
        Ranks the articles; unbounded.
    peak, dense, lexical : array
        The best chunk's fused score, closeness and lexical score.
    """

    score: Floats
    peak: Floats
    dense: Floats
    lexical: Floats


def fuse(evidence: Evidence, weights: Weights = WEIGHTS) -> Fused:
    """Put chunks and kinds of evidence together.

    Parameters
    ----------
    evidence : Evidence
    weights : Weights

    Returns
    -------
    Fused

    Examples
    --------
    >>> rows = [0.9, 0.5], [0.4, 0.4], [1, 0], [0, 0], [0, 0]
    >>> one = Evidence(*(np.array([row]) for row in rows))
    >>> fuse(one).score.round(2).tolist()
    [1.15, 0.6]
    """
    lexical = weights.words * evidence.words + weights.parts * evidence.parts
    lexical = lexical + weights.titles * evidence.titles
    scores = evidence.closest + weights.mean * evidence.mean + lexical
    score = scores[0]
    if len(scores) > 1:
        alike = 0.0 if evidence.centres is None else _alike(scores, evidence.centres)
        score = _over_chunks(scores + weights.alike * alike, weights)
    return Fused(score, scores.max(axis=0), evidence.closest.max(axis=0), lexical.max(axis=0))


def _alike(scores: Floats, centres: NDArray[np.float32]) -> Floats:
    """Return how close articles are to the mean of the first few of each chunk."""
    few = min(_FIRST, scores.shape[1])
    first = np.argpartition(-scores, few - 1, axis=1)[:, :few]
    found = np.take_along_axis(scores, first, axis=1)
    share = np.exp((found - found.max(axis=1, keepdims=True)) / _FIRST_SPREAD)
    share /= share.sum(axis=1, keepdims=True)
    meant = np.einsum("cf,cfd->cd", share.astype(np.float32), centres[first])
    close: Floats = (meant @ centres.T).astype(np.float64)
    return close


def _over_chunks(scores: Floats, weights: Weights) -> Floats:
    sentences = scores[1:]
    spread = np.maximum(sentences.std(axis=1, keepdims=True), 1e-6)
    contrast = (sentences - sentences.mean(axis=1, keepdims=True)) / spread
    ranked = -np.sort(-(sentences + weights.contrast * contrast), axis=0)
    total: Floats = weights.whole * scores[0]
    for share, row in zip((1.0, weights.second, weights.third), ranked[:3], strict=False):
        total = total + share * row
    return total


def features(fused: Fused) -> Floats:
    """Return what the probability is computed from, shape (articles, 4).

    Columns: dense, lexical, how far the best chunk's score lies behind that of the best article,
    and, for the best article, how far it lies before that of the next.
    """
    peak = fused.peak
    ordered = np.sort(peak)[::-1]
    best = ordered[0] if len(ordered) else 0.0
    lead = best - ordered[1] if len(ordered) > 1 else 0.0
    behind = best - peak
    return np.column_stack([fused.dense, fused.lexical, behind, np.where(behind <= 0.0, lead, 0.0)])


def probability(fused: Fused, calibration: Calibration = CALIBRATION) -> Floats:
    """Return the probability, in (0, 1), that each article answers the query."""
    c = calibration
    coefficients = np.array([c.dense, c.lexical, c.behind, c.lead])
    logits: Floats = features(fused) @ coefficients + c.intercept
    return 1.0 / (1.0 + np.exp(-logits))


class Judged(NamedTuple):
    """One query whose right articles are known.

    Attributes
    ----------
    group : str
        The collection it is from; every group counts the same.
    evidence : Evidence
    right : bool array of shape (articles,)
    """

    group: str
    evidence: Evidence
    right: NDArray[np.bool_]


# Less than this is as likely to be chance.
_LEAST_GAIN = 0.002

_GRID: Mapping[str, Sequence[float]] = {
    "mean": (0.0, 0.25, 0.5, 1.0),
    "words": (0.0, 0.05, 0.1, 0.15, 0.2, 0.3),
    "parts": (0.0, 0.05, 0.1, 0.15, 0.2, 0.3),
    "titles": (0.0, 0.03, 0.05, 0.1),
    "whole": (0.0, 0.2, 0.5, 1.0),
    "second": (0.0, 0.15, 0.3, 0.5),
    "third": (0.0, 0.1, 0.2),
    "contrast": (0.0, 0.05, 0.1, 0.2),
    "alike": (0.0, 0.2, 0.5, 1.0),
}


def fit(judged: Sequence[Judged], *, rounds: int = 2) -> tuple[Weights, Calibration]:
    """Choose weights and calibration on judged queries.

    One weight at a time over a grid, changed where that gains at least 0.002, to the highest
    reciprocal rank (queries with one right
    article) or share of right articles among the first 20 (others), averaged over groups; then
    a logistic regression over the first ten articles of each query, groups weighted alike.

    Parameters
    ----------
    judged : sequence of Judged
    rounds : int
        Passes over the weights.

    Returns
    -------
    Weights, Calibration

    Raises
    ------
    ParameterError
        Without a query that has a right article among its candidates.
    """
    usable = [j for j in judged if j.right.any()]
    if not usable:
        raise ParameterError(
            "The 'judged' parameter of fit must hold a query with a right article among its "
            f"candidates. Got {len(judged)} queries without one instead."
        )
    weights = WEIGHTS
    for _ in range(rounds):
        for name, grid in _GRID.items():
            tried = [replace(weights, **{name: value}) for value in grid]
            best = max(tried, key=lambda w: quality(usable, w))
            if quality(usable, best) >= quality(usable, weights) + _LEAST_GAIN:
                weights = best
    return weights, fit_calibration(judged, weights)


def quality(judged: Sequence[Judged], weights: Weights) -> float:
    """Return what `fit` maximises, in [0, 1]."""
    groups: dict[str, list[float]] = {}
    for query in judged:
        score = fuse(query.evidence, weights).score
        ranks = np.flatnonzero(query.right[np.argsort(-score, kind="stable")])
        single = len(ranks) == 1
        value = 1.0 / (1.0 + ranks[0]) if single else float((ranks < 20).mean())
        groups.setdefault(query.group, []).append(value)
    return float(np.mean([np.mean(values) for values in groups.values()]))


def fit_calibration(judged: Sequence[Judged], weights: Weights = WEIGHTS) -> Calibration:
    """Fit the logistic model of `probability` on the first ten articles of each query."""
    from sklearn.linear_model import LogisticRegression

    rows, right, share = [], [], []
    sizes: dict[str, int] = {}
    for query in judged:
        sizes[query.group] = sizes.get(query.group, 0) + 1
    for query in judged:
        fused = fuse(query.evidence, weights)
        first = np.argsort(-fused.score, kind="stable")[:10]
        rows.append(features(fused)[first])
        right.append(query.right[first])
        share.append(np.full(len(first), 1.0 / sizes[query.group]))
    weight = np.concatenate(share)
    model = LogisticRegression(C=100.0, max_iter=2000)
    model.fit(np.vstack(rows), np.concatenate(right), sample_weight=weight * len(weight))
    return Calibration(float(model.intercept_[0]), *(float(c) for c in model.coef_[0]))
