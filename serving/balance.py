"""Spreads connections that stay open over the workers of a machine.

All workers wait at one door, and the one that wakes first takes whoever stands there: the pool of
a helpdesk can end up with a single worker while the others idle. Each worker writes down how many
requests it has in hand; one that has clearly more than another ends the connection with its
answer, and the client's next request finds the free one.
"""

import logging
import os
import struct
import weakref
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

_SLOT = struct.Struct("<q")
# So many more requests in hand than another worker are worth a new connection.
_CLEARLY_MORE = 2


class Tally:
    """How many requests each worker has in hand, in a small file that they share.

    Read and written by position: a file that is cut short is a lone worker's, never a crash.

    Parameters
    ----------
    path : Path
        Made where it is missing.
    worker, workers : int
        Which of how many this is, from 0.
    """

    def __init__(self, path: Path, worker: int, workers: int) -> None:
        self.worker = worker
        self.workers = workers
        self.in_hand = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        weakref.finalize(self, os.close, self._file)
        self._write()

    def add(self, count: int) -> None:
        """Count requests in (1) and out (-1)."""
        self.in_hand += count
        self._write()

    def crowded(self) -> bool:
        """Say whether another worker has clearly fewer requests in hand."""
        size = _SLOT.size
        raw = os.pread(self._file, size * self.workers, 0)
        others = [
            _SLOT.unpack_from(raw, at)[0]
            for at in range(0, len(raw) - size + 1, size)
            if at != self.worker * size
        ]
        return bool(others) and self.in_hand - min(others) >= _CLEARLY_MORE

    def _write(self) -> None:
        os.pwrite(self._file, _SLOT.pack(self.in_hand), self.worker * _SLOT.size)


class Balanced:
    """ASGI middleware: ends connections of a crowded worker with their answer.

    Parameters
    ----------
    app : ASGI application
    tally : Tally
    """

    def __init__(self, app: ASGIApp, tally: Tally) -> None:
        self.app = app
        self.tally = tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count it while it is in hand."""

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start" and self.tally.crowded():
                close = (b"connection", b"close")
                message = {**message, "headers": [*message.get("headers", ()), close]}
            await send(message)

        self.tally.add(1)
        try:
            await self.app(scope, receive, answered)
        finally:
            self.tally.add(-1)


def balanced(app: ASGIApp, folder: Path, *, port: int, worker: int, workers: int) -> ASGIApp:
    """Return an application that shares its connections with the other workers.

    The same application comes back for a single worker, and where nothing can be written.

    Parameters
    ----------
    app : ASGI application
    folder : Path
    port : int
        Names the file: two servers may share a folder.
    worker, workers : int
        Which of how many this is, from 0.
    """
    if workers < 2 or not 0 <= worker < workers:
        return app
    try:
        return Balanced(app, Tally(folder / f"workers-{port}", worker, workers))
    except OSError as error:
        logger.warning("connections are not shared between workers: %s", error.strerror)
        return app
