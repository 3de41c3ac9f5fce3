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
        Of the files.
    edits : DataFrame
        ``client_id, article_id, version, action, article``.

    Returns
    -------
    DataFrame
        With the columns of ``articles``; an article that was removed is left out.
    """
    if edits.empty:
        return articles
    newest = edits.sort_values("version", kind="stable").drop_duplicates(
        ["client_id", "article_id"], keep="last"
    )
    keys = list(zip(articles["client_id"], articles["article_id"], strict=True))
    versions = dict(zip(keys, articles["version"], strict=True))
    replaced, added = set(), []
    for edit in newest.to_dict("records"):
        key = (edit["client_id"], edit["article_id"])
        if int(edit["version"]) <= int(versions.get(key, 0)):
            continue
        replaced.add(key)
        body = edit["article"]
        if str(edit["action"]) not in _REMOVED and isinstance(body, dict):
            added.append({**body, **{k: edit[k] for k in ("client_id", "article_id", "version")}})
    kept = articles[[key not in replaced for key in keys]]
    if not added:
        return kept.reset_index(drop=True)
    rows = pd.DataFrame(added).reindex(columns=articles.columns)
    return pd.concat([kept.astype(object), rows.astype(object)], ignore_index=True)


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
