"""Pools: every rule is kept, covers are exact, and small clients share few paid hours."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ParameterError, SchemaError
from forecasting.pooling import Pools, cover_need, pool_clients
from forecasting.pooling.covers import price_hours
from forecasting.pooling.demand import workload

QUICK: dict[str, Any] = {"effort": 0.02, "baselines": False}


def office(first_hour: int, length: int, work: float) -> np.ndarray:
    week = np.zeros((7, 24))
    week[:, [(first_hour + i) % 24 for i in range(length)]] = work
    return week.ravel()


def frame(**clients: np.ndarray) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"client_id": name, "hour_of_week": range(168), "workload_fte": work})
        for name, work in clients.items()
    ]
    return pd.concat(parts, ignore_index=True)


def together(pools: Pools) -> set[frozenset[str]]:
    return {frozenset(g) for _, g in pools.composition.groupby("pool_id")["client_id"]}


@pytest.fixture
def eight() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return frame(**{f"c{i}": office(3 * i, 10, 0.5) * rng.uniform(0.6, 1) for i in range(8)})


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=24, max_size=24))
def test_a_cover_meets_every_hour_and_its_bound(need: list[int]) -> None:
    wanted = np.array(need, dtype=float)
    cover = cover_need(wanted, (4, 6, 8))
    assert (cover.agents >= wanted).all()
    assert cover.paid_hours == cover.agents.sum()
    assert cover.paid_hours == (cover.starts.sum(axis=1) * [4, 6, 8]).sum()
    bound, price = price_hours(wanted, (4, 6, 8))
    assert wanted.sum() <= bound + 1e-6 <= cover.paid_hours + 2e-6
    assert price @ wanted == pytest.approx(bound)


def test_a_peak_of_one_hour_costs_the_shortest_shift() -> None:
    need = np.zeros(168)
    need[167] = 1
    assert cover_need(need, (4, 6, 8)).paid_hours == 4


def test_complementary_hours_meet() -> None:
    demand = frame(
        day_a=office(8, 12, 0.85),
        night_a=office(20, 12, 0.85),
        day_b=office(8, 12, 0.8),
        night_b=office(20, 12, 0.8),
    )
    pools = pool_clients(demand, max_size=2, effort=0.05)
    assert all({name[:3] for name in pair} == {"day", "nig"} for pair in together(pools))
    assert pools.paid_hours == 2 * 168
    assert pools.comparison.set_index("plan").loc["one agent per client", "pools"] == 4


def test_the_tables_agree(eight: pd.DataFrame) -> None:
    before = eight.copy()
    pools = pool_clients(eight, max_size=3, contacts=1000, effort=0.05)
    pd.testing.assert_frame_equal(eight, before)
    hours, shifts = pools.hours, pools.shifts
    assert hours["load"].sum() == pytest.approx(eight["workload_fte"].sum())
    assert (hours["agents"] >= hours["required"]).all()
    assert (hours["required"] * 0.9 >= hours["load"] - 1e-8).all()
    assert (shifts["shift_hours"] * shifts["agents"]).sum() == pools.paid_hours
    assert pools.lower_bound_hours <= pools.paid_hours
    plans = pools.comparison.set_index("plan")
    assert plans.loc["these pools", "paid_hours"] == pools.paid_hours
    assert plans.loc["these pools", "utilisation"] == pytest.approx(pools.utilisation)
    assert plans.loc["lower bound", "paid_hours"] <= plans.loc["one pool", "paid_hours"]
    assert plans.loc["one pool", "contacts_per_agent_hour"] > 0
    assert pools.composition.groupby("pool_id").size().max() <= 3


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), size=st.integers(1, 4))
def test_every_rule_is_kept(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"c{i:02d}" for i in range(8)]
    demand = frame(**{n: office(int(rng.integers(24)), 9, rng.uniform(0, 1)) for n in names})
    languages = {n: set(rng.choice(["en", "fr", "de"], rng.integers(1, 3))) for n in names}
    rivals = [set(rng.choice(names, 2, replace=False)) for _ in range(4)]
    pools = pool_clients(
        demand, max_size=size, languages=languages, separations=rivals, random_state=seed, **QUICK
    )
    groups = together(pools)
    assert sorted(name for group in groups for name in group) == names
    assert all(len(group) <= size for group in groups)
    assert all(set.intersection(*(languages[n] for n in group)) for group in groups)
    assert not any(pair <= group for pair in rivals for group in groups)


def test_the_same_seed_gives_the_same_pools(eight: pd.DataFrame) -> None:
    first, again = (pool_clients(eight, max_size=3, **QUICK) for _ in range(2))
    pd.testing.assert_frame_equal(first.composition, again.composition)
    shuffled = pool_clients(eight.sample(frac=1, random_state=1), max_size=3, **QUICK)
    pd.testing.assert_frame_equal(first.composition, shuffled.composition)


def test_a_move_must_save_more_than_it_costs(eight: pd.DataFrame) -> None:
    clients = sorted(eight["client_id"].unique())
    previous = {c: f"team-{i // 3}" for i, c in enumerate(clients[:-1])}
    dear = pool_clients(eight, max_size=3, previous=previous, moving_cost=10_000, **QUICK)
    kept = dear.composition.set_index("client_id")["pool_id"]
    assert {c: kept[c] for c in previous} == previous
    assert not dear.composition["moved"].any()
    assert dear.composition.set_index("client_id").loc[clients[-1], "reason"] == "new"
    cheap = pool_clients(eight, max_size=3, previous=previous, moving_cost=0, **QUICK)
    assert cheap.paid_hours <= dear.paid_hours


def test_a_forbidden_old_pool_is_left(eight: pd.DataFrame) -> None:
    previous = dict.fromkeys(eight["client_id"].unique(), "team")
    pools = pool_clients(
        eight, previous=previous, moving_cost=1e6, separations=[("c0", "c1")], **QUICK
    )
    assert pools.composition["moved"].sum() == 1


def test_agents_hold_few_clients_at_a_time(eight: pd.DataFrame) -> None:
    pools = pool_clients(eight, max_size=8, max_clients=1, **QUICK)
    work = eight.merge(pools.composition[["client_id", "pool_id"]], on="client_id")
    open_clients = work[work["workload_fte"] > 0].groupby(["pool_id", "hour_of_week"]).size()
    agents = pools.hours.set_index(["pool_id", "hour_of_week"])["agents"]
    assert (agents.loc[open_clients.index] >= open_clients).all()


def test_a_client_nobody_shares_a_language_with_is_named(eight: pd.DataFrame) -> None:
    languages = {c: {"en"} for c in eight["client_id"].unique()} | {"c3": {"is"}}
    table = pool_clients(eight, languages=languages, **QUICK).composition.set_index("client_id")
    assert table.loc["c3", "reason"].startswith("alone")
    assert (table["pool_id"] == table.loc["c3", "pool_id"]).sum() == 1


def test_no_clients_give_no_pools(eight: pd.DataFrame) -> None:
    pools = pool_clients(eight.iloc[:0])
    assert pools.paid_hours == 0
    assert pools.utilisation == 0
    columns = ["pool_id", "hour_of_week", "load", "lent", "required", "agents"]
    assert list(pools.hours.columns) == columns
    assert len(pools.composition) == len(pools.shifts) == 0


def test_a_client_without_work_costs_nothing() -> None:
    pools = pool_clients(frame(idle=np.zeros(168)), **QUICK)
    assert pools.paid_hours == 0


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("workload_fte", -1.0, r"'workload_fte'.*-1.0.* in row 2 \(1 rows\)"),
        ("workload_fte", np.nan, "'workload_fte'.*nan"),
        ("hour_of_week", 168, "'hour_of_week'.*whole hours from 0 to 167"),
        ("hour_of_week", 1, "one row per client and hour"),
    ],
)
def test_broken_demand_is_named(eight: pd.DataFrame, column: str, value: float, words: str) -> None:
    eight.loc[2, column] = value
    with pytest.raises(SchemaError, match=words):
        pool_clients(eight)


def test_a_missing_column_is_named(eight: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match="no column 'workload_fte'"):
        pool_clients(eight.drop(columns="workload_fte"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"max_size": 0}, "'max_size' parameter of pool_clients"),
        ({"occupancy": 1.2}, r"'occupancy' parameter of pool_clients must be in \(0, 1\]"),
        ({"shift_hours": ()}, "'shift_hours' parameter"),
        ({"separations": [("c0", "nobody")]}, r"\['nobody'\] have no demand"),
        ({"separations": [("c0", "c0")]}, "two or more clients"),
        ({"languages": {"c0": {"en"}}}, r"Got none for \['c1'"),
        ({"skills": {f"c{i}": "billing" for i in range(8)}}, "the text 'billing' for 'c0'"),
        ({"max_clients": 0}, "'max_clients' parameter"),
    ],
)
def test_bad_arguments_are_named(eight: pd.DataFrame, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        pool_clients(eight, **change)


def test_real_small_clients_share_better_than_by_chance(shared) -> None:
    demand = shared("pooling_100_clients")
    few = demand[demand["client_id"].isin(sorted(demand["client_id"].unique())[:30])]
    plans = pool_clients(few, max_size=10, effort=0.1).comparison.set_index("plan")["utilisation"]
    assert plans["these pools"] > plans["random groups of 10"] + 0.01
    assert plans["these pools"] < plans["one pool"] <= plans["lower bound"]


def test_random_groups_of_real_clients_cost_what_the_reference_says(shared) -> None:
    work = workload(shared("pooling_100_clients")).to_numpy()
    groups = np.random.default_rng(0).permutation(100).reshape(10, 10)
    paid = sum(cover_need(np.ceil(work[g].sum(axis=0) / 0.9), (4, 6, 8)).paid_hours for g in groups)
    assert work.sum() / paid == pytest.approx(0.783, abs=0.015)
