"""What people changed through the service since the files were exported."""

from typing import Any

import pandas as pd

from data.schema import ARTICLES
from pipelines.store import Row, holds

CORRECTED = ("suggestion_id", "client_id", "ticket_id", "channel", "language", "shown_at",
             "ticket_text", "triage")  # fmt: skip
"""Columns of suggestions that `corrected_tickets` reads."""

# The store keeps no headers; this is the one that says what the service found.
_BY_MACHINE = '{"Auto-Submitted": "auto-generated"}'


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
    # Stores of older versions may hold one article under an id with blanks around it as well.
    trimmed = edits.assign(article_id=[str(name).strip() for name in edits["article_id"]])
    ordered = trimmed.sort_values("version", kind="stable")
    ordered = ordered.drop_duplicates(["client_id", "article_id", "version"], keep="last")
    for (client, article), part in ordered.groupby(["client_id", "article_id"], sort=False):
        key = (str(client), str(article))
        news = part[part["version"].astype(int) > versions.get(key, 0)]
        decided, draft = _last_words(news.to_dict("records"))
        if decided is not None:
            replaced.add(key)
        added += [_row(edit) for edit in (decided, draft) if edit is not None and holds(edit)]
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
        if holds(edit) and edit["article"].get("status") == "draft":
            draft = edit
        else:
            decided, draft = edit, None
    return decided, draft


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
        ``ticket_id, client_id, channel, language, created_at, text, headers`` and the target;
        one row per ticket, the newest correction. Headers say of automatic mail that it is.
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
    read = rows["triage"] if "triage" in rows else [None] * len(rows)
    rows["headers"] = [_BY_MACHINE if _is_automatic(told) else None for told in read]
    wanted = ["ticket_id", "client_id", "channel", "language", "created_at", "text", "headers"]
    rows = rows.reindex(columns=[*wanted, target])
    return rows[rows["text"].fillna("").str.strip() != ""].reset_index(drop=True)


def _correction(corrected: Any, target: str) -> str | None:
    value = corrected.get(target) if isinstance(corrected, dict) else None
    return value if isinstance(value, str) and value else None


def _is_automatic(triage: Any) -> bool:
    return isinstance(triage, dict) and triage.get("reason") == "automatic"
