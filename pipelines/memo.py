"""Encode each text once a night, however many steps ask for it."""

from collections.abc import Sequence

import numpy as np

from data.encoders import Encoder, Vectors


class MemoEncoder:
    """An encoder that remembers; stands for the one inside it.

    Parameters
    ----------
    encoder : Encoder

    Examples
    --------
    >>> from data.encoders import HashingEncoder
    >>> memo = MemoEncoder(HashingEncoder(8))
    >>> memo.encode(["a", "a", "b"]).shape, len(memo.known)
    ((3, 8), 2)
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.known: dict[str, Vectors] = {}

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
        if isinstance(texts, str):
            return self.encoder.encode(texts)
        asked = [t if isinstance(t, str) else "" for t in texts]
        new = list(dict.fromkeys(t for t in asked if t not in self.known))
        if new:
            self.known.update(zip(new, self.encoder.encode(new), strict=True))
        if not asked:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([self.known[t] for t in asked])
