"""Passages that may answer a request, each with the probability that it does."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from data.ticket import Message, Ticket
from suggest.acceptance import PriorLogistic
from suggest.asking import Request
from suggest.chunks import bare
from suggest.passages import Passage, ReadArticle
from suggest.reading import ClientTexts, Found, Index, Reader
from suggest.selection import Vector, Weighed, closeness, stems
from suggest.wanted import NOTHING, wanted

# Articles to look into for each request, in the customer's language and in others, and passages
# of each to compare word by word.
_OWN, _FOREIGN = 4, 2
_COMPARED = 3
# A heading that asks what the customer asks tells as much as the sentences under it.
_HEADING_PROOF = 0.7
# Which section is quoted: heading, words of the heading that the request lacks, and the passage as
# a whole, beside its best sentence; chosen on half of tests/golden/sections.jsonl.
_HEADING_WEIGHT = 0.4
_OTHER_CASE = 0.2
_WHOLE_WEIGHT = 0.5
# The index compares whole passages, which is a second opinion.
_CLOSEST_BONUS = 0.04
_LEARNED_WEIGHT = 2 / 3
# A section that speaks of money where a price is asked, or of times.
_TELLS = 0.1


class Searcher(Protocol):
    """What drafting needs of a retriever; see :class:`suggest.retriever.Retriever`."""

    note_: str

    def queries(self, ticket: Ticket) -> list[str]:
        """Return the texts that a search for a ticket encodes."""
        ...

    def find(self, ticket: Ticket, *, k: int, vectors: Vector | None = None) -> Sequence[Found]:
        """Return articles as ``Index.find`` does."""
        ...


class Query(NamedTuple):
    """A request as it is looked up.

    Attributes
    ----------
    text : str
        Without links, mentions and placeholders, as the search reads it.
    ticket : Ticket or None
        The request alone, for a retriever.
    searched : list of str
        What the search encodes.
    wanted : frozenset of str
        What it asks for, of ``suggest.wanted.WANTED``.
    """

    text: str
    ticket: Ticket | None
    searched: list[str]
    wanted: frozenset[str] = NOTHING

    @property
    def texts(self) -> list[str]:
        """All that is to be encoded."""
        return [*self.searched, self.text]


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
    asked : frozenset of str
        Stems of the request.
    heading : float
        Closeness of its heading to the request.
    lead : float
        How much better it fits than the next section of the article.
    other : Fit or None
        Another section of the article, for where this one holds nothing that can be sent.
    wanted : frozenset of str
        What the request asks for, of ``suggest.wanted.WANTED``.
    """

    passage: Passage
    close: NDArray[np.float64]
    support: float
    features: Mapping[str, float]
    asked: frozenset[str] = frozenset()
    heading: float = 0.0
    lead: float = 1.0
    other: "Fit | None" = None
    wanted: frozenset[str] = NOTHING

    @property
    def spare(self) -> "Finding | None":
        """The same with the other section; it leads nothing."""
        if self.other is None:
            return None
        passage, close, heading = self.other[:3]
        return replace(self, passage=passage, close=close, heading=heading, lead=0.0, other=None)

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

    def queries(
        self, ticket: Ticket, requests: Iterable[Request], language: str
    ) -> tuple[Query, ...]:
        """Return what is looked up for each request."""
        return tuple(
            self._query(ticket, request.query, language)._replace(
                wanted=wanted(request.text, language)
            )
            for request in requests
        )

    def find(self, ticket: Ticket, queries: Sequence[Query], language: str) -> list[list[Finding]]:
        """Return the findings of each request, best supported first."""
        client = self.reader.client(ticket.client_id)
        found: list[list[Finding]] = []
        for query, vectors in zip(queries, self._encoded(queries), strict=True):
            weighed = Weighed(stems(query.text), client.weights.of)
            about = _About(vectors[-1], weighed, query.wanted)
            ranked = self._search(query, ticket.client_id, vectors[:-1])
            hits = list(self._hits(ranked, client, language))
            articles = self.reader.articles(client, [hit.article_id for hit in hits])
            looked = (
                self._finding(article, about, client, hit)
                for article, hit in zip(articles, hits, strict=True)
            )
            found.append(sorted(looked, key=lambda f: -f.support))
        return found

    def _query(self, ticket: Ticket, said: str, language: str) -> Query:
        # A placeholder is no word of the request, and no passage could have it.
        text = bare(said)
        if self.retriever is None:
            return Query(text, None, self.index.queries(text))
        messages = (Message("q", "customer", text),)
        alone = replace(ticket, subject="", language=language, messages=messages)
        return Query(text, alone, self.retriever.queries(alone))

    def _encoded(self, queries: Sequence[Query]) -> list[Vector]:
        """Encode the texts of all queries at once; one array for each."""
        texts = [query.texts for query in queries]
        vectors = self.index.encoder.encode([text for of in texts for text in of])
        ends = accumulate(map(len, texts))
        return [vectors[end - len(of) : end] for of, end in zip(texts, ends, strict=True)]

    def _search(self, query: Query, client_id: str, vectors: Vector) -> Sequence[Found]:
        if self.retriever is None or query.ticket is None:
            return self.index.find(query.text, client_id=client_id, k=self.k, vectors=vectors)
        return self.retriever.find(query.ticket, k=self.k, vectors=vectors)

    @property
    def _learned(self) -> bool:
        return self.retriever is not None and not self.retriever.note_

    def _hits(self, found: Iterable[Found], client: ClientTexts, language: str) -> Iterable["_Hit"]:
        """Yield the articles to look into: a few in the customer's language, a few in others."""
        room = {True: _OWN, False: _FOREIGN}
        tops: dict[str, float] = {}
        for hit in found:
            spoken = client.language(hit.article_id)
            if room[spoken == language] <= 0:
                continue
            room[spoken == language] -= 1
            # A learned ranking has scores of any scale, and probabilities that are measured.
            level = hit.probability if self._learned else hit.score
            top = tops.setdefault(spoken, level)
            behind = min(max(1 - level / top, 0.0), 1.0) if top > 0 else 0.0
            yield _Hit(hit.article_id, hit.passage_id, hit.probability, hit.dense, behind)

    def _finding(
        self, article: ReadArticle, about: "_About", client: ClientTexts, hit: "_Hit"
    ) -> Finding:
        fit, proof, lead = _best_passage(article, about, hit.passage_id)
        title = Weighed(fit.passage.prepared.title, client.weights.of)
        features = {
            "dense": hit.dense,
            "close": float(proof.close.max()) if len(proof.close) else 0.0,
            "heading": proof.heading,
            "title_words": title.share(about.weighed.words),
            "behind": hit.behind,
        }
        support = self.support.probability(features)
        # The probability of a retriever that learned from links is measured; without links it is
        # a guess of the same kind as this one.
        if self._learned:
            support = _mixed(support, hit.probability)
        other = None if proof is fit else proof
        words, wants = about.weighed.words, about.wanted
        return Finding(
            fit.passage, fit.close, support, features, words, fit.heading, lead, other, wants
        )


