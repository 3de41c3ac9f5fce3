"""Whether the section that is quoted is the one that answers, where the article is known.

Run it: ``python tests/benchmarks/sections.py``. Questions to the sample shop in three languages,
each with the sections that answer it. The weights were chosen on every other question; figures
are of the rest.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from rich.console import Console
from rows import interval, row

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from section_cases import cases, shop

Rows = list[dict[str, Any]]


def sections() -> Rows:
    """Return the share of questions whose right section is quoted."""
    with TemporaryDirectory() as folder:
        told = [case for case in cases(shop(Path(folder))) if case.part == "report"]
    right = np.array([case.right for case in told])
    return [
        row(
            "right section of the article, sample shop",
            float(right.mean()),
            interval=interval(lambda at: float(right[at].mean()), len(right)),
            baseline=float(np.mean([case.first for case in told])),
            baseline_name="the opening of the article",
            n=len(right),
            data="tests/golden/sections.jsonl, hand-written",
            split="every other question",
        )
    ]


BENCHMARKS: dict[str, Callable[[], Rows]] = {"sections": sections}


if __name__ == "__main__":
    for benchmark in sys.argv[1:] or BENCHMARKS:
        for entry in BENCHMARKS[benchmark]():
            Console().print(entry)
