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

from data.encoders import Encoder, default_encoder
from data.errors import ArtifactError, MissingFileError, ParameterError, UnknownClientError
from data.schema import validate_articles
from data.text import Span
from suggest.building import Known, build
from suggest.chunks import chunks
from suggest.client_index import ClientIndex, Positions, Vectors
from suggest.results import EMPTY, allowed_articles, as_texts, result_frame
from suggest.searching import DEPTH, Mask, Pool, pool
from suggest.storing import POINTER, read_client, read_pointer, write_client

logger = logging.getLogger(__name__)

_CHECKED_QUERIES = 16
_ROUNDING = 1e-4


class KnowledgeIndex:
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
        self.problems: dict[str, str] = {}
        self._clients: dict[str, ClientIndex] = {}
        self._lock = threading.Lock()

    @property
    def clients(self) -> tuple[str, ...]:
        """Clients that can be searched."""
        return tuple(sorted(self._clients))

    def fit(self, articles: pd.DataFrame) -> "KnowledgeIndex":
        """Build the index of every client in a table of articles, forgetting earlier ones.

        Parameters
        ----------
        articles : DataFrame
            The articles table. Of each article the newest approved version is indexed; drafts
            and retired articles are not.

        Raises
        ------
        SchemaError
            When the table breaks its contract.
        """
        valid = validate_articles(articles)
        built = {str(c): self._built(str(c), part, None) for c, part in valid.groupby("client_id")}
        with self._lock:
            self._clients = built
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
        valid = validate_articles(articles)
        with self._lock:
            for name, part in valid.groupby("client_id"):
                self._change(str(name), part, removed=())
        return self

    def remove(self, client_id: str, article_ids: Collection[str]) -> "KnowledgeIndex":
        """Take articles out; ids that are not here are passed over.

        Raises
        ------
        UnknownClientError
        """
        with self._lock:
            articles = self.client_index(client_id).articles
            self._change(client_id, articles.iloc[:0], removed=list(article_ids))
        return self

    def search(
        self,
        queries: Iterable[str],
        *,
        client_id: str,
        k: int = 10,
        language: str | None = None,
        kinds: Collection[str] | None = None,
        audience: str | None = None,
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
            Only articles in this language; ISO 639-1.
        kinds : collection of str, optional
            Only articles of these kinds (article, macro, procedure).
        audience : str, optional
            Only articles for this audience; ``"public"`` takes those that name none as well.

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
        texts = as_texts(queries, "search")
        _check_k(k, "search")
        index = self.client_index(client_id)
        allowed = allowed_articles(index, kinds, audience)
        pools = self._pools(index, texts, k, allowed, language)
        return result_frame(index, [(i, found.head(k)) for i, found in enumerate(pools)])

    def passages(self, client_id: str) -> pd.DataFrame:
        """Return the passages of a client, as `data.knowledge.passages` gives them."""
        return self.client_index(client_id).passages.copy()

    def articles(self, client_id: str) -> pd.DataFrame:
        """Return the indexed articles of a client."""
        return self.client_index(client_id).articles.copy()

    def passage(self, client_id: str, passage_id: str) -> pd.Series:
        """Return one passage.

        Raises
        ------
        UnknownClientError
        ParameterError
            When the client has no such passage.
        """
        index = self.client_index(client_id)
        return index.passages.iloc[_place(index.passage_positions, passage_id, "passage_id")]

    def article(self, client_id: str, article_id: str) -> pd.Series:
        """Return one article.

        Raises
        ------
        UnknownClientError
        ParameterError
            When the client has no such article.
        """
        index = self.client_index(client_id)
        return index.articles.iloc[_place(index.article_positions, article_id, "article_id")]

    def sentence_vectors(self, client_id: str, passage_id: str) -> tuple[list[Span], Vectors]:
        """Return the sentences of a passage with their vectors, made when it was indexed.

        Returns
        -------
        spans : list of Span
            Offsets are into the text of the article.
        vectors : float32 array of shape (sentences, dimension)
        """
        index = self.client_index(client_id)
        at = _place(index.passage_positions, passage_id, "passage_id")
        article = int(np.searchsorted(index.starts, at, side="right")) - 1
        text = str(index.articles["text"].iloc[article])
        rows = slice(*index.sentences.offsets[at : at + 2].tolist())
        spans = [Span(a, b, text[a:b]) for a, b in index.sentences.spans[rows].tolist()]
        return spans, index.sentences.vectors[rows].astype(np.float32)

    def version(self, client_id: str) -> str:
        """Return the version of a client's index, such as ``kb:2026-03-02T02:10Z#a91f04c2``."""
        return self.client_index(client_id).version

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
        for name in self.clients if clients is None else clients:
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
        for home in sorted(p for p in place.iterdir() if (p / POINTER).is_file()):
            index._read(home)
        return index

    def _read(self, home: Path) -> None:
        name = home.name
        try:
            name = str(read_pointer(home)["client_id"])
            self._clients[name] = read_client(home, self.encoder, FlatDense.read)
        except ArtifactError as error:
            logger.warning("the index of the client %s is left out: %s", name, error)
            self.problems[name] = str(error)

    def client_index(self, client_id: str) -> ClientIndex:
        """Return what a search of one client reads; it never changes.

        Raises
        ------
        UnknownClientError
        ArtifactError
            When the client's files were damaged at `load`.
        """
        found = self._clients.get(client_id)
        if found is not None:
            return found
        if client_id in self.problems:
            raise ArtifactError(self.problems[client_id])
        raise UnknownClientError(
            f"No knowledge of the client {client_id!r}. Index its articles first, or check the "
            "client's name."
        )

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
        return build(
            client_id, articles, encoder=self.encoder, known=Known.of(old), dense=FlatDense.checked
        )

    def _pools(
        self,
        index: ClientIndex,
        texts: Sequence[str],
        k: int,
        allowed: Mask | None = None,
        language: str | None = None,
    ) -> list[Pool]:
        """Score the candidates of each text; the light form of `search`."""
        cut = [chunks(text) for text in texts]
        vectors = self.encoder.encode([chunk for found in cut for chunk in found])
        pools, at = [], 0
        for found in cut:
            part = vectors[at : at + len(found)]
            at += len(found)
            pools.append(
                pool(
                    index, found, part, allowed=allowed, language=language, depth=max(DEPTH, 2 * k)
                )
                if found
                else EMPTY
            )
        return pools


class FlatDense:
    """Exact inner product over all vectors, by faiss on one thread.

    Parameters
    ----------
    index : faiss.Index
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def checked(cls, vectors: Vectors) -> "FlatDense":
        """Build, and compare with plain products.

        Raises
        ------
        ArtifactError
            When faiss finds other neighbours than numpy.
        """
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        made = cls(index)
        made._check(vectors)
        return made

    @classmethod
    def read(cls, path: Path, vectors: Vectors) -> "FlatDense":
        """Read what was built, and compare again."""
        made = cls(faiss.read_index(str(path)))
        made._check(vectors)
        return made

    def nearest(self, queries: Vectors, n: int) -> Positions:
        """Return positions of the n nearest vectors, shape (queries, n), best first."""
        faiss.omp_set_num_threads(1)
        found: Positions = self._index.search(np.ascontiguousarray(queries), n)[1]
        return found

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
        # Evenly spread vectors stand in for queries; each must find what numpy finds.
        asked = vectors[np.linspace(0, len(vectors) - 1, _CHECKED_QUERIES).astype(int)]
        n = min(10, len(vectors))
        products = asked @ vectors.T
        best = -np.sort(-products, axis=1)[:, :n]
        found = np.take_along_axis(products, self.nearest(asked, n), axis=1)
        if not np.allclose(best, found, atol=_ROUNDING):
            raise ArtifactError(
                "The dense index finds other neighbours than a plain search. Build the index "
                "again; if it happens again, reinstall faiss-cpu."
            )


def _check_k(k: int, of: str) -> None:
    if k < 1:
        raise ParameterError(f"The 'k' parameter of {of} must be at least 1. Got {k} instead.")


def _place(places: dict[str, int], name: str, parameter: str) -> int:
    if name not in places:
        raise ParameterError(
            f"The '{parameter}' parameter must name one of the client's index. Got {name!r} "
            "instead: it may belong to another version."
        )
    return places[name]
