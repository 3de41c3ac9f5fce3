"""What comes in: texts and labels in any of the usual containers, checked."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data.arguments import as_column, as_names, as_texts, is_missing
from data.errors import ParameterError
from triage.taxonomy import UNKNOWN

Texts = Sequence[str] | ArrayLike


def as_labels(labels: Sequence[str] | ArrayLike, *, of: str = "fit") -> list[str]:
    """Turn a list, array, Series or frame of one column into a list of labels.

    Raises
    ------
    ParameterError
        When a label is missing or no text: the classes of a model are texts, and a number never
        equals one.
    """
    names = as_column(labels, name="labels", of=of, holds="labels")
    missing = [i for i, n in enumerate(names) if is_missing(n) or not str(n).strip()]
    if missing:
        raise ParameterError(
            f"The 'labels' parameter of {of} must not have missing labels. Got some at positions "
            f"{missing[:5]}: drop those rows."
        )
    strange = next((i for i, n in enumerate(names) if not isinstance(n, str)), None)
    if strange is not None:
        raise ParameterError(
            f"The 'labels' parameter of {of} must hold texts. Got {names[strange]!r} "
            f"({type(names[strange]).__name__}) at position {strange} instead: turn class numbers "
            "into texts everywhere, such as with labels.astype(str)."
        )
    return [str(name) for name in names]


def index_of(texts: Texts) -> pd.Index | None:
    """Return what names the rows of a Series or a frame; None for any other container."""
    return texts.index if isinstance(texts, pd.Series | pd.DataFrame) else None


def training_rows(texts: Texts, labels: Sequence[str] | ArrayLike) -> tuple[list[str], list[str]]:
    """Check and order training rows, so that the order they came in does not matter.

    Rows without a word are left out: they say nothing about a label.

    Raises
    ------
    ParameterError
        When lengths differ, a label is missing or no text, or one is ``unknown``.
    """
    words, names = as_texts(texts, of="fit"), as_labels(labels)
    if len(words) != len(names):
        raise ParameterError(
            "The 'texts' and 'labels' parameters of fit must have the same length. "
            f"Got {len(words)} and {len(names)} instead."
        )
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
    strangers = sorted(set(given) - set(classes := [*classes]))
    if strangers:
        raise ParameterError(
            "The 'hints' parameter of IntentClassifier must describe labels that are learned. Got "
            f"hints for {strangers[:5]} instead: correct the names or leave them out."
        )
    return [
        (text, number)
        for number, label in enumerate(classes)
        for text in as_names(given.get(label, ()), name="hints") or [_words(label)]
    ]


def _words(label: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label)
    return re.sub(r"[\W_]+", " ", spaced).strip().lower()


def labels_by_client(
    labels: Sequence[str] | ArrayLike, clients: Sequence[str] | ArrayLike | None
) -> dict[str, list[str]]:
    """Return the labels that occur for each client, sorted; nothing where no clients are told.

    Rows without a client are nobody's.

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
    names = as_labels(labels)
    owners = as_column(clients, name="clients", of="fit", holds="clients")
    if len(names) != len(owners):
        raise ParameterError(
            "The 'labels' and 'clients' parameters of fit must have the same length. "
            f"Got {len(names)} and {len(owners)} instead."
        )
    found: dict[str, set[str]] = {}
    for name, owner in zip(names, owners, strict=True):
        if not is_missing(owner):
            found.setdefault(str(owner), set()).add(name)
    return {owner: sorted(found[owner]) for owner in sorted(found)}
