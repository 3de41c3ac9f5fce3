"""What comes in: texts and labels in any of the usual containers, checked."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import ParameterError
from triage.taxonomy import UNKNOWN

Texts = Sequence[str] | ArrayLike


def as_texts(texts: Texts) -> list[str]:
    """Turn a list, array or Series into a list of texts; a missing value becomes ``""``.

    Raises
    ------
    ParameterError
        For a single string, which would be read letter by letter.
    """
    if isinstance(texts, str):
        raise ParameterError(
            "The 'texts' parameter must be a list, array or Series of texts. "
            "Got a single string instead: wrap it in a list."
        )
    return [text if isinstance(text, str) else "" for text in np.asarray(texts, dtype=object)]


def training_rows(texts: Texts, labels: Sequence[str] | ArrayLike) -> tuple[list[str], list[str]]:
    """Check and order training rows, so that the order they came in does not matter.

    Rows without a word are left out: they say nothing about a label.

    Raises
    ------
    ParameterError
        When lengths differ, a label is missing, or one is ``unknown``.
    """
    words, names = as_texts(texts), list(np.asarray(labels, dtype=object))
    if len(words) != len(names):
        raise ParameterError(
            "The 'texts' and 'labels' parameters of fit must have the same length. "
            f"Got {len(words)} and {len(names)} instead."
        )
    missing = [i for i, n in enumerate(names) if n is None or n != n or not str(n).strip()]
    if missing:
        raise ParameterError(
            "The 'labels' parameter of fit must not have missing labels. Got some at positions "
            f"{missing[:5]}: drop those rows."
        )
    # Class numbers are labels too; they come back as texts.
    names = [str(n) for n in names]
    if UNKNOWN in names:
        raise ParameterError(
            "The 'labels' parameter of fit must not hold 'unknown': it is what decide() answers "
            f"when it abstains. Got it at position {names.index(UNKNOWN)}: drop those rows."
        )
    rows = sorted((w, n) for w, n in zip(words, names, strict=True) if w.strip())
    return [w for w, _ in rows], [n for _, n in rows]


def row_keys(words: Sequence[str], names: Sequence[str]) -> NDArray[np.uint64]:
    """Return what tells training rows apart, sorted: a hash of text and label, shape (n,).

    >>> len(row_keys(["a", "a", "b"], ["x", "x", "x"]))
    2
    """
    digests = b"".join(
        hashlib.blake2b(f"{name}\0{text}".encode(), digest_size=8).digest()
        for text, name in zip(words, names, strict=True)
    )
    return np.unique(np.frombuffer(digests, dtype=np.uint64))


def hint_texts(
    classes: Iterable[str], hints: Mapping[str, Sequence[str]] | None
) -> list[tuple[str, int]]:
    """Sentences that describe each label, with the label's number; its own words by default.

    >>> hint_texts(["billing.invoice_copy", "lostCard"], {"lostCard": ["My card is gone."]})
    [('billing invoice copy', 0), ('My card is gone.', 1)]
    """
    given = hints or {}
    return [
        (text, number)
        for number, label in enumerate(classes)
        for text in given.get(label) or [_words(label)]
    ]


def _words(label: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label)
    return re.sub(r"[\W_]+", " ", spaced).strip().lower()


def labels_by_client(
    labels: Sequence[str] | ArrayLike, clients: Sequence[str] | ArrayLike | None
) -> dict[str, list[str]]:
    """Return the labels that occur for each client, sorted; nothing where no clients are told.

    Raises
    ------
    ParameterError
        When lengths differ.

    Examples
    --------
    >>> labels_by_client(["b", "a", "a"], ["x", "x", "y"])
    {'x': ['a', 'b'], 'y': ['a']}
    """
    if clients is None:
        return {}
    names, owners = np.asarray(labels, dtype=object), np.asarray(clients, dtype=object)
    if len(names) != len(owners):
        raise ParameterError(
            "The 'labels' and 'clients' parameters of fit must have the same length. "
            f"Got {len(names)} and {len(owners)} instead."
        )
    found: dict[str, set[str]] = {}
    for name, owner in zip(names, owners, strict=True):
        found.setdefault(str(owner), set()).add(str(name))
    return {owner: sorted(found[owner]) for owner in sorted(found)}
