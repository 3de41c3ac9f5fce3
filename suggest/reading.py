"""Articles as drafting reads them: passages, their sentences and what they are about.

Everything here depends on the articles alone, so an article is read once and kept until it
changes.
"""

import json
import math
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.encoders import Encoder
from data.text import Span
from suggest.client_index import ClientIndex
from suggest.selection import Prepared, Vector, in_list, prepare, stems
from suggest.sendable import speaks_to_agents

_KEPT_ARTICLES = 8192
_KEPT_CLIENTS = 256
_WEIGHED_PASSAGES = 5000
_HEADING = "\n#"
# What an article is read from.
_CONTENT = ("version", "kind", "audience", "language", "title", "text", "variables")
# A passage without a heading of its own opens the article: its title says less of it.
_OPENING = 0.8


class Found(Protocol):
    """An article as a search found it; see :class:`suggest.results.Hit`."""

    @property
    def article_id(self) -> str:
        """The article."""
        ...

    @property
    def passage_id(self) -> str:
        """Its passage that is closest to the query."""
        ...

    @property
    def score(self) -> float:
        """What ranks the articles of one query; unbounded."""
        ...

    @property
    def probability(self) -> float:
        """That it answers the query."""
        ...

    @property
    def dense(self) -> float:
        """Closeness of the best part of the query."""
        ...


class Index(Protocol):
    """What drafting needs of a knowledge index; see :class:`suggest.index.KnowledgeIndex`."""

    @property
    def encoder(self) -> Encoder:
        """Encoder of the passages."""
        ...

    def queries(self, query: str) -> list[str]:
        """Return the texts that a search of a query encodes."""
        ...

    def find(
        self, query: str, *, client_id: str, k: int = 10, vectors: Vector | None = None
    ) -> Sequence[Found]:
        """Return the articles that answer a query, best first."""
        ...

    def client_index(self, client_id: str) -> ClientIndex:
        """Return what is indexed of a client; it never changes."""
        ...

    def version(self, client_id: str) -> str:
        """Return the version of a client's index."""
        ...


Places = NDArray[np.int64]


class Passage(NamedTuple):
    """A passage with its article.

    Attributes
    ----------
    passage_id, article_id, kind, language, title : str
    version : int
    public : bool
        Whether a customer may read it: so labelled, and not speaking to agents.
    text : str
        Of the whole article.
    variables : mapping
        Slot name to where its value is.
    prepared : Prepared
    """

    passage_id: str
    article_id: str
    version: int
    kind: str
    language: str
    title: str
    public: bool
    text: str
    variables: Mapping[str, str]
    prepared: Prepared


@dataclass(frozen=True)
class ReadArticle:
    """The passages of one article, with vectors to choose among them.

    Parameters
    ----------
    passages : tuple of Passage
    rows : tuple of slice
        Sentences of each passage among those of the article; neighbours may share some.
    headings : array of shape (passages, d)
        Vectors of their headings.
    vectors : float16 array of shape (sentences, d)
    """

    passages: tuple[Passage, ...]
    rows: tuple[slice, ...]
    headings: Vector
    vectors: NDArray[np.float16]

    def nearest(self, query: Vector, most: int) -> list["Near"]:
        """Return the passages that promise most."""
        # Kept as they are stored, in half precision and shared between workers.
        heading, said = self.headings @ query, self.vectors.astype(np.float32) @ query
        best = np.full(len(self.passages), -1.0)
        rows, starts, where = self._sendable
        if len(rows):
            best[where] = np.maximum.reduceat(said[rows], starts)
        order = np.argsort(-(heading + best), kind="stable")[:most].tolist()
        return [Near(self.passages[i], float(heading[i]), said[self.rows[i]]) for i in order]

    @cached_property
    def _sendable(self) -> tuple[Places, Places, Places]:
        """Rows of sentences that can be sent, where those of a passage begin, and of which."""
        found = [
            np.flatnonzero(p.prepared.sendable) + of.start
            for p, of in zip(self.passages, self.rows, strict=True)
        ]
        sizes = np.array([len(rows) for rows in found], dtype=np.int64)
        where = np.flatnonzero(sizes)
        starts = (np.cumsum(sizes) - sizes)[where]
        return np.concatenate([*found, np.empty(0, np.int64)]).astype(np.int64), starts, where


class Near(NamedTuple):
    """A passage with the cosines of its heading and of its sentences to a query."""

    passage: Passage
    heading: float
    said: Vector


