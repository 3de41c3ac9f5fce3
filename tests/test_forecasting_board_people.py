"""Agents of a board: what their table must hold, and what becomes of claims they lose."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from test_forecasting_board import NOW, at, frame, people, shift

from data.errors import ParameterError, SchemaError
from forecasting.board import ShiftBoard
from forecasting.board.eligibility import Shift, night_hours, zone_of

NAIVE = datetime(2026, 3, 2, 8)  # noqa: DTZ001


@pytest.fixture
def board(tmp_path):
    made = ShiftBoard(f"sqlite:///{tmp_path / 'board.db'}")
    made.enrol(people("ana", "bob"))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("timezone", "Mars/X", r"IANA names such as 'Europe/Paris'. Got row 1: 'Mars/X'"),
        ("timezone", "America", r"IANA names.*'America'"),
        ("pools", "p1", r"lists of pool ids, such as \['p1', 'p2'\]. Got row 1: 'p1'"),
        ("pools", None, r"lists of pool ids.*row 1: None"),
        ("pools", [3], r"lists of pool ids.*row 1: \[3\]"),
        ("max_hours_week", -3.0, r"0 to 168 hours. Got row 1: -3.0"),
        ("max_hours_week", "many", r"0 to 168 hours"),
        ("max_hours_week", np.inf, r"0 to 168 hours"),
        ("agent_id", "eva", r"must be unique. Got row 1: 'eva'"),
        ("agent_id", None, r"must be filled. Got row 1: None"),
    ],
)
def test_a_row_no_board_can_use_is_named_and_nothing_is_taken(board, column, value, words) -> None:
    table = people("eva", "fay").assign(timezone="UTC", max_hours_week=40.0).astype(object)
    table.at[1, column] = value
    with pytest.raises(SchemaError, match=words) as caught:
        board.enrol(table)
    assert (caught.value.column, caught.value.rows) == (column, (1,))
    assert board.claim("s", "eva", now=NOW).reason == "the board does not know this agent"


@pytest.mark.parametrize("column", ["agent_id", "pools"])
def test_a_missing_column_is_named(board, column) -> None:
    with pytest.raises(SchemaError, match=f"'{column}' is missing"):
        board.enrol(people("eva").drop(columns=column))


def test_sets_and_arrays_are_lists_too_and_what_is_missing_is_usual(board) -> None:
    table = pd.DataFrame(
        {"agent_id": ["eva", "fay"], "pools": [{"p"}, np.array(["p", "q"])],
         "timezone": [None, "Asia/Tokyo"], "max_hours_week": [np.nan, 4]}
    )  # fmt: skip
    assert board.enrol(table).agents == 2
    board.publish(frame(shift("s", 48, hours=6, seats=2)))
    assert board.claim("s", "eva", now=NOW).state == "claimed"
    assert board.claim("s", "fay", now=NOW).reason == "6 hours in that week, 4 are agreed"


def test_an_agent_of_an_old_board_without_a_zone_stops_nobody_elses_release(board) -> None:
    board.publish(frame(shift("s", 2)))
    board.claim("s", "ana", now=NOW)
    engine = create_engine(board.url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE board_agents SET timezone='Mars/X' WHERE agent_id='bob'"))
    engine.dispose()
    assert board.release("s", "ana", now=NOW).state == "released"
    assert board.claim("s", "bob", now=NOW).reason == "there is no time zone 'Mars/X'"


@pytest.mark.parametrize(
    "call",
    [
        lambda b: b.claim("s", "ana", now=NAIVE),
        lambda b: b.release("s", "ana", now=NAIVE),
        lambda b: b.swap("s", "ana", other_shift_id="t", other_agent_id="bob", now=NAIVE),
        lambda b: b.open_shifts("ana", now=NAIVE),
        lambda b: b.offers("p", NOW, at(4), now=NAIVE),
        lambda b: b.takers([shift("s", 48)], now=NAIVE),
        lambda b: b.withdraw(NOW, at(4), now=NAIVE),
        lambda b: b.publish(frame(shift("s", 48)), now=NAIVE),
        lambda b: b.enrol(people("eva"), now=NAIVE),
        lambda b: b.claim("s", "ana", now=pd.NaT),
    ],
)
def test_a_time_without_a_zone_is_refused_by_name(board, call) -> None:
    with pytest.raises(ParameterError, match=r"'now' parameter of ShiftBoard\.\w+ must be a time"):
        call(board)
    assert board.shifts().empty


def test_a_span_without_a_zone_is_refused_by_name(board) -> None:
    with pytest.raises(ParameterError, match=r"'end' parameter of ShiftBoard\.duty"):
        board.duty(NOW, NAIVE)
    with pytest.raises(ParameterError, match=r"'start' parameter of ShiftBoard\.offers"):
        board.offers("p", NAIVE, NOW, now=NOW)


def test_claims_whose_agent_lost_the_pool_are_named_and_offered_once(board) -> None:
    board.enrol(people("cem", pools=("q",)))
    board.publish(frame(shift("s", 48), shift("over", -5)))
    board.claim("s", "ana", now=NOW)
    board.claim("over", "ana", now=at(-6))
    done = board.enrol(people("ana", pools=()), now=NOW)
    (lost,) = done.unqualified
    assert (lost.shift_id, lost.agent_id, lost.pool_id) == ("s", "ana", "p")
    assert lost.offers == ("bob",)
    alert = board.events(kind="unqualified").iloc[0]
    assert (alert["shift_id"], alert["agent_id"], alert["offers"]) == ("s", "ana", ["bob"])
    assert alert["reason"] == "not trained for pool p any more"
    # It stands as long as the claim does; the alert was raised when the pool was lost.
    assert board.enrol(people("ana", pools=())).unqualified == (lost,)
    assert len(board.events(kind="unqualified")) == 1
    board.release("s", "ana", now=NOW)
    assert board.enrol(people("ana", pools=())).unqualified == ()


# -- who is asked first ----------------------------------------------------------------------------


def test_those_awake_are_asked_first_then_those_with_fewest_hours(board) -> None:
    zones = {"abe": "Asia/Tokyo", "bea": "Europe/Paris", "cem": "Europe/Paris",
             "dot": "America/New_York"}  # fmt: skip
    team = people(*zones).assign(timezone=list(zones.values()))
    board.enrol(people("ana", "bob", pools=()))
    board.enrol(team)
    # Monday 8:00 in UTC: a day in Paris, an evening in Tokyo, early in New York.
    offered = shift("s", 24, hours=6), shift("bea's", 60, hours=8)
    board.publish(frame(*offered))
    board.claim("bea's", "bea", now=NOW)
    found = board.takers([offered[0]], now=NOW)[offered[0]]
    assert found == ("cem", "bea", "abe", "dot")
    board.claim("s", "cem", now=NOW)
    assert board.release("s", "cem", now=at(23)).offers == ("bea", "abe", "dot")


def test_many_who_sleep_do_not_crowd_out_one_who_is_awake(board) -> None:
    board.enrol(people("ana", "bob", pools=()))
    asleep = people(*[f"a{n:02d}" for n in range(30)]).assign(timezone="America/Los_Angeles")
    board.enrol(asleep)
    board.enrol(people("zoe").assign(timezone="Europe/Paris"))
    one = shift("s", 24)
    assert board.takers([one], now=NOW)[one][0] == "zoe"
    assert len(board.takers([one], now=NOW)[one]) == board.terms.most_offers


@given(
    st.integers(0, 24 * 400), st.integers(1, 20),
    st.sampled_from(["UTC", "Europe/Paris", "Asia/Kolkata", "America/New_York"]),
)  # fmt: skip
def test_hours_of_the_night_are_those_a_clock_shows(start, hours, name) -> None:
    zone = zone_of(name)
    assert zone is not None
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=start)
    minutes = [begin + timedelta(minutes=m) for m in range(0, 60 * hours, 15)]
    dark = [not 6 <= m.astimezone(zone).hour < 22 for m in minutes]
    one = Shift("s", "p", begin, begin + timedelta(hours=hours))
    assert night_hours(one, zone) == pytest.approx(sum(dark) / 4)
