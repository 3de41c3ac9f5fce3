"""The promotion log: one JSON line per decision, only ever appended to."""

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

LOG = "promotions.jsonl"
ROLLED_BACK = "rolled_back"
RECOVERED = "recovered"
WITHDRAWN = "withdrawn"
# Actions after which a version is the champion.
IN_FORCE = ("promoted", ROLLED_BACK, RECOVERED)


@dataclass(frozen=True)
class Promotion:
    """One decision about one model.

    Parameters
    ----------
    at : str
        UTC, ISO 8601.
    night : str
        Run that decided; empty for a person's decision.
    action : str
        promoted, refused, rolled_back, recovered or withdrawn.
    model, version : str
        The knowledge of a client is the model ``knowledge/<client>``.
    previous : str or None
        Champion before.
    digest : str
        sha256 of the folder's ``model.json``.
    reasons : tuple of str
    """

    at: str
    night: str
    action: str
    model: str
    version: str
    previous: str | None = None
    digest: str = ""
    reasons: tuple[str, ...] = ()


def append(workspace: Path, entries: list[Promotion]) -> None:
    """Append decisions and push them to the disk, all in one write."""
    if not entries:
        return
    path = workspace / LOG
    lines = "".join(json.dumps(asdict(e), sort_keys=True) + "\n" for e in entries)
    if path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size:
        # The power went while a line was written; it stays, and ours starts on its own line.
        lines = "\n" + lines
    with path.open("ab") as stream:
        stream.write(lines.encode())
        stream.flush()
        os.fsync(stream.fileno())


def read(workspace: Path) -> list[Promotion]:
    """Read the log in order; empty before the first night.

    A line that cannot be read, such as one cut off by a power failure, is reported and left
    out: what is in force is said by the pointer, not by the log.
    """
    path = workspace / LOG
    if not path.exists():
        return []
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            body: dict[str, Any] = json.loads(line)
            entries.append(Promotion(**{**body, "reasons": tuple(body["reasons"])}))
        except (ValueError, KeyError, TypeError):
            logger.warning("line %d of the promotion log %s cannot be read", number, path)
    return entries


def champions(entries: list[Promotion]) -> dict[str, Promotion]:
    """Return the last decision that put a version of each model in force."""
    found: dict[str, Promotion] = {}
    for entry in entries:
        if entry.action in IN_FORCE:
            found[entry.model] = entry
        elif entry.action == WITHDRAWN:
            found.pop(entry.model, None)
    return found


def served(entries: list[Promotion], model: str) -> list[str]:
    """Return the versions a person would go back through, the one in force last.

    Going back takes away what was in force since: the next step back goes further.

    Examples
    --------
    >>> def was(action: str, version: str) -> Promotion:
    ...     return Promotion("", "", action, "intent", version)
    >>> log = [was("promoted", "1"), was("promoted", "2"), was("promoted", "3")]
    >>> served([*log, was("rolled_back", "2"), was("promoted", "4")], "intent")
    ['1', '2', '4']
    """
    versions: list[str] = []
    for entry in entries:
        if entry.model != model or entry.action not in IN_FORCE:
            continue
        if entry.action == ROLLED_BACK and entry.version in versions:
            del versions[versions.index(entry.version) :]
        if not versions or versions[-1] != entry.version:
            versions.append(entry.version)
    return versions
