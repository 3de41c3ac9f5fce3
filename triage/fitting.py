"""What holds for a fit as a whole: it takes a model that can be used, and leaves no half one."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

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
