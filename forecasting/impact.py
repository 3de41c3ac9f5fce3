"""Did a topic's volume fall after an article shipped? An interrupted time series."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from data.errors import ParameterError
from forecasting.serial import serial_regression
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
_LEVEL = 0.95
_LEAST_BEFORE, _LEAST_AFTER = 28, 14
_MOST_DAYS = 400  # of before: older ones say little, and the cost grows with the cube
_SMOOTH_DAYS = 15
_QUIET = 0.1  # least share of the usual level a day of the week is given
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

    A regression of daily volume on weekday and trend, or instead of the trend the volume of
    topics without a new article, with a step where the article shipped. Its error allows for
    days that are alike (`serial.serial_regression`): with little history that are very alike,
    hardly any fall can be told from chance. The days right after shipping are left out: readers
    need time.

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
    the evaluation of public health interventions.
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


def _one(
    daily: pd.Series, shipped: pd.Timestamp, control: pd.Series | None, settle_days: int
) -> tuple[int, int, float, float, float, float, float]:
    """Days before and after, expected, came, effect and its interval."""
    day = shipped.floor("D")
    days = pd.DatetimeIndex(daily.index)
    age = ((days - day) // pd.Timedelta(days=1)).to_numpy()
    used = ((age < 0) & (age >= -_MOST_DAYS)) | (age >= settle_days)
    outside = None
    if control is not None:
        # Smoothed: the counting noise of the control would hide how much the topic follows it.
        smooth = control.rolling(_SMOOTH_DAYS, center=True, min_periods=7).mean()
        outside = smooth.reindex(daily.index).to_numpy(dtype=np.float64)
        used &= np.isfinite(outside)
    age, y = age[used], daily.to_numpy(dtype=np.float64)[used]
    is_after = age >= 0
    before, after, came = int((~is_after).sum()), int(is_after.sum()), float(y[is_after].sum())
    nothing = (before, after, np.nan, came, np.nan, np.nan, np.nan)
    if before < _LEAST_BEFORE or after < _LEAST_AFTER or y[~is_after].sum() == 0:
        return nothing
    weekday = days.day_of_week.to_numpy()[used]
    level = _level(y[~is_after], weekday[~is_after], weekday)
    moves = age / 100.0 if outside is None else outside[used] / max(float(outside[used].mean()), 1)
    features = _features(weekday, level, moves, is_after)
    effect, error = _step(features, y, level, age)
    if not np.isfinite(effect):
        return nothing
    half = float(student.ppf((1 + _LEVEL) / 2, len(y) - features.shape[1])) * error
    expected = came / (1 + effect) if effect > _TINY - 1 else np.nan
    return before, after, expected, came, effect, effect - half, effect + half


def _step(
    features: Floats, y: Floats, level: Floats, age: NDArray[np.int64]
) -> tuple[float, float]:
    """Share by which the days after shipping are above what they would have been; its error."""
    effects, covariance = serial_regression(features, y, level, age)
    total = features[age >= 0].sum(axis=0)
    own = np.zeros(len(total))
    own[-1] = total[-1]
    rest = total - own
    expected, change = float(rest @ effects), float(own @ effects)
    if expected <= _TINY:
        return np.nan, np.nan
    slope = (own * expected - change * rest) / expected**2
    return change / expected, float(np.sqrt(slope @ covariance @ slope))


def _level(y: Floats, known: NDArray[np.int64], weekday: NDArray[np.int64]) -> Floats:
    """Mean of each day's weekday before the article shipped."""
    seen = np.bincount(known, minlength=7)
    means = np.bincount(known, y, minlength=7) / np.maximum(seen, 1)
    means = np.where(seen > 0, means, y.mean())
    return np.maximum(means, _QUIET * y.mean())[weekday]


def _features(
    weekday: NDArray[np.int64], level: Floats, moves: Floats, is_after: NDArray[np.bool_]
) -> Floats:
    """Weekdays, what moves all of them alike (trend or control), and the step."""
    usual = level / level.mean()
    columns = [(weekday == i).astype(np.float64) for i in range(7)]
    kept = [column for column in columns if column.any()]
    return np.column_stack([*kept, usual * moves, usual * is_after])


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
