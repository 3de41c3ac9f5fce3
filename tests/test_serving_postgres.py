"""What only a server can do to the store: go away, come back, show rows out of order."""

import threading
import time

import pytest
from postgres_server import PostgresMissingError, PostgresServer
from sqlalchemy import create_engine, insert, text
from test_serving_store import dict_of, edit, feedback, suggestion, wait_for

from data.errors import ConfigError
from serving import tables
from serving.database import Database
from serving.idempotency import Idempotency
from serving.problems import ProblemError
from serving.store import Store

REPLY = {"status": 201, "reply": {}}


@pytest.fixture
def url(postgres):
    return postgres.database()


@pytest.fixture
def store(url):
    opened = Store(url, linger_seconds=0.01)
    yield opened
    opened.close()


def together(*calls):
    """Run calls at once; what each returned or raised."""
    found = [None] * len(calls)

    def run(place, call):
        try:
            found[place] = call()
        except ProblemError as problem:
            found[place] = problem

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_store_of_an_older_version_takes_long_ids_and_large_versions(url):
    Store(url).close()
    old = create_engine(url)
    with old.begin() as connection:
        connection.execute(text("DROP VIEW retrievals"))
        for table, column, kind in (
            ("retrieval_rows", "source_id", "VARCHAR(200)"),
            ("retrieval_rows", "version", "INTEGER"),
            ("article_edits", "version", "INTEGER"),
        ):
            change = f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}"
            connection.execute(text(change))
        connection.execute(text(f"CREATE VIEW retrievals AS {tables.RETRIEVALS_VIEW}"))
    old.dispose()
    first, second = Store(url, linger_seconds=0.01), Store(url, linger_seconds=0.01)
    shown = suggestion("s1")
    shown.retrievals[0].update(source_id="guides/" + "a" * 300, version=20_260_322_184_100)
    first.add_suggestion(lambda: shown)
    first.flush()
    assert second.suggestion("lumen", "s1") is not None
    assert [row["source_id"] for row in second.rows("retrievals")] == ["guides/" + "a" * 300]
    for version in (2**31 - 1, 2**31):
        second.add_edit(edit(version=version), **(REPLY | {"status": 200}))
    assert second.edit("lumen", "returns")["version"] == 2**31
    first.close()
    second.close()


def test_edits_and_keys_are_stored_once_by_two_processes(store):
    other = Store(store.url, linger_seconds=0.01)
    put = [lambda s=s: s.add_edit(edit(), status=201, reply={}) for s in (store, other)]
    told = together(*put)
    assert sorted(type(one).__name__ for one in told) == ["Kept", "ProblemError"]
    asked = Idempotency("k1", "digest")
    say = [
        lambda s=s: s.add_feedback(feedback(), reply=dict_of, idempotency=asked)
        for s in (store, other)
    ]
    assert sorted(one.replayed for one in together(*say)) == [False, True]
    assert len(store.rows("feedback")) == 1
    other.close()


def test_workers_that_start_at_once_make_the_tables_once(url):
    made = together(*[lambda: Database(url) for _ in range(6)])
    assert all(one.prepared for one in made)
    with made[0].reading.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM store_format")).scalar() == 1
    for one in made:
        one.dispose()


def test_whoever_has_seen_an_edit_has_seen_all_before_it(store):
    """A sequence numbers rows before they are visible: a reader that skips one never returns."""
    other = Store(store.url, linger_seconds=0.01)
    slow = create_engine(store.url)
    with slow.begin() as connection:
        # As add_edit begins, in a process that then takes its time.
        connection.execute(text("SELECT format FROM store_format FOR UPDATE"))
        connection.execute(insert(tables.article_edits).values(**edit("first")))
        late = threading.Thread(target=other.add_edit, args=(edit("second"),), kwargs=REPLY)
        late.start()
        time.sleep(0.2)
        assert store.edits() == []
    late.join()
    assert [row["article_id"] for row in store.edits()] == ["first", "second"]
    slow.dispose()
    other.close()


def test_it_opens_again(store):
    store.add_edit(edit(), **REPLY)
    again = Store(store.url)
    assert again.edit("lumen", "returns")["article"] == {"text": "Send it back."}
    assert [edit["seq"] for edit in again.edits()] == [1]
    again.close()


@pytest.fixture(scope="module")
def fragile():
    """A server that tests may crash."""
    try:
        server = PostgresServer()
    except PostgresMissingError as error:
        pytest.skip(str(error))
    yield server
    server.remove()


def test_a_server_that_crashes_and_comes_back_is_used_again(fragile, caplog):
    store = Store(fragile.database(), linger_seconds=0.01)
    store.add_suggestion(suggestion)
    store.add_feedback(feedback(), reply=dict_of)
    fragile.stop("immediate")
    # A suggestion goes on without it, a feedback is refused, and both are said.
    assert store.newest_version("lumen", "48213") == 0
    store.add_suggestion(lambda: suggestion("s2"))
    wait_for(lambda: store.writer.failures)
    assert not store.ping()
    assert "the store could not be read" in caplog.text
    assert "the store could not commit" in caplog.text
    fragile.start()
    wait_for(lambda: not store.writer.failures)
    assert store.ping()
    assert [row["suggestion_id"] for row in store.rows("suggestions")] == ["s1", "s2"]
    assert len(store.rows("feedback")) == 1
    store.close()


def test_a_server_that_comes_later_is_waited_for(fragile):
    url = fragile.database()
    fragile.stop()
    store = Store(url, linger_seconds=0.01)
    assert not store.ping()
    fragile.start()
    wait_for(lambda: store.ping())
    assert store.add_feedback(feedback(), reply=dict_of).reply == {"feedback_id": 1}
    store.close()


def test_a_url_that_names_nothing_known_is_refused():
    with pytest.raises(ConfigError, match="cannot be opened"):
        Store("postgres+nothing://here")
