"""One thread that writes: many rows, one commit.

A suggestion must not wait for the disk, a feedback must. Both go through the same queue, so
what an agent says about a suggestion is never on disk before the suggestion itself.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from serving.failures import PART_FAILURES, STORE_FAILURES
from serving.problems import ProblemError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Write = Callable[[Connection], Any]
Together = Callable[[Connection, Sequence[Any]], None]
MAX_OPERATIONS = 128
MAX_WAITING = 20_000
MAX_WAITING_BYTES = 64 * 2**20
_WRITE_FAILURES: tuple[type[Exception], ...] = (*PART_FAILURES, *STORE_FAILURES, ProblemError)


class UnsureWriteError(TimeoutError):
    """Nobody waited long enough to learn whether a write that had begun was kept."""


@dataclass
class _Operation:
    """A write, or what prepares one; ``done`` is there when somebody waits."""

    write: Write | None = None
    prepare: Callable[[], Write] | None = None
    done: "Future[Any] | None" = None
    size: int = 0


class GroupWriter:
    """Runs writes on one connection in batches, each batch one transaction.

    Parameters
    ----------
    engine : Engine
        Every ``begin`` on it must take the write lock.
    linger_seconds : float
        How long rows that nobody waits for may gather.
    before : callable, optional
        Called before each batch, outside of its transaction.
    probe : callable, optional
        A write that changes nothing. After a failure it is tried until the disk takes it, so
        that `failures` goes back to 0 even where nobody sends anything.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        linger_seconds: float = 0.15,
        before: Callable[[], None] = lambda: None,
        probe: Write | None = None,
    ) -> None:
        self.engine = engine
        self.linger_seconds = linger_seconds
        self.before = before
        self.probe = probe
        self.failures = 0
        self.dropped = 0
        self._queue: deque[_Operation] = deque()
        self._wake = threading.Condition()
        self._urgent = 0
        self._waiting_bytes = 0
        self._taken = 0
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many writes are not on disk yet."""
        with self._wake:
            return len(self._queue) + self._taken

    def later(self, prepare: Callable[[], Write], *, size: int = 0) -> None:
        """Queue a write nobody waits for; past 20,000 of them or 64 MB new ones are dropped.

        ``prepare`` runs in the writer's thread before the transaction begins and returns the
        write: slow work belongs in it. ``size`` is about how many bytes it holds.
        """
        with self._wake:
            full = self._waiting_bytes + size > MAX_WAITING_BYTES
            if full or len(self._queue) >= MAX_WAITING:
                self.dropped += 1
                return
            self._waiting_bytes += size
            self._queue.append(_Operation(prepare=prepare, size=size))
            self._wake.notify()

    def now(self, write: Callable[[Connection], T], *, timeout: float = 30.0) -> T:
        """Run a write and return its result once it is on disk.

        Raises
        ------
        SQLAlchemyError
            When the write or the commit failed; nothing of it was kept.
        UnsureWriteError
            When the write had begun but did not end in ``timeout`` seconds: it may yet be kept.
        TimeoutError
            When it did not begin in that time, or the store is closed; it never will.
        """
        done: Future[T] = Future()
        with self._wake:
            if self._closed:
                raise TimeoutError("the store is closed")
            self._queue.append(_Operation(write=write, done=done))
            self._urgent += 1
            self._wake.notify()
        try:
            return done.result(timeout)
        except TimeoutError:
            if done.cancel():
                raise
            if done.done():
                return done.result()
            raise UnsureWriteError("a write was still running when nobody waited more") from None

    def close(self) -> None:
        """Write what is queued and end the thread."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join(timeout=30)

    def _loop(self) -> None:
        while batch := self._take():
            for operation in batch:
                _prepare(operation)
            self._write([operation for operation in batch if operation.write is not None])
            self._taken = 0

    def _take(self) -> list[_Operation]:
        with self._wake:
            while not self._queue and not self._closed:
                self._wake.wait()
            if not self._urgent and not self._closed:
                self._wake.wait_for(lambda: self._urgent or self._closed, self.linger_seconds)
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), MAX_OPERATIONS))]
            self._urgent -= sum(operation.done is not None for operation in batch)
            self._taken = len(batch)
            self._waiting_bytes -= sum(operation.size for operation in batch)
            return batch

    def _write(self, batch: list[_Operation]) -> None:
        results: list[tuple[Future[Any], Any, Exception | None]] = []
        try:
            self.before()
            with self.engine.begin() as connection:
                for together, group in groupby(batch, key=_together):
                    operations = list(group)
                    if together is not None and _attempt_all(connection, together, operations):
                        continue
                    results += _attempt_each(connection, operations)
        except _WRITE_FAILURES as error:
            self._failed(batch, error)
            return
        self.failures = 0
        for future, result, failure in results:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

    def _failed(self, batch: list[_Operation], error: Exception) -> None:
        """Tell those who wait; keep the other rows for the next try."""
        self.failures += 1
        if self.failures & (self.failures - 1) == 0:
            # At the 1st, 2nd, 4th, 8th, … try: a log must not fill the rest of a full disk.
            logger.error(
                "the store could not commit %d writes (try %d): %s",
                len(batch),
                self.failures,
                describe(error),
            )
        for operation in batch:
            if operation.done is not None and _wanted(operation):
                operation.done.set_exception(error)
        patient = [operation for operation in batch if operation.done is None]
        with self._wake:
            if self._closed:
                self.dropped += len(patient)
                return
            if not patient and not self._queue and self.probe is not None:
                patient = [_Operation(write=self.probe)]
            self._queue.extendleft(reversed(patient))
            self._waiting_bytes += sum(operation.size for operation in patient)
            self._wake.wait_for(lambda: self._closed, min(1.0, 0.05 * self.failures))


