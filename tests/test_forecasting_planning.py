import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ConfigError, ParameterError, SchemaError
from forecasting.calendar import Place
from forecasting.planning import (
    PlanPolicy,
    Promise,
    hiring_need,
    pool_requirement,
    qualify,
    reforecast,
    shifts_from_cover,
    staffing_alerts,
)
from forecasting.planning.desks import desk_table, read_series
from forecasting.planning.grouping import pool_desks
from forecasting.planning.handling import series_handle_times
from forecasting.planning.intraday import reforecast_together
from forecasting.planning.kpis import agents_per_100_tickets, fairness, gini, night_report
from forecasting.planning.openings import open_intervals, read_hours, waiting_for_opening
from forecasting.planning.people import availability, read_absences
from forecasting.planning.qualification import NOBODY, cohorts
from forecasting.planning.requirement import Grid, load_of, with_shrinkage
from forecasting.planning.shifts import breaks_of, extra_shifts, merge_seats, staggered_breaks
from forecasting.planning.today import InForce, watch_day
from forecasting.planning.weeks import Week, fill_week, night_hours
from forecasting.staffing import required_agents

MONDAY = pd.Timestamp("2026-03-02", tz="UTC")
POLICY = PlanPolicy()


def people(**columns) -> pd.DataFrame:
    rows = {"agent_id": ["ana", "bo"], "timezone": "UTC", "languages": [["en", "fr"], ["fr"]]}
    return pd.DataFrame({**rows, **columns})


def certified(*pairs, passed="2026-01-01", expires=None) -> pd.DataFrame:
    table = pd.DataFrame(pairs, columns=["agent_id", "client_id"])
    ends = None if expires is None else pd.Timestamp(expires, tz="UTC")
    return table.assign(skill="support", passed_at=pd.Timestamp(passed, tz="UTC"), expires_at=ends)


def pool(*clients, languages=("en",)) -> pd.DataFrame:
    return pd.DataFrame({"pool_id": "p", "client_id": clients,
                         "languages": [list(languages)] * len(clients)})  # fmt: skip


# -- the policy ----------------------------------------------------------------------------------


def test_a_policy_is_versioned_by_what_it_says() -> None:
    assert PlanPolicy().version == PlanPolicy().version
    assert PlanPolicy(risk=0.1).version != PlanPolicy().version
    other = PlanPolicy.from_mapping({"promises": {"chat": {"aht_seconds": 300}}})
    assert other.version != PlanPolicy().version
    # What is not given keeps the usual value of the channel.
    assert other.promise("chat").concurrency == 2


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"risks": 0.1}, "did you mean 'risk'"),
        ({"promises": {"chat": {"aht": 3}}}, r"promises\.chat"),
        ({"risk": 0.7}, r"in \(0, 0\.5\]"),
        ({"break_after_hours": 0}, "'break_after_hours'.*1 or more"),
        ({"promises": {"chat": {"aht_seconds": 0}}}, "'aht_seconds'.*greater than 0"),
        ({"promises": {"chat": {"service_level": 1.2}}}, r"'service_level'.*in \(0, 1\)"),
        ({"promises": {"phone": {"patience_seconds": 0}}}, "'patience_seconds'.*greater than 0"),
        ({"shrinkage": 1.0}, r"'shrinkage'.*in \[0, 1\).*1\.0"),
        ({"shrinkage": 1.2}, r"'shrinkage'.*in \[0, 1\)"),
        ({"shrinkage": -0.5}, r"'shrinkage'.*in \[0, 1\)"),
        ({"shrinkage": "0.1"}, r"'shrinkage'.*'0\.1'"),
        ({"occupancy": 0}, r"'occupancy'.*in \(0, 1\]"),
        ({"occupancy": 1.4}, r"'occupancy'.*in \(0, 1\]"),
        ({"rest_hours": 30}, "'rest_hours'.*from 0 to 23"),
        ({"rest_hours": -2}, "'rest_hours'.*from 0 to 23"),
        ({"rest_hours": 21}, "'shift_hours'.*3 hours or less.*rest of 21"),
        ({"shift_hours": [0]}, "'shift_hours'.*1 to 24"),
        ({"shift_hours": []}, "'shift_hours'.*1 to 24"),
        ({"shift_hours": [4.5]}, "'shift_hours'.*1 to 24"),
        ({"unmet_cost": -1}, "'unmet_cost'.*zero or more"),
        ({"night_cost": float("nan")}, "'night_cost'.*zero or more"),
        ({"beyond_preferred_cost": -1}, "'beyond_preferred_cost'.*zero or more"),
        ({"moving_cost": -8}, "'moving_cost'.*zero or more"),
        ({"useful_hours_week": 200}, "'useful_hours_week'.*168"),
        ({"pool_size": 2.5}, "'pool_size'.*whole number"),
        ({"search_steps": -1}, "'search_steps'.*0 or more"),
        ({"separations": ["a", "b"]}, "'separations'.*groups of clients"),
    ],
)
def test_faults_of_a_policy_are_named(given_, words) -> None:
    with pytest.raises(ConfigError, match=words):
        PlanPolicy.from_mapping(given_)


def test_a_policy_is_read_back_as_it_was_written() -> None:
    policy = PlanPolicy(risk=0.1, separations=(("a", "b"),), promises={"fax": Promise(9.0)})
    again = PlanPolicy.from_mapping(policy.to_mapping())
    assert again.promise("fax") == policy.promise("fax")
    assert (again.separations, again.risk) == (policy.separations, policy.risk)
    assert PlanPolicy.from_mapping(PlanPolicy().to_mapping()).version == PlanPolicy().version


def test_two_chats_at_once_take_less_than_two() -> None:
    assert Promise(aht_seconds=600, concurrency=2, concurrency_loss=0.2).busy_seconds == 360


# -- desks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a//en", "/chat", "a/b/c/d/e", ""])
def test_a_series_that_cannot_be_read_is_named(name) -> None:
    with pytest.raises(SchemaError, match="'client/channel/language'"):
        read_series(name)


# -- who may serve what --------------------------------------------------------------------------


