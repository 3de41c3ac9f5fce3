"""What every model and baseline promises, whatever it models."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from data.encoders import HashingEncoder
from data.errors import ArtifactChecksumError, ArtifactFormatError, ArtifactKindError
from triage import IntentClassifier, default_taxonomy
from triage.baseline import KeywordIntents, MajorityIntents

ENCODER = HashingEncoder()
CLASSIFIERS: dict[str, tuple[Callable[[], Any], Callable[[Path], Any]]] = {
    "intent": (
        lambda: IntentClassifier(encoder=ENCODER, epochs=3),
        lambda folder: IntentClassifier.load(folder, encoder=ENCODER),
    ),
    "majority": (MajorityIntents, MajorityIntents.load),
    "keyword": (KeywordIntents, KeywordIntents.load),
}
TEXTS = [
    "Where is my order?",
    "Je voudrais ma facture",
    "Die App stürzt ab",
    "",
    "can I upgrade my plan for 12 seats",
]


@pytest.fixture(scope="module")
def training() -> tuple[list[str], list[str]]:
    texts, labels = default_taxonomy().examples()
    return texts, [label.partition(".")[0] for label in labels]


@pytest.fixture(scope="module", params=CLASSIFIERS)
def fitted(request, training, tmp_path_factory) -> tuple[Any, Any, Path, Callable[[Path], Any]]:
    make, load = CLASSIFIERS[request.param]
    model = make().fit(*training)
    folder = tmp_path_factory.mktemp(request.param) / "model"
    model.save(folder)
    return make, model, folder, load


def test_clone_has_the_same_parameters(fitted) -> None:
    make, model, _, _ = fitted
    copy = clone(model)
    assert copy.get_params(deep=False).keys() == make().get_params(deep=False).keys()
    with pytest.raises(NotFittedError):
        copy.predict(TEXTS)


def test_not_fitted_raises(fitted, tmp_path) -> None:
    make, *_ = fitted
    with pytest.raises(NotFittedError):
        make().predict_proba(TEXTS)
    with pytest.raises(NotFittedError):
        make().save(tmp_path / "never")


def test_input_is_untouched(fitted) -> None:
    _, model, _, _ = fitted
    texts = np.array(TEXTS, dtype=object)
    before = texts.copy()
    model.predict_proba(texts)
    assert (texts == before).all()


def test_probabilities_are_a_distribution_over_sorted_classes(fitted) -> None:
    _, model, _, _ = fitted
    table = model.predict_proba(TEXTS)
    assert table.shape == (len(TEXTS), len(model.classes_))
    assert list(model.classes_) == sorted(model.classes_)
    assert np.allclose(table.sum(axis=1), 1)
    assert ((table >= 0) & (table <= 1)).all()
    assert (model.predict(TEXTS) == model.classes_[table.argmax(axis=1)]).all()


def test_saved_and_loaded_predicts_the_same(fitted) -> None:
    _, model, folder, load = fitted
    again = load(folder)
    assert np.array_equal(again.predict_proba(TEXTS), model.predict_proba(TEXTS))


def test_fit_twice_is_fit_once(fitted, training) -> None:
    make, model, _, _ = fitted
    again = make().fit(["something else", "another thing"], ["a", "b"]).fit(*training)
    assert np.array_equal(again.predict_proba(TEXTS), model.predict_proba(TEXTS))


def test_row_order_does_not_matter(fitted, training) -> None:
    make, model, _, _ = fitted
    texts, labels = training
    order = np.random.default_rng(1).permutation(len(texts))
    shuffled = make().fit([texts[i] for i in order], [labels[i] for i in order])
    assert np.allclose(shuffled.predict_proba(TEXTS), model.predict_proba(TEXTS), atol=1e-6)


def test_batch_is_one_by_one(fitted) -> None:
    _, model, _, _ = fitted
    batch = model.predict_proba(TEXTS)
    single = np.vstack([model.predict_proba([text]) for text in TEXTS])
    assert np.allclose(batch, single, atol=1e-4)


def test_a_changed_byte_in_any_file_is_refused(fitted) -> None:
    _, _, folder, load = fitted
    for path in sorted(folder.iterdir()):
        original = path.read_bytes()
        path.write_bytes(bytes([original[0] ^ 1]) + original[1:])
        with pytest.raises((ArtifactChecksumError, ArtifactFormatError)):
            load(folder)
        path.write_bytes(original)
    load(folder)


def test_another_kind_is_refused(fitted) -> None:
    _, _, folder, load = fitted
    strangers = [other for _, other in CLASSIFIERS.values() if other != load]
    assert len(strangers) == len(CLASSIFIERS) - 1
    for stranger in strangers:
        with pytest.raises(ArtifactKindError, match="Expected"):
            stranger(folder)


def test_evaluate_returns_plain_floats(fitted, training) -> None:
    _, model, _, _ = fitted
    figures = model.evaluate(*training)
    assert figures["accuracy"] >= 0
    assert all(type(value) is float for value in figures.values())
