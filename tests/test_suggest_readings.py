"""What is written down of an article is what reading it again would find."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.encoders import HashingEncoder
from data.knowledge import sentence_spans
from suggest.index import KnowledgeIndex
from suggest.reading import Reader
from suggest.selection import prepare

LIST = "\n".join(f"{n}. Press the button number {n} until it clicks." for n in range(1, 9))
TEXTS = {
    "plain": "You can return an item within 30 days. However, it must be unused.\n\nSee below.",
    "list": f"To reset the device:\n\n{LIST}\n\nIt is reset after a minute.",
    "table": "What it costs:\n\nA | B | C | D | E\n1 | 2 | 3 | 4 | 5\n\nPrices hold for a year.",
    "asked": "- Is it free?\n  It is free for us.\n- Can I leave?\n  Leave any day you want.",
    "two": "# Returns\n\nSend it back with the label.\n\n# Refunds\n\nThey take five days.",
    "corner": "What the club costs:\n\n– | Basic | Plus\nper month | 4 | 9\n– | 1 | 2",
    "agents": "Parcels leave every day.\n\nAsk the customer for the code on the card.",
}


def articles(**texts: str) -> pd.DataFrame:
    rows = [
        {
            "client_id": "acme",
            "article_id": name,
            "version": 3,
            "kind": "article",
            "language": "en",
            "title": f"About the {name}",
            "text": text,
            "status": "approved",
            "updated_at": datetime(2026, 3, 2, tzinfo=UTC),
            "variables": '{"days": "order.days"}' if name == "plain" else None,
        }
        for name, text in texts.items()
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def index() -> KnowledgeIndex:
    return KnowledgeIndex(HashingEncoder()).fit(articles(**TEXTS))


@pytest.mark.parametrize("name", TEXTS)
def test_an_article_is_read_as_it_was_written(index: KnowledgeIndex, name: str) -> None:
    reader = Reader(index)
    found = reader.articles(reader.client("acme"), [name])[0]
    passages = index.passages("acme")
    cut = passages[passages["article_id"] == name]
    spans = sentence_spans(TEXTS[name], "en")
    assert [p.passage_id for p in found.passages] == cut["passage_id"].tolist()
    for passage, rows, heading in zip(found.passages, found.rows, cut["heading"], strict=True):
        again = prepare(
            TEXTS[name],
            [s for s in spans if any(s.start == t.start for t in passage.prepared.sentences)],
            language="en",
            title=f"About the {name}",
            heading=str(heading or ""),
        )
        assert passage.prepared == again
        assert rows.stop - rows.start == len(again.sentences)
        assert (passage.version, passage.kind, passage.language) == (3, "article", "en")
        assert passage.text == TEXTS[name]
    assert len(found.vectors) == max(rows.stop for rows in found.rows)
    assert found.passages[0].variables == ({"days": "order.days"} if name == "plain" else {})


def test_a_word_is_kept_once_however_many_articles_say_it(index: KnowledgeIndex) -> None:
    reader = Reader(index)
    found = reader.articles(reader.client("acme"), list(TEXTS))
    said = [word for a in found for p in a.passages for stems in p.prepared.stems for word in stems]
    assert len({id(word) for word in said}) == len(set(said)) < len(said)


def test_what_speaks_to_agents_is_not_public(index: KnowledgeIndex) -> None:
    reader = Reader(index)
    found = reader.articles(reader.client("acme"), list(TEXTS))
    public = {a.passages[0].article_id: [p.public for p in a.passages] for a in found}
    assert not all(public.pop("agents"))
    assert all(all(told) for told in public.values())


def test_a_stored_index_holds_the_same_readings(index: KnowledgeIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    loaded = KnowledgeIndex.load(tmp_path, index.encoder)
    made, read = (i.client_index("acme").readings.records() for i in (index, loaded))
    assert made == read
    readers = [Reader(index), Reader(loaded)]
    one, two = (r.articles(r.client("acme"), ["two"])[0] for r in readers)
    assert one.passages == two.passages
    assert np.array_equal(one.vectors, two.vectors)
    assert np.array_equal(one.headings, two.headings)


@pytest.mark.parametrize("name", ["reading_data", "sentence_vectors", "heading_vectors"])
@pytest.mark.parametrize("damage", ["emptied", "overwritten"])
def test_damage_under_a_loaded_index_changes_no_reading(
    index: KnowledgeIndex, tmp_path: Path, name: str, damage: str
) -> None:
    loaded = KnowledgeIndex.load(index.save(tmp_path), index.encoder)
    path = next(tmp_path.rglob(f"{name}.npy"))
    if damage == "emptied":
        path.write_bytes(b"")
    elif name == "reading_data":
        path.write_bytes(b"\xff" * path.stat().st_size)
    else:
        pytest.skip("numbers overwritten in place are numbers")
    readers = [Reader(index), Reader(loaded)]
    whole, damaged = (r.articles(r.client("acme"), list(TEXTS)) for r in readers)
    for one, two in zip(whole, damaged, strict=True):
        assert one.passages == two.passages
        assert one.rows == two.rows
        assert np.array_equal(one.vectors, two.vectors)
        assert np.array_equal(one.headings, two.headings)


def test_an_index_that_was_damaged_in_use_takes_edits(tmp_path: Path) -> None:
    made = KnowledgeIndex(HashingEncoder()).fit(articles(**TEXTS))
    loaded = KnowledgeIndex.load(made.save(tmp_path), made.encoder)
    next(tmp_path.rglob("sentence_vectors.npy")).write_bytes(b"")
    changed = articles(plain="It can be returned within 14 days.").assign(version=4)
    one, two = (i.add(changed).client_index("acme") for i in (made, loaded))
    assert one.readings.records() == two.readings.records()
    assert np.array_equal(np.asarray(one.sentences.vectors), np.asarray(two.sentences.vectors))


def test_what_other_rules_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    index = KnowledgeIndex(HashingEncoder())
    with monkeypatch.context() as before:
        before.setattr("suggest.building._LAYOUT", "0")
        index.fit(articles(**TEXTS))
    old = index.client_index("acme").readings.records()
    changed = articles(plain="It can be returned within 14 days.").assign(version=4)
    new = index.add(changed).client_index("acme").readings.records()
    fresh = KnowledgeIndex(HashingEncoder()).fit(articles(**TEXTS)).add(changed)
    assert new == fresh.client_index("acme").readings.records()
    assert not set(old) & set(new)


def test_an_edit_reads_the_edited_article_anew() -> None:
    index = KnowledgeIndex(HashingEncoder()).fit(articles(**TEXTS))
    reader = Reader(index)
    before = reader.articles(reader.client("acme"), ["plain", "two"])
    index.add(articles(plain="It can be returned within 14 days.").assign(version=4))
    after = reader.articles(reader.client("acme"), ["plain", "two"])
    assert after[0].passages[0].text == "It can be returned within 14 days."
    assert after[0].passages[0].version == 4
    assert after[1].passages == before[1].passages


def test_what_is_kept_is_not_read_again(index: KnowledgeIndex) -> None:
    reader = Reader(index)
    client = reader.client("acme")
    first = reader.articles(client, ["plain", "list", "plain"])
    assert first[0] is first[2]
    assert reader.articles(client, ["plain"])[0] is first[0]
