"""Files, folders of parts or frames to the tables of `data.schema`."""

import glob
import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from data.errors import LoadError, MissingFileError, ParameterError, SchemaError
from data.files import TABLE_SUFFIXES, read_rows, suffix_of
from data.knowledge.articles import MAX_BYTES, articles_from_frame, read_articles
from data.schema import TABLES
from data.schema.exports import prepare
from data.schema.table import Table, nearest

logger = logging.getLogger(__name__)

Source = str | Path | pd.DataFrame


class _Shared(list[dict[str, str]]):
    """A list that copies of a frame share.

    Every operation of pandas copies ``attrs`` deeply, which takes longer than most operations
    when thousands of articles are reported on.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Shared":
        return self


def load_tickets(
    path: Source,
    *,
    mapping: Mapping[str, str] | None = None,
    timezone: str | None = None,
    defaults: Mapping[str, Any] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> pd.DataFrame:
    """Load tickets; see `load_table` for the parameters and errors.

    Returns
    -------
    DataFrame
        Valid tickets, one row each, further columns kept.
    """
    return load_table(
        path, "tickets", mapping=mapping, timezone=timezone, defaults=defaults, values=values
    )


def load_messages(
    path: Source,
    *,
    mapping: Mapping[str, str] | None = None,
    timezone: str | None = None,
    defaults: Mapping[str, Any] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> pd.DataFrame:
    """Load the messages of tickets; see `load_table` for the parameters and errors."""
    return load_table(
        path, "messages", mapping=mapping, timezone=timezone, defaults=defaults, values=values
    )


def load_article_links(
    path: Source,
    *,
    mapping: Mapping[str, str] | None = None,
    timezone: str | None = None,
    defaults: Mapping[str, Any] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> pd.DataFrame:
    """Load which article answered which ticket; see `load_table` for parameters and errors."""
    return load_table(
        path, "article_links", mapping=mapping, timezone=timezone, defaults=defaults, values=values
    )


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


def load_table(
    path: Source,
    table: str,
    *,
    mapping: Mapping[str, str] | None = None,
    timezone: str | None = None,
    defaults: Mapping[str, Any] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> pd.DataFrame:
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
    contract = _table(table)
    ready = partial(prepare, mapping=mapping, defaults=defaults, values=values)
    if isinstance(path, pd.DataFrame):
        return contract.validate(ready(path), timezone=timezone)
    parts = [_read_part(file, contract, ready, timezone) for file in table_files(path)]
    # Once more for all: an id may be repeated across the parts.
    return parts[0] if len(parts) == 1 else contract.validate(pd.concat(parts, ignore_index=True))


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


def _read_part(
    file: Path, contract: Table, ready: Callable[..., pd.DataFrame], timezone: str | None
) -> pd.DataFrame:
    rows = read_rows(file)
    if rows.empty and not len(rows.columns):
        raise LoadError(f"'{file.name}' holds no rows.")
    try:
        return contract.validate(ready(rows), timezone=timezone)
    except SchemaError as error:
        raise SchemaError(
            f"{file.name}: {error}", table=contract.name, column=error.column, rows=error.rows
        ) from error


def _table(name: str) -> Table:
    if name not in TABLES:
        likely = nearest(name, list(TABLES))
        raise ParameterError(
            f"The 'table' parameter must be one of {', '.join(TABLES)}. Got {name!r} instead."
            + (f" Did you mean '{likely}'?" if likely else "")
        )
    return TABLES[name]
