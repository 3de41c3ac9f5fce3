"""What the service accepted, looked for after kill -9 at random moments.

Most rounds kill workers of uvicorn that a warm program forks (the same web application, store
and reload; the models are of hashed words), so that a restart costs a moment; the last twenty
kill the whole BentoML service with the default encoder. After every restart each feedback and
each article edit that was answered with 2xx is looked for: in the database, by GET, in the
index and by a search for a word of its own. Requests that got no answer are repeated with
their Idempotency-Key.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rows import row

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from durable import Outcome, endure
from durable_server import PATIENCE, ForkedServer, is_ready, write_champions
from postgres_server import PostgresServer
from serving_desk import KEYS

from data.artifact import read_artifact
from data.champions import PointerEntry, write_pointer
from data.synthetic import small_knowledge, small_tickets
from suggest.index import KnowledgeIndex
from triage.intents import IntentClassifier

Rows = list[dict[str, Any]]
FORKED, WHOLE = 90, 20


class BentoServer:
    """``python -m serving`` with two workers, killed with all its processes."""

    def __init__(self, state: Path, database: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.command = [sys.executable, "-m", "serving", "--port", str(port), "--workers", "2"]
        keys = ",".join(f"{client}:{key}" for client, key in KEYS.items())
        self.environ = {
            "DESKPILOT_STATE": str(state),
            "DESKPILOT_DATABASE": database,
            "DESKPILOT_KEYS": keys,
            "DESKPILOT_RATE_PER_SECOND": "100000",
            "DESKPILOT_BURST": "100000",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait for the canary."""
        self.process = subprocess.Popen(
            self.command,
            env=os.environ | self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if is_ready(self.base):
                return
            time.sleep(0.1)
        raise TimeoutError("the service did not come up")

    def kill(self) -> None:
        """Kill every process of the service."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    close = kill


def sqlite() -> Rows:
    """Kill rounds on SQLite."""
    with tempfile.TemporaryDirectory(prefix="durable-") as folder:
        return _rows("SQLite", _rounds(Path(folder), f"sqlite:///{folder}/store.db"))


def postgres() -> Rows:
    """Kill rounds on Postgres, which keeps its own promises with fsync."""
    server = PostgresServer(durable=True)
    try:
        with tempfile.TemporaryDirectory(prefix="durable-") as folder:
            return _rows("Postgres", _rounds(Path(folder), server.database()))
    finally:
        server.remove()


def _rounds(folder: Path, database: str) -> list[Outcome]:
    hashed, shipped = folder / "hashed", folder / "shipped"
    write_champions(hashed / "champions")
    _write_shipped(shipped / "champions")
    outcomes = []
    for workers in (1, 2):
        with _closing(ForkedServer(hashed, database=database, workers=workers)) as server:
            # Other agents each time: an article version is asked for once.
            outcomes.append(endure(server, database, FORKED, seed=workers, first=10 * workers))
    with _closing(BentoServer(shipped, database)) as whole:
        outcomes.append(endure(whole, database, WHOLE, longest_seconds=2.0, seed=3, first=30))
    return outcomes


@contextmanager
def _closing(server: Any) -> Iterator[Any]:
    try:
        yield server
    finally:
        server.close()


def _write_shipped(root: Path) -> None:
    tickets = small_tickets()
    model = IntentClassifier().fit(tickets["text"], tickets["intent"]).save(root / "intent" / "1")
    KnowledgeIndex().fit(small_knowledge()).save(root / "knowledge")
    entry = PointerEntry("1", "intent/1", read_artifact(model, kind="intent").digest)
    write_pointer(root, {"intent": entry}, night="bench")


def _rows(name: str, outcomes: list[Outcome]) -> Rows:
    accepted = sum(outcome.accepted for outcome in outcomes)
    rounds = sum(outcome.rounds for outcome in outcomes)
    lost = sum(len(outcome.lost) + len(outcome.refused) for outcome in outcomes)
    shared = {
        "data": "feedback and article edits of two agents, sample shop",
        "split": f"kill -9 at random moments: {2 * FORKED} of 1 and 2 uvicorn workers, "
        f"{WHOLE} of the whole BentoML service",
        "rounds": rounds,
        "found_stored_by_a_retry": sum(outcome.replayed for outcome in outcomes),
        "suggestions_gone_with_their_process": sum(outcome.forgotten for outcome in outcomes),
    }
    return [
        row(f"kill rounds survived, {name}", rounds, n=rounds, ask=">= 200", **shared),
        row(f"accepted and lost, {name}", lost, n=accepted, ask="0", **shared),
        row(f"stored twice by a retry, {name}", outcomes[-1].duplicated, n=accepted, ask="0",
            **shared),
    ]  # fmt: skip


BENCHMARKS: dict[str, Callable[[], Rows]] = {"sqlite": sqlite, "postgres": postgres}

if __name__ == "__main__":
    for benchmark in BENCHMARKS.values():
        Console().print(benchmark())
