"""Required agents: the smallest team that keeps the promise, with everything that eats time."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ParameterError, SchemaError
from forecasting.erlang import service_level
from forecasting.erlang_abandon import erlang_a
from forecasting.staffing import offered_erlangs, required_agents
from forecasting.staffing_risk import forecast_quantile, newsvendor_risk, staff_to_risk

PROMISE: dict[str, Any] = {"interval_minutes": 30, "aht_seconds": 180}


def test_the_printed_case() -> None:
    assert int(required_agents(100, **PROMISE)) == 14
    assert int(required_agents(100, **PROMISE, service_level=0.88)) == 14
    assert int(required_agents(100, **PROMISE, service_level=0.89)) == 15


@settings(max_examples=60, deadline=None)
@given(
    contacts=st.floats(0.01, 2000),
    aht=st.floats(30, 900),
    target=st.floats(0, 120),
    level=st.floats(0.05, 0.99),
)
def test_one_agent_fewer_breaks_the_promise(
    contacts: float, aht: float, target: float, level: float
) -> None:
    times = {"aht_seconds": aht, "target_answer_seconds": target}
    need = required_agents(contacts, interval_minutes=30, service_level=level, **times)
    load = offered_erlangs(contacts, interval_minutes=30, aht_seconds=aht)
    assert service_level(need, load, **times) >= level - 1e-12
    assert service_level(need - 1, load, **times) < level + 1e-12


@settings(max_examples=25, deadline=None)
@given(
    contacts=st.floats(0.01, 900),
    patience=st.floats(10, 1000),
    level=st.floats(0.05, 0.99),
    cap=st.floats(0.5, 1),
)
def test_the_same_with_patience(contacts: float, patience: float, level: float, cap: float) -> None:
    need = required_agents(
        contacts, **PROMISE, service_level=level, patience_seconds=patience, max_occupancy=cap
    )

    def kept(agents: int) -> bool:
        found = erlang_a(agents, contacts / 10, aht_seconds=180, patience_seconds=patience)
        return bool(found.service_level >= level and found.occupancy <= cap * (1 + 1e-9))

    assert kept(int(need))
    assert not kept(int(need) - 1)


def test_a_long_table_agrees_with_row_by_row() -> None:
    contacts = np.random.default_rng(3).uniform(0, 300, 500)
    table = required_agents(contacts, **PROMISE, patience_seconds=90)
    mixed = required_agents(
        np.append(contacts, 5.0), **PROMISE, patience_seconds=[*[90.0] * 500, 60.0]
    )
    assert table.tolist() == mixed[:-1].tolist()


def test_a_block_of_very_different_loads_is_solved_row_by_row() -> None:
    contacts = np.array([1e-6, 3.0, 100.0, 5_000.0, 100_000.0, 0.0])
    together = required_agents(contacts, **PROMISE)
    assert together.tolist() == [int(required_agents(c, **PROMISE)) for c in contacts]
    assert together[-1] == 0


def test_a_giant_beside_a_dwarf_is_reached_without_a_step_for_each_seat() -> None:
    # Seat by seat from the dwarf this would take an hour.
    contacts = np.array([0.5, 1e10, 2.0, 1e8])
    together = required_agents(contacts, **PROMISE)
    assert together[[0, 2]].tolist() == [int(required_agents(c, **PROMISE)) for c in (0.5, 2.0)]
    load = offered_erlangs(contacts[[1, 3]], interval_minutes=30, aht_seconds=180)
    assert np.all((together[[1, 3]] > load) & (together[[1, 3]] < load + np.sqrt(load)))


def test_occupancy_shrinkage_and_chat() -> None:
    assert int(required_agents(900, **PROMISE)) < 100
    assert int(required_agents(900, **PROMISE, max_occupancy=0.9)) == 100
    assert int(required_agents(900, **PROMISE, max_occupancy=0.9, shrinkage=0.2)) == 125
    assert int(required_agents(100, **PROMISE, concurrency=3)) == 5
    slower = required_agents(100, **PROMISE, concurrency=3, concurrency_loss=0.2)
    seats = required_agents(100, interval_minutes=30, aht_seconds=180 * 1.4)
    assert int(slower) == -(-int(seats) // 3)


@settings(max_examples=30, deadline=None)
@given(contacts=st.lists(st.floats(0, 500), min_size=2, max_size=40))
def test_more_contacts_never_need_fewer(contacts: list[float]) -> None:
    need = required_agents(sorted(contacts), **PROMISE)
    assert (np.diff(need) >= 0).all()


def test_shapes_broadcast_and_empty_stays_empty() -> None:
    grid = required_agents([[50], [100]], interval_minutes=30, aht_seconds=[120, 180, 240])
    assert grid.shape == (2, 3)
    assert grid[1, 1] == 14
    assert required_agents([], **PROMISE).shape == (0,)
    assert required_agents([], **PROMISE, patience_seconds=60).dtype == np.int64


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"service_level": 1.0}, r"'service_level' parameter of required_agents must be in \(0, 1"),
        ({"shrinkage": 1.0}, r"'shrinkage' parameter of required_agents must be in \[0, 1\)"),
        ({"max_occupancy": 0.0}, "'max_occupancy' parameter"),
        ({"concurrency": 1.5}, "'concurrency' parameter of required_agents must be whole numbers"),
        ({"aht_seconds": 0}, "'aht_seconds' parameter"),
        ({"patience_seconds": [60, -1]}, "at position 1"),
    ],
)
def test_bad_arguments_are_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        required_agents(100, **(PROMISE | change))


@pytest.fixture
def forecast() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unique_id": ["a", "a"],
            "ds": pd.to_datetime(["2026-03-02T09:00Z", "2026-03-02T09:30Z"]),
            "yhat": [100.0, 0.0],
            "yhat-lo-80": [80.0, 0.0],
            "yhat-hi-80": [130.0, 4.0],
            "yhat-lo-95": [70.0, 0.0],
            "yhat-hi-95": [150.0, 6.0],
        }
    )


def test_a_risk_is_a_quantile_of_the_forecast(forecast: pd.DataFrame) -> None:
    before = forecast.copy()
    plan = staff_to_risk(forecast, risk=0.1, **PROMISE)
    pd.testing.assert_frame_equal(forecast, before)
    assert plan["contacts"].tolist() == [130, 4]
    assert plan["required_agents"].tolist() == required_agents([130, 4], **PROMISE).tolist()
    assert forecast_quantile(forecast, 0.5).tolist() == [100, 0]
    assert forecast_quantile(forecast, 0.025).tolist() == [70, 0]


def test_less_risk_never_plans_for_less(forecast: pd.DataFrame) -> None:
    planned = [forecast_quantile(forecast, p)[0] for p in np.linspace(0.03, 0.97, 40)]
    assert (np.diff(planned) > 0).all()


def test_costs_name_the_risk() -> None:
    assert newsvendor_risk(idle_cost=1, missing_cost=9) == pytest.approx(0.1)
    with pytest.raises(ParameterError, match="'idle_cost' parameter"):
        newsvendor_risk(idle_cost=0, missing_cost=9)


def test_intervals_must_reach_the_risk(forecast: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="predict with level=98 or wider"):
        staff_to_risk(forecast, risk=0.01, **PROMISE)
    with pytest.raises(ParameterError, match=r"must be in \[0.5, 0.5\]"):
        staff_to_risk(forecast[["unique_id", "ds", "yhat"]], risk=0.1, **PROMISE)


def test_broken_forecasts_are_named(forecast: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match="no column 'yhat'"):
        staff_to_risk(forecast.drop(columns="yhat"), risk=0.1, **PROMISE)
    forecast.loc[1, "yhat-hi-80"] = -1.0
    with pytest.raises(SchemaError, match=r"'yhat-hi-80'.*-1.0 in row 1"):
        staff_to_risk(forecast, risk=0.1, **PROMISE)
