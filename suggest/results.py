"""What goes into a search and what comes out, as lists and frames."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError
from suggest.client_index import ClientIndex
from suggest.searching import Mask, Pool

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


def as_texts(queries: Iterable[str], of: str) -> list[str]:
    """Return queries as a list; a missing one counts as empty.

    Raises
    ------
    ParameterError
        For a single string.
    """
    if isinstance(queries, str):
        raise ParameterError(
            f"The 'queries' parameter of {of} must be a list, array or Series of texts. Got a "
            "single string instead: wrap it in a list."
        )
    return [query if isinstance(query, str) else "" for query in queries]


def allowed_articles(
    index: ClientIndex, kinds: Collection[str] | None, audience: str | None
) -> Mask | None:
    """Return which articles pass the filters, None when all do."""
    if kinds is None and audience is None:
        return None
    allowed = np.ones(len(index.articles), dtype=bool)
    if kinds is not None:
        allowed &= index.articles["kind"].isin(list(kinds)).to_numpy(dtype=bool)
    if audience is not None:
        named = index.articles["audience"].astype("str")
        fits = (named == audience) | named.isna() if audience == "public" else named == audience
        allowed &= fits.fillna(False).to_numpy(dtype=bool)
    return allowed


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
