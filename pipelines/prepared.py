"""Redacted tickets on disk, and what of them the next night need not redact again.

One Parquet file, a row group for each part that was read. Each row carries a keyed hash of what
it was made from; raw words are never written.
"""

import hashlib
import hmac
import importlib.metadata
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.schema import TABLES

FILE = "tickets.parquet"
SECRET = "secret"
_KEY_BYTES = 16
_MADE = ("subject", "text", "words", "language", "held", "automatic")
_GROUPS_HELD = 4
_LEFT_SECONDS = 3_600
_KINDS = {"time": pa.timestamp("us", tz="UTC"), "int": pa.int64(), "float": pa.float64()}
_DTYPES = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


class Made(NamedTuple):
    """What redaction makes of a ticket.

    Attributes
    ----------
    subject, text : str
    words : str
        What models read: subject and text.
    language : str
    held : str
        Placeholders as JSON, keyed hashes only; empty where nothing was replaced.
    automatic : bool
        Whether a machine wrote it in nobody's name.
    """

    subject: str
    text: str
    words: str
    language: str
    held: str
    automatic: bool


def cache_secret(folder: Path) -> bytes:
    """Return the secret of a cache folder; made once, readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / SECRET
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_bytes()
        if len(kept) == hashlib.sha256().digest_size:
            return kept
        # Cut short by a crash: nothing that was kept under it can be found any more.
        path.unlink()
        return cache_secret(folder)
    with os.fdopen(handle, "wb") as stream:
        stream.write(secrets.token_bytes(hashlib.sha256().digest_size))
    return path.read_bytes()


@cache
def rules_version() -> str:
    """Name the state of everything that decides how a text is cleaned, redacted and recognised."""
    digest = hashlib.sha256(repr(_MADE).encode())
    for package in ("data.redaction", "data.text"):
        for entry in sorted(resources.files(package).iterdir(), key=lambda e: e.name):
            if entry.is_file():
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    for package in ("phonenumbers", "py3langid"):
        digest.update(importlib.metadata.version(package).encode())
    return digest.hexdigest()


def row_key(secret: bytes, *parts: str) -> bytes:
    """Return the keyed hash of what a row is made from, under the rules of today."""
    message = "\0".join((rules_version(), *parts)).encode("utf-8", "surrogatepass")
    digest = hmac.digest(secret, message, "sha256")[:_KEY_BYTES]
    # numpy drops zero bytes from the end of a key.
    return digest.replace(b"\0", b"\x01")


def normal(part: pd.DataFrame, extra: Iterable[str]) -> pd.DataFrame:
    """Bring a valid part to the columns and kinds that all parts share; what is absent is empty."""
    known = TABLES["tickets"].columns
    columns: dict[str, Any] = {}
    for name in (*known, *(e for e in extra if e not in known)):
        if name not in part:
            continue
        as_text = name not in known or known[name].dtype == "decimal"
        columns[name] = _as_words(part[name]) if as_text else part[name]
    return pd.DataFrame(columns, index=part.index)


def _as_words(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Write values as texts; whole numbers alike, whether a missing one made them floats or not."""
    if not pd.api.types.is_float_dtype(column):
        return column.astype("str")
    given = (None if pd.isna(value) else float(value) for value in column)
    texts = [None if v is None else str(int(v) if v.is_integer() else v) for v in given]
    return pd.Series(texts, index=column.index, dtype="str")


