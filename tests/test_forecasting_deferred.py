"""Deferred work: deadlines decide, live agents' idle time comes first."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from data.errors import ParameterError
from forecasting.deferred import idle_agents, least_capacity, serve, staff_deferred

HOURLY: dict[str, Any] = {"interval_minutes": 60, "aht_seconds": 3600}


def test_work_is_spread_up_to_its_deadline() -> None:
    arrivals = [8.0] + [0.0] * 9
    assert staff_deferred(arrivals, **HOURLY, promise_hours=8).extra_agents == 1
    assert staff_deferred(arrivals, **HOURLY, promise_hours=4).extra_agents == 2
    assert staff_deferred(arrivals, **HOURLY, promise_hours=1).extra_agents == 8


def test_mail_fills_the_gaps_that_chat_leaves() -> None:
    idle = idle_agents([6] * 10, [3.0] * 10, max_occupancy=0.9)
    plan = staff_deferred([2.0] * 10, **HOURLY, promise_hours=4, idle=idle)
    assert plan.extra_agents == 0
    assert plan.intervals["done_in_gaps"].sum() == pytest.approx(20)
    assert staff_deferred([2.0] * 10, **HOURLY, promise_hours=4).extra_agents == 2


def test_closed_hours_give_no_capacity() -> None:
    usable = np.arange(48) % 24 < 8
    arrivals = np.zeros(48)
    arrivals[10] = 6.0
    plan = staff_deferred(arrivals, **HOURLY, promise_hours=24, open_intervals=usable)
    assert plan.extra_agents == 1
    assert plan.intervals.loc[24:29, "done_by_extra"].tolist() == [1.0] * 6
    assert plan.stretched == 0


def test_a_promise_that_ends_while_closed_is_stretched_and_said() -> None:
    usable = np.arange(48) % 24 < 8
    arrivals = np.zeros(48)
    arrivals[10] = 3.0
    plan = staff_deferred(arrivals, **HOURLY, promise_hours=8, open_intervals=usable)
    assert plan.stretched == 3
    assert plan.extra_agents == 3
    by_open_hours = staff_deferred(
        arrivals, **HOURLY, promise_hours=8, open_intervals=usable, clock="open"
    )
    assert by_open_hours.stretched == 0
    assert by_open_hours.extra_agents == 1


def test_the_shorter_promise_goes_first() -> None:
    arrivals = np.zeros((2, 6))
    arrivals[:, 0] = [4.0, 2.0]
    plan = staff_deferred(arrivals, **HOURLY, promise_hours=[6, 2])
    assert plan.extra_agents == 1
    assert plan.intervals["late"].sum() == 0


def test_caps_and_shrinkage() -> None:
    plan = staff_deferred([9.0] * 8, **HOURLY, promise_hours=1, max_occupancy=0.9, shrinkage=0.2)
    assert (plan.extra_agents, plan.paid_agents) == (10, 13)


work_lists = st.lists(st.floats(0, 5), min_size=4, max_size=12)


@settings(max_examples=40, deadline=None)
@given(work=work_lists, promise=st.integers(1, 5), seed=st.integers(0, 99))
def test_the_level_is_the_least_by_linear_programming(
    work: list[float], promise: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    n = len(work)
    idle, usable = rng.uniform(0, 2, n), np.ones(n, dtype=bool)
    arrivals, due = np.array([work]), np.arange(n)[None, :] + promise
    level = least_capacity(arrivals, due, idle, usable)
    owed = [t for t in range(n) if t + promise <= n]
    # Variables: work of arrival t done in interval s, then the level.
    cells = [(t, s) for t in owed for s in range(t, t + promise)]
    cost = np.append(np.zeros(len(cells)), 1.0)
    done = np.array([[float(t == u) for t, _ in cells] + [0.0] for u in owed])
    used = np.array([[float(s == v) for _, s in cells] + [-1.0] for v in range(n)])
    least = 0.0
    if owed:
        least = linprog(cost, A_ub=used, b_ub=idle, A_eq=done, b_eq=arrivals[0, owed]).fun
    assert level == pytest.approx(least, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(work=work_lists, promise=st.integers(1, 6), seed=st.integers(0, 99))
def test_the_plan_is_never_late_and_loses_nothing(
    work: list[float], promise: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    usable = rng.random(len(work)) < 0.7
    usable[-1] = True
    idle = rng.uniform(0, 2, len(work))
    plan = staff_deferred(work, **HOURLY, promise_hours=promise, idle=idle, open_intervals=usable)
    table = plan.intervals
    assert table["late"].sum() == pytest.approx(0, abs=1e-6)
    done = table["done_in_gaps"] + table["done_by_extra"]
    assert done.sum() + table["backlog"].iloc[-1] == pytest.approx(sum(work), abs=1e-6)
    assert (done[~usable] == 0).all()


def test_too_little_capacity_is_late_once_and_still_done() -> None:
    work, due = np.array([[4.0, 0, 0, 0, 0]]), np.array([[2, 3, 4, 5, 6]])
    table = serve(work, due, np.zeros(5), np.ones(5))
    assert table["late"].tolist() == [0, 2, 0, 0, 0]
    assert table["backlog"].tolist() == [3, 2, 1, 0, 0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"promise_hours": 0}, "'promise_hours' parameter of staff_deferred must be greater than"),
        ({"promise_hours": [1, 2]}, "Got 2 for 1 classes instead"),
        ({"clock": "sun"}, "'clock' parameter .* must be 'elapsed' or 'open'"),
        ({"open_intervals": [False, False]}, "at least one of them true"),
        ({"idle": [1.0]}, "'idle' parameter .* one per interval"),
        ({"contacts": [-1.0, 0]}, "'contacts' parameter .* Got -1.0 at position 0"),
        ({"contacts": []}, "at least one of each"),
    ],
)
def test_bad_arguments_are_named(change: dict[str, Any], words: str) -> None:
    arguments: dict[str, Any] = {"contacts": [1.0, 2.0], "promise_hours": 8, **HOURLY} | change
    with pytest.raises(ParameterError, match=words):
        staff_deferred(arguments.pop("contacts"), **arguments)
