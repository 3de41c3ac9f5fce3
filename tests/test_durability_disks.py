"""A full or read-only disk: the service answers on and says so, a night leaves nothing half."""

import shutil
import time

import pytest
from durable_server import load, write_champions
from serving_desk import KEYS, browser, engine, key, ticket
from small_disk import small_disk
from test_pipelines_registry import NOW, YES, night, seen

from data.artifact import read_artifact
from data.errors import RegistryError
from pipelines.lock import workspace_lock
from pipelines.registry import Registry
from serving.reload import Reloader
from serving.settings import Settings

ASK = {"ticket": ticket()}


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", megabytes=8) as mounted:
        yield mounted


def wait_for(check):
    until = time.monotonic() + 30
    while not check() and time.monotonic() < until:
        time.sleep(0.01)
    assert check()


def test_the_service_on_a_full_disk(disk, caplog):
    desk = engine(disk.place)
    http = browser(desk)
    told = http.post("/v1/suggest", json=ASK, headers=key())
    said = {"suggestion_id": told.json()["suggestion_id"], "decision": "sent"}
    assert http.post("/v1/feedback", json=said, headers=key()).status_code == 201
    disk.fill()
    # Some room may be left in the files themselves.
    codes = []
    while 503 not in codes:
        codes.append(http.post("/v1/feedback", json=said, headers=key()).status_code)
    assert set(codes) <= {201, 503}
    secret = ticket("My word is Krzysztofiak and I want my money back")
    assert http.post("/v1/suggest", json={"ticket": secret}, headers=key()).status_code == 200
    ready = http.get("/readyz")
    assert ready.status_code == 503
    assert "the store cannot write" in ready.json()["problems"]
    assert "the store could not commit" in caplog.text
    assert "Krzysztofiak" not in caplog.text
    disk.make_room()
    # Nobody sends anything, and it finds out by itself.
    wait_for(lambda: http.get("/readyz").status_code == 200)
    assert http.post("/v1/feedback", json=said, headers=key()).status_code == 201
    kept = desk.store.rows("feedback")
    assert len(kept) == 1 + codes.count(201) + 1
    assert desk.store.rows("suggestions")[-1]["ticket_text"]
    desk.close()


@pytest.mark.parametrize("trouble", ["full", "read-only"])
def test_a_service_starts_although_its_store_cannot_be_written(disk, tmp_path, trouble):
    write_champions(tmp_path / "champions")
    options = {"state": disk.place, "champions": tmp_path / "champions", "keys": KEYS}
    settings = Settings(**options, refresh_seconds=60)
    # The secret of an installation is there from its first start.
    engine(disk.place).close()
    (disk.place / "store.db").unlink()
    disk.fill() if trouble == "full" else disk.read_only()
    desk = engine(disk.place, intent=None, index=None, drafter=None, settings=dict(options))
    Reloader(desk, settings.champions, 60, load=load).look()
    http = browser(desk)
    told = http.post("/v1/suggest", json=ASK, headers=key())
    assert (told.status_code, told.json()["degraded"]) == (200, [])
    assert http.get("/readyz").status_code == 503
    disk.make_room() if trouble == "full" else disk.read_only(False)
    wait_for(lambda: http.get("/readyz").status_code == 200)
    desk.close()


def whole(registry: Registry) -> None:
    """Check that the registry, the folders and the pointer agree."""
    client = registry._client
    on_disk = {("intent", number) for number in registry.versions("intent")}
    assert {(v.name, str(v.version)) for v in client.search_model_versions("")} == on_disk
    assert not client.search_model_versions("tags.state = 'pending'")
    assert not list(registry.champions.rglob(".*"))
    entry = registry.pointer().models["intent"]
    assert registry.aliases()["intent"]["champion"] == entry.version
    assert read_artifact(registry.champions / entry.folder, kind="intent").digest == entry.digest


def told_by(registry: Registry, error: Exception) -> str:
    """Undo a night that failed; what its caller is told."""
    try:
        registry.undo(error, now=NOW)
    except RegistryError as told:
        return str(told)
    return str(error)


@pytest.fixture(scope="module")
def after_one_night(tmp_path_factory):
    workspace = tmp_path_factory.mktemp("first") / "workspace"
    night(Registry(workspace), YES, 1)
    return workspace


def test_a_night_on_a_disk_that_fills_up_leaves_nothing_half(after_one_night, disk):
    registry = Registry(shutil.copytree(after_one_night, disk.place / "workspace"))
    said = []
    for seed, room in enumerate((0, 4_096, 12_288, 40_960, 400_000), start=2):
        before = seen(registry)
        disk.fill(but=room)
        try:
            with workspace_lock(registry.workspace):
                night(registry, YES, seed)
        except (OSError, RegistryError) as error:
            said.append(told_by(registry, error))
            disk.make_room()
            registry.recover(now=NOW)
            if registry.pointer() == before[0]:
                assert seen(registry) == before
        disk.make_room()
        whole(registry)
    assert len(said) >= 2
    assert all("run the night again" in words for words in said)
    assert registry.pointer().night == "n6"


def test_a_night_on_a_read_only_disk_says_so(after_one_night, disk):
    before = seen(Registry(after_one_night))
    registry = Registry(shutil.copytree(after_one_night, disk.place / "workspace"))
    disk.read_only()
    with (
        pytest.raises(RegistryError, match=r"cannot be written \(Read-only file system\)"),
        workspace_lock(registry.workspace),
    ):
        pass
    with pytest.raises(RegistryError, match="run the night again"):
        registry.propose("n2", {}, parameters={}, metrics={})
    disk.read_only(False)
    registry = Registry(registry.workspace)
    assert seen(registry) == before
    whole(registry)
