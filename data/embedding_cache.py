"""Vectors on disk: a text is encoded once, however many nights ask for it.

A shard is one ``.npy`` file of keys and vectors that is written whole and never changed; its
name ends in its own checksum. A key is a keyed hash of the text, so that no text can be read or
guessed from the folder. Shards that no night asks for are the first to go when room is short.
"""

import contextlib
import hashlib
import hmac
import io
import logging
import os
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.arguments import as_texts
from data.artifact import atomic_write
from data.encoders import MAX_CHARACTERS, Encoder, Vectors, default_encoder
from data.errors import ParameterError
from data.workers import Workers

logger = logging.getLogger(__name__)

_KEY_BYTES = 16
_DIGEST_CHARACTERS = 32
# Fewer than these wait in memory: a shard for each single text would be a folder of crumbs.
_SHARD_ROWS = 4096
# What a worker is handed at a time.
_BATCH = 64
_FEWEST_FOR_WORKERS = 4 * _BATCH


class _Shard(NamedTuple):
    """A file of keys and vectors, mapped into memory."""

    path: Path
    rows: NDArray[np.void]


class EmbeddingCache:
    """An encoder that remembers on disk; stands for the one inside it.

    Vectors are kept as they came, in single precision: the second time a text gets the same
    vector to the last bit.

    Parameters
    ----------
    encoder : Encoder
        Does the work; name, dimension and fingerprint are its own.
    folder : Path
        Holds a folder for each encoder.
    secret : bytes
        Key of the hashes; another secret finds nothing of what was kept under the first.
    most_bytes : int
        Room on disk for one encoder's vectors; a text of 512 dimensions takes 2 kB.
    workers : Workers, optional
        Processes that help where many texts are new and the encoder is the default one.

    Examples
    --------
    >>> import tempfile
    >>> from data.encoders import HashingEncoder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cache = EmbeddingCache(HashingEncoder(8), Path(folder), secret=b"key")
    ...     cache.encode(["a", "a", "b"]).shape, cache.encoded
    ((3, 8), 2)
    """

    def __init__(
        self,
        encoder: Encoder,
        folder: Path,
        *,
        secret: bytes,
        most_bytes: int = 2 * 1024**3,
        workers: Workers | None = None,
    ) -> None:
        if not secret:
            raise ParameterError(
                "The 'secret' parameter of EmbeddingCache must not be empty: hashes without a "
                "key let a text be guessed. Got b'' instead."
            )
        self.encoder = encoder
        self.folder = folder / encoder.fingerprint
        self.most_bytes = most_bytes
        self.workers = workers
        self.encoded = 0
        """Texts that were encoded because no vector was there."""
        self._secret = secret
        self._dtype = np.dtype(
            [("key", f"S{_KEY_BYTES}"), ("vector", np.float32, (encoder.dimension,))]
        )
        self._lock = threading.RLock()
        self._shards: list[_Shard] = []
        self._read: set[str] = set()
        self._touched: set[int] = set()
        self._opened_once = False
        self._keys = np.empty(0, dtype=f"S{_KEY_BYTES}")
        self._places = np.empty((0, 2), dtype=np.int64)
        self._waiting: dict[bytes, Vectors] = {}

    @property
    def name(self) -> str:
        """Of the encoder inside."""
        return self.encoder.name

    @property
    def dimension(self) -> int:
        """Of the encoder inside."""
        return self.encoder.dimension

    @property
    def fingerprint(self) -> str:
        """Of the encoder inside: the vectors are the same."""
        return self.encoder.fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts; see :class:`data.encoders.Encoder`."""
        batch = as_texts(texts, of="encode")
        keys = [self._key(text) for text in batch]
        with self._lock:
            if not self._opened_once:
                self._opened_once = True
                self._map_new()
            self._learn(keys, batch)
            return self._gathered(keys)

    def flush(self) -> None:
        """Write what waits in memory to disk, and make room where there is too much."""
        with self._lock:
            if not self._waiting:
                return
            rows = np.empty(len(self._waiting), dtype=self._dtype)
            rows["key"] = list(self._waiting)
            rows["vector"] = list(self._waiting.values())
            content = _as_npy(rows)
            digest = hashlib.sha256(content).hexdigest()[:_DIGEST_CHARACTERS]
            self.folder.mkdir(parents=True, exist_ok=True)
            # The random part: two processes may have encoded the same texts.
            path = self.folder / f"{secrets.token_hex(4)}-{digest}.npy"
            atomic_write(path, content)
            self._waiting.clear()
            self._make_room(keep=path)
            self._map_new()

    def _key(self, text: str) -> bytes:
        # What the encoder reads of it. No zero bytes: numpy drops them from the end of a key.
        read = text[:MAX_CHARACTERS].encode("utf-8", "replace")
        digest = hmac.digest(self._secret, read, "sha256")[:_KEY_BYTES]
        return digest.replace(b"\0", b"\x01")

    def _learn(self, keys: Sequence[bytes], batch: Sequence[str]) -> None:
        """Encode what is new, and write it part by part: a night that ends keeps what it did."""
        held = self._places_of(keys)[:, 0] >= 0
        pairs = zip(keys, batch, held.tolist(), strict=True)
        new = {key: text for key, text, known in pairs if not known and key not in self._waiting}
        hashes, texts = list(new), list(new.values())
        for start in range(0, len(new), _SHARD_ROWS):
            part = slice(start, start + _SHARD_ROWS)
            self._waiting.update(zip(hashes[part], self._fresh(texts[part]), strict=True))
            if len(self._waiting) >= _SHARD_ROWS:
                self.flush()

    def _fresh(self, texts: list[str]) -> Vectors:
        self.encoded += len(texts)
        workers = self.workers
        helped = workers is not None and workers.count > 1 and self.encoder is default_encoder()
        if workers is None or not helped or len(texts) < _FEWEST_FOR_WORKERS:
            return self.encoder.encode(texts)
        # Alike in length together: a batch is as wide as its longest text.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        parts = [
            [texts[i] for i in order[start : start + _BATCH]]
            for start in range(0, len(order), _BATCH)
        ]
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        rows[order] = np.concatenate(list(workers.map(_encode_by_default, parts)))
        return rows

    def _places_of(self, keys: Sequence[bytes]) -> NDArray[np.int64]:
        """Return shard and row of each key, -1 where there is none."""
        places = np.full((len(keys), 2), -1, dtype=np.int64)
        if len(keys) and len(self._keys):
            wanted = np.array(keys, dtype=self._keys.dtype)
            at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
            known = self._keys[at] == wanted
            places[known] = self._places[at[known]]
        return places

    def _gathered(self, keys: Sequence[bytes]) -> Vectors:
        found = self._places_of(keys)
        rows = np.empty((len(keys), self.dimension), dtype=np.float32)
        for at in np.flatnonzero(found[:, 0] < 0).tolist():
            rows[at] = self._waiting[keys[at]]
        for number in np.unique(found[:, 0][found[:, 0] >= 0]).tolist():
            here = np.flatnonzero(found[:, 0] == number)
            rows[here] = self._shards[number].rows["vector"][found[here, 1]]
            self._used(number)
        return rows

    def _used(self, number: int) -> None:
        """Note that a shard was of use: it is what decides who goes first."""
        if number not in self._touched:
            self._touched.add(number)
            with contextlib.suppress(FileNotFoundError):
                os.utime(self._shards[number].path)

    def _map_new(self) -> None:
        """Map the shards that are new on disk, ours or another process's."""
        names = sorted(self.folder.glob("*.npy")) if self.folder.is_dir() else []
        keys, places = [self._keys], [self._places]
        for path in names:
            if path.name in self._read:
                continue
            self._read.add(path.name)
            shard = self._opened(path)
            if shard is not None:
                rows = np.arange(len(shard.rows))
                places.append(np.column_stack([np.full(len(rows), len(self._shards)), rows]))
                keys.append(shard.rows["key"])
                self._shards.append(shard)
        if len(keys) > 1:
            every = np.concatenate(keys)
            order = np.argsort(every, kind="stable")
            self._keys, self._places = every[order], np.concatenate(places)[order]

    def _opened(self, path: Path) -> _Shard | None:
        try:
            if _checksum(path) != path.stem.split("-")[-1]:
                raise ValueError("its content does not fit its checksum")
            rows = np.load(path, mmap_mode="r", allow_pickle=False)
            if rows.dtype != self._dtype:
                raise ValueError("it has another form")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            logger.warning("the shard %s of the vectors is not used: %s", path.name, error)
            path.unlink(missing_ok=True)
            return None
        return _Shard(path, rows)

    def _make_room(self, keep: Path) -> None:
        sizes = []
        for path in self.folder.glob("*.npy"):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            sizes.append((path == keep, status.st_mtime, status.st_size, path))
        too_much = sum(size for _, _, size, _ in sizes) - self.most_bytes
        for kept, _, size, path in sorted(sizes):
            if too_much <= 0 or kept:
                break
            # What is mapped stays readable until this process ends.
            path.unlink(missing_ok=True)
            too_much -= size


def _encode_by_default(texts: list[str]) -> Vectors:
    return default_encoder().encode(texts)


def _as_npy(rows: NDArray[np.void]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, rows, allow_pickle=False)
    return stream.getvalue()


def _checksum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:_DIGEST_CHARACTERS]
