"""Passages that may answer a request, each with the probability that it does."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.ticket import Message, Ticket
from suggest.acceptance import PriorLogistic
from suggest.asking import Request
from suggest.reading import Index, Passage, ReadArticle, Reader
from suggest.selection import Vector, Weigh, closeness, overlap, stems

# Articles to look into for each request, in the customer's language and in others, and passages
# of each to compare word by word.
_OWN, _FOREIGN = 4, 2
_COMPARED = 3
# A heading that asks what the customer asks tells as much as the sentences under it.
_HEADING_WEIGHT = 0.7
# The index compares whole passages, which is a second opinion.
_CLOSEST_BONUS = 0.04
_LEARNED_WEIGHT = 2 / 3


class Searcher(Protocol):
    """What drafting needs of a retriever; see :class:`suggest.retriever.Retriever`."""

    note_: str

    def search(self, tickets: Sequence[Ticket], *, k: int) -> pd.DataFrame:
        """Return a frame as ``Index.search`` does."""
        ...


@dataclass(frozen=True)
class Finding:
    """The passage of an article that fits a request best.

    Parameters
    ----------
    passage : Passage
    close : array of shape (n,)
        Closeness of each of its sentences to the request.
    support : float
        Probability that it answers the request.
    features : mapping
        What that was computed from.
    """

    passage: Passage
    close: NDArray[np.float64]
    support: float
    features: Mapping[str, float]

    @property
    def usable(self) -> bool:
        """Whether the customer may read it."""
        return self.passage.public and self.passage.kind in ("article", "macro")


class Finder:
    """Searches the index and says how well each article supports an answer.

    Parameters
    ----------
    index : Index
    retriever : Searcher, optional
        Ranks instead of the index itself.
    support : PriorLogistic
    k : int
        Articles to rank for each request.
    """

    def __init__(
        self, index: Index, retriever: Searcher | None, *, support: PriorLogistic, k: int = 20
    ) -> None:
        self.index = index
        self.retriever = retriever
        self.support = support
        self.k = k
        self.reader = Reader(index)

    def find(
        self, ticket: Ticket, requests: Sequence[Request], language: str
    ) -> list[list[Finding]]:
        """Return the findings of each request, best supported first."""
        queries = [r.query for r in requests]
        found = self._search(ticket, queries, language)
        vectors = self.index.encoder.encode(queries)
        place = (ticket.client_id, self.index.version(ticket.client_id))
        weigh = self.reader.weights(*place).of
        abouts = [
            _About(vector, stems(query), weigh)
            for query, vector in zip(queries, vectors, strict=True)
        ]
        return [
            sorted(
                (
                    self._finding(self.reader.article(*place, hit.article_id), about, hit)
                    for hit in self._hits(found[found["query"] == query], place, language)
                ),
                key=lambda f: -f.support,
            )
            for query, about in enumerate(abouts)
        ]

    @property
    def _learned(self) -> bool:
        return self.retriever is not None and not self.retriever.note_

    def _hits(self, found: pd.DataFrame, place: tuple[str, str], language: str) -> Iterable["_Hit"]:
        """Yield the articles to look into: a few in the customer's language, a few in others."""
        room = Counter({True: _OWN, False: _FOREIGN})
        tops: dict[str, float] = {}
        names = ("article_id", "passage_id", "probability", "dense", "score")
        columns = (found[name].tolist() for name in names)
        for article_id, passage_id, probability, dense, score in zip(*columns, strict=True):
            spoken = self.reader.language(*place, article_id)
            if room[spoken == language] <= 0:
                continue
            room[spoken == language] -= 1
            # A learned ranking has scores of any scale, and probabilities that are measured.
            level = probability if self._learned else score
            top = tops.setdefault(spoken, level)
            behind = min(max(1 - level / top, 0.0), 1.0) if top > 0 else 0.0
            yield _Hit(article_id, passage_id, probability, dense, behind)

    def _search(self, ticket: Ticket, queries: list[str], language: str) -> pd.DataFrame:
        if self.retriever is None:
            return self.index.search(queries, client_id=ticket.client_id, k=self.k)
        parts = [
            replace(
                ticket,
                subject="",
                language=language,
                messages=(Message(f"q{i}", "customer", query),),
            )
            for i, query in enumerate(queries)
        ]
        return self.retriever.search(parts, k=self.k)

    def _finding(self, article: ReadArticle, about: "_About", hit: "_Hit") -> Finding:
        passage, close, heading = _best_passage(article, about, hit.passage_id)
        features = {
            "dense": hit.dense,
            "close": float(close.max()) if len(close) else 0.0,
            "heading": heading,
            "title_words": overlap(passage.prepared.title, about.words, about.weigh),
            "behind": hit.behind,
        }
        support = self.support.probability(features)
        # The probability of a retriever that learned from links is measured; without links it is
        # a guess of the same kind as this one.
        if self._learned:
            support = _mixed(support, hit.probability)
        return Finding(passage, close, support, features)


class _Hit(NamedTuple):
    """An article as the search found it."""

    article_id: str
    passage_id: str
    probability: float
    dense: float
    behind: float


@dataclass(frozen=True)
class _About:
    """A request as vector and words."""

    vector: Vector
    words: frozenset[str]
    weigh: Weigh


def _best_passage(
    article: ReadArticle, about: _About, closest: str
) -> tuple[Passage, NDArray[np.float64], float]:
    """Return the passage that fits best, closeness of its sentences and of its heading."""
    compared = []
    for passage, heading in article.nearest(about.vector, _COMPARED):
        prepared = passage.prepared
        close = closeness(prepared, about.vector, about.words, about.weigh)
        sent = close[prepared.sendable]
        named = (2 * heading + overlap(about.words, prepared.heading, about.weigh)) / 3
        value = (float(sent.max()) if len(sent) else 0.0) + _HEADING_WEIGHT * named
        value += _CLOSEST_BONUS * (passage.passage_id == closest)
        compared.append((value, passage, close, named))
    _, passage, close, named = max(compared, key=lambda entry: entry[0])
    return passage, close, named


def _mixed(support: float, learned: float) -> float:
    """Return a probability between two, nearer to the learned one on the scale of log-odds."""
    odds = [
        math.log(p / (1 - p)) for p in (min(max(p, 1e-6), 1 - 1e-6) for p in (support, learned))
    ]
    return 1 / (1 + math.exp(-((1 - _LEARNED_WEIGHT) * odds[0] + _LEARNED_WEIGHT * odds[1])))


def best(findings: Iterable[Finding]) -> Finding | None:
    """Return the best supported finding."""
    return max(findings, key=lambda f: f.support, default=None)