class WordWeights:
    """How much a word tells among the passages of a client: rare words tell most.

    Parameters
    ----------
    texts : pandas.Series
        Passages; of many, an even sample is read.

    References
    ----------
    Sparck Jones (1972), A statistical interpretation of term specificity.
    """

    def __init__(self, texts: "pd.Series[str]") -> None:
        step = max(1, -(-len(texts) // _WEIGHED_PASSAGES))
        sample = texts.iloc[::step]
        seen = Counter(stem for text in sample for stem in stems(str(text)))
        above = len(sample) + 1
        self._unseen = math.log(above / 0.5)
        self._weights = {stem: math.log(above / (n + 0.5)) for stem, n in seen.items()}

    def of(self, stem: str) -> float:
        """Return the weight of a stem; a word that no passage has weighs most."""
        return self._weights.get(stem, self._unseen)


class ClientTexts:
    """What drafting keeps of one version of a client's index.

    Parameters
    ----------
    index : ClientIndex
    """

    def __init__(self, index: ClientIndex) -> None:
        self.index = index
        self.weights = WordWeights(index.passages["text"])
        self._positions = index.article_positions
        self._languages = index.languages.tolist()
        columns = [index.articles[name].tolist() for name in _CONTENT if name in index.articles]
        # Two texts under one name and with one hash: once in 2**64 edits.
        self._stamps = [hash(tuple(map(str, row))) for row in zip(*columns, strict=True)]

    def language(self, article_id: str) -> str:
        """Return the language of an article."""
        return str(self._languages[self._positions[article_id]])

    def key(self, article_id: str) -> tuple[str, str, int]:
        """Return what changes whenever the article does."""
        return self.index.client_id, article_id, self._stamps[self._positions[article_id]]

    def parts(self, article_id: str) -> "_Parts":
        """Return an article as it is stored: its row, its passages, their sentences."""
        at = self._positions[article_id]
        rows = slice(*self.index.starts[at : at + 2].tolist())
        sentences = self.index.sentences
        offsets = sentences.offsets[rows.start : rows.stop + 1].tolist()
        article = self.index.articles.iloc[at].to_dict()
        text = str(article["text"])
        first, last = offsets[0], offsets[-1]
        passages = self.index.passages.iloc[rows]
        return _Parts(
            article,
            [str(p) for p in passages["passage_id"].tolist()],
            [str(h or "") for h in passages["heading"].tolist()],
            [Span(a, b, text[a:b]) for a, b in sentences.spans[first:last].tolist()],
            [slice(a - first, b - first) for a, b in pairwise(offsets)],
            self.index.headings[rows].astype(np.float32),
            # A copy: what was read once does not depend on the file any more.
            np.array(sentences.vectors[first:last]),
        )


class Reader:
    """Reads articles from an index and keeps what it read.

    An edit brings a new index in which all but one article are the same: those stay read.

    Parameters
    ----------
    index : Index
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self._clients: dict[str, ClientTexts] = {}
        self._articles: OrderedDict[tuple[str, str, int], ReadArticle] = OrderedDict()
        self._lock = threading.Lock()

    def client(self, client_id: str) -> ClientTexts:
        """Return the texts of a client as they are indexed now."""
        index = self.index.client_index(client_id)
        known = self._clients.get(client_id)
        if known is not None and known.index is index:
            return known
        with self._lock:
            known = self._clients.pop(client_id, None)
            if known is None or known.index is not index:
                known = ClientTexts(index)
            self._clients[client_id] = known
            while len(self._clients) > _KEPT_CLIENTS:
                del self._clients[next(iter(self._clients))]
        return known

    def articles(self, client: ClientTexts, article_ids: Iterable[str]) -> list[ReadArticle]:
        """Return articles, reading those that are new together."""
        keys = [client.key(article_id) for article_id in article_ids]
        with self._lock:
            found = {key: self._articles[key] for key in keys if key in self._articles}
        new = [key for key in dict.fromkeys(keys) if key not in found]
        parts = [client.parts(key[1]) for key in new]
        for key, of in zip(new, parts, strict=True):
            found[key] = _read(of)
        with self._lock:
            for key in keys:
                self._articles[key] = found[key]
                self._articles.move_to_end(key)
            while len(self._articles) > _KEPT_ARTICLES:
                self._articles.popitem(last=False)
        return [found[key] for key in keys]


class _Parts(NamedTuple):
    """An article as an index stores it; ``rows`` are the sentences of each passage."""

    article: Mapping[Any, Any]
    passage_ids: list[str]
    headings: list[str]
    spans: list[Span]
    rows: list[slice]
    named: Vector
    vectors: NDArray[np.float16]


def _read(parts: _Parts) -> ReadArticle:
    rows = _with_whole_lists(str(parts.article["text"]), parts.spans, parts.rows)
    named = zip(parts.passage_ids, parts.headings, rows, strict=True)
    own = [h.rpartition(" > ")[2] for h in parts.headings]
    scale = np.array([[1.0 if h else _OPENING] for h in own], dtype=np.float32)
    return ReadArticle(
        tuple(_passage(parts.article, name, h, parts.spans[of]) for name, h, of in named),
        tuple(rows),
        parts.named * scale,
        parts.vectors,
    )


def _passage(
    article: Mapping[Any, Any], passage_id: str, heading: str, spans: list[Span]
) -> Passage:
    text, title, language = (str(article[name]) for name in ("text", "title", "language"))
    for_agents = speaks_to_agents(title, text, [span.text for span in spans])
    return Passage(
        passage_id=passage_id,
        article_id=str(article["article_id"]),
        version=int(article["version"]),
        kind=str(article["kind"]),
        language=language,
        title=title,
        public=str(article["audience"]) != "internal" and not for_agents,
        text=text,
        variables=_variables(article),
        prepared=prepare(text, spans, language=language, title=title, heading=heading),
    )


def _with_whole_lists(text: str, spans: Sequence[Span], rows: Sequence[slice]) -> list[slice]:
    """Add to each passage the items of a list that was cut between it and its neighbours."""
    joined = [
        in_list(text, one) and in_list(text, two) and _HEADING not in text[one.end : two.start]
        for one, two in pairwise(spans)
    ]
    whole = []
    for of in rows:
        first, last = of.start, of.stop
        while of.start < of.stop and first > 0 and joined[first - 1]:
            first -= 1
        while of.start < of.stop and last < len(spans) and joined[last - 1]:
            last += 1
        whole.append(slice(first, last))
    return whole


def _variables(article: Any) -> Mapping[str, str]:
    value = article.get("variables")
    if isinstance(value, str) and value:
        value = json.loads(value)
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, Mapping) else {}