def test_every_agent_and_pool_has_a_verdict_with_a_reason() -> None:
    pools = pd.concat([pool("a", "b"), pool("a", languages=()).assign(pool_id="q")])
    held = certified(("ana", "a"), ("ana", "b"), ("bo", "a"))
    table = qualify(people(), held, pools, at=MONDAY).set_index(["agent_id", "pool_id"])
    assert table["qualified"].to_dict() == {
        ("ana", "p"): True, ("ana", "q"): True, ("bo", "p"): False, ("bo", "q"): True,
    }  # fmt: skip
    assert table.loc[("ana", "p"), "reason"] == "certified for all 2 clients and speaks en"
    assert table.loc[("bo", "p"), "reason"] == "speaks fr, not en"


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (certified(("ana", "a")), "not certified for b"),
        (certified(("bo", "a")), "not certified for a and 1 more"),
        (certified(("ana", "a"), ("ana", "b"), passed="2026-03-09"),
         "the certificate for a is only passed on 2026-03-09"),
        (certified(("ana", "a"), ("ana", "b"), expires="2026-03-04"),
         "the certificate for a ends on 2026-03-04"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(held, reason) -> None:
    until = MONDAY + pd.Timedelta(days=7)
    table = qualify(people(), held, pool("a", "b"), at=MONDAY, until=until)
    assert table.set_index("agent_id").loc["ana", "reason"] == reason
    assert not table["qualified"].any()


def test_a_renewed_certificate_counts() -> None:
    old = certified(("ana", "a"), expires="2026-03-01")
    both = pd.concat([old, certified(("ana", "a"), passed="2026-02-20")])
    assert qualify(people(), both, pool("a"), at=MONDAY)["qualified"].tolist() == [True, False]


def test_pools_of_one_team_can_be_served_by_that_team() -> None:
    desks = pd.DataFrame({"desk": ["a", "b", "c", "d"], "client_id": ["a", "b", "c", "d"],
                          "language": "", "languages": [[]] * 4})  # fmt: skip
    held = certified(("ana", "a"), ("ana", "b"), ("bo", "c"))
    skills = cohorts(people(), held, desks, at=MONDAY)
    assert skills["a"] & skills["b"]
    assert not skills["b"] & skills["c"]
    assert skills["d"] == {NOBODY}
    hours = {"hour_of_week": np.tile(np.arange(168), 4), "workload_fte": 0.2}
    demand = pd.DataFrame({"client_id": np.repeat(["a", "b", "c", "d"], 168), **hours})
    found = pool_desks(demand, desks, policy=POLICY, skills=skills).pool_of
    assert found["a"] == found["b"]
    assert len(set(found.values())) == 3


# -- the requirement -----------------------------------------------------------------------------


def forecast(rows, *, weeks=1) -> tuple[pd.DataFrame, Grid]:
    grid = Grid(MONDAY, weeks, 30)
    parts = [
        pd.DataFrame({"unique_id": name, "ds": grid.times, "yhat": float(mean),
                      "yhat-lo-60": float(mean), "yhat-hi-60": float(high)})
        for name, mean, high in rows
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True), grid


def requirement(rows, pools, policy=POLICY) -> pd.DataFrame:
    frame, grid = forecast(rows)
    load = load_of(frame, desk_table([name for name, *_ in rows]), grid, policy)
    return pool_requirement(load, pools, policy)


def test_a_pool_of_one_chat_client_needs_what_erlang_says() -> None:
    policy = PlanPolicy(shrinkage=0.0, clients_at_once=10)
    table = requirement([("a/chat", 12, 15)], {"a": "p"}, policy)
    wanted = required_agents(15, interval_minutes=30, aht_seconds=600, target_answer_seconds=60,
                             max_occupancy=0.9, concurrency=2, concurrency_loss=0.2)  # fmt: skip
    assert len(table) == 168
    assert set(table["required_fte"]) == {float(wanted)}
    assert table["workload_fte"].to_numpy() == pytest.approx(12 * 360 / 1800)


def test_margins_of_a_pool_add_up_in_squares() -> None:
    policy = PlanPolicy(shrinkage=0.0, clients_at_once=10)
    together = requirement([("a/chat", 12, 15), ("b/chat", 12, 16)], {"a": "p", "b": "p"}, policy)
    one = requirement([("c/chat", 24, 29)], {"c": "p"}, policy)
    assert (together["live_agents"] == one["live_agents"]).all()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 40), min_size=2, max_size=4))
def test_a_pool_never_needs_more_than_its_clients_apart(means) -> None:
    policy = PlanPolicy(clients_at_once=50)
    rows = [(f"c{i}/chat", mean, mean * 1.2) for i, mean in enumerate(means)]
    desks = [f"c{i}" for i in range(len(means))]
    pooled = requirement(rows, dict.fromkeys(desks, "p"), policy)["live_agents"]
    apart = requirement(rows, {d: d for d in desks}, policy).groupby("starts_at")["live_agents"]
    assert (pooled.to_numpy() <= apart.sum().to_numpy()).all()


def test_email_goes_into_the_gaps_of_chat() -> None:
    chat = requirement([("a/chat", 12, 15)], {"a": "p"})
    both = requirement([("a/chat", 12, 15), ("a/email", 1, 1)], {"a": "p"})
    assert both["required_fte"].tolist() == chat["required_fte"].tolist()
    assert both["workload_fte"].sum() > chat["workload_fte"].sum()
    much = requirement([("a/chat", 12, 15), ("a/email", 40, 40)], {"a": "p"})
    assert (much["deferred_agents"] > 0).all()


def test_nobody_looks_after_more_clients_at_once_than_agreed() -> None:
    rows = [(f"c{i}/chat", 0.9, 1.0) for i in range(12)]
    pools = {f"c{i}": "p" for i in range(12)}
    loose = requirement(rows, pools, PlanPolicy(clients_at_once=12))["live_agents"]
    strict = requirement(rows, pools, PlanPolicy(clients_at_once=1))["live_agents"]
    # Expected number of clients with a conversation open: 12 (1 - exp(-.18)) = 1.98.
    assert set(strict) == {max(2, loose.iloc[0])}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=400),
    st.floats(0, 0.95), st.floats(0, 0.95), st.integers(1, 8),
)  # fmt: skip
def test_shrinkage_adds_what_it_says_to_every_week_and_takes_from_no_hour(
    need, one, other, block
) -> None:
    table = np.array(need)
    less, more = (with_shrinkage(table, s, block=block) for s in sorted((one, other)))
    for start in range(0, len(table), 168):
        week = slice(start, start + 168)
        for share, found in ((min(one, other), less), (max(one, other), more)):
            assert found[week].sum() == pytest.approx(table[week].sum() / (1 - share), abs=0.501)
        assert less[week].sum() <= more[week].sum()
    assert (less >= table).all()
    assert (less[table == 0] == 0).all()
    assert (less == np.floor(less)).all()
    assert with_shrinkage(table, 0.0, block=block).tolist() == need


def test_what_shrinkage_adds_comes_in_blocks_that_a_shift_can_take() -> None:
    need = np.tile(np.repeat([0, 1, 0], [8, 10, 6]), 7)
    added = np.flatnonzero(with_shrinkage(need, 0.1, block=4) - need)
    assert len(added) == round(70 / 0.9) - 70
    assert np.diff(added).tolist().count(1) >= 6


