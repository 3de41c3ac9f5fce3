"""Articles as drafting reads them: passages, their sentences and what they are about.

What can be said of an article alone was written down when it was indexed; the articles that
tickets ask for are kept in memory.
"""

import logging
import math
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from typing import Protocol

import pandas as pd

from data.encoders import Encoder
from data.errors import ArtifactError
from suggest.building import Known, encode_headings, encode_sentences, read_articles
from suggest.client_index import ClientIndex
from suggest.passages import ReadArticle
from suggest.readings import open_record
from suggest.selection import Vector, stems

logger = logging.getLogger(__name__)

# Reading one takes a sixth of a millisecond; keeping it, some 25 kB.
_KEPT_ARTICLES = 768
_KEPT_CLIENTS = 256
_WEIGHED_PASSAGES = 5000

Key = tuple[str, str, str]
"""Client, version of its index, article."""


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

    def languages(self, client_id: str) -> frozenset[str]:
        """Return the languages of a client's articles."""
        ...

    def version(self, client_id: str) -> str:
        """Return the version of a client's index."""
        ...


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

    def language(self, article_id: str) -> str:
        """Return the language of an article."""
        return str(self._languages[self._positions[article_id]])

    def key(self, article_id: str) -> Key:
        """Return what names an article of this version of the index."""
        return self.index.client_id, self.index.version, article_id

    def read(self, article_id: str) -> ReadArticle:
        """Return an article as it was read when it was indexed."""
        at = self._positions[article_id]
        first, last = self.index.starts[at : at + 2].tolist()
        sentences = self.index.sentences
        rows = slice(*sentences.offsets[[first, last]].tolist())
        headings = self.index.headings[first:last]
        return open_record(self.index.readings.record(at), headings, sentences.vectors[rows])

    def read_again(self, article_id: str, encoder: Encoder) -> ReadArticle:
        """Read an article from its text, which is in memory, and encode its sentences."""
        at = self._positions[article_id]
        first, last = self.index.starts[at : at + 2].tolist()
        article = self.index.articles.iloc[[at]].reset_index(drop=True)
        passages = self.index.passages.iloc[first:last].reset_index(drop=True)
        nothing = Known.of(None)
        sentences = encode_sentences(article, passages, encoder, nothing)
        record = read_articles(article, passages, sentences, nothing).record(0)
        headings = encode_headings(passages, encoder, nothing)
        return open_record(record, headings, sentences.vectors[:])


class Reader:
    """Reads articles from an index and keeps what it read.

    Parameters
    ----------
    index : Index
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self._clients: dict[str, ClientTexts] = {}
        self._articles: OrderedDict[Key, ReadArticle] = OrderedDict()
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
        """Return articles; those that are not kept are read."""
        keys = [client.key(article_id) for article_id in article_ids]
        with self._lock:
            found = {key: self._articles[key] for key in keys if key in self._articles}
        for key in dict.fromkeys(keys):
            if key not in found:
                found[key] = self._read(client, key[2])
        with self._lock:
            for key in keys:
                self._articles[key] = found[key]
                self._articles.move_to_end(key)
            while len(self._articles) > _KEPT_ARTICLES:
                self._articles.popitem(last=False)
        return [found[key] for key in keys]

    def _read(self, client: ClientTexts, article_id: str) -> ReadArticle:
        try:
            return client.read(article_id)
        except (ArtifactError, ValueError) as error:
            # The last good index stays good although somebody damaged its files since.
            logger.error("an index was damaged while in use: %s", error)
            return client.read_again(article_id, self.index.encoder)