class Writer:
    """Writes a file part by part; it takes the place of the last one when all is written.

    Parameters
    ----------
    folder : Path
    extra : iterable of str
        Columns beside those of the tickets table.
    """

    def __init__(self, folder: Path, extra: Iterable[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        self._partial = folder / f".{FILE}.{os.getpid()}"
        self._schema = _schema(extra)
        # Words of customers, even redacted, are for their owner alone.
        handle = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)
        os.close(handle)
        self._writer = pq.ParquetWriter(
            self._partial, self._schema, compression="zstd", write_page_checksum=True
        )

    def write(self, part: pd.DataFrame) -> None:
        """Append a part, with ``words``, ``held`` and ``key``."""
        arrays = [
            _as_arrow(part[field.name], field.type)
            if field.name in part
            else pa.nulls(len(part), field.type)
            for field in self._schema
        ]
        table = pa.Table.from_arrays(arrays, schema=self._schema)
        self._writer.write_table(table, row_group_size=max(len(part), 1))

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the file in its place; after an error the last one stays."""
        self._writer.close()
        if error is None:
            os.replace(self._partial, self.path)
        else:
            self._partial.unlink(missing_ok=True)


def sweep(folder: Path, *, now: float) -> None:
    """Remove what killed nights left half-written.

    Parameters
    ----------
    folder : Path
        The cache; other workspaces may share it, so what was written lately stays.
    now : float
        Seconds since 1970.
    """
    for rest in (*folder.glob(f".{FILE}.*"), *folder.glob("vectors/*/.*")):
        # Its owner may take it away at this moment.
        with suppress(FileNotFoundError):
            if now - rest.stat().st_mtime > _LEFT_SECONDS:
                rest.unlink()


class Earlier:
    """What the last night made, by key; empty where there was none, or it cannot be read.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._groups: dict[int, list[Made]] = {}
        self._keys = np.empty(0, dtype=f"S{_KEY_BYTES}")
        self._file: pq.ParquetFile | None = None
        try:
            self._file = pq.ParquetFile(folder / FILE, page_checksum_verification=True)
            column = self._file.read(columns=["key"]).column("key").combine_chunks()
        except (OSError, pa.ArrowException):
            return
        keys = np.array(column.to_pylist(), dtype=f"S{_KEY_BYTES}")
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._starts = _starts(self._file)

    def fetch(self, keys: Sequence[bytes]) -> list[Made | None]:
        """Return what was made of each key."""
        found: list[Made | None] = [None] * len(keys)
        if not len(self._keys) or not keys:
            return found
        wanted = np.array(keys, dtype=self._keys.dtype)
        at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        known = np.flatnonzero(self._keys[at] == wanted)
        rows = self._order[at[known]]
        groups = np.searchsorted(self._starts, rows, side="right") - 1
        for group in np.unique(groups).tolist():
            held = self._group(group)
            if held is None:
                continue
            for place, row in zip(
                known[groups == group].tolist(),
                (rows[groups == group] - self._starts[group]).tolist(),
                strict=True,
            ):
                found[place] = held[row]
        return found

    def _group(self, number: int) -> list[Made] | None:
        if number not in self._groups and self._file is not None:
            try:
                table = self._file.read_row_group(number, columns=list(_MADE))
            except (OSError, pa.ArrowException):
                return None
            while len(self._groups) >= _GROUPS_HELD:
                self._groups.pop(next(iter(self._groups)))
            columns = [table.column(name).to_pylist() for name in _MADE]
            self._groups[number] = [Made(*row) for row in zip(*columns, strict=True)]
        return self._groups.get(number)


def read_rows(path: Path, rows: NDArray[np.intp]) -> pd.DataFrame:
    """Read rows of a file by their positions, in the order given; a row group at a time."""
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        starts = _starts(file)
        wanted = np.sort(rows)
        groups = np.searchsorted(starts, wanted, side="right") - 1
        parts = [
            file.read_row_group(group).take(pa.array(wanted[groups == group] - starts[group]))
            for group in np.unique(groups).tolist()
        ]
        schema = file.schema_arrow
    table = pa.concat_tables(parts) if parts else schema.empty_table()
    table = table.drop_columns(["automatic", "key"])
    frame: pd.DataFrame = table.to_pandas(types_mapper=_DTYPES.get)
    back = np.empty(len(rows), dtype=np.intp)
    back[np.argsort(rows, kind="stable")] = np.arange(len(rows))
    return frame.iloc[back].reset_index(drop=True)


def cell_sum(part: pd.DataFrame) -> int:
    """Add up a hash of every row: the same for any order of rows and columns, and any parts."""
    total = np.zeros(len(part), dtype=np.uint64)
    for name in part:
        cells = pd.util.hash_array(part[name].astype("str").fillna("").to_numpy(dtype=object))
        salt = np.uint64(int.from_bytes(hashlib.sha256(str(name).encode()).digest()[:8]))
        total += np.where(part[name].isna(), np.uint64(0), (cells ^ salt) * np.uint64(0x9E3779B1))
    total ^= total >> np.uint64(31)
    return int((total * np.uint64(0x94D049BB133111EB)).sum(dtype=np.uint64))


def _starts(file: pq.ParquetFile) -> NDArray[np.int64]:
    sizes = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
    return np.cumsum([0, *sizes])[:-1].astype(np.int64)


def _as_arrow(column: "pd.Series[Any]", kind: pa.DataType) -> pa.Array:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        # pandas warns of what Arrow does with a column that knows its zone.
        moments = column.dt.tz_convert(None).to_numpy(dtype="datetime64[us]")
        return pa.array(moments, from_pandas=True).cast(kind)
    return pa.array(column, type=kind, from_pandas=True)


def _schema(extra: Iterable[str]) -> pa.Schema:
    known = TABLES["tickets"].columns
    kinds: Mapping[str, Any] = {**_KINDS, "bool": pa.bool_()}
    fields = [(name, kinds.get(column.dtype, pa.string())) for name, column in known.items()]
    fields += [(name, pa.string()) for name in extra if name not in known]
    fields += [("words", pa.string()), ("held", pa.string()), ("automatic", pa.bool_())]
    fields += [("key", pa.binary())]
    return pa.schema(fields)
