"""Redaction on the written sets: spans covered whole, kept things touched, and what it costs.

All sets but the last have shaped rules; the last shaped one, see ``test_data_redaction.py``.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rows import row

from data.redaction import redact

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

Rows = list[dict[str, Any]]
SETS = ("redaction", "redaction_heldout", "redaction_fresh", "redaction_third", "redaction_fourth")


def written_sets() -> Rows:
    """Recall, precision and touched of each set, and CPU milliseconds a message of all."""
    from test_data_redaction import rows, score

    made: Rows = []
    for name in SETS:
        found, shared = score(name), {"data": name, "split": "whole", "n": len(rows(name))}
        made += [
            row(f"{name} recall", found["recall"], ask=">= 0.98", **shared),
            row(f"{name} precision", found["precision"], ask=">= 0.95", **shared),
            row(f"{name} kept things touched", found["touched"], **shared),
        ]
    texts = [one["text"] for name in SETS for one in rows(name)]
    began = time.process_time()
    for text in texts:
        redact(text)
    spent = 1000 * (time.process_time() - began) / len(texts)
    return [
        *made,
        row("redaction CPU ms a message", spent, data="all sets", split="", n=len(texts)),
    ]


BENCHMARKS: dict[str, Callable[[], Rows]] = {"written_sets": written_sets}
