"""What people changed through the service since the files were exported.

The service's store is read by its tables' names; where there is no store or no such table yet,
there is nothing to merge.
"""

from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import MetaData, Table, create_engine, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from data.errors import ConfigError
from data.schema import ARTICLES

Row = dict[Any, Any]
_REMOVED = ("delete", "deleted", "retire", "retired")


def read_store(url: str, *tables: str) -> dict[str, pd.DataFrame]:
    """Read whole tables of the service's store.

    Parameters
    ----------
    url : str
        SQLAlchemy URL.
    *tables : str
        Names; those that do not exist are left out of the answer.

    Raises
    ------
    ConfigError
        When the store is there but cannot be read.
    """
    try:
        place = make_url(url)
        if place.get_backend_name() == "sqlite" and not Path(place.database or "").is_file():
            return {}
        engine = create_engine(url)
        try:
            known = set(inspect(engine).get_table_names())
            with engine.connect() as connection:
                frames = {}
                for name in tables:
                    if name in known:
                        table = Table(name, MetaData(), autoload_with=engine)
                        rows = connection.execute(select(table)).mappings().all()
                        columns = [column.name for column in table.columns]
                        frames[name] = pd.DataFrame([dict(row) for row in rows], columns=columns)
                return frames
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        raise ConfigError(
            f"The service's store cannot be read ({type(error).__name__}). Correct 'database' "
            "under [serving], or leave it out."
        ) from error


def merge_articles(articles: pd.DataFrame, edits: pd.DataFrame) -> pd.DataFrame:
    """Put the newest edit of each article in the place of the file's, unless the file is newer.

    Parameters
    ----------
    articles : DataFrame
        Of the files; may be empty, even of columns.
    edits : DataFrame
        ``client_id, article_id, version, action, article``.

    Returns
    -------
    DataFrame
        With the columns of ``articles``; an article that was removed is left out. A draft
        replaces nothing: it stands beside the version that is in force.
    """
    if edits.empty:
        return articles
    columns = articles.columns if len(articles.columns) else list(ARTICLES.columns)
    files = articles.reindex(columns=columns)
    keys = list(zip(files["client_id"], files["article_id"], strict=True))
    versions: dict[tuple[str, str], int] = {}
    for key, version in zip(keys, files["version"], strict=True):
        versions[key] = max(int(version), versions.get(key, 0))
    replaced, added = set(), []
    ordered = edits.sort_values("version", kind="stable")
    for (client, article), part in ordered.groupby(["client_id", "article_id"], sort=False):
        key = (str(client), str(article))
        news = part[part["version"].astype(int) > versions.get(key, 0)]
        decided, draft = _last_words(news.to_dict("records"))
        if decided is not None:
            replaced.add(key)
        added += [_row(edit) for edit in (decided, draft) if edit is not None and _holds(edit)]
    kept = files[[key not in replaced for key in keys]]
    if not added:
        return kept.reset_index(drop=True)
    rows = pd.DataFrame(added).reindex(columns=columns)
    return pd.concat([kept.astype(object), rows.astype(object)], ignore_index=True)


def _last_words(edits: list[Row]) -> tuple[Row | None, Row | None]:
    """Return the last edit that decides about an article, and the draft made after it."""
    decided: Row | None = None
    draft: Row | None = None
    for edit in edits:
        if _holds(edit) and edit["article"].get("status") == "draft":
            draft = edit
        else:
            decided, draft = edit, None
    return decided, draft


def _holds(edit: Row) -> bool:
    return str(edit["action"]) not in _REMOVED and isinstance(edit["article"], dict)


def _row(edit: Row) -> Row:
    return {**edit["article"], **{k: edit[k] for k in ("client_id", "article_id", "version")}}


def corrected_tickets(
    feedback: pd.DataFrame, suggestions: pd.DataFrame, target: str
) -> pd.DataFrame:
    """Turn agents' corrections into labelled tickets.

    Parameters
    ----------
    feedback, suggestions : DataFrame
        Of the store; ``ticket_text`` is redacted already.
    target : str
        The corrected field.

    Returns
    -------
    DataFrame
        ``ticket_id, client_id, channel, language, created_at, text`` and the target; one row
        per ticket, the newest correction.
    """
    fixed = [
        (row["suggestion_id"], _correction(row["corrected"], target), row["at"])
        for row in feedback.to_dict("records")
    ]
    labels = pd.DataFrame(fixed, columns=["suggestion_id", target, "at"]).dropna(subset=[target])
    rows = labels.merge(
        suggestions.drop(columns=[target], errors="ignore"), on="suggestion_id", how="inner"
    )
    rows = rows.sort_values("at", kind="stable").drop_duplicates(
        ["client_id", "ticket_id"], keep="last"
    )
    rows = rows.rename(columns={"ticket_text": "text", "shown_at": "created_at"})
    wanted = ["ticket_id", "client_id", "channel", "language", "created_at", "text", target]
    rows = rows.reindex(columns=wanted)
    return rows[rows["text"].fillna("").str.strip() != ""].reset_index(drop=True)


def _correction(corrected: Any, target: str) -> str | None:
    value = corrected.get(target) if isinstance(corrected, dict) else None
    return value if isinstance(value, str) and value else None
