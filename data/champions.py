"""The pointer from the night to the service: which model versions are in force.

::

    champions/
      current.json            moved with os.replace; the only thing that changes
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
    """Point ``root`` at these models in one atomic move; returns the pointer's path."""
    entries = {name: asdict(entry) for name, entry in models.items()}
    body = {"format": FORMAT, "night": night, "models": entries}
    return atomic_write(Path(root) / POINTER, json.dumps(body, indent=1, sort_keys=True) + "\n")


def read_pointer(root: str | os.PathLike[str]) -> Pointer | None:
    """Read the pointer; None where nothing was promoted yet.

    Raises
    ------
    ArtifactFormatError
        When the file is damaged or of another format.
    """
    path = Path(root) / POINTER
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
