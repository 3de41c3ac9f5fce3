"""Go on learning where most of the texts are known already.

From one night to the next a hundredth of the tickets is new. What a full `fit` works out with
held-out texts (vocabulary, shares of the heads, calibration, thresholds) does not move then; the
heads that learn from every text do. Calibration stays honest: it rests on the held-out texts of
the last `fit`, not on texts that the heads have seen since.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from data.errors import ParameterError
from triage.heads import MOST_ROWS, sample
from triage.ownership import sole_owners
from triage.taxonomy import OUT_OF_SCOPE
from triage.texts import Texts, as_labels, hint_texts, labels_by_client, row_keys, training_rows

if TYPE_CHECKING:
    from triage.intents import IntentClassifier


def share_of_new(
    model: "IntentClassifier", texts: Texts, labels: Sequence[str] | ArrayLike
) -> float:
    """Return the share of texts and labels, (n,) each, that a classifier has not learned from.

    A row with another label than before is new. Rows that are gone do not count: the oldest go
    as new ones come.

    Raises
    ------
    ParameterError
        As for `IntentClassifier.fit`.
    """
    check_is_fitted(model)
    now = row_keys(*training_rows(texts, labels))
    return len(np.setdiff1d(now, model.learned_)) / max(len(now), 1)


def knows_the_labels(model: "IntentClassifier", labels: Sequence[str] | ArrayLike) -> bool:
    """Say whether a classifier has learned exactly these labels."""
    check_is_fitted(model)
    names = set(as_labels(labels, of="refresh")) - {OUT_OF_SCOPE}
    return names == set(model.classes_.tolist())


def refresh(
    model: "IntentClassifier",
    texts: Texts,
    labels: Sequence[str] | ArrayLike,
    clients: Sequence[str] | ArrayLike | None = None,
) -> "IntentClassifier":
    """Let a fitted classifier go on learning; returns it, changed.

    Parameters
    ----------
    model : IntentClassifier
    texts, labels : of shape (n,)
        All that it shall know, old and new.
    clients : of shape (n,), optional
        As for `IntentClassifier.fit`.

    Raises
    ------
    ParameterError
        As for `IntentClassifier.fit`, and where the labels are not those it has learned.
    """
    if not knows_the_labels(model, labels):
        raise ParameterError(
            "The 'labels' parameter of refresh must hold the labels that the classifier has "
            f"learned ({len(model.classes_)} of them), each at least once. Fit it again instead."
        )
    words, names = training_rows(texts, labels)
    inside = [(t, n) for t, n in zip(words, names, strict=True) if n != OUT_OF_SCOPE]
    targets = np.searchsorted(model.classes_, [n for _, n in inside])
    chosen = sample(targets, MOST_ROWS, model.random_state)
    described = hint_texts(model.classes_, model.hints)
    model.heads_.refine(
        model._read([inside[i][0] for i in chosen]),
        targets[chosen],
        model._read([text for text, _ in described]),
        np.array([number for _, number in described], dtype=np.intp),
        random_state=model.random_state + model.refreshed_ + 1,
    )
    model.labels_of_ = labels_by_client(labels, clients)
    model.owners_ = sole_owners(model.labels_of_)
    model.learned_ = row_keys(words, names)
    model.refreshed_ += 1
    return model