def test_the_usual_shrinkage_is_felt() -> None:
    rows, pools = [("a/chat", 3, 4)], {"a": "p"}
    sums = [requirement(rows, pools, PlanPolicy(shrinkage=s))["required_fte"].sum()
            for s in (0.0, 0.1, 0.3, 0.33)]  # fmt: skip
    assert sums == pytest.approx([sums[0] / (1 - s) for s in (0.0, 0.1, 0.3, 0.33)], abs=0.5)


def test_no_contacts_need_nobody() -> None:
    table = requirement([("a/chat", 0, 0), ("a/email", 0, 0)], {"a": "p"})
    assert table["required_fte"].sum() == 0


# -- shifts --------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.integers(0, 167), st.floats(0.1, 4), min_size=1, max_size=20))
def test_shifts_cover_the_need(need) -> None:
    frame = pd.DataFrame({"pool_id": "p", "hour_of_week": list(need), "agents": need.values()})
    shifts = shifts_from_cover(frame, start=MONDAY, policy=POLICY)
    cover = np.zeros(168)
    for shift in shifts.to_dict("records"):
        first = int((shift["starts_at"] - MONDAY) / pd.Timedelta(hours=1))
        hours = int((shift["ends_at"] - shift["starts_at"]) / pd.Timedelta(hours=1))
        cover[(first + np.arange(hours)) % 168] += shift["seats"]
    assert all(cover[hour] >= agents - 1e-9 for hour, agents in need.items())
    assert shifts["shift_id"].is_unique


def test_breaks_are_paid_parts_of_a_shift() -> None:
    none = breaks_of(MONDAY, 3, minutes=15, after_hours=3)
    one = breaks_of(MONDAY, 4, minutes=15, after_hours=3)
    assert (none, len(one)) == ([], 1)
    assert one[0] == {"starts_at": "2026-03-02T02:00:00+00:00",
                      "ends_at": "2026-03-02T02:15:00+00:00"}  # fmt: skip
    assert breaks_of(MONDAY, 8, minutes=0, after_hours=3) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([4, 6, 8])), min_size=1, max_size=9))
def test_breaks_of_a_team_are_staggered_inside_their_shifts(team) -> None:
    shifts = pd.DataFrame(
        [(f"a{i}", "p", MONDAY + pd.Timedelta(hours=start), hours)
         for i, (start, hours) in enumerate(team)],
        columns=["agent_id", "pool_id", "starts_at", "hours"],
    )  # fmt: skip
    away: dict[pd.Timestamp, int] = {}
    for shift, rests in zip(shifts.itertuples(), staggered_breaks(shifts, POLICY), strict=True):
        usual = breaks_of(shift.starts_at, shift.hours, minutes=15, after_hours=3)
        own = json.loads(rests)
        assert len(own) == len(usual)
        end = shift.starts_at
        for rest in own:
            assert pd.Timestamp(rest["starts_at"]) > end
            end = pd.Timestamp(rest["ends_at"])
            for slot in pd.date_range(rest["starts_at"], end, freq="5min", inclusive="left"):
                away[slot] = away.get(slot, 0) + 1
        assert end < shift.starts_at + pd.Timedelta(hours=shift.hours)
    assert max(away.values()) <= max(2, (len(team) + 1) // 2)


def test_four_who_begin_together_do_not_rest_together() -> None:
    shifts = pd.DataFrame({"agent_id": list("abcd"), "pool_id": "p", "starts_at": MONDAY,
                           "hours": 4})  # fmt: skip
    begins = [json.loads(rests)[0]["starts_at"] for rests in staggered_breaks(shifts, POLICY)]
    apart = np.diff(sorted(pd.DatetimeIndex(begins)))
    assert (apart >= np.timedelta64(15, "m")).all()
    assert staggered_breaks(shifts.head(0), POLICY).empty


def test_seats_of_the_same_shift_add_up() -> None:
    need = pd.DataFrame({"pool_id": "p", "hour_of_week": [8, 9, 10, 11], "agents": 2.0})
    shifts = shifts_from_cover(need, start=MONDAY, policy=POLICY)
    merged = merge_seats([shifts, shifts])
    assert (len(merged), merged["seats"].sum()) == (len(shifts), 2 * shifts["seats"].sum())
    assert json.loads(merged["breaks"].iloc[0])


# -- weeks ---------------------------------------------------------------------------------------


def test_windows_move_with_the_clocks() -> None:
    paris = people(timezone="Europe/Paris")
    pools = {"ana": ["p"], "bo": []}
    winter = availability(paris, pools, MONDAY)
    summer = availability(paris, pools, pd.Timestamp("2026-07-06", tz="UTC"))
    assert winter["agent_id"].tolist() == ["ana"]
    assert winter["windows"].iloc[0] == [(24 * day + 7, 10) for day in range(5)]
    assert summer["windows"].iloc[0] == [(24 * day + 6, 10) for day in range(5)]


def test_half_hours_and_days_before_are_kept() -> None:
    india = people(timezone="Asia/Kolkata", window_start_local=4, days=[[0], [0]])
    row = availability(india, {"ana": ["p"]}, MONDAY).iloc[0]
    # 04:00 on Monday there is 22:30 on Sunday: whole hours begin at 23:00, the tenth is lost.
    assert row["windows"] == [(167, 9)]


def test_long_windows_leave_room_for_rest() -> None:
    row = availability(people(window_hours=20), {"ana": ["p"]}, MONDAY).iloc[0]
    assert {hours for _, hours in row["windows"]} == {13}


@pytest.mark.parametrize("week", ["2026-03-23", "2026-10-19"])
def test_windows_keep_their_hours_on_the_days_the_clocks_change(week) -> None:
    start = pd.Timestamp(week, tz="UTC")
    paris = people(timezone="Europe/Paris", days=[list(range(7))] * 2)
    for number in range(2):
        begins = start + pd.Timedelta(weeks=number)
        row = availability(paris, {"ana": ["p"]}, begins).iloc[0]
        local = [(begins + pd.Timedelta(hours=h)).tz_convert("Europe/Paris").hour
                 for h, _ in row["windows"]]  # fmt: skip
        assert local == [8] * 7


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["Europe/Paris", "America/Toronto", "Asia/Kolkata", "Australia/Sydney"]),
    st.integers(0, 23), st.integers(1, 24), st.integers(0, 60),
)  # fmt: skip
def test_windows_of_all_weeks_leave_room_for_rest_and_lose_no_day(zone, local, hours, week) -> None:
    own = people(timezone=zone, window_start_local=local, window_hours=hours,
                 days=[list(range(7))] * 2)  # fmt: skip
    windows = []
    for number in range(week, week + 3):
        start = MONDAY + pd.Timedelta(weeks=number)
        row = availability(own, {"ana": ["p"]}, start, rest_hours=11).iloc[0]
        windows += [(168 * number + first, length) for first, length in row["windows"]]
    assert len(windows) == len({first for first, _ in windows})
    for (one, length), (other, _) in pairwise(windows):
        assert other - one - length >= 11
        assert other - one <= 25


