"""Measure what is asked for and write it to ``benchmarks.json``; then render the README's table.

``python tests/benchmarks/run.py`` runs everything; names such as ``intents.xsid`` or ``service``
run a part and leave the other figures as they stand, each with its own date.
"""

import importlib
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from readme import BENCHMARKS_FILE, render
from rich.console import Console

from data.artifact import atomic_write, library_versions

MODULES: tuple[str, ...] = (
    "encoding", "intents", "refreshing", "adaptation", "redaction", "retrieval", "sections",
    "grounding", "acceptance", "service", "durability", "scale", "staffing", "pooling", "roster",
    "claims", "forecasts", "impact", "plan", "ablation",
)  # fmt: skip


def main(wanted: list[str]) -> None:
    """Run the named benchmarks, all when none is named."""
    console = Console()
    stamp = {"date": datetime.now(UTC).date().isoformat(), "commit": _commit()}
    for module in MODULES:
        if wanted and module not in {name.partition(".")[0] for name in wanted}:
            continue
        for name, run in importlib.import_module(module).BENCHMARKS.items():
            label = f"{module}.{name}"
            if wanted and not {module, label} & set(wanted):
                continue
            started, cpu = time.time(), time.process_time()
            with console.status(label):
                rows = run()
            cost = f"{time.time() - started:.0f} s, {time.process_time() - cpu:.0f} CPU s"
            console.print(f"[bold]{label}[/] {cost}")
            # Read again: another run may have written meanwhile.
            kept = {row["figure"]: row for row in _read()}
            for row in rows:
                kept[row["figure"]] = {"benchmark": label, **row, **stamp}
                _show(console, row)
            _write(list(kept.values()))
            render()


def _show(console: Console, row: dict[str, Any]) -> None:
    parts = [f"  {row['figure']}: {row['value']}"]
    if row["interval"]:
        parts.append(f"[{row['interval'][0]}, {row['interval'][1]}]")
    if row["baseline"] is not None:
        parts.append(f"baseline {row['baseline']} ({row['baseline_name']})")
    if row["ask"]:
        parts.append(f"ask {row['ask']}")
    console.print(" ".join(parts), markup=False, highlight=False)


def _read() -> list[dict[str, Any]]:
    if not BENCHMARKS_FILE.exists():
        return []
    rows: list[dict[str, Any]] = json.loads(BENCHMARKS_FILE.read_text())["rows"]
    return rows


def _write(rows: list[dict[str, Any]]) -> None:
    body = {
        "machine": {
            "cores": os.cpu_count(),
            "processor": platform.machine(),
            "system": platform.system(),
        },
        "versions": library_versions(),
        "rows": rows,
    }
    atomic_write(BENCHMARKS_FILE, json.dumps(body, indent=1, ensure_ascii=False) + "\n")


def _commit() -> str:
    head = Path(__file__).resolve().parents[2] / ".git" / "HEAD"
    if not head.exists():
        return ""
    text = head.read_text().strip()
    reference = head.parent / text.removeprefix("ref: ")
    return (reference.read_text().strip() if reference.exists() else text)[:12]


if __name__ == "__main__":
    main(sys.argv[1:])
