"""The night says whether new articles kept tickets away, for topics that links tell."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from pipelines.config import load_config
from pipelines.registry import Registry
from pipelines.run import Run
from pipelines.shipping import watch_topics

DAYS = pd.date_range("2025-10-01", periods=180, freq="D", tz="UTC")
SHIPPED = pd.Timestamp("2026-01-10T09:00:00Z")


def made(fall: float = 0.5, links: int = 8) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(4)
    rows = []
    for day in DAYS:
        for topic, mean in (("refund", 14.0 * (1 - fall * (day >= SHIPPED))), ("login", 12.0)):
            rows += [(day + pd.Timedelta(hours=8), topic)] * int(rng.poisson(mean))
    tickets = pd.DataFrame(rows, columns=["created_at", "intent"])
    tickets.insert(0, "ticket_id", [f"t{i}" for i in range(len(tickets))])
    tickets["client_id"] = "lumen"
    of_topic = tickets[tickets["intent"] == "refund"].tail(links)
    stray = tickets[tickets["intent"] == "login"].tail(2)
    linked = pd.concat([of_topic, stray])[["ticket_id"]].assign(article_id="a-refund")
    articles = pd.DataFrame(
        {
            "client_id": "lumen", "article_id": ["a-refund", "a-old", "a-older"], "version": 1,
            "kind": "article", "title": ["Where is my refund?", "Old", "Older"],
            "status": "approved",
            "updated_at": [SHIPPED, *pd.to_datetime(["2025-01-01T00:00Z"] * 2)],
        }
    )  # fmt: skip
    return tickets, linked, articles


def watched(tmp_path, tickets, links, articles) -> Run:
    (tmp_path / "nightly.toml").write_text('workspace = "work"\n[tickets]\npath = "t.csv"\n')
    run = Run(
        config=load_config(tmp_path / "nightly.toml"), now=datetime(2026, 4, 1, tzinfo=UTC),
        registry=Registry(tmp_path / "work"), staging=tmp_path,
    )  # fmt: skip
    run.tickets, run.links, run.articles = tickets, links, articles
    watch_topics(run)
    return run


def test_a_topic_that_halved_is_found_with_its_article(tmp_path) -> None:
    (row,) = watched(tmp_path, *made()).impact
    assert (row["topic"], row["verdict"]) == ("refund", "working")
    assert row["articles"] == ["Where is my refund?"]
    assert row["effect"] == pytest.approx(-0.5, abs=0.12)
    assert row["effect_lo"] < -0.5 < row["effect_hi"] + 0.05
    assert len(row["weeks"]) == len(row["contacts"]) == 24


def test_nothing_planted_is_nothing_found(tmp_path) -> None:
    (row,) = watched(tmp_path, *made(fall=0.0)).impact
    assert row["verdict"] == "no effect"


def test_what_came_all_at_once_or_is_hardly_linked_is_left_out(tmp_path) -> None:
    tickets, links, articles = made()
    moved = articles.assign(updated_at=SHIPPED)
    assert watched(tmp_path, tickets, links, moved).impact == []
    assert watched(tmp_path, *made(links=3)).impact == []
    late = articles.assign(updated_at=DAYS[-1])
    assert watched(tmp_path, tickets, links, late).impact == []
    assert watched(tmp_path, tickets, links.head(0), articles).impact == []
