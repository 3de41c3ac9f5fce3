"""One night at a time in a workspace."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TextIO

from data.errors import RegistryError

_HELD: set[TextIO] = set()


@contextmanager
def workspace_lock(workspace: Path) -> Iterator[None]:
    """Hold the workspace's lock for the length of the block.

    The kernel keeps the lock and lets go of it when the process dies, so the file of a dead
    process is simply taken over, and a process id that was given out again fools nobody. The
    id in the file is only for the message. Processes that are forked from the holder do not
    keep it: one that outlives a killed night is no obstacle.

    Raises
    ------
    RegistryError
        When another process is at work in the same workspace, or the workspace cannot be
        written.
    """
    path = workspace / "nightly.lock"
    with _opened(path) as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RegistryError(
                f"Another night is running in {workspace} ({_holder(path)}). Wait for it to end; "
                "when its process ends, however it ends, the lock opens by itself."
            ) from error
        _let_go_after_fork()
        _HELD.add(stream)
        _note(path, json.dumps({"pid": os.getpid()}))
        try:
            yield
        finally:
            _HELD.discard(stream)
            _note(path, "")


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # "a+" neither truncates what the holder wrote nor fails where the file is new.
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        raise RegistryError(
            f"The workspace {path.parent} cannot be written ({error.strerror}). Make it writable "
            "or name another one in the configuration; what is in force stays in force."
        ) from error


def _note(path: Path, words: str) -> None:
    # A full disk takes no note and needs none: the lock is the kernel's.
    with suppress(OSError):
        path.write_text(words, encoding="utf-8")


@cache
def _let_go_after_fork() -> None:
    os.register_at_fork(after_in_child=_close_held)


def _close_held() -> None:
    while _HELD:
        _HELD.pop().close()


def _holder(path: Path) -> str:
    try:
        return f"process {json.loads(path.read_text(encoding='utf-8'))['pid']}"
    except (ValueError, KeyError, TypeError, OSError):
        return "process unknown"
