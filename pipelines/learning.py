"""Whether a night starts a classifier anew or lets the champion go on learning."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from triage.intents import IntentClassifier
from triage.refreshing import knows_the_labels, refresh, share_of_new


class Lesson(NamedTuple):
    """What is to be learned.

    Attributes
    ----------
    texts, labels, clients : list of str, shape (n,)
    """

    texts: list[str]
    labels: list[str]
    clients: list[str]


def learn(
    asked: IntentClassifier,
    lesson: Lesson,
    *,
    champion: IntentClassifier | None,
    full_every: int,
    most_new: float,
) -> tuple[IntentClassifier, dict[str, Any]]:
    """Train a classifier, by way of the champion where little has changed.

    Parameters
    ----------
    asked : IntentClassifier
        Not fitted, with the parameters that are wanted.
    lesson : Lesson
    champion : IntentClassifier, optional
        In force now; it is changed where it goes on learning.
    full_every : int
        Fits from one full one to the next.
    most_new : float
        Share of new or changed rows, in [0, 1], up to which the champion goes on.

    Returns
    -------
    IntentClassifier
    dict
        ``full`` and ``told``: whether it was a full fit, and the reason in a sentence.
    """
    why = _why_full(asked, lesson, champion, full_every, most_new)
    if why or champion is None:
        told = f"It was fitted in full: {why}."
        return asked.fit(*lesson), {"full": True, "told": told}
    new = share_of_new(champion, lesson.texts, lesson.labels)
    model = refresh(champion, *lesson)
    told = (
        f"It went on learning from the champion, with {new:.1%} of the training tickets new; "
        f"calibration and thresholds are those of the last full fit, {_nights(model.refreshed_)}."
    )
    return model, {"full": False, "told": told, "new": round(new, 6)}


def _why_full(
    asked: IntentClassifier,
    lesson: Lesson,
    champion: IntentClassifier | None,
    full_every: int,
    most_new: float,
) -> str:
    """Return why the champion cannot go on; empty where it can."""
    if champion is None:
        return "there is no champion yet that could go on"
    if champion.encoder_.fingerprint != _encoder(asked, champion):
        return "the encoder is another one"
    if _settings(asked) != _settings(champion):
        return "its settings or the descriptions of its labels changed"
    if not knows_the_labels(champion, lesson.labels):
        return "the labels changed"
    if champion.refreshed_ + 1 >= full_every:
        return f"the last full fit was {_nights(champion.refreshed_ + 1)}"
    new = share_of_new(champion, lesson.texts, lesson.labels)
    if new > most_new:
        return f"{new:.1%} of the training tickets are new or changed"
    return ""


def _nights(count: int) -> str:
    return f"{count} night{'' if count == 1 else 's'} ago"


def _encoder(asked: IntentClassifier, champion: IntentClassifier) -> str:
    return champion.encoder_.fingerprint if asked.encoder is None else asked.encoder.fingerprint


def _settings(model: IntentClassifier) -> str:
    given: Mapping[str, Any] = model.get_params(deep=False)
    return json.dumps({k: v for k, v in given.items() if k != "encoder"}, sort_keys=True)
