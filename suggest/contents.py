"""The knowledge of all clients, to be read: each client's articles, passages and sentences."""

import numpy as np
import pandas as pd
from sklearn.exceptions import NotFittedError

from data.errors import ArtifactError, ParameterError, UnknownClientError
from data.text import Span
from suggest.client_index import ClientIndex, Vectors


class Contents:
    """What was indexed, by client; see `suggest.index.KnowledgeIndex`.

    Attributes
    ----------
    problems : dict of str to str
        Clients (or folders) that could not be read, and why.
    """

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}
        self._clients: dict[str, ClientIndex] = {}
        self._filled = False

    @property
    def clients(self) -> tuple[str, ...]:
        """Clients that can be searched."""
        return tuple(sorted(self._clients))

    def client_index(self, client_id: str) -> ClientIndex:
        """Return what a search of one client reads; it never changes.

        Raises
        ------
        UnknownClientError
        ArtifactError
            When the client's files were damaged at `load`.
        NotFittedError
            When nothing was ever indexed.
        """
        found = self._clients.get(client_id)
        if found is not None:
            return found
        if not self._filled:
            raise NotFittedError("This KnowledgeIndex is not fitted: call fit, add or load first.")
        if not isinstance(client_id, str) and str(client_id) in (*self._clients, *self.problems):
            # Tables turn the numbers of clients into texts.
            return self.client_index(str(client_id))
        if client_id in self.problems:
            raise ArtifactError(self.problems[client_id])
        raise UnknownClientError(
            f"No knowledge of the client {client_id!r}. Index its articles first, or check the "
            "client's name."
        )

    def languages(self, client_id: str) -> frozenset[str]:
        """Return the languages of a client's articles; none where nothing can be searched."""
        found = self._clients.get(client_id)
        return frozenset() if found is None else found.written_in

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


def _place(places: dict[str, int], name: str, parameter: str) -> int:
    if name not in places:
        raise ParameterError(
            f"The '{parameter}' parameter must name one of the client's index. Got {name!r} "
            "instead: it may belong to another version."
        )
    return places[name]
