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
        those that would have been measured on otherwise, and each target's accuracy if all of
        these were wrong; ``links``: from tickets to articles, and ``searched``, whether the
        search learned from them. Empty where agents said nothing yet.
    """
    clients = [{"client_id": name, **counts} for name, counts in sorted(run.answered.items())]
    corrected = _pairs(run.corrected)
    if not clients and not corrected and not run.answers_linked:
        return {}
    unmeasured = _unmeasured(run, corrected)
    return {
        "clients": clients,
        "labels": {
            "corrected": len(corrected),
            "learned": len(corrected & _pairs(run.train)),
            "unmeasured": unmeasured,
            "accuracy_at_least": _at_least(run, unmeasured),
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
            f"{labels['corrected']:,} tickets with corrected labels, {labels['learned']:,} of them "
            "learned from"
        )
    if labels.get("unmeasured"):
        bounds = (f"{name} {value:.1%}" for name, value in labels["accuracy_at_least"].items())
        yield (
            f"{labels['unmeasured']:,} of these are as new as the test tickets and measured on no "
            f"more; if all of them were still wrong, accuracy would be: {', '.join(bounds)}"
        )
    if found.get("links"):
        what = "the search learned from them" if found["searched"] else "too few to learn from yet"
        yield f"{found['links']:,} links from tickets to articles that answered them; {what}"


def _unmeasured(run: Run, corrected: set[tuple[str, str]]) -> int:
    """Count the corrected tickets of the files that time alone would have kept for measuring."""
    if run.test.empty or not corrected:
        return 0
    newest = run.tickets[run.tickets["created_at"] >= run.test["created_at"].min()]
    return len((corrected - run.added - _pairs(run.test)) & _pairs(newest))


def _at_least(run: Run, unmeasured: int) -> dict[str, float]:
    figures = {name: of.figures.get("accuracy") for name, of in run.targets.items()}
    return {
        name: round(figure.value * figure.n / (figure.n + unmeasured), 6)
        for name, figure in figures.items()
        if figure is not None
    }


def _pairs(rows: pd.DataFrame) -> set[tuple[str, str]]:
    if rows.empty:
        return set()
    return set(zip(rows["client_id"].astype(str), rows["ticket_id"].astype(str), strict=True))
