"""Settings of a classifier, checked before anything is learned."""

from collections.abc import Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from data.arguments import as_names
from data.encoders import check_encoder
from data.errors import ParameterError
from data.text import detect_language

if TYPE_CHECKING:
    from triage.intents import IntentClassifier


def check_settings(model: "IntentClassifier") -> None:
    """Check what a classifier was constructed with.

    Raises
    ------
    ParameterError
        A setting is of another type or out of range.
    """
    target, loss = model.target_precision, model.in_scope_loss
    _check("target_precision", target, _is(target, Real) and 0 < target < 1, "in (0, 1)")
    _check("in_scope_loss", loss, _is(loss, Real) and 0 <= loss < 1, "in [0, 1)")
    for name, least in (("folds", 2), ("epochs", 1), ("random_state", 0)):
        value = getattr(model, name)
        whole = _is(value, Integral) and value >= least
        _check(name, value, whole, f"a whole number of {least} or more")
    check_encoder(model.encoder, "IntentClassifier")
    languages = as_names(model.languages, name="languages", of="IntentClassifier")
    _check("languages", languages, bool(languages), "at least one language")
    detect_language([], languages=languages)
    hints = model.hints
    _check("hints", hints, hints is None or isinstance(hints, Mapping), "a mapping from labels")
    for sentences in (hints or {}).values():
        as_names(sentences, name="hints", of="IntentClassifier")


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _check(name: str, value: object, holds: bool, words: str) -> None:
    if not holds:
        raise ParameterError(
            f"The '{name}' parameter of IntentClassifier must be {words}. Got {value!r} instead."
        )
