"""Settings of a classifier that no later step checks."""

from typing import TYPE_CHECKING

from data.errors import ParameterError
from triage.fitting import check_encoder

if TYPE_CHECKING:
    from triage.intents import IntentClassifier


def check_settings(model: "IntentClassifier") -> None:
    """Check what a classifier was constructed with.

    Raises
    ------
    ParameterError
        A setting is out of range.
    """
    for name, low, high in (("target_precision", 0, 1), ("in_scope_loss", 0, 1)):
        value = getattr(model, name)
        if not low <= value < high:
            raise ParameterError(
                f"The '{name}' parameter of IntentClassifier must be in [{low}, {high}). "
                f"Got {value!r} instead."
            )
    check_encoder(model.encoder, "IntentClassifier")
    if model.folds < 2:
        raise ParameterError(
            "The 'folds' parameter of IntentClassifier must be 2 or more. "
            f"Got {model.folds!r} instead."
        )
