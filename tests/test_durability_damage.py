"""Damage on disk: the last good models stay, and a start goes back to the ones before."""

import shutil

import pytest
from durable_server import load, write_champions
from serving_desk import KEYS, browser, engine, intent_model, key, ticket

from data.artifact import read_artifact
from data.champions import PointerEntry, read_pointer, read_previous, write_pointer
from serving.articles import ArticleDesk
from serving.asked import Asked
from serving.reload import Reloader
from serving.schemas import ArticleIn

NOTE = ArticleIn(title="Note", text="Say zqnote to open the box.", language="en")


def second(root):
    """Promote a second version of the same model."""
    folder = intent_model().save(root / "intent" / "2", metrics={"accuracy": 0.9})
    digest = read_artifact(folder, kind="intent").digest
    write_pointer(root, {"intent": PointerEntry("2", "intent/2", digest)}, night="night-2")


@pytest.fixture
def root(tmp_path):
    write_champions(tmp_path / "champions")
    return tmp_path / "champions"


def started(folder, root):
    """Start a service on what is on disk now."""
    desk = engine(folder, intent=None, index=None, drafter=None, settings={"keys": KEYS})
    watcher = Reloader(desk, root, 60, load=load)
    watcher.look()
    return desk, watcher


@pytest.mark.parametrize("lost", ["pointer", "folder", "knowledge"])
def test_what_is_gone_never_takes_the_place_of_what_answers(tmp_path, root, lost, caplog):
    desk, watcher = started(tmp_path, root)
    paths = {"pointer": root / "current.json", "folder": root, "knowledge": root / "knowledge"}
    paths[lost].rename(tmp_path / "away")
    assert not watcher.look()
    told = browser(desk).post("/v1/suggest", json={"ticket": ticket()}, headers=key()).json()
    assert (told["models"]["triage"], told["degraded"]) == ("intent:1", [])
    assert browser(desk).get("/readyz").json()["problems"][0].startswith("new models were refused")
    assert "last good ones stay" in caplog.text
    (tmp_path / "away").rename(paths[lost])
    watcher._again_at = 0.0
    assert watcher.look()
    assert desk.status()["problems"] == []
    desk.close()


@pytest.mark.parametrize("damage", ["byte", "folder", "kind", "pointer"])
def test_a_start_finds_damage_and_goes_back_to_the_models_before(tmp_path, root, damage):
    second(root)
    folder = root / "intent" / "2"
    if damage == "byte":
        path = next(folder.glob("*.npy"))
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw)
    elif damage == "folder":
        shutil.rmtree(folder)
    elif damage == "kind":
        shutil.rmtree(folder)
        shutil.copytree(next((root / "knowledge" / "lumen").glob("*/")), folder)
    else:
        half = (root / "current.json").read_text()
        (root / "current.json").write_text(half[: len(half) // 2])
    desk, _ = started(tmp_path, root)
    told = browser(desk).post("/v1/suggest", json={"ticket": ticket()}, headers=key()).json()
    assert (told["models"]["triage"], told["degraded"]) == ("intent:1", [])
    assert desk.status()["problems"][0].startswith("new models were refused")
    desk.close()


def test_what_was_in_force_before_is_kept_when_the_models_change(root):
    first = read_pointer(root)
    assert read_previous(root).models == {}
    second(root)
    assert read_previous(root) == first
    # A night that moves nothing but the knowledge says nothing of the models before.
    write_pointer(root, read_pointer(root).models, night="night-3")
    assert read_previous(root) == first


def test_edits_never_make_a_damaged_index_look_whole(tmp_path, root):
    desk, _ = started(tmp_path, root)
    desk.put_article("note", NOTE, Asked("lumen"))
    desk.close()
    next((root / "knowledge" / "lumen").glob("*/vectors.npy")).write_bytes(b"")
    again, _ = started(tmp_path, root)
    assert again.status()["problems"] == ["the knowledge of 1 clients is damaged"]
    assert "lumen" not in again.snapshot.index.clients
    assert again.article("lumen", "note")["title"] == "Note"
    again.close()


def test_an_edit_that_cannot_be_indexed_holds_up_no_other(tmp_path, root, caplog):
    desk, _ = started(tmp_path, root)
    index, store = desk.snapshot.index, desk.store
    desk.put_article("note", NOTE, Asked("lumen"))
    row = store.edits()[0] | {"article_id": "poison"}
    row.pop("seq")
    row["article"] = row["article"] | {"article_id": "poison", "language": None}
    store.add_edit(row, status=201, reply={})
    more = store.edits()[0] | {"article_id": "after"}
    more.pop("seq")
    more["article"] = more["article"] | {"article_id": "after"}
    store.add_edit(more, status=201, reply={})
    assert ArticleDesk(store).catch_up(index) == 1
    assert {"note", "after"} <= set(index.passages("lumen")["article_id"])
    assert "the article 'poison' cannot be indexed" in caplog.text
    assert "zqnote" not in caplog.text
    desk.close()
