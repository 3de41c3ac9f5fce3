"""Exports of helpdesks: read exactly, refused with the place where they break."""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import LoadError, MissingFileError, ParameterError, SchemaError
from data.files import parse_csv, parse_json_lines
from data.load import (
    load_article_links,
    load_articles,
    load_table,
    load_tickets,
    read_table,
    stream_table,
)

HEADER = "ticket_id,client_id,channel,created_at,text"
RIGHT = "0071,acme,email,2026-03-02T18:41:00Z,"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def ticket(number: int, **columns: object) -> dict[str, object]:
    return {
        "ticket_id": str(number), "client_id": "acme", "channel": "email",
        "created_at": "2026-03-02T18:41:00Z", "text": f"text {number}",
    } | columns  # fmt: skip


def test_csv_keeps_ids_line_ends_and_further_columns(tmp_path):
    path = write(
        tmp_path, "t.csv", f'{HEADER},mood,empty\r\n{RIGHT}"Hello,\r\nwhere ""is"" it?",NA,\r\n'
    )
    read = load_tickets(path)
    assert read["ticket_id"].tolist() == ["0071"]
    assert read["text"].tolist() == ['Hello,\nwhere "is" it?']
    assert read["mood"].tolist() == ["NA"]
    assert read["empty"].isna().all()


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_and_a_byte_order_mark(tmp_path, delimiter):
    content = "\ufeff" + f"{HEADER}\n{RIGHT}hello".replace(",", delimiter)
    assert load_tickets(write(tmp_path, "t.csv", content))["text"].tolist() == ["hello"]


@pytest.mark.parametrize("name", ["t.jsonl", "t.ndjson", "t.jsonl.gz", "t.json"])
def test_json_lines_and_arrays(tmp_path, name):
    records = [
        ticket(1, context={"order": {"id": "A-55"}}),
        ticket(2, customer_id=90071992547409931),
    ]
    lines = json.dumps(records) if name == "t.json" else "\n\n".join(map(json.dumps, records))
    content = gzip.compress(lines.encode()) if name.endswith("gz") else lines
    read = load_tickets(write(tmp_path, name, content))
    assert read["context"][0] == '{"order": {"id": "A-55"}}'
    # A whole number beside a gap keeps all its digits.
    assert read["customer_id"][1] == "90071992547409931"


def test_parquet_round_trip(tmp_path):
    first = load_tickets(pd.DataFrame([ticket(1, context={"a": 1}, csat=3), ticket(2)]))
    first.to_parquet(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(load_tickets(tmp_path / "t.parquet"), first)


def test_parquet_with_an_index_of_ids_and_gaps_in_numbers(tmp_path):
    frame = pd.DataFrame([ticket(1), ticket(2)])
    frame["agent_id"] = pd.array([2**60 + 1, None], dtype="Int64")
    frame.set_index("ticket_id").to_parquet(tmp_path / "t.pq")
    read = load_tickets(tmp_path / "t.pq")
    assert read["ticket_id"].tolist() == ["1", "2"]
    assert read["agent_id"][0] == str(2**60 + 1)


def test_mapping_defaults_and_values(tmp_path):
    path = write(
        tmp_path, "t.csv", "nr,body,via,at\n1,Hello,web,2026-03-02 18:41\n2,Hi,,2026-03-03\n"
    )
    read = load_tickets(
        path, timezone="Europe/Paris",
        mapping={"nr": "ticket_id", "body": "text", "via": "channel", "at": "created_at"},
        defaults={"client_id": "acme", "channel": "email"}, values={"channel": {"web": "form"}},
    )  # fmt: skip
    assert read["channel"].tolist() == ["form", "email"]
    assert read["client_id"].tolist() == ["acme", "acme"]
    assert read["created_at"][0].isoformat() == "2026-03-02T17:41:00+00:00"


def test_channels_are_read_whatever_their_capitals_and_blanks(tmp_path):
    words = ["Email", "CHAT", "Web form", " web  Form ", "E-mail", "form"]
    rows = [ticket(number) | {"channel": word} for number, word in enumerate(words)]
    path = write(tmp_path, "t.jsonl", "\n".join(map(json.dumps, rows)))
    read = load_tickets(path)
    assert read["channel"].tolist() == ["email", "chat", "form", "form", "email", "form"]
    path = write(tmp_path, "t.jsonl", json.dumps(ticket(1) | {"channel": "Fax"}))
    with pytest.raises(SchemaError, match=r"Got 'Fax'.* Load with values={'channel': {'Fax': …}}"):
        load_tickets(path)


def test_times_of_another_form_are_read_by_it(tmp_path):
    path = write(tmp_path, "t.csv", f"{HEADER}\n0071,acme,email,02/01/2026 10:00,a")
    words = r"Pass date_format='%d/%m/%Y %H:%M', or '%m/%d/%Y %H:%M' for the month first"
    with pytest.raises(SchemaError, match=words):
        load_tickets(path)
    read = load_tickets(path, date_format="%d/%m/%Y %H:%M", timezone="Europe/Paris")
    assert read["created_at"][0].isoformat() == "2026-01-02T09:00:00+00:00"
    read = load_tickets(path, date_format="%m/%d/%Y %H:%M", timezone="UTC")
    assert read["created_at"][0].isoformat() == "2026-02-01T10:00:00+00:00"
    with pytest.raises(SchemaError, match=r"of the form '%d.%m.%Y' or ISO 8601"):
        load_tickets(path, date_format="%d.%m.%Y", timezone="UTC")
    with pytest.raises(ParameterError, match=r"'date_format' parameter must name day.*Got '%d/%m'"):
        load_tickets(path, date_format="%d/%m")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("13.1.26", r"Pass date_format='%d\.%m\.%y'\."),
        ("1/13/2026 10:00:11", r"Pass date_format='%m/%d/%Y %H:%M:%S'\."),
        ("soon", r"counted from 0\)\.$"),
    ],
)
def test_a_time_that_cannot_be_read_names_its_form(tmp_path, written, words):
    path = write(tmp_path, "t.jsonl", json.dumps(ticket(1) | {"created_at": written}))
    with pytest.raises(SchemaError, match=words):
        load_tickets(path)


