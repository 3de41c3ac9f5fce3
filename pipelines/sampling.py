"""A bounded part of many tickets that still looks like the whole."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Positions = NDArray[np.intp]


def newest_of_each(
    frame: pd.DataFrame, most: int, *, columns: Sequence[str], floor: int = 20
) -> Positions:
    """Choose at most this many rows: of each stratum its share, and of it the newest.

    A stratum is what agrees in all columns, such as client and label; a rare one gives up to
    ``floor`` rows before the shares are dealt.

    Parameters
    ----------
    frame : DataFrame
        Oldest first.
    most : int
    columns : sequence of str
        Those that the frame does not have are left out.
    floor : int

    Returns
    -------
    array of int
        Row positions, ascending.

    Examples
    --------
    >>> frame = pd.DataFrame({"label": ["a", "a", "a", "a", "b", "b"]})
    >>> newest_of_each(frame, 3, columns=["label"], floor=0).tolist()
    [2, 3, 5]
    """
    if len(frame) <= most:
        return np.arange(len(frame), dtype=np.intp)
    strata = np.zeros(len(frame), dtype=np.intp)
    for column in columns:
        if column in frame:
            codes = pd.factorize(frame[column], use_na_sentinel=False)[0]
            strata = pd.factorize(strata * (int(codes.max()) + 1) + codes)[0]
    # Counted from the newest: 0, 1, 2 … within each stratum.
    age = pd.Series(strata[::-1]).groupby(strata[::-1]).cumcount().to_numpy()[::-1]
    share = (age + 0.5) / np.bincount(strata)[strata]
    order = np.lexsort((-np.arange(len(frame)), share, age >= floor))
    return np.sort(order[:most]).astype(np.intp)
