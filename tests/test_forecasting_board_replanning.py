"""A plan takes the place of the one before it; what agents claimed themselves stays."""

import sqlite3
from datetime import datetime

import pandas as pd
import pytest
from test_forecasting_board import NOW, at, frame, people, shift

from forecasting.board import ShiftBoard

TEAM = people("ana", "bob", "cem")


@pytest.fixture
def board(database):
    made = ShiftBoard(database)
    made.enrol(TEAM)
    yield made
    made.close()


def given(*pairs):
    return pd.DataFrame(list(pairs), columns=["shift_id", "agent_id"])


def replan(board, offered, *pairs, agents=TEAM, now=NOW):
    return board.replan(agents, frame(*offered), given(*pairs), at(0), at(168), now=now)


def held(board):
    claims = board.claims().query("state == 'claimed'")
    return set(zip(claims["shift_id"], claims["agent_id"], claims["source"], strict=True))


def test_a_new_plan_takes_back_what_only_a_plan_gave(board) -> None:
    replan(board, [shift("s", 48), shift("t", 72)], ("s", "ana"), ("t", "bob"))
    assert held(board) == {("s", "ana", "roster"), ("t", "bob", "roster")}
    done = replan(board, [shift("t", 72), shift("u", 50)], ("t", "ana"), ("u", "bob"))
    assert held(board) == {("t", "ana", "roster"), ("u", "bob", "roster")}
    assert set(done.released) == {("s", "ana"), ("t", "bob")}
    assert (done.claimed, done.refused, done.withdrawn.gone) == (2, (), ("s",))
    # Nobody gave a seat back, so nobody is called.
    assert board.events(kind="late_release").empty
    assert board.events(kind="released").empty


def test_the_same_plan_again_changes_nothing(board) -> None:
    plan = [shift("s", 48), shift("t", 72)], ("s", "ana"), ("t", "bob")
    replan(board, *plan)
    before = board.claims(), board.shifts(), board.events()
    assert replan(board, *plan).released == ()
    for old, new in zip(before, (board.claims(), board.shifts(), board.events()), strict=True):
        pd.testing.assert_frame_equal(old, new)


def test_what_agents_claimed_confirmed_or_swapped_stays_theirs(board) -> None:
    offered = [shift("own", 48), shift("confirmed", 72), shift("a", 96), shift("b", 120)]
    replan(board, offered, ("confirmed", "bob"), ("a", "ana"), ("b", "cem"))
    board.claim("own", "ana", now=NOW)
    assert board.claim("confirmed", "bob", now=NOW).reason.startswith("confirmed")
    assert board.claim("confirmed", "bob", now=NOW).reason == "claimed before"
    board.swap("a", "ana", other_shift_id="b", other_agent_id="cem", now=NOW)
    done = replan(board, [shift("new", 60)])
    assert held(board) == {
        ("own", "ana", "agent"), ("confirmed", "bob", "agent"),
        ("a", "cem", "agent"), ("b", "ana", "agent"),
    }  # fmt: skip
    assert set(done.withdrawn.kept) == {"own", "confirmed", "a", "b"}


def test_seats_that_have_begun_or_lie_elsewhere_are_not_taken_back(board) -> None:
    replan(board, [shift("begun", 2), shift("coming", 48)], ("begun", "ana"), ("coming", "bob"))
    assert replan(board, [shift("later", 60)], now=at(3)).released == (("coming", "bob"),)
    assert held(board) == {("begun", "ana", "roster")}
    elsewhere = board.replan(TEAM, frame(), given(), at(200), at(368), now=at(0))
    assert elsewhere.released == ()


def test_a_seat_that_begins_within_the_notice_is_not_taken_back(board) -> None:
    replan(board, [shift("soon", 30), shift("later", 60)], ("soon", "ana"), ("later", "bob"))
    assert replan(board, [], now=at(7)).released == (("later", "bob"),)
    assert held(board) == {("soon", "ana", "roster")}


def test_a_night_that_begins_after_the_plans_end_is_still_the_plans(board) -> None:
    night = [shift("night", 170)]
    replan(board, night, ("night", "ana"))
    board.replan(TEAM, frame(shift("s", 60)), given(), at(0), at(168), now=NOW,
                 spans={"ana": (at(20), at(188))})  # fmt: skip
    assert held(board) == set()
    assert board.shifts()["shift_id"].tolist() == ["s"]


def test_who_gave_a_shift_back_is_not_put_on_it_again(board) -> None:
    replan(board, [shift("s", 48)], ("s", "ana"))
    board.release("s", "ana", now=NOW)
    (refused,) = replan(board, [shift("s", 48)], ("s", "ana")).refused
    assert refused.reason == "gave this shift back before"
    assert held(board) == set()


def test_who_gave_back_a_shift_that_is_gone_is_remembered(board) -> None:
    replan(board, [shift("s", 48), shift("t", 72)], ("s", "ana"), ("t", "bob"))
    board.release("s", "ana", now=NOW)
    board.claim("t", "cem", now=NOW)
    # Leaving a waitlist is no word against the hours.
    board.release("t", "cem", now=NOW)
    replan(board, [])
    assert board.shifts().empty
    back = board.given_back()
    assert back[["shift_id", "agent_id", "starts_at"]].values.tolist() == [["s", "ana", at(48)]]
    done = replan(board, [shift("s", 48, seats=2), shift("t", 72)], ("s", "ana"), ("t", "cem"))
    assert [claim.agent_id for claim in done.refused] == ["ana"]
    assert held(board) == {("t", "cem", "roster")}
    board.release("t", "cem", now=NOW)
    replan(board, [])
    replan(board, [shift("t", 72)])
    board.claim("t", "cem", now=NOW)
    board.release("t", "cem", now=NOW)
    replan(board, [])
    assert len(board.given_back()) == 2


