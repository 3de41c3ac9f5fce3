"""Intervals cover what they say, and are wide where forecasts err."""

import numpy as np
import pytest

from forecasting.backtest import Rows
from forecasting.conformal import calibrate, horizon_group
from forecasting.local_size import LocalSize, local_size


def rows(n_rows: int, spread: np.ndarray, feature: np.ndarray, series: np.ndarray) -> Rows:
    rng = np.random.default_rng(0)
    centre = np.full(n_rows, 200.0)
    y = np.maximum(centre + spread * rng.standard_normal(n_rows), 0.0)
    origin = np.sort(rng.integers(0, 300, n_rows))
    zero = np.zeros(n_rows, dtype=np.intp)
    return Rows(
        feature[:, None].astype(np.float32), centre[:, None], centre, y, series, zero + 1,
        origin, zero,
    )  # fmt: skip


@pytest.fixture(scope="module")
def uneven() -> tuple[Rows, np.ndarray]:
    wild = np.random.default_rng(1).uniform(size=12_000) < 0.3
    series = np.zeros(12_000, dtype=np.intp)
    return rows(12_000, np.where(wild, 80.0, 20.0), wild.astype(float), series), wild


@pytest.mark.parametrize("share", [0.8, 0.95])
def test_each_kind_of_slot_is_covered_as_said(uneven, share) -> None:
    past, wild = uneven
    found = calibrate(past.centre, past, 1, horizon=7, random_state=0)
    sizes = found.sizes(past.centre, past)
    low, high = (
        found.quantile(p, past.centre, past, sizes) for p in ((1 - share) / 2, (1 + share) / 2)
    )
    inside = (past.y >= low) & (past.y <= high)
    for kind in (wild, ~wild):
        assert inside[kind].mean() == pytest.approx(share, abs=0.05)


def test_without_trees_only_the_whole_is_covered(uneven) -> None:
    past, wild = uneven
    found = calibrate(past.centre, past, 1, horizon=None, random_state=0)
    sizes = found.sizes(past.centre, past)
    low, high = (found.quantile(p, past.centre, past, sizes) for p in (0.1, 0.9))
    inside = (past.y >= low) & (past.y <= high)
    assert inside.mean() == pytest.approx(0.8, abs=0.03)
    assert inside[~wild].mean() > inside[wild].mean() + 0.2


def test_sizes_that_cannot_be_told_stay_even() -> None:
    noise = np.random.default_rng(3).uniform(size=6_000)
    past = rows(6_000, np.full(6_000, 20.0), noise, np.zeros(6_000, dtype=np.intp))
    gaps = np.abs(past.y - past.centre) / 20
    learned, factor = local_size(gaps, np.ones(6_000), past.centre, past, horizon=7, random_state=0)
    assert np.std(np.log(factor)) < 0.05
    assert np.std(np.log(learned.factor(past.centre, past))) < 0.1


def test_few_rows_grow_no_trees() -> None:
    past = rows(500, np.full(500, 20.0), np.zeros(500), np.zeros(500, dtype=np.intp))
    learned, factor = local_size(
        np.ones(500), np.ones(500), past.centre, past, horizon=7, random_state=0
    )
    assert learned == LocalSize()
    assert (factor == 1).all()


def test_a_series_that_ended_long_ago_keeps_its_own_width() -> None:
    series = np.repeat(np.array([0, 1], dtype=np.intp), 4_000)
    past = rows(8_000, np.where(series == 0, 10.0, 60.0), np.zeros(8_000), series)
    origin = np.where(series == 0, past.origin, past.origin - 2_000)
    past = Rows(*(origin if name == "origin" else getattr(past, name) for name in vars(past)))
    found = calibrate(past.centre, past, 2, horizon=None, random_state=0)
    sizes = found.sizes(past.centre, past)
    low, high = (found.quantile(p, past.centre, past, sizes) for p in (0.1, 0.9))
    width = [np.median((high - low)[series == i]) for i in (0, 1)]
    assert width[1] > 3 * width[0]


def test_days_ahead_share_groups() -> None:
    assert horizon_group(np.array([0, 1, 2, 3, 7, 8, 28, 200])).tolist() == [0, 1, 2, 2, 3, 4, 5, 6]
