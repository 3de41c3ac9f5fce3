"""What holds for a fit as a whole: it takes a model that can be used, and leaves no half one."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from data.encoders import Encoder
from data.errors import ParameterError

Model = TypeVar("Model")
Given = ParamSpec("Given")


def whole(
    fit: Callable[Concatenate[Model, Given], Model],
) -> Callable[Concatenate[Model, Given], Model]:
    """Make a ``fit`` forget earlier ones, and itself where it fails: the model is not fitted."""

    @wraps(fit)
    def fitted(model: Model, /, *args: Given.args, **options: Given.kwargs) -> Model:
        forget(model)
        try:
            return fit(model, *args, **options)
        except BaseException:
            forget(model)
            raise

    return fitted


def forget(model: object) -> None:
    """Take the learned attributes away."""
    for name in [name for name in vars(model) if name.endswith("_")]:
        delattr(model, name)


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
