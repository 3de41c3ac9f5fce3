"""Render the README's score table from ``benchmarks.json``; ``--check`` only compares."""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS_FILE = ROOT / "benchmarks.json"
README = ROOT / "README.md"
BEGIN, END = "<!-- scores: make readme -->", "<!-- /scores -->"


def table(rows: list[dict[str, Any]]) -> str:
    """Markdown table of the figures that have an aim; the file has all."""
    lines = [
        "| figure | score | baseline | aim | n | date |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    shown = [row for row in rows if row["ask"]]
    lines += [_line(row) for row in sorted(shown, key=lambda r: (r["benchmark"], r["figure"]))]
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    score = f"{row['value']:.4g}"
    if row["interval"]:
        score += f" ({row['interval'][0]:.4g}–{row['interval'][1]:.4g})"
    floor = ""
    if row["baseline"] is not None:
        floor = f"{row['baseline']:.4g} {row['baseline_name']}".strip()
    ask = row["ask"].replace(">=", "≥").replace("<=", "≤")
    return f"| {row['figure']} | {score} | {floor} | {ask} | {row['n']} | {row['date']} |"


def rendered(text: str, rows: list[dict[str, Any]]) -> str:
    """Put the table between the marks of ``text``."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    if not rest:
        raise SystemExit(f"README.md must hold the marks {BEGIN} and {END}.")
    return f"{head}{BEGIN}\n{table(rows)}\n{END}{tail}"


def render() -> bool:
    """Write the README; returns whether it changed."""
    text = README.read_text(encoding="utf-8")
    new = rendered(text, json.loads(BENCHMARKS_FILE.read_text(encoding="utf-8"))["rows"])
    if new != text:
        README.write_text(new, encoding="utf-8")
    return new != text


if __name__ == "__main__":
    if "--check" in sys.argv:
        rows = json.loads(BENCHMARKS_FILE.read_text(encoding="utf-8"))["rows"]
        text = README.read_text(encoding="utf-8")
        sys.exit(
            "README.md and benchmarks.json differ: run make readme"
            if rendered(text, rows) != text
            else 0
        )
    print("README.md rewritten" if render() else "README.md is up to date")
