"""How the store reaches its database: SQLite tuned to lose nothing, or any server by its URL."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Insert,
    Table,
    Text,
    create_engine,
    event,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError, SQLAlchemyError

from data.errors import ConfigError
from serving import tables
from serving.writer import describe

logger = logging.getLogger(__name__)

_CONNECT_SECONDS = "3"


class Database:
    """Two engines on one database, one for the writer's thread and one for all who read.

    A database that cannot be reached or written yet, such as one on a full disk, is tried
    again by `prepare` before each write; a file that is something else is refused at once.

    Parameters
    ----------
    url : str

    Attributes
    ----------
    prepared : bool
        Whether the tables are known to be there.

    Raises
    ------
    ConfigError
        When the database is not one, or was written by another format.
    """

    def __init__(self, url: str) -> None:
        self.prepared = False
        try:
            self.writing = _engine(url, writing=True)
            self.reading = _engine(url, writing=False)
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise _unusable(error) from error
        try:
            self.prepare()
        except OperationalError as error:
            logger.error("the store cannot be written yet: %s", describe(error))
        except SQLAlchemyError as error:
            self.dispose()
            raise _unusable(error) from error
        except ConfigError:
            self.dispose()
            raise

    def prepare(self) -> None:
        """Make the tables, or check that they are ours; several processes may do so at once.

        Raises
        ------
        OperationalError
            When the database cannot be reached or written.
        ConfigError
            When it was written by another format.
        """
        if self.prepared:
            return
        try:
            _prepare(self.writing)
        except (IntegrityError, ProgrammingError):
            # Another process was faster: the second try finds what it made.
            _prepare(self.writing)
        self.prepared = True

    def dispose(self) -> None:
        """Close all connections."""
        self.writing.dispose()
        self.reading.dispose()


def probe(connection: Connection) -> None:
    """Write without changing anything, to learn whether the disk takes it."""
    connection.execute(update(tables.about).values(format=tables.FORMAT))


def insert_once(connection: Connection) -> Callable[[Table], Insert]:
    """Return what makes an insert that leaves rows alone whose key is there."""
    if connection.dialect.name == "sqlite":
        return lambda table: sqlite_insert(table).on_conflict_do_nothing()
    if connection.dialect.name == "postgresql":
        return lambda table: postgres_insert(table).on_conflict_do_nothing()
    return insert


def _unusable(error: Exception) -> ConfigError:
    return ConfigError(
        f"The database of the service cannot be opened ({describe(error)}). "
        "Correct the 'database' setting or the rights of its folder."
    )


def _engine(url: str, *, writing: bool) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        if parsed.get_backend_name() == "postgresql":
            # A server that cannot be reached must not hold a suggestion for minutes.
            parsed = parsed.update_query_dict({"connect_timeout": _CONNECT_SECONDS, **parsed.query})
        level: dict[str, Any] = {} if writing else {"isolation_level": "AUTOCOMMIT"}
        # A connection that a restart of the server cut off is replaced before it is used.
        return create_engine(parsed, pool_pre_ping=True, **level)
    if parsed.database not in (None, "", ":memory:"):
        _make_private(Path(str(parsed.database)).absolute())
    engine = create_engine(parsed, connect_args={"timeout": 10, "check_same_thread": False})
    event.listen(engine, "connect", _pragmas)
    if writing:
        # Taking the write lock first is what keeps two processes from deadlocking on it.
        event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _make_private(path: Path) -> None:
    """Make the file before SQLite would: for its owner alone, as are those beside it then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # What is there keeps its rights; what cannot be made is for SQLite to say.
    with suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _pragmas(connection: Any, _record: Any) -> None:
    # Without this Python opens transactions by itself, and savepoints do not work.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare(engine: Engine) -> None:
    with engine.begin() as connection:
        tables.metadata.create_all(connection)
        found = connection.execute(select(tables.about.c.format)).scalar()
        if found is None:
            connection.execute(insert(tables.about).values(format=tables.FORMAT))
            connection.execute(text(f"CREATE VIEW retrievals AS {tables.RETRIEVALS_VIEW}"))
        elif found != tables.FORMAT:
            raise ConfigError(
                f"The database of the service has format {found}; this version writes "
                f"{tables.FORMAT}. Point the 'database' setting to another one or upgrade it."
            )
        else:
            for index in tables.replies.indexes:
                index.create(connection, checkfirst=True)
            if connection.dialect.name == "postgresql":
                _widen(connection)


def _widen(connection: Connection) -> None:
    """Give columns that an older version made too narrow the types they have now."""
    if not _narrow(connection):
        return
    try:
        with connection.begin_nested():
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            connection.execute(text(f"LOCK TABLE {tables.about.name} IN EXCLUSIVE MODE"))
            # Another process may have been faster; the view stands on the columns.
            narrow = _narrow(connection)
            if narrow:
                connection.execute(text("DROP VIEW IF EXISTS retrievals"))
                for column in narrow:
                    wide = column.type.compile(connection.dialect)
                    change = f"ALTER COLUMN {column.name} TYPE {wide}"
                    connection.execute(text(f"ALTER TABLE {column.table.name} {change}"))
                connection.execute(text(f"CREATE VIEW retrievals AS {tables.RETRIEVALS_VIEW}"))
            connection.execute(text("SET LOCAL lock_timeout = DEFAULT"))
    except (OperationalError, ProgrammingError) as error:
        # All but the longest ids and largest versions can be stored as before.
        logger.error("the store's columns could not be widened: %s", describe(error))


def _narrow(connection: Connection) -> list[Column[Any]]:
    """Return the columns of our tables that the database keeps in a narrower type."""
    looked = inspect(connection)
    found = []
    for table in tables.metadata.sorted_tables:
        there = {column["name"]: column["type"] for column in looked.get_columns(table.name)}
        for column in table.columns:
            kept = there.get(column.name)
            short = isinstance(column.type, Text) and getattr(kept, "length", None) is not None
            small = isinstance(column.type, BigInteger) and not isinstance(kept, BigInteger)
            if kept is not None and (short or small):
                found.append(column)
    return found
