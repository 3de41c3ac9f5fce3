"""What every model and baseline promises, whatever it models."""

import pickle
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from contract_cases import CASES, Case
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score

from data.encoders import CachedEncoder, ConcatEncoder, HashingEncoder, default_encoder
from data.errors import (
    ArtifactChecksumError,
    ArtifactFormatError,
    ArtifactKindError,
    ParameterError,
)
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


def test_no_text_has_no_rows(fitted) -> None:
    _, model, _, _ = fitted
    assert model.predict_proba([]).shape == (0, len(model.classes_))
    assert model.predict([]).tolist() == []


@pytest.mark.parametrize("texts", [[], ["", "?"]])
def test_nothing_to_learn_is_named_and_leaves_no_half_model(fitted, training, texts) -> None:
    make, *_ = fitted
    model = make().fit(*training)
    with pytest.raises(ParameterError, match=r"'(texts|labels)' parameter of"):
        model.fit(texts, ["a", "b"][: len(texts)])
    with pytest.raises(NotFittedError):
        model.predict(TEXTS)


def test_every_encoder_is_cloned_copied_and_pickled_with_its_model(training) -> None:
    default = default_encoder()
    assert default.encode(TEXTS[:1]).shape == (1, 512)
    for encoder in (default, CachedEncoder(default), ConcatEncoder([default, ENCODER]), ENCODER):
        model = IntentClassifier(encoder=encoder, epochs=1)
        assert clone(model).encoder.fingerprint == encoder.fingerprint
        for copied in (deepcopy(encoder), pickle.loads(pickle.dumps(encoder))):  # noqa: S301
            assert copied.fingerprint == encoder.fingerprint
            assert np.array_equal(copied.encode(TEXTS), encoder.encode(TEXTS))
    assert clone(IntentClassifier(encoder=default)).encoder is default
    assert pickle.loads(pickle.dumps(default)) is default  # noqa: S301
    scores = cross_val_score(
        IntentClassifier(encoder=default, epochs=1), *map(np.array, training), cv=2
    )
    assert (scores > 0).all()


def test_evaluate_returns_plain_floats(fitted, training) -> None:
    _, model, _, _ = fitted
    figures = model.evaluate(*training)
    assert figures["accuracy"] >= 0
    assert all(type(value) is float for value in figures.values())


# -- models that learn from tables ---------------------------------------------------------------


@pytest.fixture(scope="module", params=CASES)
def learned(request, tmp_path_factory) -> tuple[Case, Any, Path]:
    case = CASES[request.param]
    model = case.fit(case.make(), *case.tables)
    folder = tmp_path_factory.mktemp(request.param) / "model"
    model.save(folder)
    return case, model, folder


def test_a_clone_of_a_table_model_has_the_parameters_and_nothing_learned(learned, tmp_path) -> None:
    case, model, _ = learned
    copy = clone(model)
    assert copy.get_params(deep=False).keys() == case.make().get_params(deep=False).keys()
    if case.fits_first:
        with pytest.raises(NotFittedError):
            case.ask(copy, None)
        with pytest.raises(NotFittedError):
            copy.save(tmp_path / "never")
    else:
        assert np.array_equal(case.ask(copy, None), case.ask(case.make(), None))


def test_the_tables_are_untouched(learned) -> None:
    case, _, _ = learned
    before = [table.copy() for table in case.tables]
    case.ask(case.fit(case.make(), *case.tables), None)
    for table, was in zip(case.tables, before, strict=True):
        pd.testing.assert_frame_equal(table, was)


def test_a_saved_table_model_answers_the_same(learned) -> None:
    case, model, folder = learned
    assert np.array_equal(case.ask(case.load(folder), None), case.ask(model, None))


def test_a_table_model_forgets_earlier_fits(learned) -> None:
    case, model, _ = learned
    again = case.make()
    case.fit(again, *[table.iloc[: len(table) // 2] for table in case.tables])
    case.fit(again, *case.tables)
    assert np.array_equal(case.ask(again, None), case.ask(model, None))


def test_the_order_of_a_table_does_not_matter(learned) -> None:
    case, model, _ = learned
    shuffled = [table.sample(frac=1, random_state=1) for table in case.tables]
    assert np.allclose(
        case.ask(case.fit(case.make(), *shuffled), None), case.ask(model, None), atol=1e-6
    )


def test_asked_together_is_asked_one_by_one(learned) -> None:
    case, model, _ = learned
    if not case.asked:
        pytest.skip("its answer is about all series at once")
    rows = list(range(case.asked))
    single = np.concatenate([case.ask(model, [row]) for row in rows])
    assert np.allclose(case.ask(model, rows), single, atol=1e-6)


def test_a_changed_byte_of_a_table_model_is_refused(learned) -> None:
    case, _, folder = learned
    for path in sorted(folder.iterdir()):
        original = path.read_bytes()
        path.write_bytes(bytes([original[0] ^ 1]) + original[1:])
        with pytest.raises((ArtifactChecksumError, ArtifactFormatError)):
            case.load(folder)
        path.write_bytes(original)
    case.load(folder)


def test_a_table_model_refuses_the_folder_of_another(learned) -> None:
    case, _, folder = learned
    strangers = [other for other in CASES.values() if other is not case]
    for stranger in strangers:
        with pytest.raises(ArtifactKindError, match="Expected"):
            stranger.load(folder)
