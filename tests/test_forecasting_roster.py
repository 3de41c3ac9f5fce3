"""Rosters: what they cost is what an independent count says, and every rule is kept."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from data.errors import ParameterError, SchemaError
from forecasting.roster import Assignment, Terms, assign_shifts
from forecasting.roster.hours import Hour


def demand(rows: list[tuple[str, int, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["pool_id", "hour_of_week", "required_fte"])


def agents(rows: list[tuple[str, int, int, list[int], list[str], int]]) -> pd.DataFrame:
    names = [
        "agent_id", "window_start_hour", "window_hours", "days", "pools", "max_hours_per_week",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def small(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(seed)
    needed = [(f"p{p}", h, float(random.random() * 2)) for p in range(3) for h in range(0, 168, 2)]
    people = [
        (
            f"a{i}",
            int(random.integers(24)),
            int(random.integers(6, 15)),
            sorted(random.choice(7, 5, replace=False).tolist()),
            sorted({f"p{p}" for p in random.integers(0, 3, 2)}),
            int(random.integers(12, 41)),
        )
        for i in range(8)
    ]
    return demand(needed), agents(people)


def recount(
    needed: pd.DataFrame, people: pd.DataFrame, made: Assignment, unmet_cost: float
) -> float:
    """Objective by a linear program for each hour, from the shifts alone."""
    pools = sorted(needed["pool_id"].unique())
    own = dict(zip(people["agent_id"], people["pools"], strict=True))
    unmet = 0.0
    for hour, of_hour in needed.groupby("hour_of_week"):
        at_work = [
            agent
            for agent, start, n in made.shifts[
                ["agent_id", "start_hour_of_week", "hours"]
            ].itertuples(index=False)
            if (hour - start) % 168 < n
        ]
        wanted = of_hour.set_index("pool_id")["required_fte"].reindex(pools).fillna(0).to_numpy()
        unmet += uncovered(wanted, [[p in own[a] for p in pools] for a in at_work])
    return float(made.shifts["hours"].sum()) + unmet_cost * unmet


def uncovered(wanted: np.ndarray, may: list[list[bool]]) -> float:
    count = len(wanted)
    pairs = [(i, p) for i, row in enumerate(may) for p in range(count) if row[p]]
    matrix = np.zeros((len(may) + count, len(pairs) + count))
    for at, (i, p) in enumerate(pairs):
        matrix[i, at], matrix[len(may) + p, at] = 1, -1
    matrix[len(may) + np.arange(count), len(pairs) + np.arange(count)] = -1
    cost = np.r_[np.zeros(len(pairs)), np.ones(count)]
    return float(linprog(cost, A_ub=matrix, b_ub=np.r_[np.ones(len(may)), -wanted]).fun)


@pytest.mark.parametrize("seed", range(3))
def test_the_objective_is_what_the_shifts_cost(seed: int) -> None:
    needed, people = small(seed)
    made = assign_shifts(needed, people, steps=1500, random_state=seed)
    assert made.objective == pytest.approx(recount(needed, people, made, 20.0), abs=0.2)
    assert made.objective == pytest.approx(made.paid_hours + 20 * made.unmet_hours)
    assert made.cover["unmet_fte"].sum() == pytest.approx(made.unmet_hours, abs=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_every_rule_is_kept(seed: int) -> None:
    needed, people = small(seed)
    made = assign_shifts(needed, people, steps=1500, random_state=seed)
    by_agent = people.set_index("agent_id")
    assert not made.shifts.duplicated(["agent_id", "day"]).any()
    for agent, own in made.shifts.groupby("agent_id"):
        rules = by_agent.loc[agent]
        assert own["hours"].sum() <= rules["max_hours_per_week"]
        assert set(own["hours"]) <= {4, 6, 8}
        assert set(own["day"]) <= set(rules["days"])
        offset = (own["start_hour_of_week"] - own["day"] * 24 - rules["window_start_hour"]) % 168
        assert (offset + own["hours"] <= rules["window_hours"]).all()
        ordered = own.sort_values("start_hour_of_week")
        starts, ends = ordered["start_hour_of_week"].to_numpy(), ordered["hours"].to_numpy()
        gaps = (np.roll(starts, -1) - starts) % 168 - ends
        assert len(own) == 1 or (gaps >= 11).all()
    worked = made.work.groupby(["agent_id", "hour_of_week"])["share"].sum()
    assert (worked <= 1 + 1e-6).all()
    assert all(pool in by_agent.loc[agent, "pools"] for agent, pool in
               made.work[["agent_id", "pool_id"]].itertuples(index=False))  # fmt: skip


def test_the_same_seed_gives_the_same_roster_and_row_order_does_not_matter() -> None:
    needed, people = small(1)
    made = assign_shifts(needed, people, steps=600)
    again = assign_shifts(
        needed.sample(frac=1, random_state=0), people.sample(frac=1, random_state=0), steps=600
    )
    pd.testing.assert_frame_equal(made.shifts, again.shifts)
    assert made.objective == again.objective


def test_a_longer_search_of_a_small_week_finds_the_best_roster() -> None:
    needed = demand([("p", h, 1.0) for h in range(9, 17)] + [("q", h, 0.5) for h in range(9, 13)])
    people = agents([("a", 8, 10, [0], ["p"], 40), ("b", 8, 10, [0], ["q", "p"], 40)])
    made = assign_shifts(needed, people, steps=3000)
    assert (made.paid_hours, made.unmet_hours) == (12, 0)


def test_what_nobody_can_take_is_named() -> None:
    needed = demand([("p", 10, 1.0), ("nobody", 10, 1.0), ("p", 100, 1.0)])
    people = agents([("a", 8, 10, [0], ["p"], 40), ("idle", 8, 10, [0], [], 40)])
    made = assign_shifts(needed, people, steps=500)
    reasons = made.cover.set_index(["pool_id", "hour_of_week"])["reason"]
    assert reasons["nobody", 10] == "nobody is qualified for this pool"
    assert reasons["p", 100] == "no qualified agent is available at this hour"
    assert reasons["p", 10] == "covered"
    assert "idle" not in set(made.shifts["agent_id"])


def test_nobody_and_nothing_are_answered() -> None:
    needed, people = small(0)
    none = assign_shifts(needed, people.iloc[:0], steps=10)
    assert none.unmet_hours == pytest.approx(needed["required_fte"].sum(), abs=0.1)
    assert assign_shifts(needed.iloc[:0], people, steps=2000).paid_hours == 0


def test_nights_are_worked_only_where_they_pay() -> None:
    needed = demand([("p", h % 24, 1.0) for h in range(20, 28)])
    people = agents([("night", 20, 8, [0, 6], ["p"], 40)])
    free = assign_shifts(needed, people, steps=500)
    dear = assign_shifts(needed, people, terms=Terms(night_cost=100.0), steps=500)
    assert free.paid_hours > 0
    assert dear.shifts.empty


def test_whoever_is_awake_takes_the_hours_of_the_night() -> None:
    needed = demand([("p", h, 1.0) for h in range(4)])
    people = agents([("here", 0, 8, [0], ["p"], 40), ("far", 0, 8, [0], ["p"], 40)])
    made = assign_shifts(
        needed, people.assign(utc_offset_hours=[1, 10]), terms=Terms(night_cost=0.5), steps=500
    )
    assert list(made.shifts["agent_id"]) == ["far"]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_flow_of_an_hour_is_exact(seed: int) -> None:
    random = np.random.default_rng(seed)
    wanted, member = random.random(4) * 2, random.random((3, 4)) < 0.5
    people = random.integers(0, 3, 3)
    found = Hour(wanted, member).cover(people)
    may = [list(member[i]) for i in np.repeat(np.arange(3), people)]
    assert found.unmet == pytest.approx(uncovered(wanted, may), abs=1e-3)
    assert (found.shares.sum(axis=1) <= people + 1e-9).all()
    assert not found.shares[~member].any()


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("window_start_hour", 24, "'window_start_hour' must be whole hours from 0 to 23"),
        ("window_hours", 0, "'window_hours' must be whole hours from 1 to 24"),
        ("days", [7], "'days' must be days from 0 to 6"),
        ("max_hours_per_week", -1, "'max_hours_per_week' must be 0 or more"),
    ],
)
def test_a_wrong_agent_is_named(column: str, value: object, message: str) -> None:
    people = agents([("a", 8, 10, [0], ["p"], 40)])
    people[column] = [value]
    with pytest.raises(SchemaError, match=message):
        assign_shifts(demand([("p", 1, 1.0)]), people)


def test_a_wrong_window_of_the_week_is_named() -> None:
    people = agents([("a", 8, 10, [0], ["p"], 40)]).assign(windows=[[(168, 4)]])
    with pytest.raises(SchemaError, match="'windows' must be pairs of a first hour"):
        assign_shifts(demand([("p", 1, 1.0)]), people)


def test_windows_of_the_week_are_the_same_as_a_window_on_days() -> None:
    needed, people = small(0)
    own = [[(24 * d + s, h) for d in days] for s, h, days in people[
        ["window_start_hour", "window_hours", "days"]].itertuples(index=False)]  # fmt: skip
    plain = people.drop(columns=["window_start_hour", "window_hours", "days"])
    usual = assign_shifts(needed, people, steps=800)
    pd.testing.assert_frame_equal(
        usual.shifts, assign_shifts(needed, plain.assign(windows=own), steps=800).shifts
    )


def test_nights_are_counted_by_the_clock_whatever_they_cost() -> None:
    night = demand([("p", h, 1.0) for h in (22, 23, 24, 25)])
    people = agents([("a", 20, 10, [0], ["p"], 40)])
    assert assign_shifts(night, people, steps=200).shifts["night_hours"].tolist() == [4]
    away = people.assign(utc_offset_hours=-9.5)
    assert assign_shifts(night, away, steps=200).shifts["night_hours"].tolist() == [0]


def even(needed, people, **terms) -> tuple[Assignment, Assignment]:
    options = {"steps": 3000}
    return (
        assign_shifts(needed, people, terms=Terms(**terms), **options),
        assign_shifts(needed, people, terms=Terms(even_hours=True, **terms), **options),
    )


def of_each(made: Assignment, people: pd.DataFrame, column: str = "hours") -> np.ndarray:
    sums = made.shifts.groupby("agent_id")[column].sum()
    return sums.reindex(people["agent_id"], fill_value=0).to_numpy()


def test_equals_get_about_equal_hours_for_nothing() -> None:
    needed = demand([("p", d * 24 + h, 3.0) for d in range(5) for h in range(8, 18)])
    people = agents([(f"a{i:02d}", 8, 10, [0, 1, 2, 3, 4], ["p"], 40) for i in range(12)])
    usual, fair = even(needed, people)
    assert np.ptp(of_each(usual, people)) > 12
    assert np.ptp(of_each(fair, people)) <= 4
    assert (fair.paid_hours, fair.unmet_hours, fair.objective) == (
        usual.paid_hours, usual.unmet_hours, usual.objective)  # fmt: skip
    pd.testing.assert_frame_equal(usual.cover, fair.cover)
    # Twice the wish, twice the hours.
    wishes = people.assign(preferred_hours_per_week=[10] * 6 + [20] * 6)
    _, fair = even(needed, wishes)
    hours = of_each(fair, wishes)
    assert hours[6:].sum() == pytest.approx(2 * hours[:6].sum(), rel=0.2)


def test_nights_are_shared_by_those_who_can_work_them() -> None:
    needed = demand([("p", h, 1.0) for h in range(168)])
    people = agents([(f"a{i}", 0 if i < 4 else 11, 13, list(range(7)), ["p"], 40)
                     for i in range(8)])  # fmt: skip
    usual, fair = even(needed, people, night_cost=1.0)
    for who in (slice(0, 4), slice(4, 8)):
        nights = [of_each(made, people, "night_hours")[who] for made in (usual, fair)]
        assert np.ptp(nights[1]) <= max(np.ptp(nights[0]), 4)
        assert (nights[1] ** 2).sum() <= (nights[0] ** 2).sum()
    assert fair.objective == usual.objective


def test_a_night_that_ends_the_week_is_not_handed_to_a_morning_that_begins_it() -> None:
    needed = demand([("p", h, 1.0) for h in (0, 1, 2, 3, 48, 49, 50, 51)])
    # Both can work Monday's first hours: one in a window that opens on Sunday at 23:00.
    people = agents([("night", 23, 10, [1, 6], ["p"], 40), ("morning", 0, 10, [3], ["p"], 40)])
    usual, fair = even(needed, people)
    assert usual.shifts["agent_id"].tolist() == ["night", "night"]
    pd.testing.assert_frame_equal(usual.shifts, fair.shifts)
    people = agents([("night", 23, 10, [1, 6], ["p"], 40), ("morning", 0, 10, [0], ["p"], 40)])
    usual, fair = even(needed, people)
    for made in (usual, fair):
        ahead = made.shifts["start_hour_of_week"] < made.shifts["day"] * 24
        made.shifts["at"] = made.shifts["start_hour_of_week"] + 168 * ahead
    assert sorted(usual.shifts["at"]) == sorted(fair.shifts["at"])


@pytest.mark.parametrize("seed", range(3))
def test_even_hours_keep_every_rule_and_cost_nothing(seed: int) -> None:
    needed, people = small(seed)
    people["pools"] = [["p0", "p1", "p2"]] * len(people)
    usual, fair = even(needed, people, night_cost=0.5, rest_hours=12)
    assert fair.objective <= usual.objective + 1e-9
    assert fair.objective == pytest.approx(
        recount(needed, people, fair, 20.0) + 0.5 * fair.shifts["night_hours"].sum(), abs=0.05
    )
    most = people["max_hours_per_week"].to_numpy()
    assert (of_each(fair, people) <= most).all()
    assert (of_each(fair, people) ** 2 / most).sum() <= (of_each(usual, people) ** 2 / most).sum()
    for _, own in fair.shifts.groupby("agent_id"):
        begins = np.sort(own["start_hour_of_week"].to_numpy())
        length = own.sort_values("start_hour_of_week")["hours"].to_numpy()
        gaps = (np.roll(begins, -1) - begins - length) % 168
        assert len(own) < 2 or (gaps >= 12).all()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("p", 168, 1.0)], "'hour_of_week' must be whole hours from 0 to 167"),
        ([("p", 1, -1.0)], "'required_fte' must be 0 or more"),
        ([("p", 1, float("nan"))], "'required_fte' must be 0 or more"),
        ([("p", 1, 1.0), ("p", 1, 2.0)], "must be unique within a pool"),
    ],
)
def test_a_wrong_demand_is_named(rows: list[tuple[str, int, float]], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        assign_shifts(demand(rows), agents([("a", 8, 10, [0], ["p"], 40)]))


def test_a_missing_column_and_wrong_terms_are_named() -> None:
    people = agents([("a", 8, 10, [0], ["p"], 40)])
    with pytest.raises(SchemaError, match="Missing: pools"):
        assign_shifts(demand([("p", 1, 1.0)]), people.drop(columns="pools"))
    with pytest.raises(ParameterError, match="'shift_hours' parameter of Terms"):
        Terms(shift_hours=())
    with pytest.raises(ParameterError, match="'unmet_cost' parameter of Terms"):
        Terms(unmet_cost=-1)
    with pytest.raises(ParameterError, match="'steps' parameter of assign_shifts"):
        assign_shifts(demand([("p", 1, 1.0)]), people, steps=-1)