def test_a_plans_own_come_first_then_who_waits(board) -> None:
    replan(board, [shift("s", 48)], ("s", "ana"))
    board.claim("s", "bob", now=NOW)
    done = replan(board, [shift("s", 48, seats=2)], ("s", "ana"))
    assert [(up.agent_id, up.state) for up in done.promoted] == [("bob", "claimed")]
    assert held(board) == {("s", "ana", "roster"), ("s", "bob", "agent")}


def test_a_plan_that_cannot_be_published_changes_nothing(board) -> None:
    replan(board, [shift("s", 48)], ("s", "ana"))
    with pytest.raises(ValueError, match=r"'now' parameter of ShiftBoard\.replan"):
        replan(board, [shift("t", 48)], now=datetime(2026, 3, 2))  # noqa: DTZ001
    assert held(board) == {("s", "ana", "roster")}


def test_claims_of_boards_of_older_versions_are_the_agents_own(tmp_path) -> None:
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as old:
        old.executescript("""
            CREATE TABLE board_shifts (shift_id VARCHAR(128) PRIMARY KEY, pool_id VARCHAR(128),
                starts_at DATETIME, ends_at DATETIME, seats INTEGER, breaks JSON);
            CREATE TABLE board_agents (agent_id VARCHAR(128) PRIMARY KEY, pools JSON,
                timezone VARCHAR(64), max_hours_week FLOAT);
            CREATE TABLE board_claims (shift_id VARCHAR(128), agent_id VARCHAR(128),
                state VARCHAR(16), at DATETIME, turn INTEGER, PRIMARY KEY (shift_id, agent_id));
            INSERT INTO board_shifts VALUES ('s', 'p', '2026-03-04 08:00:00.000000',
                '2026-03-04 12:00:00.000000', 1, NULL);
            INSERT INTO board_agents VALUES ('ana', '["p"]', 'UTC', 40);
            INSERT INTO board_claims VALUES ('s', 'ana', 'claimed',
                '2026-03-01 00:00:00.000000', 1);
        """)
    old.close()
    for _ in range(2):
        opened = ShiftBoard(f"sqlite:///{file}")
        assert opened.claims()["source"].tolist() == ["agent"]
        replan(opened, [shift("t", 90)])
        assert held(opened) == {("s", "ana", "agent")}
        opened.close()


def test_a_column_that_is_missing_is_added_on_a_server(postgres) -> None:
    from sqlalchemy import create_engine, text

    url = postgres.database()
    ShiftBoard(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE board_claims DROP COLUMN source"))
    engine.dispose()
    opened = ShiftBoard(url)
    assert "source" in opened.claims().columns
    opened.close()


# -- the waitlist ----------------------------------------------------------------------------------


def test_who_waits_moves_up_when_seats_are_added(board) -> None:
    board.publish(frame(shift("s", 48)))
    for agent in ("ana", "cem"):
        board.claim("s", agent, now=NOW)
    board.publish(frame(shift("s", 48, seats=2)), now=at(1))
    assert {agent for _, agent, _ in held(board)} == {"ana", "cem"}
    assert board.claim("s", "bob", now=at(1)).state == "waitlisted"
    moved = board.events().query("reason == 'moved up from the waitlist'")
    assert moved["agent_id"].tolist() == ["cem"]
    assert moved["at"].tolist() == [at(1)]


def test_without_a_time_the_board_takes_the_last_it_heard_of(board) -> None:
    board.publish(frame(shift("s", 48)))
    for agent in ("ana", "cem"):
        board.claim("s", agent, now=NOW)
    board.publish(frame(shift("s", 48, seats=2)))
    assert {agent for _, agent, _ in held(board)} == {"ana", "cem"}


def test_a_newcomer_never_passes_those_who_wait_for_a_free_seat(board) -> None:
    # Bob may not move up for his other shift; once that is gone, he is still before Cem.
    board.publish(frame(shift("s", 48), shift("other", 50)))
    board.claim("s", "ana", now=NOW)
    board.claim("s", "bob", now=NOW)
    board.claim("other", "bob", now=NOW)
    assert board.release("s", "ana", now=NOW).promoted is None
    board.release("other", "bob", now=NOW)
    assert board.claim("s", "cem", now=NOW).state == "waitlisted"
    assert held(board) == {("s", "bob", "agent")}


def test_who_waits_and_asks_again_gets_the_seat_that_is_free(board) -> None:
    board.publish(frame(shift("s", 48), shift("other", 50)))
    board.claim("s", "ana", now=NOW)
    board.claim("s", "bob", now=NOW)
    board.claim("other", "bob", now=NOW)
    board.release("s", "ana", now=NOW)
    board.release("other", "bob", now=NOW)
    assert board.claim("s", "bob", now=NOW).state == "claimed"
