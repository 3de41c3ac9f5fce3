"""Replies by the key of the caller, so that a repeated request changes nothing twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, tuple_

from serving import tables
from serving.problems import INVALID, ProblemError

KEPT_DAYS = 7
# More than come in, so that a table that grew is worked off, and few enough not to be felt.
_FORGOTTEN_AT_ONCE = 20


@dataclass(frozen=True)
class Idempotency:
    """The caller's key and a digest of what was asked with it."""

    key: str
    digest: str


@dataclass(frozen=True)
class Kept:
    """A stored reply and whether it was stored before."""

    status: int
    reply: dict[str, Any]
    replayed: bool = False


def replay(connection: Connection, client_id: str, asked: Idempotency | None) -> Kept | None:
    """Return the reply that a key of this client was answered with, if any.

    Raises
    ------
    ProblemError
        422 when the key came with another request.
    """
    if asked is None:
        return None
    table = tables.replies
    query = select(table).where(
        table.c.client_id == client_id, table.c.idempotency_key == asked.key
    )
    found = connection.execute(query).mappings().first()
    if found is None:
        return None
    if found["digest"] != asked.digest:
        raise ProblemError(
            INVALID, "This Idempotency-Key was used with another request; take a new one."
        )
    return Kept(found["status"], dict(found["reply"]), replayed=True)


def remember(
    connection: Connection,
    client_id: str,
    asked: Idempotency | None,
    kept: Kept,
    at: datetime,
) -> None:
    """Keep a reply by its key, and forget some that are older than a week."""
    if asked is None:
        return
    values: Mapping[str, Any] = {
        "client_id": client_id,
        "idempotency_key": asked.key,
        "digest": asked.digest,
        "status": kept.status,
        "reply": kept.reply,
        "at": at,
    }
    connection.execute(insert(tables.replies).values(**values))
    _forget(connection, at - timedelta(days=KEPT_DAYS))


def _forget(connection: Connection, before: datetime) -> None:
    table = tables.replies
    key = (table.c.client_id, table.c.idempotency_key)
    oldest = select(*key).where(table.c.at < before).order_by(table.c.at).limit(_FORGOTTEN_AT_ONCE)
    # Two processes take different ones; SQLite has one writer and no such clause.
    chosen = oldest.with_for_update(skip_locked=True)
    connection.execute(delete(table).where(tuple_(*key).in_(chosen)))
