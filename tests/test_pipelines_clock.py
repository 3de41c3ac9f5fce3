"""What a step took: its own processor time, its workers', and the most memory of that step."""

import os
from pathlib import Path

import numpy as np
import pytest

from data.workers import Workers
from pipelines.clock import Spent, clock, peak_mb


def spin(n: int) -> float:
    return float(sum(i * i for i in range(n)))


def test_processor_time_counts_the_workers() -> None:
    noted: list[Spent] = []
    with Workers(2) as workers, clock(noted.append, lambda: workers.pids):
        list(workers.map(spin, [2_000_000] * 4))
    (spent,) = noted
    assert spent.cpu_seconds > 0.1
    assert spent.seconds > 0


def test_the_most_memory_is_that_of_the_step() -> None:
    noted: list[Spent] = []
    with clock(noted.append):
        held = np.ones(25_000_000)
    del held
    with clock(noted.append):
        spin(10)
    large, small = noted
    assert large.peak_mb > small.peak_mb + 100


def test_a_block_that_fails_notes_nothing() -> None:
    noted: list[Spent] = []
    with pytest.raises(ZeroDivisionError), clock(noted.append):
        _ = 1 / 0
    assert noted == []


def hold(megabytes: int) -> float:
    return float(np.ones(megabytes * 131_072).sum())


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no /proc/…/smaps_rollup")
def test_what_workers_share_with_their_parent_counts_once() -> None:
    noted: list[Spent] = []
    held = np.ones(50 * 1_048_576)  # 400 MB, which a forked worker sees too
    with Workers(2) as workers:
        list(workers.map(spin, [10] * 4))
        with clock(noted.append, lambda: workers.pids):
            list(workers.map(spin, [10] * 4))
        with clock(noted.append, lambda: workers.pids):
            list(workers.map(hold, [200] * 4))
        alone = peak_mb(os.getpid())
        # Let go here, but not by the workers.
        size = held.nbytes / 2**20
        del held
        with clock(noted.append, lambda: workers.pids):
            list(workers.map(spin, [10] * 4))
    small, large, kept = noted
    assert size < small.peak_mb < alone + 150
    assert large.peak_mb > small.peak_mb + 150
    assert size < kept.peak_mb < small.peak_mb + 350
