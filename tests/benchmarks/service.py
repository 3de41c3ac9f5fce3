"""The service as a helpdesk meets it: latency, throughput, cold start, CPU time and memory.

Starts a real server on loopback with an intent model of the bank's queries and one client whose
knowledge is all public help content together, filled up with what agents said in task chats to
more than 10,000 passages; posts distinct tickets and stops it. Wall times on a shared machine are
noisy: CPU time per request, of the server and of the one process that sends the load from the
same cores, stands beside them, and so does the encoder's own cost in the same run.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

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
SECONDS, CONNECTIONS, WORKERS = 60, 8, 2
WARM, CHATS = 400, 2700


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
    return pd.concat([bank(), manual(), pages, chats()]).assign(client_id=CLIENT)


def chats() -> pd.DataFrame:
    """What agents said in task chats, an article for each chat: no help content, but real text."""
    events = table("star_events_train")
    said = events["action"].isin(["utter", "pick_suggestion"]) & (events["agent"] == "Wizard")
    joined = events[said].dropna(subset=["text"]).groupby("dialogue_id")["text"].agg(" ".join)
    tasks = table("star_dialogues_train").set_index("dialogue_id")["tasks"]
    first = joined[joined.index.isin(tasks.index)].head(CHATS)
    frame = pd.DataFrame(
        {
            "article_id": [f"chat-{name}" for name in first.index],
            "title": [" ".join(tasks[name]).replace("_", " ") for name in first.index],
            "text": first.to_numpy(),
            "language": "en",
        }
    )
    return articles_from_frame(frame, CLIENT, defaults=STAMP)[0]


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

    def __init__(self, workers: int = WORKERS) -> None:
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

    def first_answer(self) -> float:
        """Seconds from the start of the process to the first suggestion."""
        first = requests(tickets(1))
        while time.perf_counter() - self.started < 120:
            try:
                if not post(self.port, first, 1, 30).errors:
                    return time.perf_counter() - self.started
            except (OSError, asyncio.IncompleteReadError):
                pass
            time.sleep(0.05)
        raise SystemExit("the server gave no suggestion within 120 s")

    def processes(self) -> list[psutil.Process]:
        """The server and its workers."""
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """CPU time of all processes so far."""
        return sum(sum(p.cpu_times()[:2]) for p in self.processes())

    def memory(self) -> tuple[float, float, float]:
        """Megabytes of the largest process, resident and its share, and the shares of all."""
        found = [p.memory_full_info() for p in self.processes()]
        largest = max(found, key=lambda m: m.rss)
        shares = sum(m.pss for m in found)
        return largest.rss / 2**20, largest.pss / 2**20, shares / 2**20


class Load(NamedTuple):
    """What came of sending requests: milliseconds of each, errors, seconds, own CPU seconds."""

    times: np.ndarray[Any, np.dtype[np.float64]]
    errors: int
    seconds: float
    cpu_seconds: float


def requests(bodies: Sequence[dict[str, Any]]) -> list[bytes]:
    """Requests as they go over the wire, made before the clock starts."""
    made = []
    for body in bodies:
        data = json.dumps(body).encode()
        head = (
            "POST /v1/suggest HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {KEY}",
            "Content-Type: application/json",
            f"Content-Length: {len(data)}",
        )
        made.append("\r\n".join([*head, "", ""]).encode() + data)
    return made


def post(port: int, made: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Send requests over some connections, one after the other on each, until a time."""
    times: list[float] = []
    wrong: list[int] = []
    began, cpu = time.perf_counter(), time.process_time()

    async def one(part: Sequence[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in part:
            started = time.perf_counter()
            if started - began >= seconds:
                break
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            times.append(1000 * (time.perf_counter() - started))
            if head.split(maxsplit=2)[1] != b"200":
                wrong.append(1)
            if b"\r\nconnection: close" in head:
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    async def all_of_them() -> None:
        await asyncio.gather(*(one(made[i::connections]) for i in range(connections)))

    asyncio.run(all_of_them())
    spent = time.process_time() - cpu
    return Load(np.array(times), len(wrong), time.perf_counter() - began, spent)


def encoder_ms(count: int = 200) -> float:
    """Median milliseconds of the encoder alone on the same texts, one at a time."""
    encoder, spent = default_encoder(), []
    for body in tickets(count):
        started = time.perf_counter()
        encoder.encode([body["ticket"]["messages"][0]["text"]])
        spent.append(1000 * (time.perf_counter() - started))
    return float(np.median(spent))


def suggest() -> Rows:
    """Latency at one connection, throughput at eight, cold start, CPU time and memory."""
    home = state()
    passages = len(KnowledgeIndex.load(home / "champions" / "knowledge").passages(CLIENT))
    made = requests(tickets(40_000))
    alone = encoder_ms()
    with Server() as server:
        cold = server.first_answer()
        post(server.port, made[:WARM], CONNECTIONS, 120)
        single = post(server.port, made[WARM : 4 * WARM], 1, SECONDS)
        before = server.cpu_seconds()
        many = post(server.port, made[4 * WARM :], CONNECTIONS, SECONDS)
        spent = 1000 * (server.cpu_seconds() - before) / len(many.times)
        resident, share, together = server.memory()
    own = 1000 * many.cpu_seconds / len(many.times)
    shared = {
        "data": f"{passages} passages of tau2_banking_kb, prestashop_kb_en_fr, twitter_cdp_docs "
        f"and {CHATS} chats of star_events_train",
        "split": f"BANKING77 queries, {WORKERS} workers, {own:.2f} CPU ms a request for the "
        "client on the same machine",
        "encoder_ms": round(alone, 2),
    }
    p50, p99 = np.quantile(single.times, [0.5, 0.99])
    sent = len(single.times) + len(many.times)
    return [
        row("suggest p50 ms, 1 connection", p50, n=len(single.times), ask="<= 12", baseline=alone,
            baseline_name="encoder alone", **shared),
        row("suggest p99 ms, 1 connection", p99, n=len(single.times), **shared),
        row("suggest requests/s, 8 connections", len(many.times) / many.seconds,
            n=len(many.times), ask=">= 150", **shared),
        row("suggest p99 ms, 8 connections", np.quantile(many.times, 0.99), n=len(many.times),
            ask="<= 100", **shared),
        row("suggest CPU ms a request, 8 connections", spent, n=len(many.times), baseline=alone,
            baseline_name="encoder alone", **shared),
        row("suggest errors", single.errors + many.errors, n=sent, ask="0", **shared),
        row("cold start to the first suggestion, s", cold, n=1, ask="<= 8", **shared),
        row("worker memory, MB", resident, n=1, ask="<= 700", share_mb=round(share),
            all_processes_mb=round(together), **shared),
    ]  # fmt: skip


BENCHMARKS: dict[str, Callable[[], Rows]] = {"suggest": suggest}

if __name__ == "__main__":
    for found in suggest():
        Console().print(found)
