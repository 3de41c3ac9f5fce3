"""How good a ranking is, one query at a time, and how sure a mean of such figures is.

Every figure lies in [0, 1]; higher is better. A query without right articles has no figure: it
raises, since counting it as 0 or 1 would change what the mean says.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import ParameterError


def recall_at_k(found: Sequence[Hashable], right: Collection[Hashable], k: int) -> float:
    """Return the share of the right articles among the first k.

    References
    ----------
    Manning, Raghavan and Schütze (2008), Introduction to Information Retrieval, 8.4.

    Examples
    --------
    >>> recall_at_k(["a", "x", "b", "c"], {"a", "b", "c"}, k=3)  # 2 of 3
    0.6666666666666666
    """
    wanted = _checked(found, right, k, "recall_at_k")
    return len(wanted & set(found[:k])) / len(wanted)


def hit_at_k(found: Sequence[Hashable], right: Collection[Hashable], k: int) -> float:
    """Return 1 when a right article is among the first k, else 0.

    Examples
    --------
    >>> hit_at_k(["x", "a"], {"a", "b"}, k=1), hit_at_k(["x", "a"], {"a", "b"}, k=2)
    (0.0, 1.0)
    """
    return float(bool(_checked(found, right, k, "hit_at_k") & set(found[:k])))


def mrr(found: Sequence[Hashable], right: Collection[Hashable]) -> float:
    """Return one over the rank of the first right article, 0 when there is none.

    References
    ----------
    Voorhees (1999), The TREC-8 Question Answering Track Report.

    Examples
    --------
    >>> mrr(["x", "a", "b"], {"a", "b"}), mrr(["x"], {"a"})
    (0.5, 0.0)
    """
    wanted = _checked(found, right, 1, "mrr")
    return next((1.0 / rank for rank, item in enumerate(found, start=1) if item in wanted), 0.0)


def ndcg(found: Sequence[Hashable], right: Collection[Hashable], k: int) -> float:
    """Return the normalised discounted cumulative gain of the first k, gains 0 and 1.

    References
    ----------
    Järvelin and Kekäläinen (2002), Cumulated gain-based evaluation of IR techniques,
    ACM TOIS 20(4), with the discount log2(rank + 1).

    Examples
    --------
    >>> ndcg(["a", "b"], {"a", "b"}, k=2)
    1.0
    >>> round(ndcg(["x", "a"], {"a"}, k=2), 4)  # 1 / log2(3)
    0.6309
    """
    wanted = _checked(found, right, k, "ndcg")
    # Found again, an article is worth nothing more.
    ranks = {item: rank for rank, item in reversed([*enumerate(found[:k], start=1)])}
    gains = [1.0 / np.log2(rank + 1) for item, rank in ranks.items() if item in wanted]
    best = sum(1.0 / np.log2(r + 1) for r in range(1, min(k, len(wanted)) + 1))
    return float(sum(gains) / best)


class Interval(NamedTuple):
    """A mean with its bootstrap interval.

    Attributes
    ----------
    value, low, high : float
    n : int
        Values, not groups.
    """

    value: float
    low: float
    high: float
    n: int


def bootstrap(
    values: ArrayLike,
    groups: Sequence[Hashable] | None = None,
    *,
    level: float = 0.95,
    repetitions: int = 2000,
    random_state: int = 0,
    statistic: Callable[[NDArray[np.float64]], float] | None = None,
) -> Interval:
    """Return the mean of values with its percentile interval, drawing whole groups.

    Parameters
    ----------
    values : array of shape (n,)
    groups : sequence, optional
        Customer, conversation or day of each value: values of one group come together.
    level : float
        Share of the repetitions inside the interval, in (0, 1).
    repetitions, random_state : int
    statistic : function, optional
        Of an array of values; the mean when None.

    Raises
    ------
    ParameterError

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, 13.3.

    Examples
    --------
    >>> bootstrap([1, 1, 0, 0] * 25).value
    0.5
    >>> bootstrap([1.0, 1.0, 1.0])
    Interval(value=1.0, low=1.0, high=1.0, n=3)
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not len(numbers):
        raise ParameterError(
            "The 'values' parameter of bootstrap must be a list of at least one number. Got "
            f"shape {numbers.shape} instead."
        )
    if not 0.0 < level < 1.0:
        raise ParameterError(
            f"The 'level' parameter of bootstrap must be in (0, 1). Got {level} instead."
        )
    members = _members(len(numbers), groups)
    generator = np.random.default_rng(random_state)
    of = statistic or (lambda drawn: float(drawn.mean()))
    figures = []
    for _ in range(repetitions):
        drawn = generator.integers(0, len(members), len(members))
        figures.append(of(numbers[np.concatenate([members[i] for i in drawn])]))
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(figures, [tail, 1.0 - tail])
    return Interval(of(numbers), float(low), float(high), len(numbers))


def _members(count: int, groups: Sequence[Hashable] | None) -> list[NDArray[np.int64]]:
    if groups is None:
        return [np.array([i]) for i in range(count)]
    if len(groups) != count:
        raise ParameterError(
            "The 'groups' parameter of bootstrap must name a group for each value. Got "
            f"{len(groups)} for {count} values instead."
        )
    places: dict[Hashable, list[int]] = {}
    for i, group in enumerate(groups):
        places.setdefault(group, []).append(i)
    return [np.array(own) for own in places.values()]


def _checked(
    found: Sequence[Hashable], right: Collection[Hashable], k: int, of: str
) -> set[Hashable]:
    if k < 1:
        raise ParameterError(f"The 'k' parameter of {of} must be at least 1. Got {k} instead.")
    for name, given in (("found", found), ("right", right)):
        if isinstance(given, str | bytes):
            raise ParameterError(
                f"The '{name}' parameter of {of} must be a collection of articles. Got the single "
                f"{given!r} instead: put it into a list."
            )
    if not len(right):
        raise ParameterError(
            f"The 'right' parameter of {of} must hold at least one article. Got none instead: "
            "leave out queries that have no right article."
        )
    return set(right)
