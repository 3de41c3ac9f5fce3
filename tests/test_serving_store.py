"""The store: append-only, durable where it says so, the same reply for the same key."""

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine, insert, inspect, text
from sqlalchemy.exc import OperationalError

from data.errors import ConfigError
from data.schema import validate_feedback, validate_retrievals, validate_suggestions
from serving import tables
from serving.idempotency import Idempotency
from serving.problems import ProblemError
from serving.store import Store, SuggestionRows
from serving.writer import UnsureWriteError

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 3, 2, 18, 41, tzinfo=UTC)


@pytest.fixture
def store(database):
    opened = Store(database, linger_seconds=0.01)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path):
    opened = Store(f"sqlite:///{tmp_path / 'store.db'}", linger_seconds=0.01)
    yield opened
    opened.close()


def suggestion(number="s1", *, client="lumen", ticket="48213", version=7):
    row = {
        "suggestion_id": number,
        "ticket_id": ticket,
        "ticket_version": version,
        "client_id": client,
        "shown_at": NOW,
        "models": {"triage": "intent:12"},
        "outcome": "validate",
        "draft_text": "Hello [NAME_1], it is on its way.",
        "support": [{"source": "article", "id": "a17", "version": "4", "span": [0, 9]}],
        "p_accept": 0.7,
        "automated": False,
        "seconds_estimated": 95,
        "placeholders": "{}",
    }
    found = {"suggestion_id": number, "source": "article", "source_id": "a17", "shown": True}
    return SuggestionRows(row, [{**found, "rank": 1, "version": 4, "probability": 0.9}])


def feedback(number="s1", *, client="lumen", decision="sent"):
    return {
        "suggestion_id": number,
        "client_id": client,
        "at": NOW,
        "decision": decision,
        "sent_text": "Hello [NAME_1], it is on its way.",
        "seconds": 12.5,
        "corrected": {"intent": "support.order_status"},
        "edit_distance": 0.0,
        "kept_share": 1.0,
        "identical_strict": True,
    }


def edit(article="returns", *, version=1, client="lumen", action="put"):
    row = {"client_id": client, "article_id": article, "version": version, "action": action}
    return {**row, "article": {"text": "Send it back."} if action == "put" else None, "at": NOW}


def test_rows_are_valid_tables_of_their_contracts(store):
    store.add_suggestion(suggestion)
    store.add_feedback(
        feedback(), [("a17", "opened"), ("a17", "used")], reply=lambda n: {"feedback_id": n}
    )
    suggestions = validate_suggestions(pd.DataFrame(store.rows("suggestions")))
    retrievals = validate_retrievals(pd.DataFrame(store.rows("retrievals")))
    told = validate_feedback(pd.DataFrame(store.rows("feedback")))
    assert suggestions["shown_at"][0] == NOW
    assert retrievals[["shown", "opened", "used"]].to_numpy().tolist() == [[True, True, True]]
    assert told["kept_share"].tolist() == [1.0]


def test_the_files_are_for_their_owner_alone(tmp_path):
    made = Store(f"sqlite:///{tmp_path / 'new' / 'store.db'}")
    made.flush()
    rights = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()}
    assert set(rights) >= {"store.db", "store.db-wal"}
    assert set(rights.values()) == {0o600}
    made.close()
    (tmp_path / "new" / "store.db").chmod(0o640)
    Store(f"sqlite:///{tmp_path / 'new' / 'store.db'}").close()
    assert (tmp_path / "new" / "store.db").stat().st_mode & 0o777 == 0o640


def test_a_feedback_is_on_disk_with_its_suggestion_when_the_call_returns(sqlite, tmp_path):
    sqlite.add_suggestion(suggestion)
    kept = sqlite.add_feedback(feedback(), reply=lambda n: {"feedback_id": n})
    with sqlite3.connect(tmp_path / "store.db") as other:
        counts = [
            other.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("suggestions", "feedback")
        ]
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
    assert counts == [1, 1]
    assert kept.reply == {"feedback_id": 1}
    assert not kept.replayed


def test_each_connection_syncs_fully(sqlite):
    with sqlite._writing.connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_a_suggestion_that_waits_is_found(database):
    patient = Store(database, linger_seconds=30)
    patient.add_suggestion(suggestion)
    assert patient.suggestion("lumen", "s1")["ticket_id"] == "48213"
    patient.close()


def test_closing_writes_what_waits(database):
    first = Store(database, linger_seconds=30)
    for number in range(300):
        first.add_suggestion(lambda number=number: suggestion(f"s{number}"))
    first.close()
    second = Store(database)
    assert len(second.rows("suggestions")) == 300
    second.close()


