"""The same store on Postgres; needs DESKPILOT_TEST_POSTGRES, the URL of an empty database."""

import os
import threading

import pandas as pd
import pytest
from sqlalchemy import create_engine, text
from test_serving_store import NOW, dict_of, edit, feedback, suggestion

from data.schema import validate_feedback, validate_retrievals, validate_suggestions
from serving.problems import ProblemError
from serving.store import Idempotency, Store

URL = os.environ.get("DESKPILOT_TEST_POSTGRES", "")
pytestmark = pytest.mark.skipif(not URL, reason="DESKPILOT_TEST_POSTGRES names no database")


@pytest.fixture
def store():
    engine = create_engine(URL)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    opened = Store(URL, linger_seconds=0.01)
    yield opened
    opened.close()


def test_rows_are_valid_tables_of_their_contracts(store):
    store.add_suggestion(suggestion)
    store.add_feedback(feedback(), [("a17", "used")], reply=dict_of)
    assert len(validate_suggestions(pd.DataFrame(store.rows("suggestions")))) == 1
    assert validate_retrievals(pd.DataFrame(store.rows("retrievals")))["used"].tolist() == [True]
    assert validate_feedback(pd.DataFrame(store.rows("feedback")))["at"][0] == NOW


def test_one_bad_row_takes_no_other_with_it(store):
    for _ in range(2):
        store.add_suggestion(suggestion)
    store.add_suggestion(lambda: suggestion("later"))
    store.flush()
    assert [row["suggestion_id"] for row in store.rows("suggestions")] == ["s1", "later"]


def test_edits_and_keys_are_stored_once_by_two_processes(store):
    other = Store(URL, linger_seconds=0.01)
    kept, refused = [], []

    def put(desk):
        try:
            kept.append(desk.add_edit(edit(), status=201, reply={"version": 1}))
        except ProblemError as problem:
            refused.append(problem)

    threads = [threading.Thread(target=put, args=(desk,)) for desk in (store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(kept), len(refused)) == (1, 1)
    asked = Idempotency("k1", "digest")
    first = store.add_feedback(feedback(), reply=dict_of, idempotency=asked)
    again = other.add_feedback(feedback(), reply=dict_of, idempotency=asked)
    assert (first.replayed, again.replayed) == (False, True)
    assert len(store.rows("feedback")) == 1
    other.close()


def test_it_opens_again(store):
    store.add_edit(edit(), status=201, reply={"version": 1})
    again = Store(URL)
    assert again.edit("lumen", "returns")["article"] == {"text": "Send it back."}
    assert again.last_edit_number() == 1
    again.close()
