"""Laws and printed values of the triage metrics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ParameterError
from triage import metrics

ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("right", "answered", "bound"), [(196, 200, 0.955), (485, 500, 0.954), (149, 149, 0.980)]
)
def test_precision_bound_matches_printed_values(right: int, answered: int, bound: float) -> None:
    assert metrics.precision_bound(right, answered) == pytest.approx(bound, abs=6e-4)


@pytest.mark.parametrize(("precision", "needed"), [(0.9, 29), (0.95, 59), (0.98, 149), (0.99, 299)])
def test_zero_error_sample_sizes(precision: float, needed: int) -> None:
    assert metrics.precision_bound(needed, needed) >= precision
    assert metrics.precision_bound(needed - 1, needed - 1) < precision


def test_precision_bound_refuses_more_right_than_answered() -> None:
    with pytest.raises(ParameterError, match="between 0 and 'answered'"):
        metrics.precision_bound(3, 2)


@given(ANSWERS)
def test_stricter_precision_never_covers_more(answers: list[tuple[float, bool]]) -> None:
    confidence, correct = zip(*answers, strict=True)
    covered = [metrics.coverage_at_precision(confidence, correct, p) for p in (0.5, 0.8, 0.98)]
    assert covered[0] >= covered[1] >= covered[2]


@given(ANSWERS)
def test_full_coverage_has_the_risk_of_all(answers: list[tuple[float, bool]]) -> None:
    confidence, correct = zip(*answers, strict=True)
    coverage, risk = metrics.coverage_risk(confidence, correct)
    assert coverage[-1] == pytest.approx(1.0)
    assert risk[-1] == pytest.approx(1 - np.mean(correct))


@given(ANSWERS)
def test_calibration_error_ignores_order(answers: list[tuple[float, bool]]) -> None:
    # Ties are split by position, so only distinct confidences are compared.
    distinct = list(dict(answers).items())
    forward = metrics.expected_calibration_error(*zip(*distinct, strict=True))
    backward = metrics.expected_calibration_error(*zip(*distinct[::-1], strict=True))
    assert forward == pytest.approx(backward)


def test_ties_are_answered_together() -> None:
    coverage, risk = metrics.coverage_risk([0.9, 0.9], [1, 0])
    assert coverage.tolist() == [1.0, 1.0]
    assert risk.tolist() == [0.5, 0.5]


def test_shapes_must_agree() -> None:
    with pytest.raises(ParameterError, match="same length"):
        metrics.expected_calibration_error([0.5], [1, 0])


def test_class_numbers_and_their_digits_are_the_same_label() -> None:
    table = [[0.9, 0.1], [0.2, 0.8]]
    assert metrics.accuracy([0, 1], ["0", "1"]) == 1.0
    assert metrics.macro_f1([0, 1], ["0", "1"]) == 1.0
    assert metrics.top_k_accuracy([0, 1], table, ["0", "1"], k=1) == 1.0
    assert metrics.brier_score([0, 1], table, ["0", "1"]) == metrics.brier_score(
        ["0", "1"], table, ["0", "1"]
    )


@pytest.mark.parametrize("labels", [["a"], ["a", "b", "c"], [["a"], ["b"]]])
def test_a_label_for_each_prediction_or_an_error(labels) -> None:
    table = [[0.9, 0.1], [0.2, 0.8]]
    for figure in (
        lambda: metrics.accuracy(labels, ["a", "b"]),
        lambda: metrics.macro_f1(labels, ["a", "b"]),
        lambda: metrics.top_k_accuracy(labels, table, ["a", "b"]),
        lambda: metrics.brier_score(labels, table, ["a", "b"]),
    ):
        with pytest.raises(ParameterError, match="a label for each text"):
            figure()
