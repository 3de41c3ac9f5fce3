"""A night goes on from its champion, or starts anew and says why."""

import copy

import pytest

from data.encoders import HashingEncoder
from pipelines.learning import Lesson, learn
from triage import IntentClassifier

TEXTS = [f"{word} {n} please" for word in ("invoice", "refund", "parcel") for n in range(40)]
LABELS = [label for label in ("billing", "money", "shipping") for _ in range(40)]
KNOWN = Lesson(TEXTS, LABELS, ["acme"] * 120)
GROWN = Lesson([*TEXTS, "zebra please"], [*LABELS, "billing"], ["acme"] * 121)


def asked(**given) -> IntentClassifier:
    return IntentClassifier(**{"encoder": HashingEncoder(), "epochs": 3, **given})


@pytest.fixture(scope="module")
def fitted() -> IntentClassifier:
    return asked().fit(*KNOWN)


def night(model, lesson=GROWN, champion=None, full_every=7, most_new=0.05):
    return learn(model, lesson, champion=champion, full_every=full_every, most_new=most_new)


def test_little_news_is_learned_by_the_champion(fitted: IntentClassifier) -> None:
    champion = copy.deepcopy(fitted)
    model, told = night(asked(), champion=champion)
    assert model is champion
    assert model.refreshed_ == 1
    assert told["full"] is False
    assert "with 0.8% of the training tickets new" in told["told"]
    assert told["told"].endswith("the last full fit, 1 night ago.")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"champion": None}, "there is no champion yet that could go on"),
        ({"model": asked(encoder=HashingEncoder(16))}, "the encoder is another one"),
        ({"model": asked(epochs=4)}, "its settings or the descriptions of its labels changed"),
        (
            {"model": asked(hints={"billing": ["An invoice is wrong."]})},
            "its settings or the descriptions of its labels changed",
        ),
        (
            {"lesson": Lesson([*TEXTS, "join"], [*LABELS, "club"], ["acme"] * 121)},
            "the labels changed",
        ),
        ({"full_every": 1}, "the last full fit was 1 night ago"),
        ({"most_new": 0.005}, "0.8% of the training tickets are new or changed"),
    ],
)
def test_more_than_that_is_a_full_fit(fitted: IntentClassifier, given, why) -> None:
    given = {"model": asked(), "champion": fitted, **given}
    before = fitted.predict_proba(TEXTS[:5]).tolist()
    model, told = night(given.pop("model"), **given)
    assert model is not fitted
    assert model.refreshed_ == 0
    assert told == {"full": True, "told": f"It was fitted in full: {why}."}
    assert fitted.predict_proba(TEXTS[:5]).tolist() == before


def test_a_week_of_nights_ends_with_a_full_fit(fitted: IntentClassifier) -> None:
    champion, full = copy.deepcopy(fitted), []
    for _ in range(4):
        champion, told = night(asked(), champion=champion, full_every=3)
        full.append(told["full"])
    assert full == [False, False, True, False]
