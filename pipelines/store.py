"""What the service's store holds, read a few rows at a time: of years, only what still counts.

Tables are read by their names; where there is no store or no such table yet, there is nothing.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, MetaData, Select, String, Table, cast, create_engine, inspect
from sqlalchemy import select as select_rows
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from data.errors import ConfigError

Row = dict[Any, Any]
REMOVED = ("delete", "deleted", "retire", "retired")
# Newest answered drafts that are learned from: enough for eight weights, and bounded.
MOST_ANSWERED = 50_000

_AT_ONCE = 1_000
_ANSWER = ("suggestion_id", "at", "decision", "corrected", "edit_distance", "kept_share")
_NOTHING = ("null", "{}")


def store_url(
    serving: Mapping[str, Any], workspace: Path, environ: Mapping[str, str] | None = None
) -> str:
    """Return the SQLAlchemy URL of the store, from the same settings as the service.

    Parameters
    ----------
    serving : mapping
        The ``[serving]`` table; ``database`` and ``state`` count.
    workspace : Path
        The service's ``state`` where neither says another.
    environ : mapping, optional
        ``os.environ`` by default; ``DESKPILOT_DATABASE`` and ``DESKPILOT_STATE`` win.
    """
    variables = os.environ if environ is None else environ
    database, state = (
        variables.get(f"DESKPILOT_{name.upper()}") or str(serving.get(name, ""))
        for name in ("database", "state")
    )
    folder = Path(state).expanduser().absolute() if state else workspace
    return database or f"sqlite:///{folder / 'store.db'}"


def read_edits(url: str) -> pd.DataFrame:
    """Read of every article the last edit that decides about it, and the draft made after it.

    Parameters
    ----------
    url : str
        SQLAlchemy URL.

    Returns
    -------
    DataFrame
        ``client_id, article_id, version, action, article``; empty where there are none.

    Raises
    ------
    ConfigError
        When the store is there but cannot be read.
    """
    decided: dict[tuple[str, str], Row] = {}
    drafts: dict[tuple[str, str], Row] = {}
    with _opened(url) as (connection, tables):
        if connection is not None and "article_edits" in tables:
            table = tables["article_edits"]
            for edit in _rows(connection, select_rows(table).order_by(table.c.version)):
                key = (str(edit["client_id"]), str(edit["article_id"]))
                if holds(edit) and edit["article"].get("status") == "draft":
                    drafts[key] = edit
                else:
                    decided[key] = edit
                    drafts.pop(key, None)
    return pd.DataFrame([*decided.values(), *drafts.values()])


def holds(edit: Mapping[Any, Any]) -> bool:
    """Say whether an edit holds an article; a removal holds none."""
    return str(edit["action"]) not in REMOVED and isinstance(edit["article"], dict)


def read_answers(
    url: str, columns: Sequence[str], *, corrected: bool = False, most: int = MOST_ANSWERED
) -> dict[str, pd.DataFrame]:
    """Read the newest feedback, and the suggestions it speaks of.

    Parameters
    ----------
    url : str
        SQLAlchemy URL.
    columns : sequence of str
        Of the suggestions; those the store does not have are left out.
    corrected : bool
        Only feedback that corrects something.
    most : int
        Rows of feedback.

    Returns
    -------
    dict of str to DataFrame
        ``feedback`` and ``suggestions``; empty without both tables.

    Raises
    ------
    ConfigError
        When the store is there but cannot be read.
    """
    with _opened(url) as (connection, tables):
        if connection is None or not {"feedback", "suggestions"} <= tables.keys():
            return {}
        given, shown = tables["feedback"], tables["suggestions"]
        newest = select_rows(*(given.c[name] for name in _ANSWER if name in given.c))
        if corrected:
            newest = newest.where(cast(given.c.corrected, String).not_in(_NOTHING))
        newest = newest.order_by(given.c.at.desc()).limit(most)
        wanted = [shown.c[name] for name in columns if name in shown.c]
        ids = select_rows(newest.subquery().c.suggestion_id)
        found = {
            "feedback": _rows(connection, newest),
            "suggestions": _rows(
                connection, select_rows(*wanted).where(shown.c.suggestion_id.in_(ids))
            ),
        }
        named = {
            "feedback": [name for name in _ANSWER if name in given.c],
            "suggestions": [column.name for column in wanted],
        }
        return {name: pd.DataFrame(rows, columns=named[name]) for name, rows in found.items()}


def read_used(url: str, *, most: int = MOST_ANSWERED) -> dict[str, list[str]]:
    """Read which of the shown articles agents put into their replies, by suggestion.

    Parameters
    ----------
    url : str
        SQLAlchemy URL.
    most : int
        Newest rows.

    Raises
    ------
    ConfigError
        When the store is there but cannot be read.
    """
    used: dict[str, list[str]] = {}
    with _opened(url) as (connection, tables):
        if connection is not None and "retrieval_events" in tables:
            table = tables["retrieval_events"]
            wanted = select_rows(table.c.suggestion_id, table.c.source_id)
            newest = wanted.where(table.c.event == "used").order_by(table.c.seq.desc()).limit(most)
            for row in _rows(connection, newest):
                used.setdefault(str(row["suggestion_id"]), []).append(str(row["source_id"]))
    return used


@contextmanager
def _opened(url: str) -> Iterator[tuple[Connection | None, dict[str, Table]]]:
    try:
        place = make_url(url)
        if place.get_backend_name() == "sqlite" and not Path(place.database or "").is_file():
            yield None, {}
            return
        engine = create_engine(url)
        try:
            known = set(inspect(engine).get_table_names())
            names = known & {"article_edits", "feedback", "retrieval_events", "suggestions"}
            with engine.connect() as connection:
                yield (
                    connection,
                    {name: Table(name, MetaData(), autoload_with=engine) for name in names},
                )
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        raise ConfigError(
            f"The service's store cannot be read ({type(error).__name__}). Correct 'database' "
            "under [serving], or leave it out."
        ) from error


def _rows(connection: Connection, query: Select[Any]) -> Iterator[Row]:
    streamed = connection.execution_options(stream_results=True, yield_per=_AT_ONCE)
    for row in streamed.execute(query).mappings():
        yield dict(row)
