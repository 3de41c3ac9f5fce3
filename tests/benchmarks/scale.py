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
# What 1,000,000 tickets go through: from the files to the parts that are drawn from them.
INTAKE = """
import json, sys
from datetime import UTC, datetime
from pipelines.config import load_config
from pipelines.nightly import STEPS, run_night
names = ("load", "tickets", "labels", "split")
if __name__ == "__main__":
    steps = [s for s in STEPS if s.name in names]
    run = run_night(load_config("nightly.toml"), now=datetime.now(UTC), all_steps=steps)
    time = [{"step": n, **vars(s)} for n, s in run.spent.items()]
    reused = {"tickets": run.reused["tickets"], "of": run.reused["of tickets"]}
    print(json.dumps({"run": {"time": time, "reused": reused}}))
"""


def nights(tickets: int, passages: int) -> list[dict[str, Any]]:
    """Run a first night, then a second with 1 % more tickets."""
    with _folder(f"nights-{tickets}") as name:
        folder = Path(name)
        _prepare(folder, tickets, passages)
        first = _night(folder)
        more = round(NEW * tickets)
        _append(folder / "tickets.parquet", more, tickets)
        second = _night(folder)
        made = fingerprint(pd.read_parquet(folder / "tickets.parquet", columns=["text"])[:1000])
    return [
        _row(f"night of {tickets:,} tickets and {passages:,} passages, minutes", first, made),
        _memory(f"night of {tickets:,} tickets, most memory, MB", first, made),
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


def million() -> list[dict[str, Any]]:
    """Take in a million tickets: 100,000 real ones ten times, redacted in the night before."""
    with _folder("million") as name:
        folder = Path(name)
        _prepare(folder, 100_000, 40)
        _intake(folder)
        _repeat(folder / "tickets.parquet", 10)
        taken = _intake(folder)
    more = {"construction": "100,000 real tickets ten times; their redaction is reused"}
    return [
        _row("intake of 1,000,000 tickets, minutes", taken, "", **more),
        _memory("intake of 1,000,000 tickets, most memory, MB", taken, "", **more),
    ]


def _prepare(folder: Path, tickets: int, passages: int) -> None:
    write_tickets(folder / "tickets.parquet", tickets, seed=0)
    write_articles(folder / "articles.parquet", passages, seed=1)
    every = (folder / name for name in ("links.parquet", "tickets.parquet", "articles.parquet"))
    write_links(*every, seed=2)
    (folder / "nightly.toml").write_text(CONFIG)


def _night(folder: Path) -> dict[str, Any]:
    spent, out = _timed([sys.executable, "-m", "pipelines", "nightly"], folder)
    report = Path(out.strip().splitlines()[-1]).with_name("report.json")
    return spent | _told(json.loads(report.read_text()))


def _intake(folder: Path) -> dict[str, Any]:
    script = folder / "intake.py"
    script.write_text(INTAKE)
    spent, out = _timed([sys.executable, str(script)], folder)
    return spent | _told(json.loads(out.strip().splitlines()[-1]))


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


def _row(figure: str, spent: dict[str, Any], made: str, **more: Any) -> dict[str, Any]:
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
        **more,
    )


def _memory(figure: str, spent: dict[str, Any], made: str, **more: Any) -> dict[str, Any]:
    n = spent["reused"]["of"]
    return row(
        figure,
        spent["peak_mb"],
        data=MADE_OF,
        split=SPLIT,
        n=n,
        ask="≤ 4,096" if n >= 100_000 else "",
        fingerprint=made,
        **more,
    )


def _append(path: Path, more: int, start: int) -> None:
    later = path.with_name("later.parquet")
    write_tickets(later, more, seed=0, start=start)
    both = pa.concat_tables([pq.read_table(path), pq.read_table(later)])
    pq.write_table(both, path)
    later.unlink()


def _repeat(path: Path, times: int) -> None:
    """Write the tickets again and again under further numbers, each time a year later."""
    whole = pd.read_parquet(path)
    writer = pq.ParquetWriter(path, pa.Table.from_pandas(whole, preserve_index=False).schema)
    for turn in range(times):
        part = whole.assign(
            ticket_id=whole["ticket_id"] + f"-{turn}",
            customer_id=whole["customer_id"] + f"-{turn}",
            created_at=whole["created_at"] + pd.Timedelta(days=366 * turn),
        )
        writer.write_table(pa.Table.from_pandas(part, preserve_index=False))
    writer.close()


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
    "million": million,
}
