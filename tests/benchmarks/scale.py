"""Whole nights on many tickets: minutes, memory, and what the second night saves.

Each runs ``python -m pipelines nightly`` as a user would, in a folder of its own, and reads the
report's table of time. Tickets and passages are those of `scale_data`. Set ``SCALE_FOLDER`` to
keep the folders and look at the reports.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from rows import fingerprint, row
from scale_data import write_articles, write_links, write_tickets

ROOT = Path(__file__).resolve().parents[2]
NEW = 0.01
MADE_OF = "BANKING77, STAR, NatCS, Twitter CDP; τ² bank, PrestaShop"
SPLIT = "one process each night, 2 workers, one thread each"
CONFIG = """
workspace = "work"
articles = "articles.parquet"
[tickets]
path = "tickets.parquet"
links = "links.parquet"
"""


def nights(tickets: int, passages: int) -> list[dict[str, Any]]:
    """Run a first night, then a second with 1 % more tickets."""
    with _folder(f"nights-{tickets}") as name:
        folder = Path(name)
        _prepare(folder, tickets, passages)
        first = _night(folder)
        more = round(NEW * tickets)
        _append(folder / "tickets.parquet", more, tickets, _days(tickets))
        second = _night(folder)
        made = fingerprint(pd.read_parquet(folder / "tickets.parquet", columns=["text"])[:1000])
    return [
        _row(f"night of {tickets:,} tickets and {passages:,} passages, minutes", first, made),
        _memory(f"night of {tickets:,} tickets, most memory, MB", first, made),
        _memory(f"second night, 1 % new of {tickets:,}, most memory, MB", second, made),
        row(
            f"second night, 1 % new of {tickets:,}, processor time against the first",
            second["cpu"] / first["cpu"],
            data=MADE_OF,
            split=SPLIT,
            n=tickets + more,
            ask="≤ 0.20",
            wall_share=round(second["wall"] / first["wall"], 4),
            minutes=round(second["wall"] / 60, 2),
            steps=second["steps"],
            reused=second["reused"],
        ),
    ]


def later(tickets: int) -> list[dict[str, Any]]:
    """Run one more night with 1 % more tickets where ``SCALE_FOLDER`` kept those of `nights`."""
    if not os.environ.get("SCALE_FOLDER"):
        return []
    with _folder(f"nights-{tickets}") as name:
        path = Path(name) / "tickets.parquet"
        known = pq.read_metadata(path).num_rows
        _append(path, round(NEW * tickets), known, _days(tickets))
        spent = _night(Path(name))
        made = fingerprint(pd.read_parquet(path, columns=["text"])[:1000])
    return [_memory(f"later night, 1 % new of {tickets:,}, most memory, MB", spent, made)]


def _prepare(folder: Path, tickets: int, passages: int) -> None:
    write_tickets(folder / "tickets.parquet", tickets, seed=0, days=_days(tickets))
    write_articles(folder / "articles.parquet", passages, seed=1)
    every = (folder / name for name in ("links.parquet", "tickets.parquet", "articles.parquet"))
    write_links(*every, seed=2)
    (folder / "nightly.toml").write_text(CONFIG)


def _night(folder: Path) -> dict[str, Any]:
    spent, out = _timed([sys.executable, "-m", "pipelines", "nightly"], folder)
    report = Path(out.strip().splitlines()[-1]).with_name("report.json")
    return spent | _told(json.loads(report.read_text()))


def _timed(command: list[str], folder: Path) -> tuple[dict[str, Any], str]:
    """Run a command; its processor time is that of all its processes, which it waits for."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    before, started = _children(), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    wall = time.perf_counter() - started
    return {"wall": wall, "cpu": _children() - before}, done.stdout


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _told(report: dict[str, Any]) -> dict[str, Any]:
    times = report["run"]["time"]
    return {
        "peak_mb": max(t["peak_mb"] for t in times),
        "reused": report["run"]["reused"],
        "steps": {t["step"]: [round(t["seconds"], 1), round(t["cpu_seconds"], 1)] for t in times},
    }


def _row(figure: str, spent: dict[str, Any], made: str) -> dict[str, Any]:
    ask = "≤ 12" if "100,000" in figure else ""
    return row(
        figure,
        spent["wall"] / 60,
        data=MADE_OF,
        split=SPLIT,
        n=spent["reused"]["of"],
        ask=ask,
        cpu_minutes=round(spent["cpu"] / 60, 2),
        steps=spent["steps"],
        fingerprint=made,
    )


def _memory(figure: str, spent: dict[str, Any], made: str) -> dict[str, Any]:
    n = spent["reused"]["of"]
    return row(
        figure,
        spent["peak_mb"],
        data=MADE_OF,
        split=SPLIT,
        n=n,
        ask="≤ 4,096" if n >= 100_000 else "",
        fingerprint=made,
    )


def _days(tickets: int) -> float:
    """Days a hundred thousand tickets take, so that all are of one year at most."""
    return 365 * min(1.0, 100_000 / tickets)


def _append(path: Path, more: int, start: int, days: float) -> None:
    later = path.with_name("later.parquet")
    write_tickets(later, more, seed=0, start=start, days=days)
    both = pa.concat_tables([pq.read_table(path), pq.read_table(later)])
    pq.write_table(both, path)
    later.unlink()


def _folder(name: str) -> AbstractContextManager[str]:
    kept = os.environ.get("SCALE_FOLDER")
    if not kept:
        return tempfile.TemporaryDirectory()
    folder = Path(kept) / name
    folder.mkdir(parents=True, exist_ok=True)
    return nullcontext(str(folder))


BENCHMARKS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "ten_thousand": partial(nights, 10_000, 1_000),
    "hundred_thousand": partial(nights, 100_000, 10_000),
    "million": partial(nights, 1_000_000, 10_000),
    "million_later": partial(later, 1_000_000),
}
