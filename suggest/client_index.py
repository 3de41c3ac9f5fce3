"""The knowledge of one client, ready to be searched: built once, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.stored_rows import StoredRows
from suggest.lexical import BM25Index
from suggest.readings import Readings

Vectors = NDArray[np.float32]
Positions = NDArray[np.int64]


class Dense(Protocol):
    """Nearest passages of a vector."""

    def nearest(self, queries: Vectors, n: int) -> tuple[Positions, Vectors]:
        """Return the positions and closeness of the n nearest, shape (queries, n), best first."""
        ...

    def write(self, path: Path) -> None:
        """Write to one file."""
        ...


class Sentences(NamedTuple):
    """Sentences of all passages.

    Attributes
    ----------
    offsets : array of shape (passages + 1,)
        Those of passage i are rows ``offsets[i]:offsets[i + 1]``.
    spans : array of shape (sentences, 2)
        Start and end in the text of the article.
    vectors : float16 array of shape (sentences, dimension)
    """

    offsets: Positions
    spans: Positions
    vectors: NDArray[np.float16] | StoredRows


@dataclass(frozen=True, eq=False)
class ClientIndex:
    """Everything that a search of one client reads.

    Parameters
    ----------
    client_id, version : str
    articles : DataFrame
        Approved articles with at least one passage.
    passages : DataFrame
        Their passages: those of one article together, in the order of the articles.
    vectors : array of shape (passages, dimension)
    headings : float16 array of shape (passages, dimension)
        Of what each passage is called: its own heading, or the title of the article.
    starts : array of shape (articles + 1,)
        Passages of article i are rows ``starts[i]:starts[i + 1]``.
    sentences : Sentences
    readings : Readings
        What drafting needs to know of each article.
    words, parts, titles : BM25Index
        Over articles: of their words, of the parts of these, and of the parts of the title's.
    languages : array of shape (articles,)
    translations : array of shape (articles, languages)
        See :func:`suggest.translations.translations`.
    dense : Dense
    tokens : list of list of str, optional
        Words of each article, kept for the next build; not stored.
    """

    client_id: str
    version: str
    articles: pd.DataFrame
    passages: pd.DataFrame
    vectors: Vectors
    headings: NDArray[np.float16] | StoredRows
    starts: Positions
    sentences: Sentences
    readings: Readings
    words: BM25Index
    parts: BM25Index
    titles: BM25Index
    languages: NDArray[np.str_]
    translations: Positions
    dense: Dense
    tokens: Sequence[Sequence[str]] | None = None

    def prepared(self) -> "ClientIndex":
        """Build now what the first search would have to wait for."""
        for name in ("article_ids", "passage_ids", "article_positions", "passage_positions"):
            getattr(self, name)
        _ = self.lengths, self.article_of, self.centres
        return self

    @cached_property
    def article_of(self) -> Positions:
        """Article of each passage."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @cached_property
    def centres(self) -> NDArray[np.float16]:
        """Unit mean of the passages of each article, which says how alike two are: no more."""
        return centres(self.vectors, self.starts).astype(np.float16)

    @cached_property
    def names(self) -> list[str]:
        """What each passage is called."""
        return passage_names(self.passages)

    @cached_property
    def article_ids(self) -> list[str]:
        """Ids of the articles, in order."""
        return [str(a) for a in self.articles["article_id"].tolist()]

    @cached_property
    def passage_ids(self) -> list[str]:
        """Ids of the passages, in order."""
        return [str(p) for p in self.passages["passage_id"].tolist()]

    @cached_property
    def article_positions(self) -> dict[str, int]:
        """Row of each article."""
        return {a: i for i, a in enumerate(self.article_ids)}

    @cached_property
    def passage_positions(self) -> dict[str, int]:
        """Row of each passage."""
        return {p: i for i, p in enumerate(self.passage_ids)}

    @cached_property
    def written_in(self) -> frozenset[str]:
        """Languages of the articles."""
        return frozenset(map(str, np.unique(self.languages)))

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """Log of the number of words of each article."""
        words = [len(str(text).split()) for text in self.articles["text"].tolist()]
        return np.log1p(np.array(words, dtype=np.float64))


def centres(vectors: Vectors, starts: Positions) -> Vectors:
    """Return the unit mean of each article's passages, shape (articles, dimension)."""
    if len(starts) < 2:
        return np.empty((0, vectors.shape[1]), dtype=np.float32)
    summed = np.add.reduceat(vectors, starts[:-1], axis=0)
    norms = np.linalg.norm(summed, axis=1, keepdims=True)
    unit: Vectors = (summed / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit


def passage_names(passages: pd.DataFrame) -> list[str]:
    """Return of each passage the last part of its heading, or the title of the article."""
    pairs = zip(passages["heading"].tolist(), passages["title"].tolist(), strict=True)
    return [str(heading or "").rpartition(" > ")[2] or str(title) for heading, title in pairs]
