"""The real web application in real processes that start in a moment.

Run as a program it loads the libraries once, then forks a set of uvicorn workers each time it
is told to, over one listening socket: between two kills only the models are read again.
"""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from serving_desk import KEYS, drafter_over, intent_model, knowledge

from data.champions import PointerEntry, write_pointer
from data.encoders import HashingEncoder
from serving.app import create_app
from serving.engine import SupportEngine
from serving.reload import Reloader
from serving.settings import Settings
from serving.snapshot import Snapshot, load_snapshot
from serving.store import Store

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120
DEFAULTS = {"keys": KEYS, "refresh_seconds": 0.2, "rate_per_second": 1e6, "burst": 10**6}


def write_champions(
    root: Path, *, version: str = "1", model: Any = None, index: Any = None
) -> None:
    """Write models of hashed words as a night does, and point to them."""
    folder = (model or intent_model()).save(root / "intent" / version)
    (index or knowledge()).save(root / "knowledge")
    digest = hashlib.sha256((folder / "model.json").read_bytes()).hexdigest()
    entry = PointerEntry(version, f"intent/{version}", digest)
    write_pointer(root, {"intent": entry}, night=f"night-{version}")


def load(root: Path, damaged: list[str] | None = None) -> Snapshot:
    """Read a snapshot with the encoder of the tests."""
    found = load_snapshot(root, encoder=HashingEncoder(), damaged=damaged)
    return replace(found, drafter=None if found.index is None else drafter_over(found.index))


def is_ready(base: str) -> bool:
    """Tell whether a service answers and says that it is ready."""
    try:
        return httpx.get(f"{base}/readyz", timeout=30).status_code == 200
    except httpx.TransportError:
        return False


class ForkedServer:
    """Workers of uvicorn that start in a moment and are killed with SIGKILL.

    Parameters
    ----------
    state : Path
        Holds ``champions``.
    **settings
        Of the service, beside that; `use` changes them for the next start.
    """

    def __init__(self, state: Path, **settings: Any) -> None:
        self.settings: dict[str, Any] = {"state": str(state), **settings}
        self.pids: list[int] = []
        environ = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(Path(__file__)), str(state)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**environ, "PYTHONPATH": paths},
        )
        self.base = f"http://127.0.0.1:{self._told()}"

    def use(self, **settings: Any) -> None:
        """Change settings of the service before the next start."""
        self.settings |= settings

    def start(self) -> None:
        """Fork the workers; returns once one of them answers."""
        self.pids = [int(pid) for pid in self._tell(json.dumps(self.settings)).split()]
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if is_ready(self.base):
                return
            time.sleep(0.02)
        raise TimeoutError("the workers did not come up")

    def kill(self) -> None:
        """Kill every worker at once."""
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        self.pids = []
        self._tell("reap")

    def close(self) -> None:
        """End the program and its workers."""
        self.kill()
        self.process.stdin and self.process.stdin.close()
        self.process.wait(timeout=PATIENCE)
        self.process.stdout and self.process.stdout.close()

    def _tell(self, word: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return self._told()

    def _told(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the server's program ended")
        return line.strip()


def opened(settings: Settings) -> SupportEngine:
    """Open the store and the models in force."""
    engine = SupportEngine(store=Store(settings.database), settings=settings)
    engine.reloader = Reloader(engine, settings.champions, settings.refresh_seconds, load=load)
    engine.reloader.start()
    return engine


def worker(settings: Settings, listening: socket.socket) -> None:
    """Serve until killed."""
    config = uvicorn.Config(create_app(opened(settings)), lifespan="off", log_level="error")
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    """Fork on command until the input ends."""
    # Once before the forks, so that each finds every library loaded.
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/warm.db"
        warm = opened(Settings(state=Path(sys.argv[1]), database=database))
        warm.ready()
        warm.close()
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listening.getsockname()[1], flush=True)
    pids: list[int] = []
    for line in sys.stdin:
        if line.strip() == "reap":
            for pid in pids:
                os.waitpid(pid, 0)
            pids = []
            print("reaped", flush=True)
            continue
        settings = Settings(**DEFAULTS | json.loads(line))
        pids = [forked(settings, listening) for _ in range(settings.workers)]
        print(*pids, flush=True)


def forked(settings: Settings, listening: socket.socket) -> int:
    """Start one worker; its process id."""
    pid = os.fork()
    if pid == 0:
        sys.stdin.close()
        worker(settings, listening)
        os._exit(1)
    return pid


if __name__ == "__main__":
    main()
