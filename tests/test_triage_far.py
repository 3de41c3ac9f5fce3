"""Texts of other languages than the training's: answered as often as they can be, as surely."""

import numpy as np
import pandas as pd
import pytest

from triage import IntentClassifier, storing
from triage.decisions import threshold_for
from triage.far import Far
from triage.heads import is_far


@pytest.fixture(scope="module")
def english(shared) -> tuple[IntentClassifier, pd.DataFrame]:
    frame = shared("xsid_valid")
    known = frame.dropna(subset=["id", "text_en"]).drop_duplicates("text_en")
    ids = frame["id"].fillna(frame["text"].map(known.set_index("text_en")["id"]))
    number = pd.to_numeric(ids, errors="coerce")
    train = frame[(frame["language"] == "en") & (number % 2 == 0)]
    return IntentClassifier().fit(train["text"], train["intent"]), frame[number % 2 == 1]


def test_a_turkish_ticket_is_answered_by_a_model_of_english(english) -> None:
    model, frame = english
    turkish = frame[frame["language"] == "tr"]
    decided = model.decide(turkish["text"])
    answered = decided["reason"].isna().to_numpy()
    right = (decided["label"].to_numpy() == turkish["intent"].to_numpy())[answered]
    assert answered.mean() > 0.4
    assert right.mean() > 0.95


def test_the_scale_changes_no_label_and_no_text_of_known_words(english) -> None:
    model, frame = english
    texts = frame[frame["language"].isin(["en", "tr"])]["text"].tolist()
    known = model._read(texts).known
    here = model.predict_proba(texts)
    far, model.far_ = model.far_, Far()
    plain = model.predict_proba(texts)
    model.far_ = far
    assert (here.argmax(axis=1) == plain.argmax(axis=1)).all()
    assert np.array_equal(here[~is_far(known)], plain[~is_far(known)])
    assert far.scale > 1
    assert here[is_far(known)].max(axis=1).mean() > plain[is_far(known)].max(axis=1).mean()


def test_it_is_stored_with_the_model(english, tmp_path) -> None:
    model, frame = english
    read = IntentClassifier.load(model.save(tmp_path / "model"))
    texts = frame[frame["language"] == "tr"]["text"].tolist()[:20]
    assert read.far_ == model.far_
    assert np.array_equal(read.out_of_scope_score(texts), model.out_of_scope_score(texts))


def test_a_model_of_before_reads_without_the_scale(english, tmp_path, monkeypatch) -> None:
    model, frame = english
    parameters = storing._parameters
    monkeypatch.setattr(storing, "LAYOUT", 5)
    monkeypatch.setattr(
        storing, "_parameters", lambda m: {k: v for k, v in parameters(m).items() if k != "far"}
    )
    read = IntentClassifier.load(model.save(tmp_path / "model"))
    assert read.far_ == Far()
    texts = frame[frame["language"] == "en"]["text"].tolist()[:20]
    assert (read.predict(texts) == model.predict(texts)).all()


def test_answers_of_one_probability_stand_or_fall_together() -> None:
    confidence = np.r_[np.full(40, 0.9), np.full(30, 0.7), np.full(30, 0.5)]
    correct = np.r_[np.ones(40), np.tile([1, 1, 1, 0, 1], 6), np.zeros(30)].astype(bool)
    # Rows of .7 in which the first are right must not be cut off from the others.
    cut = threshold_for(confidence, correct, 0.91)
    assert 0.6 < cut < 0.7
    noisy = confidence + np.where(np.arange(100) % 2, 1e-16, -1e-16)
    assert ((noisy >= cut) == (confidence > 0.6)).all()
    assert 0.7 < threshold_for(confidence, correct, 0.95) < 0.9