def test_nobody_works_on_days_away_nor_into_them() -> None:
    away = read_absences(pd.DataFrame({"agent_id": ["ana"], "from": ["2026-03-04"],
                                       "to": ["2026-03-05"]}))  # fmt: skip
    row = availability(people(window_start_local=20), {"ana": ["p"]}, MONDAY, absences=away).iloc[0]
    # Tuesday's window ends at midnight; Wednesday's and Thursday's are gone.
    assert row["windows"] == [(20, 10), (44, 4), (116, 10)]
    assert row["preferred_hours_per_week"] == pytest.approx(24)
    other = availability(people(), {"bo": ["p"]}, MONDAY, absences=away).iloc[0]
    assert len(other["windows"]) == 5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"from": "2026-03-40"}, "'from' of absences must be a day.*'ana'.*row 0"),
        ({"to": "2026-03-01"}, "'to' of absences must be 'from' or later"),
        ({"to": None}, "'to' of absences"),
    ],
)
def test_faults_of_absences_are_named(change, words) -> None:
    row = {"agent_id": "ana", "from": "2026-03-04", "to": "2026-03-05", **change}
    with pytest.raises(SchemaError, match=words):
        read_absences(pd.DataFrame([row]))
    with pytest.raises(SchemaError, match="no column 'to'"):
        read_absences(pd.DataFrame([row]).drop(columns="to"))


def test_a_last_night_reaches_into_the_next_week() -> None:
    demand = pd.DataFrame({"pool_id": "p", "hour_of_week": [166, 167, 0, 1], "required_fte": 1.0})
    night = people(window_start_local=20, days=[[6], [6]])
    agents = availability(night, {"ana": ["p"]}, MONDAY)
    filled = fill_week(Week(MONDAY, demand, agents, PlanPolicy(search_steps=300)))
    shift = filled.shifts.iloc[0]
    assert shift["ends_at"] == MONDAY + pd.Timedelta(hours=170)
    assert filled.cover["starts_at"].max() == MONDAY + pd.Timedelta(hours=169)
    assert shift["night_hours"] == 4


def test_a_shift_after_the_last_midnight_lies_in_the_next_week() -> None:
    demand = pd.DataFrame({"pool_id": "p", "hour_of_week": [3, 4, 5, 6], "required_fte": 1.0})
    night = people(window_start_local=23, days=[[6], [6]])
    agents = availability(night, {"ana": ["p"]}, MONDAY)
    filled = fill_week(Week(MONDAY, demand, agents, PlanPolicy(search_steps=300)))
    # The window opens on Sunday at 23:00: its 03:00 is that of the Monday after.
    assert filled.shifts["starts_at"].tolist() == [MONDAY + pd.Timedelta(hours=171)]
    assert filled.cover["starts_at"].min() == MONDAY + pd.Timedelta(hours=171)


def test_rest_holds_from_one_week_to_the_next() -> None:
    night = people(window_start_local=22, days=[[6], [6]])
    policy, shifts = PlanPolicy(search_steps=300), []
    for number, hours in enumerate(([166, 167, 0, 1], [3, 4, 5, 6])):
        start = MONDAY + pd.Timedelta(weeks=number)
        demand = pd.DataFrame({"pool_id": "p", "hour_of_week": hours, "required_fte": 1.0})
        agents = availability(night, {"ana": ["p"]}, start)
        shifts.append(fill_week(Week(start, demand, agents, policy)).shifts)
    both = pd.concat(shifts, ignore_index=True)
    assert len(both) == 2
    assert both["starts_at"][1] - both["ends_at"][0] >= pd.Timedelta(hours=11)


def test_a_week_without_people_or_demand_is_empty() -> None:
    demand = pd.DataFrame({"pool_id": "p", "hour_of_week": [8], "required_fte": [1.0]})
    nobody = availability(people(), {}, MONDAY)
    assert fill_week(Week(MONDAY, demand, nobody, POLICY)).shifts.empty
    agents = availability(people(), {"ana": ["q"]}, MONDAY)
    assert fill_week(Week(MONDAY, demand, agents, POLICY)).shifts.empty
    agents = availability(people(), {"ana": ["p"]}, MONDAY)
    none = demand.assign(required_fte=0.0)
    assert fill_week(Week(MONDAY, none, agents, POLICY)).cover.empty


def test_nights_are_worked_where_it_is_day() -> None:
    demand = pd.DataFrame({"pool_id": "p", "hour_of_week": range(4), "required_fte": 1.0})
    both = people(timezone=["Europe/London", "Australia/Sydney"], window_start_local=[0, 8],
                  days=[[0], [0]])  # fmt: skip
    agents = availability(both, {"ana": ["p"], "bo": ["p"]}, MONDAY)
    # In Sydney it is eleven hours later: Monday there begins on Sunday in UTC.
    agents.at[1, "windows"] = [(0, 10)]
    policy = PlanPolicy(search_steps=2000, night_cost=1.0)
    shifts = fill_week(Week(MONDAY, demand, agents, policy)).shifts
    assert shifts["agent_id"].tolist() == ["bo"]
    assert shifts["night_hours"].sum() == 0


def test_night_hours_are_counted_on_the_agents_clock() -> None:
    starts = pd.Series([MONDAY + pd.Timedelta(hours=20), MONDAY + pd.Timedelta(hours=20)])
    found = night_hours(starts, pd.Series([8, 4]), pd.Series([0.0, 10.0]))
    assert found.tolist() == [6, 0]


def test_the_night_report_names_who_covers_the_clients_night() -> None:
    assigned = pd.DataFrame({"agent_id": ["bo"], "timezone": ["Australia/Sydney"],
                             "starts_at": [MONDAY], "hours": [8], "night_hours": [0]})  # fmt: skip
    cover = pd.DataFrame({"starts_at": pd.date_range(MONDAY, periods=24, freq="h"),
                          "required_fte": 1.0})  # fmt: skip
    table = night_report(assigned, cover, "Europe/London").set_index("timezone")
    assert table.loc["Australia/Sydney", "client_night_hours"] == 6
    assert table.loc["needed at night", "client_night_hours"] == 8


# -- hiring --------------------------------------------------------------------------------------


def quarter(hours, *, desk="a/en", language="en") -> pd.DataFrame:
    weeks = pd.date_range(MONDAY, periods=len(hours), freq="7D")
    return pd.DataFrame({"desk": desk, "client_id": desk[:1], "language": language,
                         "week": weeks, "hours": hours})  # fmt: skip


def need(workload, capacity, able, spoken, now=MONDAY) -> pd.DataFrame:
    return hiring_need(workload, capacity, able, spoken, policy=POLICY, now=now)


