"""A client edits its own knowledge: on disk first, then in the index, then the answer.

The version of an article grows with each edit and decides which text is newer, here or in the
index the night built; clocks do not. So an edit is applied again to any index that lacks it,
at every start and after every night.
"""

import json
import logging
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy.exc import SQLAlchemyError

from data.errors import DeskpilotError, ParameterError
from data.schema import validate_articles
from serving.failures import PART_FAILURES, STORE_FAILURES
from serving.idempotency import Idempotency, Kept
from serving.problems import NOT_FOUND, STALE, ProblemError, wrong_field
from serving.run import place
from serving.schemas import ArticleIn
from serving.snapshot import Knowledge
from serving.store import Row, Store
from serving.writer import describe

logger = logging.getLogger(__name__)

MAX_CHARACTERS = 200_000
"""Of one article: all other edits wait while its passages are encoded."""

_FIELDS = ("kind", "audience", "language", "title", "text", "status", "url")


def warnings_about(body: ArticleIn) -> list[str]:
    """Say what keeps an article that was taken from answering anybody."""
    from data.text import LANGUAGES  # brings the models that recognise languages

    if body.language in LANGUAGES:
        return []
    return [
        f"No reply is drafted from an article in '{body.language}': replies are written in "
        f"{', '.join(sorted(LANGUAGES))}."
    ]


