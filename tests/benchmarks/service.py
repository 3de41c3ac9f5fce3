"""The service as a helpdesk meets it: latency, throughput, cold start and memory.

Starts a real server on loopback with an intent model of the bank's queries and one client whose
knowledge is all public help content together (about 9,000 passages), posts distinct tickets
and stops it. Times on a shared machine are noisy: the encoder's own cost is measured in the
same run and stands beside them.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import psutil
from grounding import STAMP, bank, manual
from rich.console import Console
from rows import row, table

from data.artifact import read_artifact
from data.champions import PointerEntry, write_pointer
from data.encoders import default_encoder
from data.knowledge import articles_from_frame
from suggest import KnowledgeIndex
from triage import IntentClassifier

Rows = list[dict[str, Any]]
CLIENT, KEY = "bench", "bench-key-0123456789abcdef"
SECONDS, CONNECTIONS = 20, 8


@cache
def state() -> Path:
    """A folder with champions, built once."""
    home = Path(tempfile.mkdtemp(prefix="deskpilot-bench-"))
    queries = table("banking77_train").groupby("intent").head(30)
    model = IntentClassifier(epochs=20, folds=2).fit(queries["text"], queries["intent"])
    folder = model.save(home / "champions" / "intent" / "1")
    index = KnowledgeIndex().fit(knowledge())
    index.save(home / "champions" / "knowledge")
    digest = read_artifact(folder, kind="intent").digest
    entry = PointerEntry(version="1", folder="intent/1", digest=digest)
    write_pointer(home / "champions", {"intent": entry}, night="bench")
    return home


def knowledge() -> pd.DataFrame:
    """All public help content as the knowledge of one client."""
    documents = table("twitter_cdp_docs").dropna(subset=["slug_title"])
    slugs = pd.DataFrame(
        {
            "article_id": "page-" + documents["doc_id"],
            "title": documents["slug_title"],
            "text": documents["slug_title"],
            "language": "en",
        }
    )
    pages = articles_from_frame(slugs, CLIENT, defaults=STAMP)[0]
    return pd.concat([bank(), manual(), pages]).assign(client_id=CLIENT)


def tickets(count: int) -> list[dict[str, Any]]:
    """Distinct tickets from the bank's queries, one to three joined."""
    texts = table("banking77_train").groupby("intent").tail(40)["text"].to_numpy()
    rng = np.random.default_rng(0)
    return [
        {
            "client": CLIENT,
            "ticket": {
                "id": f"t{number}",
                "created_at": "2026-03-02T18:41:00Z",
                "channel": "email",
                "customer": {"timezone": "Europe/Paris"},
                "messages": [{"author": "customer", "text": " ".join(rng.choice(texts, size))}],
            },
        }
        for number, size in enumerate(rng.integers(1, 4, count))
    ]


class Server:
    """A real server process; use as a context."""

    def __init__(self, workers: int = 1) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.workers = workers

    def __enter__(self) -> "Server":
        self.started = time.perf_counter()
        settings = {
            "DESKPILOT_STATE": str(state()),
            "DESKPILOT_KEYS": f"{CLIENT}:{KEY}",
            "DESKPILOT_RATE_PER_SECOND": "100000",
            "DESKPILOT_BURST": "100000",
        }
        command = [sys.executable, "-m", "serving", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--workers", str(self.workers)],
            env=os.environ | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=30)

    def client(self) -> httpx.Client:
        """One connection with the client's key."""
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {KEY}"},
            timeout=30,
        )

    def first_answer(self) -> float:
        """Seconds from the start of the process to the first suggestion."""
        with self.client() as client:
            while time.perf_counter() - self.started < 120:
                try:
                    if client.post("/v1/suggest", json=tickets(1)[0]).status_code == 200:
                        return time.perf_counter() - self.started
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        raise SystemExit("the server gave no suggestion within 120 s")

    def memory(self) -> float:
        """Resident megabytes of the largest process."""
        root = psutil.Process(self.process.pid)
        return max(p.memory_info().rss for p in [root, *root.children(recursive=True)]) / 2**20


def post(server: Server, bodies: list[dict[str, Any]], until: float) -> tuple[list[float], int]:
    """Post bodies over one connection until a time; milliseconds of each and the errors."""
    times, errors = [], 0
    with server.client() as client:
        for body in bodies:
            if time.perf_counter() >= until:
                break
            started = time.perf_counter()
            reply = client.post("/v1/suggest", json=body)
            times.append(1000 * (time.perf_counter() - started))
            errors += reply.status_code != 200
    return times, errors


def encoder_ms(count: int = 200) -> float:
    """Median milliseconds of the encoder alone on the same texts, one at a time."""
    encoder, spent = default_encoder(), []
    for body in tickets(count):
        started = time.perf_counter()
        encoder.encode([body["ticket"]["messages"][0]["text"]])
        spent.append(1000 * (time.perf_counter() - started))
    return float(np.median(spent))


def suggest() -> Rows:
    """Latency at one connection, throughput at eight, cold start and memory."""
    home = state()
    passages = len(KnowledgeIndex.load(home / "champions" / "knowledge").passages(CLIENT))
    bodies = tickets(40_000)
    alone = encoder_ms()
    with Server() as server:
        cold = server.first_answer()
        post(server, bodies[:100], time.perf_counter() + 60)
        single, single_errors = post(server, bodies[100:1600], time.perf_counter() + SECONDS)
        until = time.perf_counter() + SECONDS
        parts = [bodies[1600 + i :: CONNECTIONS] for i in range(CONNECTIONS)]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            done = list(pool.map(lambda part: post(server, part, until), parts))
        memory = server.memory()
    many = np.concatenate([times for times, _ in done])
    errors = single_errors + sum(wrong for _, wrong in done)
    shared = {
        "data": f"{passages} passages of tau2_banking_kb, prestashop_kb_en_fr, twitter_cdp_docs",
        "split": "BANKING77 queries, 1 worker, client on the same machine",
        "encoder_ms": round(alone, 2),
    }
    p50, p99 = np.quantile(single, [0.5, 0.99])
    return [
        row("suggest p50 ms, 1 connection", p50, n=len(single), ask="<= 12", baseline=alone,
            baseline_name="encoder alone", **shared),
        row("suggest p99 ms, 1 connection", p99, n=len(single), **shared),
        row("suggest requests/s, 8 connections", len(many) / SECONDS, n=len(many), ask=">= 150",
            **shared),
        row("suggest p99 ms, 8 connections", np.quantile(many, 0.99), n=len(many), ask="<= 100",
            **shared),
        row("suggest errors", errors, n=len(single) + len(many), ask="0", **shared),
        row("cold start to the first suggestion, s", cold, n=1, ask="<= 8", **shared),
        row("worker memory, MB", memory, n=1, ask="<= 700", **shared),
    ]  # fmt: skip


BENCHMARKS: dict[str, Callable[[], Rows]] = {"suggest": suggest}

if __name__ == "__main__":
    for found in suggest():
        Console().print(found)
