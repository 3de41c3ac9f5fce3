"""Pools in a chain: an agent serves few clients, and time to spare is of use next door."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.pooling import Pools, pool_clients
from forecasting.pooling.chain import improve_chain, links, links_after
from forecasting.pooling.covers import cover_and_lend, cover_need
from forecasting.pooling.partition import Partition, Problem

QUICK: dict[str, Any] = {"overlap": True, "effort": 0.05, "baselines": False}


def clients(count: int, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    hour = np.arange(168)
    parts = []
    for number in range(count):
        bump = np.exp(-0.5 * (((hour - rng.integers(24)) % 24 - 12) / 4) ** 2)
        work = rng.uniform(0.2, 1.2) * bump * rng.uniform(0.8, 1.2, 168)
        name = f"c{number:02d}"
        parts.append(pd.DataFrame({"client_id": name, "hour_of_week": hour, "workload_fte": work}))
    return pd.concat(parts, ignore_index=True)


def served_by(pools: Pools) -> dict[str, set[str]]:
    """Clients that the agents of each pool serve."""
    table = pools.composition
    own = table.groupby("pool_id")["client_id"].agg(set).to_dict()
    for pool, group in table[table["helped_by"] != ""].groupby("helped_by"):
        own[pool] = own[pool] | set(group["client_id"])
    return own


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1000), size=st.integers(1, 6), limit=st.sampled_from([None, 2]))
def test_all_an_agent_serves_keeps_the_rules(seed: int, size: int, limit: int | None) -> None:
    rng = np.random.default_rng(seed)
    demand = clients(12, seed)
    names = sorted(demand["client_id"].unique())
    languages = {n: set(rng.choice(["en", "fr", "de"], rng.integers(1, 4))) for n in names}
    rivals = [set(rng.choice(names, 2, replace=False)) for _ in range(4)]
    pools = pool_clients(
        demand,
        max_size=size,
        languages=languages,
        separations=rivals,
        max_clients=limit,
        random_state=seed,
        **QUICK,
    )
    groups = served_by(pools).values()
    assert set().union(*groups) == set(names)
    assert all(len(group) <= size for group in groups)
    assert all(set.intersection(*(languages[n] for n in group)) for group in groups)
    assert not any(pair <= group for pair in rivals for group in groups)
    hours = pools.hours
    assert (hours["agents"] * 0.9 >= hours["load"] - 1e-8).all()
    assert hours["load"].sum() == pytest.approx(demand["workload_fte"].sum())


def test_attention_is_split_like_the_work() -> None:
    demand = clients(8)
    pools = pool_clients(demand, max_size=6, max_clients=2, **QUICK)
    agents = pools.hours.groupby("hour_of_week")["agents"].sum().to_numpy()
    opened = (demand["workload_fte"] > 0).groupby(demand["hour_of_week"]).sum().to_numpy()
    assert (agents >= opened / 2).all()


def test_a_chain_wastes_less_than_pools_apart_and_never_beats_the_bound() -> None:
    demand = clients(24)
    apart = pool_clients(demand, max_size=6, effort=0.1, baselines=False)
    chain = pool_clients(demand, max_size=6, **QUICK)
    assert chain.lower_bound_hours <= chain.paid_hours < 0.97 * apart.paid_hours
    assert chain.hours["lent"].sum() > 0
    assert apart.hours["lent"].sum() == 0
    assert (apart.composition["helped_by"] == "").all()


def test_a_move_in_a_chain_costs_two_teams() -> None:
    demand = clients(12)
    names = sorted(demand["client_id"].unique())
    previous = {name: f"team-{i // 3}" for i, name in enumerate(names)}
    kept = pool_clients(demand, max_size=6, previous=previous, moving_cost=1e6, **QUICK)
    table = kept.composition.set_index("client_id")
    assert table["pool_id"].to_dict() == previous
    helpers = table.groupby("pool_id")["helped_by"].first().to_dict()
    assert helpers == {"team-0": "", "team-1": "team-0", "team-2": "team-1", "team-3": "team-2"}
    free = pool_clients(demand, max_size=6, previous=previous, moving_cost=0, **QUICK)
    saved = kept.paid_hours - free.paid_hours
    moved = int(free.composition["moved"].sum())
    assert saved > 0
    fair = saved / moved
    dear = pool_clients(demand, max_size=6, previous=previous, moving_cost=fair, **QUICK)
    assert dear.composition["moved"].sum() < moved


def test_the_same_seed_gives_the_same_chain() -> None:
    first, again = (pool_clients(clients(9), max_size=4, **QUICK) for _ in range(2))
    pd.testing.assert_frame_equal(first.composition, again.composition)
    pd.testing.assert_frame_equal(first.shifts, again.shifts)


def test_no_clients_give_no_chain() -> None:
    pools = pool_clients(clients(2).iloc[:0], **QUICK)
    assert pools.paid_hours == len(pools.composition) == 0


def test_a_shift_is_placed_where_the_next_pool_has_work() -> None:
    rest = np.zeros((1, 24))
    rest[0, 10:12] = 1.0
    wanted = np.zeros((1, 24))
    wanted[0, 12:14] = 0.9
    cover = cover_and_lend(rest, wanted, (4, 6))
    assert np.flatnonzero(cover.agents).tolist() == [10, 11, 12, 13]
    alone = cover_and_lend(rest, np.zeros((1, 24)), (4, 6))
    assert alone.paid_hours == cover_need(rest[0], (4, 6)).paid_hours == 4


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_links_follow_every_move(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = 10
    rivals = np.triu(rng.random((count, count)) < 0.1, 1)
    problem = Problem(
        load=rng.random((count, 24)),
        attention=np.zeros((count, 24)),
        masks=rng.integers(1, 8, (2, count)),
        apart=rivals | rivals.T,
        home=np.full(count, -1),
        max_size=3,
        moving_cost=0.0,
    )
    labels = improve_chain(problem, 5, 0.01, rng)
    partition = Partition(problem, labels, int(labels.max()) + 1)
    check_links(partition)
    for client in range(count):
        moves = partition.moves(client)
        after = links_after(partition, client, moves, 5)
        for chosen, expected in enumerate(after):
            changed = Partition(problem, labels, partition.pools)
            changed.apply(client, moves, chosen)
            assert (links(changed, 5) == expected).all()


def check_links(partition: Partition) -> None:
    problem, labels = partition.problem, partition.labels
    for pool, linked in enumerate(links(partition, 5)):
        both = np.flatnonzero((labels == pool) | (labels == pool + 1))
        bits = np.bitwise_and.reduce(problem.masks[:, both], axis=1)
        allowed = len(both) <= 5 and not problem.apart[np.ix_(both, both)].any()
        assert linked == (allowed and bool((bits != 0).all()))


def test_real_small_clients_reach_in_a_chain_what_pools_apart_do_not(shared) -> None:
    demand = shared("pooling_100_clients")
    pools = pool_clients(demand, max_size=10, overlap=True, effort=0.02, baselines=False)
    assert max(map(len, served_by(pools).values())) <= 10
    assert pools.utilisation > 0.86
