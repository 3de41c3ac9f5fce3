"""Local clocks, holidays of twenty countries, opening hours, and outages."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ParameterError
from forecasting.calendar import Place, check_country, check_timezone, clock_of, is_holiday
from forecasting.forecaster import VolumeForecaster
from forecasting.masking import mask_outages
from forecasting.opening import open_at, open_slots
from forecasting.panel import panels
from forecasting.validation import check_volume
from forecasting.wall import wall_of


def seconds(start: str, periods: int, freq: str) -> np.ndarray:
    times = pd.date_range(start, periods=periods, freq=freq, tz="UTC")
    return times.as_unit("s").astype("int64").to_numpy()


def day_number(day: str) -> np.ndarray:
    return np.array([day], dtype="datetime64[D]").astype(np.int64)


@given(
    st.sampled_from(
        ["UTC", "Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu"]
    ),
    st.integers(1_500_000_000, 1_900_000_000),
    st.sampled_from([300, 900, 1800, 3600]),
)
def test_slots_lie_inside_their_day(zone, start, step) -> None:
    clock = clock_of(start // step * step + step * np.arange(200), step, Place(zone))
    assert ((clock.slot >= 0) & (clock.slot < clock.per_day)).all()
    assert ((clock.slot_of_week >= 0) & (clock.slot_of_week < 7 * clock.per_day)).all()


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-06-01", 8)]
)
def test_a_night_shift_is_seven_or_nine_hours_when_clocks_change(day, hours) -> None:
    clock = clock_of(seconds(f"{day}T12:00", 24, "h"), 3600, Place("Europe/Paris"))
    night = (clock.slot >= 22) | (clock.slot < 6)
    assert night.sum() == hours


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("GB-ENG", "2026-12-28"), ("GB-SCT", "2026-11-30"), ("DE-BY", "2026-01-06"),
        ("FR", "2026-07-14"), ("ES", "2026-10-12"), ("IT", "2026-06-02"), ("PT", "2026-06-10"),
        ("NL", "2026-04-27"), ("BE", "2026-07-21"), ("CH-ZH", "2026-08-01"), ("AT", "2026-10-26"),
        ("PL", "2026-11-11"), ("SE", "2026-06-06"), ("DK", "2026-12-25"), ("NO", "2026-05-17"),
        ("FI", "2026-12-06"), ("IE", "2026-03-17"), ("US", "2026-07-03"), ("CA-QC", "2026-06-24"),
        ("AU-VIC", "2026-11-03"), ("IN", "2026-08-15"), ("JP", "2026-02-11"), ("BR", "2026-09-07"),
    ],
)  # fmt: skip
def test_holidays_of_many_countries(country, day) -> None:
    assert is_holiday(day_number(day), check_country(country)).all()
    assert not is_holiday(day_number("2026-03-11"), country).any()


def test_a_subdivision_has_its_own_days() -> None:
    assert not is_holiday(day_number("2026-01-06"), "DE-HH").any()
    assert not is_holiday(day_number("2026-01-06"), "").any()


@pytest.mark.parametrize("name", ["Nowhere/City", "", None])
def test_an_unknown_zone_is_named(name) -> None:
    with pytest.raises(ParameterError, match="'timezone' parameter"):
        check_timezone(name)


def test_opening_hours_cross_midnight_and_close_on_holidays() -> None:
    table = open_slots(
        {"fri": [("22:00", "06:00")], "sat": [("09:30", "24:00")], "holiday": []}, 24
    )
    assert table[4].nonzero()[0].tolist() == [22, 23]
    assert table[5].nonzero()[0].tolist() == [0, 1, 2, 3, 4, 5, *range(9, 24)]
    assert not table[7].any()


@pytest.mark.parametrize(
    "hours", [{"monday": []}, {"mon": [("9h", "17:00")]}, {"mon": [("08:00", "25:00")]}]
)
def test_bad_hours_are_named(hours) -> None:
    with pytest.raises(ParameterError, match="'opening_hours' parameter"):
        open_slots(hours, 24)


def test_an_hour_shown_twice_counts_once_and_a_skipped_one_is_missing() -> None:
    times = pd.date_range("2026-10-24T22:00", periods=48, freq="h", tz="UTC")
    frame = pd.DataFrame({"unique_id": "a", "ds": times, "y": np.arange(48.0)})
    wall = wall_of(next(panels(check_volume(frame), {"a": Place("Europe/Paris")})))
    # 25 October, 02:00 local, comes twice: at 00:00 and 01:00 UTC, the third and fourth hour.
    assert wall.values[0, 0, 2] == 2.5
    assert wall.values[0, 0, 3] == 4.0
    spring = frame.assign(ds=times - pd.Timedelta(days=210))
    wall = wall_of(next(panels(check_volume(spring), {"a": Place("Europe/Paris")})))
    assert np.isnan(wall.values[0].reshape(-1)).sum() >= 1


def test_days_of_a_place_begin_at_its_midnight_all_year() -> None:
    local = pd.date_range("2026-02-01", periods=56, freq="D", tz="Europe/Paris")
    frame = pd.DataFrame({"unique_id": "a", "ds": local.tz_convert("UTC"), "y": 5.0})
    table = VolumeForecaster(trees=0, timezone="Europe/Paris").fit(frame).predict(7)
    assert (table["ds"].dt.tz_convert("Europe/Paris").dt.hour == 0).all()
    assert table["ds"].dt.hour.tolist() == [23, 22, 22, 22, 22, 22, 22]


def test_outages_are_masked_and_quiet_days_are_not() -> None:
    weekday = np.arange(70) % 7
    busy = np.where(weekday[:, None] < 5, 8.0, 0.0) * np.ones((70, 24))
    whole = busy[None].copy()
    broken = whole.copy()
    broken[0, 30:45] = 0
    assert np.isnan(mask_outages(broken, weekday)[0, 30:45][weekday[30:45] < 5]).all()
    np.testing.assert_array_equal(mask_outages(whole, weekday), whole)
    few = np.random.default_rng(0).poisson(0.02, (1, 70, 24)).astype(float)
    np.testing.assert_array_equal(mask_outages(few, weekday), few)


def test_the_time_before_a_client_came_is_masked_and_one_that_left_is_not() -> None:
    weekday = np.arange(140) % 7
    late, gone = np.full((1, 140, 1), 30.0), np.full((1, 140, 1), 30.0)
    late[0, :100], gone[0, 80:] = 0, 0
    assert np.isnan(mask_outages(late, weekday)[0, :100]).all()
    np.testing.assert_array_equal(mask_outages(gone, weekday), gone)


def test_holidays_lower_the_forecast() -> None:
    days = pd.date_range("2024-01-01", "2025-12-24", freq="D", tz="UTC")
    off = is_holiday((days.as_unit("s").astype("int64") // 86_400).to_numpy(), "DE-BY")
    rate = np.where(off, 10, 60)
    y = np.random.default_rng(0).poisson(rate).astype(float)
    frame = pd.DataFrame({"unique_id": "a", "ds": days, "y": y})
    table = VolumeForecaster(trees=0, country="DE-BY").fit(frame).predict(14)
    by_day = table.set_index(table["ds"].dt.strftime("%m-%d"))["yhat"]
    assert by_day["12-25"] < 0.6 * by_day["12-29"]
    assert by_day["01-01"] < 0.6 * by_day["12-29"]


@pytest.mark.parametrize(("late", "first", "last"), [(0, 9, 17), (1800, 8, 17), (2700, 8, 17)])
def test_a_slot_that_is_open_in_part_is_open_in_zones_of_half_an_hour(late, first, last) -> None:
    table = open_slots({"mon": [("09:00", "18:00")]}, 24, late)
    assert table[0].nonzero()[0].tolist() == list(range(first, last + 1))
    assert not table[1:].any()


def test_the_slot_before_midnight_is_open_when_the_next_day_opens_at_once() -> None:
    table = open_slots({"tue": [("00:00", "02:00")], "fri": [("22:15", "00:45")]}, 24, 1800)
    assert [row.nonzero()[0].tolist() for row in table] == [
        [23],
        [0, 1],
        [],
        [],
        [21, 22, 23],
        [0],
        [],
        [],
    ]


def test_hours_are_found_on_the_clock_of_each_interval() -> None:
    week = {day: [("09:00", "18:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
    clock = clock_of(seconds("2026-04-06T00:00", 24, "h"), 3600, Place("Asia/Kolkata"))
    # 03:00 UTC is 08:30 there; 12:00 is 17:30.
    assert open_at(week, clock).nonzero()[0].tolist() == list(range(3, 13))
    holiday = clock_of(seconds("2026-12-25T00:00", 24, "h"), 3600, Place("Asia/Kolkata", "IN"))
    assert not open_at(week | {"holiday": []}, holiday).any()


@pytest.mark.parametrize(("zone", "minutes"), [("Asia/Kolkata", 60), ("Asia/Kathmandu", 30)])
def test_the_interval_that_opening_cuts_is_forecast_at_its_part(zone, minutes) -> None:
    times = pd.date_range("2026-01-05", "2026-03-02", freq=f"{minutes}min", tz="UTC")
    local = times[:-1].tz_convert(zone)
    starts = 60 * local.hour.to_numpy() + local.minute.to_numpy()
    open_share = np.clip(np.minimum(starts + minutes, 1080) - np.maximum(starts, 540), 0, minutes)
    y = np.random.default_rng(0).poisson(20 * open_share / 60).astype(float)
    history = pd.DataFrame({"unique_id": "k", "ds": times[:-1], "y": y})
    hours = {d: [("09:00", "18:00")] for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    model = VolumeForecaster(timezone=zone, opening_hours={"k": hours}, trees=0).fit(history)
    table = model.predict(1440 // minutes)
    share = dict(zip(starts, open_share / 60, strict=True))
    clock = table["ds"].dt.tz_convert(zone)
    part = np.array([share[m] for m in 60 * clock.dt.hour + clock.dt.minute])
    assert (table.loc[part == 0, "yhat"] == 0).all()
    assert (table.loc[part > 0, "yhat"].to_numpy() > 10 * part[part > 0]).all()
