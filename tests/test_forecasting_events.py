"""Known events raise the forecast when they come, and do not spoil the weeks after."""

import numpy as np
import pandas as pd
import pytest

from data.errors import SchemaError
from forecasting.calendar import Place
from forecasting.events import check_events, event_frame, events_table, overlap
from forecasting.forecaster import VolumeForecaster
from forecasting.panel import panels
from forecasting.validation import check_volume
from forecasting.wall import wall_of

START = pd.Timestamp("2026-01-05", tz="UTC")


def hourly(weeks: int, events: list[tuple[str, str]], effect: float, name: str = "a"):
    times = pd.date_range(START, periods=168 * weeks, freq="h")
    rate = 20 + 15 * np.sin(np.pi * times.hour.to_numpy() / 12) ** 2
    for starts, ends in events:
        rate = np.where((times >= starts) & (times < ends), rate * effect, rate)
    y = np.random.default_rng(1).poisson(rate).astype(float)
    return pd.DataFrame({"unique_id": name, "ds": times, "y": y})


def frame(spans: list[tuple[str, str]], **more) -> pd.DataFrame:
    table = pd.DataFrame(spans, columns=["starts_at", "ends_at"]).apply(pd.to_datetime, utc=True)
    return table.assign(kind="campaign", **more)


PAST = [("2026-01-20T08:00Z", "2026-01-20T20:00Z"), ("2026-02-10T08:00Z", "2026-02-10T20:00Z")]
COMING = [("2026-03-03T08:00Z", "2026-03-03T20:00Z")]


def on_and_off(table: pd.DataFrame) -> tuple[float, float]:
    during = (table["ds"] >= COMING[0][0]) & (table["ds"] < COMING[0][1])
    day_before = during.shift(-24, fill_value=False)
    return float(table.loc[during, "yhat"].mean()), float(table.loc[day_before, "yhat"].mean())


def test_what_past_campaigns_did_is_forecast_for_the_next() -> None:
    history = hourly(8, PAST, 2.5)
    model = VolumeForecaster(trees=0, events=frame(PAST + COMING)).fit(history)
    during, before = on_and_off(model.predict(168))
    assert during / before == pytest.approx(2.5, rel=0.15)


def test_a_given_uplift_is_used_for_the_series_it_names() -> None:
    history = pd.concat([hourly(8, [], 1, "a/chat"), hourly(8, [], 1, "b")])
    events = frame(COMING, unique_id="a", uplift=3.0)
    table = VolumeForecaster(trees=0, events=events).fit(history).predict(168)
    named, other = (table[table["unique_id"] == n] for n in ("a/chat", "b"))
    assert np.divide(*on_and_off(named)) == pytest.approx(3, rel=0.1)
    assert np.divide(*on_and_off(other)) == pytest.approx(1, rel=0.1)


def test_a_past_event_does_not_raise_the_weeks_after() -> None:
    late = [("2026-02-24T08:00Z", "2026-02-24T20:00Z")]
    history = hourly(8, late, 4)
    table = VolumeForecaster(trees=0, events=frame(late)).fit(history).predict(168)
    plain = VolumeForecaster(trees=0).fit(history).predict(168)
    truth = 20 + 15 * np.sin(np.pi * table["ds"].dt.hour.to_numpy() / 12) ** 2
    missed, spoiled = (float(np.abs(t["yhat"] - truth).mean()) for t in (table, plain))
    assert missed < spoiled


def test_events_are_saved_with_the_model(tmp_path) -> None:
    model = VolumeForecaster(trees=0, events=frame(PAST + COMING)).fit(hourly(8, PAST, 2.5))
    again = VolumeForecaster.load(model.save(tmp_path / "model"))
    pd.testing.assert_frame_equal(again.predict(72), model.predict(72))
    assert (
        event_frame(events_table(check_events(again.events)))["kind"].tolist() == ["campaign"] * 3
    )


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (frame(PAST).drop(columns="kind"), "'kind' column of events is missing"),
        (frame([PAST[0][::-1]]), "'ends_at' column of events must be after"),
        (frame(PAST, uplift=[1.0, 0.0]), "'uplift' column of events must be above 0"),
        (frame(PAST, uplift=["1.5", "x"]), r"'uplift' column of events must be.*See row 1 "),
        (frame(PAST, uplift=[np.inf, 2.0]), r"'uplift' column of events must be.*See row 0 "),
        (frame(PAST).assign(starts_at="2026-01-01"), "'starts_at' column of events must hold"),
    ],
)
def test_bad_events_are_named(events, words) -> None:
    with pytest.raises(SchemaError, match=words):
        check_events(events)


def test_an_event_covers_the_right_part_of_hours_that_begin_at_half_past() -> None:
    place = Place("Asia/Kolkata")
    # From 09:00 to 10:00 there: half of each of the UTC hours 03 and 04.
    span = frame([("2026-01-06T03:30Z", "2026-01-06T04:30Z")], uplift=2.0)
    history = check_volume(hourly(1, [], 1))
    wall = wall_of(next(panels(history, {"a": place})))
    share = overlap(check_events(span)[0], wall, 0, place)
    day, slot = share.nonzero()
    assert share[day, slot].tolist() == [0.5, 0.5]
    # Slots are named by the local hour they begin in: 08:30 and 09:30.
    assert (day.tolist(), slot.tolist()) == ([1, 1], [8, 9])


def test_events_for_no_series_are_told() -> None:
    model = VolumeForecaster(trees=0, events=frame(PAST, unique_id="nosuch"))
    with pytest.warns(UserWarning, match="'events' parameter is for 'nosuch'"):
        model.fit(hourly(4, [], 1))
    both = frame(PAST, unique_id=["nosuch", "a"])
    model = VolumeForecaster(trees=0, events=both).fit(hourly(4, [], 1))
    assert len(model.predict(3)) == 3
