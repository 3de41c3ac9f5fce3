"""Parts for training and testing that never train on the future."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data.errors import ParameterError, SchemaError
from data.schema.table import missing_message

Positions = NDArray[np.intp]


def split_by_time(
    frame: pd.DataFrame,
    *,
    column: str = "created_at",
    test_share: float = 0.2,
    group: str | None = "customer_id",
) -> tuple[Positions, Positions]:
    """Part rows by time: every row of train is older than every row of test.

    The cut lies between two times, as near to ``test_share`` as ties allow. A customer is on one
    side only: older rows of a customer who also has rows in test are left out of both, so that
    no model has read the words of the one it is tested on. Rows without a customer stand alone.

    Parameters
    ----------
    frame : DataFrame
    column : str, default="created_at"
        Times, without gaps.
    test_share : float, default=0.2
        Share of the rows to test on, in (0, 1).
    group : str or None, default="customer_id"
        Column that names the customer; None, or a column that is not there, for no groups.

    Returns
    -------
    train, test : arrays of int
        Row positions, oldest first.

    Raises
    ------
    ParameterError, SchemaError
        The latter when times are missing or all the same, or when every customer of the older
        part comes back later.

    Examples
    --------
    >>> times = pd.to_datetime(["2026-01-04", "2026-01-01", "2026-01-02", "2026-01-03"], utc=True)
    >>> frame = pd.DataFrame({"created_at": times, "customer_id": ["a", "a", "b", "c"]})
    >>> [part.tolist() for part in split_by_time(frame, test_share=0.25)]
    [[2, 3], [0]]
    """
    _check_share(test_share)
    if frame.empty and column in frame.columns:
        return np.array([], dtype=np.intp), np.array([], dtype=np.intp)
    ranks = _ranks(frame, column)
    order = np.argsort(ranks, kind="stable")
    cut = _cut(ranks[order], test_share, column)
    train, test = order[:cut], order[cut:]
    if group is not None and group in frame.columns:
        customers = frame[group]
        later = set(customers.iloc[test].dropna())
        train = train[~customers.iloc[train].isin(later).to_numpy()]
        if not len(train):
            raise SchemaError(
                f"The '{group}' column must name someone who does not come back after the cut. "
                "Got none: nothing is left to train on. Split with group=None.",
                column=group,
            )
    return train.astype(np.intp), test.astype(np.intp)


def stratified_split(
    labels: Sequence[Any] | ArrayLike, *, test_share: float = 0.2, random_state: int = 0
) -> tuple[Positions, Positions]:
    """Part rows at random with the same share of each label, for data without times.

    A label's rows are rounded to the nearest whole number in test, but one at least stays in
    train, so that no label is tested that was never trained.

    Parameters
    ----------
    labels : sequence of shape (n,)
        Missing ones count as one label of their own.
    test_share : float, default=0.2
        Share of the rows to test on, in (0, 1).
    random_state : int, default=0

    Returns
    -------
    train, test : arrays of int
        Row positions, ascending.

    Raises
    ------
    ParameterError
    """
    _check_share(test_share)
    codes = pd.factorize(pd.Series(list(np.asarray(labels, dtype=object)), dtype=object))[0]
    random = np.random.default_rng(random_state)
    chosen = np.zeros(len(codes), dtype=bool)
    for code in np.unique(codes):
        rows = random.permutation(np.flatnonzero(codes == code))
        chosen[rows[: min(round(len(rows) * test_share), len(rows) - 1)]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def _ranks(frame: pd.DataFrame, column: str) -> Positions:
    """Give each row the rank of its time; equal times have one rank."""
    if column not in frame.columns:
        message = missing_message("given", [column], list(map(str, frame.columns)))
        raise SchemaError(message, column=column)
    missing = np.flatnonzero(frame[column].isna().to_numpy())
    if len(missing):
        raise SchemaError(
            f"The '{column}' column must be filled to split by it. Got nothing in "
            f"{len(missing)} rows, first {missing[0]}: drop them or fill the gaps.",
            column=column,
            rows=missing.tolist(),
        )
    return pd.factorize(frame[column], sort=True)[0]


def _cut(ranks: NDArray[np.intp], test_share: float, column: str) -> int:
    """Choose the position where times change that is nearest to the share; the earlier of two."""
    changes = np.flatnonzero(np.diff(ranks)) + 1
    if not len(changes):
        raise SchemaError(
            f"The '{column}' column must hold different times to split by it. Got one time only: "
            "use stratified_split.",
            column=column,
        )
    wanted = len(ranks) * (1 - test_share)
    return int(changes[np.argmin(np.abs(changes - wanted))])


def _check_share(test_share: float) -> None:
    if not 0 < test_share < 1:
        raise ParameterError(
            f"The 'test_share' parameter must be in (0, 1). Got {test_share!r} instead."
        )
