"""Lasting shifts of a level are followed at once; what passes is no shift."""

import numpy as np
import pandas as pd
import pytest

from forecasting.calendar import is_holiday
from forecasting.forecaster import VolumeForecaster
from forecasting.shifts import Shift, counted_as, find_shifts, levelled
from forecasting.wall import Wall

WEEK = np.array([1, 1, 1, 1, 1, 0.4, 0.3])
END = pd.Timestamp("2026-05-31", tz="UTC")
FIRST = int(pd.Timestamp("2025-06-01").timestamp() // 86_400)
DAYS = 365


def rates(level: float = 100.0, step: tuple[int, float] | None = None, days: int = DAYS):
    """Means of the days up to the end; ``step`` is days ago and factor."""
    weekday = (FIRST + DAYS - days + np.arange(days) + 3) % 7
    rate = level * WEEK[weekday]
    if step is not None:
        rate[days - step[0] :] *= step[1]
    return rate


def wall(rate: np.ndarray, n: int = 1, seed: int = 0) -> Wall:
    y = np.random.default_rng(seed).poisson(rate, (n, rate.shape[-1])).astype(float)
    return Wall(y[:, :, None], FIRST + DAYS - rate.shape[-1], 0)


def volume(parts: dict[str, np.ndarray], seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frames = [
        pd.DataFrame(
            {
                "unique_id": name,
                "ds": pd.date_range(end=END, periods=len(rate), freq="D"),
                "y": rng.poisson(rate).astype(float),
            }
        )
        for name, rate in parts.items()
    ]
    return pd.concat(frames, ignore_index=True)


def ahead(forecast: pd.DataFrame, level: float) -> np.ndarray:
    return level * WEEK[forecast["ds"].dt.day_of_week.to_numpy()]


@pytest.mark.parametrize("factor", [2.0, 0.5])
@pytest.mark.parametrize("ago", [7, 14, 28, 42])
def test_a_client_that_doubles_or_halves_is_forecast_at_its_new_level(factor, ago) -> None:
    rng = np.random.default_rng(1)
    parts = {f"c{i}": rates(rng.uniform(20, 200)) for i in range(15)}
    parts["moved"] = rates(100, (ago, factor))
    table = VolumeForecaster(trees=0).fit(volume(parts)).predict(14)
    moved = table[table["unique_id"] == "moved"]
    assert moved["yhat"].sum() == pytest.approx(ahead(moved, 100 * factor).sum(), rel=0.08)


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_intervals_after_a_shift_hold_what_they_say(factor) -> None:
    parts = {f"c{i}": rates(100, (21, factor)) for i in range(12)}
    table = VolumeForecaster(trees=0).fit(volume(parts)).predict(14)
    came = np.random.default_rng(9).poisson(ahead(table, 100 * factor))
    inside = (table["yhat-lo-80"] <= came) & (came <= table["yhat-hi-80"])
    assert 0.7 < inside.mean() < 0.88


def test_the_day_and_the_size_are_found_where_days_are_missing() -> None:
    history = wall(rates(100, (20, 2.0)))
    values = history.values.copy()
    values[0, DAYS - 30 : DAYS - 26] = np.nan
    values[0, DAYS - 12 : DAYS - 8] = np.nan
    (found,) = find_shifts(history.with_values(values))
    assert abs(found.day - (DAYS - 20)) <= 1
    assert found.factor == pytest.approx(2, rel=0.1)


def test_two_shifts_are_found_one_after_the_other() -> None:
    rate = rates(100, (60, 2.0))
    rate[DAYS - 15 :] *= 0.4
    found = find_shifts(wall(rate))
    assert [DAYS - one.day for one in found] == pytest.approx([60, 15], abs=1)
    level = levelled(wall(rate), found).values[0, :, 0]
    assert level[:300].mean() == pytest.approx(rates(80)[:300].mean(), rel=0.08)


@pytest.mark.parametrize("level", [0.5, 3.0, 30.0, 300.0])
def test_ordinary_series_do_not_shift(level) -> None:
    noise = np.exp(np.random.default_rng(2).normal(0, 0.15, (150, DAYS)))
    assert find_shifts(wall(rates(level) * noise, n=150)) == []


def short(rate: np.ndarray) -> None:
    rate[-6:] *= 3


def spike(rate: np.ndarray) -> None:
    rate[-9] *= 20


def spike_before(rate: np.ndarray) -> None:
    rate[-32] *= 40


def dip(rate: np.ndarray) -> None:
    rate[-40:-28] *= 0.4


def slope(rate: np.ndarray) -> None:
    rate *= np.exp(0.004 * np.arange(len(rate)))


def turn_of_year(rate: np.ndarray) -> None:
    # The days of the history end on 4 January.
    rate[-14:] *= 0.4


@pytest.mark.parametrize("change", [short, spike, spike_before, dip, slope])
def test_what_passes_is_no_shift(change) -> None:
    rate = rates()
    change(rate)
    assert find_shifts(wall(rate)) == []


def test_weeks_at_the_turn_of_the_year_and_between_holidays_are_no_shift() -> None:
    rate = rates()
    turn_of_year(rate)
    first = int(pd.Timestamp("2026-01-05").timestamp() // 86_400) - DAYS
    january = Wall(wall(rate).values, first, 0, "")
    assert find_shifts(january) == []
    # Japan's days off from 29 April to 6 May, seen on 7 May.
    first = int(pd.Timestamp("2026-05-07").timestamp() // 86_400) - DAYS
    weeks = rates()
    weeks[-8:] *= 0.4
    assert is_holiday(np.array([first + DAYS - 8, first + DAYS - 1]), "JP").all()
    assert find_shifts(Wall(wall(weeks).values, first, 0, "JP")) == []
    assert len(find_shifts(Wall(wall(weeks).values, first, 0, ""))) == 1


@pytest.mark.parametrize("earlier", [-9, 0, 9])
def test_a_season_that_came_a_year_before_is_no_shift(earlier) -> None:
    rate = rates(days=800)
    rate[-10:] *= 0.5
    assert len(find_shifts(wall(rate))) == 1
    begin = len(rate) - 10 - 364 - earlier
    rate[begin : begin + 30] *= 0.5
    assert find_shifts(wall(rate)) == []


def test_days_of_a_known_event_do_not_count() -> None:
    rate = rates(100, (10, 2.0))
    quiet = np.ones((1, DAYS, 1), dtype=bool)
    assert len(find_shifts(wall(rate), quiet)) == 1
    quiet[0, -10:] = False
    assert find_shifts(wall(rate), quiet) == []


def test_shifts_are_stored_with_the_model(tmp_path) -> None:
    model = VolumeForecaster(trees=0).fit(volume({"a": rates(), "b": rates(60, (12, 0.4))}))
    again = VolumeForecaster.load(model.save(tmp_path / "model"))
    pd.testing.assert_frame_equal(again.predict(14), model.predict(14))
    assert [one.series for one in again.groups_[0].shifts[0]] == [1]


def test_rows_before_a_shift_know_how_they_were_scaled() -> None:
    walls = [wall(rates(), n=2), wall(rates(), n=1)]
    shifts = [[Shift(1, 100, 2.0)], [Shift(0, 50, 0.5), Shift(0, 80, 4.0)]]
    series, day = np.array([0, 1, 1, 2, 2, 2]), FIRST + np.array([10, 99, 100, 49, 79, 80])
    found = counted_as(series, day, walls, shifts)
    assert found.tolist() == [1.0, 2.0, 1.0, 2.0, 4.0, 1.0]
