"""What agents did with drafts teaches the next night's drafts, where there is enough of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import JSON, create_engine

from data.champions import PointerEntry, write_pointer
from data.encoders import HashingEncoder
from data.synthetic import small_knowledge
from pipelines.acceptance import feedback_rows, learn_acceptance, log_loss
from pipelines.config import NightlyConfig
from pipelines.registry import Registry
from pipelines.run import Run
from suggest.acceptance import acceptance_model
from suggest.client_acceptance import ClientAcceptance, Taught
from suggest.index import KnowledgeIndex

NOW = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)


def store(n: int, *, turned: bool = False) -> dict[str, pd.DataFrame]:
    """Drafts that are well supported are sent; turned: those at the end are not."""
    good = [i % 2 == 0 for i in range(n)]
    sent = [g != (turned and i >= 0.8 * n) for i, g in enumerate(good)]
    ids = [f"s{i}" for i in range(n)]
    suggestions = {
        "suggestion_id": ids,
        "ticket_id": ids,
        "client_id": "acme",
        "outcome": "validate",
        "support": [[]] * n,
        "features": [{"support": 0.9 if g else 0.1, "coverage": 1.0} for g in good],
    }
    feedback = {
        "suggestion_id": ids,
        "client_id": "acme",
        "at": [(NOW + timedelta(minutes=i)).isoformat() for i in range(n)],
        "decision": ["sent" if s else "rejected" for s in sent],
        "corrected": [{}] * n,
        "edit_distance": 0.0,
        "kept_share": 1.0,
    }
    return {"suggestions": pd.DataFrame(suggestions), "feedback": pd.DataFrame(feedback)}


@pytest.fixture(scope="module")
def index() -> KnowledgeIndex:
    return KnowledgeIndex(HashingEncoder(16)).fit(small_knowledge())


def make(folder: Path, index: KnowledgeIndex, tables: dict[str, pd.DataFrame]) -> Run:
    config = NightlyConfig.model_validate(
        {"workspace": folder, "tickets": {"path": folder / "tickets.jsonl"}}
    )
    engine = create_engine(config.store)
    for name, frame in tables.items():
        kinds = {c: JSON() for c in ("features", "corrected", "support") if c in frame}
        frame.to_sql(name, engine, index=False, dtype=kinds)
    engine.dispose()
    run = Run(config, NOW, Registry(folder), folder / "staging")
    run.index = index
    return run


def test_feedback_is_learned(tmp_path: Path, index: KnowledgeIndex) -> None:
    run = make(tmp_path, index, store(80))
    learn_acceptance(run)
    assert run.acceptance is not None
    assert run.acceptance_is_new
    taught = run.acceptance.of("acme").sent
    assert taught.n_rows_ == 80
    features, accepted, *_ = feedback_rows(store(80))["acme"]
    before = log_loss(acceptance_model(), features, accepted)
    assert log_loss(taught, features, accepted) < before


def test_one_client_says_nothing_of_anothers_drafts(tmp_path: Path, index: KnowledgeIndex) -> None:
    tables = store(80)
    tables["feedback"]["decision"] = "rejected"
    run = make(tmp_path, index, tables)
    learn_acceptance(run)
    assert run.acceptance is not None
    good = {"support": 0.9, "sentence": 0.8, "coverage": 1.0}
    assert run.acceptance.of("acme").sent.probability(good) < 0.1
    for taught in run.acceptance.of("other"):
        assert taught.probability(good) == acceptance_model().probability(good)


def test_drafts_with_a_line_added_are_kept(tmp_path: Path, index: KnowledgeIndex) -> None:
    tables = store(80)
    tables["feedback"] = tables["feedback"].assign(decision="edited", edit_distance=0.1)
    run = make(tmp_path, index, tables)
    learn_acceptance(run)
    assert run.acceptance is not None
    again = ClientAcceptance.load(run.acceptance.save(tmp_path / "saved"))
    good = {"support": 0.9, "sentence": 0.8, "coverage": 1.0}
    for taught in (run.acceptance.of("acme"), again.of("acme")):
        assert taught.sent.probability(good) < 0.2
        assert taught.kept.probability(good) > 0.8
    assert run.answered["acme"] == {"drafts": 80, "sent": 0, "kept": 80, "learned": True}


def test_too_little_feedback_keeps_what_is_in_force(tmp_path: Path, index: KnowledgeIndex) -> None:
    run = make(tmp_path, index, store(49))
    learn_acceptance(run)
    assert run.acceptance is None
    features, accepted, *_ = feedback_rows(store(60))["acme"]
    known = acceptance_model().fit(features, accepted)
    folder = run.registry.champions / "acceptance/1"
    ClientAcceptance({"acme": Taught(known, known)}).save(folder)
    entry = PointerEntry("1", "acceptance/1", "0" * 64)
    write_pointer(run.registry.champions, {"acceptance": entry}, night="n1")
    learn_acceptance(run)
    assert run.acceptance is not None
    assert run.acceptance.of("acme").sent.n_rows_ == 60
    assert not run.acceptance_is_new


def test_what_was_said_long_ago_no_longer_withholds_drafts(
    tmp_path: Path, index: KnowledgeIndex
) -> None:
    """Withheld drafts are never answered, so nothing newer could speak for them."""
    tables = store(80)
    tables["feedback"]["decision"] = "rejected"
    run = make(tmp_path, index, tables)
    learn_acceptance(run)
    assert run.acceptance is not None
    run.acceptance.save(run.registry.champions / "acceptance/1")
    entry = PointerEntry("1", "acceptance/1", "0" * 64)
    write_pointer(run.registry.champions, {"acceptance": entry}, night="n1")
    for days, clients in ((179, {"acme"}), (181, set())):
        later = Run(run.config, NOW + timedelta(days=days), run.registry, tmp_path / "staging")
        later.index = index
        learn_acceptance(later)
        assert later.acceptance is not None
        assert set(later.acceptance.clients) == clients
        assert later.acceptance_is_new


def test_what_foretells_the_newest_drafts_worse_is_not_used(
    tmp_path: Path, index: KnowledgeIndex
) -> None:
    run = make(tmp_path, index, store(100, turned=True))
    learn_acceptance(run)
    assert not run.acceptance_is_new
    assert "foretells the newest worse than the start" in run.warnings[0]


def test_rows_of_other_features_and_no_store_are_left_out() -> None:
    tables = store(4)
    tables["suggestions"]["features"] = [{"old_name": 1.0}, {}, None, {"support": 0.5}]
    assert feedback_rows(tables)["acme"][:3] == ([{"support": 0.5}], [0], [0])
    assert feedback_rows({}) == {}


def test_what_was_learned_of_all_clients_together_is_no_longer_used(tmp_path: Path) -> None:
    features, accepted, *_ = feedback_rows(store(60))["acme"]
    folder = acceptance_model().fit(features, accepted).save(tmp_path / "old")
    assert ClientAcceptance.load(folder).of("acme").sent.n_rows_ == 0
