"""A few processes that share the work of a long job; results come back in order."""

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from threading import Thread
from types import TracebackType
from typing import Self, TypeVar

from data.errors import ParameterError

_WATCH_SECONDS = 1.0

Part = TypeVar("Part")
Result = TypeVar("Result")


class Workers:
    """Processes for work on many parts; with one worker all is done in this process.

    Parameters
    ----------
    count : int, default=1
        Processes. They start with the first work, and end with `close`.

    Examples
    --------
    >>> with Workers() as workers:
    ...     list(workers.map(len, ["a", "bc"]))
    [1, 2]
    """

    def __init__(self, count: int = 1) -> None:
        if count < 1:
            raise ParameterError(
                f"The 'count' parameter of Workers must be at least 1. Got {count} instead."
            )
        # Elsewhere a child begins with an import of the caller's script, which may not expect it.
        self.count = count if sys.platform == "linux" else 1
        self._pool: ProcessPoolExecutor | None = None

    def map(self, work: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
        """Apply a function of a module to parts, in order; few are in memory at a time."""
        if self.count == 1:
            yield from map(work, parts)
            return
        waiting: deque[Future[Result]] = deque()
        for part in parts:
            waiting.append(self._started().submit(work, part))
            if len(waiting) > 2 * self.count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of those that run."""
        processes = None if self._pool is None else self._pool._processes
        return tuple(processes or ())

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(
                self.count, mp_context=context, initializer=_end_with, initargs=(os.getpid(),)
            )
        return self._pool

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()


def _end_with(parent: int) -> None:
    """Let a worker end when its parent was killed: nobody is left to tell it so."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_SECONDS)
        os._exit(1)

    # Who interrupts the parent means the parent, which ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=watch, daemon=True).start()
