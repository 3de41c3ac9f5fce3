"""What a night publishes beside its models: set aside before the pointer moves, handed out after.

A night that is killed in between loses none of it: the next one hands out what belongs to the
models in force, and takes away what does not.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from data.artifact import atomic_write, fsync

REPORTS = "reports"
HISTORY = "history"
PAGES = ("report.json", "report.html")
_CLIENTS = "clients"
_WAITING = ".waiting"


def set_aside(
    workspace: Path,
    night: str,
    pages: Path,
    *,
    policies: Mapping[str, str],
    summary: Mapping[str, Any],
) -> Path:
    """Write the report, the clients' policies and the night's summary where nobody looks yet.

    Parameters
    ----------
    workspace : Path
    night : str
    pages : Path
        Folder that holds the report; its files are moved.
    policies : mapping of str to str
        Client → YAML.
    summary : mapping
        What the next night is compared with.

    Returns
    -------
    Path
        The report's folder.
    """
    folder = workspace / REPORTS / night
    waiting = folder / _WAITING
    waiting.mkdir(parents=True, exist_ok=True)
    for client, body in policies.items():
        # The service speaks as the drafts did that were judged.
        atomic_write(waiting / _CLIENTS / f"{quote(client, safe='')}.yaml", body)
    text = json.dumps(summary, sort_keys=True)
    atomic_write(waiting / HISTORY / f"{night}.json", text + "\n")
    for name in PAGES:
        os.replace(pages / name, folder / name)
    fsync(folder)
    return folder


def hand_out(workspace: Path, night: str) -> None:
    """Put what was set aside in its place; again is no harm."""
    folder = workspace / REPORTS / night
    waiting = folder / _WAITING
    for path in sorted(waiting.glob("*/*")):
        place = workspace / path.parent.name
        place.mkdir(parents=True, exist_ok=True)
        os.replace(path, place / path.name)
    atomic_write(workspace / REPORTS / "latest", f"{night}\n")
    shutil.rmtree(waiting, ignore_errors=True)


def recover(workspace: Path, in_force: str) -> list[str]:
    """Hand out what a killed night had put in force, and remove what none did.

    Parameters
    ----------
    workspace : Path
    in_force : str
        The night that the pointer names.

    Returns
    -------
    list of str
        What was done, for people.
    """
    notes = []
    for waiting in sorted((workspace / REPORTS).glob(f"*/{_WAITING}")):
        night = waiting.parent.name
        if night == in_force:
            hand_out(workspace, night)
            notes.append(f"the report of {night} was published: its models are in force")
        else:
            shutil.rmtree(waiting.parent, ignore_errors=True)
            notes.append(f"removed the report of {night}, a night that did not end")
    return notes
