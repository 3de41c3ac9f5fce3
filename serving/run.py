"""One answer in the making: parts that fail are left out and named, never raised."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from serving.failures import PART_FAILURES

logger = logging.getLogger(__name__)

T = TypeVar("T")
_OUT_OF_TIME = "left out: max_ms would have passed"


_MEMORY = 5
_FIRST_TRIAL, _LAST_TRIAL = 8, 128


class _Lately(NamedTuple):
    """What is remembered of a part; replaced as a whole, so that threads need no lock."""

    seconds: tuple[float, ...] = ()
    skipped: int = 0
    patience: int = _FIRST_TRIAL
    on_trial: bool = False


class Costs:
    """How long each part took lately, to tell whether it still fits into a budget.

    The expected cost is the median of the last five calls: one stall changes nothing. Only a
    call can show that a part became faster, so one that was left out eight times in a row is
    tried again, and what it takes then replaces what was remembered. While it stays slow the
    trials become rarer, down to one in 129 requests.
    """

    def __init__(self) -> None:
        self._lately: dict[str, _Lately] = {}

    def expected(self, part: str) -> float:
        """Return the expected seconds of a part; 0 before its first call."""
        seconds = sorted(self._lately.get(part, _Lately()).seconds)
        return seconds[len(seconds) // 2] if seconds else 0.0

    def fits(self, part: str, left: float) -> bool:
        """Say whether to call a part with so many seconds left."""
        if self.expected(part) <= left:
            return True
        lately = self._lately.get(part, _Lately())
        if left <= 0:
            return False
        if lately.skipped < lately.patience:
            self._lately[part] = lately._replace(skipped=lately.skipped + 1)
            return False
        rarer = min(2 * lately.patience, _LAST_TRIAL)
        self._lately[part] = _Lately(lately.seconds, patience=rarer, on_trial=True)
        return True

    def learn(self, part: str, seconds: float) -> None:
        """Take one measured call into account."""
        lately = self._lately.get(part, _Lately())
        if lately.on_trial:
            self._lately[part] = _Lately((seconds,), patience=lately.patience)
        else:
            self._lately[part] = _Lately((*lately.seconds, seconds)[-_MEMORY:])


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
        if self.deadline is not None and not self.costs.fits(name, self.deadline - began):
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
