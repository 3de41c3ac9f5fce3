"""Agents racing for shifts: 200 agents, 500 shifts, 8 processes, on SQLite and on Postgres.

Every process claims, releases and claims again for agents of its own in a random order. Judged
afterwards from the table alone: no seat sold twice, no agent in two places, and every answer that
said "claimed" and was not given back is there.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rows import row

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from postgres_server import PostgresServer

from forecasting.board import ShiftBoard

Rows = list[dict[str, Any]]
NOW = datetime(2026, 3, 2, tzinfo=UTC)
AGENTS, SHIFTS, PROCESSES, TRIES = 200, 500, 8, 30


def offered() -> pd.DataFrame:
    """Shifts of four hours over four weeks, one to three seats each."""
    rng = np.random.default_rng(0)
    starts = [NOW + timedelta(hours=int(h)) for h in rng.integers(48, 700, SHIFTS)]
    return pd.DataFrame(
        {
            "shift_id": [f"s{i}" for i in range(SHIFTS)],
            "pool_id": rng.choice(["p", "q"], SHIFTS),
            "starts_at": starts,
            "ends_at": [start + timedelta(hours=4) for start in starts],
            "seats": rng.integers(1, 4, SHIFTS),
        }
    )


def racer(url: str, number: int) -> dict[tuple[str, str], str]:
    """Claims of one process; the last answer of each shift and agent."""
    board, rng = ShiftBoard(url), np.random.default_rng(number)
    last: dict[tuple[str, str], str] = {}
    own = [f"a{i}" for i in range(number, AGENTS, PROCESSES)]
    for _ in range(TRIES):
        for agent in rng.permutation(own):
            shift = f"s{rng.integers(SHIFTS)}"
            last[shift, agent] = board.claim(shift, agent, now=NOW).state
            if rng.random() < 0.1:
                last[shift, agent] = board.release(shift, agent, now=NOW).state
    board.close()
    return last


def race(name: str, url: str) -> Rows:
    """Run the race and count what must not be."""
    board = ShiftBoard(url)
    pools = [["p", "q"] if i % 3 else ["p"] for i in range(AGENTS)]
    board.enrol(pd.DataFrame({"agent_id": [f"a{i}" for i in range(AGENTS)], "pools": pools}))
    board.publish(offered())
    started = time.perf_counter()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        told = list(pool.map(racer, [url] * PROCESSES, range(PROCESSES)))
    spent = time.perf_counter() - started
    said = {key: state for part in told for key, state in part.items()}
    claims, shifts = board.claims(), board.shifts()
    board.close()
    held = claims[claims["state"] == "claimed"].merge(shifts, on="shift_id")
    over = int((shifts["taken"] > shifts["seats"]).sum())
    there = set(zip(held["shift_id"], held["agent_id"], strict=True))
    lost = sum(state == "claimed" and key not in there for key, state in said.items())
    about = {"data": "generated board", "n": AGENTS * TRIES}
    split = f"{AGENTS} agents, {SHIFTS} shifts, {PROCESSES} processes"
    rate = round(AGENTS * TRIES / spent)
    return [
        row(f"claims on {name}: seats sold twice", over, ask="0", split=split, **about),
        row(f"claims on {name}: agents in two places", clashes(held), ask="0", split=split,
            **about),
        row(f"claims on {name}: lost", lost, ask="0", split=split, calls_a_second=rate, **about),
    ]  # fmt: skip


def clashes(held: pd.DataFrame) -> int:
    """Pairs of one agent's claimed shifts with less than 11 hours between."""
    count = 0
    for _, own in held.sort_values("starts_at").groupby("agent_id"):
        gaps = own["starts_at"].iloc[1:].to_numpy() - own["ends_at"].iloc[:-1].to_numpy()
        count += int((gaps < np.timedelta64(11, "h")).sum())
    return count


def sqlite() -> Rows:
    """The race on SQLite."""
    return race("SQLite", f"sqlite:///{tempfile.mkdtemp()}/board.db")


def postgres() -> Rows:
    """The race on Postgres."""
    server = PostgresServer(durable=True)
    try:
        return race("Postgres", server.database())
    finally:
        server.remove()


BENCHMARKS: dict[str, Callable[[], Rows]] = {"sqlite": sqlite, "postgres": postgres}

if __name__ == "__main__":
    for wanted in sys.argv[1:] or BENCHMARKS:
        for printed in BENCHMARKS[wanted]():
            Console().print(printed)
