"""Read one file as rows: CSV, JSON Lines, JSON or Parquet; say where it breaks."""

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import LoadError, MissingFileError

CSV_SUFFIXES = (".csv", ".tsv")
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
PARQUET_SUFFIXES = (".parquet", ".pq")
TABLE_SUFFIXES = CSV_SUFFIXES + JSON_SUFFIXES + PARQUET_SUFFIXES
_DELIMITERS = ",;\t|"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Control characters that text seldom holds (tab, line ends, form feed and escape are allowed).
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_CONTROL_SHARE = 0.02


def suffix_of(path: Path) -> str:
    """Return the suffix in lower case, without a trailing ``.gz``."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def read_bytes(path: Path) -> bytes:
    """Read a file, unpacked if it ends in ``.gz``.

    Raises
    ------
    MissingFileError, LoadError
        When it is not there, not a file, not readable or empty.
    """
    try:
        content = path.read_bytes()
        if path.name.lower().endswith(".gz"):
            content = gzip.decompress(content)
    except FileNotFoundError as error:
        raise MissingFileError(f"There is no file at '{path}'.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise LoadError(f"'{path.name}' cannot be read: {error}.") from error
    if not content.strip():
        raise LoadError(f"'{path.name}' is empty. Export it again, or leave it out.")
    return content


def decode(content: bytes, name: str) -> str:
    """Read bytes as UTF-8 text, its line ends as single line feeds.

    Raises
    ------
    LoadError
        For binary content or bytes that are not UTF-8; names the position of the first one.
    """
    if content.startswith(_UTF16):
        raise LoadError(f"'{name}' must be UTF-8 text. It is UTF-16: save it as UTF-8.")
    control = len(content) - len(content.translate(None, _CONTROL))
    if b"\0" in content or control > _CONTROL_SHARE * len(content):
        at = next(at for at, byte in enumerate(content) if byte in _CONTROL)
        raise LoadError(
            f"'{name}' must be text. It looks binary: byte 0x{content[at]:02x} at position {at}."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # utf-8-sig counts from behind the byte order mark.
        at = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
        line = content.count(b"\n", 0, at) + 1
        raise LoadError(
            f"'{name}' must be UTF-8 text. Byte 0x{content[at]:02x} at position {at} (line {line}) "
            "is not: save the file as UTF-8."
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_text(path: Path) -> str:
    """Read a UTF-8 text file; see `read_bytes` and `decode` for what is refused."""
    return decode(read_bytes(path), path.name)


def read_rows(path: Path) -> pd.DataFrame:
    """Read one table file as it is: no types guessed, empty CSV cells missing.

    Raises
    ------
    MissingFileError, LoadError
        The latter names the line of a broken CSV or JSON Lines file.
    """
    suffix = suffix_of(path)
    if suffix in PARQUET_SUFFIXES:
        return _read_parquet(path)
    if suffix in CSV_SUFFIXES:
        return parse_csv(read_text(path), path.name)
    if suffix in JSON_SUFFIXES:
        return parse_json_lines(read_text(path), path.name)
    raise LoadError(
        f"The suffix of '{path.name}' must be one of {', '.join(TABLE_SUFFIXES)} "
        "(and .gz behind it)."
    )


def parse_csv(text: str, name: str) -> pd.DataFrame:
    """Read CSV text; the delimiter is the one that the first line holds most of (``,;|`` or tab).

    Raises
    ------
    LoadError
        For rows with more or fewer cells than the header and for open quotes; names the line.
    """
    header_line = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header_line.count)
    with _long_fields():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows, start = [], 1
        try:
            for row in reader:
                rows.append(row)
                if len(row) != len(rows[0]) and row:
                    raise LoadError(
                        f"'{name}' must have {len(rows[0])} cells in each row, as in its header. "
                        f"Got {len(row)} in line {start} instead: quote cells that hold "
                        f"{delimiter!r}, quotes or line ends."
                    )
                start = reader.line_num + 1
        except csv.Error as error:
            raise LoadError(f"'{name}' cannot be read from line {start} on: {error}.") from error
    # A frame saved with its index has one column without a name.
    header = [cell.strip() or f"column_{at}" for at, cell in enumerate(rows[0], start=1)]
    cells = [[cell or None for cell in row] for row in rows[1:] if row]
    return pd.DataFrame(cells, columns=header, dtype=object)


def parse_json_lines(text: str, name: str) -> pd.DataFrame:
    """Read JSON Lines (one object a line) or one JSON array of objects.

    Raises
    ------
    LoadError
        Names the line that is not a JSON object.
    """
    if text.lstrip().startswith("["):
        return _frame(_json_array(text, name))
    records = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise LoadError(f"Line {number} of '{name}' is not JSON: {error}.") from error
        if not isinstance(record, dict):
            raise LoadError(
                f"Line {number} of '{name}' must be a JSON object. "
                f"Got a {type(record).__name__} instead."
            )
        records.append(record)
    return _frame(records)


def _json_array(text: str, name: str) -> list[dict[str, Any]]:
    try:
        records = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LoadError(f"'{name}' is not JSON: {error}.") from error
    for number, record in enumerate(records):
        if not isinstance(record, dict):
            raise LoadError(
                f"Item {number} of '{name}' must be a JSON object. "
                f"Got a {type(record).__name__} instead."
            )
    return list(records)


def _frame(records: list[dict[str, Any]]) -> pd.DataFrame:
    # Columns of objects: pandas would turn whole numbers beside gaps into floats.
    columns = list(dict.fromkeys(name for record in records for name in record))
    cells = [[record.get(name) for name in columns] for record in records]
    return pd.DataFrame(cells, columns=columns, dtype=object)


def _read_parquet(path: Path) -> pd.DataFrame:
    content = read_bytes(path)
    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise LoadError(f"'{path.name}' is not a Parquet file: {error}.") from error
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True, integer_object_nulls=True)
    return frame.drop(columns=[name for name in frame if str(name).startswith("__index_level_")])


@contextmanager
def _long_fields() -> Iterator[None]:
    # The csv module refuses cells over 128 kB by default; the limit is the process's own.
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)