class _Hit(NamedTuple):
    """An article as the search found it."""

    article_id: str
    passage_id: str
    probability: float
    dense: float
    behind: float


class _About(NamedTuple):
    """A request as vector and words, and what it wants to hear."""

    vector: Vector
    weighed: Weighed
    wanted: frozenset[str] = NOTHING


class Fit(NamedTuple):
    """A passage, the closeness of its sentences and of its heading, and how well it fits.

    Attributes
    ----------
    proof : float
        How much it tells of the article as a whole.
    value : float
        Whether it is the section to quote.
    """

    passage: Passage
    close: NDArray[np.float64]
    heading: float
    proof: float
    value: float


def _best_passage(article: ReadArticle, about: _About, closest: str) -> tuple[Fit, Fit, float]:
    """Return the passage to quote, the one that tells most of the article, and the lead.

    "Invoices for Loom Club" proves that the article speaks of invoices, and is another case than
    that of a customer who says nothing of a club.
    """
    fits = []
    for near in article.nearest(about.vector, _COMPARED):
        prepared = near.passage.prepared
        close = closeness(near.said, prepared.stems, about.weighed)
        sent = close[prepared.sendable]
        heading = (2 * near.heading + about.weighed.share(prepared.heading)) / 3
        base = float(sent.max()) if len(sent) else 0.0
        base += _CLOSEST_BONUS * (near.passage.passage_id == closest)
        value = base + _HEADING_WEIGHT * heading
        value += _WHOLE_WEIGHT * float(np.add.reduce(near.said)) / max(len(near.said), 1)
        value -= _OTHER_CASE * _unsaid(prepared.own_heading, about.weighed.words)
        value += _TELLS * (about.wanted <= NOTHING.union(*prepared.told) if about.wanted else 0)
        fits.append(Fit(near.passage, close, heading, base + _HEADING_PROOF * heading, value))
    best = max(fits, key=lambda fit: fit.value)
    section = best.passage.prepared.heading
    others = [fit.value for fit in fits if fit.passage.prepared.heading != section]
    lead = best.value - max(others) if others else 1.0
    return best, max(fits, key=lambda fit: fit.proof), lead


def _unsaid(heading: frozenset[str], words: frozenset[str]) -> float:
    """Return the share of a heading's own words that the request does not have."""
    return len(heading - words) / len(heading) if heading else 0.0


def _mixed(support: float, learned: float) -> float:
    """Return a probability between two, nearer to the learned one on the scale of log-odds."""
    odds = [
        math.log(p / (1 - p)) for p in (min(max(p, 1e-6), 1 - 1e-6) for p in (support, learned))
    ]
    return 1 / (1 + math.exp(-((1 - _LEARNED_WEIGHT) * odds[0] + _LEARNED_WEIGHT * odds[1])))


def best(findings: Iterable[Finding]) -> Finding | None:
    """Return the best supported finding."""
    return max(findings, key=lambda f: f.support, default=None)
