"""Nights killed at random moments and nights started at once: what is in force is whole."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from durable_nights import NOW, night

from data.artifact import read_artifact
from data.encoders import HashingEncoder
from pipelines import promotions
from pipelines.registry import Registry
from suggest.index import KnowledgeIndex

ROOT = Path(__file__).parents[1]


class Nights:
    """The program that forks nights."""

    def __init__(self, workspace: Path) -> None:
        paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(ROOT / "tests" / "durable_nights.py"), workspace],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": paths},
        )
        assert self._told() == "warm"

    def start(self, name: str) -> int:
        return int(self._tell(name))

    def ended(self, pid: int) -> int:
        """Wait for a night; how it ended, as `os.waitpid` says."""
        return int(self._tell(f"reap {pid}"))

    def close(self) -> None:
        with self.process:
            self.process.stdin.close()

    def _tell(self, line: str) -> str:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._told()

    def _told(self) -> str:
        return self.process.stdout.readline().strip()


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    workspace = tmp_path_factory.mktemp("nights")
    made = Nights(workspace)
    yield made, workspace
    made.close()


def whole(workspace: Path) -> str:
    """Check that pointer, knowledge, log and registry agree; the night in force."""
    registry = Registry(workspace)
    pointer = registry.pointer()
    entry = pointer.models["intent"]
    artifact = read_artifact(registry.champions / entry.folder, kind="intent")
    assert artifact.digest == entry.digest
    assert artifact.parameters["night"] == pointer.night
    index = KnowledgeIndex.load(registry.champions / "knowledge", HashingEncoder(16))
    assert index.problems == {}
    for client in index.clients:
        assert index.passages(client)["text"].str.contains(f"of {pointer.night}\\.").any()
    assert promotions.champions(promotions.read(workspace))["intent"].version == entry.version
    assert registry.aliases()["intent"]["champion"] == entry.version
    assert not registry._client.search_model_versions("tags.state = 'pending'")
    assert not list(registry.champions.rglob(".*"))
    return pointer.night


def test_after_a_killed_night_the_next_one_goes_through(nights):
    program, workspace = nights
    moments = random.Random(7)
    for number in range(1, 7):
        pid = program.start(f"killed{number}")
        time.sleep(moments.uniform(0.02, 0.6))
        os.kill(pid, signal.SIGKILL)
        program.ended(pid)
        # Whatever stands there, a service can read it.
        registry = Registry(workspace)
        assert registry.folder("intent").is_dir()
        registry.recover(now=NOW)
        assert whole(workspace) in {"n0", *(f"killed{n}" for n in range(1, number + 1))}
    night(workspace, "last")
    assert whole(workspace) == "last"


def test_of_nights_started_at_once_one_goes_through_and_the_others_refuse(nights):
    program, workspace = nights
    pids = [program.start(f"together{n}") for n in range(3)]
    ends = sorted(os.waitstatus_to_exitcode(program.ended(pid)) for pid in pids)
    assert ends[0] == 0
    assert set(ends) <= {0, 3}
    assert whole(workspace).startswith("together")
