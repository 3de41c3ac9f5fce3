"""Points of the curves, and what the charts make of them."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from pipelines import charts
from pipelines.curves import at_ranks, histogram, precision_curve, reliability, wilson

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@given(hits=st.integers(0, 50), misses=st.integers(0, 50))
def test_wilson_agrees_with_scipy(hits: int, misses: int) -> None:
    n = hits + misses
    if n == 0:
        assert np.isnan(wilson(0, 0)).all()
        return
    theirs = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((theirs.low, theirs.high), abs=1e-6)


@given(values=PROBABILITIES)
def test_reliability_keeps_every_row(values: list[float]) -> None:
    probability = np.array(values)
    correct = probability > 0.5
    points = reliability(probability, correct)
    assert sum(p["n"] for p in points) == len(values)
    hits = sum(p["n"] * p["accuracy"] for p in points)
    assert hits == pytest.approx(correct.sum())
    assert sum(h["share"] for h in histogram(probability)) == pytest.approx(1)


def test_precision_curve_ends_at_accuracy_of_all() -> None:
    generator = np.random.default_rng(0)
    probability = generator.uniform(size=1000)
    correct = generator.uniform(size=1000) < probability
    curve = precision_curve(probability, correct, most=50)
    assert len(curve) <= 50
    assert curve[-1] == pytest.approx((1.0, correct.mean()))
    assert curve[0][0] >= 0.02


def test_equal_probabilities_are_one_point_whatever_their_order() -> None:
    same = np.full(100, 0.5)
    correct = np.arange(100) < 30
    assert precision_curve(same, correct) == [(1.0, pytest.approx(0.3))]
    assert precision_curve(same, correct[::-1]) == [(1.0, pytest.approx(0.3))]


def test_recall_grows_with_k() -> None:
    hits = at_ranks(np.array([1.0, 4.0, np.inf]), (1, 3, 5))
    assert hits.tolist() == [[1, 1, 1], [0, 0, 1], [0, 0, 0]]


def test_charts_escape_names_and_leave_out_what_is_not_known() -> None:
    nan = float("nan")
    line = charts.Line("<b>", [(0, 0.5), (0.5, nan), (1, 0.7)], dots=True)
    chart = charts.line_chart(
        "a & b", [line], charts.share_axis("x"), charts.share_axis("y", [0.7])
    )
    assert "<b>" not in chart
    assert "&lt;b&gt;" in chart
    assert "nan" not in chart
    assert 'aria-label="a &amp; b"' in chart
    assert len(re.findall("<circle", chart)) == 2


def test_what_lies_outside_the_frame_is_left_out() -> None:
    low = charts.Line("low", [(0, 0.95), (1, 0.2)])
    axis = charts.share_axis("y", [0.95], zoom=True)
    assert axis.low == pytest.approx(0.9)
    chart = charts.line_chart("t", [low], charts.share_axis("x"), axis)
    (points,) = re.findall(r'<polyline[^>]*points="([^"]*)"', chart)
    assert len(points.split()) == 1


def test_stack_shows_every_share() -> None:
    bar = charts.stacked("mix", [("sent", "c1", 0.75), ("none", "c4", 0.25)])
    assert ">75%<" in bar
    assert bar.count("<rect") == 2


def test_whisker_of_nothing_is_nothing() -> None:
    nan = float("nan")
    assert charts.whisker(nan, nan, nan) == ""
    assert "span" not in charts.whisker(0.5, nan, nan)
