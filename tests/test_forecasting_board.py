"""The board: rules with reasons, seats that are never sold twice, claims that are never lost."""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ParameterError, SchemaError
from forecasting.board import ClaimTerms, Shift, ShiftBoard, Worker, eligible

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def shift(name: str, start: float, hours: float = 4, pool: str = "p", seats: int = 1) -> Shift:
    return Shift(name, pool, at(start), at(start + hours), seats)


def frame(*offered: Shift) -> pd.DataFrame:
    return pd.DataFrame(
        [(s.shift_id, s.pool_id, s.starts_at, s.ends_at, s.seats) for s in offered],
        columns=["shift_id", "pool_id", "starts_at", "ends_at", "seats"],
    )


def people(*names: str, pools: tuple[str, ...] = ("p",)) -> pd.DataFrame:
    return pd.DataFrame({"agent_id": names, "pools": [list(pools)] * len(names)})


@pytest.fixture
def board(database):
    made = ShiftBoard(database)
    made.enrol(people("ana", "bob", "cem"))
    yield made
    made.close()


def test_a_seat_is_taken_once(board) -> None:
    board.publish(frame(shift("s", 48)))
    assert board.claim("s", "ana", now=NOW).state == "claimed"
    second = board.claim("s", "bob", now=NOW)
    assert (second.state, second.reason) == ("waitlisted", "all 1 seats are taken")
    assert board.claim("s", "ana", now=NOW).reason == "claimed before"
    assert board.shifts()["taken"].tolist() == [1]
    assert board.claims()["state"].tolist() == ["claimed", "waitlisted"]


def test_the_waitlist_moves_up_in_order_and_past_those_who_may_not(board) -> None:
    board.publish(frame(shift("s", 48), shift("other", 50)))
    for agent in ("ana", "bob", "cem"):
        board.claim("s", agent, now=NOW)
    board.claim("other", "bob", now=NOW)
    released = board.release("s", "ana", now=NOW)
    assert (released.state, released.promoted) == ("released", "cem")
    assert board.claim("s", "ana", now=NOW).state == "waitlisted"


def test_a_late_release_raises_an_alert_with_offers(board) -> None:
    board.publish(frame(shift("s", 48), shift("near", 47)))
    board.claim("s", "ana", now=NOW)
    board.claim("near", "bob", now=NOW)
    released = board.release("s", "ana", now=at(40))
    assert released.reason == "given back late"
    assert released.offers == ("cem",)
    alert = board.events(kind="late_release").iloc[0]
    assert (alert["shift_id"], alert["offers"]) == ("s", ["cem"])
    assert board.release("s", "ana", now=at(40)).state == "refused"


def test_two_agents_exchange_shifts_or_neither_does(board) -> None:
    board.publish(frame(shift("a", 48), shift("b", 96), shift("c", 98)))
    board.claim("a", "ana", now=NOW)
    board.claim("b", "bob", now=NOW)
    done = board.swap("a", "ana", other_shift_id="b", other_agent_id="bob", now=NOW)
    assert done.state == "swapped"
    held = board.claims().query("state == 'claimed'")
    assert dict(zip(held["shift_id"], held["agent_id"], strict=True)) == {"a": "bob", "b": "ana"}
    board.claim("c", "cem", now=NOW)
    refused = board.swap("a", "bob", other_shift_id="c", other_agent_id="ana", now=NOW)
    assert refused.reason == "ana: does not hold shift c"
    assert board.shifts()["taken"].tolist() == [1, 1, 1]


def test_open_shifts_say_what_an_agent_may_take_and_why_not(board) -> None:
    board.publish(frame(shift("s", 48), shift("q", 49, pool="q"), shift("gone", -1)))
    seen = board.open_shifts("ana", now=NOW).set_index("shift_id")
    assert list(seen.index) == ["s", "q"]
    assert seen["eligible"].tolist() == [True, False]
    assert seen.loc["q", "reason"] == "not trained for pool q"
    assert not board.open_shifts("nobody", now=NOW)["eligible"].any()


def test_one_shift_or_some_pools_are_read_without_the_others(board) -> None:
    board.publish(frame(shift("old", -48), shift("s", 48), shift("q", 49, pool="q")))
    board.claim("s", "ana", now=NOW)
    assert board.pool_of("q") == "q"
    assert board.pool_of("nothing") is None
    assert board.state("s", "ana") == "claimed"
    assert board.state("q", "ana") is None
    every = board.shifts()
    assert every["shift_id"].tolist() == ["old", "s", "q"]
    some = board.shifts(pools={"p"}, since=NOW)
    assert some[["shift_id", "taken"]].to_numpy().tolist() == [["s", 1]]
    assert board.shifts(since=every["starts_at"].iloc[2])["shift_id"].tolist() == ["q"]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (("s", "nobody"), "the board does not know this agent"),
        (("nothing", "ana"), "the board has no such shift"),
        (("begun", "ana"), "the shift has started"),
    ],
)
def test_what_cannot_be_claimed_is_refused_with_the_reason(board, call, reason) -> None:
    board.publish(frame(shift("s", 48), shift("begun", -1)))
    answer = board.claim(*call, now=NOW)
    assert (answer.state, answer.reason) == ("refused", reason)
    assert board.claims().empty