def test_a_mapping_of_a_column_that_is_not_there(tmp_path):
    path = write(tmp_path, "t.csv", f"{HEADER}\n{RIGHT}a")
    with pytest.raises(SchemaError, match=r"'mapping'.*Got 'texte' instead. Did you mean 'text'"):
        load_tickets(path, mapping={"texte": "text"})


def test_a_file_without_ids(tmp_path):
    path = write(tmp_path, "t.csv", "client_id,channel,created_at,text\nacme,email,x,y")
    with pytest.raises(SchemaError, match=r"t.csv: The tickets table must have .*'ticket_id'"):
        load_tickets(path)


def test_naive_times_name_the_file_and_the_way_out(tmp_path):
    path = write(tmp_path, "t.csv", f"{HEADER}\n{RIGHT}a".replace("Z", ""))
    with pytest.raises(SchemaError, match=r"^t.csv: .*timezone="):
        load_tickets(path)
    assert len(load_tickets(path, timezone="UTC")) == 1


def test_folders_and_globs_are_read_in_order_and_other_files_named(tmp_path, caplog):
    write(tmp_path, "b.jsonl", json.dumps(ticket(2)))
    write(tmp_path, "a.csv", f"{HEADER},mood\n{RIGHT}a,fine")
    write(tmp_path, "notes.docx", "x")
    write(tmp_path, ".hidden.csv", "x")
    read = load_tickets(tmp_path)
    assert read["ticket_id"].tolist() == ["0071", "2"]
    assert read["mood"].tolist()[:1] == ["fine"]
    assert "'notes.docx' is not read" in caplog.text
    assert len(load_tickets(str(tmp_path / "*.jsonl"))) == 1
    assert len(read_table(tmp_path)) == 2