def test_enough_people_need_nobody_more() -> None:
    assert need(quarter([30, 36]), {"ana": 36}, {"ana": ["a/en"]}, {"ana": ["en"]}).empty


def test_training_comes_before_hiring_and_with_its_own_lead_time() -> None:
    able, spoken = {"ana": ["a/en"]}, {"ana": ["en"], "bo": ["en"]}
    trained = need(quarter([30, 30, 60]), {"ana": 36, "bo": 36}, able, spoken).iloc[0]
    assert (trained["action"], trained["people"]) == ("train", 1)
    assert trained["first_week"] == MONDAY + pd.Timedelta(weeks=2)
    assert trained["start_by"] == trained["first_week"] - pd.Timedelta(weeks=3)
    assert trained["late_weeks"] == 1
    hired = need(quarter([30, 30, 60]), {"ana": 36, "bo": 36}, able, {"ana": ["en"]}).iloc[0]
    assert hired["action"] == "hire"
    assert hired["start_by"] == hired["first_week"] - pd.Timedelta(weeks=8)
    assert "24 hours a week short" in hired["reason"]


def test_people_are_shared_out_where_nobody_else_can_help() -> None:
    both = pd.concat([quarter([30]), quarter([30], desk="b/fr", language="fr")])
    able = {"ana": ["a/en", "b/fr"], "bo": ["b/fr"]}
    spoken = {"ana": ["en", "fr"], "bo": ["fr"]}
    # Only ana knows a, so that b is left to bo.
    assert need(both, {"ana": 30, "bo": 30}, able, spoken).empty
    short = need(both, {"ana": 30, "bo": 10}, able, spoken)
    assert short["short_hours_week"].sum() == pytest.approx(20)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 90), min_size=1, max_size=3), st.floats(0, 80))
def test_what_is_short_is_the_work_less_the_hours(hours, capacity) -> None:
    found = need(quarter(hours), {"ana": capacity}, {"ana": ["a/en"]}, {"ana": ["en"]})
    worst = max(hours) - capacity
    if worst >= 1.1:
        assert found["short_hours_week"].iloc[0] == pytest.approx(worst, abs=0.1)
        assert found["people"].iloc[0] >= worst / POLICY.useful_hours_week
    elif worst < 0.9:
        assert found.empty


def test_a_workload_without_its_column_is_refused() -> None:
    with pytest.raises(SchemaError, match="no column 'week'"):
        need(quarter([1]).drop(columns="week"), {}, {}, {})


# -- the day -------------------------------------------------------------------------------------

DAY = pd.date_range("2026-03-02T08:00Z", periods=8, freq="h")


def day(mean=50.0) -> pd.DataFrame:
    return pd.DataFrame({"ds": DAY, "yhat": mean})


def seen(*counts) -> pd.DataFrame:
    return pd.DataFrame({"ds": DAY[: len(counts)], "y": np.array(counts, dtype=float)})


def test_a_morning_as_forecast_changes_little() -> None:
    found = reforecast(day(), seen(50, 50, 50), now=DAY[3])
    assert found.factor == pytest.approx(1.0)
    assert len(found.rest) == 5
    assert (found.rest["yhat-lo-80"] < found.rest["yhat"]).all()
    assert (found.rest["yhat"] < found.rest["yhat-hi-80"]).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 200), min_size=1, max_size=6))
def test_the_factor_lies_between_one_and_what_was_seen(counts) -> None:
    found = reforecast(day(), seen(*counts), now=DAY[len(counts)])
    ratio = np.mean(counts) / 50
    assert min(1, ratio) - 1e-9 <= found.factor <= max(1, ratio) + 1e-9
    assert found.low < found.factor < found.high


def together(counts, means) -> dict[str, float]:
    days = {
        str(i): (day(mean), seen(count)) for i, (count, mean) in enumerate(zip(
            counts, means, strict=True))
    }  # fmt: skip
    return {name: one.factor for name, one in reforecast_together(days, now=DAY[1]).items()}


def test_one_series_together_is_the_series_alone() -> None:
    forecast_, arrivals = day(40), seen(70)
    alone = reforecast(forecast_, arrivals, now=DAY[1])
    together_ = reforecast_together({"a": (forecast_, arrivals)}, now=DAY[1])["a"]
    assert (together_.factor, together_.low) == pytest.approx((alone.factor, alone.low))
    pd.testing.assert_frame_equal(together_.rest, alone.rest)
    assert reforecast_together({}, now=DAY[1]) == {}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0, 30)), min_size=1, max_size=8))
def test_factors_of_series_are_above_zero_and_finite(pairs) -> None:
    counts, means = zip(*pairs, strict=True)
    factors = np.array(list(together(counts, means).values()))
    assert np.isfinite(factors).all()
    assert (factors > 0).all()


def test_factors_together_are_nearer_to_the_truth_and_their_intervals_hold() -> None:
    rng, inside, errors = np.random.default_rng(0), [], []
    for _ in range(120):
        true = rng.gamma(44.4, 1 / 44.4) * rng.gamma(44.4, 1 / 44.4, size=8)
        days = {str(i): (day(25), seen(rng.poisson(25 * f))) for i, f in enumerate(true)}
        found = reforecast_together(days, now=DAY[1])
        inside += [found[str(i)].low <= f <= found[str(i)].high for i, f in enumerate(true)]
        errors += [(abs(found[str(i)].factor - f),
                    abs(reforecast(*days[str(i)], now=DAY[1]).factor - f))
                   for i, f in enumerate(true)]  # fmt: skip
    assert np.mean(inside) == pytest.approx(0.8, abs=0.05)
    assert np.mean([e[0] for e in errors]) < np.mean([e[1] for e in errors])


def test_more_of_the_day_sharpens_the_factor() -> None:
    early = reforecast(day(), seen(75), now=DAY[1])
    late = reforecast(day(), seen(75, 75, 75, 75), now=DAY[4])
    assert late.factor > early.factor
    assert late.high - late.low < early.high - early.low


def test_intervals_hold_what_they_say() -> None:
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(150):
        real = rng.poisson(50 * rng.gamma(1 / 0.15**2, 0.15**2), size=8).astype(float)
        found = reforecast(day(), seen(*real[:3]), now=DAY[3]).rest
        inside.append((found["yhat-lo-80"] <= real[3:]) & (real[3:] <= found["yhat-hi-80"]))
    assert np.mean(inside) == pytest.approx(0.82, abs=0.05)


def test_hours_nobody_reported_are_not_empty_hours() -> None:
    partly = seen(50, 50, 50).drop(index=1)
    assert reforecast(day(), partly, now=DAY[3]).expected == 100


