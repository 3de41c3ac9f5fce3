"""Series that move alike are found, and help each other where each alone is too small."""

import numpy as np
import pandas as pd
import pytest

from forecasting.forecaster import VolumeForecaster
from forecasting.kin import kin_groups, shares_of, together
from forecasting.metrics import pooled
from forecasting.wall import Wall

DAYS = 420
WEEKS = np.array([[1.4, 1.3, 1.2, 1.2, 1.1, 0.5, 0.3], [0.6, 0.6, 0.7, 0.8, 1.0, 1.6, 1.7]])


def rates(members: int = 20) -> np.ndarray:
    day = np.arange(DAYS)
    season = [1 + 0.5 * np.sin(2 * np.pi * day / 365), 1 - 0.5 * np.sin(2 * np.pi * day / 365)]
    level = np.linspace(0.4, 3.0, members)[:, None]
    return np.concatenate([level * WEEKS[k][day % 7] * season[k] for k in (0, 1)])


def wall(rate: np.ndarray, seed: int = 0) -> Wall:
    values = np.random.default_rng(seed).poisson(rate).astype(float)
    return Wall(values[:, :, None], 20_458 - (20_458 + 3) % 7, 0)


def test_two_kinds_of_clients_are_told_apart() -> None:
    labels = kin_groups(wall(rates()))
    assert labels.max() == 1
    assert len(set(labels[:20])) == len(set(labels[20:])) == 1


def test_one_kind_stays_one_group() -> None:
    assert kin_groups(wall(rates()[:20])).max() == 0


def test_few_series_and_silent_ones_are_one_group() -> None:
    assert kin_groups(wall(rates()[[0, 39]])).tolist() == [0, 0]
    assert kin_groups(wall(np.zeros((30, 60)))).max() == 0


def test_sums_fill_what_is_missing_and_shares_give_it_back() -> None:
    base = np.tile(np.arange(1.0, 4.0)[:, None, None], (1, 50, 1))
    base[2, :30] = np.nan
    labels = np.zeros(3, dtype=np.intp)
    sums = together(Wall(base, 20_458, 0), labels)
    assert sums.values.ravel() == pytest.approx(6.0)
    assert shares_of(base, sums.values, labels) == pytest.approx(np.arange(1, 4) / 6, rel=0.02)


def test_clients_that_move_alike_help_each_other() -> None:
    rate = rates()
    counts = np.random.default_rng(1).poisson(rate).astype(float)
    times = pd.date_range("2025-01-06", periods=DAYS, freq="D", tz="UTC")
    names = [f"c{i:02d}" for i in range(len(rate))]
    frame = pd.DataFrame(counts.T, index=times, columns=names).rename_axis("ds").reset_index()
    volume = frame.melt("ds", var_name="unique_id", value_name="y").astype({"unique_id": "str"})
    past = volume[volume["ds"] < times[-28]]
    ahead = volume[volume["ds"] >= times[-28]].assign(y=rate[:, -28:].reshape(-1))
    together_ = VolumeForecaster(trees=0).fit(past).predict(28)
    alone = pd.concat(
        VolumeForecaster(trees=0).fit(past[past["unique_id"].isin(names[i : i + 10])]).predict(28)
        for i in range(0, 40, 10)
    )
    errors = [
        pooled(ahead.merge(table, on=["unique_id", "ds"]))["wape"] for table in (together_, alone)
    ]
    assert errors[0] < 0.9 * errors[1]


def test_a_saved_forecaster_keeps_its_groups(tmp_path) -> None:
    counts = np.random.default_rng(2).poisson(rates(10)[:, :120]).astype(float)
    times = pd.date_range("2025-01-06", periods=120, freq="D", tz="UTC")
    volume = pd.concat(
        pd.DataFrame({"unique_id": f"c{i:02d}", "ds": times, "y": row})
        for i, row in enumerate(counts)
    )
    model = VolumeForecaster(trees=5).fit(volume)
    assert model.groups_[0].kin[0] is not None
    again = VolumeForecaster.load(model.save(tmp_path / "model"))
    pd.testing.assert_frame_equal(again.predict(9), model.predict(9))
