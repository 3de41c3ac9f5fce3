import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ConfigError
from forecasting.planning.sides import check_separations, given_up

POOLS = pd.DataFrame({"pool_id": ["p", "p", "q", "r"], "client_id": ["a", "b", "c", "d"]})


def able(**pools) -> pd.DataFrame:
    rows = [(agent, pool) for agent, own in pools.items() for pool in own]
    return pd.DataFrame(rows, columns=["agent_id", "pool_id"])


def there(table: pd.DataFrame) -> dict[str, np.ndarray]:
    return {agent: np.full(4, 10.0) for agent in table["agent_id"]}


def need(**pools) -> dict[str, np.ndarray]:
    return {pool: np.full(4, hours / 4) for pool, hours in pools.items()}


def test_whoever_is_trained_for_competitors_keeps_the_side_that_lacks_more() -> None:
    table = able(ana=["p", "q", "r"])
    gone = given_up(table, POOLS, need(p=10, q=90, r=5), there=there(table),
                    separations=[["a", "c"]])  # fmt: skip
    assert gone[["agent_id", "pool_id"]].to_numpy().tolist() == [["ana", "p"]]
    assert gone["reason"].item() == "serves q in this plan: a and c are kept apart"


def test_both_sides_keep_people_and_those_without_a_choice_are_counted_first() -> None:
    table = able(one=["p", "q"], two=["p", "q"], three=["q"])
    gone = given_up(table, POOLS, need(p=80, q=60), there=there(table),
                    separations=[["a", "c"]])  # fmt: skip
    # With 40 of q's 60 hours taken by the third, both others are for p.
    assert set(gone.itertuples(index=False, name=None)) == {
        ("one", "q", "serves p in this plan: c and a are kept apart"),
        ("two", "q", "serves p in this plan: c and a are kept apart"),
    }
    gone = given_up(table, POOLS, need(p=60, q=80), there=there(table),
                    separations=[["a", "c"]])  # fmt: skip
    assert sorted(gone["pool_id"]) == ["p", "q"]


def test_whoever_is_there_when_few_are_keeps_the_pool_that_lacks_these_hours() -> None:
    table = able(day=["p", "q"], night=["p", "q"])
    presence_ = {"day": np.array([20.0, 20, 0, 0]), "night": np.array([0.0, 0, 20, 20])}
    needs = {"p": np.array([20.0, 20, 0, 0]), "q": np.array([15.0, 15, 15, 15])}
    gone = given_up(table, POOLS, needs, there=presence_, separations=[["a", "c"]])
    assert dict(zip(gone["agent_id"], gone["pool_id"], strict=True)) == {"day": "q", "night": "p"}


def test_further_pools_are_kept_while_all_their_clients_are_not_too_many() -> None:
    table = able(ana=["p", "q", "r"], bo=["p", "q", "r"])
    gone = given_up(table, POOLS, need(p=90, q=50, r=10), there=there(table), most={"ana": 3})
    assert gone["agent_id"].tolist() == ["ana"]
    assert gone["reason"].item() == "serves p, q in this plan, and looks after 3 clients at most"
    narrow = given_up(table, POOLS, need(p=90, q=50, r=10), there=there(table),
                      most={"ana": 1})  # fmt: skip
    # One pool stays, however wide.
    assert narrow["pool_id"].tolist() == ["q", "r"]


def test_without_rules_nobody_gives_anything_up() -> None:
    table = able(ana=["p", "q", "r"])
    assert given_up(table, POOLS, {}, there={}).empty


CLIENTS = list("abcdefgh")


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from("pqr"), min_size=8, max_size=8),
    st.lists(st.sets(st.sampled_from(CLIENTS), min_size=2, max_size=3), max_size=3),
    st.lists(st.sets(st.sampled_from("pqr"), min_size=1), min_size=1, max_size=6),
)
def test_nobody_serves_two_rivals_and_everybody_serves_somebody(places, rules, teams) -> None:
    pools = pd.DataFrame({"pool_id": places, "client_id": CLIENTS})
    known = set(places)
    table = able(**{f"a{i}": sorted(own & known) for i, own in enumerate(teams)})
    gone = given_up(table, pools, need(p=40, q=30, r=20), there=there(table),
                    separations=rules)  # fmt: skip
    out = set(zip(gone["agent_id"], gone["pool_id"], strict=True))
    clients = pools.groupby("pool_id")["client_id"].agg(set)
    for agent, own in table.groupby("agent_id")["pool_id"]:
        kept = [pool for pool in own if (agent, pool) not in out]
        assert kept
        for rule in rules:
            for at, one in enumerate(kept):
                for other in kept[:at]:
                    both = (clients[one] | clients[other]) & rule
                    # Rivals inside one pool are the pooling's affair.
                    assert len(both) < 2 or both <= clients[one] or both <= clients[other]


def test_an_unknown_client_is_named_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"no client 'client-02'\. Did you mean 'client-002'"):
        check_separations([["client-000", "client-02"]], ["client-000", "client-002"])
