"""One answer in the making: parts that fail are left out and named, never raised."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from serving.failures import PART_FAILURES

logger = logging.getLogger(__name__)

T = TypeVar("T")
_OUT_OF_TIME = "left out: max_ms would have passed"


class Costs:
    """How long each part took lately, to tell whether it still fits into a budget.

    The memory is an exponential average with weight 0.2 for the newest call.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def expected(self, part: str) -> float:
        """Return the expected seconds of a part; 0 before its first call."""
        return self._seconds.get(part, 0.0)

    def learn(self, part: str, seconds: float) -> None:
        """Take one measured call into account."""
        before = self._seconds.get(part, seconds)
        self._seconds[part] = 0.8 * before + 0.2 * seconds


class Run:
    """Calls the parts of one answer, within its time, and keeps account.

    Parameters
    ----------
    request_id : str
        For the log.
    costs : Costs
    max_ms : float, optional
        Parts that are not expected to end in time are left out.
    """

    def __init__(self, request_id: str, costs: Costs, max_ms: float | None = None) -> None:
        self.request_id = request_id
        self.costs = costs
        self.started = time.perf_counter()
        self.deadline = None if max_ms is None else self.started + max_ms / 1000
        self.degraded: list[str] = []
        self.reasons: dict[str, str] = {}
        self.timing: dict[str, float] = {}

    def part(self, name: str, call: Callable[[], T]) -> T | None:
        """Call one part; None where it failed or did not fit into the time."""
        began = time.perf_counter()
        if self.deadline is not None and began + self.costs.expected(name) > self.deadline:
            self.degrade(name, _OUT_OF_TIME)
            return None
        try:
            found = call()
        except PART_FAILURES as error:
            # The message of an error may quote the ticket: only its type and place are logged.
            logger.error("%s %s failed: %s", self.request_id, name, place(error))
            self.degrade(name, f"failed: {type(error).__name__}")
            return None
        seconds = time.perf_counter() - began
        self.costs.learn(name, seconds)
        self.timing[name] = round(seconds * 1000, 2)
        return found

    def degrade(self, name: str, reason: str) -> None:
        """Name a part that the answer goes without."""
        if name not in self.degraded:
            self.degraded.append(name)
        self.reasons[name] = reason

    def out_of_time(self, name: str) -> bool:
        """Say whether a part was left out because of ``max_ms``."""
        return self.reasons.get(name) == _OUT_OF_TIME

    def timing_ms(self) -> dict[str, float]:
        """Return milliseconds per part and in total."""
        total = round((time.perf_counter() - self.started) * 1000, 2)
        return {"total": total, **self.timing}


def place(error: BaseException) -> str:
    """Name an error and the line that raised it, without its message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"
