"""What agents taught through the service, told in numbers: nothing of it is learned in silence."""

from collections.abc import Iterable

import pandas as pd

from pipelines.run import Json, Run


def lessons(run: Run) -> Json:
    """Count what the service's store holds of agents' work, and what became of it.

    Returns
    -------
    dict
        ``clients``: for each the drafts that were answered, sent unchanged and kept, and whether
        its acceptance was learned from them; ``labels``: corrected tickets, those learned from,
        and those that are among the newest, which measure until they are older; ``links``: from
        tickets to articles, and ``searched``, whether the search learned from them. Empty where
        agents said nothing yet.
    """
    clients = [{"client_id": name, **counts} for name, counts in sorted(run.answered.items())]
    corrected = _pairs(run.corrected)
    if not clients and not corrected and not run.answers_linked:
        return {}
    return {
        "clients": clients,
        "labels": {
            "corrected": len(corrected),
            "learned": len(corrected & _pairs(run.train)),
            "measuring": len(corrected & _pairs(run.test)),
        },
        "links": run.answers_linked,
        "searched": run.retriever is not None,
    }


def told(found: Json) -> Iterable[str]:
    """Say the same in sentences."""
    for client in found.get("clients", ()):
        what = "its drafts are judged by them" if client["learned"] else "too few or not yet clear"
        yield (
            f"{client['client_id']}: {client['drafts']:,} drafts answered, {client['sent']:,} sent "
            f"unchanged, {client['kept']:,} kept for the most part; {what}"
        )
    labels = found.get("labels", {"corrected": 0})
    if labels["corrected"]:
        yield (
            f"{labels['corrected']:,} tickets with corrected labels: {labels['learned']:,} learned "
            f"from, {labels['measuring']:,} among the newest, which measure until they are older"
        )
    if found.get("links"):
        what = "the search learned from them" if found["searched"] else "too few to learn from yet"
        yield f"{found['links']:,} links from tickets to articles that answered them; {what}"


def _pairs(rows: pd.DataFrame) -> set[tuple[str, str]]:
    if rows.empty:
        return set()
    return set(zip(rows["client_id"].astype(str), rows["ticket_id"].astype(str), strict=True))
