"""The taxonomy of a night: what labels mean, and other names for them.

Labels of the `intent` column that the taxonomy knows under another name get its name. All others
stay as they are, as an installation may have a list of its own.
"""

from collections.abc import Iterable
from typing import Any

import yaml

from data.errors import ConfigError
from pipelines.run import Json, Run
from triage.taxonomy import OUT_OF_SCOPE, UNKNOWN, Label, Taxonomy, default_taxonomy, load_taxonomy

INTENT = "intent"
_NAMED = 8


def resolve_labels(run: Run) -> None:
    """Load the taxonomy and give every intent the name it has there."""
    path = run.config.intents.taxonomy
    base = default_taxonomy() if path is None else load_taxonomy(path)
    run.warnings.extend(base.warnings)
    run.taxonomy = extended(base, policies(run))
    if INTENT not in run.config.intents.targets:
        return
    given = run.tickets[INTENT]
    names = {str(label): _name(run.taxonomy, str(label)) for label in given.dropna().unique()}
    renamed = sorted(f"{old} → {new}" for old, new in names.items() if old != new)
    if renamed:
        run.tickets = run.tickets.assign(**{INTENT: given.map(names).astype(given.dtype)})
        run.warnings.append(f"intents renamed as in the taxonomy: {_listed(renamed)}")
    outside = sorted({*names.values()} - {*run.taxonomy.labels, OUT_OF_SCOPE})
    if outside:
        run.warnings.append(
            f"{len(outside):,} intents are not in the taxonomy and are learned by their name and "
            f"tickets alone: {_listed(outside)}"
        )


def hints(taxonomy: Taxonomy | None, labels: Iterable[str]) -> dict[str, list[str]]:
    """Return what the taxonomy says of labels: description and examples, where it has any."""
    known = taxonomy.labels if taxonomy is not None else {}
    found = {name: known[name] for name in sorted(set(labels)) if name in known}
    told = {n: [s for s in (e.description, *e.examples) if s.strip()] for n, e in found.items()}
    return {name: sentences for name, sentences in told.items() if sentences}


def extended(base: Taxonomy, policies: dict[str, Json]) -> Taxonomy:
    """Add the labels of all clients; where two add the same one, it has the examples of both.

    Raises
    ------
    ConfigError
        When a client's ``taxonomy`` is not a mapping with a list ``children``, or a child is wrong.
    """
    labels = dict(base.labels)
    for client, body in policies.items():
        for name, label in base.extend(_children(client, body), client_id=client).labels.items():
            other = labels.get(name, label)
            examples = tuple(dict.fromkeys((*other.examples, *label.examples)))
            labels[name] = Label(name, other.description or label.description, examples)
    return Taxonomy(labels, base.aliases, base.warnings)


def policies(run: Run) -> dict[str, Json]:
    """Parse each client's policies.

    Raises
    ------
    ConfigError
        When they are not a YAML mapping.
    """
    parsed = {}
    for client, text in run.policies.items():
        try:
            body = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ConfigError(f"The policies of {client!r} are not YAML: {error}.") from error
        if not isinstance(body, dict):
            raise ConfigError(f"The policies of {client!r} must be a YAML mapping.")
        parsed[client] = body
    return parsed


def _children(client: str, body: Json) -> list[Any]:
    given = body.get("taxonomy") or {}
    children = (given.get("children") or []) if isinstance(given, dict) else None
    if not isinstance(children, list):
        raise ConfigError(
            f"The 'taxonomy' of {client!r} must be a mapping with a list 'children'. "
            f"Got {given!r:.80} instead."
        )
    return children


def _name(taxonomy: Taxonomy, label: str) -> str:
    found = taxonomy.resolve(label)
    return label if found == UNKNOWN else found


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
