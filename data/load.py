"""Files, folders of parts or frames to the tables of `data.schema`."""

import glob
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import LoadError, MissingFileError, ParameterError, SchemaError
from data.files import TABLE_SUFFIXES, read_parts, read_rows, suffix_of
from data.knowledge.articles import MAX_BYTES, articles_from_frame, read_articles
from data.schema import TABLES
from data.schema.exports import prepare
from data.schema.table import Table, name_rows, nearest

logger = logging.getLogger(__name__)

Source = str | Path | pd.DataFrame
STREAM_ROWS = 2000


class _Shared(list[dict[str, str]]):
    """A list that copies of a frame share.

    Every operation of pandas copies ``attrs`` deeply, which takes longer than most operations
    when thousands of articles are reported on.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Shared":
        return self


class Reading(TypedDict, total=False):
    """How an export is read; see `load_table`."""

    mapping: Mapping[str, str] | None
    timezone: str | None
    defaults: Mapping[str, Any] | None
    values: Mapping[str, Mapping[str, str]] | None
    date_format: str | None


class _Times(TypedDict):
    """The part of `Reading` that is about times."""

    timezone: str | None
    date_format: str | None


def load_tickets(path: Source, **reading: Unpack[Reading]) -> pd.DataFrame:
    """Load tickets; see `load_table` for the parameters and errors.

    Returns
    -------
    DataFrame
        Valid tickets, one row each, further columns kept.
    """
    return load_table(path, "tickets", **reading)


def load_article_links(path: Source, **reading: Unpack[Reading]) -> pd.DataFrame:
    """Load which article answered which ticket; see `load_table` for parameters and errors."""
    return load_table(path, "article_links", **reading)


def load_articles(
    path: Source,
    client_id: str,
    *,
    mapping: Mapping[str, str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    timezone: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> pd.DataFrame:
    """Load the knowledge of one client from files, a folder or a frame.

    Parameters and errors are those of `data.knowledge.read_articles`.

    Returns
    -------
    DataFrame
        Valid articles; ``attrs["import_status"]`` lists what became of each: dicts of ``path``,
        ``article_id``, ``status`` (imported or skipped) and ``reason``.
    """
    read = articles_from_frame if isinstance(path, pd.DataFrame) else read_articles
    articles, statuses = read(
        path,  # type: ignore[arg-type]  # each function takes its own of the two kinds
        client_id,
        mapping=mapping,
        defaults=defaults,
        timezone=timezone,
        max_bytes=max_bytes,
    )
    articles.attrs["import_status"] = _Shared(statuses)
    return articles


def load_table(path: Source, table: str, **reading: Unpack[Reading]) -> pd.DataFrame:
    """Load any table of `data.schema.TABLES`.

    Parameters
    ----------
    path : str, Path or DataFrame
        A file (``.csv .tsv .jsonl .ndjson .json .parquet .pq``, also with ``.gz``), a folder or
        a glob of parts that together are the table, or a frame.
    table : str
        Name of the table.
    mapping : mapping, optional
        Column of the export -> column of the table.
    timezone : str, optional
        IANA name of the zone of times that carry none.
    defaults : mapping, optional
        Column -> value where the column is absent or a cell is empty.
    values : mapping, optional
        Column -> {value of the export: value of the table}, such as
        ``{"channel": {"web": "form"}}``.
    date_format : str, optional
        Form of times that are not ISO 8601, as `datetime.strptime` takes it, such as
        ``"%d/%m/%Y %H:%M"``.

    Returns
    -------
    DataFrame
        Valid, in the order of the files' names and of their rows; further columns kept.

    Raises
    ------
    MissingFileError
        When the path leads to no file.
    LoadError
        When a file cannot be read; names the line.
    SchemaError
        When the rows break the table's contract; names the column, the rows and the way out.
    """
    contract, ready, times = _table(table), _prepared_by(reading), _times(reading)
    if isinstance(path, pd.DataFrame):
        return contract.validate(ready(path), **times)
    parts = []
    for file in table_files(path):
        rows = read_rows(file)
        if rows.empty and not len(rows.columns):
            raise LoadError(f"'{file.name}' holds no rows.")
        parts.append(_validated(rows, contract, ready, times, file.name))
    # Once more for all: an id may be repeated across the parts.
    return parts[0] if len(parts) == 1 else contract.validate(pd.concat(parts, ignore_index=True))


def stream_table(
    path: str | Path,
    table: str,
    *,
    rows: int = STREAM_ROWS,
    columns: Collection[str] | None = None,
    **reading: Unpack[Reading],
) -> Iterator[pd.DataFrame]:
    """Load a table a part at a time, so that it need not fit into memory.

    Parameters
    ----------
    path, table, **reading
        As `load_table` takes them.
    rows : int
        Of each part, but for the last of each file.
    columns : collection of str, optional
        Further columns that are wanted beside those of the table; all by default. The others
        of a Parquet file are not even read.

    Yields
    ------
    DataFrame
        Valid rows, in the order of the files' names and of their rows.

    Raises
    ------
    MissingFileError, LoadError, SchemaError
        As `load_table`; that a key occurs twice is found when the last part has been read.
    """
    contract, times = _table(table), _times(reading)
    known = None if columns is None else {*contract.columns, *columns}
    given = None if known is None else known | set(reading.get("mapping") or {})
    keys: list[NDArray[np.uint64]] = []
    for file in table_files(path):
        first = 0
        for part in read_parts(file, rows=rows, columns=given):
            if not len(part.columns):
                raise LoadError(f"'{file.name}' holds no rows.")
            where = f"{file.name}, rows from {first} on" if first else file.name
            ready = _prepared_by(_about(reading, part) if first else reading)
            valid = _validated(part, contract, ready, times, where)
            first += len(part)
            keys.append(_hashed_keys(valid, contract))
            yield valid if known is None else valid[[c for c in valid if c in known]]
    _check_keys(np.concatenate(keys), contract)


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a file, folder or glob of parts as it is, without a check of the columns."""
    parts = [read_rows(file) for file in table_files(path)]
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def table_files(path: str | Path) -> list[Path]:
    """List the table files that a path, folder or glob names, by name.

    Raises
    ------
    MissingFileError
        When there are none.
    """
    place = Path(path)
    if place.is_file():
        return [place]
    if place.is_dir():
        found = sorted(p for p in place.iterdir() if p.is_file() and not p.name.startswith("."))
    else:
        found = sorted(Path(name) for name in glob.glob(str(path)))  # noqa: PTH207 - also absolute
    files = [file for file in found if file.is_file() and suffix_of(file) in TABLE_SUFFIXES]
    for file in set(found) - set(files):
        logger.warning("'%s' is not read: it is no table file.", file.name)
    if not files:
        raise MissingFileError(
            f"There is no table file at '{path}'. Give a file, a folder or a glob of "
            f"{', '.join(TABLE_SUFFIXES)}."
        )
    return files


