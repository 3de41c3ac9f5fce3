"""The pointer from the night to the service: which model versions are in force.

::

    champions/
      current.json            moved with os.replace; the only thing that changes
      previous.json           what was in force before, for a start that finds damage
      intent/12/              model folders, never changed after they are written
      retriever/12/
      knowledge/<client>/     own pointer per client (suggest.index)
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from data.artifact import atomic_write
from data.errors import ArtifactFormatError

POINTER = "current.json"
PREVIOUS = "previous.json"
FORMAT = 1


@dataclass(frozen=True)
class PointerEntry:
    """One model in force.

    Parameters
    ----------
    version : str
        Registry version, such as ``"12"``.
    folder : str
        Folder relative to the root, such as ``"intent/12"``.
    digest : str
        sha256 of the folder's ``model.json``.
    """

    version: str
    folder: str
    digest: str


@dataclass(frozen=True)
class Pointer:
    """Content of ``current.json``.

    Parameters
    ----------
    night : str
        Name of the run that wrote it.
    models : dict of str to PointerEntry
    """

    night: str
    models: dict[str, PointerEntry]


def write_pointer(
    root: str | os.PathLike[str], models: Mapping[str, PointerEntry], *, night: str
) -> Path:
    """Point ``root`` at these models in one atomic move; returns the pointer's path.

    Where they are others than before, those are kept in ``previous.json`` first.
    """
    before = _readable(root)
    if before is not None and before.models != dict(models):
        atomic_write(Path(root) / PREVIOUS, _written(before.models, before.night))
    return atomic_write(Path(root) / POINTER, _written(models, night))


def read_previous(root: str | os.PathLike[str]) -> Pointer:
    """Read what was in force before the present models; empty where that is not known."""
    try:
        found = _read(Path(root) / PREVIOUS)
    except (ArtifactFormatError, OSError):
        found = None
    return found or Pointer(night="", models={})


def read_pointer(root: str | os.PathLike[str]) -> Pointer | None:
    """Read the pointer; None where nothing was promoted yet.

    Raises
    ------
    ArtifactFormatError
        When the file is damaged or of another format.
    """
    return _read(Path(root) / POINTER)


def _written(models: Mapping[str, PointerEntry], night: str) -> str:
    entries = {name: asdict(entry) for name, entry in models.items()}
    body = {"format": FORMAT, "night": night, "models": entries}
    return json.dumps(body, indent=1, sort_keys=True) + "\n"


def _readable(root: str | os.PathLike[str]) -> Pointer | None:
    try:
        return read_pointer(root)
    except ArtifactFormatError:
        return None


def _read(path: Path) -> Pointer | None:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["format"] != FORMAT:
            raise ValueError(f"format {body['format']}")
        models = {name: PointerEntry(**entry) for name, entry in body["models"].items()}
        return Pointer(night=str(body["night"]), models=models)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactFormatError(
            f"The pointer {path} cannot be read ({error}). Restore it from the promotion log "
            "with 'python -m pipelines rollback', or run the night again."
        ) from error
