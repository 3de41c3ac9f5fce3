"""Read the arguments of staffing formulas: whole arrays, checked once, named in the error."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import ParameterError

Floats = NDArray[np.float64]


class Range(NamedTuple):
    """What an argument may be."""

    words: str
    low: float = 0.0
    high: float = np.inf
    open_low: bool = False
    open_high: bool = False
    infinite: bool = False
    whole: bool = False


COUNT = Range("zero or more, and finite")
POSITIVE = Range("greater than 0, and finite", open_low=True)
PATIENCE = Range("greater than 0 (infinite: nobody gives up)", open_low=True, infinite=True)
AGENTS = Range("whole numbers, zero or more", whole=True)
SHARE = Range("in [0, 1)", high=1.0, open_high=True)
CAP = Range("in (0, 1]", high=1.0, open_low=True)


def read(owner: str, name: str, given: ArrayLike, allowed: Range) -> Floats:
    """Return ``given`` as floats, or say which value is out of range.

    Raises
    ------
    ParameterError
        Names the parameter, what it must be and the first value that is not.
    """
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError(
            f"The '{name}' parameter of {owner} must be numbers {allowed.words}. "
            f"Got {given!r} instead."
        ) from error
    good = values > allowed.low if allowed.open_low else values >= allowed.low
    good &= values < allowed.high if allowed.open_high else values <= allowed.high
    if not allowed.infinite:
        good &= np.isfinite(values)
    if allowed.whole:
        good &= values == np.floor(values)
    if not good.all():
        first = int(np.flatnonzero(~good.ravel())[0])
        where = f" at position {first}" if values.ndim else ""
        raise ParameterError(
            f"The '{name}' parameter of {owner} must be {allowed.words}. "
            f"Got {float(values.ravel()[first])!r}{where} instead."
        )
    return values


def together(owner: str, **arrays: Floats) -> tuple[tuple[int, ...], dict[str, Floats]]:
    """Broadcast arrays against each other; returns their shape and each one flat.

    Raises
    ------
    ParameterError
        When the shapes do not fit; names them.
    """
    try:
        shape = np.broadcast_shapes(*(a.shape for a in arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} {a.shape}" for name, a in arrays.items())
        raise ParameterError(
            f"The parameters of {owner} must have shapes that fit each other. Got {shapes} instead."
        ) from error
    return shape, {name: np.broadcast_to(a, shape).ravel() for name, a in arrays.items()}
