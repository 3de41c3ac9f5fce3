"""Words without their accents, as people write them in haste."""

import unicodedata
from collections.abc import Iterable


def plain(word: str) -> str:
    """Return a word without accents."""
    if word.isascii():
        return word
    bare = unicodedata.normalize("NFD", word.replace("ı", "i").replace("ł", "l"))
    return "".join(c for c in bare if not unicodedata.combining(c))


def with_plain(words: Iterable[str]) -> frozenset[str]:
    """Return words and what remains of them without accents."""
    whole = frozenset(words)
    return whole | {plain(word) for word in whole}
