"""What callers hand over as lists: texts, labels and names in any of the usual containers."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
import pandas as pd

from data.errors import ParameterError


def as_texts(texts: Any, *, name: str = "texts", of: str = "") -> list[str]:
    """Turn a list, array, Series or frame of one column into a list of texts.

    A missing value becomes ``""``.

    Parameters
    ----------
    texts : iterable of str
    name, of : str
        The parameter, and what it is a parameter of, for the message.

    Raises
    ------
    ParameterError
        For a single text, which would be read letter by letter, for several columns, for what
        has no order, and for values that are no texts.

    Examples
    --------
    >>> as_texts(["Where is it?", None])
    ['Where is it?', '']
    """
    values = as_column(texts, name=name, of=of, holds="texts")
    if all(type(value) is str for value in values):
        return values
    strange = [i for i, v in enumerate(values) if not isinstance(v, str) and not is_missing(v)]
    if strange:
        raise ParameterError(
            f"{_whose(name, of)} must hold texts. Got {type(values[strange[0]]).__name__} at "
            f"position {strange[0]} instead ({len(strange)} of {len(values)} are no texts): turn "
            "them into texts first."
        )
    return [value if isinstance(value, str) else "" for value in values]


def as_column(values: Any, *, name: str, of: str = "", holds: str = "values") -> list[Any]:
    """Turn a list, array, Series, iterator or frame of one column into a list.

    Raises
    ------
    ParameterError
        For a single text, None, a mapping, a set, or several columns.
    """
    if isinstance(values, str | bytes | Mapping | AbstractSet) or not isinstance(values, Iterable):
        kind = "string" if isinstance(values, str) else type(values).__name__
        raise ParameterError(
            f"{_whose(name, of)} must be a list, array or Series of {holds}. "
            f"Got a single {kind} instead: wrap it in a list."
        )
    table = values if hasattr(values, "ndim") else list(values)
    if isinstance(table, list) and not any(isinstance(v, list | tuple | np.ndarray) for v in table):
        return table
    array = np.asarray(table, dtype=object)
    if array.size != len(array):
        raise ParameterError(
            f"{_whose(name, of)} must be one column of {holds}. Got the shape {array.shape} "
            "instead: choose the column that holds them."
        )
    return array.reshape(-1).tolist()


def as_names(names: Any, *, name: str, of: str = "") -> list[str]:
    """Turn a collection of names into a list.

    Raises
    ------
    ParameterError
        For a single text, which would be read letter by letter, and for anything but texts.

    Examples
    --------
    >>> as_names(("de", "en"), name="languages")
    ['de', 'en']
    """
    found = None if isinstance(names, str | bytes) or not isinstance(names, Iterable) else [*names]
    if found is None or not all(isinstance(one, str) for one in found):
        raise ParameterError(
            f"{_whose(name, of)} must be a list of names. Got {names!r} instead: "
            "put each name into the list as a text."
        )
    return found


def is_missing(value: Any) -> bool:
    """Tell whether a value stands for none: None, NaN, NaT or NA.

    >>> is_missing(float("nan")), is_missing("")
    (True, False)
    """
    return value is None or bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _whose(name: str, of: str) -> str:
    return f"The '{name}' parameter of {of}" if of else f"The '{name}' parameter"
