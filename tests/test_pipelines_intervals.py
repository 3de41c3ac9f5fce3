"""Resamples keep groups whole; intervals are what a second implementation finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap

from data.errors import ParameterError
from pipelines.intervals import Figure, mean, measure, resamples


@given(groups=st.lists(st.sampled_from("abcde"), min_size=1, max_size=30))
@settings(max_examples=30)
def test_rows_of_a_group_are_drawn_together(groups: list[str]) -> None:
    names = np.array(groups)
    for draw in resamples(groups, repeats=5, random_state=1):
        for name in set(groups):
            counts = np.bincount(draw, minlength=len(groups))[names == name]
            assert len(set(counts.tolist())) == 1


def test_missing_groups_stand_alone() -> None:
    draws = resamples([None, None, float("nan"), "a"], repeats=200, random_state=0)
    assert any(np.bincount(d, minlength=4)[0] != np.bincount(d, minlength=4)[1] for d in draws)


def test_same_seed_same_draws() -> None:
    first = resamples(range(20), repeats=3, random_state=7)
    again = resamples(range(20), repeats=3, random_state=7)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))


def test_interval_agrees_with_scipy() -> None:
    values = np.random.default_rng(0).normal(size=200)
    ours = mean(values, resamples(range(200), repeats=4000, random_state=0))
    theirs = bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", rng=1
    ).confidence_interval
    assert ours.low == pytest.approx(theirs.low, abs=0.01)
    assert ours.high == pytest.approx(theirs.high, abs=0.01)


def test_groups_widen_the_interval() -> None:
    values = np.repeat(np.random.default_rng(0).integers(0, 2, 40), 10)
    groups = np.repeat(np.arange(40), 10)
    alone = mean(values, resamples(range(400), repeats=500, random_state=0))
    together = mean(values, resamples(groups, repeats=500, random_state=0))
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_nothing_measured_is_not_a_number() -> None:
    empty = mean(np.array([]), resamples([], repeats=5, random_state=0))
    assert empty.to_dict() == {"value": None, "low": None, "high": None, "n": 0}
    undefined = measure(lambda _: float("nan"), 3, [np.arange(3)])
    assert undefined.to_dict()["value"] is None


def test_figures_become_json() -> None:
    assert Figure(0.5, 0.4, 0.6, 9).to_dict() == {"value": 0.5, "low": 0.4, "high": 0.6, "n": 9}


def test_repeats_must_be_positive() -> None:
    with pytest.raises(ParameterError, match="'repeats' parameter of resamples"):
        resamples([1], repeats=0, random_state=0)
