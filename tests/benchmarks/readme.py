"""Render the scores of README.md and BENCHMARKS.md from ``benchmarks.json``.

``--check`` only compares.
"""

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS_FILE = ROOT / "benchmarks.json"
README = ROOT / "README.md"
PAGE = ROOT / "BENCHMARKS.md"
PAGE_HEAD = """# What was measured

`make bench` measures under fixed protocols on public data, writes `benchmarks.json` and renders
this page. An interval is a 95 % bootstrap unless the file says otherwise; a figure that misses
its aim stays."""
# The README shows these; the page shows all.
HEADLINES = {
    "BANKING77 accuracy",
    "BANKING77 ECE",
    "BANKING77 coverage at 98 % precision",
    "BANKING77 [transformers] accuracy",
    "BANKING77 10 a class accuracy",
    "CLINC150 in-scope accuracy",
    "CLINC150 out-of-scope AUROC",
    "HWU64 accuracy",
    "NatCS mean accuracy",
    "xSID en→de accuracy",
    "tau2 recall@20",
    "twitter_cdp hit@5",
    "prestashop title fr → en, hit@5",
    "unsupported sentences, BANKING77 to τ² bank",
    "twitter_cdp p_accept ECE",
    "suggest p50 ms, 1 connection",
    "suggest requests/s, 8 connections",
    "suggest p99 ms, 8 connections",
    "worker memory, MB",
    "night of 100,000 tickets and 10,000 passages, minutes",
    "accepted and lost, SQLite",
    "accepted and lost, Postgres",
    "forecast bank30: wape against the best peer",
    "forecast bank30: pinball_share against the best peer",
    "forecast hourly: wape against the best peer",
    "forecast sparse: pinball_share against the best peer",
    "Pools of at most 10, utilisation",
    "Agents of at most 10 clients, pools in a chain, utilisation",
    "prestashop titles MRR@10 beside peers",
    "prestashop titles hit@5 beside peers",
    "twitter_cdp hit@5 beside peers",
    "roster 100c_120a objective",
    "roster 200c_1200a objective",
    "Volume to assigned shifts, minutes of wall clock on 2 cores",
}
BEGIN, END = "<!-- scores: make readme -->", "<!-- /scores -->"


def table(rows: Iterable[dict[str, Any]]) -> str:
    """Markdown table of figures, in the order of their benchmarks."""
    lines = [
        "| figure | score | baseline | aim | met | n | date |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_line(row) for row in sorted(rows, key=lambda r: (r["benchmark"], r["figure"]))]
    return "\n".join(lines)


def costs(rows: Iterable[dict[str, Any]]) -> str:
    """Markdown table of ideas: what each gives and what it costs, as they were measured."""
    lines = [
        "| idea | score | CPU s a fit | ms a ticket | n | date |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        spent = f"{row.get('fit_cpu_seconds', '')} | {row.get('ms_per_ticket', '')}"
        lines.append(f"| {row['figure']} | {_score(row)} | {spent} | {row['n']} | {row['date']} |")
    return "\n".join(lines)


def headlines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what a reader wants to know first, one or two figures of each model."""
    return [row for row in rows if row["figure"] in HEADLINES]


def all_figures(rows: list[dict[str, Any]]) -> str:
    """Return the page of all figures, a table for each file of measurements."""
    parts = [PAGE_HEAD]
    for name in sorted({row["benchmark"].partition(".")[0] for row in rows}):
        own = [row for row in rows if row["benchmark"].partition(".")[0] == name]
        parts.append(f"## {name}\n\n{(costs if name == 'ablation' else table)(own)}")
    return "\n\n".join(parts) + "\n"


def met(row: dict[str, Any]) -> str:
    """Whether a figure reaches its aim; empty where there is none, or none that can be read."""
    ask, value = row["ask"].replace(">=", "≥").replace("<=", "≤"), row["value"]
    numbers = [float(n.replace(",", "")) for n in re.findall(r"[0-9]*\.?[0-9][0-9,]*", ask)]
    if "of txtai" in ask:
        reached = value <= row["baseline"] / 4
    elif ask.startswith("above"):
        reached = value > row["baseline"]
    elif not numbers:
        return ""
    elif "–" in ask:
        reached = numbers[0] <= value <= numbers[1]
    elif ask.startswith("≤"):
        reached = value <= numbers[0]
    elif ask == "0":
        reached = value == 0
    else:
        reached = value >= numbers[0]
    return "✓" if reached else "✗"


def _score(row: dict[str, Any]) -> str:
    score = f"{row['value']:.4g}"
    if row["interval"]:
        score += f" ({row['interval'][0]:.4g}–{row['interval'][1]:.4g})"
    return score


def _line(row: dict[str, Any]) -> str:
    floor = ""
    if row["baseline"] is not None:
        floor = f"{row['baseline']:.4g} {row['baseline_name']}".strip()
    ask = row["ask"].replace(">=", "≥").replace("<=", "≤")
    cells = (row["figure"], _score(row), floor, ask, met(row), row["n"], row["date"])
    return f"| {' | '.join(map(str, cells))} |"


def rendered(text: str, rows: list[dict[str, Any]]) -> str:
    """Put the table between the marks of ``text``."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    if not rest:
        raise SystemExit(f"README.md must hold the marks {BEGIN} and {END}.")
    return f"{head}{BEGIN}\n{table(headlines(rows))}\n{END}{tail}"


def pages() -> dict[Path, str]:
    """Return both pages as the measurements want them."""
    rows = json.loads(BENCHMARKS_FILE.read_text(encoding="utf-8"))["rows"]
    readme = rendered(README.read_text(encoding="utf-8"), rows)
    return {README: readme, PAGE: all_figures(rows)}


def stale() -> list[Path]:
    """Return the pages that do not say what was measured."""
    return [
        path
        for path, text in pages().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def render() -> bool:
    """Write the pages; returns whether one changed."""
    changed = stale()
    for path, text in pages().items():
        if path in changed:
            path.write_text(text, encoding="utf-8")
    return bool(changed)


if __name__ == "__main__":
    if "--check" in sys.argv:
        names = ", ".join(path.name for path in stale())
        sys.exit(f"{names} and benchmarks.json differ: run make readme" if names else 0)
    print("rewritten" if render() else "up to date")
