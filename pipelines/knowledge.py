"""Knowledge in force: moved with the models or not at all.

Each client has a pointer of its own under ``champions/knowledge``. Before a night touches one it
writes down how all of them stood; `settle` compares that with the models' pointer, which moves
last, and so knows whether the night counts.
"""

import json
import logging
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from data import champions
from data.artifact import atomic_write
from data.errors import RegistryError
from pipelines import promotions
from pipelines.config import KNOWLEDGE
from pipelines.gate import PROMOTED, REFUSED
from pipelines.promotions import RECOVERED, WITHDRAWN, Promotion
from suggest.index import KnowledgeIndex
from suggest.storing import POINTER, client_folder

logger = logging.getLogger(__name__)

JOURNAL = "knowledge_before.json"


@dataclass(frozen=True)
class _Before:
    """How knowledge and models stood before a night."""

    night: str
    models: str | None
    clients: dict[str, Any]
    folders: dict[str, list[str]]


def in_force(root: Path) -> dict[str, dict[str, Any]]:
    """Return each client's pointer by the name of its folder; what cannot be read is left out."""
    found = {}
    for path in sorted((root / KNOWLEDGE).glob(f"*/{POINTER}")):
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            logger.warning("the knowledge pointer %s cannot be read", path)
            continue
        if isinstance(body, dict):
            found[path.parent.name] = body
    return found


def clients_in_force(root: Path) -> tuple[str, ...]:
    """Return the clients that have knowledge in force, sorted."""
    return tuple(sorted(str(p.get("client_id", n)) for n, p in in_force(root).items()))


def publish(
    workspace: Path,
    root: Path,
    index: KnowledgeIndex | None,
    *,
    withdrawn: Collection[str],
    night: str,
) -> bool:
    """Move the clients' pointers, to be confirmed by the pointer of the models.

    Parameters
    ----------
    workspace, root : Path
        Of the installation, and of its champions.
    index : KnowledgeIndex or None
        What to put in force.
    withdrawn : collection of str
        Clients whose knowledge goes out of force; their indexes stay on disk.
    night : str

    Returns
    -------
    bool
        Whether any pointer moved.
    """
    before = _write_journal(workspace, root, night)
    if index is not None:
        index.save(root / KNOWLEDGE)
    for client in withdrawn:
        home = root / KNOWLEDGE / client_folder(client)
        (home / POINTER).unlink(missing_ok=True)
        logger.info("the knowledge of the client %s goes out of force", client)
    return in_force(root) != before.clients


def settle(workspace: Path, root: Path, *, now: datetime, recovered: bool = False) -> list[str]:
    """Keep what a night published where the models' pointer moved after it; undo it where not.

    Parameters
    ----------
    workspace, root : Path
    now : datetime
    recovered : bool, default=False
        Whether the night did not end by itself.

    Returns
    -------
    list of str
        What was done, for people; empty where nothing was left open.
    """
    journal = workspace / JOURNAL
    if not journal.exists():
        return []
    before = _read_journal(journal)
    if before.models == _main(root):
        notes = _restore(root, before) if in_force(root) != before.clients else []
        _remove_new_folders(root, before)
    else:
        logged = promotions.champions(promotions.read(workspace))
        log = _changes(before, in_force(root), now, recovered=recovered)
        log = [p for p in log if _is_news(p, logged)]
        promotions.append(workspace, log)
        notes = [f"{p.action} {p.model} {p.version} written to the log" for p in log]
    journal.unlink()
    return notes


def refused(
    root: Path, index: KnowledgeIndex, *, night: str, now: datetime, reasons: tuple[str, ...]
) -> list[Promotion]:
    """Return a line of the log for each client whose new knowledge did not pass."""
    known = in_force(root)
    log = []
    for client in index.clients:
        version = index.version(client)
        previous = known.get(client_folder(client), {}).get("version")
        if version != previous:
            name = f"{KNOWLEDGE}/{client}"
            log.append(
                Promotion(now.isoformat(), night, REFUSED, name, version, previous, "", reasons)
            )
    return log


def _write_journal(workspace: Path, root: Path, night: str) -> _Before:
    clients = in_force(root)
    for name, pointer in clients.items():
        folder = root / KNOWLEDGE / name / str(pointer.get("folder", ""))
        if folder.is_dir():
            # The oldest versions are removed when a new one is written; this one may be needed.
            os.utime(folder)
    folders = {home.name: _versions(home) for home in _homes(root)}
    before = _Before(night, _main(root), clients, folders)
    atomic_write(workspace / JOURNAL, json.dumps(vars(before), indent=1, sort_keys=True))
    return before


def _read_journal(path: Path) -> _Before:
    try:
        return _Before(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise RegistryError(
            f"The journal {path} cannot be read ({error}). Check which knowledge is in force, "
            "then remove the file."
        ) from error


def _restore(root: Path, before: _Before) -> list[str]:
    notes = []
    now = in_force(root)
    for name in sorted({*now, *before.clients}):
        path = root / KNOWLEDGE / name / POINTER
        pointer = before.clients.get(name)
        if pointer == now.get(name):
            continue
        if pointer is None:
            path.unlink(missing_ok=True)
        else:
            atomic_write(path, json.dumps(pointer, indent=1, sort_keys=True))
        client = (pointer or now[name]).get("client_id", name)
        notes.append(f"knowledge of {client} put back, moved by a night that did not end")
    return notes


def _remove_new_folders(root: Path, before: _Before) -> None:
    for home in _homes(root):
        for version in set(_versions(home)) - set(before.folders.get(home.name, ())):
            shutil.rmtree(home / version, ignore_errors=True)


def _changes(
    before: _Before, after: Mapping[str, Mapping[str, Any]], now: datetime, *, recovered: bool
) -> list[Promotion]:
    log = []
    for name in sorted({*before.clients, *after}):
        old, new = before.clients.get(name, {}), after.get(name, {})
        if old == new:
            continue
        shown = new or old
        put = RECOVERED if recovered else PROMOTED
        reasons = ("the process ended after the pointer had moved",) if recovered else ()
        log.append(
            Promotion(
                at=now.isoformat(),
                night=before.night,
                action=put if new else WITHDRAWN,
                model=f"{KNOWLEDGE}/{shown.get('client_id', name)}",
                version=str(shown.get("version", "")),
                previous=old.get("version"),
                digest=str(new.get("digest", "")),
                reasons=reasons if new else ("the client has no articles any more",),
            )
        )
    return log


def _is_news(entry: Promotion, logged: Mapping[str, Promotion]) -> bool:
    last = logged.get(entry.model)
    if entry.action == WITHDRAWN:
        return last is not None or entry.previous is not None
    return last is None or (last.version, last.digest) != (entry.version, entry.digest)


def _main(root: Path) -> str | None:
    path = root / champions.POINTER
    return path.read_text(encoding="utf-8") if path.exists() else None


def _homes(root: Path) -> list[Path]:
    place = root / KNOWLEDGE
    return sorted(p for p in place.iterdir() if p.is_dir()) if place.is_dir() else []


def _versions(home: Path) -> list[str]:
    return sorted(p.name for p in home.iterdir() if p.is_dir())
