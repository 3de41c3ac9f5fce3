"""What a client's agents sent, edited and rejected teaches how its drafts will fare."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
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
# Drafts that are withheld are never answered: what was learned of them must end by itself.
REMEMBERED = timedelta(days=180)
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
    at : list of Timestamp
        When that was said.
    """

    features: list[dict[str, float]]
    accepted: list[int]
    kept: list[int]
    at: list[pd.Timestamp]

    def since(self, moment: datetime) -> "Answered":
        """Return what was said from a moment on."""
        n = bisect_left(self.at, pd.Timestamp(moment))
        return Answered(self.features[n:], self.accepted[n:], self.kept[n:], self.at[n:])


def learn_acceptance(run: Run) -> None:
    """Fit each client's acceptance to its feedback; where it is too little, keep what is in force.

    One client's agents say nothing of another's drafts. What was said longer ago than
    `REMEMBERED` no longer counts: a client that said too little since goes back to the start.
    """
    if run.index is None:
        return
    run.acceptance, run.acceptance_is_new = _in_force(run), False
    before = dict(run.acceptance.clients) if run.acceptance else {}
    learned = dict(before)
    for client, ever in feedback_rows(read_answers(run.config.store, _SHOWN)).items():
        rows = ever.since(run.now - REMEMBERED)
        taught = _taught(run, client, rows)
        if taught is not None:
            learned[client] = taught
        elif len(rows.accepted) >= FEWEST or len(ever.accepted) > len(rows.accepted):
            learned.pop(client, None)
        run.answered[client] = {
            "drafts": len(rows.accepted),
            "sent": sum(rows.accepted),
            "kept": sum(rows.kept),
            "learned": taught is not None,
        }
    if learned != before:
        run.acceptance, run.acceptance_is_new = ClientAcceptance(learned), True


def _taught(run: Run, client: str, rows: Answered) -> Taught | None:
    """Return what a client's agents teach; None where it is too little or foretells nothing."""
    if len(rows.accepted) < FEWEST:
        return None
    losses = _losses(rows)
    if losses[0] > losses[1]:
        run.warnings.append(
            f"acceptance learned from {len(rows.accepted):,} answered drafts of {client} foretells "
            f"the newest worse than the start (log loss {losses[0]:.3f}, start {losses[1]:.3f}) "
            "and is not used"
        )
        return None
    return Taught(
        acceptance_model().fit(rows.features, rows.accepted),
        acceptance_model().fit(rows.features, rows.kept),
    )


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
            list(of["at"]),
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
