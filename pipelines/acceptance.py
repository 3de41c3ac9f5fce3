"""What agents sent, edited and rejected teaches how likely a draft is sent unchanged."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from data.errors import ArtifactError, MissingFileError
from pipelines.run import Run
from pipelines.store import read_answers
from suggest.acceptance import ACCEPTANCE_START, PriorLogistic, acceptance_model
from suggest.feedback import training_rows

ACCEPTANCE = "acceptance"
FEWEST = 50
_HELD_OUT = 0.2
_LEAST = 1e-6
_SHOWN = ("suggestion_id", "ticket_id", "outcome", "features")


def learn_acceptance(run: Run) -> None:
    """Fit acceptance to the service's feedback; where it is too little, keep what is in force."""
    if run.index is None:
        return
    features, accepted = feedback_rows(read_answers(run.config.store, _SHOWN))
    run.acceptance, run.acceptance_is_new = _in_force(run), False
    if len(accepted) < FEWEST:
        return
    older = int(len(accepted) * (1 - _HELD_OUT))
    trial = acceptance_model().fit(features[:older], accepted[:older])
    losses = [
        log_loss(model, features[older:], accepted[older:])
        for model in (trial, run.acceptance or acceptance_model())
    ]
    if losses[0] > losses[1]:
        run.warnings.append(
            f"acceptance learned from {len(accepted):,} drafts foretells the newest worse than "
            f"before (log loss {losses[0]:.3f}, before {losses[1]:.3f}) and is not used"
        )
        return
    run.acceptance = acceptance_model().fit(features, accepted)
    run.acceptance_is_new = True


def feedback_rows(store: Mapping[str, pd.DataFrame]) -> tuple[list[dict[str, float]], list[int]]:
    """Return features and 0/1 of each draft that was answered, oldest first.

    Parameters
    ----------
    store : mapping of str to DataFrame
        ``feedback`` and ``suggestions``; without both there are no rows.
    """
    if not {"feedback", "suggestions"} <= store.keys() or store["feedback"].empty:
        return [], []
    suggestions, feedback = store["suggestions"], store["feedback"]
    shared = [c for c in feedback if c in suggestions and c != "suggestion_id"]
    feedback = feedback.drop(columns=shared)
    feedback["at"] = pd.to_datetime(feedback["at"], utc=True, format="ISO8601")
    rows = training_rows(suggestions, feedback).acceptance
    # Drafts made before a feature was renamed cannot be compared with those of today.
    known = [bool(f) and set(f) <= set(ACCEPTANCE_START) for f in rows["features"]]
    rows = rows[np.array(known, dtype=bool)]
    return list(rows["features"]), [int(a) for a in rows["accepted"]]


def log_loss(
    model: PriorLogistic, features: Sequence[Mapping[str, float]], accepted: Sequence[int]
) -> float:
    """Mean of minus the log of the probability given to what happened."""
    stated = model.predict_proba(features)[np.arange(len(accepted)), np.asarray(accepted)]
    return float(-np.log(np.maximum(stated, _LEAST)).mean())


def _in_force(run: Run) -> PriorLogistic | None:
    folder = run.registry.folder(ACCEPTANCE)
    if folder is None:
        return None
    try:
        return PriorLogistic.load(folder)
    except (ArtifactError, MissingFileError) as error:
        run.warnings.append(f"the acceptance in force cannot be read: {error}")
        return None
