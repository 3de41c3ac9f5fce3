"""The knowledge of all clients, each searched apart from the others.

Each client has an index of its own: its passages as vectors in faiss, its articles in BM25.
Nothing of one client is read when another is asked for.
"""

import logging
import threading
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from data.arguments import as_names, as_texts
from data.encoders import Encoder, check_encoder, default_encoder
from data.errors import ArtifactError, MissingFileError, ParameterError
from suggest.building import Known, build
from suggest.checking import allowed_articles, known_language, valid_articles
from suggest.chunks import chunks, to_encode
from suggest.client_index import ClientIndex, Positions, Vectors
from suggest.contents import Contents
from suggest.results import EMPTY, Hit, encoded, hits, result_frame
from suggest.searching import DEPTH, Pool, pool
from suggest.storing import POINTER, read_client, read_pointer, write_client

logger = logging.getLogger(__name__)

EXACT = 2000
"""More passages of a client than these are looked up by codes."""

_CODED = 2
_TRAINED = 4000
_CHECKED_QUERIES = 16
# Codes may take a close neighbour for the vector itself.
_ROUNDING = 0.02


class KnowledgeIndex(BaseEstimator, Contents):
    """Searches the approved articles of clients.

    Parameters
    ----------
    encoder : Encoder, optional
        Of passages and queries; `data.default_encoder()` when None.

    Attributes
    ----------
    problems : dict of str to str
        Clients (or folders) that `load` could not read, and why.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self.encoder: Encoder = encoder if encoder is not None else default_encoder()
        Contents.__init__(self)
        self._lock = threading.Lock()

    def __sklearn_clone__(self) -> "KnowledgeIndex":
        """Return itself: a clone of a retriever searches the same articles."""
        return self

    def fit(
        self, articles: pd.DataFrame, *, earlier: "KnowledgeIndex | None" = None
    ) -> "KnowledgeIndex":
        """Build the index of every client in a table of articles, forgetting earlier ones.

        Parameters
        ----------
        articles : DataFrame
            The articles table. Of each article the newest approved version is indexed; drafts
            and retired articles are not.
        earlier : KnowledgeIndex, optional
            Of the same encoder: what it found in texts that have not changed is taken over.

        Raises
        ------
        SchemaError
            When the table breaks its contract.
        """
        check_encoder(self.encoder, "KnowledgeIndex")
        valid = valid_articles(articles)
        before = {} if earlier is None else earlier._clients
        built = {
            str(c): self._built(str(c), part, before.get(str(c)))
            for c, part in valid.groupby("client_id")
        }
        with self._lock:
            self._clients, self._filled = built, True
            self.problems = {}
        return self

    def add(self, articles: pd.DataFrame) -> "KnowledgeIndex":
        """Add or replace articles, encoding only passages and sentences that are new.

        An article that is here already is replaced by its given versions; one whose newest
        given version is retired is taken out.

        Raises
        ------
        SchemaError
            When the table breaks its contract.
        """
        check_encoder(self.encoder, "KnowledgeIndex")
        valid = valid_articles(articles)
        with self._lock:
            self._filled = True
            for name, part in valid.groupby("client_id"):
                self._change(str(name), part, removed=())
        return self

    def remove(self, client_id: str, article_ids: Collection[str]) -> "KnowledgeIndex":
        """Take articles out; ids that are not here are passed over.

        Raises
        ------
        NotFittedError, UnknownClientError
        ParameterError
            When ``article_ids`` is a single id instead of a list.
        """
        gone = as_names(article_ids, name="article_ids", of="remove")
        with self._lock:
            index = self.client_index(client_id)
            self._change(index.client_id, index.articles.iloc[:0], removed=gone)
        return self

    def queries(self, query: str) -> list[str]:
        """Return the texts that a search of a query encodes: the whole, then its sentences.

        Of a query with many sentences only these. Encoded once, they can be handed to `find`
        and `search`. None for a query without letters or digits.
        """
        return to_encode(chunks(query))

    def find(
        self,
        query: str,
        *,
        client_id: str,
        k: int = 10,
        language: str | None = None,
        kinds: Collection[str] | None = None,
        audience: str | None = None,
        vectors: Vectors | None = None,
    ) -> list[Hit]:
        """Find the articles that answer one query, best first; `search` without its frame.

        Parameters
        ----------
        query : str
        client_id, k, language, kinds, audience
            See `search`.
        vectors : float32 array of shape (n, dimension), optional
            What the encoder makes of the n texts of ``queries(query)``; encoded here when None.

        Raises
        ------
        UnknownClientError
        ParameterError
        """
        given = None if vectors is None else [vectors]
        index, pools = self._searched([query], client_id, k, language, kinds, audience, given)
        return hits(index, pools[0].head(k))

    def search(
        self,
        queries: Iterable[str],
        *,
        client_id: str,
        k: int = 10,
        language: str | None = None,
        kinds: Collection[str] | None = None,
        audience: str | None = None,
        vectors: Sequence[Vectors] | None = None,
    ) -> pd.DataFrame:
        """Find the articles that answer queries.

        Parameters
        ----------
        queries : list, array or Series of str
            Questions or whole tickets.
        client_id : str
        k : int
            Articles per query.
        language : str, optional
            Only articles in this language; ISO 639-1, of a locale its first part.
        kinds : collection of str, optional
            Only articles of these kinds (article, macro, procedure).
        audience : str, optional
            Only articles for this audience; ``"public"`` takes those that name none as well.
        vectors : sequence of arrays, optional
            Of each query what `find` takes.

        Returns
        -------
        DataFrame
            query (position), rank (from 1), article_id, passage_id (the passage of the article
            that is closest to the query), score, probability, dense, lexical. Each article once
            per query. A query without letters or digits has no rows.

        Raises
        ------
        UnknownClientError
        ParameterError
        """
        texts = as_texts(queries, name="queries", of="search")
        index, pools = self._searched(texts, client_id, k, language, kinds, audience, vectors)
        return result_frame(index, [(i, found.head(k)) for i, found in enumerate(pools)])

    def save(
        self, root: str | Path, *, clients: Collection[str] | None = None, keep: int = 3
    ) -> Path:
        """Write the index of each client and move its pointer.

        Parameters
        ----------
        root : path
            Holds one folder per client.
        clients : collection of str, optional
            Only these.
        keep : int
            Versions of a client that stay on disk.
        """
        place = Path(root)
        place.mkdir(parents=True, exist_ok=True)
        chosen = clients if clients is None else as_names(clients, name="clients", of="save")
        for name in self.clients if chosen is None else chosen:
            index = self.client_index(name)
            write_client(place, index, self.encoder, keep)
        return place

    @classmethod
    def load(cls, root: str | Path, encoder: Encoder | None = None) -> "KnowledgeIndex":
        """Read the current version of every client.

        A client whose files are damaged is left out and named in `problems`; asking for it
        raises an ArtifactError.

        Raises
        ------
        MissingFileError
            When ``root`` is not a folder.
        """
        place = Path(root)
        if not place.is_dir():
            raise MissingFileError(
                f"No knowledge index at {place}. Build one with KnowledgeIndex.fit and save, or "
                "correct the path."
            )
        index = cls(encoder)
        check_encoder(index.encoder, cls.__name__)
        index._filled = True
        for home in sorted(p for p in place.iterdir() if (p / POINTER).is_file()):
            index._read(home)
        return index

    def _read(self, home: Path) -> None:
        name = home.name
        try:
            name = str(read_pointer(home)["client_id"])
            self._clients[name] = read_client(home, self.encoder, FaissDense.read)
        except (ArtifactError, OSError) as error:
            logger.warning("the index of the client %s is left out: %s", name, error)
            self.problems[name] = str(error)

    def _change(self, client_id: str, given: pd.DataFrame, removed: Collection[str]) -> None:
        old = self._clients.get(client_id)
        gone = set(removed) | set(given["article_id"])
        articles = given
        if old is not None:
            kept = old.articles[~old.articles["article_id"].isin(gone)]
            articles = pd.concat([kept, given], ignore_index=True) if len(given) else kept
        self._clients[client_id] = self._built(client_id, articles, old)
        self.problems.pop(client_id, None)

    def _built(
        self, client_id: str, articles: pd.DataFrame, old: ClientIndex | None
    ) -> ClientIndex:
        try:
            known = Known.of(old)
        except ArtifactError as error:
            logger.error("an index was damaged while in use, all is encoded again: %s", error)
            known = Known.of(None)
        return build(
            client_id, articles, encoder=self.encoder, known=known, dense=FaissDense.checked
        )

    def _searched(
        self,
        texts: Sequence[str],
        client_id: str,
        k: int,
        language: str | None,
        kinds: Collection[str] | None,
        audience: str | None,
        vectors: Sequence[Vectors] | None,
    ) -> tuple[ClientIndex, list[Pool]]:
        if k < 1:
            raise ParameterError(
                f"The 'k' parameter of search must be at least 1. Got {k} instead."
            )
        index = self.client_index(client_id)
        allowed, language = allowed_articles(index, kinds, audience), known_language(language)
        depth = max(DEPTH, 2 * k)
        rows = zip(*encoded(self.encoder, texts, vectors), strict=True)
        return index, [
            pool(index, cut, part, allowed=allowed, language=language, depth=depth)
            if cut
            else EMPTY
            for cut, part in rows
        ]


class FaissDense:
    """Nearest vectors by inner product, by faiss on one thread.

    Few vectors are compared exactly. Many are compared by four-bit codes of pairs of their
    numbers, ten times faster: what they miss lies far behind the first, and the search compares
    again what they find.

    Parameters
    ----------
    index : faiss.Index

    References
    ----------
    Jégou et al. (2011), Product quantization for nearest neighbor search;
    André et al. (2015), Cache locality is not enough (fast scan).
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def checked(cls, vectors: Vectors, *, exact: int = EXACT) -> "FaissDense":
        """Build, and compare with plain products.

        Parameters
        ----------
        vectors : array of shape (n, dimension)
        exact : int
            Up to so many vectors are compared exactly.

        Raises
        ------
        ArtifactError
            When faiss finds other neighbours than numpy.
        """
        dimension = vectors.shape[1]
        coded = len(vectors) > exact and dimension % _CODED == 0
        kind = f"PQ{dimension // _CODED}x4fs" if coded else "Flat"
        index = faiss.index_factory(dimension, kind, faiss.METRIC_INNER_PRODUCT)
        contiguous = np.ascontiguousarray(vectors)
        if coded:
            spread = np.linspace(0, len(vectors) - 1, min(_TRAINED, len(vectors))).astype(int)
            index.train(contiguous[spread])
        index.add(contiguous)
        made = cls(index)
        made._check(vectors)
        return made

    @classmethod
    def read(cls, path: Path, vectors: Vectors) -> "FaissDense":
        """Read what was built, and compare again."""
        made = cls(faiss.read_index(str(path)))
        made._check(vectors)
        return made

    def nearest(self, queries: Vectors, n: int) -> tuple[Positions, Vectors]:
        """Return positions of the n nearest vectors and how close they are, best first."""
        faiss.omp_set_num_threads(1)
        closeness, positions = self._index.search(np.ascontiguousarray(queries), n)
        return positions, closeness

    def write(self, path: Path) -> None:
        """Write to one file."""
        faiss.write_index(self._index, str(path))

    def _check(self, vectors: Vectors) -> None:
        if self._index.ntotal != len(vectors):
            raise ArtifactError(
                f"The dense index holds {self._index.ntotal} vectors. Expected {len(vectors)}: "
                "build the index again."
            )
        if not len(vectors):
            return
        # Evenly spread vectors stand in for queries; each must find itself, or its like.
        asked = vectors[np.linspace(0, len(vectors) - 1, _CHECKED_QUERIES).astype(int)]
        found = vectors[self.nearest(asked, min(10, len(vectors)))[0]]
        closest = np.einsum("qnd,qd->qn", found, asked).max(axis=1)
        if not (closest >= np.einsum("qd,qd->q", asked, asked) - _ROUNDING).all():
            raise ArtifactError(
                "The dense index finds other neighbours than a plain search. Build the index "
                "again; if it happens again, reinstall faiss-cpu."
            )
