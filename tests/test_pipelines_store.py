"""The service's store, read a few rows at a time: only what still counts."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Table

from data.errors import ConfigError
from data.schema import ARTICLES
from pipelines.edits import CORRECTED, corrected_tickets, merge_articles
from pipelines.store import read_answers, read_edits, store_url
from serving.database import Database
from serving.settings import Settings
from serving.tables import article_edits, feedback, suggestions

AT = pd.Timestamp("2026-03-01T10:00:00Z")


def fill(url: str, table: Table, rows: list[dict[str, Any]]) -> None:
    database = Database(url)
    with database.writing.begin() as connection:
        connection.execute(table.insert(), rows)
    database.dispose()


def shown(name: str, ticket: str) -> dict[str, Any]:
    return {
        "suggestion_id": name,
        "ticket_id": ticket,
        "ticket_version": 1,
        "client_id": "acme",
        "shown_at": AT,
        "models": {},
        "outcome": "validate",
        "draft_text": "x" * 1000,
        "features": {"support": 0.5},
        "ticket_text": f"Words of {ticket}",
    }


def said(name: str, minute: int, corrected: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "suggestion_id": name,
        "client_id": "acme",
        "at": AT + pd.Timedelta(minutes=minute),
        "decision": "sent",
        "sent_text": "y" * 1000,
        "corrected": corrected,
    }


def test_feedback_and_what_it_speaks_of_are_all_that_is_read(database: str) -> None:
    fill(database, suggestions, [shown(f"s{i}", f"t{i}") for i in range(6)])
    told = [said("s1", 1, {"intent": "bug"}), said("s2", 2), said("s3", 3, {})]
    fill(database, feedback, told)
    found = read_answers(database, ("suggestion_id", "features", "not there"))
    assert sorted(found["suggestions"]["suggestion_id"]) == ["s1", "s2", "s3"]
    assert found["suggestions"].columns.tolist() == ["suggestion_id", "features"]
    assert found["suggestions"]["features"].tolist() == [{"support": 0.5}] * 3
    assert "sent_text" not in found["feedback"]
    fixed = read_answers(database, CORRECTED, corrected=True)
    rows = corrected_tickets(fixed["feedback"], fixed["suggestions"], "intent")
    assert rows[["ticket_id", "intent", "text"]].values.tolist() == [["t1", "bug", "Words of t1"]]


def test_the_newest_feedback_is_read_up_to_a_bound(database: str) -> None:
    fill(database, suggestions, [shown(f"s{i}", f"t{i}") for i in range(6)])
    fill(database, feedback, [said(f"s{i}", i) for i in range(6)])
    found = read_answers(database, ("suggestion_id",), most=2)
    assert sorted(found["feedback"]["suggestion_id"]) == ["s4", "s5"]
    assert sorted(found["suggestions"]["suggestion_id"]) == ["s4", "s5"]


def test_only_the_edits_that_still_decide_are_read(database: str) -> None:
    steps = [("a", 1, "put", "approved"), ("a", 2, "put", "draft"), ("a", 3, "put", "approved"),
             ("a", 4, "put", "draft"), ("b", 1, "put", "approved"), ("b", 2, "delete", ""),
             ("c", 1, "put", "draft")]  # fmt: skip
    rows = [
        {
            "client_id": "acme",
            "article_id": name,
            "version": version,
            "action": action,
            "article": {"title": f"{name}{version}", "text": "Text", "status": status}
            if status
            else None,
            "at": AT,
        }
        for name, version, action, status in steps
    ]
    fill(database, article_edits, rows)
    found = read_edits(database)
    kept = sorted(zip(found["article_id"], found["version"], strict=True))
    assert kept == [("a", 3), ("a", 4), ("b", 2), ("c", 1)]
    files = pd.DataFrame(columns=list(ARTICLES.columns))
    every = merge_articles(files, pd.DataFrame(rows)).sort_values(["article_id", "version"])
    few = merge_articles(files, found).sort_values(["article_id", "version"])
    pd.testing.assert_frame_equal(few.reset_index(drop=True), every.reset_index(drop=True))


def test_without_a_store_or_its_tables_there_is_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    assert read_answers(url, CORRECTED) == {}
    assert read_edits(url).empty
    (tmp_path / "store.db").touch()
    assert read_answers(url, CORRECTED) == {}
    assert read_edits(url).empty


def test_a_broken_store_is_named_without_its_address(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database" * 100)
    for read in (read_edits, lambda url: read_answers(url, CORRECTED)):
        with pytest.raises(ConfigError, match=r"service's store cannot be read \(DatabaseError\)"):
            read(f"sqlite:///{path}")


def test_the_store_is_where_the_service_keeps_it(tmp_path: Path) -> None:
    def of(serving: dict[str, Any], **environ: str) -> str:
        return store_url(serving, tmp_path, environ)

    assert of({}) == f"sqlite:///{tmp_path / 'store.db'}"
    assert of({"state": str(tmp_path / "s")}) == f"sqlite:///{tmp_path / 's' / 'store.db'}"
    assert of({"database": "sqlite:///a.db", "state": "s"}) == "sqlite:///a.db"
    assert (
        of({"database": "sqlite:///a.db"}, DESKPILOT_DATABASE="sqlite:///b.db") == "sqlite:///b.db"
    )
    moved = Settings.model_validate({"state": tmp_path / "s"})
    assert of({"state": str(tmp_path / "s")}) == moved.database
