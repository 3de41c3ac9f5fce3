"""An earlier version of a client's knowledge, put in force again by hand."""

import json
from datetime import datetime
from pathlib import Path

from data.artifact import atomic_write, read_artifact
from data.errors import ParameterError, RegistryError
from pipelines import knowledge, promotions
from pipelines.config import KNOWLEDGE
from pipelines.promotions import ROLLED_BACK, Promotion
from suggest.storing import KIND, POINTER, client_folder, version_folder


def roll_back(
    workspace: Path, root: Path, client: str, version: str | None = None, *, now: datetime
) -> Promotion:
    """Point a client's knowledge to an older version; the next night builds it anew.

    Parameters
    ----------
    workspace, root : Path
        Of the installation, and of its champions.
    client : str
    version : str, optional
        Such as ``kb:2026-03-02T02:10Z#a91f04c2``. Default: what was in force before the
        present one.
    now : datetime

    Raises
    ------
    RegistryError
        When there is nothing to go back to.
    ParameterError
        When the version is not on disk.
    """
    # A pointer moved by hand must not be taken for that of a night that did not end.
    knowledge.settle(workspace, root, now=now, recovered=True)
    home = root / KNOWLEDGE / client_folder(client)
    current = knowledge.in_force(root).get(home.name)
    if current is None:
        clients = ", ".join(knowledge.clients_in_force(root)) or "no client"
        raise RegistryError(
            f"There is no knowledge of {client!r} to roll back. In force is that of {clients}."
        )
    present = str(current["version"])
    served = _served(workspace, client, home)
    target = version or next((v for v in reversed(served) if v != present), None)
    if target is None:
        raise RegistryError(
            f"No other knowledge of {client!r} than {present} was ever in force and is still on "
            "disk. Run a night to build it from the articles as they are."
        )
    folder = home / version_folder(target)
    if not folder.is_dir():
        raise ParameterError(
            f"The 'version' parameter of roll_back must be one of {served} for {client}. "
            f"Got {target!r} instead."
        )
    digest = read_artifact(folder, kind=KIND).digest
    pointer = {"client_id": client, "version": target, "folder": folder.name, "digest": digest}
    atomic_write(home / POINTER, json.dumps(pointer, indent=1, sort_keys=True))
    log = Promotion(
        now.isoformat(), "", ROLLED_BACK, f"{KNOWLEDGE}/{client}", target, present, digest
    )
    promotions.append(workspace, [log])
    return log


def _served(workspace: Path, client: str, home: Path) -> list[str]:
    """Versions that were in force and are on disk, in the order they came into force."""
    versions = promotions.served(promotions.read(workspace), f"{KNOWLEDGE}/{client}")
    return [v for v in versions if (home / version_folder(v)).is_dir()]