def describe(error: BaseException) -> str:
    """Name an error without the values of its statement, which may be text of a ticket."""
    origin = getattr(error, "orig", None)
    return type(error).__name__ if origin is None else f"{type(error).__name__}: {origin}"


def _prepare(operation: _Operation) -> None:
    if operation.write is None and operation.prepare is not None:
        try:
            operation.write = operation.prepare()
        except PART_FAILURES as error:
            logger.error("a row could not be prepared and was dropped: %s", describe(error))
        # A write that has to wait must not hold what it was made from as well.
        operation.prepare = None


def _wanted(operation: _Operation) -> bool:
    """Tell whether to go on with a write; from then on who waits for it cannot take it back."""
    done = operation.done
    if done is None or done.running():
        return True
    return not done.cancelled() and done.set_running_or_notify_cancel()


def _together(operation: _Operation) -> Together | None:
    """Return how writes of this kind are run in one go, if nobody waits for them and they can."""
    if operation.done is not None:
        return None
    found: Together | None = getattr(operation.write, "together", None)
    return found


def _attempt_all(
    connection: Connection, together: Together, operations: Sequence[_Operation]
) -> bool:
    """Run writes of one kind in one go; False where one of them is wrong and none was kept."""
    try:
        with connection.begin_nested():
            together(connection, [operation.write for operation in operations])
    except OperationalError:
        raise
    except _WRITE_FAILURES:
        return False
    return True


def _attempt_each(
    connection: Connection, operations: Iterable[_Operation]
) -> Iterator[tuple["Future[Any]", Any, Exception | None]]:
    """Run writes one by one; yield what those who wait for one are told."""
    for operation in operations:
        if not _wanted(operation):
            continue
        result, error = _attempt(connection, operation)
        if operation.done is not None:
            yield operation.done, result, error


def _attempt(connection: Connection, operation: _Operation) -> tuple[Any, Exception | None]:
    """Run one write in a savepoint, so that its failure is its own."""
    assert operation.write is not None
    try:
        with connection.begin_nested():
            return operation.write(connection), None
    except OperationalError:
        # The database itself is in trouble: the whole batch is tried again.
        raise
    except _WRITE_FAILURES as error:
        if operation.done is None:
            logger.error("a row was not stored: %s", describe(error))
        return None, error