def test_publishing_again_keeps_the_claims(board) -> None:
    board.publish(frame(shift("s", 48)))
    board.claim("s", "ana", now=NOW)
    board.publish(frame(shift("s", 48, seats=2)))
    assert board.claim("s", "bob", now=NOW).state == "claimed"
    assert board.shifts()[["seats", "taken"]].to_numpy().tolist() == [[2, 2]]


def test_a_wrong_table_is_refused_whole(board) -> None:
    with pytest.raises(ParameterError, match="Shift bad does not"):
        board.publish(frame(shift("good", 48), shift("bad", 48, hours=-1)))
    with pytest.raises(SchemaError, match="seats"):
        board.publish(frame(shift("s", 48)).drop(columns="seats"))
    assert board.shifts().empty


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ([shift("x", 50)], "overlap"),
        ([shift("x", 60)], "rest"),
        ([shift("x", 36)], "rest"),
        ([shift(f"d{d}", 24 * d, 10) for d in (0, 1, 3, 4)], "week_hours"),
        ([shift("x", 63)], "eligible"),
    ],
)
def test_rules_are_checked_against_the_shifts_held(held, code) -> None:
    verdict = eligible(
        Worker("a", frozenset({"p"})), shift("s", 48), held, now=at(-1), terms=ClaimTerms()
    )
    assert (verdict.code, verdict.ok) == (code, code == "eligible")


def test_rest_and_length_are_real_hours_across_the_change_of_clocks() -> None:
    start = datetime(2026, 3, 28, 21, tzinfo=UTC)  # 22:00 in Berlin, the night loses an hour
    night = Shift("n", "p", start, datetime(2026, 3, 29, 4, tzinfo=UTC))
    assert night.hours == 7


@given(st.floats(0, 24), st.floats(0, 24), st.integers(0, 60))
def test_more_rest_never_allows_more(less, more, start) -> None:
    less, more = sorted((less, more))
    held = [shift("x", 30, 6)]
    may = [
        eligible(Worker("a", frozenset({"p"})), shift("s", start), held, now=at(-1),
                 terms=ClaimTerms(rest_hours=hours)).ok
        for hours in (less, more)
    ]  # fmt: skip
    assert may[0] >= may[1]


def test_terms_are_checked() -> None:
    with pytest.raises(ParameterError, match="'rest_hours' parameter of ClaimTerms"):
        ClaimTerms(rest_hours=-1)


def race(url: str, number: int) -> list[tuple[str, str, str]]:
    """One process claims every shift for its agents."""
    board = ShiftBoard(url)
    told = [
        (shift_id, agent, board.claim(shift_id, agent, now=NOW).state)
        for shift_id in ("s0", "s1", "s2", "s3")
        for agent in (f"a{number}", f"b{number}")
    ]
    board.close()
    return told


def test_agents_of_several_processes_never_share_a_seat(database) -> None:
    board = ShiftBoard(database)
    board.enrol(people(*[f"{c}{n}" for c in "ab" for n in range(4)]))
    board.publish(frame(*[shift(f"s{i}", 48 + 24 * i, seats=3) for i in range(4)]))
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        told = [answer for part in pool.map(race, [database] * 4, range(4)) for answer in part]
    claims = board.claims()
    taken = claims[claims["state"] == "claimed"]
    assert taken.groupby("shift_id").size().tolist() == [3, 3, 3, 3]
    assert {(s, a) for s, a, state in told if state == "claimed"} == set(
        zip(taken["shift_id"], taken["agent_id"], strict=True)
    )
    assert len(claims) == 4 * 8
    board.close()


# -- what a plan no longer has ---------------------------------------------------------------------


def test_shifts_that_nobody_claimed_are_withdrawn_and_claimed_ones_stay(board) -> None:
    offered = (shift("free", 48), shift("held", 60, seats=3), shift("stays", 50),
               shift("next-week", 300))  # fmt: skip
    board.publish(frame(*offered))
    board.claim("held", "ana", now=NOW)
    done = board.withdraw(at(0), at(168), keep=["stays"], now=NOW)
    assert (done.gone, done.kept) == (("free",), {"held": ("ana",)})
    left = board.shifts().set_index("shift_id")
    assert list(left.index) == ["stays", "held", "next-week"]
    # The seats of it that nobody took are not offered any more.
    assert left.loc["held", ["seats", "taken"]].tolist() == [1, 1]
    assert board.claim("free", "bob", now=NOW).reason == "the board has no such shift"
    assert board.events(kind="withdrawn")["shift_id"].tolist() == ["free"]


