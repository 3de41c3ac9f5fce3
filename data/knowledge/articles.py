"""Import articles: each one imported or skipped with a reason, never silently lost."""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from data.arguments import is_missing
from data.errors import LoadError, MissingFileError, ParameterError, SchemaError
from data.files import TABLE_SUFFIXES, read_rows, suffix_of
from data.knowledge.documents import (
    HTML_SUFFIXES,
    MARKDOWN_SUFFIXES,
    changed_at,
    first_heading,
    language_of,
    midnight,
    read_document,
    readable,
    to_text,
)
from data.schema import ARTICLES
from data.schema.exports import prepare
from data.schema.table import describe
from data.text import detect_language

logger = logging.getLogger(__name__)

MAX_BYTES = 2_000_000
"""Largest article that is imported, in bytes."""

DEFAULTS = {"version": 1, "kind": "article", "audience": "public", "status": "approved"}
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".mp4", ".css", ".js")
_DOCUMENTS = MARKDOWN_SUFFIXES + HTML_SUFFIXES

Status = dict[str, str]


class Found(NamedTuple):
    """One article on its way in: where it is from and its fields, or why it is refused."""

    path: str
    fields: dict[str, Any]
    reason: str = ""
    raw: bool = False


def read_articles(
    path: str | Path,
    client_id: str,
    *,
    mapping: Mapping[str, str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    timezone: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> tuple[pd.DataFrame, list[Status]]:
    """Read the knowledge of one client.

    ``variables`` (front matter, or JSON in a table) maps each slot to its place in the ticket. A
    macro that is only true of some tickets says so under ``when``, which maps places to the values
    it holds for: ``when: {context.order.status: [shipped, in_transit]}``. It is not used where the
    ticket says otherwise.

    Parameters
    ----------
    path : str or Path
        A folder (read with its subfolders) or a file: Markdown and plain text, HTML, or tables
        of articles (CSV, JSONL, Parquet) with at least ``article_id`` and ``text``.
    client_id : str
        Whose articles they are. Rows of a table that name another client are skipped.
    mapping : mapping, optional
        For tables: column of the export -> column of the articles table.
    defaults : mapping, optional
        Column -> value where an article does not say. Without one: version 1, kind
        ``article``, audience ``public``, status ``approved``; updated_at when the file was last
        changed; language from front matter, folder or file name, else recognised; title from
        the first heading; article_id from the path.
    timezone : str, optional
        IANA name of the zone of times that carry none; a date alone means midnight UTC.
    max_bytes : int, default=2_000_000
        Larger articles are skipped.

    Returns
    -------
    articles : DataFrame
        Valid; ``text`` is normalised (see `data.knowledge.markup`).
    statuses : list of dict
        ``path``, ``article_id``, ``status`` (imported or skipped) and ``reason`` of each.

    Raises
    ------
    MissingFileError
        When there is nothing to read.
    LoadError, SchemaError
        When no article could be read; names the first three and why.
    """
    client_id = _client(client_id)
    place = Path(path)
    chosen = {"mapping": mapping, "defaults": dict(defaults or {})}
    found: list[Found] = []
    for file in _files(place):
        try:
            found += _read_file(file, place, chosen, max_bytes)
        except (LoadError, MissingFileError, SchemaError) as error:
            if place.is_file() and file.suffix.lower() not in _DOCUMENTS:
                raise
            found.append(Found(_name(file, place), {}, str(error)))
    return _assemble(found, client_id, defaults or {}, timezone, max_bytes)


def articles_from_frame(
    frame: pd.DataFrame,
    client_id: str,
    *,
    mapping: Mapping[str, str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    timezone: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> tuple[pd.DataFrame, list[Status]]:
    """Read articles from a frame; see `read_articles`.

    ``updated_at`` must be a column or in ``defaults``: a frame has no time of its own.
    """
    client_id = _client(client_id)
    found = _rows(frame, "row", {"mapping": mapping, "defaults": dict(defaults or {})})
    return _assemble(found, client_id, defaults or {}, timezone, max_bytes)


def _client(client_id: object) -> str:
    """Return the name of the client; a number is a name too, as it is in tables."""
    name = "" if is_missing(client_id) or isinstance(client_id, bool) else str(client_id)
    if not isinstance(client_id, str | int | np.integer) or not name.strip():
        raise ParameterError(
            "The 'client_id' parameter of load_articles must name the client the articles belong "
            f"to. Got {client_id!r} instead."
        )
    return name


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    files = [
        file
        for file in sorted(place.rglob("*"))
        if file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(place).parts)
        and file.suffix.lower() not in _PICTURES
    ]
    if not files:
        raise MissingFileError(
            f"There is no article at '{place}'. Give a folder or file of "
            f"{', '.join(_DOCUMENTS + TABLE_SUFFIXES)}."
        )
    return files


def _read_file(file: Path, place: Path, chosen: Mapping[str, Any], max_bytes: int) -> list[Found]:
    name = _name(file, place)
    suffix = file.suffix.lower()
    if not file.resolve().is_relative_to(place.resolve()):
        raise LoadError(f"'{name}' must lie in the imported folder. It is a link to outside.")
    if suffix in _DOCUMENTS:
        size = file.stat().st_size
        if size > max_bytes:
            raise LoadError(_too_large(name, size, max_bytes))
        folder = place.resolve().name if place.is_dir() else file.resolve().parent.name
        relative = Path(name)
        return [Found(name, read_document(file, relative, folder))]
    if suffix_of(file) in TABLE_SUFFIXES:
        given = {"updated_at": changed_at(file)} | chosen["defaults"]
        return _rows(read_rows(file), name, {**chosen, "defaults": given}, Path(name))
    raise LoadError(f"'{name}' cannot be imported: '{suffix}' is no type of article or table.")


def _rows(
    frame: pd.DataFrame, name: str, chosen: Mapping[str, Any], place: Path = Path()
) -> list[Found]:
    given = {"title": "", **DEFAULTS, **chosen["defaults"]}
    language = language_of(place)
    if language:
        given.setdefault("language", language)
    ready = prepare(frame, mapping=chosen["mapping"], defaults=given)
    columns = ready if "language" in ready else ready.assign(language="unknown")
    # Names what is missing or misspelt before any row is read.
    ARTICLES.inspect(columns.assign(client_id="")[:1])
    records = ready.astype(object).where(ready.notna(), None).to_dict("records")
    return [
        Found(f"{name}[{row}]", {str(k): v for k, v in record.items() if v is not None}, raw=True)
        for row, record in enumerate(records)
    ]


def _assemble(
    found: list[Found],
    client_id: str,
    defaults: Mapping[str, Any],
    timezone: str | None,
    max_bytes: int,
) -> tuple[pd.DataFrame, list[Status]]:
    given = {**DEFAULTS, **defaults}
    found = [_checked(one, client_id, given, max_bytes) for one in found]
    good = [one for one in found if not one.reason]
    reasons = {one.path: one.reason for one in found if one.reason}
    _recognise([one.fields for one in good])
    read = pd.DataFrame([one.fields for one in good], dtype=object)
    read["_path"] = [one.path for one in good]
    # Twice: repeats are only looked for among rows that are right by themselves.
    for _ in range(2):
        _, problems = ARTICLES.inspect(read, timezone=timezone)
        bad: dict[int, str] = {}
        for column, rows in problems.items():
            for row, problem in rows.items():
                subject = f"'{column}'" if column else "It"
                bad.setdefault(row, f"{subject} {describe(problem)} {problem.way_out}".strip())
        reasons |= {read["_path"].iloc[row]: reason for row, reason in bad.items()}
        read = read.drop(index=[read.index[row] for row in bad]).reset_index(drop=True)
    articles = ARTICLES.validate(read, timezone=timezone).drop(columns="_path")
    return _ordered(articles), _report(found, reasons)


def _checked(one: Found, client_id: str, defaults: Mapping[str, Any], max_bytes: int) -> Found:
    """Normalise the text of one article and fill its fields, or say why it is refused."""
    if one.reason:
        return one
    fields = dict(defaults) | one.fields
    if "updated_at" in fields:
        fields["updated_at"] = midnight(fields["updated_at"])
    other = str(fields.get("client_id") or client_id)
    if other != client_id:
        return one._replace(reason=f"It belongs to the client '{other}', not to '{client_id}'.")
    text = fields.get("text") or ""
    if isinstance(text, str) and one.raw:
        size = len(text.encode(errors="replace"))
        if size > max_bytes:
            return one._replace(reason=_too_large(one.path, size, max_bytes))
        try:
            text = to_text(text, url=str(fields.get("url") or ""))
        except LoadError as error:
            return one._replace(reason=str(error), fields=fields)
    if isinstance(text, str) and not text.strip():
        return one._replace(reason="It has no text.", fields=fields)
    title = fields.get("title")
    if not title:
        title = first_heading(text) if isinstance(text, str) else ""
        title = title or readable(str(fields.get("article_id", "")))
    return one._replace(fields=fields | {"client_id": client_id, "text": text, "title": title})


def _recognise(articles: Iterable[dict[str, Any]]) -> None:
    """Fill the language of those that do not name it."""
    unnamed = [fields for fields in articles if not fields.get("language")]
    if unnamed:
        guesses = detect_language([f"{f['title']}\n{f['text']}" for f in unnamed])
        for fields, (language, _) in zip(unnamed, guesses, strict=True):
            fields["language"] = language


def _ordered(articles: pd.DataFrame) -> pd.DataFrame:
    known = [name for name in ARTICLES.columns if name in articles.columns]
    return articles[known + [name for name in articles.columns if name not in known]]


def _report(found: list[Found], reasons: Mapping[str, str]) -> list[Status]:
    statuses: list[Status] = []
    for one in found:
        reason = reasons.get(one.path, "")
        state: Literal["imported", "skipped"] = "skipped" if reason else "imported"
        article_id = str(one.fields.get("article_id", ""))
        statuses.append(
            {"path": one.path, "article_id": article_id, "status": state, "reason": reason}
        )
    if reasons:
        logger.warning(
            "%d of %d articles were skipped; the import status says why.", len(reasons), len(found)
        )
    if reasons and len(reasons) == len(found):
        first = " ".join(f"{path}: {reason}" for path, reason in list(reasons.items())[:3])
        raise LoadError(f"None of the {len(found)} articles could be imported. {first}")
    return statuses


def _too_large(name: str, size: int, max_bytes: int) -> str:
    return (
        f"'{name}' has {size:,} bytes, more than the {max_bytes:,} of max_bytes: "
        "part it, or raise max_bytes."
    )


def _name(file: Path, place: Path) -> str:
    return file.name if place.is_file() else file.relative_to(place).as_posix()