def test_an_id_repeated_across_parts_is_found(tmp_path):
    write(tmp_path, "a.jsonl", json.dumps(ticket(1)))
    write(tmp_path, "b.jsonl", json.dumps(ticket(1)))
    with pytest.raises(SchemaError, match="must be unique"):
        load_tickets(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", f"{HEADER}\n{RIGHT}a\n{RIGHT}a,b\n", r"must have 5 cells.*Got 6 in line 3"),
        ("t.csv", f'{HEADER}\n{RIGHT}"a\nb"\n1,acme\n', r"Got 2 in line 4"),
        ("t.csv", f'{HEADER}\n{RIGHT}a\n{RIGHT}"open\n', r"from line 3 on"),
        ("t.csv", "", r"'t.csv' is empty"),
        ("t.csv", " \n\n", r"'t.csv' is empty"),
        ("t.jsonl", "", r"'t.jsonl' is empty"),
        ("t.parquet", "", r"'t.parquet' is empty"),
        ("t.jsonl", '{"a": 1}\n\n{"a": \n', r"Line 3 of 't.jsonl' is not JSON"),
        ("t.jsonl", '{"a": 1}\n3\n', r"Line 2 of 't.jsonl' must be a JSON object. Got a int"),
        ("t.json", '[{"a": 1}, 3]', r"Item 1 of 't.json' must be a JSON object"),
        ("t.parquet", b"PAR1 nothing", r"'t.parquet' is not a Parquet file"),
        ("t.csv", b"a,b\n1,\xff\xfe\n", r"UTF-8.*0xff at position 6 \(line 2\)"),
        ("t.csv", b"\xef\xbb\xbfa,b\n1,\xe9\n", r"0xe9 at position 9 \(line 2\)"),
        ("t.csv", "a,b\n1,é\n".encode("utf-16"), r"It is UTF-16: save it as UTF-8"),
        ("t.csv", b"a,b\n1,\x00\n", r"looks binary: byte 0x00 at position 6"),
        ("t.csv.gz", b"\x1f\x8bnothing", r"'t.csv.gz' cannot be read"),
        ("t.xlsx", "a", r"suffix of 't.xlsx' must be one of .csv"),
    ],
)
def test_broken_files_name_the_place(tmp_path, name, content, message):
    with pytest.raises(LoadError, match=message):
        load_tickets(write(tmp_path, name, content))


def test_paths_that_lead_nowhere(tmp_path):
    for path in (tmp_path, tmp_path / "no.csv", str(tmp_path / "*.csv")):
        with pytest.raises(MissingFileError, match="no table file"):
            load_tickets(path)


def test_a_file_with_a_header_only_is_an_empty_table(tmp_path):
    read = load_tickets(write(tmp_path, "t.csv", HEADER))
    assert read.empty
    assert read["created_at"].dtype == "datetime64[us, UTC]"


def test_a_message_of_a_hundred_thousand_characters(tmp_path):
    long = "Wörter " * 20_000
    read = load_tickets(write(tmp_path, "t.csv", f'{HEADER}\n{RIGHT}"{long}"\n'))
    assert read["text"][0] == long


def test_the_other_tables(tmp_path):
    at = "2026-03-02T18:41:00Z"
    message = {"ticket_id": 1, "message_id": 1, "sent_at": at, "author": "bot", "text": "a"}
    assert load_table(pd.DataFrame([message]), "messages")["ticket_id"].tolist() == ["1"]
    links = write(tmp_path, "links.csv", "ticket_id,article_id\n1,a\n1,a\n")
    assert len(load_article_links(links)) == 2
    volume = write(tmp_path, "volume.csv", "unique_id,ds,y\nacme,2026-03-02T18:00:00Z,3\n")
    assert load_table(volume, "volume")["y"].tolist() == [3.0]
    with pytest.raises(ParameterError, match=r"Got 'ticket' instead. Did you mean 'tickets'"):
        load_table(volume, "ticket")


def test_articles_carry_their_import_status_through_operations(tmp_path):
    write(tmp_path, "a.md", "# Returns\n\nYou have 30 days to return what you bought from us.")
    write(tmp_path, "b.md", b"\x00\x01junk")
    articles = load_articles(tmp_path, "acme")
    assert articles["article_id"].tolist() == ["a"]
    states = [
        (s["path"], s["status"]) for s in articles[articles["version"] == 1].attrs["import_status"]
    ]
    assert states == [("a.md", "imported"), ("b.md", "skipped")]


def test_real_tickets_come_through(shared, tmp_path):
    conversations = shared("twitter_cdp_dev")
    conversations.to_csv(tmp_path / "t.csv", index=False)
    read = load_tickets(
        tmp_path / "t.csv",
        mapping={"conversation_id": "ticket_id", "started_at": "created_at", "context": "text"},
        defaults={"client_id": "acme", "channel": "social"},
    )
    assert len(read) == len(conversations)
    assert read["text"].str.len().gt(0).all()
    assert read["created_at"].notna().all()
    assert read["gold_url"].tolist() == conversations["gold_url"].tolist()


cells = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n",;'), max_size=8
)


@settings(deadline=None)
@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_what_is_written_as_csv_is_read_back(pairs):
    frame = pd.DataFrame(pairs, columns=["a", "b"], dtype=object)
    read = parse_csv(frame.to_csv(index=False, lineterminator="\n"), "t.csv")
    assert read.fillna("").to_numpy().tolist() == frame.to_numpy().tolist()


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers() | st.text()), max_size=5))
def test_what_is_written_as_json_lines_is_read_back(records):
    read = parse_json_lines("\n".join(map(json.dumps, records)), "t.jsonl")
    back = [{k: v for k, v in row.items() if v is not None} for row in read.to_dict("records")]
    assert back == records