def test_a_killed_process_keeps_what_it_answered(database):
    code = (
        "import os, signal, sys\n"
        "from test_serving_store import *\n"
        "store = Store(sys.argv[1], linger_seconds=30)\n"
        "store.add_suggestion(suggestion)\n"
        "store.add_feedback(feedback(), reply=dict_of)\n"
        "store.add_edit(edit(), status=201, reply={})\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, database], cwd=ROOT / "tests", timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL
    again = Store(database)
    found = [len(again.rows(name)) for name in ("suggestions", "feedback", "article_edits")]
    assert found == [1, 1, 1]
    again.close()


def test_another_client_finds_nothing(store):
    store.add_suggestion(suggestion)
    store.flush()
    assert store.suggestion("verdant", "s1") is None
    assert store.newest_version("verdant", "48213") == 0
    assert store.rows("suggestions", "verdant") == []


def test_the_newest_version_of_a_ticket_never_goes_back(store):
    for number, version in enumerate([3, 9, 4]):
        store.add_suggestion(lambda n=number, v=version: suggestion(f"s{n}", version=v))
    store.flush()
    assert store.newest_version("lumen", "48213") == 9


def test_the_same_key_and_request_is_stored_once(store):
    asked = Idempotency("k1", "digest")
    first = store.add_feedback(feedback(), reply=lambda n: {"feedback_id": n}, idempotency=asked)
    again = store.add_feedback(feedback(), reply=lambda n: {"feedback_id": n}, idempotency=asked)
    assert (first.reply, first.status) == (again.reply, again.status)
    assert again.replayed
    assert len(store.rows("feedback")) == 1


def test_the_same_suggestion_from_two_workers_is_stored_once(store, caplog):
    assert not store.holds("lumen", "s1")
    for number in ("s1", "s1", "s2"):
        store.add_suggestion(lambda number=number: suggestion(number))
    store.flush()
    assert sorted(row["suggestion_id"] for row in store.rows("suggestions")) == ["s1", "s2"]
    assert len(store.rows("retrievals")) == 2
    assert store.holds("lumen", "s1")
    assert not store.holds("verdant", "s1")
    assert caplog.text == ""


def test_the_same_key_with_another_request_is_refused(store):
    store.add_feedback(feedback(), reply=dict_of, idempotency=Idempotency("k1", "digest"))
    with pytest.raises(ProblemError, match="used with another request"):
        store.add_feedback(feedback(), reply=dict_of, idempotency=Idempotency("k1", "other"))
    # A key belongs to its client.
    store.add_feedback(
        feedback(client="verdant"), reply=dict_of, idempotency=Idempotency("k1", "other")
    )
    assert len(store.rows("feedback")) == 2


def answered(store, key, at):
    row = {**feedback(), "at": at}
    return store.add_feedback(row, reply=dict_of, idempotency=Idempotency(key, "digest"))


def test_replies_are_kept_for_a_week(store):
    for hour in range(30):
        answered(store, f"old{hour}", NOW + timedelta(hours=hour))
    answered(store, "young", NOW + timedelta(days=6))
    assert len(store.rows("idempotent_replies")) == 31
    later = NOW + timedelta(days=9)
    assert answered(store, "young", later).replayed
    for number in range(3):
        answered(store, f"new{number}", later)
    kept = {row["idempotency_key"] for row in store.rows("idempotent_replies")}
    assert kept == {"young", "new0", "new1", "new2"}
    assert len(store.rows("feedback")) == 34


def test_a_store_of_an_older_version_finds_old_replies_quickly(database):
    Store(database).close()
    old = create_engine(database)
    with old.begin() as connection:
        connection.execute(text("DROP INDEX idempotent_replies_by_time"))
    Store(database).close()
    found = inspect(old).get_indexes("idempotent_replies")
    old.dispose()
    assert "idempotent_replies_by_time" in [index["name"] for index in found]


def dict_of(number):
    return {"feedback_id": number}


def test_many_threads_lose_nothing(store):
    def work(first):
        for number in range(first, first + 20):
            store.add_suggestion(lambda n=number: suggestion(f"s{n}", ticket=f"t{n}"))
            store.add_feedback(feedback(f"s{number}"), reply=dict_of)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 100, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.flush()
    suggested = {row["suggestion_id"] for row in store.rows("suggestions")}
    told = {row["suggestion_id"] for row in store.rows("feedback")}
    assert suggested == told == {f"s{n}" for n in range(100)}


def test_one_bad_row_takes_no_other_with_it(store):
    store.add_suggestion(lambda: suggestion("good"))
    store.add_suggestion(lambda: suggestion("good"))  # the same id again
    store.add_suggestion(lambda: [][1])  # cannot even be prepared
    store.add_suggestion(lambda: suggestion("later"))
    store.flush()
    assert [row["suggestion_id"] for row in store.rows("suggestions")] == ["good", "later"]


def test_a_locked_database_refuses_feedback_and_keeps_suggestions(tmp_path):
    path = tmp_path / "store.db"
    store = Store(f"sqlite:///{path}?timeout=0.1", linger_seconds=0.01)
    with store._writing.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.add_suggestion(suggestion)
    with pytest.raises(OperationalError, match="locked"):
        store.add_feedback(feedback(), reply=dict_of)
    assert not store.ping()
    other.execute("ROLLBACK")
    other.close()
    store.flush()
    assert store.ping()
    assert len(store.rows("suggestions")) == 1
    assert store.rows("feedback") == []
    store.close()


def held_up(store):
    """A write that takes until it is told to go on; all others wait behind it."""
    began, go_on = threading.Event(), threading.Event()

    def slow(_):
        began.set()
        go_on.wait(30)

    first = threading.Thread(target=store.writer.now, args=(slow,))
    first.start()
    assert began.wait(30)
    return first, go_on


def test_what_waits_is_bounded_by_its_size(store):
    first, go_on = held_up(store)
    for number in range(80):
        store.add_suggestion(lambda number=number: suggestion(f"s{number}"), size=2**20)
    assert store.writer.dropped == 16
    go_on.set()
    first.join()
    store.flush()
    assert len(store.rows("suggestions")) == 64
    store.add_suggestion(lambda: suggestion("later"), size=2**20)
    store.flush()
    assert store.writer.dropped == 16


def test_a_write_nobody_waits_for_any_more_never_happens(store):
    first, go_on = held_up(store)
    late = []
    with pytest.raises(TimeoutError) as caught:
        store.writer.now(late.append, timeout=0.01)
    assert not isinstance(caught.value, UnsureWriteError)
    go_on.set()
    first.join()
    store.flush()
    assert late == []


def test_a_write_that_had_begun_is_told_apart(store):
    go_on = threading.Event()

    def slow(connection):
        connection.execute(insert(tables.feedback).values(**feedback()))
        go_on.wait(30)

    with pytest.raises(UnsureWriteError, match="still running"):
        store.writer.now(slow, timeout=0.2)
    go_on.set()
    store.flush()
    assert len(store.rows("feedback")) == 1


def test_a_write_taken_back_while_the_disk_is_locked_stops_no_other(tmp_path):
    path = tmp_path / "store.db"
    store = Store(f"sqlite:///{path}", linger_seconds=0.01)
    with store._writing.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=300")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    late = []
    with pytest.raises(TimeoutError):
        store.writer.now(late.append, timeout=0.05)
    store.add_suggestion(suggestion)
    wait_for(lambda: store.writer.failures)
    other.execute("ROLLBACK")
    other.close()
    store.flush()
    assert late == []
    assert len(store.rows("suggestions")) == 1
    store.close()


def wait_for(check):
    until = time.monotonic() + 30
    while not check() and time.monotonic() < until:
        time.sleep(0.01)


def test_an_article_version_is_stored_once(store):
    store.add_edit(edit(version=1), status=201, reply={"version": 1})
    with pytest.raises(ProblemError, match="Version 1 of this article is stored already"):
        store.add_edit(edit(version=1), status=200, reply={"version": 1})
    store.add_edit(edit(version=2, action="delete"), status=200, reply={"version": 2})
    assert [row["version"] for row in store.edits()] == [1, 2]
    assert store.edit("lumen", "returns")["action"] == "delete"
    assert store.edit("verdant", "returns") is None
    assert [row["seq"] for row in store.edits(after=1)] == [2]


def test_only_the_last_edit_of_an_article_that_is_no_draft_is_live(store):
    assert store.live_edits() == ([], 0)
    said = [("a", 1, "approved"), ("a", 2, "approved"), ("b", 1, "approved")]
    for article, version, status in [*said, ("a", 3, "draft"), ("b", 2, None), ("c", 1, "draft")]:
        row = edit(article, version=version, action="put" if status else "delete")
        row["article"] = None if status is None else {"status": status, "text": "x"}
        store.add_edit(row, status=200, reply={})
    live, newest = store.live_edits()
    assert [(row["article_id"], row["version"], row["action"]) for row in live] == [
        ("a", 2, "put"),
        ("b", 2, "delete"),
    ]
    assert newest == 6
    assert store.live_edits(after=5) == ([], 6)
    assert store.live_edits(after=6) == ([], 6)


def test_times_come_back_aware_and_in_utc(store):
    row = feedback() | {"at": NOW.astimezone(tz=None) + timedelta(microseconds=7)}
    store.add_feedback(row, reply=dict_of)
    at = store.rows("feedback")[0]["at"]
    assert at == NOW + timedelta(microseconds=7)
    assert at.utcoffset() == timedelta(0)


def test_another_format_is_refused(database):
    Store(database).close()
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE store_format SET format = 99"))
    engine.dispose()
    with pytest.raises(ConfigError, match="has format 99"):
        Store(database)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "store.db"
    path.write_bytes(b"this is not a database, it is a sentence" * 100)
    with pytest.raises(ConfigError, match="cannot be opened"):
        Store(f"sqlite:///{path}")
