"""The rest of today from this morning's arrivals, and the hours with too few or too many people."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import nbinom

from data.errors import ParameterError, SchemaError

Floats = NDArray[np.float64]


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
    if not day_cv > 0 or not 0 < level < 100:
        raise ParameterError(
            "The 'day_cv' parameter of reforecast must be greater than 0 and 'level' in (0, 100). "
            f"Got {day_cv!r} and {level!r} instead."
        )
    for name, frame, column in (("forecast", forecast, "yhat"), ("arrivals", arrivals, "y")):
        _check(name, frame, column)
    known = forecast.merge(arrivals[["ds", "y"]], on="ds")
    known = known[known["ds"] < now]
    shape = 1.0 / day_cv**2
    seen, expected = float(known["y"].sum()), float(known["yhat"].sum())
    after, rate = shape + seen, shape + expected
    tail = (1.0 - level / 100.0) / 2.0
    low, high = _gamma_interval(after, rate, tail)
    rest = forecast.loc[forecast["ds"] >= now, ["ds", "yhat"]].reset_index(drop=True)
    was = rest["yhat"].to_numpy(dtype=np.float64)
    chance = rate / (rate + was)
    return Reforecast(
        factor=after / rate,
        low=low,
        high=high,
        rest=rest.assign(
            **{
                "yhat": was * after / rate,
                f"yhat-lo-{level:g}": nbinom.ppf(tail, after, chance),
                f"yhat-hi-{level:g}": nbinom.ppf(1.0 - tail, after, chance),
                "was": was,
            }
        ),
        seen=seen,
        expected=expected,
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
