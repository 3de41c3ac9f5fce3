"""Probabilities of easy sets stay finite promises; those of hard ones follow the data."""

import numpy as np
import pytest

from triage.calibration import Calibrator, best_calibrator, log_loss


def _easy(n: int, *, wrong: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores that part three classes, but for the first few."""
    random = np.random.default_rng(0)
    targets = np.arange(n) % 3
    scores = np.eye(3)[targets] * 2 + random.normal(scale=0.1, size=(n, 3))
    targets[:wrong] = (targets[:wrong] + 1) % 3
    return scores, targets


@pytest.mark.parametrize("n", [24, 90, 300])
def test_without_an_error_to_learn_from_no_promise_is_absolute(n: int) -> None:
    calibrator, losses = best_calibrator(*_easy(n))
    assert set(losses) == {"temperature", "sigmoid"}
    scale = float(calibrator.values_["scale"][0])
    assert 1 < scale < 6
    # A text that says nothing is nobody's for sure.
    assert calibrator.transform(np.array([[0.3, 0.1, 0.0]])).max() < 0.8


def test_more_texts_without_an_error_allow_more_certainty() -> None:
    found = [Calibrator().fit(*_easy(n)).values_["scale"][0] for n in (30, 300, 3000)]
    assert found == sorted(found)


def test_with_errors_the_scale_is_that_of_the_data() -> None:
    random = np.random.default_rng(1)
    scores = random.normal(size=(3000, 4))
    true = 0.7 * scores
    shares = np.exp(true) / np.exp(true).sum(axis=1, keepdims=True)
    targets = np.array([random.choice(4, p=row) for row in shares])
    calibrator, losses = best_calibrator(scores, targets)
    assert set(losses) == {"temperature", "sigmoid", "isotonic"}
    assert float(calibrator.values_["scale"][0]) == pytest.approx(0.7, abs=0.05)


@pytest.mark.parametrize("n", [20, 60])
def test_few_texts_of_a_hard_set_keep_a_low_scale(n: int) -> None:
    random = np.random.default_rng(2)
    scores, targets = random.normal(size=(n, 4)), random.integers(0, 4, n)
    assert float(Calibrator().fit(scores, targets).values_["scale"][0]) < 0.6


def test_isotonic_competes_from_five_wrong_answers_on() -> None:
    assert "isotonic" not in best_calibrator(*_easy(200, wrong=4))[1]
    assert "isotonic" in best_calibrator(*_easy(200, wrong=5))[1]


def test_doubt_costs_little_where_it_is_not_needed() -> None:
    scores, targets = _easy(3000, wrong=60)
    table = Calibrator().fit(scores, targets).transform(scores)
    finer = [
        log_loss(Calibrator("temperature", {"scale": np.array([s])}).transform(scores), targets)
        for s in np.linspace(0.5, 6, 200)
    ]
    assert log_loss(table, targets) - min(finer) < 1e-4
