"""Texts to rows: what the encoder understands beside what the words and letters say."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from data.artifact import Artifact
from data.encoders import Encoder

Rows = NDArray[np.float32]

_WORD = r"(?u)\b\w+\b"
_WORD_FEATURES = 20_000
_CHARACTER_FEATURES = 40_000


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
        """Learn vocabulary, weights and the fold from training texts."""
        self.words_, self.characters_ = _vectorizers(len(texts))
        table = sp.hstack([self.words_.fit_transform(texts), self.characters_.fit_transform(texts)])
        rank = max(1, min(self.components, min(table.shape) - 1))
        fold = TruncatedSVD(rank, n_iter=3, random_state=self.random_state).fit(table.tocsr())
        # Half precision halves the largest array of the model; cosines move by less than 1e-3.
        self.fold_ = np.ascontiguousarray(fold.components_.T, dtype=np.float16).astype(np.float32)
        return self

    def transform(self, texts: Sequence[str]) -> Rows:
        """Fold texts to rows of length one (zero where no n-gram is known), shape (n, rank)."""
        table = sp.hstack([self.words_.transform(texts), self.characters_.transform(texts)])
        rows = np.asarray(table.tocsr().astype(np.float32) @ self.fold_, dtype=np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))

    def known_share(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Share of each text's words that training has seen; 0 for a text without words."""
        analyse = self.words_.build_tokenizer()
        known = self.words_.vocabulary_
        tokens = [analyse(text.lower()) for text in texts]
        return np.array([sum(t in known for t in row) / max(len(row), 1) for row in tokens])

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Arrays that rebuild this object."""
        return {
            "words": _terms(self.words_),
            "words_idf": self.words_.idf_,
            "characters": _terms(self.characters_),
            "characters_idf": self.characters_.idf_,
            "fold": self.fold_.astype(np.float16),
        }

    @classmethod
    def restore(cls, artifact: Artifact) -> "LexicalFeatures":
        """Rebuild from the arrays of a model folder."""
        model = cls()
        model.words_, model.characters_ = _vectorizers(0)
        for vectorizer, name in ((model.words_, "words"), (model.characters_, "characters")):
            terms = bytes(artifact.array(name)).decode("utf-8").split("\n")
            vectorizer.vocabulary_ = {term: i for i, term in enumerate(terms)}
            vectorizer.fixed_vocabulary_ = False
            vectorizer.idf_ = artifact.array(f"{name}_idf").astype(np.float64)
        model.fold_ = artifact.array("fold").astype(np.float32)
        model.components = model.fold_.shape[1]
        return model


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


def _vectorizers(rows: int) -> tuple[TfidfVectorizer, TfidfVectorizer]:
    # An n-gram seen once cannot generalise, but tiny training sets need every word.
    floor = 2 if rows > 500 else 1
    words = TfidfVectorizer(
        sublinear_tf=True,
        ngram_range=(1, 2),
        token_pattern=_WORD,
        min_df=floor,
        max_features=_WORD_FEATURES,
    )
    characters = TfidfVectorizer(
        sublinear_tf=True,
        analyzer="char_wb",
        ngram_range=(2, 5),
        min_df=floor,
        max_features=_CHARACTER_FEATURES,
    )
    return words, characters


def _terms(vectorizer: TfidfVectorizer) -> NDArray[np.uint8]:
    ordered = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)
    return np.frombuffer("\n".join(ordered).encode("utf-8"), dtype=np.uint8)
