"""One search of one client: candidates, evidence, fusion."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suggest.client_index import ClientIndex, Positions, Vectors
from suggest.fusion import (
    CALIBRATION,
    WEIGHTS,
    Calibration,
    Evidence,
    Floats,
    Weights,
    fuse,
    probability,
)
from suggest.lexical import word_parts, words

DEPTH = 64
"""Candidates of each kind and chunk, before they are scored exactly."""

_PASSAGES = 2
"""Passages of each chunk that are fetched for each candidate article."""

_SHORT = 4
"""Sentences of a query that need no others to be understood: see `Evidence.centres`."""

_LIFTED = 2
_COST_OF_TRANSLATION = 0.05

Mask = NDArray[np.bool_]


class Pool(NamedTuple):
    """Candidate articles of one query, best first, as columns of one length.

    Attributes
    ----------
    articles, passages : arrays of positions
        The article, and the passage of it that is closest to the query.
    score, probability, dense, lexical : arrays of float
    """

    articles: Positions
    passages: Positions
    score: Floats
    probability: Floats
    dense: Floats
    lexical: Floats

    def take(self, which: Positions | Mask) -> "Pool":
        """Return some candidates, in the order asked for."""
        return Pool(
            self.articles[which],
            self.passages[which],
            self.score[which],
            self.probability[which],
            self.dense[which],
            self.lexical[which],
        )

    def head(self, k: int) -> "Pool":
        """Return the first k."""
        return self.take(np.arange(min(k, len(self.articles))))


def pool(
    index: ClientIndex,
    texts: Sequence[str],
    vectors: Vectors,
    *,
    allowed: Mask | None = None,
    language: str | None = None,
    also: Positions | None = None,
    depth: int = DEPTH,
    weights: Weights = WEIGHTS,
    calibration: Calibration = CALIBRATION,
) -> Pool:
    """Score the candidate articles of one query.

    Parameters
    ----------
    index : ClientIndex
    texts : sequence of str
        The query's chunks, the whole first.
    vectors : array of shape (chunks, dimension)
    allowed : bool array of shape (articles,), optional
        Articles that may be found.
    language : str, optional
        Only articles in this language are returned; those in others still lend their score to
        their translations.
    also : array of positions, optional
        Articles to score whatever the query is.
    depth : int
        Candidates of each kind and chunk.
    """
    articles, evidence, passages = gather(
        index, texts, vectors, allowed=allowed, language=language, also=also, depth=depth
    )
    fused = fuse(evidence, weights)
    chance = probability(fused, calibration)
    scored = Pool(articles, passages, fused.score, chance, fused.dense, fused.lexical)
    scored = _lend(index, scored, language)
    if language is not None:
        kept = index.languages[scored.articles] == language
        scored = scored.take(kept)
    # Articles stand in the order of their ids: a tie is broken the same way everywhere.
    order = np.lexsort((scored.articles, -scored.score))
    return scored.take(order)


def gather(
    index: ClientIndex,
    texts: Sequence[str],
    vectors: Vectors,
    *,
    allowed: Mask | None = None,
    language: str | None = None,
    also: Positions | None = None,
    depth: int = DEPTH,
) -> tuple[Positions, Evidence, Positions]:
    """Return candidate articles, the evidence for them, and the closest passage of each."""
    found = [words(text) for text in texts]
    by_word = index.words.scores(found)
    cut = [word_parts(w) for w in found]
    by_part, by_title = index.parts.scores(cut), index.titles.scores(cut)
    lexical = WEIGHTS.words * by_word + WEIGHTS.parts * by_part + WEIGHTS.titles * by_title
    chosen = _candidates(index, vectors, lexical, allowed, language, depth)
    if also is not None:
        chosen[also] = True
    if allowed is not None:
        chosen &= allowed
    articles = np.flatnonzero(chosen)
    if not len(articles):
        nothing = np.empty((len(texts), 0))
        return articles, Evidence(nothing, nothing, nothing, nothing, nothing), articles
    rows, offsets, sizes = _rows(index, articles)
    closeness = index.vectors[rows] @ vectors.T
    evidence = Evidence(
        np.maximum.reduceat(closeness, offsets).T.astype(np.float64),
        (np.add.reduceat(closeness, offsets).T / sizes).astype(np.float64),
        by_word[:, articles].astype(np.float64),
        by_part[:, articles].astype(np.float64),
        by_title[:, articles].astype(np.float64),
        index.centres[articles].astype(np.float32) if len(texts) > _SHORT + 1 else None,
    )
    return articles, evidence, rows[_closest(closeness.max(axis=1), offsets, sizes)]


def _rows(index: ClientIndex, articles: Positions) -> tuple[Positions, Positions, Positions]:
    """Return the passages of articles, and where those of each begin and how many they are."""
    starts = index.starts[articles]
    sizes = index.starts[articles + 1] - starts
    offsets = np.cumsum(sizes) - sizes
    return np.repeat(starts - offsets, sizes) + np.arange(int(sizes.sum())), offsets, sizes


def _candidates(
    index: ClientIndex,
    vectors: Vectors,
    lexical: NDArray[np.float32],
    allowed: Mask | None,
    language: str | None,
    depth: int,
) -> Mask:
    """Return which articles are worth scoring exactly: the best of some chunk, roughly."""
    count = len(index.languages)
    if count <= depth:
        return np.ones(count, dtype=bool) if allowed is None else allowed.copy()
    if allowed is None and language is None:
        rough = _near(index, vectors, _PASSAGES * depth) + lexical
        return _with_partners(index, _top(rough, depth))
    # Few of the nearest may be left behind a filter: all are compared.
    rough = np.maximum.reduceat(index.vectors @ vectors.T, index.starts[:-1]).T + lexical
    if allowed is not None:
        rough[:, ~allowed] = -np.inf
    chosen = _top(rough, depth)
    if language is not None:
        # The best in the language besides the best of all, which may lend their score.
        chosen |= _top(np.where(index.languages == language, rough, -np.inf), depth)
    return _with_partners(index, chosen)


def _near(index: ClientIndex, vectors: Vectors, n: int) -> NDArray[np.float32]:
    """Return how close articles are to each chunk; those not near any are all as far away."""
    positions, closeness = index.dense.nearest(vectors, min(n, len(index.vectors)))
    near = np.repeat(closeness[:, -1:], len(index.languages), axis=1)
    rows = np.arange(len(vectors))[:, None]
    # Best last: of several passages of an article, the closest stays.
    near[rows, index.article_of[positions[:, ::-1]]] = closeness[:, ::-1]
    return near


def _top(scores: NDArray[np.float32], depth: int) -> Mask:
    """Return which articles are among the best of some row."""
    best = np.argpartition(-scores, depth - 1, axis=1)[:, :depth]
    chosen = np.zeros(scores.shape[1], dtype=bool)
    chosen[best[np.take_along_axis(scores, best, axis=1) > -np.inf]] = True
    return chosen


def _with_partners(index: ClientIndex, chosen: Mask) -> Mask:
    """Add the translations of what was chosen, and those whose translation was chosen."""
    if index.translations.shape[1] < 2:
        return chosen
    own = np.append(chosen, False)
    pointing = own[index.translations].any(axis=1)
    partners = index.translations[chosen].ravel()
    own[partners] = True
    return own[:-1] | pointing


def _closest(best: Floats, offsets: Positions, sizes: Positions) -> Positions:
    """Position of the first maximum of each segment."""
    peaks = np.repeat(np.maximum.reduceat(best, offsets), sizes)
    hits = np.flatnonzero(best >= peaks)
    return hits[np.searchsorted(hits, offsets)]


def _lend(index: ClientIndex, scored: Pool, language: str | None) -> Pool:
    """Let translations of good articles stand right behind them.

    Without a language asked for, only the translations of the first few are lifted: the other
    places belong to other articles.
    """
    if index.translations.shape[1] < 2 or not len(scored.articles):
        return scored
    at = np.full(len(index.languages) + 1, -1, dtype=np.int64)
    at[scored.articles] = np.arange(len(scored.articles))
    score, chance = scored.score.copy(), scored.probability.copy()
    lenders = at[index.translations[scored.articles]]
    borrower, column = np.nonzero(lenders >= 0)
    lender = lenders[borrower, column]
    if language is None:
        first = np.lexsort((scored.articles, -scored.score))[:_LIFTED]
        fits = np.isin(lender, first)
    else:
        fits = index.languages[scored.articles[borrower]] == language
    lender, borrower = lender[fits], borrower[fits]
    np.maximum.at(score, borrower, scored.score[lender] - _COST_OF_TRANSLATION)
    lent = scored.probability[lender] * (1 - _COST_OF_TRANSLATION)
    np.maximum.at(chance, borrower, lent)
    return scored._replace(score=score, probability=chance)
