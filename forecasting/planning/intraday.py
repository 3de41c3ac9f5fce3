"""The rest of today from this morning's arrivals, and the hours with too few or too many people."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import nbinom

from data.errors import ParameterError, SchemaError

Floats = NDArray[np.float64]
# Series whose differences weigh as much as what is assumed of them before.
_BEFORE = 10.0
_SOME = 0.5


@dataclass(frozen=True)
class Reforecast:
    """The rest of a day.

    Attributes
    ----------
    factor, low, high : float
        What the day brings over what was forecast, and its interval.
    rest : DataFrame
        ``ds, yhat, yhat-lo-…, yhat-hi-…, was`` (the forecast before) of the intervals to come.
    seen, expected : float
        Arrivals so far, and what was forecast of them.
    """

    factor: float
    low: float
    high: float
    rest: pd.DataFrame
    seen: float
    expected: float


def reforecast(
    forecast: pd.DataFrame,
    arrivals: pd.DataFrame,
    *,
    now: pd.Timestamp,
    day_cv: float = 0.15,
    level: float = 80.0,
) -> Reforecast:
    """Scale the rest of a day by how its arrivals compare with the forecast so far.

    The day's factor has a gamma distribution around one with the usual deviation of days; what
    arrived sharpens it. The counts to come are then negative binomial.

    Parameters
    ----------
    forecast : DataFrame
        ``ds`` (aware) and ``yhat`` of one day, one series or a sum.
    arrivals : DataFrame
        ``ds`` and ``y`` of the intervals that are over; intervals without a row are not known
        and do not count as empty.
    now : Timestamp
        Intervals that begin before it are over.
    day_cv : float
        Standard deviation of a day's arrivals over its forecast.
    level : float
        Per cent of the interval, in (0, 100).

    Raises
    ------
    ParameterError, SchemaError

    References
    ----------
    Weinberg, Brown and Stroud (2007), Bayesian forecasting of an inhomogeneous Poisson process
    with applications to call center data.

    Examples
    --------
    >>> day = pd.date_range("2026-03-02T08:00Z", periods=4, freq="h")
    >>> forecast = pd.DataFrame({"ds": day, "yhat": 100.0})
    >>> seen = pd.DataFrame({"ds": day[:2], "y": [150, 150]})
    >>> round(reforecast(forecast, seen, now=day[2]).factor, 2)
    1.41
    """
    _check_terms("reforecast", day_cv, level)
    for name, frame, column in (("forecast", forecast, "yhat"), ("arrivals", arrivals, "y")):
        _check(name, frame, column)
    seen, expected = _compared(forecast, arrivals, now)
    shape = 1.0 / day_cv**2
    return _told(forecast, now, shape + seen, shape + expected, level, seen, expected)


def reforecast_together(
    days: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    *,
    now: pd.Timestamp,
    day_cv: float = 0.15,
    level: float = 80.0,
) -> dict[str, Reforecast]:
    """Scale the rest of a day for series that share their days, such as those of one pool.

    A common factor comes from all of them; each series then has its own around it. How far
    series differ is measured on the day itself: where all bring as much more, the sum speaks for
    each of them, and where one alone does, the others keep to what they saw themselves.

    One series alone is forecast as by `reforecast`.

    Parameters
    ----------
    days : mapping of series to (forecast, arrivals)
        As `reforecast` takes them.
    now : Timestamp
    day_cv : float
        Standard deviation of a day's common factor around one, and of series around it before
        anything is seen.
    level : float

    Raises
    ------
    ParameterError, SchemaError

    References
    ----------
    Bühlmann and Straub (1970), Glaubwürdigkeit für Schadensätze (weights of the common factor,
    and its estimator of how far the members of a group differ).
    Clayton and Kaldor (1987), Empirical Bayes estimates of age-standardized relative risks
    (gamma-distributed factors of counts).
    Kass and Steffey (1989), Approximate Bayesian inference in conditionally independent
    hierarchical models (what the common factor's own error adds).
    """
    _check_terms("reforecast_together", day_cv, level)
    for forecast, arrivals in days.values():
        _check("forecast", forecast, "yhat")
        _check("arrivals", arrivals, "y")
    pairs = np.array([_compared(*day, now) for day in days.values()], dtype=np.float64)
    if not len(pairs):
        return {}
    factors, spreads = _own_factors(pairs[:, 0], pairs[:, 1], day_cv)
    # A gamma distribution of this mean and spread, as the one of a series alone.
    return {
        name: _told(day[0], now, shape := 1.0 / cv**2, shape / factor, level, seen, expected)
        for (name, day), factor, cv, (seen, expected) in zip(
            days.items(), factors, spreads, pairs, strict=True
        )
    }


def _own_factors(seen: Floats, expected: Floats, day_cv: float) -> tuple[Floats, Floats]:
    """Each series' factor and its coefficient of variation."""
    prior = 1.0 / day_cv**2
    own = _own_variance(seen, expected, day_cv)
    # What a series says of the common factor has its limit in how far series differ.
    shape = prior + (seen / (1.0 + own * expected)).sum()
    common = shape / (prior + (expected / (1.0 + own * expected)).sum())
    if own == 0.0:
        return np.full(len(seen), common), np.full(len(seen), shape**-0.5)
    weight = 1.0 / (1.0 + own * common * expected)
    factors = common * (1.0 + own * seen) * weight
    return factors, np.sqrt(own / (1.0 + own * seen) + weight**2 / shape)


def _own_variance(seen: Floats, expected: Floats, day_cv: float) -> float:
    """How far series differ from their common factor, squared; 0 for one series."""
    if len(seen) == 1:
        return 0.0
    # Where next to nothing is expected, a single contact would look like a difference.
    known = expected >= _SOME
    came, means = seen[known], expected[known]
    more, found = max(int(known.sum()) - 1, 0), 0.0
    if more and came.any():
        total = float(means.sum())
        common = float(came.sum()) / total
        squares = float(((came - common * means) ** 2 / means).sum()) / common
        room = common * (total - float((means**2).sum()) / total)
        found = max(0.0, squares - more) / room
    return float((_BEFORE * day_cv**2 + more * found) / (_BEFORE + more))


def _compared(
    forecast: pd.DataFrame, arrivals: pd.DataFrame, now: pd.Timestamp
) -> tuple[float, float]:
    """Arrivals so far, and what was forecast of the same intervals."""
    known = forecast.merge(arrivals[["ds", "y"]], on="ds")
    known = known[known["ds"] < now]
    return float(known["y"].sum()), float(known["yhat"].sum())


def _told(
    forecast: pd.DataFrame,
    now: pd.Timestamp,
    shape: float,
    rate: float,
    level: float,
    seen: float,
    expected: float,
) -> Reforecast:
    """Lay out what a gamma-distributed factor says of the rest of the day."""
    tail = (1.0 - level / 100.0) / 2.0
    low, high = _gamma_interval(shape, rate, tail)
    rest = forecast.loc[forecast["ds"] >= now, ["ds", "yhat"]].reset_index(drop=True)
    was = rest["yhat"].to_numpy(dtype=np.float64)
    chance = rate / (rate + was)
    columns = {
        "yhat": was * shape / rate,
        f"yhat-lo-{level:g}": nbinom.ppf(tail, shape, chance),
        f"yhat-hi-{level:g}": nbinom.ppf(1.0 - tail, shape, chance),
        "was": was,
    }
    return Reforecast(shape / rate, low, high, rest.assign(**columns), seen, expected)


def _check_terms(owner: str, day_cv: float, level: float) -> None:
    if not day_cv > 0 or not 0 < level < 100:
        raise ParameterError(
            f"The 'day_cv' parameter of {owner} must be greater than 0 and 'level' in (0, 100). "
            f"Got {day_cv!r} and {level!r} instead."
        )


def staffing_alerts(
    starts: pd.DatetimeIndex, needed: ArrayLike, on_shift: ArrayLike, *, slack: float = 2.0
) -> pd.DataFrame:
    """Name the spans of a day with too few, or clearly too many, people.

    Parameters
    ----------
    starts : DatetimeIndex
        Starts of intervals of one length.
    needed, on_shift : array-like
        Agents per interval.
    slack : float
        Agents more than needed that are not worth an alert.

    Returns
    -------
    DataFrame
        ``kind`` (``shortage`` or ``overstaffed``), ``from``, ``to``, ``agents`` at the worst,
        ``agent_hours`` and a sentence.
    """
    gap = np.asarray(on_shift, dtype=np.float64) - np.asarray(needed, dtype=np.float64)
    step = starts[1] - starts[0] if len(starts) > 1 else pd.Timedelta(hours=1)
    kind = np.select([gap < -1e-9, gap > slack], ["shortage", "overstaffed"], "")
    rows = []
    for begin, end in _runs(kind):
        most = float(np.abs(gap[begin:end]).max())
        hours = float(np.abs(gap[begin:end]).sum() * (step / pd.Timedelta(hours=1)))
        first, last = starts[begin], starts[end - 1] + step
        word = "missing" if kind[begin] == "shortage" else "more than needed"
        clock = f"{first:%H:%M}–{last:%H:%M} UTC"
        people = "1 agent" if round(most, 1) == 1 else f"{round(most, 1):g} agents"
        said = f"{clock}: up to {people} {word}, {hours:.1f} hours"
        rows.append((kind[begin], first, last, most, hours, said))
    return pd.DataFrame(rows, columns=["kind", "from", "to", "agents", "agent_hours", "message"])


def _runs(kind: NDArray[np.str_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.append(True, kind[1:] != kind[:-1])) if len(kind) else np.array([])
    ends = [*edges[1:].tolist(), len(kind)]
    return [(int(a), int(b)) for a, b in zip(edges, ends, strict=False) if kind[int(a)]]


def _gamma_interval(shape: float, rate: float, tail: float) -> tuple[float, float]:
    from scipy.stats import gamma

    low, high = gamma.ppf([tail, 1.0 - tail], shape, scale=1.0 / rate)
    return float(low), float(high)


def _check(name: str, frame: pd.DataFrame, column: str) -> None:
    for needed in ("ds", column):
        if needed not in frame.columns:
            raise SchemaError(f"The {name} has no column '{needed}'.", column=needed)
    values = frame[column].to_numpy(dtype=np.float64)
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(bad):
        raise SchemaError(
            f"The '{column}' column of {name} must hold counts of zero or more. Got "
            f"{values[bad[0]]} in row {bad[0]} instead.",
            column=column,
            rows=bad.tolist(),
        )
    if frame["ds"].duplicated().any():
        raise SchemaError(
            f"The 'ds' column of {name} must be unique. Sum the rows of one interval.", column="ds"
        )