@pytest.mark.parametrize(
    ("arrivals", "options", "words"),
    [
        (seen(-1), {}, "counts of zero or more"),
        (seen(1).drop(columns="y"), {}, "no column 'y'"),
        (pd.concat([seen(1), seen(1)]), {}, "must be unique"),
        (seen(1), {"day_cv": 0.0}, "'day_cv'"),
        (seen(1), {"level": 100.0}, "'level'"),
    ],
)
def test_faults_of_a_morning_are_named(arrivals, options, words) -> None:
    with pytest.raises((ParameterError, SchemaError), match=words):
        reforecast(day(), arrivals, now=DAY[1], **options)


def test_alerts_name_their_hours() -> None:
    table = staffing_alerts(DAY, [3, 3, 5, 6, 3, 3, 3, 3], [3, 3, 4, 4, 3, 6, 7, 3])
    assert table["kind"].tolist() == ["shortage", "overstaffed"]
    assert table["message"].tolist() == [
        "10:00–12:00 UTC: up to 2 agents missing, 3.0 hours",
        "13:00–15:00 UTC: up to 4 agents more than needed, 7.0 hours",
    ]
    assert staffing_alerts(DAY, [3] * 8, [3] * 8).empty


# -- figures -------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=12))
def test_how_even_shares_are_is_the_mean_difference_of_all_pairs(shares) -> None:
    table = np.array(shares)
    pairs = np.abs(table[:, None] - table).mean()
    expected = pairs / (2 * table.mean()) if table.sum() > 0 else 0.0
    assert gini(shares) == pytest.approx(expected, abs=1e-9)


def test_only_agents_of_one_qualification_are_compared() -> None:
    worked = pd.DataFrame({"agent_id": ["a", "b", "c"], "hours": [20, 10, 40],
                           "night_hours": [0, 4, 8]})  # fmt: skip
    people_ = pd.DataFrame({"agent_id": ["a", "b", "c", "d"], "pools": [["p"], ["p"], ["q"], ["p"]],
                            "target_hours": [40.0, 20.0, 40.0, 0.0]})  # fmt: skip
    # Half of what each may work, and nobody to compare c with; d may not work at all.
    assert fairness(worked, people_) == {"hours_gini": 0.0, "nights_gini": 0.5}
    alone = people_.assign(pools=[["p"], ["q"], ["r"], ["s"]])
    assert fairness(worked, alone) == {"hours_gini": None, "nights_gini": None}


def test_agents_per_100_tickets_need_tickets() -> None:
    assert agents_per_100_tickets(6, 200) == 3
    assert agents_per_100_tickets(6, 0) is None


# -- what a contact takes ------------------------------------------------------------------------


def series(*names) -> pd.DataFrame:
    return desk_table(list(names))


def handled(seconds, count=200, **columns) -> pd.DataFrame:
    """Contacts with a tenth of spread around known times."""
    rng = np.random.default_rng(0)
    parts = [
        pd.DataFrame({"client_id": name, "channel": "chat",
                      "handle_seconds": mean * rng.lognormal(-0.005, 0.1, count)})
        for name, mean in seconds.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True).assign(**columns)


def test_series_take_what_their_handled_contacts_took() -> None:
    table = series_handle_times(
        series("a/chat", "b/chat", "c/chat", "a/email"), handled({"a": 300, "b": 900}), POLICY
    ).set_index("unique_id")
    assert table.loc["a/chat", "aht_seconds"] == pytest.approx(300, rel=0.03)
    assert table.loc["b/chat", "aht_seconds"] == pytest.approx(900, rel=0.03)
    assert table.loc["a/chat", "aht_reason"] == "learned from 200 handled contacts of its own"
    # A client of its own kind lies between those that are known.
    assert 300 < table.loc["c/chat", "aht_seconds"] < 900
    assert "none of its own" in table.loc["c/chat", "aht_reason"]
    assert table.loc["a/email", "aht_seconds"] == POLICY.promise("email").aht_seconds
    assert table.loc["a/email", "aht_reason"].startswith("configured: 0 handled contacts by email")
    promise = POLICY.promise("chat")
    assert table.loc["a/chat", "busy_seconds"] == pytest.approx(
        promise.busy(table.loc["a/chat", "aht_seconds"])
    )


def test_without_handled_contacts_the_policy_says_what_they_take() -> None:
    table = series_handle_times(series("a", "a/phone/en"), None, POLICY)
    assert table["aht_seconds"].tolist() == [600, 360]
    assert table["busy_seconds"].tolist() == [POLICY.promise(c).busy_seconds
                                              for c in ("chat", "phone")]  # fmt: skip
    assert set(table["aht_reason"]) == {"configured: no handled contacts are given"}


def test_a_language_takes_its_own_time() -> None:
    both = pd.concat([handled({"a": 300}, language="en"), handled({"a": 600}, language="fr")])
    table = series_handle_times(
        series("a/chat/en", "a/chat/fr", "b/chat/fr"), both.reset_index(drop=True), POLICY
    )
    english, french, other = table["aht_seconds"]
    assert english < 0.6 * french
    assert other == pytest.approx(french, rel=0.1)


def test_an_intent_takes_its_own_time_and_belongs_to_its_desk() -> None:
    rng = np.random.default_rng(0)
    intents = np.repeat(["refund", "status"], 300)
    rows = pd.DataFrame({
        "client_id": "a", "language": "en", "intent": intents,
        "handle_seconds": rng.gamma(9, np.where(intents == "refund", 100, 20)),
    })  # fmt: skip
    names = ["a/chat/en/refund", "a/chat/en/status", "a/chat/en", "b/chat/en/refund",
             "b/chat/en/status"]  # fmt: skip
    table = desk_table(names)
    assert table["desk"].tolist() == ["a/en"] * 3 + ["b/en"] * 2
    seconds = series_handle_times(table, rows, POLICY)["aht_seconds"].to_numpy()
    assert seconds[:3] == pytest.approx([900, 180, 540], rel=0.1)
    # A client without any has what the intent takes elsewhere.
    assert seconds[3] > 3 * seconds[4]


def test_new_people_make_contacts_longer() -> None:
    new = handled({"a": 600}, tenure_days=10.0)
    old = handled({"a": 300}, tenure_days=400.0)
    mixed = pd.concat([new, old], ignore_index=True)
    half, few = (
        series_handle_times(series("a"), frame, POLICY)["aht_seconds"].iloc[0]
        for frame in (mixed, pd.concat([new[:20], old], ignore_index=True))
    )
    assert few < half


@pytest.mark.parametrize("column", ["client_id", "handle_seconds"])
def test_handled_contacts_without_a_column_are_named(column) -> None:
    with pytest.raises(SchemaError, match=f"no column '{column}'"):
        series_handle_times(series("a"), handled({"a": 300}).drop(columns=column), POLICY)


