"""Where a night's minutes go: seconds, processor seconds and the most memory of each step."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MB = 1024 * 1024
_HIGH_WATER = "VmHWM:"


@dataclass(frozen=True)
class Spent:
    """What a step took, with its workers.

    Parameters
    ----------
    seconds : float
        On the clock.
    cpu_seconds : float
        Of all cores.
    peak_mb : float
        Most resident memory at one time; of several processes the sum of each one's most, what
        they share counted once.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float


@contextmanager
def clock(
    note: Callable[[Spent], None], workers: Callable[[], tuple[int, ...]] = tuple
) -> Iterator[None]:
    """Measure a block.

    Parameters
    ----------
    note : callable
        Takes what was spent, where the block ends without an error.
    workers : callable
        Gives the process ids that work for this one.
    """
    _forget_peak(os.getpid())
    for pid in workers():
        _forget_peak(pid)
    started, cpu = time.perf_counter(), _cpu(workers())
    yield
    pids = workers()
    seconds = time.perf_counter() - started
    note(Spent(seconds, max(_cpu(pids) - cpu, 0.0), _peak_of_all(pids)))


def peak_mb(pid: int) -> float:
    """Most resident memory of a process since it was last forgotten, or since its start."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith(_HIGH_WATER):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    if pid != os.getpid():
        return 0.0
    # Without /proc: kilobytes on Linux, bytes elsewhere.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 if os.uname().sysname == "Linux" else most / _MB


def _peak_of_all(workers: tuple[int, ...]) -> float:
    """Add what each process holds beyond the first, at its most, to the first one's most.

    A forked worker begins with the memory of its parent, and keeps, together with the other
    workers, what the parent has let go since: proportional shares count each page once.
    """
    first = os.getpid()
    held = {pid: _resident_mb(pid) for pid in (first, *workers)}
    beyond = sum(share for _, share in held.values()) - held[first][0]
    grown = sum(max(peak_mb(pid) - held[pid][0], 0.0) for pid in workers)
    return peak_mb(first) + max(beyond, 0.0) + grown


def _resident_mb(pid: int) -> tuple[float, float]:
    """Return the resident memory of a process, and its share of it; zeros where not known."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0, 0.0
    sizes = {line.split()[0]: int(line.split()[1]) / 1024 for line in lines[1:]}
    return sizes.get("Rss:", 0.0), sizes.get("Pss:", 0.0)


def _forget_peak(pid: int) -> None:
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="utf-8")
    except OSError:
        return


def _cpu(pids: tuple[int, ...]) -> float:
    own = time.process_time()
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own + ended.ru_utime + ended.ru_stime + sum(_cpu_of(pid) for pid in pids)


def _cpu_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
