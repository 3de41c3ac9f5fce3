"""Lexical scores: BM25 over words and, in a second index, over the five-letter parts of words.

Parts of words stand in for stemmers in nine languages: they find inflected forms, the halves
of compounds and misspelt words. On questions to headings, titles and frequently asked questions
they did as well as a stemmer of the right language or better, and need none.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Scores = NDArray[np.float32]

PART = 5
K1, B = 1.2, 0.75

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Return the words of a text, folded: lower case, without accents.

    Examples
    --------
    >>> words("Où est ma COMMANDE n° A-55 ?")
    ['ou', 'est', 'ma', 'commande', 'n', 'a', '55']
    """
    if text.isascii():
        return _WORD.findall(text.lower())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in decomposed if not unicodedata.combining(c)))


@lru_cache(maxsize=65536)
def parts(word: str) -> tuple[str, ...]:
    """Return the parts of one folded word; a space marks its ends.

    Examples
    --------
    >>> parts("refund")
    (' refu', 'refun', 'efund', 'fund ')
    >>> parts("tax")
    (' tax ',)
    """
    marked = f" {word} "
    if len(marked) <= PART:
        return (marked,)
    return tuple(marked[i : i + PART] for i in range(len(marked) - PART + 1))


def word_parts(found: Sequence[str]) -> list[str]:
    """Return the parts of several folded words, in order."""
    return [part for word in found for part in parts(word)]


class BM25Index:
    """BM25 of one field over documents given as tokens.

    Parameters
    ----------
    documents : sequence of sequence of str
        Tokens of each document.

    References
    ----------
    Kamphuis et al. (2020), Which BM25 do you mean?, variant "Lucene (accurate)";
    Lù (2024), BM25S.
    """

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        vocabulary: dict[str, int] = {}
        ids = [[vocabulary.setdefault(t, len(vocabulary)) for t in d] for d in documents]
        self._set(vocabulary, len(documents), _matrix(ids, vocabulary))

    @classmethod
    def from_arrays(cls, vocabulary: Sequence[str], arrays: dict[str, NDArray[Any]]) -> "BM25Index":
        """Build again what :meth:`arrays` and :attr:`vocabulary` gave."""
        index = cls.__new__(cls)
        index._set({t: i for i, t in enumerate(vocabulary)}, int(arrays["documents"]), arrays)
        return index

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what is to be stored besides the vocabulary."""
        return {**self._matrix, "documents": np.array(self.documents)}

    def scores(self, queries: Sequence[Sequence[str]]) -> Scores:
        """Score every document, each token counted once and scaled by the length of the query.

        The scale is the root of the sum of the tokens' idf: between the plain sum, by which
        long queries get any score, and the share of the query found, by which one rare word
        counts no more than one frequent word.

        Parameters
        ----------
        queries : sequence of sequence of str
            Tokens of each query.

        Returns
        -------
        array of shape (queries, documents)
            Not negative; 0 where no token occurs.
        """
        asked = [list(dict.fromkeys(query)) for query in queries]
        known = [[self._ids[t] for t in query if t in self._ids] for query in asked]
        columns = np.array([i for ids in known for i in ids], dtype=np.int64)
        sizes = np.array([len(ids) for ids in known], dtype=np.int64)
        if not len(columns):
            return np.zeros((len(asked), self.documents), dtype=np.float32)
        query_of = np.repeat(np.arange(len(asked)), sizes)
        reach: NDArray[np.float64] = np.bincount(
            query_of, self._idf[columns].astype(np.float64), len(asked)
        ).astype(np.float64)
        reach += (np.array([len(query) for query in asked]) - sizes) * self._idf_unknown
        found = self._one(columns) if len(asked) == 1 else self._many(columns, sizes)
        return (found / np.sqrt(np.maximum(reach, 1e-9))[:, None]).astype(np.float32)

    def _one(self, columns: NDArray[np.int64]) -> NDArray[np.float64]:
        data, indices, indptr = (self._matrix[name] for name in ("data", "indices", "indptr"))
        rows = [slice(indptr[c], indptr[c + 1]) for c in columns.tolist()]
        places = np.concatenate([indices[row] for row in rows])
        weights = np.concatenate([data[row] for row in rows])
        return np.bincount(places, weights, self.documents)[None].astype(np.float64)

    def _many(self, columns: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
        ends = np.concatenate([[0], np.cumsum(sizes)])
        ones = np.ones(len(columns), dtype=np.float32)
        chosen = csr_array((ones, columns, ends), shape=(len(sizes), len(self.vocabulary)))
        found: NDArray[np.float64] = (chosen @ self._weights).toarray()
        return found

    def _set(self, vocabulary: dict[str, int], documents: int, arrays: dict[str, Any]) -> None:
        self.documents = documents
        self.vocabulary = list(vocabulary)
        self._ids = vocabulary
        self._matrix = {name: arrays[name] for name in ("data", "indices", "indptr")}
        # By token, as bm25s lays it out: one sparse product scores all chunks of a ticket at
        # once, ten times faster than a query at a time.
        parts = (self._matrix["data"], self._matrix["indices"], self._matrix["indptr"])
        self._weights = csr_array(parts, shape=(len(vocabulary), documents))
        frequencies = np.diff(self._matrix["indptr"])
        idf = np.log1p((documents - frequencies + 0.5) / (frequencies + 0.5))
        self._idf = idf.astype(np.float32)
        self._idf_unknown = float(np.log1p(2 * documents + 1))


def _matrix(ids: list[list[int]], vocabulary: dict[str, int]) -> dict[str, NDArray[Any]]:
    if not vocabulary:
        return {
            "data": np.empty(0, dtype=np.float32),
            "indices": np.empty(0, dtype=np.int32),
            "indptr": np.zeros(1, dtype=np.int64),
        }
    import bm25s

    model = bm25s.BM25(k1=K1, b=B, method="lucene")
    model.index((ids, vocabulary), create_empty_token=False, show_progress=False)
    return {name: np.asarray(model.scores[name]) for name in ("data", "indices", "indptr")}
