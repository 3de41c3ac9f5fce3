"""Articles as drafting reads them: passages, their sentences and what they are about.

Everything here depends on the articles alone, so it is read once for each version of an index
and kept.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from data.encoders import Encoder
from data.text import Span
from suggest.selection import Prepared, Vector, in_list, prepare, stems
from suggest.sendable import speaks_to_agents

_KEPT_ARTICLES = 2048
_KEPT_CLIENTS = 256
_KEPT_HEADINGS = 50_000
_WEIGHED_PASSAGES = 5000
_HEADING = "\n#"
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

    def passage(self, client_id: str, passage_id: str) -> Any:
        """Return one passage."""
        ...

    def article(self, client_id: str, article_id: str) -> Any:
        """Return one article."""
        ...

    def sentence_vectors(self, client_id: str, passage_id: str) -> tuple[list[Span], Vector]:
        """Return the sentences of a passage, as offsets into the article, and their vectors."""
        ...

    def passages(self, client_id: str) -> pd.DataFrame:
        """Return all passages of a client."""
        ...

    def version(self, client_id: str) -> str:
        """Return the version of a client's index."""
        ...


Part = tuple[list[Span], Vector]


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
    headings : array of shape (passages, d)
        Vectors of their headings.
    title : array of shape (d,)
        Vector of the title.
    """

    passages: tuple[Passage, ...]
    headings: Vector
    title: Vector

    def nearest(self, query: Vector, most: int) -> list[tuple[Passage, float]]:
        """Return the passages that promise most, each with the cosine of its heading."""
        heading = self.headings @ query
        said = [p.prepared.nearest(query) for p in self.passages]
        order = np.argsort(-(heading + np.array(said)), kind="stable")[:most]
        return [(self.passages[i], float(heading[i])) for i in order.tolist()]


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
        self._count = len(sample)
        self._seen = Counter(stem for text in sample for stem in stems(str(text)))

    def of(self, stem: str) -> float:
        """Return the weight of a stem; a word that no passage has weighs most."""
        return math.log((self._count + 1) / (self._seen[stem] + 0.5))


class Reader:
    """Reads articles from an index and keeps what it read.

    Parameters
    ----------
    index : Index
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self._headings: dict[str, Vector] = {}
        self.article = lru_cache(maxsize=_KEPT_ARTICLES)(self._article)
        self.weights = lru_cache(maxsize=_KEPT_CLIENTS)(self._weights)
        self._places = lru_cache(maxsize=_KEPT_CLIENTS)(self._read_places)

    # The version is only a key: a new index has new passages under old names.
    def _weights(self, client_id: str, version: str) -> WordWeights:
        del version
        return WordWeights(self.index.passages(client_id)["text"])

    def language(self, client_id: str, version: str, article_id: str) -> str:
        """Return the language of an article without reading it."""
        return self._places(client_id, version)[article_id][0]

    def _read_places(self, client_id: str, version: str) -> dict[str, tuple[str, list[str]]]:
        """Return language and passages of each article."""
        del version
        frame = self.index.passages(client_id)
        columns = (frame[name].tolist() for name in ("article_id", "language", "passage_id"))
        places: dict[str, tuple[str, list[str]]] = {}
        for article_id, language, passage_id in zip(*columns, strict=True):
            places.setdefault(str(article_id), (str(language), []))[1].append(str(passage_id))
        return places

    def _article(self, client_id: str, version: str, article_id: str) -> ReadArticle:
        article = self.index.article(client_id, article_id)
        _, ids = self._places(client_id, version)[article_id]
        rows = [self.index.passage(client_id, passage_id) for passage_id in ids]
        parts = [self.index.sentence_vectors(client_id, passage_id) for passage_id in ids]
        whole = _with_whole_lists(str(article["text"]), parts)
        passages = tuple(_passage(r, part, article) for r, part in zip(rows, whole, strict=True))
        own = [str(row["heading"] or "").rpartition(" > ")[2] for row in rows]
        title = str(article["title"])
        *headings, opening = self._encoded([*(h or title for h in own), title])
        scale = np.array([[1.0 if h else _OPENING] for h in own], dtype=np.float32)
        return ReadArticle(passages, np.stack(headings) * scale, opening)

    def _encoded(self, headings: list[str]) -> list[Vector]:
        """Encode headings; many articles share them, and a new index keeps most of them."""
        known = {h: self._headings[h] for h in headings if h in self._headings}
        new = [h for h in dict.fromkeys(headings) if h not in known]
        known.update(zip(new, self.index.encoder.encode(new), strict=True))
        # Another thread may be reading the old one: it is left as it is.
        self._headings = ({} if len(self._headings) > _KEPT_HEADINGS else self._headings) | known
        return [known[h] for h in headings]


def _passage(row: Any, part: Part, article: Any) -> Passage:
    text, title, language = (str(article[name]) for name in ("text", "title", "language"))
    spans, vectors = part
    for_agents = speaks_to_agents(title, text, [span.text for span in spans])
    heading = str(row["heading"] or "")
    return Passage(
        passage_id=str(row["passage_id"]),
        article_id=str(article["article_id"]),
        version=int(article["version"]),
        kind=str(article["kind"]),
        language=language,
        title=title,
        public=str(article["audience"]) != "internal" and not for_agents,
        text=text,
        variables=_variables(article),
        prepared=prepare(text, spans, vectors, language=language, title=title, heading=heading),
    )


def _with_whole_lists(text: str, parts: Sequence[Part]) -> list[Part]:
    """Add to each passage the items of a list that was cut between it and its neighbours."""
    spans = [span for part in parts for span in part[0]]
    if not spans:
        return list(parts)
    vectors = np.vstack([part[1] for part in parts if len(part[0])])
    joined = [
        in_list(text, one) and in_list(text, two) and _HEADING not in text[one.end : two.start]
        for one, two in pairwise(spans)
    ]
    whole, end = [], 0
    for part in parts:
        start, end = end, end + len(part[0])
        first, last = start, end
        while start < end and first > 0 and joined[first - 1]:
            first -= 1
        while start < end and last < len(spans) and joined[last - 1]:
            last += 1
        whole.append((spans[first:last], vectors[first:last]))
    return whole


def _variables(article: Any) -> Mapping[str, str]:
    value = article.get("variables")
    if isinstance(value, str) and value:
        value = json.loads(value)
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, Mapping) else {}
