"""What the service accepted is there after kill -9, once, whatever the database."""

import pytest
from durable import Auditor, endure
from durable_server import ForkedServer, write_champions
from sqlalchemy import create_engine, text


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    state = tmp_path_factory.mktemp("state")
    write_champions(state / "champions")
    made = ForkedServer(state, workers=2)
    yield made
    made.close()


def test_nothing_accepted_is_lost_or_stored_twice(server, database):
    server.use(database=database)
    outcome = endure(server, database, rounds=3, longest_seconds=0.4)
    assert outcome.lost == []
    assert outcome.refused == []
    assert outcome.duplicated == 0
    assert {promise.kind for promise in outcome.ledger.accepted} == {"feedback", "article"}
    # The audit itself: it misses a row that is taken away.
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM feedback WHERE seq = 1"))
    engine.dispose()
    auditor = Auditor(server.base, database)
    assert [promise.kind for promise in auditor.check(outcome.ledger).lost] == ["feedback"]
    auditor.close()
    server.kill()
