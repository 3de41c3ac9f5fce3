"""Where a suggestion's milliseconds go, step by step, in CPU time.

Run it: ``python tests/benchmarks/profiling.py [requests]``. The application is called in this
process over its ASGI door, with the tickets and the knowledge of ``service.py``; what the server
in front of it costs is measured there. Beside the steps stands what the encoder takes for one
short text in the same minute: on a busy machine both grow together.
"""

import asyncio
import json
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any

from rich.console import Console
from rich.table import Table
from service import CLIENT, KEY, state, tickets

import serving.app
import serving.engine
import serving.hiding
import serving.records
import serving.suggesting
import suggest.answers
from data.encoders import default_encoder
from serving.app import create_app
from serving.engine import SupportEngine
from serving.settings import Settings
from serving.snapshot import load_snapshot
from serving.store import Store

_WARM = 200


class Stopwatch:
    """CPU time of steps, each without the steps inside it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)
        self._inner = threading.local()

    def watch(self, owner: Any, name: str, step: str) -> None:
        """Count the calls of a function or method from now on."""
        call = getattr(owner, name)

        @wraps(call)
        def timed(*arguments: Any, **options: Any) -> Any:
            outer = getattr(self._inner, "spent", 0.0)
            self._inner.spent = 0.0
            began = time.thread_time()
            try:
                return call(*arguments, **options)
            finally:
                spent = time.thread_time() - began
                self.seconds[step] += spent - self._inner.spent
                self.calls[step] += 1
                self._inner.spent = outer + spent

        setattr(owner, name, timed)

    def forget(self) -> None:
        """Begin again."""
        self.seconds.clear()
        self.calls.clear()


def watched(watch: Stopwatch, engine: SupportEngine) -> None:
    """Name the steps."""
    snapshot = engine.snapshot
    drafter: Any = snapshot.drafter
    index: Any = snapshot.index
    for owner, name, step in (
        (index.encoder, "encode", "encode"),
        (snapshot.intent, "decisions", "triage"),
        (index, "find", "search"),
        (drafter, "read", "read the ticket"),
        (serving.suggesting, "triage", "language, entities"),
        (drafter, "draft", "draft"),
        (drafter.finder.reader, "articles", "read articles"),
        (suggest.answers, "ground", "grounding"),
        (engine, "suggest", "engine"),
        (engine, "_ticket", "ticket"),
        (engine, "_check_newest", "store: newest version"),
        (serving.hiding, "hide", "redaction"),
        (serving.records, "hide", "redaction"),
        (serving.engine, "suggestion_rows", "store: layout"),
        (engine.store.writer, "_write", "store: rows"),
        (serving.app, "to_json", "serialise"),
    ):
        watch.watch(owner, name, step)


def measured(count: int) -> tuple[dict[str, float], float, float]:
    """Milliseconds of each step for one request, of all together, and of the encoder alone."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.model_validate(
            {"state": folder, "keys": {CLIENT: KEY}, "rate_per_second": 1e6, "burst": 10**6}
        )
        engine = SupportEngine(store=Store(settings.database), settings=settings)
        engine.use(load_snapshot(state() / "champions"))
        app = create_app(engine)
        watch = Stopwatch()
        watched(watch, engine)
        bodies = tickets(_WARM + count)
        asyncio.run(_posted(app, bodies[:_WARM]))
        engine.store.flush()
        watch.forget()
        began = time.process_time()
        asyncio.run(_posted(app, bodies[_WARM:]))
        engine.store.flush()
        total = time.process_time() - began
        engine.close()
    steps = {step: 1000 * spent / count for step, spent in watch.seconds.items()}
    steps["web layer, threads"] = 1000 * total / count - sum(steps.values())
    return steps, 1000 * total / count, _encoder_ms()


async def _posted(app: Callable[..., Any], bodies: list[dict[str, Any]]) -> None:
    for body in bodies:
        data = json.dumps(body).encode()
        headers = [
            (b"authorization", f"Bearer {KEY}".encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(data)).encode()),
        ]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/v1/suggest",
            "raw_path": b"/v1/suggest",
            "query_string": b"",
            "root_path": "",
            "headers": headers,
        }
        sent: list[Any] = []

        async def receive(data: bytes = data) -> dict[str, Any]:
            return {"type": "http.request", "body": data, "more_body": False}

        async def send(message: Any, sent: list[Any] = sent) -> None:
            sent.append(message)

        await app(scope, receive, send)
        if sent[0]["status"] != 200:
            raise SystemExit(f"the service answered {sent[0]['status']}")


def _encoder_ms(count: int = 100) -> float:
    encoder = default_encoder()
    texts = [f"Where is my card? I ordered it {n} days ago." for n in range(count)]
    began = time.process_time()
    for text in texts:
        encoder.encode([text])
    return 1000 * (time.process_time() - began) / count


def main(count: int) -> None:
    """Measure and print."""
    steps, total, alone = measured(count)
    table = Table("step", "CPU ms", "share", "in encodings", title=f"{count} suggestions")
    for step, ms in sorted(steps.items(), key=lambda item: -item[1]):
        table.add_row(step, f"{ms:.2f}", f"{ms / total:.0%}", f"{ms / alone:.2f}")
    table.add_row("all", f"{total:.2f}", "100%", f"{total / alone:.2f}", style="bold")
    table.add_row("one short text encoded", f"{alone:.2f}", "", "1.00")
    Console().print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
