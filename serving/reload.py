"""Watches the pointer: new models are loaded beside the old ones, then take their place."""

import logging
import math
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import ArtifactError
from serving.failures import PART_FAILURES, STORE_FAILURES
from serving.snapshot import Snapshot, load_snapshot, read_voices, signature

if TYPE_CHECKING:
    from serving.engine import SupportEngine

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 30.0
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
    """

    def __init__(
        self,
        engine: "SupportEngine",
        root: Path,
        seconds: float,
        *,
        load: Callable[[Path, list[str] | None], Snapshot] | None = None,
    ) -> None:
        self.engine = engine
        self.root = root
        self.seconds = seconds
        self.load = load or (
            lambda folder, damaged: load_snapshot(
                folder, voices=read_voices(engine.settings.policies), damaged=damaged
            )
        )
        self._seen: Any = None
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
        found = signature(self.root, self.engine.settings.policies)
        moved = found != self._seen or time.monotonic() >= self._again_at
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
            logger.error("new models were refused, the last good ones stay: %s", error)
            # The status is open to everyone: paths belong in the log.
            self.engine.problems = (f"new models were refused: {type(error).__name__}",)
            self._use_what_is_whole()
            return False
        self.engine.problems = _problems(snapshot)
        logger.info("models in force: %s (night %s)", dict(snapshot.versions), snapshot.night)
        return True

    def _use_what_is_whole(self) -> None:
        """Serve the undamaged parts where there is no last good set to keep."""
        held = self.engine.snapshot
        if held.intent is not None or held.index is not None:
            return
        damaged: list[str] = []
        try:
            self.engine.use(self.load(self.root, damaged))
        except _FAILURES as error:
            logger.error("no part of the models can be read: %s", error)
            return
        logger.error("serving without the damaged parts: %s", "; ".join(damaged))

    def _refuse_losses(self, snapshot: Snapshot) -> None:
        """Refuse a damaged knowledge index where the one in force still answers."""
        damaged = {} if snapshot.index is None else snapshot.index.problems
        held = self.engine.snapshot.index
        for client, problem in damaged.items():
            logger.error("the knowledge of a client is damaged: %s", problem)
            if held is not None and client in held.clients:
                raise ArtifactError(problem)

    def _catch_up(self) -> None:
        try:
            self.engine.desk.catch_up(self.engine.snapshot.index)
        except _FAILURES as error:
            logger.error("article edits could not be applied: %s", type(error).__name__)

    def _loop(self) -> None:
        while not self._stop.wait(self.seconds):
            self.look()


def _problems(snapshot: Snapshot) -> tuple[str, ...]:
    if not snapshot.versions and snapshot.index is None:
        return ("no models yet: run 'python -m pipelines nightly' first",)
    damaged = 0 if snapshot.index is None else len(snapshot.index.problems)
    return (f"the knowledge of {damaged} clients is damaged",) if damaged else ()