FORMS = ("t.csv", "t.csv.gz", "t.jsonl", "t.jsonl.gz", "t.json", "t.parquet", "t.parquet.gz")


def written(folder, name, frame):
    """Write a frame in the form that a file's name says."""
    path = folder / name
    if ".parquet" in name:
        content = frame.to_parquet()
    elif ".csv" in name:
        content = frame.to_csv(index=False).encode()
    else:
        content = frame.to_json(orient="records", lines="jsonl" in name).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("rows", [1, 3, 7, 100])
def test_a_streamed_table_is_the_loaded_one(tmp_path, name, rows):
    frame = pd.DataFrame([ticket(i, text=f"line\n{i}, é", mood="x") for i in range(7)])
    path = written(tmp_path, name, frame)
    parts = list(stream_table(path, "tickets", rows=rows))
    assert [len(part) for part in parts] == [min(rows, 7 - i) for i in range(0, 7, rows)]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), load_tickets(path))


def test_only_what_is_wanted_is_streamed(tmp_path):
    frame = pd.DataFrame([ticket(1, mood="x", Body="words", extra="y")]).drop(columns="text")
    path = written(tmp_path, "t.parquet", frame)
    (part,) = stream_table(path, "tickets", columns=["mood"], mapping={"Body": "text"})
    assert part["text"].tolist() == ["words"]
    assert "mood" in part
    assert "extra" not in part


def test_a_fault_in_a_later_part_is_placed(tmp_path):
    frame = pd.DataFrame([ticket(i, channel="fax" if i == 5 else "email") for i in range(7)])
    path = written(tmp_path, "t.csv", frame)
    stream = stream_table(path, "tickets", rows=3)
    assert len(next(stream)) == 3
    with pytest.raises(SchemaError, match=r"^t.csv, rows from 3 on: .*'fax'.*See row 2 "):
        next(stream)


def test_a_key_repeated_far_apart_is_found(tmp_path):
    written(tmp_path, "a.csv", pd.DataFrame([ticket(i) for i in range(5)]))
    written(tmp_path, "b.csv", pd.DataFrame([ticket(9), ticket(2)]))
    with pytest.raises(SchemaError, match=r"must be unique by .*Got 1 repeats.*See row 6 "):
        list(stream_table(tmp_path, "tickets", rows=2))


def test_a_column_that_a_part_of_json_lines_lacks(tmp_path):
    records = [ticket(1, topic="a"), ticket(2)]
    path = write(tmp_path, "t.jsonl", "\n".join(map(json.dumps, records)))
    parts = list(stream_table(path, "tickets", rows=1, mapping={"topic": "intent"}))
    assert parts[0]["intent"].tolist() == ["a"]
    assert "intent" not in parts[1]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "", r"'t.csv' is empty"),
        ("t.jsonl", " \n", r"'t.jsonl' is empty"),
        ("t.csv", b"a,b\n1,\xff\xfe\n", r"UTF-8.*0xff at position 6 \(line 2\)"),
        ("t.csv", "a,b\n1,é\n".encode("utf-16"), r"It is UTF-16: save it as UTF-8"),
        ("t.csv", b"a,b\n1,\x00\n", r"looks binary: byte 0x00 at position 6"),
        ("t.csv", b"a\n" + b"\x01" * 50, r"looks binary: byte 0x01"),
        ("t.csv.gz", b"\x1f\x8bnothing", r"'t.csv.gz' cannot be read"),
        ("t.parquet", b"PAR1 nothing", r"'t.parquet' is not a Parquet file"),
        ("t.parquet", "", r"'t.parquet' is empty"),
        ("t.jsonl", '{"ticket_id": 1}\n3\n', r"Line 2 of 't.jsonl' must be a JSON object"),
    ],
)
def test_broken_files_are_refused_when_streamed(tmp_path, name, content, message):
    with pytest.raises(LoadError, match=message):
        list(stream_table(write(tmp_path, name, content), "tickets"))


def test_an_empty_table_is_one_empty_part(tmp_path):
    (part,) = stream_table(write(tmp_path, "t.csv", HEADER), "tickets")
    assert part.empty
    assert part["created_at"].dtype == "datetime64[us, UTC]"
    with pytest.raises(MissingFileError, match="no table file"):
        list(stream_table(tmp_path / "none", "tickets"))
