"""Put a new folder where an old one stands, and never where something else does."""

import json
import os
import shutil
import tempfile
from pathlib import Path

from data.errors import ParameterError


def check_free(target: Path, *, header: str) -> None:
    """Check that nothing is lost when a model's folder is written here.

    Parameters
    ----------
    target : Path
        Where the folder shall stand. It may be missing, empty or a model's.
    header : str
        The file that names all others of a model.

    Raises
    ------
    ParameterError
        When something else stands there.
    """
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        found = "no folder"
    elif target.resolve() in (here := Path.cwd(), *here.parents):
        found = "the folder this process works in"
    elif strangers := _strangers(target, header):
        found = f"a folder that holds {', '.join(map(repr, strangers[:5]))}"
    else:
        return
    raise ParameterError(
        "The 'folder' parameter of save must name a place that is missing, empty or a model's, "
        f"because what stands there is replaced. Got {str(target)!r} instead, {found}. Name a "
        "folder of the model's own, or move away what is there."
    )


def replace_folder(work: Path, target: Path) -> None:
    """Move ``work`` to ``target``; an old folder steps aside first and is removed after."""
    if not target.exists():
        os.replace(work, target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
    try:
        os.replace(target, aside / "old")
    except OSError:
        aside.rmdir()
        raise
    try:
        os.replace(work, target)
    except OSError:
        os.replace(aside / "old", target)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _strangers(folder: Path, header: str) -> list[str]:
    """Names in a folder that no model wrote; all of them where it is no model's."""
    names = {path.name for path in folder.iterdir()}
    try:
        written = json.loads((folder / header).read_text(encoding="utf-8"))
        # A model of another version is a model too.
        ours = {header, *written["files"]} if {"format", "kind"} <= set(written) else set()
    except (OSError, ValueError, KeyError, TypeError):
        ours = set()
    return sorted(names - ours)
