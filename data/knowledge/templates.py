"""Template packs: articles of a vertical that a client makes its own with a few variables.

A pack is a folder::

    pack.yaml            name, version, languages, description, variables
    articles/en/….md     Markdown with front matter, as any article

``variables`` in ``pack.yaml`` maps each name to its ``description`` and, unless a client must
give it, a ``default``. Articles use them as ``[[ shop_name ]]`` and choose with
``[% if free_returns %] … [% endif %]``. What stands in ``{{ … }}`` is left for the drafter: it is
filled per ticket.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from data.errors import ConfigError, LoadError, MissingFileError
from data.files import read_text
from data.knowledge.articles import DEFAULTS, articles_from_frame
from data.knowledge.documents import fields_of, language_of, slug, split_front_matter
from data.schema.table import nearest

PACKS = Path(__file__).resolve().parent.parent / "templates"
"""Where the shipped packs lie; each may be named by its folder's name."""

_PACK_KEYS = ("name", "version", "description", "languages", "variables")
_VARIABLE_KEYS = ("description", "default")
Value = str | int | float | bool


def load_template_pack(
    folder: str | Path,
    client_id: str,
    variables: Mapping[str, Value] | None = None,
    *,
    updated_at: datetime,
) -> pd.DataFrame:
    """Make the articles of a pack for one client.

    Parameters
    ----------
    folder : str or Path
        A pack's folder, or the name of a shipped one (``"ecommerce"``).
    client_id : str
    variables : mapping, optional
        Values of the pack's variables; those with a default may be left out.
    updated_at : datetime
        Aware; when the articles count as written.

    Returns
    -------
    DataFrame
        Valid articles with status ``draft`` unless the pack says otherwise: a person reads them
        before they may answer anyone.

    Raises
    ------
    MissingFileError
        When there is no pack.
    ConfigError
        When the pack is malformed, or a variable is missing or unknown; names them all.
    """
    place = _place(folder)
    pack = _read_pack(place)
    values = _values(pack["variables"], dict(variables or {}), place.name)
    files = sorted((place / "articles").rglob("*.md"))
    if not files:
        raise MissingFileError(f"The pack '{place.name}' has no articles/….md.")
    rows = [_article(file, place / "articles", values, pack) for file in files]
    defaults = DEFAULTS | {"status": "draft", "updated_at": updated_at, "version": pack["version"]}
    try:
        articles, statuses = articles_from_frame(pd.DataFrame(rows), client_id, defaults=defaults)
    except LoadError as error:
        raise ConfigError(f"The pack '{place.name}' must hold valid articles. {error}") from error
    for status in statuses:
        if status["status"] == "skipped":
            raise ConfigError(
                f"The pack '{place.name}' must hold valid articles only. "
                f"'{status['article_id']}': {status['reason']}"
            )
    return articles


def _place(folder: str | Path) -> Path:
    shipped = PACKS / str(folder)
    for place in (Path(folder), shipped):
        if (place / "pack.yaml").is_file():
            return place
    raise MissingFileError(
        f"There is no pack.yaml in '{folder}', and no shipped pack of that name."
    )


def _read_pack(place: Path) -> dict[str, Any]:
    try:
        pack = yaml.safe_load(read_text(place / "pack.yaml"))
    except yaml.YAMLError as error:
        raise ConfigError(f"pack.yaml of '{place.name}' must be YAML: {error}.") from error
    if not isinstance(pack, dict):
        raise ConfigError(f"pack.yaml of '{place.name}' must be a mapping.")
    _only_known(pack, _PACK_KEYS, f"pack.yaml of '{place.name}'")
    pack = {"version": 1, **pack, "variables": pack.get("variables") or {}}
    for name, variable in pack["variables"].items():
        if not isinstance(variable, dict):
            raise ConfigError(f"The variable '{name}' of '{place.name}' must be a mapping.")
        _only_known(variable, _VARIABLE_KEYS, f"The variable '{name}' of '{place.name}'")
    return pack


def _values(declared: Mapping[str, Any], given: dict[str, Value], pack: str) -> dict[str, Value]:
    _only_known(given, tuple(declared), f"The variables for '{pack}'")
    values = {n: v["default"] for n, v in declared.items() if "default" in v} | given
    missing = {
        name: variable.get("description", "")
        for name, variable in declared.items()
        if values.get(name) in (None, "")
    }
    if missing:
        listed = "; ".join(f"{name} ({why})" if why else name for name, why in missing.items())
        raise ConfigError(f"The pack '{pack}' needs values for its variables: {listed}.")
    return values


def _article(
    file: Path, root: Path, values: Mapping[str, Value], pack: Mapping[str, Any]
) -> dict[str, Any]:
    environment = ImmutableSandboxedEnvironment(
        variable_start_string="[[", variable_end_string="]]",
        block_start_string="[%", block_end_string="%]",
        comment_start_string="[#", comment_end_string="#]",
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    relative = file.relative_to(root)
    try:
        source = environment.from_string(read_text(file)).render(dict(values))
    except TemplateError as error:
        raise ConfigError(f"'{relative.as_posix()}' cannot be filled: {error}.") from error
    meta, body = split_front_matter(source, file.name)
    return {
        "article_id": slug(relative.with_suffix("")),
        "language": language_of(relative) or (pack.get("languages") or [None])[0],
        **fields_of(meta),
        "text": body,
    }


def _only_known(given: Mapping[str, Any], known: tuple[str, ...], subject: str) -> None:
    for name in given:
        if name not in known:
            likely = nearest(str(name), known)
            raise ConfigError(
                f"{subject} must be of {', '.join(known) or 'no key'}. Got '{name}' instead."
                + (f" Did you mean '{likely}'?" if likely else "")
            )
