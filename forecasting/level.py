"""How busy a day is against its usual self: weekday, place in the month, holidays, season."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_TINY = 1e-9
# Spread of a day's level around what is expected, beside counting noise.
_DAY_VARIANCE = 0.03
_RANGE = (0.05, 5.0)
# Column of ``day_features`` that marks a public holiday.
HOLIDAY = 8
_RARE_HALF_LIFE = 500.0


@dataclass(frozen=True)
class LevelSettings:
    """How a level is learned.

    Parameters
    ----------
    half_life : float
        Days after which a day counts half.
    ridge : float
        Strength of the pull towards no effect, in days.
    month, year : bool
        Whether place in the month and season of the year are looked at.
    recent : float
        Half-life, in days, of the recent departure that is carried on.
    fading : float
        Share of that departure left after one more day.
    """

    half_life: float = 60.0
    ridge: float = 3.0
    month: bool = True
    year: bool = False
    recent: float = 4.0
    fading: float = 0.97


def day_features(day: Ints, holiday: NDArray[np.bool_], settings: LevelSettings) -> Floats:
    """Columns the level is regressed on, shape (days, p); the first is constant.

    Parameters
    ----------
    day : array of int
        Consecutive days since 1970-01-01.
    holiday : array of bool
    settings : LevelSettings
    """
    weekday = (day + 3) % 7
    columns = [np.ones(len(day)), *(weekday == i for i in range(7))]
    before, after = np.r_[holiday[1:], False], np.r_[False, holiday[:-1]]
    columns += [holiday, before & ~holiday, after & ~holiday]
    if settings.month:
        columns += _month(day, holiday)
    if settings.year:
        for k in (1, 2):
            angle = 2 * np.pi * k * day / 365.25
            columns += [np.cos(angle), np.sin(angle)]
    return np.column_stack(columns).astype(np.float64)


def _month(day: Ints, holiday: NDArray[np.bool_]) -> list[Floats]:
    dates = day.astype("datetime64[D]")
    first = dates.astype("datetime64[M]")
    off = dates[holiday]
    begun = np.busday_count(first.astype("datetime64[D]"), dates, holidays=off)
    left = np.busday_count(dates, (first + 1).astype("datetime64[D]"), holidays=off) - 1
    angle = 2 * np.pi * pd.DatetimeIndex(dates).day.to_numpy() / 30.4
    return [
        np.exp(-begun / 2.0), np.exp(-np.maximum(left, 0)), np.cos(angle), np.sin(angle)
    ]  # fmt: skip


def day_levels(
    totals: Floats,
    expected: Floats,
    features: Floats,
    settings: LevelSettings,
) -> Floats:
    """Forecast the level of the days ahead by a weighted ridge regression of each series.

    Parameters
    ----------
    totals : array, shape (n, days)
        What came; 0 where nothing was observed.
    expected : array, shape (n, days)
        What the week profile expects of the slots that were observed.
    features : array, shape (days + ahead, p)
    settings : LevelSettings

    Returns
    -------
    array, shape (n, ahead + 1)
        Factors on the profile, from the last day of the history on.

    References
    ----------
    Hoerl, A. and Kennard, R. (1970), Ridge regression.
    """
    days = totals.shape[1]
    past, age = features[:days], np.arange(days)[::-1]
    # A day of few contacts says little: its weight is what it tells beside counting noise.
    told = _DAY_VARIANCE * expected / (1 + _DAY_VARIANCE * expected)
    ratio = np.clip(totals / np.maximum(expected, _TINY), 0, _RANGE[1]) - 1
    ratio = np.where(expected > 0, ratio, 0.0)
    # Holidays are rare: what a year ago brought still counts.
    rare = past[:, HOLIDAY] > 0
    half_life = np.where(rare, max(settings.half_life, _RARE_HALF_LIFE), settings.half_life)
    weight = told * 0.5 ** (age / half_life)
    effects = _ridge(past, weight, ratio, settings.ridge)
    fitted = effects @ features.T
    carried = told * 0.5 ** (age / settings.recent)
    recent = (carried * (ratio - fitted[:, :days])).sum(axis=1) / (carried.sum(axis=1) + 1)
    ahead = fitted[:, days - 1 :]
    fading = settings.fading ** np.maximum(np.arange(ahead.shape[1]) - 1, 0)
    return np.clip(1 + ahead + recent[:, None] * fading, *_RANGE)


def _ridge(past: Floats, weight: Floats, ratio: Floats, ridge: float) -> Floats:
    """Effects of each series, shape (n, p)."""
    p = past.shape[1]
    pairs = (past[:, :, None] * past[:, None, :]).reshape(len(past), p * p)
    pull = np.full(p, float(ridge))
    pull[0], pull[HOLIDAY] = 0.1, min(0.5, ridge)
    left = (weight @ pairs).reshape(-1, p, p) + np.diag(pull)
    right = (weight * ratio) @ past
    return np.asarray(np.linalg.solve(left, right[:, :, None])[:, :, 0], dtype=np.float64)
