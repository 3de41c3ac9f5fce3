"""Labels that one client alone uses are that client's own: no other is told of them."""

from collections.abc import Iterable, Mapping, Sequence

from numpy.typing import ArrayLike

from data.arguments import as_column, is_missing
from data.errors import ParameterError
from triage.decisions import Decision
from triage.taxonomy import UNKNOWN, default_taxonomy

OTHER_CLIENT = "other_client"
"""Reason of a decision whose label belongs to another client."""


def sole_owners(labels_of: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the labels that one client alone uses, with the client; shared ones are left out.

    Labels of the taxonomy that comes with the project are everybody's.

    Examples
    --------
    >>> sole_owners({"acme": ["billing", "support.acme_club"], "umbra": ["billing"]})
    {'support.acme_club': 'acme'}
    """
    shared = default_taxonomy().labels
    owners: dict[str, str] = {}
    often: set[str] = set()
    for client, labels in labels_of.items():
        for label in labels:
            if label in owners:
                often.add(label)
            owners[label] = client
    return {k: v for k, v in owners.items() if k not in often and k not in shared}


def kept_apart(
    decided: Sequence[Decision], clients: Iterable[object] | ArrayLike, owners: Mapping[str, str]
) -> list[Decision]:
    """Take labels of other clients out of decisions, (n,); abstain where the label is one.

    A text without a client is told no client's own label.

    Raises
    ------
    ParameterError
        When there is not one client, of ``clients`` (n,), a decision.

    Examples
    --------
    >>> told = Decision("support.acme_club", 0.9, (("billing", 0.1),), 0.0, None)
    >>> kept_apart([told], ["umbra"], {"support.acme_club": "acme"})[0].label
    'unknown'
    """
    asking = as_column(clients, name="clients", of="decisions", holds="clients")
    if len(asking) != len(decided):
        raise ParameterError(
            "The 'clients' parameter of decisions must name a client for each text. "
            f"Got {len(asking)} for {len(decided)} texts instead."
        )
    return [
        _kept_apart(one, None if is_missing(client) else str(client), owners)
        for one, client in zip(decided, asking, strict=True)
    ]


def _kept_apart(decision: Decision, client: str | None, owners: Mapping[str, str]) -> Decision:
    others = tuple(
        (label, p) for label, p in decision.alternatives if owners.get(label, client) == client
    )
    if owners.get(decision.label, client) == client:
        return decision._replace(alternatives=others)
    return decision._replace(label=UNKNOWN, alternatives=others, reason=OTHER_CLIENT)
