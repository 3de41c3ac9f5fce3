"""A model folder: written whole or not at all, checked before anything in it is used.

A folder holds ``model.json`` (what it is and the sha256 of every file), arrays as ``.npy``,
scikit-learn parts as ``.skops``, other plain files, and a ``README.md`` card. Nothing in it is
a pickle.

``read_artifact`` checks in this order and says which check failed: format, kind, files and
checksums, types. To raise ``FORMAT``: add the upgrade of the older header to ``_UPGRADES``.
"""

import hashlib
import json
import logging
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import (
    ArtifactChecksumError,
    ArtifactError,
    ArtifactFormatError,
    ArtifactKindError,
    ArtifactTypeError,
    MissingFileError,
)
from data.replacing import check_free, replace_folder
from data.stored_rows import StoredRows

logger = logging.getLogger(__name__)

FORMAT = 1
HEADER = "model.json"
_UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
_LIBRARIES = ("deskpilot", "numpy", "scikit-learn", "pandas", "skops", "faiss-cpu", "bm25s")

# Types beyond skops' own defaults that our estimators are made of. Anything else is refused.
TRUSTED_TYPES = (
    "numpy.dtype",
    "scipy.sparse._csr.csr_matrix",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfMultinomialLoss",
)

FileContent = bytes | str | Callable[[Path], None]


@dataclass(frozen=True)
class Artifact:
    """A verified model folder, read lazily.

    Parameters
    ----------
    path : Path
        The folder.
    header : dict
        The whole of ``model.json``.
    """

    path: Path
    header: dict[str, Any]

    @property
    def parameters(self) -> dict[str, Any]:
        """What the model was built with, as JSON values."""
        return dict(self.header["parameters"])

    @property
    def classes(self) -> list[str] | None:
        """Class labels in column order, for classifiers."""
        classes = self.header["classes"]
        return None if classes is None else list(classes)

    @property
    def metrics(self) -> dict[str, float]:
        """Figures measured when the model was written."""
        return dict(self.header["metrics"])

    @property
    def digest(self) -> str:
        """The sha256 of ``model.json``: names this exact model."""
        return hashlib.sha256((self.path / HEADER).read_bytes()).hexdigest()

    def file(self, name: str) -> Path:
        """Path of one file of the folder.

        Raises
        ------
        ArtifactError
            When the header does not list the file.
        """
        if name not in self.header["files"]:
            raise ArtifactError(
                f"The model folder {self.path} has no file {name!r}. It lists "
                f"{sorted(self.header['files'])}; write the model again."
            )
        return self.path / name

    def array(self, name: str) -> NDArray[Any]:
        """Read ``<name>.npy``."""
        array: NDArray[Any] = np.load(self.file(f"{name}.npy"), allow_pickle=False)
        return array

    def rows(self, name: str) -> StoredRows:
        """Open ``<name>.npy`` to read rows of it when they are needed."""
        return StoredRows(self.file(f"{name}.npy"))

    def estimator(self, name: str) -> Any:
        """Read ``<name>.skops`` after auditing every type in it.

        Raises
        ------
        ArtifactTypeError
            When the file asks for a type outside ``TRUSTED_TYPES``.
        """
        import skops.io as sio

        path = self.file(f"{name}.skops")
        unknown = sorted(set(sio.get_untrusted_types(file=path)) - set(TRUSTED_TYPES))
        if unknown:
            raise ArtifactTypeError(
                f"The file {path} asks for the types {unknown}, which are not on the trusted "
                "list of data.artifact. Do not load it unless you know who wrote it."
            )
        return sio.load(path, trusted=list(TRUSTED_TYPES))


def write_artifact(
    folder: str | os.PathLike[str],
    *,
    kind: str,
    parameters: Mapping[str, Any],
    classes: Sequence[str] | None = None,
    arrays: Mapping[str, NDArray[Any]] | None = None,
    estimators: Mapping[str, Any] | None = None,
    files: Mapping[str, FileContent] | None = None,
    metrics: Mapping[str, float] | None = None,
    seed: int | None = None,
    data_fingerprint: str | None = None,
    card: str = "",
) -> Path:
    """Write a model folder to a temporary sibling, then move it into place.

    Parameters
    ----------
    folder : path
        Where the model shall stand. A model that stands there is replaced in one move.
    kind : str
        A short word for what the folder holds, checked again on reading.
    parameters : mapping of JSON values
        Whatever the model needs to be built again.
    classes : sequence of str, optional
        Class labels in column order.
    arrays, estimators, files : mappings, optional
        Name → numpy array (``.npy``), scikit-learn object (``.skops``), or content: bytes,
        text, or a function that writes to the path it is given.
    metrics : mapping of str to float, optional
        Figures that belong to this model.
    seed, data_fingerprint : optional
        What it was trained with.
    card : str
        Text of the ``README.md``; a short one is made when empty.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ParameterError
        When something else than a model stands there: it would be lost.
    """
    target = Path(folder)
    check_free(target, header=HEADER)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _sibling(target) as work:
        _write_contents(work, arrays or {}, estimators or {}, files or {})
        text = card or f"# {kind}\n\nWritten by deskpilot; read with `data.artifact`.\n"
        (work / "README.md").write_text(text, encoding="utf-8")
        header = {
            "format": FORMAT,
            "kind": kind,
            "parameters": dict(parameters),
            "classes": None if classes is None else [str(c) for c in classes],
            "seed": seed,
            "data_fingerprint": data_fingerprint,
            "git_commit": _git_commit(),
            "versions": library_versions(),
            "metrics": {k: float(v) for k, v in (metrics or {}).items()},
            "files": {p.name: _sha256(p) for p in sorted(work.iterdir())},
        }
        text = json.dumps(header, indent=1, sort_keys=True, default=_plain)
        (work / HEADER).write_text(text, encoding="utf-8")
        for path in work.iterdir():
            fsync(path)
        fsync(work)
        replace_folder(work, target)
        fsync(target.parent)
    return target