def test_a_pool_needs_more_people_for_longer_contacts() -> None:
    frame, grid = forecast([("a/chat", 12, 15), ("b/chat", 12, 15)])
    table = desk_table(["a/chat", "b/chat"])
    pools = {"a": "p", "b": "p"}
    needs = []
    for times in ((600, 600), (300, 900), (900, 900)):
        timed = table.assign(aht_seconds=times, busy_seconds=[
            POLICY.promise("chat").busy(t) for t in times])  # fmt: skip
        found = pool_requirement(load_of(frame, timed, grid, POLICY), pools, POLICY)
        needs.append(found["live_agents"].to_numpy())
    usual = pool_requirement(load_of(frame, table, grid, POLICY), pools, POLICY)
    # As many contacts of half and of one and a half times the length take the same work.
    assert (needs[0] == needs[1]).all()
    assert (needs[0] == usual["live_agents"]).all()
    assert (needs[2] > needs[0]).all()


# -- the plan's day ------------------------------------------------------------------------------

MORNING = pd.Timestamp("2026-03-03T10:20Z")


def in_force(one_pool=False, **means) -> InForce:
    rows = [(f"{name}/chat", mean, mean) for name, mean in means.items()]
    frame, grid = forecast(rows)
    table = series_handle_times(
        desk_table([name for name, *_ in rows]).assign(timezone="UTC"), None, POLICY
    )
    pools = {name: "pool-all" if one_pool else f"pool-{name}" for name in means}
    need = pool_requirement(load_of(frame, table, grid, POLICY), pools, POLICY)
    composition = pd.DataFrame({"desk": list(pools), "client_id": list(pools),
                                "pool_id": list(pools.values())})  # fmt: skip
    return InForce(grid, POLICY, frame, table, composition,
                   need.assign(covered_fte=need["required_fte"]))  # fmt: skip


def at_work(plan: InForce, **more) -> pd.DataFrame:
    """As many people on shift all day as each pool needs, and some more or less."""
    rows = []
    for pool, own in plan.cover.groupby("pool_id"):
        count = int(own["required_fte"].max()) + more.get(pool.removeprefix("pool-"), 0)
        rows += [(f"{pool}-{i}", pool, [pool], MORNING.floor("D"), MORNING.ceil("D"))
                 for i in range(count)]  # fmt: skip
    return pd.DataFrame(rows, columns=["agent_id", "pool_id", "pools", "starts_at", "ends_at"])


def arrived(plan: InForce, factor: float, *names: str) -> pd.DataFrame:
    inside = plan.forecasts["ds"].between("2026-03-03T06:00Z", "2026-03-03T09:30Z")
    own = plan.forecasts["unique_id"].isin([f"{n}/chat" for n in names])
    table = plan.forecasts[inside & own]
    return table.assign(y=(table["yhat"] * factor).round())[["unique_id", "ds", "y"]]


def test_a_day_as_planned_raises_no_alert() -> None:
    plan = in_force(a=12.0, b=20.0)
    day_ = watch_day(plan, arrived(plan, 1, "a", "b"), at_work(plan), now=MORNING)
    assert day_.alerts.empty
    assert day_.series["factor"].tolist() == pytest.approx([1.0, 1.0])
    assert (day_.hours["required_fte"] == day_.hours["planned_fte"]).all()
    assert len(day_.hours) == 2 * 12
    # From the interval under way to midnight.
    assert day_.forecast["ds"].min() == MORNING.floor("30min")
    assert day_.forecast["ds"].max() == pd.Timestamp("2026-03-03T23:30Z")


def test_a_busy_morning_is_a_shortage_of_its_pool_alone() -> None:
    plan = in_force(a=12.0, b=20.0)
    day_ = watch_day(plan, arrived(plan, 2, "a"), at_work(plan), now=MORNING)
    assert set(day_.alerts["pool_id"]) == {"pool-a"}
    alert = day_.alerts.iloc[0]
    assert (alert["kind"], alert["from"]) == ("shortage", MORNING.floor("h"))
    assert "agent-hours more are needed than planned: a/chat brings 1." in alert["reason"]
    # The next day is another one: it is as planned.
    assert alert["to"] == pd.Timestamp("2026-03-03T22:00Z")


SMALL = {f"c{i}": 2.0 for i in range(10)}


def test_a_day_on_which_all_bring_double_is_a_shortage_though_each_is_small() -> None:
    plan = in_force(one_pool=True, **SMALL)
    day_ = watch_day(plan, arrived(plan, 2, *SMALL), at_work(plan), now=MORNING)
    # 320 contacts for 160: the sum leaves no doubt, however little each of them says.
    assert (day_.series["factor"] > 1.6).all()
    assert (day_.series["low"] > 1.4).all()
    assert day_.alerts["kind"].tolist() == ["shortage"]
    usual = watch_day(plan, arrived(plan, 1, *SMALL), at_work(plan), now=MORNING)
    assert usual.series["factor"].tolist() == pytest.approx([1.0] * 10)
    assert (usual.hours["required_fte"] == usual.hours["planned_fte"]).all()
    assert "shortage" not in set(usual.alerts["kind"])


def test_one_client_alone_does_not_move_its_pool() -> None:
    plan = in_force(one_pool=True, **SMALL)
    busy = pd.concat([arrived(plan, 5, "c0"), arrived(plan, 1, *list(SMALL)[1:])])
    factors = watch_day(plan, busy, at_work(plan), now=MORNING).series["factor"].tolist()
    assert factors[0] > 4
    assert max(factors[1:]) < 1.1


def test_a_quiet_morning_leaves_people_over() -> None:
    plan = in_force(a=40.0)
    day_ = watch_day(plan, arrived(plan, 0, "a"), at_work(plan, a=2), now=MORNING)
    alert = day_.alerts.iloc[0]
    assert alert["kind"] == "overstaffed"
    assert "fewer are needed than planned: a/chat brings 0." in alert["reason"]


def test_who_is_not_there_is_the_reason_where_contacts_are_as_forecast() -> None:
    plan = in_force(a=40.0)
    day_ = watch_day(plan, arrived(plan, 1, "a"), at_work(plan, a=-2), now=MORNING)
    alert = day_.alerts.iloc[0]
    assert alert["agents"] == pytest.approx(2)
    fewer = (day_.hours["planned_fte"] - day_.hours["on_shift_fte"]).clip(lower=0).sum()
    assert 0 < fewer <= 2 * 12
    assert f"{fewer:.1f} agent-hours fewer are at work for it than planned" in alert["reason"]


