"""What only a broken disk, a hand or a kill leaves behind, put right before a night begins."""

import hashlib
import logging
import shutil
from pathlib import Path

from data.artifact import HEADER
from data.champions import PointerEntry, read_pointer, write_pointer
from data.errors import ArtifactFormatError, RegistryError
from pipelines import promotions
from pipelines.config import KNOWLEDGE

logger = logging.getLogger(__name__)


def mend_pointer(workspace: Path, root: Path) -> list[str]:
    """Write a pointer that cannot be read again from the promotion log.

    Parameters
    ----------
    workspace, root : Path
        Of the installation, and of its champions.

    Returns
    -------
    list of str
        What was done, for people; empty where the pointer is whole.

    Raises
    ------
    RegistryError
        When a model that the log names is not there as it was promoted.
    """
    try:
        read_pointer(root)
    except ArtifactFormatError as error:
        logger.error("%s", error)
    else:
        return []
    log = promotions.read(workspace)
    models = {
        name: _entry(root, name, last.version, last.digest)
        for name, last in promotions.champions(log).items()
        if not name.startswith(f"{KNOWLEDGE}/")
    }
    if not models:
        raise RegistryError(
            f"The pointer of {root} cannot be read and the promotion log names no model. Remove "
            "current.json and run the night again."
        )
    nights = [entry.night for entry in log if entry.action in promotions.IN_FORCE and entry.night]
    write_pointer(root, models, night=nights[-1] if nights else "")
    return ["the pointer could not be read and was written again from the promotion log"]


def sweep(root: Path) -> int:
    """Remove the unfinished files and folders of killed processes; return how many there were.

    Everything below is written to a hidden sibling first, and only under the workspace's lock.
    """
    rests = [path for path in sorted(root.rglob(".*")) if path.exists()]
    for path in rests:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(rests)


def _entry(root: Path, model: str, version: str, digest: str) -> PointerEntry:
    entry = PointerEntry(version, f"{model}/{version}", digest)
    header = root / entry.folder / HEADER
    if not header.is_file() or hashlib.sha256(header.read_bytes()).hexdigest() != digest:
        raise RegistryError(
            f"The pointer of {root} cannot be read, and {header.parent}, which the promotion log "
            "names, is not the model that was promoted. Restore one of the two from a backup."
        )
    return entry
