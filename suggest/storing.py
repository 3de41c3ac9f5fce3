"""A client's index on disk: immutable folders, one pointer.

``root/<client>/<version>/`` is a model folder (see `data.artifact`); ``root/<client>/current.json``
says which version is served and is moved in one step. Readers see the old or the new state.
"""

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.artifact import Artifact, atomic_write, read_artifact, write_artifact
from data.encoders import Encoder
from data.errors import ArtifactError, MissingFileError
from suggest.client_index import ClientIndex, Dense, Sentences, Vectors
from suggest.lexical import BM25Index
from suggest.readings import Readings

logger = logging.getLogger(__name__)

KIND = "knowledge_index"
POINTER = "current.json"
_FIELDS = ("words", "parts", "titles")


def client_folder(client_id: str) -> str:
    """Return a folder name for a client: readable, safe, one to one.

    Examples
    --------
    >>> client_folder("acme"), client_folder("../etc"), client_folder("a/b")
    ('acme', '%2E%2E%2Fetc', 'a%2Fb')
    """
    return quote(client_id, safe="").replace(".", "%2E")


def version_folder(version: str) -> str:
    """Return a folder name for a version.

    Examples
    --------
    >>> version_folder("kb:2026-03-02T02:10Z#a91f04c2")
    '2026-03-02T02-10Z-a91f04c2'
    """
    return version.removeprefix("kb:").replace(":", "-").replace("#", "-")


def write_client(root: Path, index: ClientIndex, encoder: Encoder, keep: int) -> Path:
    """Write a client's index, move its pointer and remove all but the newest versions."""
    home = root / client_folder(index.client_id)
    folder = home / version_folder(index.version)
    if not (folder / "model.json").is_file():
        # A folder of this name is ours, and without a header it is a rest of one.
        shutil.rmtree(folder, ignore_errors=True)
        _write_version(folder, index, encoder)
    digest = read_artifact(folder, kind=KIND).digest
    pointer = {
        "client_id": index.client_id,
        "version": index.version,
        "folder": folder.name,
        "digest": digest,
    }
    atomic_write(home / POINTER, json.dumps(pointer, indent=1, sort_keys=True))
    _forget_old(home, folder.name, keep)
    return folder


def read_client(
    home: Path, encoder: Encoder, dense: Callable[[Path, Vectors], Dense]
) -> ClientIndex:
    """Read the index a client's pointer names.

    Raises
    ------
    ArtifactError
        When the pointer, a file or a checksum is wrong, or another encoder built the index.
    """
    pointer = read_pointer(home)
    try:
        artifact = read_artifact(home / str(pointer["folder"]), kind=KIND)
    except MissingFileError as error:
        raise ArtifactError(
            f"The pointer {home / POINTER} names the version {pointer['folder']}, which is "
            "gone. Build the index again or point to a version that is there."
        ) from error
    if artifact.digest != pointer["digest"]:
        raise ArtifactError(
            f"The index {artifact.path} is not the one its pointer was written for. Build the "
            "index again."
        )
    fingerprint = artifact.parameters["encoder"]
    if fingerprint != encoder.fingerprint:
        raise ArtifactError(
            f"The index {artifact.path} was built with the encoder {fingerprint}. Got "
            f"{encoder.fingerprint} ({encoder.name}) instead: load it with that one or build "
            "the index again."
        )
    return _read_version(artifact, dense).prepared()


def read_pointer(home: Path) -> dict[str, Any]:
    """Read the pointer of a client's folder.

    Raises
    ------
    ArtifactError
        When it is not what `write_client` writes.
    """
    path = home / POINTER
    try:
        pointer = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ArtifactError(f"The pointer {path} cannot be read ({error}).") from error
    whole = isinstance(pointer, dict) and {"client_id", "version", "folder", "digest"} <= {*pointer}
    folder = str(pointer["folder"]) if whole else ""
    if Path(folder).name != folder or folder in ("", ".", ".."):
        raise ArtifactError(
            f"The pointer {path} must name client_id, version, digest and the folder beside it. "
            f"Got {json.dumps(pointer)[:200]} instead: build the index again."
        )
    return dict(pointer)


def _write_version(folder: Path, index: ClientIndex, encoder: Encoder) -> None:
    arrays: dict[str, NDArray[Any]] = {
        "vectors": index.vectors,
        "heading_vectors": np.asarray(index.headings),
        "starts": index.starts,
        "translations": index.translations,
        "sentence_offsets": index.sentences.offsets,
        "sentence_spans": index.sentences.spans,
        "sentence_vectors": np.asarray(index.sentences.vectors),
        "reading_offsets": index.readings.offsets,
        "reading_data": np.asarray(index.readings.data),
    }
    vocabularies: dict[str, bytes] = {}
    for name in _FIELDS:
        field: BM25Index = getattr(index, name)
        arrays |= {f"{name}_{key}": array for key, array in field.arrays().items()}
        vocabularies[f"{name}.json"] = json.dumps(field.vocabulary).encode()
    write_artifact(
        folder,
        kind=KIND,
        parameters={
            "client_id": index.client_id,
            "version": index.version,
            "encoder": encoder.fingerprint,
            "encoder_name": encoder.name,
        },
        arrays=arrays,
        files={
            **vocabularies,
            "articles.parquet": lambda path: index.articles.to_parquet(path, index=False),
            "passages.parquet": lambda path: index.passages.to_parquet(path, index=False),
            "index.faiss": index.dense.write,
        },
        card=f"# Knowledge index\n\n{len(index.articles)} approved articles in "
        f"{len(index.passages)} passages, version `{index.version}`.\n",
    )


def _read_version(artifact: Artifact, dense: Callable[[Path, Vectors], Dense]) -> ClientIndex:
    fields = {}
    for name in _FIELDS:
        keys = ("data", "indices", "indptr", "documents")
        vocabulary = json.loads(artifact.file(f"{name}.json").read_text(encoding="utf-8"))
        stored = {key: artifact.array(f"{name}_{key}") for key in keys}
        fields[name] = BM25Index.from_arrays(vocabulary, stored)
    articles = pd.read_parquet(artifact.file("articles.parquet"))
    passages = pd.read_parquet(artifact.file("passages.parquet"))
    passages["media"] = [list(found) for found in passages["media"]]
    vectors = artifact.array("vectors")
    return ClientIndex(
        client_id=artifact.parameters["client_id"],
        version=artifact.parameters["version"],
        articles=articles,
        passages=passages,
        vectors=vectors,
        headings=artifact.rows("heading_vectors"),
        starts=artifact.array("starts"),
        sentences=Sentences(
            artifact.array("sentence_offsets"),
            artifact.array("sentence_spans"),
            # Only what is drafted from is read.
            artifact.rows("sentence_vectors"),
        ),
        readings=Readings(artifact.array("reading_offsets"), artifact.rows("reading_data")),
        words=fields["words"],
        parts=fields["parts"],
        titles=fields["titles"],
        languages=np.array(articles["language"].tolist(), dtype=np.str_),
        translations=artifact.array("translations"),
        dense=dense(artifact.file("index.faiss"), vectors),
    )


def _forget_old(home: Path, current: str, keep: int) -> None:
    others = [p for p in home.iterdir() if p.is_dir() and p.name != current]
    others = [p for p in others if (p / "model.json").is_file()]
    newest_first = sorted(others, key=lambda p: (p.stat().st_mtime_ns, p.name), reverse=True)
    for old in newest_first[max(keep - 1, 0) :]:
        logger.info("removing the old index version %s", old)
        shutil.rmtree(old, ignore_errors=True)
