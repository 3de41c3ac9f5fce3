"""Passages that may answer a request, each with the probability that it does."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.ticket import Message, Ticket
from suggest.acceptance import PriorLogistic
from suggest.asking import Request
from suggest.reading import Index, Passage, ReadArticle, Reader
from suggest.selection import Prepared, Vector, Weigh, closeness, overlap, stems

# Articles to look into for each request, in the customer's language and in others, and passages
# of each to compare word by word.
_OWN, _FOREIGN = 5, 3
_COMPARED = 3
# A heading that asks what the customer asks tells as much as the sentences under it.
_HEADING_WEIGHT = 0.7
# The index compares whole passages, which is a second opinion.
_CLOSEST_BONUS = 0.04


class Searcher(Protocol):
    """What drafting needs of a retriever; see :class:`suggest.retriever.Retriever`."""

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
        version = self.index.version(ticket.client_id)
        weigh = self.reader.weights(ticket.client_id, version).of
        findings: list[list[Finding]] = [[] for _ in requests]
        room = [Counter({True: _OWN, False: _FOREIGN}) for _ in requests]
        names = ("query", "article_id", "passage_id", "probability")
        columns = (found[name].tolist() for name in names)
        for query, article_id, closest, retrieval in zip(*columns, strict=True):
            article = self.reader.article(ticket.client_id, version, article_id)
            own = article.passages[0].language == language
            if room[query][own] > 0:
                room[query][own] -= 1
                about = _About(vectors[query], stems(queries[query]), weigh)
                findings[query].append(self._finding(article, about, closest, retrieval))
        return [sorted(of, key=lambda f: -f.support) for of in findings]

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

    def _finding(
        self, article: ReadArticle, about: "_About", closest: str, retrieval: float
    ) -> Finding:
        passage, close = _best_passage(article, about, closest)
        features = support_features(passage.prepared, about) | {"retrieval": retrieval}
        return Finding(passage, close, self.support.probability(features), features)


@dataclass(frozen=True)
class _About:
    """A request as vector and words."""

    vector: Vector
    words: frozenset[str]
    weigh: Weigh


def _best_passage(
    article: ReadArticle, about: _About, closest: str
) -> tuple[Passage, NDArray[np.float64]]:
    compared = []
    for passage, heading in article.nearest(about.vector, _COMPARED):
        prepared = passage.prepared
        close = closeness(prepared, about.vector, about.words, about.weigh)
        sent = close[prepared.sendable]
        named = (2 * heading + overlap(about.words, prepared.heading, about.weigh)) / 3
        value = (float(sent.max()) if len(sent) else 0.0) + _HEADING_WEIGHT * named
        value += _CLOSEST_BONUS * (passage.passage_id == closest)
        compared.append((value, passage, close))
    _, passage, close = max(compared, key=lambda entry: entry[0])
    return passage, close


def support_features(passage: Prepared, about: _About) -> dict[str, float]:
    """Return what the support of a passage is computed from, but for the retrieval."""
    return {
        "words": overlap(about.words, passage.words, about.weigh),
        "title": overlap(passage.title, about.words, about.weigh),
    }


def best(findings: Iterable[Finding]) -> Finding | None:
    """Return the best supported finding."""
    return max(findings, key=lambda f: f.support, default=None)