def test_withdrawing_again_changes_nothing(board) -> None:
    board.publish(frame(shift("free", 48), shift("held", 60)))
    board.claim("held", "ana", now=NOW)
    first = board.withdraw(at(0), at(168), now=NOW)
    before = board.shifts(), board.claims(), board.events()
    again = board.withdraw(at(0), at(168), now=NOW)
    assert (again.gone, again.kept) == ((), first.kept)
    for old, new in zip(before, (board.shifts(), board.claims(), board.events()), strict=True):
        pd.testing.assert_frame_equal(old, new)


def test_a_shift_whose_claims_were_given_back_goes_and_one_that_began_stays(board) -> None:
    board.publish(frame(shift("back", 48), shift("begun", 1)))
    board.claim("back", "ana", now=NOW)
    board.release("back", "ana", now=NOW)
    assert board.withdraw(at(0), at(168), now=at(2)).gone == ("back",)
    assert board.shifts()["shift_id"].tolist() == ["begun"]
    # It can be offered again, to anyone.
    board.publish(frame(shift("back", 48)))
    assert board.claim("back", "bob", now=NOW).state == "claimed"


def test_a_shift_never_gets_fewer_seats_than_are_claimed(board) -> None:
    board.publish(frame(shift("s", 48, seats=2)))
    for agent in ("ana", "bob"):
        board.claim("s", agent, now=NOW)
    board.publish(frame(shift("s", 48, seats=1)))
    assert board.shifts()[["seats", "taken"]].to_numpy().tolist() == [[2, 2]]


def withdraw_all(url: str, _number: int) -> list[tuple[str, str, str]]:
    """One process withdraws what nobody has claimed, over and over."""
    board = ShiftBoard(url)
    told = []
    for _ in range(5):
        done = board.withdraw(at(0), at(500), now=NOW)
        told += [(shift_id, "", "gone") for shift_id in done.gone]
    board.close()
    return told


def test_a_claim_and_a_withdrawal_at_once_never_both_win(database) -> None:
    board = ShiftBoard(database)
    board.enrol(people(*[f"{c}{n}" for c in "ab" for n in range(3)]))
    board.publish(frame(*[shift(f"s{i}", 48 + 24 * i, seats=3) for i in range(4)]))
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        racing = [pool.submit(race, database, n) for n in range(3)]
        racing.append(pool.submit(withdraw_all, database, 0))
        told = [answer for future in racing for answer in future.result()]
    won = {(s, a) for s, a, state in told if state == "claimed"}
    gone = {s for s, _, state in told if state == "gone"}
    claims = board.claims()
    taken = claims[claims["state"] == "claimed"]
    assert won == set(zip(taken["shift_id"], taken["agent_id"], strict=True))
    assert gone.isdisjoint(s for s, _ in won)
    assert set(board.shifts()["shift_id"]) == {f"s{i}" for i in range(4)} - gone
    board.close()


# -- who is there, and who could be ---------------------------------------------------------------


def test_open_seats_name_who_may_take_them(board) -> None:
    board.enrol(people("eva", pools=("q",)))
    board.publish(frame(shift("s", 48, seats=2), shift("late", 72), shift("q", 48, pool="q"),
                        shift("full", 50)))  # fmt: skip
    board.claim("s", "ana", now=NOW)
    board.claim("full", "bob", now=NOW)
    (offer,) = board.offers("p", at(49), at(53), now=NOW)
    assert (offer.shift_id, offer.free) == ("s", 1)
    # Ana holds a seat of it, Bob works at that time, Eva is trained for another pool.
    assert offer.agents == ("cem",)
    assert board.offers("p", at(49), at(53), now=at(49)) == []
    assert board.offers("p", at(0), at(48), now=NOW) == []


def test_duty_is_who_claimed_a_seat_and_what_they_are_trained_for(board) -> None:
    board.enrol(people("bob", pools=("p", "q")))
    board.publish(frame(shift("s", 48, seats=3), shift("later", 96)))
    for agent in ("ana", "bob", "cem"):
        board.claim("s", agent, now=NOW)
    board.release("s", "cem", now=NOW)
    there = board.duty(at(51), at(60))
    assert there["agent_id"].tolist() == ["ana", "bob"]
    assert there["pools"].tolist() == [["p"], ["p", "q"]]
    assert board.duty(at(52), at(60)).empty
