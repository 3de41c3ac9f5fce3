"""Articles are read ahead while the service already answers, a little at a time."""

import gc
import logging
import threading
import time
from typing import TYPE_CHECKING

from serving.failures import PART_FAILURES
from serving.snapshot import Snapshot

if TYPE_CHECKING:
    from serving.engine import SupportEngine

logger = logging.getLogger(__name__)

# Three quarters of the time are left to requests.
_IDLE = 3.0
_LEAST_SECONDS = 0.005


def warm(engine: "SupportEngine", snapshot: Snapshot) -> threading.Thread | None:
    """Start reading what the drafter of a snapshot will need; ends when another is in force."""
    if not hasattr(snapshot.drafter, "warming"):
        return None
    thread = threading.Thread(
        target=_read_ahead, args=(engine, snapshot), name="warming", daemon=True
    )
    thread.start()
    return thread


def _read_ahead(engine: "SupportEngine", snapshot: Snapshot) -> None:
    drafter = snapshot.drafter
    assert drafter is not None
    try:
        began = time.monotonic()
        for _ in drafter.warming():
            if engine.closed or engine.snapshot is not snapshot:
                return
            time.sleep(max(_LEAST_SECONDS, _IDLE * (time.monotonic() - began)))
            began = time.monotonic()
        # What is kept for good need not be looked through by every collection.
        gc.collect()
        gc.freeze()
    except PART_FAILURES as error:
        # Reading is tried again by the first request that needs it.
        logger.warning("articles could not be read ahead: %s", type(error).__name__)
