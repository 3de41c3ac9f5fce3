"""An article with its passages and their sentences, as drafting reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suggest.selection import Prepared, Vector

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
    when : mapping
        Place in the ticket to the values a macro holds for.
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
    when: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True)
class ReadArticle:
    """The passages of one article, with vectors to choose among them.

    Parameters
    ----------
    passages : tuple of Passage
    rows : tuple of slice
        Sentences of each passage among those of the article; neighbours may share some.
    headings : float16 array of shape (passages, d)
        Vectors of their headings.
    weights : float array of shape (passages,)
        How much each heading says.
    vectors : float16 array of shape (sentences, d)
    """

    passages: tuple[Passage, ...]
    rows: tuple[slice, ...]
    headings: NDArray[np.float16]
    weights: Vector
    vectors: NDArray[np.float16]

    def nearest(self, query: Vector, most: int) -> list["Near"]:
        """Return the passages that promise most."""
        # Kept as they are stored, in half precision.
        heading = self.headings.astype(np.float32) @ query * self.weights
        said = self.vectors.astype(np.float32) @ query
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
