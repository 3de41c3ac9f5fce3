"""Checks that a feedback agrees with what there is; words about a person get no further."""

import re
from collections.abc import Callable, Mapping

from serving.problems import wrong_field
from serving.schemas import CorrectedIn, FeedbackIn
from serving.snapshot import IntentModel
from serving.store import Row

_LABEL = re.compile(r"[a-z][a-z0-9_.:-]{0,79}")


def check_corrected(
    corrected: CorrectedIn,
    model: IntentModel | None,
    client: str,
    knows: Callable[[str], bool],
) -> None:
    """Refuse a label or an article that does not exist.

    Parameters
    ----------
    corrected : CorrectedIn
    model : IntentModel, optional
        Without it a label must at least look like one.
    client : str
        A label that only another client uses does not exist for this one.
    knows : callable
        Tells whether the client has an article with an id.

    Raises
    ------
    ProblemError
        422, naming the field.
    """
    if corrected.intent is not None and not _is_label(corrected.intent, model, client):
        raise wrong_field("corrected.intent", "is not a label of the intent model in force")
    if corrected.article_id is not None and not knows(corrected.article_id):
        raise wrong_field("corrected.article_id", "is not an article of this client")


def check_shown(body: FeedbackIn, suggestion: Row, shown: set[str]) -> None:
    """Refuse sources that were not shown with a suggestion: they may be anything.

    Raises
    ------
    ProblemError
        422, naming the place.
    """
    cited = suggestion["support"] or []
    known = shown | {str(s["id"]) for s in cited if s["source"] != "phrase"}
    for name, given in (("opened", body.opened), ("used", body.used)):
        for number, source_id in enumerate(given):
            if source_id not in known:
                raise wrong_field(f"{name}.{number}", "was not shown with this suggestion")


def _is_label(label: str, model: IntentModel | None, client: str) -> bool:
    if model is None:
        return _LABEL.fullmatch(label) is not None
    owners: Mapping[str, str] = getattr(model, "owners_", {})
    if owners.get(label, client) != client:
        return False
    return label in {str(known) for known in model.classes_}