def _validated(
    rows: pd.DataFrame,
    contract: Table,
    ready: Callable[..., pd.DataFrame],
    times: _Times,
    where: str,
) -> pd.DataFrame:
    try:
        return contract.validate(ready(rows), **times)
    except SchemaError as error:
        raise SchemaError(
            f"{where}: {error}", table=contract.name, column=error.column, rows=error.rows
        ) from error


def _times(reading: Reading) -> _Times:
    return {"timezone": reading.get("timezone"), "date_format": reading.get("date_format")}


def _prepared_by(reading: Reading) -> Callable[..., pd.DataFrame]:
    return partial(
        prepare,
        mapping=reading.get("mapping"),
        defaults=reading.get("defaults"),
        values=reading.get("values"),
    )


def _about(reading: Reading, part: pd.DataFrame) -> Reading:
    """Leave out of the mapping what a later part of JSON Lines happens not to have."""
    mapping = reading.get("mapping") or {}
    return {**reading, "mapping": {old: new for old, new in mapping.items() if old in part}}


def _hashed_keys(part: pd.DataFrame, contract: Table) -> NDArray[np.uint64]:
    key = [name for name in contract.key if name in part.columns]
    if not key:
        return np.empty(0, dtype=np.uint64)
    hashed = pd.util.hash_pandas_object(part[key].astype(str), index=False)
    return np.asarray(hashed, dtype=np.uint64)


def _check_keys(keys: NDArray[np.uint64], contract: Table) -> None:
    """Hashes of 64 bits: among a million keys two differing ones are alike once in 40 million."""
    repeats = np.flatnonzero(pd.Series(keys).duplicated().to_numpy())
    if len(repeats):
        raise SchemaError(
            f"The rows of {contract.name} must be unique by ({', '.join(contract.key)}). Got "
            f"{len(repeats):,} repeats instead. {name_rows(repeats.tolist())} Drop the repeats, or "
            "give each change its own version.",
            table=contract.name,
            rows=repeats.tolist(),
        )


def _table(name: str) -> Table:
    if name not in TABLES:
        likely = nearest(name, list(TABLES))
        raise ParameterError(
            f"The 'table' parameter must be one of {', '.join(TABLES)}. Got {name!r} instead."
            + (f" Did you mean '{likely}'?" if likely else "")
        )
    return TABLES[name]
