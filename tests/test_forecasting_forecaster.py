"""The forecaster keeps the contract of a model, on made and on real volume."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from data.errors import ArtifactChecksumError, ParameterError, SchemaError
from forecasting.baseline import SameSlotMean, SeasonalNaive
from forecasting.forecaster import VolumeForecaster
from forecasting.metrics import interval_names, wape

COLUMNS = ["unique_id", "ds", "yhat", *interval_names([80, 95])]
WEEK = np.array([12.0, 10, 9, 9, 8, 3, 1])


def days(name: str = "lumen", weeks: int = 12, scale: float = 1.0, seed: int = 0) -> pd.DataFrame:
    times = pd.date_range("2026-01-05", periods=7 * weeks, freq="D", tz="UTC")
    y = np.random.default_rng(seed).poisson(np.tile(WEEK * scale, weeks)).astype(float)
    return pd.DataFrame({"unique_id": name, "ds": times, "y": y})


def hours(name: str = "lumen", weeks: int = 6, zone: str = "UTC", start: str = "2026-01-05"):
    times = pd.date_range(start, periods=168 * weeks, freq="h", tz="UTC")
    local = times.tz_convert(zone)
    rate = (
        40 * np.exp(-(((local.hour.to_numpy() - 13) / 4) ** 2)) * (local.day_of_week.to_numpy() < 5)
    )
    y = np.random.default_rng(3).poisson(rate + 1.0).astype(float)
    return pd.DataFrame({"unique_id": name, "ds": times, "y": y})


@pytest.fixture(scope="module")
def volume() -> pd.DataFrame:
    return pd.concat([days("a"), days("b", scale=8, seed=1), hours("c")], ignore_index=True)


@pytest.fixture(scope="module")
def fitted(volume) -> VolumeForecaster:
    return VolumeForecaster(trees=10).fit(volume)


def test_forecast_has_the_columns_and_the_times_that_follow(fitted, volume) -> None:
    forecast = fitted.predict(14, level=[95, 80])
    assert list(forecast.columns) == COLUMNS
    assert forecast["unique_id"].value_counts().to_dict() == {"a": 14, "b": 14, "c": 14}
    assert str(forecast["ds"].dtype) == "datetime64[us, UTC]"
    first = forecast.groupby("unique_id")["ds"].min() - volume.groupby("unique_id")["ds"].max()
    assert first.dt.total_seconds().to_dict() == {"a": 86400, "b": 86400, "c": 3600}


def test_intervals_are_nested_around_the_forecast_and_never_negative(fitted) -> None:
    table = fitted.predict(40, level=[50, 80, 95])
    order = ["yhat-lo-95", "yhat-lo-80", "yhat-lo-50", "yhat-hi-50", "yhat-hi-80", "yhat-hi-95"]
    assert (np.diff(table[order].to_numpy(), axis=1) >= 0).all()
    assert (table[["yhat", *order]].to_numpy() >= 0).all()
    assert (table["yhat-lo-95"] <= table["yhat"]).all()
    assert (table["yhat-hi-95"] >= table["yhat"]).all()


def test_the_weekly_shape_is_found(fitted) -> None:
    table = fitted.predict(7)
    big = table.loc[table["unique_id"] == "b", "yhat"].to_numpy()
    assert np.abs(big - WEEK * 8).sum() / (WEEK * 8).sum() < 0.1


def test_clone_not_fitted_and_parameters(volume) -> None:
    model = VolumeForecaster(trees=3, timezone={"a": "Asia/Kolkata"})
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(3)


def test_fit_leaves_its_input_and_forgets_earlier_fits(fitted, volume) -> None:
    before = volume.copy()
    again = VolumeForecaster(trees=10).fit(days("other")).fit(volume)
    pd.testing.assert_frame_equal(volume, before)
    pd.testing.assert_frame_equal(again.predict(5), fitted.predict(5))


def test_row_order_does_not_matter(fitted, volume) -> None:
    shuffled = volume.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        VolumeForecaster(trees=10).fit(shuffled).predict(5), fitted.predict(5)
    )


def test_saved_and_loaded_predicts_the_same_and_a_changed_byte_is_refused(fitted, tmp_path) -> None:
    folder = fitted.save(tmp_path / "model")
    pd.testing.assert_frame_equal(
        VolumeForecaster.load(folder).predict(9, level=[90]), fitted.predict(9, level=[90])
    )
    path = folder / "g0_p0_values.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ArtifactChecksumError, match="was changed"):
        VolumeForecaster.load(folder)


def test_empty_in_empty_out() -> None:
    empty = days().head(0)
    forecast = VolumeForecaster().fit(empty).predict(3)
    assert list(forecast.columns) == COLUMNS
    assert len(forecast) == 0
    assert list(SameSlotMean().fit(empty).predict(3).columns) == COLUMNS


def test_a_series_of_zeros_is_forecast_as_zero() -> None:
    silent = days().assign(y=0.0)
    table = VolumeForecaster().fit(silent).predict(7)
    assert (table[["yhat", "yhat-hi-95"]].to_numpy() == 0).all()


def test_three_days_of_history_borrow_the_week_of_similar_clients() -> None:
    others = [days(f"c{i}", scale=5, seed=i) for i in range(6)]
    young = days("young", scale=10, seed=9).tail(7).head(3)
    table = VolumeForecaster(trees=0).fit(pd.concat([*others, young])).predict(7)
    own = table[table["unique_id"] == "young"]
    # Its history ends on a Wednesday; Sunday comes fourth.
    assert own["yhat"].iloc[3] < 0.4 * own["yhat"].iloc[0]
    assert own["yhat"].iloc[4] == pytest.approx(120, rel=0.35)
    known = VolumeForecaster(trees=0).fit(pd.concat([*others, days("old", scale=10)])).predict(7)
    old = known[known["unique_id"] == "old"]
    width, usual = (
        ((t["yhat-hi-80"] - t["yhat-lo-80"]) / np.sqrt(t["yhat"])).mean() for t in (own, old)
    )
    assert width > 1.4 * usual


def test_an_outage_stored_as_zeros_is_missing_not_quiet() -> None:
    whole = hours("c", weeks=10)
    broken = whole.copy()
    broken.loc[len(whole) - 24 * 9 : len(whole) - 49, "y"] = 0.0
    spoiled = VolumeForecaster(trees=0).fit(broken).predict(168)["yhat"]
    right = VolumeForecaster(trees=0).fit(whole).predict(168)["yhat"]
    assert wape(right, spoiled) < 0.15


def test_gaps_stay_missing() -> None:
    whole = hours("c", weeks=8)
    gap = whole.drop(index=range(500, 800))
    left, right = (VolumeForecaster(trees=0).fit(f).predict(168)["yhat"] for f in (gap, whole))
    assert wape(right, left) < 0.1


def test_business_hours_without_rows_are_no_steps() -> None:
    whole = hours("c", weeks=6)
    busy = whole[(whole["ds"].dt.hour.between(8, 17)) & (whole["ds"].dt.day_of_week < 5)]
    table = VolumeForecaster(trees=0).fit(busy).predict(50)
    assert len(table) == 50
    assert table["ds"].dt.hour.between(8, 17).all()
    assert (table["ds"].dt.day_of_week < 5).all()


def test_given_hours_forecast_zero_when_closed() -> None:
    week = {day: [("08:00", "18:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
    model = VolumeForecaster(trees=0, opening_hours={"lumen": week})
    table = model.fit(hours("lumen/chat")).predict(168)
    closed = ~table["ds"].dt.hour.between(8, 17) | (table["ds"].dt.day_of_week >= 5)
    assert len(table) == 168
    assert (table.loc[closed, COLUMNS[2:]].to_numpy() == 0).all()
    assert (table.loc[~closed, "yhat"] > 0).all()


def test_local_time_is_followed_over_the_change_of_clocks() -> None:
    # The clocks of Paris change on 29 March 2026, between history and forecast.
    history = hours("c", weeks=8, zone="Europe/Paris", start="2026-02-02")
    table = VolumeForecaster(trees=0, timezone="Europe/Paris").fit(history).predict(48)
    local = table["ds"].dt.tz_convert("Europe/Paris")
    by_hour = table.groupby(local.dt.hour)["yhat"].mean()
    assert by_hour.idxmax() in (12, 13, 14)
    assert by_hour[9] == pytest.approx(by_hour[17], rel=0.5)


def test_a_zone_with_half_an_hour() -> None:
    history = hours("c", zone="Asia/Kolkata")
    table = VolumeForecaster(trees=0, timezone="Asia/Kolkata").fit(history).predict(168)
    assert table.groupby(table["ds"].dt.hour)["yhat"].mean().idxmax() in (7, 8)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: pd.concat([f, f.head(1)]), "must be unique within a series"),
        (lambda f: f.assign(y=f["y"].where(f.index != 3, -1.0)), "must not be negative.*row 3"),
        (lambda f: f.assign(y=f["y"] + 0.5), "whole numbers.*fractional=True"),
        (lambda f: f.assign(y=np.nan), "finite numbers"),
        (lambda f: f.assign(ds=f["ds"].dt.tz_localize(None)), "tz_localize"),
        (lambda f: f.drop(columns="y"), "must have the columns 'y'"),
    ],
)
def test_bad_volume_is_named(change, words) -> None:
    frame = change(days())
    with pytest.raises(SchemaError, match=words):
        VolumeForecaster().fit(frame)


def test_times_off_the_grid_are_named() -> None:
    frame = hours()
    frame.loc[5, "ds"] += pd.Timedelta(minutes=7)
    with pytest.raises(SchemaError, match="must lie on its grid of 3600 seconds"):
        VolumeForecaster().fit(frame)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"country": "XX"}, "'country' parameter must be an ISO 3166 code"),
        ({"country": "DE-ZZ"}, "'country' parameter"),
        ({"timezone": "Mars/Olympus"}, "'timezone' parameter must be an IANA name"),
        ({"trees": -1}, "'trees' parameter"),
        ({"horizon_days": 0}, "'horizon_days' parameter"),
    ],
)
def test_bad_parameters_are_named(settings, words) -> None:
    model = VolumeForecaster(**settings)
    with pytest.raises(ParameterError, match=words):
        model.fit(days())


@pytest.mark.parametrize("h", [0, -1, 1.5, True])
def test_steps_are_whole(fitted, h) -> None:
    with pytest.raises(ParameterError, match="'h' parameter"):
        fitted.predict(h)


def test_fractions_are_allowed_when_said() -> None:
    table = VolumeForecaster(trees=0, fractional=True).fit(days().assign(y=0.25)).predict(7)
    assert table["yhat"].to_numpy() == pytest.approx(0.25, abs=0.05)


def test_better_than_the_floors_on_real_volume(shared) -> None:
    frame = shared("volume_bike_hourly_to_2012_06")
    frame = frame.assign(ds=frame["ds"].dt.tz_localize("UTC"))
    frame = frame[(frame["ds"] >= "2012-02-01") & (frame["unique_id"] == "bike_registered")]
    cut = frame["ds"].max() - pd.Timedelta(days=7)
    past, ahead = frame[frame["ds"] <= cut], frame[frame["ds"] > cut]
    ours = VolumeForecaster(trees=20).fit(past).evaluate(ahead)
    for floor in (SeasonalNaive, SameSlotMean):
        other = floor().fit(past).evaluate(ahead)
        assert ours["wape"] < 1.02 * other["wape"]
        assert ours["pinball"] < other["pinball"]


@pytest.mark.parametrize("days", [1, 3, 10])
def test_a_single_young_client_gets_a_forecast_with_intervals(days: int) -> None:
    ds = pd.date_range("2026-03-02", periods=24 * days, freq="h", tz="UTC")
    young = pd.DataFrame({"unique_id": "young", "ds": ds, "y": np.resize([0.0, 2, 5, 3], len(ds))})
    made = VolumeForecaster().fit(young).predict(24)
    assert len(made) == 24
    assert np.isfinite(made.select_dtypes("number").to_numpy()).all()
    assert (made["yhat-lo-80"] <= made["yhat-hi-80"]).all()


@pytest.mark.parametrize("days", [1, 3, 10, 15])
@pytest.mark.parametrize("series", [15, 16, 40])
@pytest.mark.parametrize("step", ["h", "D"])
def test_many_young_clients_get_a_forecast(days: int, series: int, step: str) -> None:
    per_day = 24 if step == "h" else 1
    ds = pd.date_range("2026-03-02", periods=per_day * days, freq=step, tz="UTC")
    y = np.random.default_rng(0).poisson(1.0, (series, len(ds))).astype(float)
    young = [pd.DataFrame({"unique_id": f"c{i}", "ds": ds, "y": y[i]}) for i in range(series)]
    made = VolumeForecaster(trees=0).fit(pd.concat(young)).predict(per_day)
    assert len(made) == series * per_day
    assert np.isfinite(made.select_dtypes("number").to_numpy()).all()


def test_until_gives_the_series_of_a_client_the_same_times(fitted) -> None:
    early = hours("x/chat", weeks=6).iloc[:-30]
    model = VolumeForecaster(trees=0).fit(pd.concat([early, hours("x/mail"), days("y")]))
    table = model.predict(until="2026-04-02T12:00Z")
    by_name = table.groupby("unique_id")["ds"].agg(["min", "max", "size"])
    assert by_name.loc["x/chat"].equals(by_name.loc["x/mail"])
    assert by_name.loc["x/mail", "min"] == pd.Timestamp("2026-02-16", tz="UTC")
    assert by_name.loc["x/mail", "max"] == pd.Timestamp("2026-04-02T12:00Z")
    assert by_name.loc["y", "min"] == pd.Timestamp("2026-03-30", tz="UTC")
    assert by_name.loc["y", "max"] == pd.Timestamp("2026-04-02", tz="UTC")
    same = model.predict(48).query("unique_id == 'x/mail'")
    pd.testing.assert_frame_equal(
        table.query("unique_id == 'x/mail'").head(48).reset_index(drop=True),
        same.reset_index(drop=True),
    )


def test_until_a_time_that_has_been_gives_no_rows(fitted) -> None:
    assert list(fitted.predict(until="2025-01-01T00:00Z").columns) == COLUMNS
    assert len(fitted.predict(until="2025-01-01T00:00Z")) == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "either 'h', a number of steps, or 'until'.*Got none"),
        ({"h": 3, "until": "2026-06-01T00:00Z"}, "Got both"),
        ({"until": "2026-06-01"}, "'until' parameter of predict must be a time with its zone"),
        ({"until": "soon"}, "'until' parameter"),
        ({"h": 3, "level": 101}, "'level' parameter of predict"),
        ({"h": 3, "level": "wide"}, "'level' parameter of predict"),
    ],
)
def test_bad_questions_are_named(fitted, given, words) -> None:
    with pytest.raises(ParameterError, match=words):
        fitted.predict(**given)


def test_one_level_may_come_alone(fitted) -> None:
    pd.testing.assert_frame_equal(fitted.predict(3, level=80), fitted.predict(3, level=[80]))


WEEKDAY = {"mon": [("08:00", "18:00")]}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"timezone": {"nosuch": "Mars"}}, "'timezone' parameter is for 'nosuch'.*'lumen'"),
        ({"country": {"lum": "DE"}}, "'country' parameter is for 'lum'"),
        ({"opening_hours": WEEKDAY}, "'opening_hours' parameter is for 'mon'"),
        ({"opening_hours": {"nosuch": WEEKDAY}}, "'opening_hours' parameter is for 'nosuch'"),
    ],
)
def test_a_mapping_for_no_series_is_told(settings, words) -> None:
    with pytest.warns(UserWarning, match=words):
        VolumeForecaster(trees=0, **settings).fit(days())


def test_a_mapping_for_more_clients_than_these_is_fine() -> None:
    zones = {"lumen": "Europe/Paris", "other": "Asia/Kolkata"}
    # A warning would be an error here.
    model = VolumeForecaster(trees=0, timezone=zones, opening_hours={}).fit(days("lumen/chat"))
    assert model.predict(1)["unique_id"].tolist() == ["lumen/chat"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"timezone": {"lumen": "Mars"}}, "'timezone' parameter.*'Mars' for 'lumen/chat'"),
        ({"country": {"lumen": "XX"}}, "'country' parameter.*'XX' for 'lumen/chat'"),
        ({"country": {"lumen": 49}}, "'country' parameter.*49 for 'lumen/chat'"),
    ],
)
def test_a_bad_place_names_its_client(settings, words) -> None:
    with pytest.raises(ParameterError, match=words):
        VolumeForecaster(trees=0, **settings).fit(days("lumen/chat"))
