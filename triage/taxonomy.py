"""The closed set of labels: two levels, described, with examples; clients add children."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from data.errors import ConfigError, MissingFileError

UNKNOWN = "unknown"
OUT_OF_SCOPE = "out_of_scope"
_RESERVED = (UNKNOWN, OUT_OF_SCOPE)


@dataclass(frozen=True)
class Label:
    """One label of the taxonomy.

    Parameters
    ----------
    name : str
        ``billing`` or ``billing.invoice_copy``.
    description : str
    examples : tuple of str
        Sentences a customer might write.
    """

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()

    @property
    def top(self) -> str:
        """The first level.

        >>> Label("billing.invoice_copy").top
        'billing'
        """
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Taxonomy:
    """Labels by name, aliases of other lists, and warnings about the list itself."""

    labels: Mapping[str, Label]
    aliases: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def top_labels(self) -> tuple[str, ...]:
        """Names of the first level."""
        return tuple(name for name in self.labels if "." not in name)

    def resolve(self, name: str) -> str:
        """Turn an alias into its label; anything outside the set into ``unknown``.

        >>> default_taxonomy().resolve("cancel risk")
        'retention_risk'
        >>> default_taxonomy().resolve("no such thing")
        'unknown'
        """
        key = name.strip()
        if key in self.labels or key in _RESERVED:
            return key
        return self.aliases.get(key.casefold(), UNKNOWN)

    def examples(self) -> tuple[list[str], list[str]]:
        """Every example of the second level with its label: texts and labels, in order."""
        pairs = [
            (example, label.name)
            for label in self.labels.values()
            if "." in label.name
            for example in label.examples
        ]
        return [text for text, _ in pairs], [name for _, name in pairs]

    def extend(self, children: list[Mapping[str, Any]], *, client_id: str) -> "Taxonomy":
        """Add a client's own second-level labels.

        Raises
        ------
        ConfigError
            When a child has no known top level or stands already.
        """
        added = {}
        for entry in children:
            label = _label(entry, where=f"the taxonomy of client {client_id}")
            if "." not in label.name or label.top not in self.top_labels:
                raise ConfigError(
                    f"The label {label.name!r} of client {client_id} must be a child of one of "
                    f"{list(self.top_labels)}, such as 'support.{label.name}'."
                )
            if label.name in self.labels or label.name in added:
                raise ConfigError(
                    f"The label {label.name!r} of client {client_id} stands already. Rename it."
                )
            added[label.name] = label
        return Taxonomy({**self.labels, **added}, self.aliases, self.warnings)


def load_taxonomy(path: str | os.PathLike[str]) -> Taxonomy:
    """Read a taxonomy from YAML.

    Raises
    ------
    MissingFileError, ConfigError
        Naming the entry that is wrong.
    """
    file = Path(path)
    if not file.is_file():
        raise MissingFileError(f"No taxonomy at {file}. Correct the path.")
    return parse_taxonomy(file.read_text(encoding="utf-8"), where=str(file))


@cache
def default_taxonomy() -> Taxonomy:
    """Return the taxonomy that ships: seven top labels and their children."""
    text = (resources.files("triage") / "taxonomy.yaml").read_text(encoding="utf-8")
    return parse_taxonomy(text, where="triage/taxonomy.yaml")


def parse_taxonomy(text: str, *, where: str) -> Taxonomy:
    """Read a taxonomy from YAML text; ``where`` names it in errors."""
    try:
        body = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"The taxonomy {where} is not YAML: {error}") from error
    if not isinstance(body, dict) or not isinstance(body.get("labels"), list):
        raise ConfigError(f"The taxonomy {where} must be a mapping with a list 'labels'.")
    labels: dict[str, Label] = {}
    for entry in body["labels"]:
        _add(labels, _label(entry, where), where)
        for child in entry.get("children") or []:
            _add(labels, _label(child, where), where)
    aliases = _aliases(body, labels, where)
    limit = int(body.get("max_top_labels", 12))
    tops = [name for name in labels if "." not in name]
    warnings: tuple[str, ...] = ()
    if len(tops) > limit:
        warnings = (
            f"The taxonomy {where} has {len(tops)} top labels; people use at most {limit}.",
        )
    return Taxonomy(labels, aliases, warnings)


def _label(entry: Any, where: str) -> Label:
    if not isinstance(entry, Mapping) or not entry.get("name"):
        raise ConfigError(f"An entry of {where} must be a mapping with a 'name'. Got {entry!r}.")
    name = str(entry["name"])
    if name.partition(".")[0] in _RESERVED:
        raise ConfigError(f"The label {name!r} of {where} is reserved. Rename it.")
    examples = tuple(str(example) for example in entry.get("examples") or ())
    return Label(name, str(entry.get("description") or "").strip(), examples)


def _add(labels: dict[str, Label], label: Label, where: str) -> None:
    if label.name in labels:
        raise ConfigError(f"The label {label.name!r} stands twice in {where}. Remove one.")
    if "." in label.name and label.top not in labels:
        raise ConfigError(f"The label {label.name!r} of {where} has no top label {label.top!r}.")
    labels[label.name] = label


def _aliases(body: Mapping[str, Any], labels: Mapping[str, Label], where: str) -> dict[str, str]:
    aliases = {str(k).casefold(): str(v) for k, v in (body.get("aliases") or {}).items()}
    astray = sorted(set(aliases.values()) - set(labels))
    if astray:
        raise ConfigError(f"Aliases of {where} lead to labels that do not exist: {astray}.")
    return aliases
