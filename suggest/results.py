"""What goes into a search and what comes out, as lists and frames."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.encoders import Encoder
from data.errors import ParameterError
from suggest.chunks import chunks, to_encode
from suggest.client_index import ClientIndex, Vectors
from suggest.searching import Pool

COLUMNS: dict[str, str] = {
    "query": "int64",
    "rank": "int64",
    "article_id": "str",
    "passage_id": "str",
    "score": "float64",
    "probability": "float64",
    "dense": "float64",
    "lexical": "float64",
}
"""Columns of what a search returns."""

EMPTY = Pool(
    np.empty(0, np.int64), np.empty(0, np.int64), *(np.empty(0, np.float64) for _ in range(4))
)
"""What is found for a query without words."""


class Hit(NamedTuple):
    """An article that was found.

    Attributes
    ----------
    article_id, passage_id : str
        The article, and the passage of it that is closest to the query.
    score : float
        Ranks the articles of one query; unbounded.
    probability : float
        That it answers the query, in (0, 1).
    dense, lexical : float
        Closeness and word score of the best part of the query.
    """

    article_id: str
    passage_id: str
    score: float
    probability: float
    dense: float
    lexical: float


def hits(index: ClientIndex, found: Pool) -> list[Hit]:
    """Lay out a pool as a list."""
    columns = [
        [index.article_ids[a] for a in found.articles.tolist()],
        [index.passage_ids[p] for p in found.passages.tolist()],
        *(column.tolist() for column in found[2:]),
    ]
    return [Hit(*row) for row in zip(*columns, strict=True)]


def encoded(
    encoder: Encoder, texts: Sequence[str], given: Sequence[Vectors] | None
) -> tuple[list[list[str]], list[Vectors]]:
    """Cut queries into chunks, and encode them unless their vectors are given.

    Returns
    -------
    chunks, vectors
        Of each query its chunks, and an array with a row for each of them.

    Raises
    ------
    ParameterError
        When the given vectors are not those of the chunks.
    """
    cut = [chunks(text) for text in texts]
    own = [to_encode(found) for found in cut]
    if given is None:
        vectors = encoder.encode([chunk for part in own for chunk in part])
        ends = np.cumsum([len(part) for part in own]).tolist()
        given = [vectors[end - len(part) : end] for end, part in zip(ends, own, strict=True)]
    shapes = [np.shape(part) for part in given]
    expected = [(len(part), encoder.dimension) for part in own]
    if shapes != expected:
        raise ParameterError(
            "The 'vectors' parameter must hold a row for each text that 'queries' returns: "
            f"shapes {expected[:3]}. Got {shapes[:3]} instead."
        )
    return cut, [_whole_first(f, part) for f, part in zip(cut, given, strict=True)]


def encoded_wholes(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """Return of each text the vector that `encoded` puts first; zeros where it has no words."""
    cut = [chunks(text) for text in texts]
    own = [found[:1] if to_encode(found) == found else found[1:] for found in cut]
    vectors = encoder.encode([chunk for part in own for chunk in part])
    made = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    end = 0
    for row, part in zip(made, own, strict=True):
        end += len(part)
        if part:
            row[:] = _mean(vectors[end - len(part) : end])
    return made


def _whole_first(found: list[str], vectors: Vectors) -> Vectors:
    part = np.asarray(vectors, dtype=np.float32)
    return part if len(part) == len(found) else np.vstack([_mean(part), part])


def _mean(vectors: Vectors) -> Vectors:
    """Return the unit mean; of one vector, itself."""
    if len(vectors) == 1:
        alone: Vectors = vectors[0]
        return alone
    summed = vectors.sum(axis=0)
    unit: Vectors = summed / max(float(np.linalg.norm(summed)), 1e-12)
    return unit


def result_frame(index: ClientIndex, pools: Sequence[tuple[int, Pool]]) -> pd.DataFrame:
    """Lay out the pools of queries as a frame."""
    sizes = [len(found.articles) for _, found in pools]
    articles, passages = index.article_ids, index.passage_ids
    columns: dict[str, Any] = {
        "query": np.repeat([query for query, _ in pools], sizes).astype(np.int64),
        "rank": np.concatenate([np.arange(1, n + 1) for n in sizes]) if sizes else [],
        "article_id": [articles[a] for _, found in pools for a in found.articles],
        "passage_id": [passages[p] for _, found in pools for p in found.passages],
    }
    for name in ("score", "probability", "dense", "lexical"):
        parts: list[NDArray[np.float64]] = [getattr(found, name) for _, found in pools]
        columns[name] = np.concatenate(parts) if parts else []
    frame = pd.DataFrame(columns)
    # Rows bring their types with them; casting nine columns would cost more than the search.
    return frame if len(frame) else frame.astype(COLUMNS)
