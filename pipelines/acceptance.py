"""What a client's agents sent, edited and rejected teaches how its drafts will fare."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.errors import ArtifactError, MissingFileError
from pipelines.run import Run
from pipelines.store import read_answers
from suggest.acceptance import ACCEPTANCE_START, PriorLogistic, acceptance_model
from suggest.client_acceptance import ClientAcceptance, Taught
from suggest.feedback import training_rows

ACCEPTANCE = "acceptance"
FEWEST = 50
_HELD_OUT = 0.2
_LEAST = 1e-6
_SHOWN = ("suggestion_id", "client_id", "ticket_id", "outcome", "features")


class Answered(NamedTuple):
    """Drafts of one client that its agents answered, oldest first.

    Attributes
    ----------
    features : list of dict
    accepted, kept : list of int
        0 or 1: sent unchanged; more than half of it sent.
    """

    features: list[dict[str, float]]
    accepted: list[int]
    kept: list[int]


def learn_acceptance(run: Run) -> None:
    """Fit each client's acceptance to its feedback; where it is too little, keep what is in force.

    One client's agents say nothing of another's drafts.
    """
    if run.index is None:
        return
    before = _in_force(run)
    learned = dict(before.clients) if before else {}
    run.acceptance, run.acceptance_is_new = before, False
    for client, rows in feedback_rows(read_answers(run.config.store, _SHOWN)).items():
        count, told = len(rows.accepted), f"{len(rows.accepted):,} answered drafts of {client}"
        run.answered[client] = {
            "drafts": count,
            "sent": sum(rows.accepted),
            "kept": sum(rows.kept),
            "learned": False,
        }
        if count < FEWEST:
            continue
        losses = _losses(rows)
        if losses[0] > losses[1]:
            run.warnings.append(
                f"acceptance learned from {told} foretells the newest worse than the start (log "
                f"loss {losses[0]:.3f}, start {losses[1]:.3f}) and is not used"
            )
            continue
        learned[client] = Taught(
            acceptance_model().fit(rows.features, rows.accepted),
            acceptance_model().fit(rows.features, rows.kept),
        )
        run.answered[client]["learned"] = run.acceptance_is_new = True
    if run.acceptance_is_new:
        run.acceptance = ClientAcceptance(learned)


def feedback_rows(store: Mapping[str, pd.DataFrame]) -> dict[str, Answered]:
    """Return the drafts that were answered, by client.

    Parameters
    ----------
    store : mapping of str to DataFrame
        ``feedback`` and ``suggestions``; without both there are no rows.
    """
    if not {"feedback", "suggestions"} <= store.keys() or store["feedback"].empty:
        return {}
    rows = training_rows(store["suggestions"], comparable(store)).acceptance
    # Drafts made before a feature was renamed cannot be compared with those of today.
    known = [bool(f) and set(f) <= set(ACCEPTANCE_START) for f in rows["features"]]
    rows = rows[np.array(known, dtype=bool)]
    return {
        str(client): Answered(
            list(of["features"]),
            [int(yes) for yes in of["accepted"]],
            [int(yes) for yes in of["kept"]],
        )
        for client, of in rows.groupby("client_id")
    }


def comparable(store: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the feedback of a store without what the suggestions say as well, times parsed."""
    feedback = store["feedback"]
    shared = [c for c in feedback if c in store["suggestions"] and c != "suggestion_id"]
    times = pd.to_datetime(feedback["at"], utc=True, format="ISO8601")
    return feedback.drop(columns=shared).assign(at=times)


def log_loss(
    model: PriorLogistic, features: Sequence[Mapping[str, float]], accepted: Sequence[int]
) -> float:
    """Mean of minus the log of the probability given to what happened."""
    stated = model.predict_proba(features)[np.arange(len(accepted)), np.asarray(accepted)]
    return float(-np.log(np.maximum(stated, _LEAST)).mean())


def _losses(rows: Answered) -> list[float]:
    """Return the loss on the newest drafts of what the older ones teach, and of the start.

    What is in force has learned from most of the newest drafts already.
    """
    older = int(len(rows.accepted) * (1 - _HELD_OUT))
    trial = acceptance_model().fit(rows.features[:older], rows.accepted[:older])
    newest = (rows.features[older:], rows.accepted[older:])
    return [log_loss(model, *newest) for model in (trial, acceptance_model())]


def _in_force(run: Run) -> ClientAcceptance | None:
    folder = run.registry.folder(ACCEPTANCE)
    if folder is None:
        return None
    try:
        return ClientAcceptance.load(folder)
    except (ArtifactError, MissingFileError) as error:
        run.warnings.append(f"the acceptance in force cannot be read: {error}")
        return None