class ArticleDesk:
    """Reads and changes articles in the store and in the index that is in force.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.lock = threading.RLock()
        self._applied: tuple[Knowledge | None, int] = (None, 0)

    def get(
        self, index: Knowledge | None, client: str, article_id: str, *, live: bool = False
    ) -> Row:
        """Return an article in its newest version, or in the one that answers tickets.

        Raises
        ------
        ProblemError
            404 when the client has no such article.
        """
        if live:
            answers = find(index, client, article_id)
            if answers is None:
                raise _unknown(article_id)
            return _public(answers, index)
        edit = self.store.edit(client, article_id)
        indexed = find(index, client, article_id)
        if edit is not None and edit["version"] >= (indexed or {}).get("version", 0):
            if edit["action"] == "delete":
                raise _unknown(article_id)
            indexed = edit["article"]
        if indexed is None:
            raise _unknown(article_id)
        return _public(indexed, index)

    def knows(self, index: Knowledge | None, client: str, article_id: str) -> bool:
        """Tell whether the client has this article, or had it."""
        return self._newest(index, client, article_id) > 0

    def put(
        self,
        index: Knowledge | None,
        client: str,
        article_id: str,
        body: ArticleIn,
        *,
        now: datetime,
        idempotency: Idempotency | None = None,
    ) -> Kept:
        """Create or replace an article; on disk and in the index when this returns.

        Raises
        ------
        ProblemError
            409 when ``body.version`` is not newer than what is known; 422 for a bad field.
        """
        body = as_text(body)
        with self.lock:
            if before := self.store.replayed(client, idempotency):
                return before
            newest = self._newest(index, client, article_id)
            version = body.version or newest + 1
            if version <= newest:
                raise ProblemError(
                    STALE, f"Version {newest} of this article is known.", newest_version=newest
                )
            article = _article(client, article_id, version, body, now)
            reply = {"client": client, "id": article_id, "version": version, "status": body.status}
            return self._edit(index, article, 200 if newest else 201, reply, now, idempotency)

    def delete(
        self,
        index: Knowledge | None,
        client: str,
        article_id: str,
        *,
        now: datetime,
        idempotency: Idempotency | None = None,
    ) -> Kept:
        """Take an article out of the knowledge.

        Raises
        ------
        ProblemError
            404 when the client has no such article.
        """
        with self.lock:
            if before := self.store.replayed(client, idempotency):
                return before
            current = self.get(index, client, article_id)
            version = current["version"] + 1
            article = {"client_id": client, "article_id": article_id, "version": version}
            reply = {"client": client, "id": article_id, "version": version, "status": "deleted"}
            return self._edit(index, article, 200, reply, now, idempotency)

    def catch_up(self, index: Knowledge | None) -> int:
        """Apply the edits this index does not have yet; return how many articles changed.

        The first index there is goes into force even while edits cannot be read: it gets them
        later. One that would follow it does not.

        Raises
        ------
        SQLAlchemyError
            When edits cannot be read.
        """
        if index is None:
            return 0
        with self.lock:
            known, applied = self._applied
            try:
                edits, newest = self.store.live_edits(after=applied if known is index else 0)
            except SQLAlchemyError as error:
                if known is not None:
                    raise
                logger.error("article edits cannot be read: %s", describe(error))
                return 0
            changed = _apply(index, edits)
            self._applied = (index, newest)
            return changed

    def _edit(
        self,
        index: Knowledge | None,
        article: Row,
        status: int,
        reply: Row,
        now: datetime,
        idempotency: Idempotency | None,
    ) -> Kept:
        row = {
            "client_id": article["client_id"],
            "article_id": article["article_id"],
            "version": article["version"],
            "action": "put" if "text" in article else "delete",
            "article": article if "text" in article else None,
            "at": now,
        }
        kept = self.store.add_edit(row, status=status, reply=reply, idempotency=idempotency)
        try:
            self.catch_up(index)
        except (*PART_FAILURES, *STORE_FAILURES) as error:
            # The edit is on disk; the next index that loads gets it.
            logger.error("an article edit was stored but not indexed: %s", type(error).__name__)
        return kept

    def _newest(self, index: Knowledge | None, client: str, article_id: str) -> int:
        edit = self.store.edit(client, article_id)
        indexed = find(index, client, article_id)
        return max(int((row or {}).get("version", 0)) for row in (edit, indexed))


def find(index: Knowledge | None, client: str, article_id: str) -> Row | None:
    """Return an article of the index with plain Python values, or None."""
    if index is None or client not in index.clients:
        return None
    try:
        found = index.article(client, article_id)
    except (LookupError, ParameterError):
        return None
    if found is None:
        return None
    row = {str(name): _plain(value) for name, value in dict(found).items()}
    return row | {"version": int(row["version"])}


def is_current(index: Knowledge | None, client: str, article_id: str, reply: Row) -> Row:
    """Say whether the index follows an edit, which version of the article it holds, and its own.

    A draft is not indexed; the version that was approved before it stays live.
    """
    if index is None or client not in index.clients:
        return {"indexed": False, "live_version": None, "passages": 0, "index_version": None}
    held = find(index, client, article_id)
    gone = reply["status"] in ("retired", "deleted")
    indexed = held is not None and (gone or held["version"] >= reply["version"])
    live = None if held is None else held["version"]
    passages = int((index.passages(client)["article_id"] == article_id).sum()) if indexed else 0
    told = {"indexed": indexed, "live_version": live, "passages": passages}
    return told | {"index_version": index.version(client)}


def _apply(index: Knowledge, edits: list[Row]) -> int:
    puts: dict[str, list[Row]] = {}
    removals: dict[str, list[str]] = {}
    for edit in edits:
        client, article_id = edit["client_id"], edit["article_id"]
        if client in index.problems:
            # With the edits alone a damaged index would look whole.
            continue
        held = find(index, client, article_id)
        if held is not None and held["version"] >= edit["version"]:
            continue
        if edit["action"] == "put" and edit["article"]["status"] == "approved":
            puts.setdefault(client, []).append(edit["article"])
        elif held is not None:
            removals.setdefault(client, []).append(article_id)
    changed = sum(_add(index, rows) for rows in puts.values())
    for client, ids in removals.items():
        index.remove(client, ids)
    return changed + sum(map(len, removals.values()))


def _add(index: Knowledge, rows: list[Row]) -> int:
    """Index articles of a client; one that cannot be is left out and holds up no other."""
    try:
        valid = validate_articles(pd.DataFrame(rows))
        for name in ("client_id", "article_id"):
            if set(valid[name]) != {row[name] for row in rows}:
                raise ParameterError(f"the {name} is not one that tables keep as it is")
        index.add(valid)
    except PART_FAILURES as error:
        if len(rows) == 1:
            # The edit stays on disk; its text has no place in the log.
            where = place(error)
            logger.error("the article %r cannot be indexed: %s", rows[0]["article_id"], where)
            return 0
        half = len(rows) // 2
        return _add(index, rows[:half]) + _add(index, rows[half:])
    return len(rows)


def _article(
    client: str, article_id: str, version: int, body: ArticleIn, now: datetime
) -> dict[str, Any]:
    row = body.model_dump(include=set(_FIELDS))
    row |= {"client_id": client, "article_id": article_id, "version": version}
    row |= {"updated_at": now.isoformat(), "variables": json.dumps(body.variables)}
    return row


def as_text(body: ArticleIn) -> ArticleIn:
    """Bring the text into the form passages are cut from: slow for a long one, so done first.

    Raises
    ------
    ProblemError
        422 for a text that cannot be read, has no words or too many.
    """
    from data.knowledge import html_to_text, markdown_to_text

    normalise = {"markdown": markdown_to_text, "html": html_to_text}.get(body.format)
    try:
        text = body.text if normalise is None else normalise(body.text, url=body.url or "")
    except (DeskpilotError, ValueError, RecursionError):
        # A link without an end, tags nested thousands deep: the caller's to correct.
        raise wrong_field("text", f"cannot be read as {body.format}") from None
    if not text.strip():
        raise wrong_field("text", f"holds no words once it is read as {body.format}")
    if len(text) > MAX_CHARACTERS:
        raise wrong_field("text", f"may have {MAX_CHARACTERS:,} characters once it is read")
    return body.model_copy(update={"text": text, "format": "text"})


def _public(row: Mapping[str, Any], index: Knowledge | None) -> Row:
    client = row["client_id"]
    variables = row.get("variables")
    version = index.version(client) if index is not None and client in index.clients else None
    return {
        "client": client,
        "id": row["article_id"],
        "version": row["version"],
        **{name: row.get(name) for name in _FIELDS},
        "updated_at": row.get("updated_at"),
        "variables": json.loads(variables) if isinstance(variables, str) and variables else {},
        "index_version": version,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return None if pd.isna(value) else value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and value != value else value


def _unknown(article_id: str) -> ProblemError:
    return ProblemError(NOT_FOUND, f"This client has no article {article_id!r}.")
