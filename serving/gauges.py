"""How the service stands, as gauges of ``/metrics``: what an alarm is set on.

Each worker tells its own state, at a scrape and every few seconds by itself; over several the
worst counts, and memory and queues are summed.
"""

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from prometheus_client import Gauge

    from serving.engine import SupportEngine

_LOCK = Lock()
_NIGHT = "%Y-%m-%dT%H%M%SZ"
_OBSERVED_SECONDS = 15.0
_STATM = Path("/proc/self/statm")

Mode = Literal["livemin", "livemax", "livesum"]


class _Kind(NamedTuple):
    """What a gauge says, and how the workers' values become one."""

    says: str
    mode: Mode
    labels: tuple[str, ...] = ()


_KINDS = {
    "ready": _Kind("1 where a canary suggestion went through in every worker", "livemin"),
    "model_info": _Kind("1 for what is in force", "livemax", ("part", "version")),
    "night_age_seconds": _Kind("Seconds since the night whose models are in force", "livemax"),
    "problems": _Kind("Problems that /readyz names", "livemax"),
    "models_refused": _Kind("1 where new models were refused and the last ones stay", "livemax"),
    "parts_missing": _Kind("Parts that no suggestion has", "livemax"),
    "knowledge_damaged": _Kind("Clients whose knowledge cannot be read", "livemax"),
    "store_waiting": _Kind("Writes that are not on disk yet", "livesum"),
    "store_dropped": _Kind("Writes that were given up since the start", "livesum"),
    "store_failing": _Kind("1 where the store cannot write", "livemax"),
    "resident_memory_bytes": _Kind("Memory of the workers; shared pages count in each", "livesum"),
}


@cache
def _gauge(name: str) -> "Gauge":
    # Imported at first use, as in serving.metrics.
    from prometheus_client import Gauge

    kind = _KINDS[name]
    return Gauge(f"deskpilot_{name}", kind.says, kind.labels, multiprocess_mode=kind.mode)


class Gauges:
    """Tells the state of one engine.

    Parameters
    ----------
    engine : SupportEngine
    """

    def __init__(self, engine: "SupportEngine") -> None:
        self.engine = engine
        self._told: set[tuple[str, str]] = set()
        self._due = 0.0

    def tell_in_time(self) -> None:
        """Set the gauges where nobody did so lately."""
        if time.monotonic() >= self._due:
            self.tell()

    def tell(self) -> None:
        """Set the gauges."""
        values = self._values()
        with _LOCK:
            self._due = time.monotonic() + _OBSERVED_SECONDS
            for name, value in values.items():
                _gauge(name).set(value)
            versions = set(self.engine.snapshot.versions.items())
            for part, version in self._told | versions:
                # Several processes cannot take a label back: what is no more in force is 0.
                in_force = (part, version) in versions
                _gauge("model_info").labels(part, version.partition(":")[2]).set(in_force)
            self._told |= versions

    def _values(self) -> Mapping[str, float]:
        engine = self.engine
        status = engine.status()
        snapshot, index = engine.snapshot, engine.snapshot.index
        refused = any(problem.startswith("new models were refused") for problem in engine.problems)
        values = {
            "ready": status["ready"],
            "problems": len(status["problems"]),
            "models_refused": refused,
            "parts_missing": len(snapshot.missing),
            "knowledge_damaged": 0 if index is None else len(index.problems),
            "store_waiting": status["store"]["waiting"],
            "store_dropped": status["store"]["dropped"],
            "store_failing": engine.store.writer.failures > 0,
        }
        age, memory = _age(status["night"], engine.clock()), resident_memory()
        if age is not None:
            values["night_age_seconds"] = age
        if memory is not None:
            values["resident_memory_bytes"] = memory
        return {name: float(value) for name, value in values.items()}


def resident_memory() -> int | None:
    """Return the bytes of memory this process holds; None where the system does not say."""
    try:
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def forget_dead(folder: Path) -> None:
    """Take the gauges of workers that are gone out of what all workers say together."""
    for path in folder.glob("gauge_live*_*.db"):
        number = path.stem.rpartition("_")[2]
        if number.isdigit() and not _is_alive(int(number)):
            path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _age(night: str, now: datetime) -> float | None:
    try:
        began = datetime.strptime(night, _NIGHT).replace(tzinfo=UTC)
    except ValueError:
        return None  # before the first night
    return (now - began).total_seconds()
