"""Watches the pointer: new models are loaded beside the old ones, then take their place."""

import ctypes
import gc
import logging
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from data.errors import ArtifactError, MissingFileError
from serving.failures import PART_FAILURES, STORE_FAILURES
from serving.gauges import Gauges
from serving.snapshot import KNOWLEDGE, Snapshot, load_snapshot, read_voices, signature
from serving.writer import describe

if TYPE_CHECKING:
    from serving.engine import SupportEngine

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 30.0
_TIDY_SECONDS = 20.0
_FAILURES: tuple[type[Exception], ...] = (*PART_FAILURES, *STORE_FAILURES)


class Reloader:
    """Keeps an engine on the models the pointer names.

    A damaged model never takes the place of one that works: the last good one stays, and the
    engine's status says so.

    Parameters
    ----------
    engine : SupportEngine
    root : Path
        The champions folder.
    seconds : float
        How often to look.
    load : callable, optional
        Reads a snapshot from the folder; given a list, it leaves damaged parts out and adds
        their problems to it.
    settled : callable, optional
        Runs after each swap; see :func:`settle`.
    """

    def __init__(
        self,
        engine: "SupportEngine",
        root: Path,
        seconds: float,
        *,
        load: Callable[[Path, list[str] | None], Snapshot] | None = None,
        settled: Callable[[], None] = lambda: None,
    ) -> None:
        self.engine = engine
        self.root = root
        self.seconds = seconds
        self.load = load or (
            lambda folder, damaged: load_snapshot(
                folder, voices=read_voices(engine.settings.policies), damaged=damaged
            )
        )
        self.settled = settled
        self._seen: Any = None
        self._told = ""
        self._behind = False
        self._again_at = math.inf
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="model-watch", daemon=True)

    def start(self) -> None:
        """Load once, then watch."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """End watching."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def look(self) -> bool:
        """Load new models if a pointer moved, and edits of other processes; True if swapped."""
        try:
            found: Any = signature(self.root, self.engine.settings.policies)
        except OSError as error:
            # None is no signature: the folder is read anew once that is possible again.
            found = None
            self._refused(error)
        moved = found is not None and (found != self._seen or time.monotonic() >= self._again_at)
        swapped = moved and self._swap()
        if moved:
            # A pointer that stays where it is may still lead to models that get repaired.
            self._again_at = math.inf if swapped else time.monotonic() + _AGAIN_SECONDS
        self._seen = found
        if not swapped:
            self._catch_up()
        return swapped

    def _swap(self) -> bool:
        try:
            snapshot = self.load(self.root, None)
            self._refuse_losses(snapshot)
            self.engine.use(snapshot)
        except _FAILURES as error:
            self._refused(error)
            self._use_what_is_whole()
            return False
        self.settled()
        self._told = ""
        self.engine.problems = _problems(snapshot)
        logger.info("models in force: %s (night %s)", dict(snapshot.versions), snapshot.night)
        return True

    def _refused(self, error: Exception) -> None:
        # The status is open to everyone: paths belong in the log, and there only once.
        words = str(_words(error))
        if words != self._told:
            logger.error("new models were refused, the last good ones stay: %s", words)
        self._told = words
        self.engine.problems = (f"new models were refused: {type(error).__name__}",)

    def _use_what_is_whole(self) -> None:
        """Serve the undamaged parts where there is no last good set to keep."""
        held = self.engine.snapshot
        if held.intent is not None or held.index is not None:
            return
        damaged: list[str] = []
        try:
            self.engine.use(self.load(self.root, damaged))
        except _FAILURES as error:
            logger.error("no part of the models can be read: %s", _words(error))
            return
        logger.error("serving without the damaged parts: %s", "; ".join(damaged))

    def _refuse_losses(self, snapshot: Snapshot) -> None:
        """Refuse to lose what still answers: a part that is gone, a damaged knowledge index."""
        before = self.engine.snapshot
        gone = sorted(set(before.versions) - set(snapshot.versions))
        if before.index is not None and snapshot.index is None:
            gone.append(KNOWLEDGE)
        if gone:
            raise MissingFileError(
                f"{self.root} no longer names {', '.join(gone)}. Restore it, or start the service "
                "again to go on without."
            )
        damaged = {} if snapshot.index is None else snapshot.index.problems
        held = before.index
        for client, problem in damaged.items():
            logger.error("the knowledge of a client is damaged: %s", problem)
            if held is not None and client in held.clients:
                raise ArtifactError(problem)

    def _catch_up(self) -> None:
        try:
            self.engine.desk.catch_up(self.engine.snapshot.index)
        except _FAILURES as error:
            if not self._behind:
                logger.error("article edits cannot be applied: %s", type(error).__name__)
            self._behind = True
        else:
            self._behind = False

    def _loop(self) -> None:
        gauges = Gauges(self.engine)
        tidy_at = time.monotonic()
        while not self._stop.wait(self.seconds):
            self.look()
            if time.monotonic() >= tidy_at:
                give_back()
                tidy_at = time.monotonic() + _TIDY_SECONDS
            try:
                gauges.tell_in_time()
            except _FAILURES as error:
                logger.error("the gauges cannot be told: %s", type(error).__name__)


def settle() -> None:
    """Take what was loaded out of the garbage collector's rounds.

    A round over all models takes a tenth of a second and stops every request; from one swap to
    the next there is nothing to be found in them. For a process that does nothing but serve.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    give_back()


def give_back() -> None:
    """Return to the system what is free: a few milliseconds at most.

    Loading, and requests beside each other, leave holes that would stay with the process.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _words(error: Exception) -> object:
    # The values of a statement may be somebody's words.
    return describe(error) if isinstance(error, SQLAlchemyError) else error


def _problems(snapshot: Snapshot) -> tuple[str, ...]:
    if not snapshot.versions and snapshot.index is None:
        return ("no models yet: run 'python -m pipelines nightly' first",)
    damaged = 0 if snapshot.index is None else len(snapshot.index.problems)
    return (f"the knowledge of {damaged} clients is damaged",) if damaged else ()
