"""Erlang's formulas: printed values, references of many digits, laws for any load."""

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ParameterError
from forecasting.erlang import asa_seconds, erlang_b, erlang_c, service_level
from forecasting.erlang_abandon import Abandonment, erlang_a

FIELDS = ("wait_probability", "abandon_share", "wait_seconds", "service_level", "occupancy")
loads = st.floats(0.001, 300)
teams = st.integers(1, 400)


def exact_b(agents: int, erlangs: float) -> Fraction:
    load, blocked = Fraction(erlangs), Fraction(1)
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def relative(value: Any, exact: Any) -> float:
    return abs(float(mpmath.mpf(float(value)) / exact - 1))


def many_digits(n: int, a: float, aht: float, patience: float, target: float) -> list[Any]:
    """Erlang A by Kummer's function instead of sums; service level by quadrature."""
    with mpmath.workdps(400):
        load, wait, still = (mpmath.mpf(v) for v in (a, target, patience))
        x, y = n * still / mpmath.mpf(aht), load * still / mpmath.mpf(aht)
        idle, term = mpmath.mpf(0), mpmath.mpf(1)
        for k in range(n):
            term *= (n - k) / load
            idle += term
        busy = mpmath.hyp1f1(1, x + 1, y)
        delayed = busy / (busy + idle)
        served = x / (x + 1) * mpmath.hyp1f1(1, x + 2, y) / busy
        q = mpmath.exp(-wait / still)
        late = mpmath.exp(y * (1 - q)) * q ** (x + 1) * mpmath.hyp1f1(1, x + 2, y * q)
        late *= x / (x + 1) / busy
        gone = delayed * (1 - served)
        level = 1 - delayed * (1 - served + late)
        return [delayed, gone, gone * still, level, load * (1 - gone) / n]


def test_the_printed_values() -> None:
    assert float(erlang_c(14, 10.0)) == pytest.approx(0.174131933595, abs=5e-13)
    level = service_level(14, 10.0, aht_seconds=180, target_answer_seconds=20)
    assert float(level) == pytest.approx(0.888350019179, abs=5e-13)
    assert float(erlang_c(20, 15.0)) == pytest.approx(0.1604293874169, abs=5e-14)
    found = erlang_a(50, 48.0, aht_seconds=60, patience_seconds=120)
    assert float(found.abandon_share) == pytest.approx(0.030912, abs=5e-7)
    assert float(found.wait_seconds) == pytest.approx(3.7095, abs=5e-5)


@pytest.mark.parametrize(
    ("agents", "erlangs"), [(1, 0.5), (14, 10.0), (60, 0.7), (180, 250.0), (400, 399.5)]
)
def test_b_and_c_agree_with_exact_fractions(agents: int, erlangs: float) -> None:
    exact = exact_b(agents, erlangs)
    assert abs(Fraction(float(erlang_b(agents, erlangs))) / exact - 1) <= 1e-12
    if agents > erlangs:
        waits = exact / (1 - Fraction(erlangs) / agents * (1 - exact))
        assert abs(Fraction(float(erlang_c(agents, erlangs))) / waits - 1) <= 1e-12


@pytest.mark.parametrize("agents", [9_000, 10_000, 10_050])
def test_ten_thousand_erlangs_stay_exact(agents: int) -> None:
    with mpmath.workdps(60):
        blocked = mpmath.mpf(1)
        for n in range(1, agents + 1):
            blocked = 10_000 * blocked / (n + 10_000 * blocked)
        assert relative(erlang_b(agents, 10_000.0), blocked) <= 1e-12


@pytest.mark.parametrize(
    "case",
    [
        (50, 48.0, 60.0, 120.0, 20.0),
        (3, 0.4, 300.0, 30.0, 5.0),
        (200, 150.0, 240.0, 2400.0, 60.0),
        (120, 180.0, 600.0, 90.0, 20.0),
        (96, 130.0, 68.0, 137.0, 5.0),
        (176, 525.6, 572.4, 434.4, 90.9),
        (1, 3.0, 60.0, 60.0, 0.0),
    ],
)
def test_a_agrees_with_many_digits(case: tuple[int, float, float, float, float]) -> None:
    n, a, aht, patience, target = case
    found = erlang_a(n, a, aht_seconds=aht, patience_seconds=patience, target_answer_seconds=target)
    for field, exact in zip(FIELDS, many_digits(*case), strict=True):
        assert relative(getattr(found, field), exact) <= 1e-12, field


