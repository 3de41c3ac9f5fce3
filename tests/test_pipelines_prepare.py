"""From files to redacted parts: nothing lost in silence, nothing personal kept."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from sqlalchemy import JSON, create_engine

from data.encoders import HashingEncoder
from data.errors import MissingFileError, SchemaError
from data.workers import Workers
from pipelines import intake, prepare
from pipelines.config import NightlyConfig
from pipelines.intake import ROW, take_in_tickets
from pipelines.intervals import Figure
from pipelines.lessons import lessons, told
from pipelines.prepared import Earlier, Writer, cache_secret, cell_sum, read_rows, sweep
from pipelines.registry import Registry
from pipelines.run import Measured, Run
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


def whole(run: Run) -> pd.DataFrame:
    """Every ticket as it stands on disk, in the order of the run."""
    assert run.prepared is not None
    return read_rows(run.prepared, run.tickets[ROW].to_numpy())


def test_personal_data_is_gone_and_order_numbers_stay(tmp_path: Path) -> None:
    run = through(make(tmp_path, rows()), prepare.load_tables, take_in_tickets)
    kept = whole(run)
    assert "customer_name" not in kept
    assert "example.org" not in kept.to_csv()
    assert "[EMAIL_1]" in kept["words"].iloc[0]
    assert "A-1000" in kept["words"].iloc[0]
    for file in (f for f in run.cache.rglob("*") if f.is_file()):
        assert b"example.org" not in file.read_bytes()


def test_names_the_helpdesk_knows_are_hidden(tmp_path: Path) -> None:
    given = rows()
    given[0] |= {
        "customer_name": "Rose Quimby",
        "subject": "Parcel of Quimby",
        "text": "This is Quimby, Rose ordered roses and they are not here. Rose Quimby",
    }
    run = through(make(tmp_path, given), prepare.load_tables, take_in_tickets)
    said = whole(run).set_index("ticket_id").loc["t0", ["subject", "text", "words"]]
    assert not said.str.contains("Quimby|Rose").any()
    assert "ordered roses" in said["words"]
    assert "[NAME_" in said["subject"]


def test_languages_are_recognised_where_they_are_missing(tmp_path: Path) -> None:
    given = rows()
    given[0]["language"] = "pl"
    run = through(make(tmp_path, given), prepare.load_tables, take_in_tickets)
    assert run.tickets["language"].tolist()[:6] == ["pl", "fr", "de", "en", "fr", "de"]


def test_only_the_newest_version_of_a_ticket_counts(tmp_path: Path) -> None:
    old, new = dict(rows()[0], version=1), dict(rows()[0], version=2, intent="b")
    run = through(
        make(tmp_path, [new, old, *[dict(r, version=1) for r in rows()[1:]]]),
        prepare.load_tables,
        take_in_tickets,
    )
    assert len(run.tickets) == 12
    assert run.tickets.loc[run.tickets["ticket_id"] == "t0", "version"].tolist() == [2]


def test_tickets_without_words_are_counted_and_left_out(tmp_path: Path) -> None:
    given = [*rows(), dict(rows()[0], ticket_id="empty", text="   ")]
    run = through(make(tmp_path, given), prepare.load_tables, take_in_tickets)
    assert "empty" not in set(run.tickets["ticket_id"])
    assert run.warnings == ["1 tickets have no words of their own and were left out"]


def test_test_part_is_the_newest(tmp_path: Path) -> None:
    run = through(
        make(tmp_path, rows(), split={"test_share": 0.25}),
        prepare.load_tables,
        take_in_tickets,
        prepare.split_parts,
    )
    assert run.train["created_at"].max() < run.test["created_at"].min()
    assert len(run.test) == 3
    assert run.encoder is not None
    assert run.encoder.name == HashingEncoder().name


def test_a_file_that_cannot_be_read_is_listed_not_fatal(tmp_path: Path) -> None:
    run = make(tmp_path, rows())
    (tmp_path / "kb" / "junk.md").write_bytes(bytes(range(256)) * 10)
    through(run, prepare.load_tables, take_in_tickets, prepare.split_parts)
    assert list(run.articles["client_id"]) == ["acme"]
    (skipped,) = prepare.statuses_as_json(run.statuses)
    assert skipped["path"] == "acme: junk.md"
    assert skipped["reason"]
    assert "1 knowledge files could not be read; see the list" in run.warnings


def test_a_client_without_knowledge_is_named(tmp_path: Path) -> None:
    run = make(tmp_path, [*rows(), dict(rows()[0], client_id="birch")])
    through(run, prepare.load_tables, take_in_tickets, prepare.split_parts)
    assert "client birch has tickets but no articles" in run.warnings


@pytest.mark.parametrize("targets", [["intent"], ["queue", "intent"], ["intent", "queue"]])
def test_corrections_and_edits_of_the_service_come_in(tmp_path: Path, targets: list[str]) -> None:
    given = [{**row, "queue": "first"} for row in rows()]
    run = make(tmp_path, given, intents={"encoder": "hashing", "targets": targets})
    run.registry.workspace.mkdir()
    engine = create_engine(f"sqlite:///{run.registry.workspace / 'store.db'}")
    tables = {
        "suggestions": {
            "suggestion_id": ["s1", "s2", "s3"],
            "ticket_id": ["t0", "new", "t11"],
            "client_id": "acme",
            "channel": "chat",
            "language": "en",
            "ticket_text": ["old words", "new words", "newest words"],
            "shown_at": "2026-02-20T00:00:00+00:00",
        },
        "feedback": {
            "suggestion_id": ["s1", "s2", "s3"],
            "at": "2026-02-20T00:00:00+00:00",
            "corrected": ['{"intent": "c"}', '{"intent": "d"}', '{"intent": "e"}'],
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
    through(run, prepare.load_tables, take_in_tickets)
    labels = dict(zip(run.tickets["ticket_id"], run.tickets["intent"], strict=True))
    assert labels["t0"] == "c"
    assert labels["new"] == "d"
    assert len(run.tickets) == 13
    through(run, prepare.split_parts)
    learned = dict(zip(run.train["ticket_id"], run.train["intent"], strict=True))
    assert (learned["new"], learned["t0"], learned["t11"]) == ("d", "c", "e")
    assert not {"new", "t0", "t11"} & set(run.test["ticket_id"])
    assert run.available == {"train": 11, "test": 2}
    figure = Figure(0.9, 0.8, 1.0, 2)
    run.targets = {"intent": Measured(figures={"accuracy": figure}, report={})}
    found = lessons(run)
    assert found["labels"]["accuracy_at_least"] == {"intent": 0.6}
    assert [*told(found)] == [
        "3 tickets with corrected labels, 3 of them learned from",
        "1 of these are as new as the test tickets and measured on no more; if all of them were "
        "still wrong, accuracy would be: intent 60.0%",
    ]


def test_where_most_tickets_are_corrected_they_are_parted_by_time(tmp_path: Path) -> None:
    run = make(tmp_path, rows())
    through(run, prepare.load_tables, take_in_tickets)
    run.corrected = run.tickets[["client_id", "ticket_id", "intent"]].iloc[1:]
    through(run, prepare.split_parts)
    assert run.test["ticket_id"].tolist() == ["t10", "t11"]


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
        take_in_tickets,
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
    prepare.load_tables(run)
    with pytest.raises(MissingFileError, match=r"tickets\.jsonl"):
        take_in_tickets(run)
    run = through(make(tmp_path, rows(1)), prepare.load_tables)
    with pytest.raises(SchemaError, match=r"at least 2 rows to learn from\. Got 1"):
        take_in_tickets(run)


def test_a_second_night_redacts_only_what_is_new(tmp_path: Path) -> None:
    first = through(make(tmp_path, rows()), prepare.load_tables, take_in_tickets)
    kept = whole(first)
    given = rows()
    given[3]["text"] += " And one more thing, call +44 20 7946 0018."
    given.append(dict(rows()[0], ticket_id="later"))
    again = through(make(tmp_path, given), prepare.load_tables, take_in_tickets)
    # Eleven as before, and a copy of the first ticket under another number.
    assert again.reused == {"tickets": 12, "of tickets": 13}
    same = whole(again).set_index("ticket_id")
    pd.testing.assert_series_equal(
        same["words"].drop(["t3", "later"]), kept.set_index("ticket_id")["words"].drop("t3")
    )
    assert "[PHONE_1]" in same["words"]["t3"]
    assert again.fingerprint != first.fingerprint


@pytest.mark.parametrize("damage", ["cut", "flip", "gone", "secret"])
def test_a_damaged_cache_is_made_again(tmp_path: Path, damage: str) -> None:
    first = through(make(tmp_path, rows()), prepare.load_tables, take_in_tickets)
    kept = whole(first)
    assert first.prepared is not None
    content = first.prepared.read_bytes()
    if damage == "secret":
        (first.cache / "secret").write_bytes(b"short")
    elif damage == "gone":
        first.prepared.unlink()
    elif damage == "cut":
        first.prepared.write_bytes(content[: len(content) // 2])
    else:
        group = pq.ParquetFile(first.prepared).metadata.row_group(0)
        columns = [group.column(i) for i in range(group.num_columns)]
        words = next(c for c in columns if c.path_in_schema == "words")
        at = words.data_page_offset + words.total_compressed_size // 2
        changed = bytes([content[at] ^ 1])
        first.prepared.write_bytes(content[:at] + changed + content[at + 1 :])
    again = through(make(tmp_path, rows()), prepare.load_tables, take_in_tickets)
    assert again.reused["tickets"] == 0
    made = ["ticket_id", "subject", "text", "words", "language"]
    pd.testing.assert_frame_equal(whole(again)[made], kept[made])


def test_a_night_that_fails_leaves_the_last_nights_tickets(tmp_path: Path) -> None:
    first = through(make(tmp_path, rows()), prepare.load_tables, take_in_tickets)
    assert first.prepared is not None
    before = first.prepared.read_bytes()
    run = through(make(tmp_path, [*rows(), dict(rows()[0])]), prepare.load_tables)
    with pytest.raises(SchemaError, match="must be unique"):
        take_in_tickets(run)
    assert first.prepared.read_bytes() == before
    assert sorted(p.name for p in run.cache.iterdir()) == ["secret", "tickets.parquet"]
    assert {p.stat().st_mode & 0o777 for p in run.cache.iterdir()} == {0o600}


def test_workers_and_parts_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = through(make(tmp_path, rows()), prepare.load_tables, take_in_tickets)
    kept = whole(one)
    (one.cache / "tickets.parquet").unlink()
    monkeypatch.setattr("pipelines.intake.STREAM_ROWS", 5)
    with Workers(2) as workers:
        other = make(tmp_path, rows())
        other.workers = workers
        through(other, prepare.load_tables, take_in_tickets)
        assert len(workers.pids) == 2
    pd.testing.assert_frame_equal(whole(other), kept)
    assert other.fingerprint == one.fingerprint


@pytest.mark.parametrize("count", [1, 2])
def test_parts_are_read_only_as_they_are_worked_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    # Chained by hand once, all parts of a night were in memory before the first was redacted.
    monkeypatch.setattr("pipelines.intake.STREAM_ROWS", 1)
    read, most = [0], [0]
    reading, written = intake._part, Writer.write

    def read_part(*given: Any) -> Any:
        read[0] += 1
        return reading(*given)

    def write(self: Writer, part: pd.DataFrame) -> None:
        most[0] = max(most[0], read[0])
        read[0] -= 1
        written(self, part)

    monkeypatch.setattr(intake, "_part", read_part)
    monkeypatch.setattr(Writer, "write", write)
    with Workers(count) as workers:
        run = make(tmp_path, rows(25))
        run.workers = workers
        through(run, prepare.load_tables, take_in_tickets)
    assert read == [0]
    assert most[0] <= 2 * count + 2


def test_parts_of_different_columns_are_one_table(tmp_path: Path) -> None:
    run = make(tmp_path, rows())
    folder = tmp_path / "parts"
    folder.mkdir()
    given = pd.DataFrame(rows()).drop(columns="customer_name")
    given[:6].assign(csat=4.0, reopened=True, mood="x").to_parquet(folder / "a.parquet")
    given[6:].assign(account_value_amount="12.50", account_currency="EUR").to_csv(
        folder / "b.csv", index=False
    )
    tickets = run.config.tickets.model_copy(update={"path": folder})
    run.config = run.config.model_copy(update={"tickets": tickets})
    kept = whole(through(run, prepare.load_tables, take_in_tickets))
    assert kept["csat"].notna().tolist() == [True] * 6 + [False] * 6
    assert kept["reopened"].dtype == "boolean"
    assert kept["account_value_amount"].tolist()[6] == "12.50"
    assert "mood" not in kept


def test_the_newest_of_each_client_and_label_are_learned_from(tmp_path: Path) -> None:
    run = through(
        make(tmp_path, rows(), split={"test_share": 0.25, "most_train": 5, "most_test": 2}),
        prepare.load_tables,
        take_in_tickets,
        prepare.split_parts,
    )
    assert run.available == {"train": 9, "test": 3}
    assert run.train["ticket_id"].tolist() == ["t4", "t5", "t6", "t7", "t8"]
    assert len(run.test) == 2
    assert run.train["words"].str.len().gt(0).all()


def test_the_sum_of_the_cells_knows_no_order_and_no_parts() -> None:
    frame = pd.DataFrame({"a": ["x", "y", None, "z"], "b": [1.0, 2.0, 3.0, None]})
    whole_sum = cell_sum(frame)
    assert cell_sum(frame.iloc[::-1][["b", "a"]]) == whole_sum
    halves = cell_sum(frame[:2]) + cell_sum(frame[2:].assign(c=None))
    assert halves % 2**64 == whole_sum % 2**64
    swapped = frame.assign(a=["y", "x", None, "z"])
    assert cell_sum(swapped) != whole_sum


def test_the_secret_of_a_cache_is_made_once_for_its_owner(tmp_path: Path) -> None:
    first = cache_secret(tmp_path / "cache")
    assert len(first) == 32
    assert cache_secret(tmp_path / "cache") == first
    assert (tmp_path / "cache" / "secret").stat().st_mode & 0o777 == 0o600
    assert Earlier(tmp_path / "cache").fetch([b"x"]) == [None]


AUTOMATIC = (
    {"subject": "Automatic reply: your order", "text": "I am back on Monday."},
    {"text": "Guten Tag,\nich bin bis zum 3. März nicht im Büro.\nErika Example"},
    {"subject": "Réponse automatique : colis", "text": "De retour lundi."},
    {"text": "Hola,\nestoy fuera de la oficina hasta el lunes."},
    {"text": "Questo è un messaggio automatico."},
    {"text": "Ik ben momenteel afwezig."},
    {"text": "Obecnie przebywam na urlopie do 3 marca."},
    {"text": "Estou fora do escritório até segunda."},
    {"text": "Merhaba,\nşu anda ofis dışındayım."},
    {"subject": "Undeliverable: your order", "text": "The mailbox is full."},
    {"headers": {"Auto-Submitted": "auto-generated"}, "text": "This month in the shop."},
    {"headers": '{"Precedence": "bulk"}', "text": "This month in the shop."},
)


def automatic_rows() -> list[dict[str, Any]]:
    made = []
    for i, more in enumerate(AUTOMATIC):
        key = {"ticket_id": f"auto{i}", "created_at": f"2026-01-{i + 1:02}T10:00:00Z"}
        made.append(rows(1)[0] | key | more)
    return made


def test_automatic_mail_teaches_nothing_and_is_counted(tmp_path: Path) -> None:
    # The mail of a form says that a machine sent it; a person filled the form in.
    form = dict(rows(1)[0], ticket_id="form", channel="form", headers={"Precedence": "bulk"})
    given = [*rows(), *automatic_rows(), form]
    again = {"tickets": len(given), "of tickets": len(given)}
    for reused in ({"tickets": 0, "of tickets": len(given)}, again):
        run = through(
            make(tmp_path, given), prepare.load_tables, take_in_tickets, prepare.split_parts
        )
        assert run.reused == reused
        assert set(run.tickets["ticket_id"]) == {"form", *(f"t{i}" for i in range(12))}
        assert not pd.concat([run.train, run.test])["ticket_id"].str.startswith("auto").any()
        assert run.not_learned == {"automatic": len(AUTOMATIC)}
        assert (
            f"{len(AUTOMATIC)} tickets are automatic mail, such as out-of-office notes and "
            "delivery failures, and were left out"
        ) in run.warnings


def test_headers_that_are_added_are_read_again(tmp_path: Path) -> None:
    through(make(tmp_path, rows()), prepare.load_tables, take_in_tickets)
    given = rows()
    given[3]["headers"] = {"Auto-Submitted": "auto-replied"}
    run = through(make(tmp_path, given), prepare.load_tables, take_in_tickets)
    assert "t3" not in set(run.tickets["ticket_id"])
    assert len(run.tickets) == 11


def test_only_automatic_mail_is_too_little(tmp_path: Path) -> None:
    run = through(make(tmp_path, automatic_rows()), prepare.load_tables)
    with pytest.raises(SchemaError, match=r"at least 2 rows to learn from\. Got 0"):
        take_in_tickets(run)


def test_class_numbers_are_one_label_in_all_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A part with a missing label holds floats, the next one whole numbers.
    monkeypatch.setattr("pipelines.intake.STREAM_ROWS", 6)
    given = pd.DataFrame(rows()).assign(topic=[201 + i % 2 for i in range(12)])
    given["topic"] = given["topic"].astype("Int64")
    given.loc[3, "topic"] = pd.NA
    run = make(tmp_path, rows(), intents={"encoder": "hashing", "targets": ["intent", "topic"]})
    folder = tmp_path / "parts"
    folder.mkdir()
    given[:6].astype({"topic": "float"}).to_parquet(folder / "a.parquet")
    given[6:].astype({"topic": "int"}).to_parquet(folder / "b.parquet")
    tickets = run.config.tickets.model_copy(update={"path": folder})
    run.config = run.config.model_copy(update={"tickets": tickets})
    through(run, prepare.load_tables, take_in_tickets)
    assert set(run.tickets["topic"].dropna()) == {"201", "202"}
    assert run.tickets["topic"].isna().sum() == 1


class Meanwhile(float):
    """A moment at which others take files away: between a look at one and its removal."""

    folder: Path

    def __sub__(self, other: float) -> float:
        for path in self.folder.glob(".tickets.parquet.*"):
            path.unlink()
        return super().__sub__(other)


def test_what_others_remove_meanwhile_is_removed(tmp_path: Path) -> None:
    now = Meanwhile(2e9)
    now.folder = tmp_path
    for number in range(3):
        (tmp_path / f".tickets.parquet.{number}").touch()
    kept = tmp_path / "tickets.parquet"
    kept.touch()
    sweep(tmp_path, now=now)
    assert list(tmp_path.iterdir()) == [kept]
