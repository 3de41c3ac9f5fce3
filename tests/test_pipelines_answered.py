"""Articles that agents used teach the next night's search, each client's its own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import JSON, create_engine

from data.encoders import HashingEncoder
from data.synthetic import small_knowledge
from pipelines.answered import linked
from pipelines.config import NightlyConfig
from pipelines.lessons import lessons, told
from pipelines.registry import Registry
from pipelines.run import Run
from pipelines.steps import build_index
from suggest.index import KnowledgeIndex
from suggest.retriever import LEAST_LINKS

NOW = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
ARTICLE, OTHER = (str(name) for name in small_knowledge()["article_id"].iloc[:2])
CLIENT = str(small_knowledge()["client_id"].iloc[0])


def shown(ticket: str, **more: Any) -> dict[str, Any]:
    return {
        "suggestion_id": f"s-{ticket}",
        "client_id": CLIENT,
        "ticket_id": ticket,
        "language": "en",
        "shown_at": NOW.isoformat(),
        "ticket_text": f"The words of {ticket}",
        "outcome": "validate",
        "support": [{"source": "article", "id": ARTICLE, "version": 1}],
    } | more


def said(ticket: str, decision: str, **more: Any) -> dict[str, Any]:
    at = (NOW + timedelta(minutes=1)).isoformat()
    return {
        "suggestion_id": f"s-{ticket}",
        "at": at,
        "decision": decision,
        "corrected": {},
        "edit_distance": None,
        "kept_share": None,
    } | more


def make(folder: Path, answers: list[tuple[dict[str, Any], dict[str, Any]]]) -> Run:
    config = NightlyConfig.model_validate(
        {"workspace": folder, "tickets": {"path": folder / "tickets.jsonl"}}
    )
    engine = create_engine(config.store)
    suggestions, feedback = zip(*answers, strict=True)
    kinds = {"support": JSON(), "corrected": JSON()}
    for name, rows in (("suggestions", suggestions), ("feedback", feedback)):
        frame = pd.DataFrame(rows)
        own = {column: kind for column, kind in kinds.items() if column in frame}
        frame.to_sql(name, engine, index=False, dtype=own)
    engine.dispose()
    run = Run(config, NOW, Registry(folder), folder / "staging")
    run.articles = small_knowledge()
    run.index = KnowledgeIndex(HashingEncoder(16)).fit(run.articles)
    run.encoder = run.index.encoder
    names = ["learned", "left-out", "measured"]
    times = pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"], utc=True)
    tickets = pd.DataFrame({"ticket_id": names, "client_id": CLIENT, "created_at": times})
    run.tickets = tickets.assign(text="Where is it?", language="en")
    run.train, run.test = run.tickets.iloc[:1], run.tickets.iloc[2:]
    run.links = pd.DataFrame({"ticket_id": ["learned", "measured"], "article_id": OTHER})
    return run


def test_what_was_sent_or_named_instead_is_a_link(tmp_path: Path) -> None:
    named = {"article_id": OTHER}
    run = make(
        tmp_path,
        [
            (shown("sent"), said("sent", "sent")),
            (shown("kept"), said("kept", "edited", kept_share=0.9)),
            (shown("named", support=[]), said("named", "rejected", corrected=named)),
            (shown("thrown"), said("thrown", "rejected")),
            (shown("no words", ticket_text=None), said("no words", "sent")),
        ],
    )
    tickets, links = linked(run)
    found = set(zip(links["ticket_id"], links["article_id"], strict=True))
    expected = {("sent", ARTICLE), ("kept", ARTICLE), ("named", OTHER), ("learned", OTHER)}
    assert found == expected
    assert sorted(tickets["ticket_id"]) == ["kept", "learned", "named", "sent"]
    assert run.answers_linked == 3
    build_index(run)
    assert run.retriever is not None
    assert run.retriever.links_ == 4


def test_an_article_that_an_agent_put_in_is_a_link(tmp_path: Path) -> None:
    run = make(tmp_path, [(shown("own", support=[]), said("own", "edited"))])
    events = {"seq": [1, 2], "suggestion_id": "s-own", "event": ["opened", "used"]}
    engine = create_engine(run.config.store)
    frame = pd.DataFrame({**events, "source_id": [OTHER, ARTICLE]})
    frame.to_sql("retrieval_events", engine, index=False)
    engine.dispose()
    links = linked(run).links
    assert set(zip(links["ticket_id"], links["article_id"], strict=True)) == {
        ("learned", OTHER),
        ("own", ARTICLE),
    }


def test_tickets_that_search_is_measured_on_teach_nothing(tmp_path: Path) -> None:
    every = ("learned", "left-out", "measured")
    run = make(tmp_path, [(shown(name), said(name, "sent")) for name in every])
    tickets, links = linked(run)
    assert tickets["ticket_id"].tolist() == ["learned", "left-out"]
    assert links["ticket_id"].tolist() == ["learned", "learned", "left-out"]
    # Without a link of the files nothing is measured on it.
    run.links = run.links.iloc[:1]
    assert linked(run).tickets["ticket_id"].tolist() == ["learned", "left-out", "measured"]


def test_a_ticket_of_the_same_name_at_another_client_is_another_one(tmp_path: Path) -> None:
    theirs = shown("learned", client_id="zen", suggestion_id="s-theirs")
    word = said("learned", "sent", suggestion_id="s-theirs")
    _, links = linked(make(tmp_path, [(theirs, word)]))
    assert set(zip(links["client_id"], links["article_id"], strict=True)) == {
        (CLIENT, OTHER),
        ("zen", ARTICLE),
    }


@pytest.mark.parametrize("count", [LEAST_LINKS - 1, LEAST_LINKS])
def test_without_links_of_files_search_changes_once_there_is_enough(
    tmp_path: Path, count: int
) -> None:
    run = make(tmp_path, [(shown(f"t{i}"), said(f"t{i}", "sent")) for i in range(count)])
    run.links = pd.DataFrame()
    tickets, _ = linked(run)
    assert len(tickets) == (count if count >= LEAST_LINKS else 0)
    assert run.answers_linked == count
    build_index(run)
    (said_last,) = told(lessons(run))
    learned = "the search learned from them" if len(tickets) else "too few to learn from yet"
    assert said_last == f"{count} links from tickets to articles that answered them; {learned}"
