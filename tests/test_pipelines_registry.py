"""Versions, aliases, the log and the pointer, and what a crash between any two leaves."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.artifact import write_artifact
from data.champions import read_pointer
from data.errors import ParameterError, RegistryError
from pipelines import promotions
from pipelines.registry import Decision, Proposal, Registry

# MLflow's own queries use a loader option that the newest SQLAlchemy deprecates.

NOW = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
YES = Decision(promoted=True)
NO = Decision(promoted=False, reasons=("accuracy 0.4 is below the floor 0.5",))


def stage(workspace: Path, model: str = "intent", seed: int = 0) -> dict[str, Path]:
    folder = workspace / "staging" / model
    return {model: write_artifact(folder, kind=model, parameters={}, seed=seed)}


def night(registry: Registry, decision: Decision, seed: int = 0) -> Proposal:
    staged = stage(registry.workspace, seed=seed)
    proposal = registry.propose(f"n{seed}", staged, parameters={"seed": seed}, metrics={"a": 0.5})
    registry.commit(proposal, staged, {"intent": decision}, now=NOW)
    registry.finish(proposal, {})
    return proposal


def seen(registry: Registry) -> tuple[object, ...]:
    return (
        registry.pointer(),
        registry.aliases(),
        promotions.read(registry.workspace),
        registry.versions("intent"),
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One night promoted and one refused; copied, as MLflow's tables take a second to make."""
    workspace = tmp_path_factory.mktemp("registry") / "workspace"
    registry = Registry(workspace)
    night(registry, YES, 1)
    night(registry, NO, 2)
    return workspace


@pytest.fixture
def registry(template: Path, tmp_path: Path) -> Registry:
    return Registry(Path(shutil.copytree(template, tmp_path / "workspace")))


def test_promotion_moves_pointer_alias_and_log(registry: Registry) -> None:
    pointer = read_pointer(registry.champions)
    assert pointer is not None
    assert pointer.models["intent"].version == "1"
    assert (registry.champions / pointer.models["intent"].folder / "model.json").exists()
    assert registry.aliases()["intent"] == {"champion": "1", "challenger": "2"}
    first, second = promotions.read(registry.workspace)
    assert (first.action, first.version, first.previous) == ("promoted", "1", None)
    assert (second.action, second.version, second.previous) == ("refused", "2", "1")
    assert second.reasons == NO.reasons


def test_promotion_takes_the_challenger_away(registry: Registry) -> None:
    night(registry, YES, 3)
    assert registry.aliases()["intent"] == {"champion": "3"}
    assert registry.pointer().models["intent"].version == "3"


def test_a_proposal_alone_changes_nothing_and_is_undone(registry: Registry) -> None:
    before = seen(registry)
    registry.propose("n9", stage(registry.workspace), parameters={}, metrics={})
    assert seen(registry) == before
    assert registry.recover(now=NOW) == ["removed intent 3, left by a night that did not end"]
    assert seen(registry) == before
    assert registry.recover(now=NOW) == []


def test_crash_after_folders_before_pointer_leaves_the_old_champion(registry: Registry) -> None:
    before = seen(registry)
    staged = stage(registry.workspace)
    proposal = registry.propose("n9", staged, parameters={}, metrics={})
    registry._install("intent", proposal.versions["intent"], staged["intent"])
    registry.recover(now=NOW)
    assert seen(registry) == before


def test_crash_after_pointer_is_completed(registry: Registry) -> None:
    staged = stage(registry.workspace)
    proposal = registry.propose("n9", staged, parameters={}, metrics={})
    with pytest.raises(KeyboardInterrupt):
        Interrupted(registry.workspace).commit(proposal, staged, {"intent": YES}, now=NOW)
    assert registry.pointer().models["intent"].version == "3"
    registry.recover(now=NOW)
    assert registry.aliases()["intent"]["champion"] == "3"
    last = promotions.read(registry.workspace)[-1]
    assert (last.action, last.version, last.previous) == ("recovered", "3", "1")
    assert registry.recover(now=NOW) == []


class Interrupted(Registry):
    """Dies right after the pointer moved."""

    def _settle(self, model: str, version: str, action: str) -> None:
        raise KeyboardInterrupt


def test_rollback_goes_to_the_last_version_that_was_in_force(registry: Registry) -> None:
    night(registry, YES, 3)
    entry = registry.rollback("intent", now=NOW)
    assert (entry.version, entry.previous) == ("1", "3")
    assert registry.pointer().models["intent"].version == "1"
    assert registry.aliases()["intent"]["champion"] == "1"
    with pytest.raises(RegistryError, match="before 1 was ever in force"):
        registry.rollback("intent", now=NOW)