def test_overload_and_no_load_are_answered() -> None:
    agents, erlangs = np.array([3, 4, 0, 0, 5]), np.array([4.0, 4.0, 1.0, 0.0, 0.0])
    assert erlang_c(agents, erlangs).tolist() == [1, 1, 1, 0, 0]
    assert erlang_b(agents, erlangs)[2:].tolist() == [1, 0, 0]
    waits = asa_seconds(agents, erlangs, aht_seconds=60)
    assert waits.tolist() == [np.inf, np.inf, np.inf, 0, 0]
    level = service_level(agents, erlangs, aht_seconds=60, target_answer_seconds=20)
    assert level.tolist() == [0, 0, 0, 1, 1]


def test_impatience_is_stable_under_any_load() -> None:
    found = erlang_a([3, 3, 0, 5], [4000.0, 4.0, 2.0, 0.0], aht_seconds=60, patience_seconds=60)
    assert found.abandon_share[0] == pytest.approx(1 - 3 / 4000)
    assert found.abandon_share[2:].tolist() == [1, 0]
    assert found.service_level[2:].tolist() == [0, 1]
    assert found.occupancy[2:].tolist() == [0, 0]
    assert all(np.isfinite(getattr(found, field)).all() for field in FIELDS)


def test_endless_patience_is_erlang_c() -> None:
    found = erlang_a([14, 5], [10.0, 9.0], aht_seconds=180, patience_seconds=np.inf)
    assert found.wait_probability.tolist() == erlang_c([14, 5], [10.0, 9.0]).tolist()
    assert found.wait_seconds[1] == np.inf
    assert found.abandon_share.tolist() == [0, 0]
    patient = erlang_a(14, 10.0, aht_seconds=180, patience_seconds=1e9)
    assert float(patient.service_level) == pytest.approx(0.888350019179, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(agents=teams, erlangs=loads)
def test_more_agents_never_wait_more(agents: int, erlangs: float) -> None:
    few, more = erlang_c([agents, agents + 1], erlangs)
    assert 0 <= more <= few <= 1
    blocked = erlang_b(agents, erlangs)
    assert 0 <= blocked <= few + 1e-15


@settings(max_examples=60, deadline=None)
@given(agents=teams, erlangs=loads, patience=st.floats(5, 2000), target=st.floats(0, 300))
def test_outcomes_with_patience_are_shares_and_improve(
    agents: int, erlangs: float, patience: float, target: float
) -> None:
    def outcome(team: int) -> Abandonment:
        return erlang_a(
            team,
            erlangs,
            aht_seconds=200,
            patience_seconds=patience,
            target_answer_seconds=target,
        )

    few, more = outcome(agents), outcome(agents + 1)
    assert more.abandon_share <= few.abandon_share * (1 + 1e-12)
    assert more.service_level >= few.service_level - 1e-12
    assert 0 <= few.service_level <= 1 - few.abandon_share + 1e-12
    assert 0 <= few.occupancy <= 1 + 1e-12
    assert few.wait_probability <= erlang_c(agents, erlangs) * (1 + 1e-12)


@settings(max_examples=40, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 80), st.floats(0, 90)), min_size=1, max_size=30))
def test_an_array_is_one_by_one(pairs: list[tuple[int, float]]) -> None:
    agents, erlangs = (np.array(part) for part in zip(*pairs, strict=True))
    whole = erlang_c(agents, erlangs)
    assert np.allclose(whole, [erlang_c(n, a) for n, a in pairs], rtol=1e-13, atol=0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((-1, 2.0), "'agents' parameter of erlang_c must be whole numbers"),
        (([1, 2.5], 2.0), r"Got 2.5 at position 1 instead"),
        ((3, np.nan), "'erlangs' parameter of erlang_c must be zero or more"),
        ((3, "many"), "Got 'many' instead"),
        (([1, 2], [1.0, 2.0, 3.0]), r"shapes that fit each other. Got agents \(2,\)"),
    ],
)
def test_bad_arguments_are_named(arguments: tuple[Any, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        erlang_c(*arguments)


def test_patience_of_zero_is_refused() -> None:
    with pytest.raises(ParameterError, match="'patience_seconds' parameter of erlang_a"):
        erlang_a(3, 2.0, aht_seconds=60, patience_seconds=0)
