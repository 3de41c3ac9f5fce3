"""What was changed through the service comes into the night, or is left out with no fuss."""

import json
from typing import Any

import pandas as pd

from data.schema import validate_articles
from data.text.automatic import is_automatic
from pipelines.edits import corrected_tickets, merge_articles


def article(article_id: str, version: int, title: str = "Old") -> dict[str, Any]:
    return {
        "client_id": "acme",
        "article_id": article_id,
        "version": version,
        "title": title,
        "text": "Text",
    }


def edit(article_id: str, version: int, action: str = "put") -> dict[str, Any]:
    body = {"title": "New", "text": "New text"} if action == "put" else None
    return {
        "client_id": "acme",
        "article_id": article_id,
        "version": version,
        "action": action,
        "article": body,
    }


def titles(frame: pd.DataFrame) -> dict[str, str]:
    return dict(zip(frame["article_id"], frame["title"], strict=True))


ARTICLES = pd.DataFrame([article("a", 1), article("b", 1), article("c", 5)])


def test_the_newest_edit_wins_unless_the_file_is_newer() -> None:
    edits = pd.DataFrame([edit("a", 3), edit("a", 2), edit("c", 4), edit("d", 1)])
    merged = merge_articles(ARTICLES, edits)
    assert titles(merged) == {"a": "New", "b": "Old", "c": "Old", "d": "New"}
    assert merged.set_index("article_id").loc["a", "version"] == 3


def test_blanks_around_an_id_make_no_second_article() -> None:
    edits = pd.DataFrame([edit(" a", 3), edit("a\u00a0", 4), edit(" b ", 2, "delete")])
    edits = pd.concat([edits, pd.DataFrame([edit("d", 1), edit(" d", 1)])])
    merged = merge_articles(ARTICLES, edits)
    assert titles(merged) == {"a": "New", "c": "Old", "d": "New"}
    assert len(merged) == 3
    assert merged.set_index("article_id").loc["a", "version"] == 4


def test_a_deleted_article_goes_and_a_later_edit_brings_it_back() -> None:
    gone = merge_articles(ARTICLES, pd.DataFrame([edit("b", 2, "delete")]))
    assert titles(gone) == {"a": "Old", "c": "Old"}
    back = merge_articles(ARTICLES, pd.DataFrame([edit("b", 2, "delete"), edit("b", 3)]))
    assert titles(back)["b"] == "New"


def test_a_draft_stands_beside_the_version_in_force() -> None:
    articles = ARTICLES.assign(status="approved")

    def said(*edits: tuple[str, int, str]) -> list[tuple[str, int, str]]:
        rows = [edit(name, number) for name, number, _ in edits]
        for row, (*_, status) in zip(rows, edits, strict=True):
            row["article"]["status"] = status
        merged = merge_articles(articles, pd.DataFrame(rows))
        a = merged[merged["article_id"] == "a"]
        return list(a[["title", "version", "status"]].itertuples(index=False, name=None))

    old = ("Old", 1, "approved")
    assert said(("a", 2, "draft")) == [old, ("New", 2, "draft")]
    assert said(("a", 2, "draft"), ("a", 3, "draft")) == [old, ("New", 3, "draft")]
    assert said(("a", 2, "draft"), ("a", 3, "approved")) == [("New", 3, "approved")]
    approved, draft = ("New", 2, "approved"), ("New", 3, "draft")
    assert said(("a", 3, "draft"), ("a", 2, "approved")) == [approved, draft]
    assert said(("a", 2, "retired")) == [("New", 2, "retired")]


def test_knowledge_may_come_from_edits_alone() -> None:
    edits = pd.DataFrame([edit("a", 1), edit("b", 1), edit("b", 2, "delete")])
    edits["article"] = [
        dict(e, kind="article", status="approved") if e else e for e in edits["article"]
    ]
    merged = merge_articles(pd.DataFrame(), edits)
    assert titles(merged) == {"a": "New"}
    valid = validate_articles(merged.assign(language="en", updated_at=pd.Timestamp(0, tz="UTC")))
    assert valid["version"].tolist() == [1]


def test_no_edits_change_nothing() -> None:
    assert merge_articles(ARTICLES, pd.DataFrame()) is ARTICLES


def test_corrections_become_labels_once_per_ticket() -> None:
    suggestions = pd.DataFrame(
        {
            "suggestion_id": ["s1", "s2", "s3", "s4"],
            "ticket_id": ["t1", "t1", "t2", "t3"],
            "client_id": "acme",
            "channel": "email",
            "language": "en",
            "intent": "billing",
            "ticket_text": ["one", "one", "two", ""],
            "shown_at": "2026-03-01T00:00:00+00:00",
        }
    )
    feedback = pd.DataFrame(
        {
            "suggestion_id": ["s1", "s2", "s3", "s4"],
            "at": ["2026-03-01", "2026-03-02", "2026-03-01", "2026-03-01"],
            "corrected": [{"intent": "bug"}, {"intent": "presales"}, {}, {"intent": "bug"}],
        }
    )
    rows = corrected_tickets(feedback, suggestions, "intent")
    assert rows[["ticket_id", "intent", "text"]].values.tolist() == [["t1", "presales", "one"]]


def test_corrections_of_automatic_mail_say_that_it_is() -> None:
    suggestions = pd.DataFrame(
        {
            "suggestion_id": ["s1", "s2"],
            "ticket_id": ["t1", "t2"],
            "client_id": "acme",
            "channel": "email",
            "language": "en",
            "ticket_text": ["This month in the shop", "Where is it?"],
            "shown_at": "2026-03-01T00:00:00+00:00",
            "triage": [{"reason": "automatic"}, {"reason": None}],
        }
    )
    feedback = pd.DataFrame(
        {"suggestion_id": ["s1", "s2"], "at": "2026-03-01", "corrected": [{"intent": "bug"}] * 2}
    )
    headers = corrected_tickets(feedback, suggestions, "intent").set_index("ticket_id")["headers"]
    assert is_automatic("", "", json.loads(headers["t1"]))
    assert headers.isna()["t2"]
