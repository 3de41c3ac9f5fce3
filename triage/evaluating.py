"""The figures of a classifier on labelled texts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.arguments import as_texts
from data.errors import ParameterError
from triage import metrics
from triage.taxonomy import OUT_OF_SCOPE
from triage.texts import Texts, as_labels

if TYPE_CHECKING:
    from triage.intents import IntentClassifier


def figures(
    model: "IntentClassifier", texts: Texts, labels: Sequence[str] | ArrayLike
) -> dict[str, float]:
    """Measure a fitted classifier; see `IntentClassifier.evaluate`.

    Raises
    ------
    ParameterError
        When lengths differ, a label is missing or no text, or no row has a known label.
    """
    words = as_texts(texts, of="evaluate")
    truth = np.array(as_labels(labels, of="evaluate"), dtype=object)
    if len(words) != len(truth):
        raise ParameterError(
            "The 'texts' and 'labels' parameters of evaluate must have the same length. "
            f"Got {len(words)} and {len(truth)} instead."
        )
    # No class of the model: whatever it predicts would be wrong, and says nothing of its classes.
    outside = truth == OUT_OF_SCOPE
    if outside.all():
        raise ParameterError(
            "The 'labels' parameter of evaluate must hold a label to be found. "
            f"Got {len(truth)} rows, all of them 'out_of_scope', instead."
        )
    inside = [text for text, out in zip(words, outside, strict=True) if not out]
    found = _of_known(model, inside, truth[~outside].astype(str))
    if outside.any():
        found["out_of_scope_auroc"] = metrics.auroc(model.out_of_scope_score(words), outside)
    return found


def _of_known(
    model: "IntentClassifier", texts: Sequence[str], truth: NDArray[np.str_]
) -> dict[str, float]:
    probabilities = model.predict_proba(texts)
    predicted = model.classes_[probabilities.argmax(axis=1)]
    confidence, correct = probabilities.max(axis=1), predicted == truth
    return {
        "accuracy": metrics.accuracy(truth, predicted),
        "macro_f1": metrics.macro_f1(truth, predicted),
        "top_3_accuracy": metrics.top_k_accuracy(truth, probabilities, model.classes_),
        "ece": metrics.expected_calibration_error(confidence, correct),
        "brier": metrics.brier_score(truth, probabilities, model.classes_),
        "aurc": metrics.area_under_risk(confidence, correct),
        "coverage_at_target": metrics.coverage_at_precision(
            confidence, correct, model.target_precision
        ),
    }
