"""One file of a knowledge base to the fields of an article."""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path, PurePath
from typing import Any

import yaml
from bs4.element import Tag

from data.errors import LoadError
from data.files import read_text
from data.knowledge.blocks import heading, parse_blocks
from data.knowledge.markup import html_to_text, markdown_to_text, parse_html, tree_to_text
from data.schema.coerce import parse_text
from data.text import LANGUAGES

MARKDOWN_SUFFIXES = (".md", ".markdown", ".txt")
HTML_SUFFIXES = (".html", ".htm")
FIELDS = (
    "version", "kind", "audience", "language", "title", "status", "updated_at", "url", "variables",
)  # fmt: skip
_FRONT_MATTER = re.compile(r"\A---[^\S\n]*\n(.*?)^(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.S | re.M)
# What front matter by hand never reaches; references of YAML to itself do at once.
_DEEPEST = 30
_MOST_VALUES = 10_000
_MOST_BITS = 64
# The parser lets through what its constructors raise on values such as 2026-13-45 or !!int x.
_NO_VALUE = (
    ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip
_HTML_START = re.compile(
    r"\s*<(?:!doctype|html|body|div|p|section|article|main|h[1-6]|ul|ol|table|span)\b", re.I
)


def read_document(file: Path, relative: PurePath, folder: str = "") -> dict[str, Any]:
    """Read a Markdown or HTML file.

    Parameters
    ----------
    file : Path
    relative : PurePath
        Its path below the imported folder, from which id and language follow.
    folder : str, default=""
        Name of the imported folder itself.

    Returns
    -------
    dict
        Fields of the articles table without ``client_id``; what is not known is absent.
        ``updated_at`` falls back to the file's time of change. Front matter of other names is
        kept as JSON in ``extra``.

    Raises
    ------
    LoadError, MissingFileError
    """
    source = read_text(file)
    if file.suffix.lower() in HTML_SUFFIXES:
        fields = _html_fields(source)
    else:
        meta, body = split_front_matter(source, file.name)
        fields = fields_of(meta)
        fields["text"] = markdown_to_text(body, url=str(fields.get("url") or ""))
    fields.setdefault("article_id", slug(relative.with_suffix("")))
    fields.setdefault("language", language_of(relative, folder))
    fields.setdefault("updated_at", changed_at(file))
    if not fields.get("title"):
        fields["title"] = first_heading(fields["text"]) or readable(relative.stem)
    return {name: value for name, value in fields.items() if value is not None}


def split_front_matter(source: str, name: str) -> tuple[dict[str, Any], str]:
    """Part YAML front matter from the body; a text without any gives an empty mapping.

    Raises
    ------
    LoadError
        When the front matter is no YAML (names the line), holds a value that cannot be (a 13th
        month), refers to itself or is nested too deeply.
    """
    found = _FRONT_MATTER.match(source)
    if not found:
        return {}, source
    try:
        meta = yaml.safe_load(found[1])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 2})" if mark else ""
        raise LoadError(
            f"The front matter of '{name}' must be YAML{where}: put values with a colon in quotes."
        ) from error
    except _NO_VALUE as error:
        # Not the error's own words: for depth they speak of the parser, not of the file.
        raise LoadError(
            f"The front matter of '{name}' must hold values that can be read: check its dates "
            "and numbers, put texts in quotes."
        ) from error
    _check_size(meta, name)
    if meta is not None and not isinstance(meta, dict):
        # Prose between two rules, not front matter.
        return {}, source
    return {str(key): value for key, value in (meta or {}).items()}, source[found.end() :]