def read_artifact(folder: str | os.PathLike[str], *, kind: str) -> Artifact:
    """Verify a model folder and return it for reading.

    Raises
    ------
    MissingFileError
        When there is no such folder or no header in it.
    ArtifactFormatError, ArtifactKindError, ArtifactChecksumError
        In that order, when the folder is not what it should be.
    """
    path = Path(folder)
    header = _read_header(path)
    if header["kind"] != kind:
        raise ArtifactKindError(
            f"The folder {path} holds a model of kind {header['kind']!r}. "
            f"Expected {kind!r}: point to the right folder."
        )
    _verify_files(path, header["files"])
    _warn_versions(path, header["versions"])
    return Artifact(path, header)


def atomic_write(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Write one file so that a reader sees the old or the new one, never a part."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    raw = content.encode() if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            # mkstemp lets only its owner read; the service may run as another user.
            os.fchmod(handle, 0o644)
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    fsync(target.parent)
    return target


def fsync(path: Path) -> None:
    """Push one file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def library_versions() -> dict[str, str]:
    """Versions of Python and the libraries a model depends on."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@contextmanager
def _sibling(target: Path) -> Iterator[Path]:
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    work.chmod(0o755)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write_contents(
    work: Path,
    arrays: Mapping[str, NDArray[Any]],
    estimators: Mapping[str, Any],
    files: Mapping[str, FileContent],
) -> None:
    for name, array in arrays.items():
        np.save(work / f"{name}.npy", array, allow_pickle=False)
    for name, estimator in estimators.items():
        import skops.io as sio

        sio.dump(estimator, work / f"{name}.skops")
    for name, content in files.items():
        path = work / name
        if callable(content):
            content(path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)


def _plain(value: object) -> object:
    """Return what a setting of numpy's says as JSON can say it."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} {value!r} has no place in a model's header")


def _read_header(path: Path) -> dict[str, Any]:
    header_path = path / HEADER
    if not header_path.is_file():
        raise MissingFileError(
            f"No model at {path}: {HEADER} is missing. Train one first or correct the path."
        )
    try:
        header: dict[str, Any] = json.loads(header_path.read_text(encoding="utf-8"))
        found = int(header["format"])
    except (ValueError, KeyError, TypeError) as error:
        raise ArtifactFormatError(
            f"The header {header_path} cannot be read ({error}). Restore the folder or write "
            "the model again."
        ) from error
    while found in _UPGRADES and found < FORMAT:
        header = _UPGRADES[found](header)
        found = int(header["format"])
    if found != FORMAT:
        raise ArtifactFormatError(
            f"The folder {path} has format {found}. This version reads format {FORMAT}: "
            "train again, or install the deskpilot version that wrote it."
        )
    return header


def _verify_files(path: Path, files: Mapping[str, str]) -> None:
    for name, expected in files.items():
        file = path / name
        if not file.is_file():
            raise ArtifactChecksumError(
                f"The file {file} is missing. Restore the folder or write the model again."
            )
        if _sha256(file) != expected:
            raise ArtifactChecksumError(
                f"The file {file} was changed after it was written (checksum differs). "
                "Restore the folder or write the model again."
            )
    extra = {p.name for p in path.iterdir()} - set(files) - {HEADER}
    if extra:
        raise ArtifactChecksumError(
            f"The folder {path} holds files that its header does not list: {sorted(extra)}. "
            "Remove them or write the model again."
        )


def _warn_versions(path: Path, written: Mapping[str, str]) -> None:
    here = library_versions()
    changed = {k: (v, here.get(k)) for k, v in written.items() if here.get(k) != v}
    if changed:
        logger.info("model %s was written with other library versions: %s", path.name, changed)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def _git_commit() -> str | None:
    """Commit of the checkout this code runs from, or None for an installed copy."""
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
