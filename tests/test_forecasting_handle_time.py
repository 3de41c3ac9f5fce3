"""Handle times: shrunken where rows are few, robust to strays, kept through an artefact."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from data.errors import ArtifactChecksumError, ArtifactFormatError, ParameterError, SchemaError
from forecasting.handle_time import HandleTimes

FACTOR = {"billing.refund": 2.0, "billing.copy": 1.0, "account.reset": 0.5}


def worked(rows: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "intent": rng.choice(list(FACTOR), rows),
            "language": rng.choice(["en", "de"], rows),
            "client_id": rng.choice(["a", "b", "c"], rows),
            "tenure_days": rng.choice([10.0, 400.0], rows),
        }
    )
    slower = np.where(frame["tenure_days"] < 30, 1.4, 1.0)
    typical = 200 * frame["intent"].map(FACTOR) * slower
    frame["handle_seconds"] = typical * np.exp(rng.normal(0, 0.5, rows))
    return frame


@pytest.fixture(scope="module")
def model() -> HandleTimes:
    return HandleTimes().fit(worked(6000))


def test_factors_are_recovered_as_means(model: HandleTimes) -> None:
    asked = pd.DataFrame(
        {
            "intent": ["billing.refund", "account.reset", "billing.refund"],
            "language": "en",
            "client_id": "a",
            "tenure_days": [400.0, 400.0, 10.0],
        }
    )
    expected = np.array([400, 100, 560]) * np.exp(0.125)
    assert model.predict(asked) == pytest.approx(expected, rel=0.06)


def test_it_beats_one_mean_for_all(model: HandleTimes) -> None:
    later = worked(2000, seed=1)
    figures = model.evaluate(later)
    mean = worked(6000)["handle_seconds"].mean()
    flat = np.abs(later["handle_seconds"] - mean).sum() / later["handle_seconds"].sum()
    assert figures["wape"] < 0.8 * flat
    assert abs(figures["bias"]) < 0.05
    assert all(type(value) is float for value in figures.values())


def test_the_unseen_falls_back_to_the_level_above(model: HandleTimes) -> None:
    unknown = model.predict(pd.DataFrame({"intent": [None], "language": ["xx"]}))
    group = model.predict(pd.DataFrame({"intent": ["billing.new"], "language": ["xx"]}))
    assert unknown[0] == pytest.approx(np.exp(model.intercept_) * model.smearing_)
    effect = model.effects_["intent_group"]["billing"]
    assert group[0] == pytest.approx(unknown[0] * np.exp(effect))


def test_few_rows_are_shrunk_and_many_are_not() -> None:
    frame = worked(3000)
    rare = frame.head(2).assign(intent="account.rare", handle_seconds=3000.0)
    often = pd.concat([rare] * 200)
    asked = rare.head(1)
    little = HandleTimes().fit(pd.concat([frame, rare])).predict(asked)[0]
    much = HandleTimes().fit(pd.concat([frame, often])).predict(asked)[0]
    assert little < much


def test_strays_hardly_matter(model: HandleTimes) -> None:
    frame = worked(6000)
    frame.loc[:29, "handle_seconds"] = 3e6
    asked = worked(50, seed=2)
    assert HandleTimes().fit(frame).predict(asked) == pytest.approx(model.predict(asked), rel=0.1)


def test_times_that_are_missing_or_zero_are_left_out(model: HandleTimes) -> None:
    frame = worked(6000)
    extra = frame.head(500).assign(handle_seconds=0.0)
    extra.loc[:200, "handle_seconds"] = np.nan
    again = HandleTimes().fit(pd.concat([frame, extra]))
    asked = worked(50, seed=2)
    assert again.predict(asked) == pytest.approx(model.predict(asked))


def test_experience_from_the_hiring_date(model: HandleTimes) -> None:
    dated = pd.DataFrame(
        {
            "intent": "billing.copy",
            "hired_at": pd.to_datetime(["2026-01-01T00:00Z", "2024-01-01T00:00Z", None]),
            "created_at": pd.to_datetime(["2026-01-15T00:00Z"] * 3),
        }
    )
    new, old, unknown = model.predict(dated)
    assert old < unknown < new


def test_the_contract(model: HandleTimes, tmp_path: Path) -> None:
    frame = worked(300)
    before = frame.copy()
    with pytest.raises(NotFittedError):
        clone(model).predict(frame)
    assert model.predict(frame.iloc[:0]).shape == (0,)
    whole = model.predict(frame)
    assert [model.predict(frame.iloc[[i]])[0] for i in range(20)] == whole[:20].tolist()
    shuffled = HandleTimes().fit(worked(6000).sample(frac=1, random_state=3))
    assert shuffled.predict(frame) == pytest.approx(whole)
    pd.testing.assert_frame_equal(frame, before)
    folder = model.save(tmp_path / "model")
    assert HandleTimes.load(folder).predict(frame).tolist() == whole.tolist()


def test_a_changed_byte_is_refused(model: HandleTimes, tmp_path: Path) -> None:
    folder = model.save(tmp_path / "model")
    for path in sorted(folder.iterdir()):
        original = path.read_bytes()
        path.write_bytes(bytes([original[0] ^ 1]) + original[1:])
        with pytest.raises((ArtifactChecksumError, ArtifactFormatError)):
            HandleTimes.load(folder)
        path.write_bytes(original)


def test_equal_times_are_learned_as_they_are() -> None:
    frame = pd.DataFrame({"handle_seconds": [120.0] * 5, "intent": ["a", "a", "b", "b", "c"]})
    assert HandleTimes().fit(frame).predict(frame) == pytest.approx([120] * 5)


def test_broken_input_is_named() -> None:
    with pytest.raises(SchemaError, match="no column 'handle_seconds'"):
        HandleTimes().fit(pd.DataFrame({"intent": ["a"]}))
    with pytest.raises(SchemaError, match=r"Got -5.0 in row 1 instead"):
        HandleTimes().fit(pd.DataFrame({"handle_seconds": [3.0, -5.0]}))
    with pytest.raises(SchemaError, match="at least one time above 0"):
        HandleTimes().fit(pd.DataFrame({"handle_seconds": [0.0, np.nan]}))
    with pytest.raises(ParameterError, match="'fence' parameter of HandleTimes"):
        HandleTimes(fence=0).fit(worked(5))


def test_real_chats_are_better_told_apart_than_by_one_mean(shared) -> None:
    table = shared("star_dialogues_train").sort_values("started_at")
    table = table[table["handle_seconds"] > 0]
    tasks = ["+".join(map(str, names)) for names in table["tasks"]]
    frame = table.assign(intent=tasks)
    cut = int(0.8 * len(frame))
    train, later = frame.iloc[:cut], frame.iloc[cut:]
    figures = HandleTimes().fit(train).evaluate(later)
    flat = HandleTimes().fit(train.drop(columns=["intent", "language"])).evaluate(later)
    assert figures["wape"] < flat["wape"]
