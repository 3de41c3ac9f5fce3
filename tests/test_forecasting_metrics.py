"""Laws of the metrics of a forecast, and of the calibration of its intervals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data.errors import ParameterError
from forecasting import metrics, spread
from forecasting.baseline import SameSlotMean, SeasonalNaive
from forecasting.profile import WeekState, week_profile

counts = hnp.arrays(np.float64, 20, elements=st.integers(0, 500).map(float))


@given(counts, counts)
def test_pinball_at_the_median_is_half_the_absolute_error(y, guess) -> None:
    assert metrics.pinball(y, guess, 0.5) == pytest.approx(np.abs(y - guess).mean() / 2)


@given(counts, st.floats(0.05, 0.95))
def test_the_own_quantile_has_the_least_pinball_loss(y, level) -> None:
    own = np.quantile(y, level, method="inverted_cdf")
    best = metrics.pinball(y, np.full(20, own), level)
    for other in (own - 1, own + 1, y.mean()):
        assert best <= metrics.pinball(y, np.full(20, other), level) + 1e-9


@given(counts)
def test_a_perfect_forecast_costs_nothing(y) -> None:
    assert metrics.crps(y, np.column_stack([y, y, y]), [0.1, 0.5, 0.9]) == 0
    assert metrics.interval_coverage(y, y, y) == 1
    assert metrics.wape(y + 1, y + 1) == 0


def test_crps_of_many_quantiles_is_the_published_integral() -> None:
    # Standard normal and y = 0: CRPS = 2 phi(0) - 1 / sqrt(pi) (Gneiting and Raftery, 2007).
    from scipy.special import ndtri

    levels = (np.arange(2000) + 0.5) / 2000
    found = metrics.crps([0.0], ndtri(levels)[None], levels.tolist())
    assert found == pytest.approx(2 / np.sqrt(2 * np.pi) - 1 / np.sqrt(np.pi), abs=1e-3)


def test_missing_truths_do_not_count() -> None:
    assert metrics.wape([10, np.nan], [5, 9]) == 0.5
    assert metrics.interval_coverage([1, np.nan], [0, 0], [2, 2]) == 1
    assert np.isnan(metrics.wape([0.0], [1.0]))
    assert np.isnan(metrics.mase([1.0], [1.0], history=[1.0], season=7))


def test_bad_input_is_named() -> None:
    with pytest.raises(ParameterError, match="'level' parameter of pinball"):
        metrics.pinball([1], [1], 95)
    with pytest.raises(ParameterError, match="one shape"):
        metrics.wape([1, 2], [1])


def test_figures_by_series_and_pooled_agree() -> None:
    table = pd.DataFrame({"unique_id": ["a", "a", "b"], "y": [4.0, 6, 10], "yhat": [5.0, 5, 8]})
    for name, value in zip(metrics.interval_names([80]), (3.0, 7.0), strict=True):
        table[name] = value
    each = metrics.by_series(table, levels=[80]).set_index("unique_id")
    assert each["wape"].to_dict() == {"a": 0.2, "b": 0.2}
    assert metrics.pooled(table, levels=[80])["coverage_80"] == pytest.approx(2 / 3)


@given(st.floats(0.05, 28), st.floats(0.01, 3), st.floats(-3, 3))
def test_counts_and_scores_are_inverse(mean, excess, z) -> None:
    means, excesses = np.array([mean]), np.array([excess])
    y = spread.count(np.array([z]), means, excesses)
    assert y[0] == np.floor(y[0])
    low = spread.distribution(y - 1, means, excesses)
    from scipy.special import ndtr

    assert low[0] <= ndtr(z) + 1e-9
    assert spread.distribution(y, means, excesses)[0] >= ndtr(z) - 1e-9


def test_scores_of_counts_are_standard_normal() -> None:
    rng = np.random.default_rng(0)
    mean, excess = np.full(20_000, 3.0), np.full(20_000, 0.4)
    y = rng.negative_binomial(2.5, 2.5 / 5.5, 20_000).astype(float)
    scores = spread.score(y, mean, excess, rng)
    assert scores.mean() == pytest.approx(0, abs=0.03)
    assert scores.std() == pytest.approx(1, abs=0.03)
    one, even = np.zeros(20_000, dtype=np.intp), np.ones(20_000)
    assert spread.excess_of(y, mean, one, 1, even)[0] == pytest.approx(0.4, abs=0.05)


def test_a_profile_of_little_history_is_the_pooled_shape_at_its_own_level() -> None:
    shape = np.outer(np.linspace(0.5, 1.5, 7), np.ones(4))
    state = WeekState(1, 4, 8.0)
    state.add(np.full((1, 4), 3.0), weekday=0)
    week = week_profile(state, shape, prior=10.0)
    assert week[0, 6].mean() / week[0, 0].mean() == pytest.approx(3.0, rel=0.01)
    assert week[0, 0].mean() == pytest.approx(3.0, rel=0.01)


@pytest.mark.parametrize("floor", [SeasonalNaive, SameSlotMean])
def test_floors_repeat_the_week_and_come_back_from_disk(floor, tmp_path) -> None:
    times = pd.date_range("2026-01-05", periods=63, freq="D", tz="UTC")
    y = np.tile(np.arange(7.0), 9)
    model = floor().fit(pd.DataFrame({"unique_id": "a", "ds": times, "y": y}))
    table = model.predict(10, level=[90])
    assert table["yhat"].tolist() == [0, 1, 2, 3, 4, 5, 6, 0, 1, 2]
    again = floor.load(model.save(tmp_path / "floor"))
    pd.testing.assert_frame_equal(again.predict(10, level=[90]), table)
    assert model.evaluate(table.rename(columns={"yhat": "truth"}).assign(y=0.0))["wape"] != 0
