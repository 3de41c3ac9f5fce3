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
    by_part = index.parts.scores([word_parts(w) for w in found])
    chosen = _candidates(index, vectors, by_word + by_part, allowed, language, depth)
    if also is not None:
        chosen[also] = True
    if allowed is not None:
        chosen &= allowed
    articles = np.flatnonzero(chosen)
    if not len(articles):
        nothing = np.empty((len(texts), 0))
        return articles, Evidence(nothing, nothing, nothing, nothing), articles
    rows, offsets, sizes = _rows(index, articles)
    closeness = vectors @ index.vectors[rows].T
    evidence = Evidence(
        np.maximum.reduceat(closeness, offsets, axis=1).astype(np.float64),
        (np.add.reduceat(closeness, offsets, axis=1) / sizes).astype(np.float64),
        by_word[:, articles].astype(np.float64),
        by_part[:, articles].astype(np.float64),
    )
    return articles, evidence, rows[_closest(closeness.max(axis=0), offsets, sizes)]


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
    """Return which articles are worth scoring exactly."""
    count = len(index.languages)
    may = np.ones(count, dtype=bool) if allowed is None else allowed
    if count <= depth:
        return may.copy()
    near = index.dense.nearest(vectors, min(_PASSAGES * depth, len(index.vectors)))
    nearest = index.article_of[near]
    chosen = np.zeros(count, dtype=bool)
    # With a language, the best in it besides the best of all, which may lend their score.
    for mask in [may] if language is None else [may, may & (index.languages == language)]:
        chosen |= _closest_articles(index, vectors, nearest, mask, depth)
        chosen |= _top(lexical, mask, depth)
    return _with_partners(index, chosen)


def _closest_articles(
    index: ClientIndex, vectors: Vectors, nearest: Positions, mask: Mask, depth: int
) -> Mask:
    """Return the articles of the nearest passages, or the exact ones where most are masked out."""
    chosen = np.zeros(len(mask), dtype=bool)
    chosen[nearest[:, :depth]] = True
    if mask.all():
        return chosen
    chosen[nearest] = True
    chosen &= mask
    wanted = np.flatnonzero(mask)
    if min(depth, len(wanted)) <= chosen.sum():
        return chosen
    rows, offsets, _ = _rows(index, wanted)
    closest = np.maximum.reduceat(vectors @ index.vectors[rows].T, offsets, axis=1)
    best = np.argsort(-closest, axis=1, kind="stable")[:, :depth]
    chosen[wanted[best]] = True
    return chosen


def _top(scores: NDArray[np.float32], mask: Mask, depth: int) -> Mask:
    """Return which articles are among the best of some row, of those that score at all."""
    masked = np.where(mask, scores, 0.0)
    best = np.argpartition(-masked, depth - 1, axis=1)[:, :depth]
    chosen = np.zeros(len(mask), dtype=bool)
    chosen[best[np.take_along_axis(masked, best, axis=1) > 0.0]] = True
    return chosen


def _with_partners(index: ClientIndex, chosen: Mask) -> Mask:
    partners = index.translations[chosen].ravel()
    chosen[partners[partners >= 0]] = True
    return chosen


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
    first = np.lexsort((scored.articles, -scored.score))
    lenders = first[:_LIFTED] if language is None else first
    partners = index.translations[scored.articles[lenders]]
    rows, columns = np.nonzero(at[partners] >= 0)
    lender, borrower = lenders[rows], at[partners[rows, columns]]
    if language is not None:
        fits = index.languages[scored.articles[borrower]] == language
        lender, borrower = lender[fits], borrower[fits]
    np.maximum.at(score, borrower, scored.score[lender] - _COST_OF_TRANSLATION)
    lent = scored.probability[lender] * (1 - _COST_OF_TRANSLATION)
    np.maximum.at(chance, borrower, lent)
    return scored._replace(score=score, probability=chance)
