"""Answers given lately, in memory only, so that a repeated request gets the same one."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from serving.idempotency import Idempotency
from serving.problems import INVALID, ProblemError


class RecentReplies:
    """Replies per client and idempotency key, for a while.

    They hold a draft in clear, so they never go to disk, and they go soon.

    Parameters
    ----------
    size : int
        How many are held.
    seconds : float
        How long.
    clock : callable
        Seconds from a monotonic clock.
    """

    def __init__(
        self,
        size: int = 1000,
        seconds: float = 600.0,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.size = size
        self.seconds = seconds
        self.clock = clock
        self._held: OrderedDict[tuple[str, str], tuple[float, str, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, client: str, asked: Idempotency | None) -> Any | None:
        """Return the reply this key was answered with, or None.

        Raises
        ------
        ProblemError
            422 when the key came with another request.
        """
        if asked is None:
            return None
        with self._lock:
            self._forget()
            return _same(self._held.get((client, asked.key)), asked)

    def keep(self, client: str, asked: Idempotency | None, reply: Any) -> Any:
        """Hold a reply and return it; of two made at once both callers get the first."""
        if asked is None:
            return reply
        with self._lock:
            before = _same(self._held.get((client, asked.key)), asked)
            if before is not None:
                return before
            self._held[client, asked.key] = (self.clock(), asked.digest, reply)
            self._forget()
            return reply

    def _forget(self) -> None:
        oldest = self.clock() - self.seconds
        while self._held and (
            len(self._held) > self.size or next(iter(self._held.values()))[0] < oldest
        ):
            self._held.popitem(last=False)


class NewestVersions:
    """The newest version of each ticket this process has seen.

    Parameters
    ----------
    size : int
        How many tickets are held.
    """

    def __init__(self, size: int = 100_000) -> None:
        self.size = size
        self._held: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, client: str, ticket_id: str) -> int:
        """Return the newest version seen, 0 where none was."""
        return self._held.get((client, ticket_id), 0)

    def see(self, client: str, ticket_id: str, version: int) -> None:
        """Remember a version."""
        with self._lock:
            key = (client, ticket_id)
            self._held[key] = max(version, self._held.pop(key, 0))
            if len(self._held) > self.size:
                self._held.popitem(last=False)


def _same(held: tuple[float, str, Any] | None, asked: Idempotency) -> Any | None:
    if held is None:
        return None
    if held[1] != asked.digest:
        raise ProblemError(
            INVALID, "This Idempotency-Key was used with another request; take a new one."
        )
    return held[2]
