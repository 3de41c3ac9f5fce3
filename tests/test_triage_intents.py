"""Minimum function, invariance and abstention of the intent classifier."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score

from data.encoders import HashingEncoder, default_encoder
from data.errors import ArtifactError, ParameterError
from triage import IntentClassifier, default_taxonomy, metrics
from triage.baseline import KeywordIntents
from triage.decisions import REASONS, threshold_for


@pytest.fixture(scope="module")
def examples() -> tuple[list[str], list[str]]:
    texts, labels = default_taxonomy().examples()
    return texts, [label.partition(".")[0] for label in labels]


@pytest.fixture(scope="module")
def model(examples: tuple[list[str], list[str]]) -> IntentClassifier:
    return IntentClassifier().fit(*examples)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Where is my parcel? It should have been here on Monday.", "support"),
        ("Pouvez-vous m'envoyer ma facture du mois dernier ?", "billing"),
        ("Die App stürzt beim Start sofort ab.", "bug"),
        ("I want to cancel my subscription, a competitor is cheaper.", "retention_risk"),
    ],
)
def test_plain_requests_get_their_label(model: IntentClassifier, text: str, label: str) -> None:
    assert model.predict([text])[0] == label


def test_the_name_of_an_encoder_is_refused_with_the_way_out() -> None:
    words = r"'encoder' parameter of IntentClassifier.*HashingEncoder\(\).*Got 'hashing' instead"
    unfit = IntentClassifier(encoder="hashing")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match=words):
        unfit.fit(["a", "b"], ["x", "y"])
    with pytest.raises(NotFittedError):
        unfit.predict(["a"])


def test_a_fit_that_fails_leaves_nothing_to_answer(examples: tuple[list[str], list[str]]) -> None:
    made = IntentClassifier(encoder=HashingEncoder(), epochs=1).fit(*examples)
    assert len(made.predict(["Where is my parcel?"])) == 1
    with pytest.raises(ParameterError, match="at least two labels"):
        made.fit(["a", "b"], ["x", "x"])
    with pytest.raises(NotFittedError):
        made.predict(["Where is my parcel?"])


def test_lists_arrays_and_series_are_the_same(model: IntentClassifier) -> None:
    texts = ["Where is my order?", "Invoice please"]
    expected = model.predict_proba(texts)
    for container in (
        np.array(texts),
        np.array(texts, dtype=object),
        pd.Series(texts, index=[7, 3]),
    ):
        assert np.array_equal(model.predict_proba(container), expected)


def test_case_and_space_do_not_change_the_label(model: IntentClassifier) -> None:
    plain = "can you send me the invoice again"
    labels = model.predict([plain, plain.upper(), f"  {plain}\n\n"])
    assert len(set(labels)) == 1


@pytest.mark.parametrize("text", ["", "   ", "\n", "😀😀", "?!", "—"])
def test_nothing_to_read_is_empty(model: IntentClassifier, text: str) -> None:
    row = model.decide([text]).iloc[0]
    assert (row["label"], row["reason"]) == ("unknown", "empty")


def test_an_unreadable_language_is_named(model: IntentClassifier) -> None:
    row = model.decide(["qwrtz plkjh vbnmx zzkrp wqxyt"]).iloc[0]
    assert row["label"] == "unknown"
    assert row["reason"] in ("unknown_language", "out_of_scope")


def test_another_world_is_out_of_scope_or_doubtful(model: IntentClassifier) -> None:
    decided = model.decide(["Simmer the lentils with cumin and two bay leaves for an hour."])
    assert decided["label"].item() == "unknown"


def test_decisions_never_leave_a_ticket_without_label_or_reason(model: IntentClassifier) -> None:
    texts = ["Hello", "refund", "", "x" * 100_000, "\ud800 broken", None, "Où est ma commande ?"]
    decided = model.decide(texts)
    assert len(decided) == len(texts)
    known = {*model.classes_, "unknown"}
    assert set(decided["label"]) <= known
    for row in decided.itertuples():
        assert (row.label == "unknown") == (row.reason in REASONS)
        assert 0 <= row.probability <= 1


def test_a_higher_target_never_answers_more(examples: tuple[list[str], list[str]]) -> None:
    rng = np.random.default_rng(0)
    confidence = rng.random(500)
    correct = rng.random(500) < confidence
    cuts = [threshold_for(confidence, correct, p) for p in (0.6, 0.8, 0.9)]
    assert cuts == sorted(cuts)


def test_no_texts_in_no_rows_out(model: IntentClassifier) -> None:
    assert model.predict([]).shape == (0,)
    assert model.predict_proba([]).shape == (0, len(model.classes_))
    assert list(model.decide([]).columns) == [
        "label", "probability", "alternatives", "out_of_scope", "reason"
    ]  # fmt: skip
    assert model.out_of_scope_score([]).shape == (0,)


def test_works_from_eight_texts_a_label(shared: Callable[[str], pd.DataFrame]) -> None:
    rows = shared("banking77_train")
    few = rows[rows["intent"].isin(sorted(rows["intent"].unique())[:6])]
    train = few.groupby("intent").head(8)
    test = few.drop(train.index)
    model = IntentClassifier().fit(train["text"], train["intent"])
    floor = KeywordIntents().fit(train["text"], train["intent"])
    figures = model.evaluate(test["text"], test["intent"])
    assert figures["accuracy"] > floor.evaluate(test["text"], test["intent"])["accuracy"]
    assert figures["accuracy"] > 0.8


def test_out_of_scope_texts_score_further_out(shared: Callable[[str], pd.DataFrame]) -> None:
    rows = shared("clinc150_trainval")
    inside = rows[rows["in_scope"]]
    some = sorted(inside["intent"].unique())[:10]
    inside = inside[inside["intent"].isin(some)]
    train, test = inside[inside["split"] == "train"], inside[inside["split"] == "val"]
    model = IntentClassifier(epochs=15).fit(train["text"], train["intent"])
    outside = rows[~rows["in_scope"]]["text"]
    near, far = model.out_of_scope_score(test["text"]), model.out_of_scope_score(outside)
    assert np.median(far) > np.quantile(near, 0.95)


def test_labelled_outsiders_are_no_class(examples: tuple[list[str], list[str]]) -> None:
    texts, labels = examples
    recipes = [f"Boil {n} eggs, peel them and add a pinch of salt." for n in range(25)]
    model = IntentClassifier(encoder=HashingEncoder(), epochs=5).fit(
        [*texts, *recipes], [*labels, *["out_of_scope"] * 25]
    )
    assert "out_of_scope" not in model.classes_
    assert (
        model.decide(["Boil 40 eggs, peel them and add salt."])["reason"].item() == "out_of_scope"
    )


def test_class_numbers_are_refused_and_as_texts_they_work_everywhere(examples) -> None:
    texts, names = examples
    numbers = pd.Series(np.unique(names, return_inverse=True)[1])
    make = IntentClassifier(encoder=HashingEncoder(), epochs=2)
    with pytest.raises(ParameterError, match=r"of fit must hold texts\. .* labels\.astype\(str\)"):
        make.fit(texts, numbers)
    told = numbers.astype(str)
    model = make.fit(texts, told)
    assert list(model.classes_) == sorted(set(told))
    assert model.evaluate(texts, told)["accuracy"] > 0.5
    assert cross_val_score(make, np.array(texts), told, cv=2).mean() > 0.2
    with pytest.raises(ParameterError, match="of evaluate must hold texts"):
        model.evaluate(texts, numbers)
    assert metrics.accuracy(numbers, model.predict(texts)) == metrics.accuracy(
        told, model.predict(texts)
    )


def test_the_frame_of_decisions_has_the_index_of_the_texts(model: IntentClassifier) -> None:
    table = pd.DataFrame({"text": ["Where is my order?", "", "I want a refund"]}, index=[9, 4, 2])
    table["label"] = model.decide(table["text"])["label"]
    told = [one.label for one in model.decisions(table["text"].tolist())]
    assert table["label"].tolist() == told
    assert model.decide(table[["text"]]).index.tolist() == [9, 4, 2]
    assert model.decide(table["text"].tolist()).index.tolist() == [0, 1, 2]
    assert model.decide(table["text"].iloc[:0]).index.tolist() == []


def test_a_frame_of_one_column_is_read_as_that_column(examples) -> None:
    table = pd.DataFrame({"text": examples[0], "label": examples[1]})
    make = IntentClassifier(encoder=HashingEncoder(), epochs=2)
    model = make.fit(table["text"], table["label"])
    plain = model.evaluate(table["text"], table["label"])
    assert model.evaluate(table[["text"]], table[["label"]]) == plain
    again = make.fit(table[["text"]], table[["label"]])
    assert again.evaluate(iter(table["text"]), iter(table["label"])) == plain
    with pytest.raises(ParameterError, match="choose the column that holds them"):
        model.predict(table)


def test_rows_of_no_class_are_judged_by_the_out_of_scope_score_alone(model, examples) -> None:
    texts, labels = examples
    outside = ["Simmer the lentils with cumin.", "Who won the match last night?"]
    inside = model.evaluate(texts, labels)
    mixed = model.evaluate([*outside, *texts], ["out_of_scope"] * 2 + list(labels))
    assert mixed.pop("out_of_scope_auroc") > 0.8
    assert mixed == pytest.approx(inside)
    for none in (outside, []):
        with pytest.raises(ParameterError, match="must hold a label to be found"):
            model.evaluate(none, ["out_of_scope"] * len(none))
    with pytest.raises(ParameterError, match="of evaluate must have the same length"):
        model.evaluate(texts, labels[1:])


@pytest.mark.parametrize(
    ("texts", "labels", "words"),
    [
        (["a", "b"], ["x"], "same length"),
        (["a", "b"], ["x", None], r"positions \[1\]"),
        (["a", "b"], ["x", "unknown"], "position 1"),
        (["a", "b"], ["x", "x"], "at least two labels"),
        (["a", ""], ["x", "y"], "at least two labels"),
        ("ab", ["x", "y"], "wrap it in a list"),
    ],
)
def test_bad_training_data_is_named(texts, labels, words: str) -> None:
    model = IntentClassifier(encoder=HashingEncoder())
    with pytest.raises(ParameterError, match=words):
        model.fit(texts, labels)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target_precision", 1.7),
        ("target_precision", 0),
        ("target_precision", "0.9"),
        ("target_precision", True),
        ("in_scope_loss", -0.1),
        ("in_scope_loss", None),
        ("folds", 1),
        ("folds", 2.5),
        ("epochs", 0),
        ("epochs", -3),
        ("epochs", 2.5),
        ("random_state", "x"),
        ("languages", "en"),
        ("languages", []),
        ("languages", ["xx"]),
        ("hints", ["x"]),
        ("hints", {"x": "About x."}),
        ("hints", {"z": ["About a label that is not there."]}),
    ],
)
def test_bad_parameters_are_named_at_fit(name: str, value: object) -> None:
    model = IntentClassifier(encoder=HashingEncoder(), **{name: value})
    with pytest.raises(ParameterError, match=f"'{name}' parameter"):
        model.fit(["a", "b"] * 4, ["x", "y"] * 4)


def test_settings_of_numpys_types_are_settings(tmp_path) -> None:
    settings = {"epochs": np.int64(1), "folds": np.int32(2), "target_precision": np.float64(0.9)}
    model = IntentClassifier(encoder=HashingEncoder(), **settings)
    folder = model.fit(["a", "b"] * 4, ["x", "y"] * 4).save(tmp_path / "model")
    again = IntentClassifier.load(folder, encoder=HashingEncoder())
    assert again.get_params(deep=False)["epochs"] == 1


def test_a_large_set_reads_its_whole_vocabulary_and_comes_back_the_same(tmp_path) -> None:
    verbs = ["send", "cancel", "change", "track"]
    texts = [f"please {verb} my item {n} for case {n % 97}" for n in range(800) for verb in verbs]
    labels = verbs * 800
    model = IntentClassifier(encoder=HashingEncoder(64), epochs=1, folds=2).fit(texts, labels)
    assert model.heads_.linear_ is not None
    asked = ["send it please", "track my item", "cancel", ""]
    assert model.predict(asked[:3]).tolist() == ["send", "track", "cancel"]
    again = IntentClassifier.load(model.save(tmp_path / "m"), encoder=HashingEncoder(64))
    assert again.decisions(asked) == model.decisions(asked)


def test_of_very_many_texts_a_sample_teaches_every_label(monkeypatch, examples) -> None:
    monkeypatch.setattr("triage.intents._FOLD_ROWS", 20)
    monkeypatch.setattr("triage.intents.MOST_ROWS", 100)
    texts, labels = examples
    model = IntentClassifier(encoder=HashingEncoder(), epochs=10).fit(texts, labels)
    assert set(model.classes_) == set(labels)
    assert model.evaluate(texts, labels)["accuracy"] > 0.5


def test_decisions_are_the_rows_of_decide(model: IntentClassifier) -> None:
    texts = ["Where is my order?", "", "WHERE IS IT?", "qwrtz plkjh vbnmx"]
    vectors = model.encoder_.encode(IntentClassifier.prepare(texts))
    decided = model.decisions(texts, vectors)
    assert decided == model.decisions(texts)
    frame = model.decide(texts)
    for decision, row in zip(decided, frame.to_dict("records"), strict=True):
        assert decision._asdict() == {**row, "alternatives": tuple(row["alternatives"])}


def test_vectors_of_another_shape_are_refused(model: IntentClassifier) -> None:
    with pytest.raises(ParameterError, match=r"must have the shape \(1, 512\)\. Got \(2, 512\)"):
        model.decisions(["Where is my order?"], np.zeros((2, 512), dtype=np.float32))


def test_another_layout_is_refused_on_load(tmp_path, examples, monkeypatch) -> None:
    model = IntentClassifier(encoder=HashingEncoder(), epochs=2).fit(*examples)
    with monkeypatch.context() as older:
        older.setattr("triage.storing.LAYOUT", 1)
        model.save(tmp_path / "intent")
    with pytest.raises(ArtifactError, match=r"has layout 1\. .* run the night again"):
        IntentClassifier.load(tmp_path / "intent", encoder=HashingEncoder())


def test_another_encoder_is_refused_on_load(tmp_path, examples) -> None:
    folder = tmp_path / "intent"
    IntentClassifier(encoder=HashingEncoder(), epochs=2).fit(*examples).save(folder)
    with pytest.raises(ArtifactError, match="trained with the encoder 'hashing-256'"):
        IntentClassifier.load(folder, encoder=default_encoder())
