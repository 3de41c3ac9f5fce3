"""Work shared by processes: in order, with its errors, and ended whatever ends the parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.errors import ParameterError
from data.workers import Workers

# Says who works for it, and then does nothing more.
PARENT = """
import time
from data.workers import Workers
workers = Workers(2)
list(workers.map(abs, [1, 2, 3]))
print(*workers.pids, flush=True)
time.sleep(600)
"""


def test_workers_answer_in_order_and_name_a_wrong_count() -> None:
    with Workers(2) as workers:
        assert list(workers.map(abs, range(0, -30, -1))) == list(range(30))
        with pytest.raises(ValueError, match="invalid literal"):
            list(workers.map(int, ["x"]))
    assert workers.pids == ()
    with pytest.raises(ParameterError, match="'count' parameter of Workers"):
        Workers(0)


def test_a_killed_parent_leaves_no_workers() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        pids = [int(pid) for pid in one.stdout.readline().split()]
        assert len(pids) == 2
        one.send_signal(signal.SIGKILL)
    for _ in range(600):
        if not any(alive(pid) for pid in pids):
            break
        time.sleep(0.1)
    assert not any(alive(pid) for pid in pids)


def alive(pid: int) -> bool:
    """Say whether a process runs; one that ended and was not waited for does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_one_worker_needs_no_process() -> None:
    workers = Workers()
    assert list(workers.map(lambda n: n + os.getpid(), [1])) == [1 + os.getpid()]
    assert workers.pids == ()
