"""What the service remembers: suggestions, feedback and article edits, only ever added to.

Everything in here is redacted before it arrives. SQLite (WAL, ``synchronous=FULL``) by
default; any database SQLAlchemy knows by its URL.
"""

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, TextClause, func, insert, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from serving import tables
from serving.database import Database, insert_once, probe
from serving.failures import STORE_FAILURES
from serving.idempotency import Idempotency, Kept, remember, replay
from serving.problems import STALE, ProblemError
from serving.writer import GroupWriter, describe

logger = logging.getLogger(__name__)

Row = dict[str, Any]

_SILENT_SECONDS = 5.0
_AT_ONCE = 500
# Asked for every ticket: as text it costs a quarter of the built query.
_NEWEST = text(
    f"SELECT max(ticket_version) FROM {tables.suggestions.name} "
    "WHERE client_id = :client_id AND ticket_id = :ticket_id"
)
_HELD = text(
    f"SELECT 1 FROM {tables.suggestions.name} "
    "WHERE suggestion_id = :suggestion_id AND client_id = :client_id"
)


@dataclass(frozen=True)
class SuggestionRows:
    """One suggestion as it is stored, with what was shown beside it."""

    suggestion: Row
    retrievals: Sequence[Row] = ()


class Store:
    """Append-only store behind an SQLAlchemy URL.

    Parameters
    ----------
    url : str
        Such as ``sqlite:///state/store.db`` or ``postgresql+psycopg://…``.
    linger_seconds : float
        How long suggestion rows may gather before they are written.

    Raises
    ------
    ConfigError
        When the database is not one, or was written by another format. One that cannot be
        reached or written yet is waited for, and writes are refused until then.
    """

    def __init__(self, url: str, *, linger_seconds: float = 0.15) -> None:
        self.url = url
        self._silent_until = -math.inf
        self._database = Database(url)
        self._writing, self._reading = self._database.writing, self._database.reading
        self.writer = GroupWriter(
            self._writing,
            linger_seconds=linger_seconds,
            before=self._database.prepare,
            probe=probe,
        )
        if not self._database.prepared:
            self.writer.later(lambda: probe)

    def close(self) -> None:
        """Write what is queued and let go of the database."""
        self.writer.close()
        self._database.dispose()

    def ping(self) -> bool:
        """Say whether the database can be read, and whether it took the last write."""
        try:
            with self._reading.connect() as connection:
                connection.execute(select(tables.about.c.format))
        except SQLAlchemyError:
            return False
        return self.writer.failures == 0

    # -- suggestions -------------------------------------------------------------------------

    def add_suggestion(self, prepare: Callable[[], SuggestionRows], *, size: int = 0) -> None:
        """Store a suggestion soon; ``prepare`` runs in the writer's thread.

        ``size`` is about how many bytes wait with it.
        """
        self.writer.later(lambda: _Insert(prepare()), size=size)

    def newest_version(self, client_id: str, ticket_id: str) -> int:
        """Return the newest stored version of a ticket, 0 where none is stored.

        A suggestion does not need the store: while it cannot be read, the answer is 0 as well.
        """
        found = self._unless_silent(_NEWEST, {"client_id": client_id, "ticket_id": ticket_id})
        return int(found or 0)

    def holds(self, client_id: str, suggestion_id: str) -> bool:
        """Say whether a suggestion of this client is on disk.

        A suggestion does not need the store: while it cannot be read, the answer is False.
        """
        asked = {"client_id": client_id, "suggestion_id": suggestion_id}
        return self._unless_silent(_HELD, asked) is not None

    def suggestion(self, client_id: str, suggestion_id: str) -> Row | None:
        """Return one suggestion of this client, or None."""
        table = tables.suggestions
        query = select(table).where(
            table.c.suggestion_id == suggestion_id, table.c.client_id == client_id
        )
        found = self._one(query)
        if found is None and self.writer.waiting:
            self.flush()
            found = self._one(query)
        return found

    def shown_with(self, suggestion_id: str) -> set[str]:
        """Return the ids of the articles and macros that were shown with a suggestion."""
        table = tables.retrieval_rows
        query = select(table.c.source_id).where(
            table.c.suggestion_id == suggestion_id, table.c.shown
        )
        with self._reading.connect() as connection:
            return set(connection.execute(query).scalars())

    def flush(self) -> None:
        """Wait until everything queued so far is on disk."""
        self.writer.now(lambda _: None)

    # -- feedback ----------------------------------------------------------------------------

    def add_feedback(
        self,
        row: Row,
        events: Iterable[tuple[str, str]] = (),
        *,
        reply: Callable[[int], Row],
        idempotency: Idempotency | None = None,
    ) -> Kept:
        """Store what the agent did; returns once it is on disk.

        Parameters
        ----------
        row : dict
            Columns of the feedback table.
        events : iterable of (source_id, event)
            Shown sources that were ``opened`` or ``used``.
        reply : callable
            Makes the reply from the number of the new row.
        idempotency : Idempotency, optional
        """

        def write(connection: Connection) -> Kept:
            before = replay(connection, row["client_id"], idempotency)
            if before is not None:
                return before
            done = connection.execute(insert(tables.feedback).values(**row))
            assert done.inserted_primary_key is not None
            for source_id, name in events:
                values = {"source_id": source_id, "event": name, "at": row["at"]}
                connection.execute(
                    insert(tables.retrieval_events).values(
                        suggestion_id=row["suggestion_id"], **values
                    )
                )
            kept = Kept(201, reply(int(done.inserted_primary_key[0])))
            remember(connection, row["client_id"], idempotency, kept, row["at"])
            return kept

        return self._durably(write)

    # -- articles ----------------------------------------------------------------------------

    def add_edit(
        self,
        row: Row,
        *,
        status: int,
        reply: Row,
        idempotency: Idempotency | None = None,
    ) -> Kept:
        """Store one article edit; returns once it is on disk.

        Raises
        ------
        ProblemError
            409 when this version of the article is stored already.
        """

        def write(connection: Connection) -> Kept:
            before = replay(connection, row["client_id"], idempotency)
            if before is not None:
                return before
            # One edit at a time over all processes: numbers become visible in their order, so
            # a reader that has seen one number has seen all before it.
            connection.execute(select(tables.about.c.format).with_for_update())
            newest = _newest_edit(connection, row["client_id"], row["article_id"])
            if newest >= row["version"]:
                raise ProblemError(
                    STALE,
                    f"Version {newest} of this article is stored already; read it again.",
                    newest_version=newest,
                )
            connection.execute(insert(tables.article_edits).values(**row))
            kept = Kept(status, reply)
            remember(connection, row["client_id"], idempotency, kept, row["at"])
            return kept

        return self._durably(write)

    def replayed(self, client_id: str, idempotency: Idempotency | None) -> Kept | None:
        """Return the reply an idempotency key was answered with before, if any."""
        with self._reading.connect() as connection:
            return replay(connection, client_id, idempotency)

    def edits(self, *, after: int = 0) -> list[Row]:
        """Return the edits after a number, oldest first."""
        table = tables.article_edits
        query = select(table).where(table.c.seq > after).order_by(table.c.seq)
        with self._reading.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def live_edits(self, *, after: int = 0) -> tuple[list[Row], int]:
        """Return the last edit of each article after a number, and the number of the newest.

        Drafts change nothing of what is live and are left out. Only the texts that are
        returned are read, however many edits there were.
        """
        table = tables.article_edits
        status = table.c.article["status"].as_string()
        about = select(table.c.seq, table.c.client_id, table.c.article_id, status.label("status"))
        last: dict[tuple[str, str], int] = {}
        newest = after
        with self._reading.connect() as connection:
            for row in connection.execute(about.where(table.c.seq > after).order_by(table.c.seq)):
                newest = row.seq
                if row.status != "draft":
                    last[row.client_id, row.article_id] = row.seq
            numbers = sorted(last.values())
            found: list[Row] = []
            for start in range(0, len(numbers), _AT_ONCE):
                some = select(table).where(table.c.seq.in_(numbers[start : start + _AT_ONCE]))
                rows = connection.execute(some.order_by(table.c.seq)).mappings()
                found += [dict(row) for row in rows]
        return found, newest

    def edit(self, client_id: str, article_id: str) -> Row | None:
        """Return the newest edit of one article, or None."""
        table = tables.article_edits
        return self._one(
            select(table)
            .where(table.c.client_id == client_id, table.c.article_id == article_id)
            .order_by(table.c.version.desc())
            .limit(1)
        )

    def rows(self, table: str, client_id: str | None = None) -> list[Row]:
        """Return all rows of a table or of the view ``retrievals``, for audits and tests."""
        source = (tables.metadata.tables | tables.views.tables)[table]
        query = select(source)
        if client_id is not None:
            query = query.where(source.c.client_id == client_id)
        with self._reading.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _durably(self, write: Callable[[Connection], Kept]) -> Kept:
        try:
            return self.writer.now(write)
        except IntegrityError:
            # Another process was faster: the second try sees its row and answers from it.
            return self.writer.now(write)

    def _unless_silent(self, query: TextClause, values: Mapping[str, str]) -> Any:
        """Return one value; None also while the store cannot be read, tried every few seconds."""
        if time.monotonic() < self._silent_until:
            return None
        try:
            with self._reading.connect() as connection:
                return connection.execute(query, values).scalar()
        except STORE_FAILURES as error:
            logger.error("the store could not be read: %s", describe(error))
            self._silent_until = time.monotonic() + _SILENT_SECONDS
            return None

    def _one(self, query: Any) -> Row | None:
        with self._reading.connect() as connection:
            row = connection.execute(query).mappings().first()
            return None if row is None else dict(row)


@dataclass(frozen=True)
class _Insert:
    """The write of one suggestion, or of many in one statement."""

    rows: SuggestionRows

    def __call__(self, connection: Connection) -> None:
        self.together(connection, [self])

    @staticmethod
    def together(connection: Connection, writes: Sequence["_Insert"]) -> None:
        shown = [row for write in writes for row in write.rows.retrievals]
        # A repeated request has the same id in every worker; the first to write it stays.
        once = insert_once(connection)
        connection.execute(once(tables.suggestions), [w.rows.suggestion for w in writes])
        if shown:
            connection.execute(once(tables.retrieval_rows), shown)


def _newest_edit(connection: Connection, client_id: str, article_id: str) -> int:
    table = tables.article_edits
    query = select(func.max(table.c.version)).where(
        table.c.client_id == client_id, table.c.article_id == article_id
    )
    return int(connection.execute(query).scalar() or 0)
