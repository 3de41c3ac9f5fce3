"""One night at a time in a workspace."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import RegistryError


@contextmanager
def workspace_lock(workspace: Path) -> Iterator[None]:
    """Hold the workspace's lock for the length of the block.

    The kernel keeps the lock and lets go of it when the process dies, so the file of a dead
    process is simply taken over, and a process id that was given out again fools nobody. The
    id in the file is only for the message.

    Raises
    ------
    RegistryError
        When another process is at work in the same workspace.
    """
    workspace.mkdir(parents=True, exist_ok=True)
    path = workspace / "nightly.lock"
    # "a+" neither truncates what the holder wrote nor fails where the file is new.
    with path.open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RegistryError(
                f"Another night is running in {workspace} ({_holder(path)}). Wait for it to end; "
                "when its process ends, however it ends, the lock opens by itself."
            ) from error
        stream.truncate(0)
        stream.write(json.dumps({"pid": os.getpid()}))
        stream.flush()
        try:
            yield
        finally:
            stream.truncate(0)


def _holder(path: Path) -> str:
    try:
        return f"process {json.loads(path.read_text(encoding='utf-8'))['pid']}"
    except (ValueError, KeyError, TypeError, OSError):
        return "process unknown"