def test_people_of_two_pools_help_where_they_are_missing() -> None:
    plan = in_force(a=20.0, b=20.0)
    there = at_work(plan, a=3, b=-3)
    none = arrived(plan, 1)
    assert watch_day(plan, none, there, now=MORNING).alerts["kind"].tolist() == [
        "overstaffed", "shortage"]  # fmt: skip
    both = there.assign(pools=[["pool-a", "pool-b"]] * len(there))
    assert watch_day(plan, none, both, now=MORNING).alerts.empty


def test_a_pool_nobody_serves_is_short_of_all_it_needs() -> None:
    plan = in_force(a=20.0)
    day_ = watch_day(plan, arrived(plan, 1), at_work(plan).head(0), now=MORNING, hours=2)
    assert day_.alerts["agents"].tolist() == [day_.hours["required_fte"].max()]
    assert day_.series.empty
    assert day_.forecast.empty


@settings(max_examples=10, deadline=None)
@given(st.floats(0, 3), st.floats(0, 3))
def test_more_arrivals_never_need_fewer_people(one, two) -> None:
    plan = in_force(a=20.0)
    less, more = (
        watch_day(plan, arrived(plan, f, "a"), at_work(plan), now=MORNING).hours["required_fte"]
        for f in sorted((one, two))
    )
    assert (less <= more).all()


def test_the_last_hours_of_a_plan_are_all_there_is() -> None:
    plan = in_force(a=20.0)
    late = pd.Timestamp("2026-03-08T20:10Z")
    assert len(watch_day(plan, arrived(plan, 1), at_work(plan), now=late).hours) == 4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unique_id": "z/chat"}, "no series 'z/chat'"),
        ({"ds": pd.Timestamp("2026-03-03T08:07Z")}, "intervals of 30 minutes"),
        ({"y": -1.0}, "'y'"),
    ],
)
def test_faults_of_arrivals_are_named(change, words) -> None:
    plan = in_force(a=20.0)
    with pytest.raises(SchemaError, match=words):
        watch_day(plan, arrived(plan, 1, "a").head(1).assign(**change), at_work(plan), now=MORNING)


def test_a_day_outside_of_the_plan_is_refused() -> None:
    plan = in_force(a=20.0)
    with pytest.raises(ParameterError, match=r"must lie in the plan, 2026-03-02 to 2026-03-09"):
        watch_day(plan, arrived(plan, 1), at_work(plan), now=pd.Timestamp("2026-03-10T10:00Z"))


def test_a_plan_of_an_older_version_says_so() -> None:
    document = {"plan_id": "x", "from": str(MONDAY), "weeks": 1, "interval_minutes": 30}
    with pytest.raises(SchemaError, match=r"The plan x does not hold its policy.*Plan again"):
        InForce.read(document, {})


def test_extra_shifts_begin_with_the_next_hour_and_reach_the_end() -> None:
    shortage = {"pool_id": "p", "from": "2026-03-03T10:00Z", "to": "2026-03-03T16:00Z"}
    (made,) = extra_shifts(shortage, 1.6, policy=POLICY, now=MORNING).to_dict("records")
    assert made["shift_id"] == "p-20260303T1100-6h-extra"
    assert (made["starts_at"], made["seats"]) == (pd.Timestamp("2026-03-03T11:00Z"), 2)
    assert extra_shifts(shortage, 0.4, policy=POLICY, now=MORNING).empty
    over = pd.Timestamp("2026-03-03T15:30Z")
    assert extra_shifts(shortage, 2, policy=POLICY, now=over).empty
    whole = {**shortage, "to": "2026-03-04T10:00Z"}
    assert extra_shifts(whole, 2, policy=POLICY, now=MORNING)["shift_id"].str.contains("-8h-").all()


# -- opening hours -------------------------------------------------------------------------------

OFFICE = {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}


def office(*names, zone="UTC", country="") -> pd.DataFrame:
    return desk_table(list(names)).assign(
        opening_hours=read_hours(OFFICE, "a"), timezone=zone, country=country
    )


@given(st.lists(st.tuples(st.floats(0, 9), st.booleans()), min_size=1, max_size=30))
def test_what_waits_for_opening_is_neither_lost_nor_done_while_closed(rows) -> None:
    contacts, is_open = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    moved = waiting_for_opening(contacts, is_open)
    assert moved.sum() == pytest.approx(contacts.sum())
    if is_open.any():
        assert (moved[~is_open] == 0).all()
        assert (moved[is_open] >= contacts[is_open]).all()


def test_email_of_a_closed_client_waits_for_its_opening() -> None:
    frame, grid = forecast([("a/email", 1, 1), ("a/chat", 1, 1)])
    load = load_of(frame, office("a/email", "a/chat", zone="Europe/Paris"), grid, POLICY)
    hours = pd.Series(load.due[0], index=grid.times)
    # 09:00 in Paris; sixteen hours of mail lie there, on Monday those of the weekend.
    assert hours["2026-03-03T08:00Z"] == pytest.approx(1 + 32)
    assert hours["2026-03-02T08:00Z"] == pytest.approx(1 + 32 + 96)
    assert hours["2026-03-03T16:00Z"] == 0
    assert hours["2026-03-03T12:00Z"] == 1
    # Chats are not moved: a forecast has none while closed.
    assert (load.due[1] == 1).all()
    assert load.agents.sum() == pytest.approx(load_of(
        frame, desk_table(["a/email", "a/chat"]), grid, POLICY).agents.sum())  # fmt: skip


def test_holidays_have_hours_of_their_own() -> None:
    # 6 April 2026 is Easter Monday.
    grid = Grid(pd.Timestamp("2026-04-06", tz="UTC"), 1, 60)
    usual = read_hours(OFFICE, "a")
    shut = read_hours({**OFFICE, "holiday": []}, "a")
    days = [
        open_intervals(grid.times, 60, hours, Place("Europe/Berlin", "DE"))[:24].sum()
        for hours in (usual, shut, "")
    ]
    assert days == [8, 0, 24]


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ("nine to five", "must hold JSON"),
        ({"monday": [("09:00", "17:00")]}, "monday"),
        ({"mon": [("9", "17:00")]}, "'9'"),
        ({"mon": ["09:00"]}, "must hold JSON"),
        ({"mon": []}, "never open"),
        ({"holiday": [("09:00", "17:00")]}, "never open"),
        (["mon"], "must hold JSON"),
    ],
)
def test_opening_hours_that_are_none_are_named(given_, words) -> None:
    with pytest.raises(SchemaError, match=words):
        read_hours(given_, "lumen")


@pytest.mark.parametrize("nothing", [None, "", float("nan")])
def test_without_opening_hours_a_client_is_always_open(nothing) -> None:
    assert read_hours(nothing, "a") == ""


def test_hours_of_a_table_of_structs_are_read() -> None:
    struct = {"mon": np.array([np.array(["09:00", "17:00"])]), "tue": None}
    assert read_hours(struct, "a") == '{"mon": [["09:00", "17:00"]]}'