def fields_of(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Sort front matter into the fields of an article and the rest."""
    fields = {name: meta[name] for name in FIELDS if meta.get(name) is not None}
    identifier = meta.get("article_id", meta.get("id"))
    if identifier is not None:
        fields["article_id"] = identifier
    rest = {k: v for k, v in meta.items() if k not in (*FIELDS, "id", "article_id")}
    if rest:
        extra = json.dumps(_named(rest), ensure_ascii=False, default=str, sort_keys=True)
        fields["extra"] = parse_text(extra)
    return fields


def to_text(source: str, *, url: str = "") -> str:
    """Normalise the body of an article that is Markdown, HTML or plain text."""
    if _HTML_START.match(source):
        return html_to_text(source, url=url)
    return markdown_to_text(source, url=url)


def first_heading(text: str) -> str:
    """Return the words of the first heading of a normalised text, or nothing."""
    return next((heading(text, b)[1] for b in parse_blocks(text) if b.kind == "heading"), "")


def slug(path: PurePath) -> str:
    """Make an id of lower-case letters, digits and hyphens, the same for the same path."""
    plain = unicodedata.normalize("NFKD", path.as_posix()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if len(words) >= len(path.as_posix()) / 2:
        return words
    # Other scripts leave next to nothing.
    return f"{words}-{hashlib.sha256(path.as_posix().encode()).hexdigest()[:12]}".strip("-")


def readable(stem: str) -> str:
    """Make a title of a file name."""
    words = " ".join(re.split(r"[-_\s]+", stem)).strip()
    return words[:1].upper() + words[1:]


def language_of(path: PurePath, folder: str = "") -> str | None:
    """Return the language that a folder (``fr/…``) or a suffix (``name.fr.md``) names."""
    for part in (*path.parent.parts, *(s.lstrip(".") for s in path.suffixes[:-1]), folder):
        code = re.split(r"[-_]", part.lower())[0]
        if code in LANGUAGES and re.fullmatch(r"[a-z]{2}([-_][a-z]{2,4})?", part.lower()):
            return code
    return None


def midnight(day: Any) -> Any:
    """Turn a date, or the text of one, into midnight UTC; leave anything else as it is."""
    if isinstance(day, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", day.strip()):
        try:
            day = date.fromisoformat(day.strip())
        except ValueError:
            return day
    if isinstance(day, date) and not isinstance(day, datetime):
        return datetime.combine(day, time(), UTC)
    return day


def changed_at(file: Path) -> datetime:
    """Return when a file was last changed, in UTC."""
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _check_size(meta: Any, name: str) -> None:
    waiting, count = [(meta, 0)], 0
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if depth > _DEEPEST or count > _MOST_VALUES:
            raise LoadError(
                f"The front matter of '{name}' must not refer to itself and must hold at most "
                f"{_MOST_VALUES:,} values, {_DEEPEST} deep. It goes beyond: shorten it."
            )
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            raise LoadError(
                f"The front matter of '{name}' must hold whole numbers of at most {_MOST_BITS} "
                "bits. It holds a larger one: put it in quotes."
            )
        inner = (*value, *value.values()) if isinstance(value, dict) else value
        if isinstance(value, (dict, list, tuple, set)):
            waiting += [(item, depth + 1) for item in inner]


def _named(value: Any) -> Any:
    """Give mappings the text keys and numbers the finite values that JSON knows."""
    if isinstance(value, dict):
        return {str(key): _named(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_named(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _html_fields(source: str) -> dict[str, Any]:
    tree = parse_html(source)
    root = tree.find("html")
    fields: dict[str, Any] = {}
    if isinstance(root, Tag) and root.get("lang"):
        fields["language"] = str(root["lang"])
    canonical = tree.find("link", rel="canonical")
    if isinstance(canonical, Tag) and canonical.get("href"):
        fields["url"] = str(canonical["href"])
    title = tree.find("h1") or tree.find("title")
    if isinstance(title, Tag):
        fields["title"] = " ".join(title.get_text().split())
    content = tree.find("main") or tree.find("article") or tree.find("body") or tree
    fields["text"] = (
        tree_to_text(content, url=fields.get("url", "")) if isinstance(content, Tag) else ""
    )
    return fields
