"""From files to redacted parts: nothing lost in silence, nothing personal kept."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import JSON, create_engine

from data.encoders import HashingEncoder
from data.errors import MissingFileError, SchemaError
from pipelines import prepare
from pipelines.config import NightlyConfig
from pipelines.memo import MemoEncoder
from pipelines.registry import Registry
from pipelines.run import Run
from pipelines.steps import build_index

NOW = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
TEXTS = (
    "Hello, my parcel has not arrived yet and I would like to know where it is. Ann",
    "Bonjour, je n'ai pas reçu mon colis et je voudrais savoir où il est. Merci",
    "Guten Tag, meine Rechnung fehlt noch, bitte schicken Sie sie mir. Danke",
)


def rows(n: int = 12) -> list[dict[str, Any]]:
    return [
        {
            "ticket_id": f"t{i}",
            "client_id": "acme",
            "channel": "email",
            "created_at": f"2026-02-{i + 1:02}T10:00:00Z",
            "text": f"{TEXTS[i % 3]} Order A-{1000 + i}, write to ann{i}@example.org",
            "customer_name": "Ann Example",
            "intent": "a" if i % 2 else "b",
        }
        for i in range(n)
    ]


def make(folder: Path, tickets: list[dict[str, Any]], **more: Any) -> Run:
    (folder / "tickets.jsonl").write_text("".join(json.dumps(t) + "\n" for t in tickets))
    (folder / "kb").mkdir(exist_ok=True)
    (folder / "kb" / "parcel.md").write_text("# Parcels\n\nA parcel takes three days.\n")
    config = NightlyConfig.model_validate(
        {
            "workspace": folder / "work",
            "tickets": {"path": folder / "tickets.jsonl"},
            "clients": [{"id": "acme", "articles": folder / "kb"}],
            "intents": {"encoder": "hashing"},
            **more,
        }
    )
    registry = Registry(config.workspace)
    return Run(config=config, now=NOW, registry=registry, staging=folder / "staging")


def through(run: Run, *steps: Any) -> Run:
    for step in steps:
        step(run)
    return run


def test_personal_data_is_gone_and_order_numbers_stay(tmp_path: Path) -> None:
    run = through(
        make(tmp_path, rows()), prepare.load_tables, prepare.check_tables, prepare.redact_texts
    )
    assert "customer_name" not in run.tickets
    everything = run.tickets.to_csv()
    assert "example.org" not in everything
    assert "[EMAIL_1]" in run.tickets["words"].iloc[0]
    assert "A-1000" in run.tickets["words"].iloc[0]


def test_names_the_helpdesk_knows_are_hidden(tmp_path: Path) -> None:
    given = rows()
    given[0] |= {
        "customer_name": "Rose Quimby",
        "subject": "Parcel of Quimby",
        "text": "This is Quimby, Rose ordered roses and they are not here. Rose Quimby",
    }
    run = through(
        make(tmp_path, given), prepare.load_tables, prepare.check_tables, prepare.redact_texts
    )
    said = run.tickets.set_index("ticket_id").loc["t0", ["subject", "text", "words"]]
    assert not said.str.contains("Quimby|Rose").any()
    assert "ordered roses" in said["words"]
    assert "[NAME_" in said["subject"]


def test_languages_are_recognised_where_they_are_missing(tmp_path: Path) -> None:
    given = rows()
    given[0]["language"] = "pl"
    run = through(
        make(tmp_path, given),
        prepare.load_tables,
        prepare.check_tables,
        prepare.redact_texts,
        prepare.detect_languages,
    )
    assert run.tickets["language"].tolist()[:6] == ["pl", "fr", "de", "en", "fr", "de"]


def test_only_the_newest_version_of_a_ticket_counts(tmp_path: Path) -> None:
    old, new = dict(rows()[0], version=1), dict(rows()[0], version=2, intent="b")
    run = through(
        make(tmp_path, [new, old, *[dict(r, version=1) for r in rows()[1:]]]),
        prepare.load_tables,
        prepare.check_tables,
    )
    assert len(run.tickets) == 12
    assert run.tickets.loc[run.tickets["ticket_id"] == "t0", "version"].tolist() == [2]


def test_tickets_without_words_are_counted_and_left_out(tmp_path: Path) -> None:
    run = through(
        make(tmp_path, [*rows(), dict(rows()[0], ticket_id="empty", text="   ")]),
        prepare.load_tables,
    )
    run.tickets["text"] = run.tickets["text"].fillna("")
    through(run, prepare.redact_texts)
    assert "empty" not in set(run.tickets["ticket_id"])
    assert run.warnings == ["1 tickets have no words of their own and were left out"]


def test_test_part_is_the_newest(tmp_path: Path) -> None:
    run = through(
        make(tmp_path, rows(), split={"test_share": 0.25}),
        prepare.load_tables,
        prepare.check_tables,
        prepare.redact_texts,
        prepare.detect_languages,
        prepare.split_parts,
    )
    assert run.train["created_at"].max() < run.test["created_at"].min()
    assert len(run.test) == 3
    assert run.encoder is not None
    assert run.encoder.name == HashingEncoder().name


def test_a_file_that_cannot_be_read_is_listed_not_fatal(tmp_path: Path) -> None:
    run = make(tmp_path, rows())
    (tmp_path / "kb" / "junk.md").write_bytes(bytes(range(256)) * 10)
    through(run, prepare.load_tables, prepare.check_tables)
    assert list(run.articles["client_id"]) == ["acme"]
    (skipped,) = prepare.statuses_as_json(run.statuses)
    assert skipped["path"] == "acme: junk.md"
    assert skipped["reason"]
    assert "1 knowledge files could not be read; see the list" in run.warnings


def test_a_client_without_knowledge_is_named(tmp_path: Path) -> None:
    run = make(tmp_path, [*rows(), dict(rows()[0], client_id="birch")])
    through(run, prepare.load_tables, prepare.check_tables)
    assert "client birch has tickets but no articles" in run.warnings


def test_corrections_and_edits_of_the_service_come_in(tmp_path: Path) -> None:
    run = make(tmp_path, rows())
    run.registry.workspace.mkdir()
    engine = create_engine(f"sqlite:///{run.registry.workspace / 'store.db'}")
    tables = {
        "suggestions": {
            "suggestion_id": ["s1", "s2"],
            "ticket_id": ["t0", "new"],
            "client_id": "acme",
            "channel": "chat",
            "language": "en",
            "ticket_text": ["old words", "new words"],
            "shown_at": "2026-02-20T00:00:00+00:00",
        },
        "feedback": {
            "suggestion_id": ["s1", "s2"],
            "at": "2026-02-20T00:00:00+00:00",
            "corrected": ['{"intent": "c"}', '{"intent": "d"}'],
        },
    }

    for name, columns in tables.items():
        frame = pd.DataFrame(columns)
        if "corrected" in frame:
            frame["corrected"] = [json.loads(v) for v in frame["corrected"]]
        frame.to_sql(
            name, engine, index=False, dtype={"corrected": JSON()} if "corrected" in frame else None
        )
    engine.dispose()
    through(run, prepare.load_tables, prepare.check_tables)
    labels = dict(zip(run.tickets["ticket_id"], run.tickets["intent"], strict=True))
    assert labels["t0"] == "c"
    assert labels["new"] == "d"
    assert len(run.tickets) == 13


def test_knowledge_kept_through_the_service_alone_gets_an_index(tmp_path: Path) -> None:
    run = make(tmp_path, rows(), clients=[])
    run.registry.workspace.mkdir()
    engine = create_engine(f"sqlite:///{run.registry.workspace / 'store.db'}")
    article = {
        "kind": "article",
        "language": "en",
        "title": "Parcels",
        "text": "A parcel takes three days.",
        "status": "approved",
        "updated_at": "2026-02-20T00:00:00+00:00",
        "variables": "{}",
    }
    edit = {"client_id": "acme", "article_id": "parcel", "version": 1, "action": "put"}
    frame = pd.DataFrame([{**edit, "article": article}])
    frame.to_sql("article_edits", engine, index=False, dtype={"article": JSON()})
    engine.dispose()
    through(
        run,
        prepare.load_tables,
        prepare.check_tables,
        prepare.redact_texts,
        prepare.detect_languages,
        prepare.split_parts,
        build_index,
    )
    assert run.index is not None
    assert run.index.clients == ("acme",)
    assert run.index.article("acme", "parcel")["title"] == "Parcels"


def test_fingerprint_follows_the_content_alone(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    one = prepare.fingerprint([frame])
    assert prepare.fingerprint([frame[["b", "a"]]]) == one
    assert prepare.fingerprint([frame.assign(b=["x", "z"])]) != one


def test_missing_files_and_too_few_rows_are_named(tmp_path: Path) -> None:
    run = make(tmp_path, rows())
    (tmp_path / "tickets.jsonl").unlink()
    with pytest.raises(MissingFileError, match=r"tickets\.jsonl"):
        prepare.load_tables(run)
    run = through(make(tmp_path, rows(1)), prepare.load_tables)
    with pytest.raises(SchemaError, match=r"at least 2 rows to learn from\. Got 1"):
        prepare.check_tables(run)


def test_memo_encodes_each_text_once() -> None:
    class Counting(HashingEncoder):
        asked = 0

        def encode(self, texts: Any) -> Any:
            self.asked += len(texts)
            return super().encode(texts)

    inner = Counting(16)
    memo = MemoEncoder(inner)
    first = memo.encode(["a b", "c d", "a b"])
    assert inner.asked == 2
    assert (memo.encode(["c d"])[0] == first[1]).all()
    assert inner.asked == 2
    assert memo.fingerprint == inner.fingerprint
    assert memo.encode([]).shape == (0, 16)
