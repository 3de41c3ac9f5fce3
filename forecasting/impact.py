"""Did a topic's volume fall after an article shipped? An interrupted time series."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError
from forecasting.validation import check_volume

Floats = NDArray[np.float64]
# What is reported elsewhere for a good knowledge base in context, and with a community beside
# it: lines to compare with, never outcomes to assume.
REFERENCE_LOW, REFERENCE_HIGH, REFERENCE_COMMUNITY = 0.25, 0.30, 0.40
COLUMNS = (
    "unique_id", "shipped_at", "days_before", "days_after", "expected", "came", "effect",
    "effect_lo", "effect_hi", "verdict", "reference_low", "reference_high",
    "reference_community", "reason",
)  # fmt: skip
_Z = 1.96
_LEAST_BEFORE, _LEAST_AFTER = 28, 14
_SMOOTH_DAYS = 15
_TINY = 1e-9


def impact(
    volume: pd.DataFrame,
    shipped_at: pd.Timestamp | Mapping[str, pd.Timestamp],
    *,
    control: pd.DataFrame | None = None,
    views: Mapping[str, int] | None = None,
    settle_days: int = 7,
    least_views: float = 0.1,
) -> pd.DataFrame:
    """Compare each topic's volume after an article shipped with what it would have been.

    A regression of daily volume on weekday, trend and (if given) the volume of topics without
    a new article, with a step where the article shipped. Its error allows for days that are
    alike (Newey–West). The days right after shipping are left out: readers need time.

    Parameters
    ----------
    volume : DataFrame
        ``unique_id`` (the topic), ``ds``, ``y``; summed to UTC days here.
    shipped_at : Timestamp or mapping of str to Timestamp
        When the article shipped, the same for all or by ``unique_id``; with a zone.
    control : DataFrame, optional
        ``unique_id, ds, y`` of topics that no article touched; summed.
    views : mapping of str to int, optional
        How often the article was opened since, by ``unique_id``.
    settle_days : int, default=7
        Days after shipping that count neither as before nor as after.
    least_views : float, default=0.1
        Views per contact below which an article counts as not found.

    Returns
    -------
    DataFrame
        One row per topic: ``expected`` and ``came`` in contacts after the settling days,
        ``effect`` as share of expected (-0.25: a quarter fewer) with its 95 % interval,
        ``verdict`` (working, not found, no effect), the reference lines as falls, ``reason``.

    Raises
    ------
    SchemaError, ParameterError

    References
    ----------
    Bernal, J. L., Cummins, S. and Gasparrini, A. (2017), Interrupted time series regression for
    the evaluation of public health interventions; Newey, W. and West, K. (1987), A simple,
    positive semi-definite, heteroskedasticity and autocorrelation consistent covariance matrix.
    """
    frame = check_volume(volume, fractional=True)
    outside = None if control is None else _daily(check_volume(control, fractional=True))
    rows = []
    for name, part in frame.groupby("unique_id", sort=True):
        shipped = _moment(shipped_at, str(name))
        found = _one(_daily(part), shipped, outside, settle_days)
        seen = None if views is None else views.get(str(name))
        verdict, reason = _verdict(found, seen, least_views)
        lines = (-REFERENCE_LOW, -REFERENCE_HIGH, -REFERENCE_COMMUNITY)
        rows.append([str(name), shipped, *found, verdict, *lines, reason])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def newey_west(features: Floats, residuals: Floats, lags: int) -> Floats:
    """Covariance of least-squares effects whose errors are alike over ``lags`` days.

    Parameters
    ----------
    features : array, shape (n, p)
    residuals : array, shape (n,)
    lags : int

    Returns
    -------
    array, shape (p, p)
    """
    moments = features * residuals[:, None]
    middle = moments.T @ moments
    for lag in range(1, lags + 1):
        cross = moments[lag:].T @ moments[:-lag]
        middle += (1 - lag / (lags + 1)) * (cross + cross.T)
    bread = np.linalg.pinv(features.T @ features)
    n, p = features.shape
    return bread @ middle @ bread * n / max(n - p, 1)


def _one(
    daily: pd.Series, shipped: pd.Timestamp, control: pd.Series | None, settle_days: int
) -> tuple[int, int, float, float, float, float, float]:
    """Days before and after, expected, came, effect and its interval."""
    day = shipped.floor("D")
    days = pd.DatetimeIndex(daily.index)
    age = ((days - day) // pd.Timedelta(days=1)).to_numpy()
    used = (age < 0) | (age >= settle_days)
    outside = None
    if control is not None:
        # Smoothed: the counting noise of the control would hide how much the topic follows it.
        level = control.rolling(_SMOOTH_DAYS, center=True, min_periods=7).mean()
        outside = level.reindex(daily.index).to_numpy(dtype=np.float64)
        used &= np.isfinite(outside)
    age, y = age[used], daily.to_numpy(dtype=np.float64)[used]
    before, after = int((age < 0).sum()), int((age >= 0).sum())
    nothing = (before, after, np.nan, float(y[age >= 0].sum()), np.nan, np.nan, np.nan)
    if before < _LEAST_BEFORE or after < _LEAST_AFTER or y[age < 0].sum() == 0:
        return nothing
    weekday = days.day_of_week.to_numpy()[used]
    features = _features(age, weekday, None if outside is None else outside[used])
    effects = np.linalg.lstsq(features, y, rcond=None)[0]
    lags = int(np.ceil(4 * (len(y) / 100) ** (2 / 9))) + 3
    covariance = newey_west(features, y - features @ effects, lags)
    came = float(y[age >= 0].sum())
    without = features[age >= 0].copy()
    without[:, -1] = 0.0
    expected = float((without @ effects).sum())
    if expected <= _TINY:
        return nothing
    # The share is came / expected - 1; its error is that of the sum of expected days.
    direction = without.sum(axis=0)
    error = np.sqrt(max(float(direction @ covariance @ direction), 0.0)) / expected
    noise = np.sqrt(max(came, 1.0)) / expected
    effect = came / expected - 1
    half = _Z * float(np.hypot((1 + effect) * error, noise))
    return before, after, expected, came, effect, effect - half, effect + half


def _features(age: NDArray[np.int64], weekday: NDArray[np.int64], control: Floats | None) -> Floats:
    columns: list[Floats] = [(weekday == i).astype(np.float64) for i in range(7)]
    if control is None:
        columns.append(age / 100.0)
    else:
        columns.append(control / max(float(control.mean()), _TINY))
    kept = [column for column in columns if column.any()]
    return np.column_stack([*kept, (age >= 0).astype(np.float64)])


def _verdict(
    found: tuple[int, int, float, float, float, float, float],
    views: int | None,
    least_views: float,
) -> tuple[str, str]:
    before, after, expected, came, effect, low, high = found
    if not np.isfinite(effect):
        return "no effect", (
            f"{before} days before and {after} after are too few to tell (at least "
            f"{_LEAST_BEFORE} and {_LEAST_AFTER} with contacts)."
        )
    span = f"{effect:+.0%} contacts (95 % interval {low:+.0%} to {high:+.0%}) over {after} days"
    if high < 0:
        return "working", f"{span}: fewer than expected."
    if views is not None and views < least_views * max(expected, 1.0):
        return "not found", f"{span}, and {views} views for {came:.0f} contacts: make it visible."
    told = "the number of views is unknown" if views is None else f"{views} views"
    return "no effect", f"{span}: no fall that can be told from chance; {told}."


def _daily(frame: pd.DataFrame) -> pd.Series:
    return frame.groupby(frame["ds"].dt.floor("D"))["y"].sum()


def _moment(shipped_at: pd.Timestamp | Mapping[str, pd.Timestamp], name: str) -> pd.Timestamp:
    given = shipped_at.get(name) if isinstance(shipped_at, Mapping) else shipped_at
    if not isinstance(given, pd.Timestamp) or given.tzinfo is None:
        raise ParameterError(
            "The 'shipped_at' parameter of impact must be a pandas Timestamp with a zone, for all "
            f"or for each topic. Got {given!r} for {name!r} instead."
        )
    return given.tz_convert("UTC")
