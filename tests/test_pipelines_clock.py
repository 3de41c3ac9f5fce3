"""What a step took: its own processor time, its workers', and the most memory of that step."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data.workers import Workers
from pipelines.clock import Spent, _resident_mb, clock, peak_mb


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


@pytest.mark.parametrize("reaped", [True, False])
def test_a_worker_that_is_gone_holds_nothing(reaped: bool) -> None:
    noted: list[Spent] = []
    with (
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as worker,
        clock(noted.append, lambda: (worker.pid,)),
    ):
        worker.kill()
        if reaped:
            worker.wait()
        else:  # it has ended, and its number is still known
            os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)
        assert _resident_mb(worker.pid) == (0.0, 0.0)
    assert noted[0].peak_mb == pytest.approx(peak_mb(os.getpid()), rel=0.1)


@pytest.mark.parametrize("told", ["", "5581-7ffe ---p 00000000 00:00 0 [rollup]\n"])
def test_a_worker_that_goes_while_it_is_read_holds_nothing(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    # The kernel gives no sizes once the memory is gone, and that moment cannot be called up.
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: told)
    assert _resident_mb(os.getpid()) == (0.0, 0.0)
