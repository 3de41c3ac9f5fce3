"""Reconciled forecasts add up exactly, stay positive, and change nothing that already fits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ParameterError, SchemaError
from forecasting.forecaster import VolumeForecaster
from forecasting.metrics import wape
from forecasting.reconcile import nodes, reconcile, with_sums

LOWEST = ["a/chat/fr", "a/chat/en", "a/mail/fr", "b/chat"]
TIMES = pd.date_range("2026-03-02", periods=3, freq="D", tz="UTC")


def forecast(values: dict[str, list[float]]) -> pd.DataFrame:
    rows = [
        {"unique_id": name, "ds": ds, "yhat": y, "yhat-lo-80": max(y - 2, 0), "yhat-hi-80": y + 2}
        for name, ys in values.items()
        for ds, y in zip(TIMES, ys, strict=True)
    ]
    return pd.DataFrame(rows)


def adds_up(frame: pd.DataFrame) -> bool:
    wide = frame.pivot(index="ds", columns="unique_id", values="yhat")
    parents = {
        "a": ["a/chat", "a/mail"],
        "a/chat": ["a/chat/en", "a/chat/fr"],
        "a/mail": ["a/mail/fr"],
        "b": ["b/chat"],
    }
    return all((wide[up] == wide[down].sum(axis=1)).all() for up, down in parents.items())


numbers = st.lists(st.floats(0, 1e4), min_size=3, max_size=3)


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(nodes(LOWEST), numbers)))
def test_sums_are_exact_and_nothing_is_negative(values) -> None:
    base = forecast(values)
    rng = np.random.default_rng(0)
    errors = pd.DataFrame(rng.normal(size=(50, len(values))), columns=list(values))
    for method in ("bottom_up", "wls", "mint"):
        found = reconcile(base, method=method, errors=errors)
        assert adds_up(found)
        assert (found.filter(like="yhat").to_numpy() >= 0).all()
        assert found["unique_id"].tolist() == base["unique_id"].tolist()


def test_forecasts_that_add_up_stay() -> None:
    low = pd.DataFrame(
        [{"unique_id": n, "ds": t, "y": 5.0 + i} for i, n in enumerate(LOWEST) for t in TIMES]
    )
    whole = with_sums(low).rename(columns={"y": "yhat"})
    assert reconcile(whole)["yhat"].to_numpy() == pytest.approx(whole["yhat"].to_numpy())


def test_the_surer_node_moves_less() -> None:
    values = {"b": [10.0] * 3, "b/chat": [4.0] * 3, "b/mail": [4.0] * 3}
    base = forecast(values)
    narrow = base["unique_id"] == "b"
    base.loc[narrow, "yhat-lo-80"], base.loc[narrow, "yhat-hi-80"] = 9.9, 10.1
    found = reconcile(base).set_index("unique_id")["yhat"]
    assert found["b"].iloc[0] == pytest.approx(10, abs=0.02)
    assert found["b/chat"].iloc[0] == pytest.approx(5, abs=0.02)


def test_reconciled_forecasts_of_a_model_are_no_worse_where_it_counts() -> None:
    rng = np.random.default_rng(5)
    times = pd.date_range("2026-01-05", periods=7 * 16, freq="D", tz="UTC")
    week = np.tile([9.0, 8, 8, 7, 7, 3, 2], 16)
    parts = {f"c/l{i}": rng.poisson(week * (i + 1) / 4) for i in range(4)}
    low = pd.concat(
        [
            pd.DataFrame({"unique_id": n, "ds": times, "y": y.astype(float)})
            for n, y in parts.items()
        ]
    )
    cut = times[-14]
    table = VolumeForecaster(trees=0).fit(with_sums(low[low["ds"] < cut])).predict(14)
    found = reconcile(table).merge(with_sums(low), on=["unique_id", "ds"])
    base = table.merge(with_sums(low), on=["unique_id", "ds"])
    assert wape(found["y"], found["yhat"]) < 1.05 * wape(base["y"], base["yhat"])


def test_a_gap_in_a_part_is_a_gap_in_the_sum() -> None:
    low = pd.DataFrame(
        [{"unique_id": n, "ds": t, "y": 1.0} for n in ("a/x", "a/y") for t in TIMES]
    ).drop(index=[1])
    sums = with_sums(low)
    assert sums.loc[sums["unique_id"] == "a", "ds"].tolist() == [TIMES[0], TIMES[2]]


def test_what_is_missing_is_named() -> None:
    base = forecast({"a/chat": [1.0] * 3})
    with pytest.raises(SchemaError, match=r"every node.*'a'"):
        reconcile(base)
    with pytest.raises(ParameterError, match="'method' parameter"):
        reconcile(base, method="best")
    whole = forecast({"a": [1.0] * 3, "a/chat": [1.0] * 3})
    with pytest.raises(ParameterError, match="'errors' parameter"):
        reconcile(whole, method="mint")
    with pytest.raises(SchemaError, match="cover the same times"):
        reconcile(whole.drop(index=[1]))
    low = pd.DataFrame({"unique_id": ["a", "a/x"], "ds": TIMES[:2], "y": 1.0})
    with pytest.raises(SchemaError, match="lowest series only"):
        with_sums(low)


def desk(weeks: int = 10, zone: str = "UTC", start: str = "2026-01-05") -> pd.DataFrame:
    """Chat in business hours, mail at all hours, of one client."""
    times = pd.date_range(start, periods=168 * weeks, freq="h", tz="UTC")
    local = times.tz_convert(zone)
    is_open = (local.day_of_week < 5) & (local.hour >= 8) & (local.hour < 18)
    rng = np.random.default_rng(0)
    chat = pd.DataFrame({"unique_id": "a/chat", "ds": times[is_open]})
    mail = pd.DataFrame({"unique_id": "a/mail", "ds": times})
    both = pd.concat([chat, mail], ignore_index=True)
    return both.assign(y=rng.poisson(4.0, len(both)).astype(float))


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris"])
def test_a_channel_that_is_closed_adds_zero(zone) -> None:
    # The clocks of Paris change on 29 March 2026, in the middle.
    low = desk(12, zone, "2026-02-16")
    sums = with_sums(low)
    wide = low.pivot(index="ds", columns="unique_id", values="y")
    whole = sums[sums["unique_id"] == "a"].set_index("ds")["y"]
    assert len(whole) == len(wide)
    assert (whole == wide.sum(axis=1)).all()
    assert (sums["unique_id"] == "a/chat").sum() == (low["unique_id"] == "a/chat").sum()


def test_hours_that_are_missing_from_a_closed_channel_stay_missing() -> None:
    low = desk()
    gap = (low["unique_id"] == "a/chat") & low["ds"].between(
        "2026-02-03T10:00Z", "2026-02-20T12:00Z"
    )
    whole = with_sums(low[~gap])
    times = whole.loc[whole["unique_id"] == "a", "ds"]
    lost = low.loc[gap, "ds"]
    assert not times.isin(lost).any()
    assert len(times) == 1680 - len(lost)


def test_weekends_without_rows_are_closed_in_volume_of_days() -> None:
    times = pd.date_range("2026-02-02", periods=84, freq="D", tz="Europe/Paris").tz_convert("UTC")
    local = times.tz_convert("Europe/Paris")
    low = pd.concat(
        [
            pd.DataFrame({"unique_id": "a/x", "ds": times[local.day_of_week < 5], "y": 2.0}),
            pd.DataFrame({"unique_id": "a/y", "ds": times, "y": 1.0}),
        ]
    )
    whole = with_sums(low).query("unique_id == 'a'")
    assert whole["y"].tolist() == np.where(local.day_of_week < 5, 3.0, 1.0).tolist()


@pytest.mark.parametrize("method", ["bottom_up", "wls"])
def test_a_desk_of_business_hours_and_of_all_hours_is_reconciled(method) -> None:
    low = desk()
    late = low[(low["unique_id"] != "a/mail") | (low["ds"] < "2026-03-14T18:00Z")]
    for volume in (low, late):
        model = VolumeForecaster(trees=0).fit(with_sums(volume))
        table = model.predict(until="2026-03-22T23:00Z")
        found = reconcile(table, method=method)
        wide = found.pivot(index="ds", columns="unique_id", values="yhat")
        assert (wide["a"] == wide["a/chat"] + wide["a/mail"]).all()
        is_open = (wide.index.day_of_week < 5) & (wide.index.hour >= 8) & (wide.index.hour < 18)
        assert (wide.loc[~is_open, "a/chat"] == 0).all()
        assert wide.loc[is_open, "a/chat"].mean() == pytest.approx(4, rel=0.15)
        assert wide["a/mail"].mean() == pytest.approx(4, rel=0.15)
        assert wide.index[-1] == pd.Timestamp("2026-03-22T23:00Z")


def test_forecasts_of_other_times_say_the_way_out() -> None:
    model = VolumeForecaster(trees=0).fit(with_sums(desk()))
    table = model.predict(168)
    with pytest.raises(SchemaError, match=r"same times.*predict\(until"):
        reconcile(table)