def test_a_version_taken_back_is_not_gone_back_to(registry: Registry) -> None:
    for seed in (3, 4):
        night(registry, YES, seed)
    assert registry.rollback("intent", now=NOW).version == "3"
    night(registry, YES, 5)
    assert registry.rollback("intent", now=NOW).version == "3"


def test_a_version_whose_night_was_killed_counts_for_rollback(registry: Registry) -> None:
    staged = stage(registry.workspace, seed=3)
    proposal = registry.propose("n3", staged, parameters={}, metrics={})
    with pytest.raises(KeyboardInterrupt):
        Interrupted(registry.workspace).commit(proposal, staged, {"intent": YES}, now=NOW)
    registry.recover(now=NOW)
    night(registry, YES, 4)
    assert registry.rollback("intent", now=NOW).version == "3"


def test_rollback_names_what_is_there(registry: Registry) -> None:
    with pytest.raises(ParameterError, match=r"must be one of \['1', '2'\]"):
        registry.rollback("intent", "17", now=NOW)
    with pytest.raises(RegistryError, match="no champion of 'retriever'"):
        registry.rollback("retriever", now=NOW)


def test_prune_keeps_the_champion_and_the_newest(registry: Registry) -> None:
    for seed in (3, 4, 5):
        night(registry, NO, seed)
    registry.prune(2)
    assert registry.versions("intent") == ["1", "4", "5"]


def test_prune_keeps_what_a_person_goes_back_to(registry: Registry) -> None:
    night(registry, YES, 3)
    for seed in range(4, 9):
        night(registry, NO, seed)
    # Another model's promotion wrote over what was in force before.
    (registry.champions / "previous.json").unlink()
    registry.prune(2)
    assert registry.versions("intent") == ["1", "3", "7", "8"]
    assert registry.rollback("intent", now=NOW).version == "1"


def test_log_survives_a_torn_line(registry: Registry) -> None:
    path = registry.workspace / promotions.LOG
    with path.open("a") as stream:
        stream.write('{"at": "2026-03-')
    before = promotions.read(registry.workspace)
    promotions.append(registry.workspace, before[:1])
    assert promotions.read(registry.workspace) == [*before, before[0]]
    assert all(json.loads(line) for line in path.read_text().splitlines()[:2])


def test_folders_never_change(registry: Registry) -> None:
    staged = stage(registry.workspace)
    with pytest.raises(RegistryError, match="never change"):
        registry._install("intent", "1", staged["intent"])


def test_a_workspace_without_nights_has_nothing(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    assert registry.pointer().models == {}
    assert registry.folder("intent") is None
    assert registry.aliases() == {}
    assert registry.recover(now=NOW) == []


def test_a_pointer_that_cannot_be_read_is_written_again_from_the_log(registry: Registry) -> None:
    night(registry, YES, 3)
    before = registry.pointer()
    path = registry.champions / "current.json"
    path.write_text(path.read_text()[:40])
    notes = registry.recover(now=NOW)
    assert "written again from the promotion log" in notes[0]
    assert registry.pointer() == before
    # So the way out that the error names is one.
    path.write_text("")
    assert registry.rollback("intent", now=NOW).version == "1"


def test_a_pointer_is_never_mended_to_a_changed_model(registry: Registry) -> None:
    (registry.champions / "current.json").write_text("{")
    header = registry.champions / "intent" / "1" / "model.json"
    header.write_text(header.read_text() + " ")
    with pytest.raises(RegistryError, match="is not the model that was promoted"):
        registry.recover(now=NOW)


def test_rests_of_killed_processes_are_swept_away(registry: Registry) -> None:
    before = seen(registry)
    (registry.champions / ".current.json.k2j").write_text("{")
    rest = registry.champions / "knowledge" / "acme" / ".2026-03-02.x1"
    rest.mkdir(parents=True)
    (rest / "vectors.npy").write_bytes(b"half")
    registry.recover(now=NOW)
    assert not list(registry.champions.rglob(".*"))
    assert seen(registry) == before


def test_the_champion_before_stays_on_disk(registry: Registry) -> None:
    night(registry, YES, 3)
    for seed in (4, 5):
        night(registry, NO, seed)
    registry.prune(1)
    assert registry.versions("intent") == ["1", "3", "5"]
