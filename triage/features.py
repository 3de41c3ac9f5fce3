"""Texts to rows: what the encoder understands beside what the words and letters say."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from data.artifact import Artifact
from data.encoders import MAX_CHARACTERS, Encoder

Rows = NDArray[np.float32]
# Places in the vocabulary and their TF-IDF weights, for one text.
Terms = tuple[NDArray[np.intp], Rows]

_WORD = re.compile(r"\b\w+\b")
_WORD_FEATURES = 20_000
_CHARACTER_FEATURES = 40_000
_SIZES = range(2, 6)
# Vocabulary and fold stop improving long before this many texts; their cost does not.
_FIT_TEXTS = 20_000


class LexicalFeatures:
    """Word (1–2) and character (2–5) TF-IDF folded to a few hundred dense columns.

    Parameters
    ----------
    components : int
        Columns after the fold; fewer where the training texts do not carry as many.
    random_state : int

    References
    ----------
    Deerwester et al. (1990), Indexing by latent semantic analysis.
    """

    def __init__(self, *, components: int = 400, random_state: int = 0) -> None:
        self.components = components
        self.random_state = random_state

    def fit(self, texts: Sequence[str]) -> "LexicalFeatures":
        """Learn vocabulary, weights and the fold from training texts, 20,000 of them at most."""
        if len(texts) > _FIT_TEXTS:
            rng = np.random.default_rng(self.random_state)
            texts = [texts[i] for i in rng.choice(len(texts), _FIT_TEXTS, replace=False)]
        words = _vectorizer(words_of, _WORD_FEATURES, len(texts))
        characters = _vectorizer(characters_of, _CHARACTER_FEATURES, len(texts))
        table = sp.hstack([words.fit_transform(texts), characters.fit_transform(texts)])
        self._set_terms(
            [*words.get_feature_names_out()],
            [*characters.get_feature_names_out()],
            np.concatenate([words.idf_, characters.idf_]),
        )
        rank = max(1, min(self.components, min(table.shape) - 1))
        fold = TruncatedSVD(rank, n_iter=2, random_state=self.random_state)
        fold.fit(table.tocsr().astype(np.float32))
        # Eight bits with a scale for each term: a quarter of the largest array of the model.
        loadings = np.ascontiguousarray(fold.components_.T, dtype=np.float32)
        self.scale_ = np.maximum(np.abs(loadings).max(axis=1), np.float32(1e-12)) / np.float32(127)
        self.fold_ = np.rint(loadings / self.scale_[:, None]).astype(np.int8)
        return self

    @property
    def n_terms(self) -> int:
        """Size of the vocabulary."""
        return len(self.idf_)

    def terms(self, texts: Sequence[str]) -> list[Terms]:
        """Look up what each text says; words and characters have length one each."""
        return [self._terms(text[:MAX_CHARACTERS]) for text in texts]

    def fold(self, terms: Sequence[Terms]) -> Rows:
        """Fold to rows of length one (zero where no n-gram is known), shape (n, rank)."""
        rows = np.zeros((len(terms), self.fold_.shape[1]), dtype=np.float32)
        # One text at a time: sparse tables would cost more than the sum itself.
        for row, (places, weights) in zip(rows, terms, strict=True):
            row += (weights * self.scale_[places]) @ self.fold_[places].astype(np.float32)
            row /= np.float32(max(math.sqrt(row @ row), 1e-9))
        return rows

    def known_share(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Share of each text's words that training has seen; 0 for a text without words."""
        tokens = [_WORD.findall(text[:MAX_CHARACTERS].lower()) for text in texts]
        known = self._words
        return np.array([sum(t in known for t in row) / max(len(row), 1) for row in tokens])

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Arrays that rebuild this object."""
        return {
            "words": _joined_terms(self._words),
            "characters": _joined_terms(self._characters),
            "idf": self.idf_,
            "fold": self.fold_,
            "fold_scale": self.scale_,
        }

    @classmethod
    def restore(cls, artifact: Artifact) -> "LexicalFeatures":
        """Rebuild from the arrays of a model folder."""
        model = cls()
        words, characters = (
            bytes(artifact.array(name)).decode("utf-8").split("\n")
            for name in ("words", "characters")
        )
        model._set_terms(words, characters, artifact.array("idf"))
        model.fold_, model.scale_ = artifact.array("fold"), artifact.array("fold_scale")
        model.components = model.fold_.shape[1]
        return model

    def _set_terms(
        self, words: Sequence[str], characters: Sequence[str], idf: NDArray[np.float64]
    ) -> None:
        self._words = {term: i for i, term in enumerate(words)}
        self._characters = {term: i for i, term in enumerate(characters, start=len(words))}
        self.idf_ = idf.astype(np.float32)

    def _terms(self, text: str) -> Terms:
        places, weights = [np.empty(0, np.intp)], [np.empty(0, np.float32)]
        for grams, known in (
            (words_of(text), self._words),
            (characters_of(text), self._characters),
        ):
            counts = Counter([place for gram in grams if (place := known.get(gram)) is not None])
            if not counts:
                continue
            found = np.fromiter(counts, dtype=np.intp, count=len(counts))
            times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
            weight = (1 + np.log(times)) * self.idf_[found]
            places.append(found)
            weights.append(weight / np.float32(math.sqrt(weight @ weight)))
        return np.concatenate(places), np.concatenate(weights)


@dataclass(frozen=True)
class Reading:
    """What the heads are told about texts.

    Parameters
    ----------
    vectors : array (n, dimension)
        From the encoder.
    terms : list of Terms, length n
        From the whole vocabulary.
    folded : array (n, rank)
        The same, folded.
    known : array (n,)
        Share of words that training has seen.
    """

    vectors: Rows
    terms: list[Terms]
    folded: Rows
    known: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def rows(self) -> Rows:
        """Vectors and folded terms side by side."""
        return joined(self.vectors, self.folded)

    def without_words(self) -> "Reading":
        """Return the texts as if they were of another language: none of the words is known."""
        nothing = [(terms[0][:0], terms[1][:0]) for terms in self.terms]
        return Reading(self.vectors, nothing, 0 * self.folded, 0 * self.known)

    def part(self, chosen: NDArray[np.intp]) -> "Reading":
        """Return some of the texts."""
        terms = [self.terms[i] for i in chosen]
        return Reading(self.vectors[chosen], terms, self.folded[chosen], self.known[chosen])


def read(lexical: LexicalFeatures, vectors: Rows, texts: Sequence[str]) -> Reading:
    """Read texts whose vectors are there already."""
    terms = lexical.terms(texts)
    return Reading(vectors, terms, lexical.fold(terms), lexical.known_share(texts))


def words_of(text: str) -> list[str]:
    """Split into words and pairs of neighbours, in lower case.

    >>> words_of("Where's it?")
    ['where', 's', 'it', 'where s', 's it']
    """
    words = _WORD.findall(text.lower())
    return [*words, *(f"{a} {b}" for a, b in pairwise(words))]


def characters_of(text: str) -> list[str]:
    """Cut each word with its two edges into runs of 2 to 5 characters, in lower case.

    >>> characters_of("Hi")
    [' h', 'hi', 'i ', ' hi', 'hi ', ' hi ']
    """
    grams = []
    for word in text.lower().split():
        edged = f" {word} "
        length = len(edged)
        for size in _SIZES:
            if size > length:
                break
            grams += [edged[i : i + size] for i in range(length - size + 1)]
    return grams


def joined(vectors: Rows, lexical: Rows, weight: float = 0.35) -> Rows:
    """Put encoder rows and lexical rows side by side, the lexical ones weighted."""
    return np.hstack([vectors, np.float32(weight) * lexical])


def prepare(texts: Sequence[str]) -> list[str]:
    """Return what an encoder is given for each text.

    A text in capitals is lowered: encoders read case, and shouting changes no meaning.
    """
    return [text.lower() if text.isupper() else text for text in texts]


def encode(encoder: Encoder, texts: Sequence[str]) -> Rows:
    """Encode each distinct prepared text once; helpdesks repeat themselves."""
    prepared = prepare(texts)
    if len(prepared) == 1:
        return encoder.encode(prepared)
    distinct = list(dict.fromkeys(prepared))
    position = {text: i for i, text in enumerate(distinct)}
    return encoder.encode(distinct)[[position[text] for text in prepared]]


def _vectorizer(analyser: Callable[[str], list[str]], features: int, rows: int) -> TfidfVectorizer:
    # An n-gram seen once cannot generalise, but tiny training sets need every word.
    floor = 2 if rows > 500 else 1
    return TfidfVectorizer(
        sublinear_tf=True,
        analyzer=lambda text: analyser(text[:MAX_CHARACTERS]),
        min_df=floor,
        max_features=features,
    )


def _joined_terms(places: dict[str, int]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(places).encode("utf-8"), dtype=np.uint8)
