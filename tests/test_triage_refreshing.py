"""A fitted classifier goes on learning."""

from pathlib import Path

import numpy as np
import pytest

from data.encoders import HashingEncoder
from data.errors import ParameterError
from triage import IntentClassifier
from triage.refreshing import knows_the_labels, refresh, share_of_new

TEXTS = [f"{word} {n} please" for word in ("invoice", "refund", "parcel") for n in range(12)]
LABELS = [label for label in ("billing", "money", "shipping") for _ in range(12)]
NEW = [f"zebra {n} please" for n in range(12)]


def fitted() -> IntentClassifier:
    return IntentClassifier(encoder=HashingEncoder(), epochs=8).fit(TEXTS, LABELS)


@pytest.fixture(scope="module")
def model() -> IntentClassifier:
    return fitted()


def test_what_is_known_is_not_new(model: IntentClassifier) -> None:
    assert share_of_new(model, TEXTS, LABELS) == 0
    assert share_of_new(model, TEXTS[::-1], LABELS[::-1]) == 0
    assert share_of_new(model, [*TEXTS, NEW[0]], [*LABELS, "billing"]) == pytest.approx(1 / 37)
    # Another label is another lesson; what is gone is none.
    assert share_of_new(model, TEXTS, ["money", *LABELS[1:]]) == pytest.approx(1 / 36)
    assert share_of_new(model, TEXTS[1:], LABELS[1:]) == 0


def test_new_words_are_learned_and_old_ones_kept() -> None:
    model = fitted()
    sure = model.predict_proba(TEXTS).max(axis=1).mean()
    before = model.predict_proba(NEW)[:, 0].mean()
    for _ in range(3):
        refresh(model, TEXTS + NEW, LABELS + ["billing"] * 12)
    assert model.predict_proba(NEW)[:, 0].mean() > before + 0.2
    assert (model.predict(TEXTS) == np.array(LABELS)).all()
    assert model.predict_proba(TEXTS).max(axis=1).mean() > sure - 0.1
    assert model.refreshed_ == 3
    assert share_of_new(model, TEXTS + NEW, LABELS + ["billing"] * 12) == 0


def test_calibration_and_thresholds_stay() -> None:
    model = fitted()
    before = (model.threshold_, model.cut_, model.calibration_, model.blend_.shares_.tolist())
    refresh(model, TEXTS + NEW, LABELS + ["billing"] * 12)
    after = (model.threshold_, model.cut_, model.calibration_, model.blend_.shares_.tolist())
    assert after == before


def test_the_same_night_gives_the_same_model() -> None:
    one, two = (refresh(fitted(), TEXTS + NEW, LABELS + ["billing"] * 12) for _ in range(2))
    assert np.array_equal(one.predict_proba(NEW), two.predict_proba(NEW))


def test_a_stored_model_goes_on_like_the_one_that_was_stored(tmp_path: Path) -> None:
    model = fitted()
    folder = model.save(tmp_path / "m")
    loaded = IntentClassifier.load(folder, encoder=HashingEncoder())
    assert share_of_new(loaded, TEXTS, LABELS) == 0
    for one in (model, loaded):
        refresh(one, TEXTS + NEW, LABELS + ["billing"] * 12, ["acme"] * 48)
    assert np.allclose(model.predict_proba(NEW), loaded.predict_proba(NEW), atol=1e-6)
    again = IntentClassifier.load(loaded.save(tmp_path / "n"), encoder=HashingEncoder())
    assert again.refreshed_ == 1
    assert again.labels_of_ == {"acme": ["billing", "money", "shipping"]}


def test_other_labels_need_a_fit(model: IntentClassifier) -> None:
    assert knows_the_labels(model, [*LABELS, "out_of_scope"])
    assert not knows_the_labels(model, [*LABELS, "club"])
    assert not knows_the_labels(model, LABELS[:24])
    with pytest.raises(ParameterError, match="that the classifier has learned"):
        refresh(model, [*TEXTS, "join the club"], [*LABELS, "club"])
