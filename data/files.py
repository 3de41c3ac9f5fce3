"""Read one file as rows: CSV, JSON Lines, JSON or Parquet; say where it breaks."""

import codecs
import csv
import gzip
import io
import itertools
import json
import sys
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

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
_BLOCK = 1 << 20


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


def read_parts(
    path: Path, *, rows: int, columns: Collection[str] | None = None
) -> Iterator[pd.DataFrame]:
    """Read one table file a part at a time, as `read_rows` reads the whole.

    Parameters
    ----------
    path : Path
    rows : int
        Of each part; the last one has fewer. There is at least one part.
    columns : collection of str, optional
        What is wanted of a Parquet file; those it has not are left out. All by default.

    Raises
    ------
    MissingFileError, LoadError
        As `read_rows`. A JSON array and a packed Parquet file are read whole.
    """
    suffix, packed = suffix_of(path), path.name.lower().endswith(".gz")
    if suffix in PARQUET_SUFFIXES and not packed:
        yield from _parquet_parts(path, rows, columns)
    elif suffix in CSV_SUFFIXES or suffix in JSON_SUFFIXES:
        check_text(path)
        with _opened(path) as stream:
            if suffix in CSV_SUFFIXES:
                yield from csv_parts(stream, path.name, rows)
            elif _starts_array(path):
                yield from _sliced(parse_json_lines(stream.read(), path.name), rows)
            else:
                yield from json_parts(stream, path.name, rows)
    else:
        yield from _sliced(read_rows(path), rows)


def check_text(path: Path) -> None:
    """Refuse what `decode` refuses, without holding more than a block of the file.

    Raises
    ------
    MissingFileError, LoadError
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    control, size, filled = 0, 0, False
    try:
        with _binary(path) as stream:
            while block := stream.read(_BLOCK):
                if size == 0 and block.startswith(_UTF16):
                    decode(block, path.name)
                control += len(block) - len(block.translate(None, _CONTROL))
                size += len(block)
                filled = filled or bool(block.strip())
                decoder.decode(block, final=False)
                if b"\0" in block:
                    break
            decoder.decode(b"", final=True)
    except FileNotFoundError as error:
        raise MissingFileError(f"There is no file at '{path}'.") from error
    except UnicodeDecodeError:
        # It is at fault somewhere: the whole says where.
        control = size
    except (OSError, EOFError, zlib.error) as error:
        raise LoadError(f"'{path.name}' cannot be read: {error}.") from error
    if not filled or control > _CONTROL_SHARE * size:
        read_text(path)


def parse_csv(text: str, name: str) -> pd.DataFrame:
    """Read CSV text; see `csv_parts`."""
    return next(csv_parts(io.StringIO(text, newline=""), name, sys.maxsize))


def csv_parts(stream: TextIO, name: str, rows: int) -> Iterator[pd.DataFrame]:
    """Read CSV a part at a time.

    The delimiter is the one that the first line holds most of (``,;|`` or tab).

    Raises
    ------
    LoadError
        For rows with more or fewer cells than the header and for open quotes; names the line.
    """
    first = stream.readline()
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(itertools.chain([first], stream), delimiter=delimiter, strict=True)
    checked = _csv_rows(reader, name, delimiter)
    # A frame saved with its index has one column without a name.
    names = next(checked, [])
    header = [cell.strip() or f"column_{at}" for at, cell in enumerate(names, start=1)]
    at_least_one = True
    while cells := [[c or None for c in row] for row in itertools.islice(checked, rows)]:
        at_least_one = False
        yield pd.DataFrame(cells, columns=header, dtype=object)
    if at_least_one:
        yield pd.DataFrame([], columns=header, dtype=object)


def _csv_rows(reader: Any, name: str, delimiter: str) -> Iterator[list[str]]:
    width, start = -1, 1
    while True:
        try:
            with _long_fields():
                row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise LoadError(f"'{name}' cannot be read from line {start} on: {error}.") from error
        width = len(row) if width < 0 else width
        if len(row) != width and row:
            raise LoadError(
                f"'{name}' must have {width} cells in each row, as in its header. "
                f"Got {len(row)} in line {start} instead: quote cells that hold "
                f"{delimiter!r}, quotes or line ends."
            )
        start = reader.line_num + 1
        if row:
            yield row


def parse_json_lines(text: str, name: str) -> pd.DataFrame:
    """Read JSON Lines (one object a line) or one JSON array of objects.

    Raises
    ------
    LoadError
        Names the line that is not a JSON object.
    """
    if text.lstrip().startswith("["):
        return _frame(_json_array(text, name))
    return next(json_parts(io.StringIO(text), name, sys.maxsize))


def json_parts(stream: TextIO, name: str, rows: int) -> Iterator[pd.DataFrame]:
    """Read JSON Lines a part at a time.

    Raises
    ------
    LoadError
        Names the line that is not a JSON object.
    """
    records = _json_records(stream, name)
    yield _frame(list(itertools.islice(records, rows)))
    while part := list(itertools.islice(records, rows)):
        yield _frame(part)


def _json_records(stream: TextIO, name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(stream, start=1):
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
        yield record


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
        return _as_frame(pq.read_table(io.BytesIO(content)))
    except (pa.ArrowException, OSError) as error:
        raise LoadError(f"'{path.name}' is not a Parquet file: {error}.") from error


def _parquet_parts(
    path: Path, rows: int, columns: Collection[str] | None
) -> Iterator[pd.DataFrame]:
    if not path.is_file() or not path.stat().st_size:
        read_bytes(path)
    try:
        # Without a buffer's size a row group, often the whole file, is read at once.
        with pq.ParquetFile(path, buffer_size=_BLOCK) as file:
            names = file.schema_arrow.names
            wanted = [n for n in names if columns is None or n.strip() in columns or n in columns]
            if not file.metadata.num_rows:
                yield _as_frame(file.read(columns=wanted))
            for batch in file.iter_batches(batch_size=rows, columns=wanted):
                yield _as_frame(pa.Table.from_batches([batch]))
    except (pa.ArrowException, OSError) as error:
        raise LoadError(f"'{path.name}' is not a Parquet file: {error}.") from error


def _as_frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True, integer_object_nulls=True)
    return frame.drop(columns=[name for name in frame if str(name).startswith("__index_level_")])


def _sliced(frame: pd.DataFrame, rows: int) -> Iterator[pd.DataFrame]:
    for start in range(0, max(len(frame), 1), rows):
        yield frame.iloc[start : start + rows].reset_index(drop=True)


def _binary(path: Path) -> BinaryIO:
    packed = path.name.lower().endswith(".gz")
    return cast(BinaryIO, gzip.open(path, "rb") if packed else path.open("rb"))


def _opened(path: Path) -> TextIO:
    """Open a checked file as text, its line ends as single line feeds."""
    return io.TextIOWrapper(_binary(path), encoding="utf-8-sig", newline=None)


def _starts_array(path: Path) -> bool:
    with _opened(path) as stream:
        return stream.read(_BLOCK).lstrip().startswith("[")


@contextmanager
def _long_fields() -> Iterator[None]:
    # The csv module refuses cells over 128 kB by default; the limit is the process's own.
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)
