"""Plain ways to find an article, to be beaten: each one idea, with the calls of a retriever."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from data.arguments import as_texts
from data.artifact import read_artifact, write_artifact
from data.errors import ParameterError
from suggest.checking import as_tickets
from suggest.client_index import ClientIndex
from suggest.index import KnowledgeIndex
from suggest.lexical import words
from suggest.link_history import linked_tickets
from suggest.results import COLUMNS, result_frame
from suggest.searching import Pool

Floats = NDArray[np.float64]
Score = Callable[[str, ClientIndex], Floats]


class BM25Search(BaseEstimator):
    """Ranks by BM25 of whole words, with the calls of `KnowledgeIndex`.

    Parameters
    ----------
    index : KnowledgeIndex
    """

    def __init__(self, index: KnowledgeIndex) -> None:
        self.index = index

    def search(self, queries: Iterable[str], *, client_id: str, k: int = 10) -> pd.DataFrame:
        """Find articles; see `KnowledgeIndex.search`."""
        return _search(
            self.index,
            queries,
            client_id,
            k,
            lambda text, index: index.words.scores([words(text)])[0].astype(np.float64),
        )


class DenseSearch(BaseEstimator):
    """Ranks by the closest passage to the whole query, with the calls of `KnowledgeIndex`.

    Parameters
    ----------
    index : KnowledgeIndex
    """

    def __init__(self, index: KnowledgeIndex) -> None:
        self.index = index

    def search(self, queries: Iterable[str], *, client_id: str, k: int = 10) -> pd.DataFrame:
        """Find articles; see `KnowledgeIndex.search`."""

        def closest(text: str, index: ClientIndex) -> Floats:
            near = index.vectors @ self.index.encoder.encode([text])[0]
            return np.maximum.reduceat(near, index.starts[:-1]).astype(np.float64)

        return _search(self.index, queries, client_id, k, closest)


class KeywordSearch(BaseEstimator):
    """Ranks by the number of the query's words in the title, with the calls of `KnowledgeIndex`.

    Parameters
    ----------
    index : KnowledgeIndex
    """

    def __init__(self, index: KnowledgeIndex) -> None:
        self.index = index

    def search(self, queries: Iterable[str], *, client_id: str, k: int = 10) -> pd.DataFrame:
        """Find articles; see `KnowledgeIndex.search`."""

        def shared(text: str, index: ClientIndex) -> Floats:
            asked = set(words(text))
            titles = index.articles["title"].tolist()
            return np.array([len(asked & set(words(t))) for t in titles], dtype=np.float64)

        return _search(self.index, queries, client_id, k, shared)


class MostFrequent(BaseEstimator):
    """Ranks by how often agents linked an article, with the calls of `Retriever`.

    Parameters
    ----------
    index : KnowledgeIndex
    k : int
    """

    def __init__(self, index: KnowledgeIndex, *, k: int = 10) -> None:
        self.index = index
        self.k = k

    def fit(self, tickets: pd.DataFrame, article_links: pd.DataFrame) -> "MostFrequent":
        """Count the links of each client."""
        self.counts_: dict[str, Counter[str]] = {}
        for link in linked_tickets(tickets, article_links):
            self.counts_.setdefault(link.ticket.client_id, Counter())[link.article_id] += 1
        return self

    def search(self, tickets: Sequence[Any], *, k: int | None = None) -> pd.DataFrame:
        """Find articles; see `Retriever.search`."""
        self._check()
        frames = [
            self._frequent(ticket.client_id, self.k if k is None else k).assign(query=i)
            for i, ticket in enumerate(as_tickets(tickets, "MostFrequent.search"))
        ]
        if not frames:
            return pd.DataFrame({name: [] for name in COLUMNS}).astype(COLUMNS)
        return pd.concat(frames, ignore_index=True)

    def save(self, folder: str | Path) -> Path:
        """Write the counts."""
        self._check()
        counts = {client: dict(of) for client, of in sorted(self.counts_.items())}
        return write_artifact(
            folder, kind="most_frequent", parameters={"k": self.k, "counts": counts}
        )

    @classmethod
    def load(cls, folder: str | Path, index: KnowledgeIndex) -> "MostFrequent":
        """Read what `save` wrote."""
        stored = read_artifact(folder, kind="most_frequent").parameters
        made = cls(index, k=stored["k"])
        made.counts_ = {client: Counter(of) for client, of in stored["counts"].items()}
        return made

    def _check(self) -> None:
        if not hasattr(self, "counts_"):
            raise NotFittedError("This MostFrequent is not fitted: call fit first.")

    def _frequent(self, client_id: str, k: int) -> pd.DataFrame:
        counts = self.counts_.get(client_id, Counter())

        def linked(text: str, index: ClientIndex) -> Floats:  # noqa: ARG001 - whatever the text
            return np.array([counts[article] for article in index.article_ids], dtype=np.float64)

        return _search(self.index, ["any"], client_id, k, linked)


def _search(
    index: KnowledgeIndex, queries: Iterable[str], client_id: str, k: int, score: Score
) -> pd.DataFrame:
    """Rank every article by one score; what scores 0 or less is not found."""
    if k < 1:
        raise ParameterError(f"The 'k' parameter of search must be at least 1. Got {k} instead.")
    client = index.client_index(client_id)
    pools = []
    for i, text in enumerate(as_texts(queries, name="queries", of="search")):
        scores = score(text, client) if text.strip() and client.article_ids else np.empty(0)
        order = np.argsort(-scores, kind="stable")[:k]
        best = order[scores[order] > 0]
        top = scores[best]
        # A share, not a probability of anything: it only keeps the columns alike.
        share = top / max(float(scores[scores > 0].sum()), 1e-12)
        pools.append((i, Pool(best, client.starts[best], top, share, top, top)))
    return result_frame(client, pools)
