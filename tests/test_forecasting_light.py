"""Trees grown by LightGBM answer as LightGBM does, and forecasts need it only to learn."""

import sys

import numpy as np
import pandas as pd
import pytest

from data.errors import MissingExtraError, ParameterError
from forecasting.boosting import grow
from forecasting.forecaster import VolumeForecaster

light = pytest.importorskip(
    "lightgbm", reason="the extra lightgbm is not installed", exc_type=(ImportError, OSError)
)


def table(rows: int = 4_000, holes: bool = True) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    features = rng.normal(size=(rows, 4)).astype(np.float32)
    target = np.exp(0.4 * features[:, 0] * (features[:, 1] > 0)) * rng.gamma(8, 1 / 8, rows)
    if holes:
        features[rng.random(rows) < 0.2, 0] = np.nan
    return features, target


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("holes", [True, False])
def test_the_arrays_answer_like_the_booster(monkeypatch, counts: bool, holes: bool) -> None:
    boosters = []
    train = light.train
    monkeypatch.setattr(
        light, "train", lambda *a, **k: boosters.append(train(*a, **k)) or boosters[-1]
    )
    features, target = table(holes=holes)
    trees = grow(features, target, counts=counts, trees=20, engine="lightgbm")
    unseen, _ = table(700)
    assert trees.predict(unseen) == pytest.approx(boosters[0].predict(unseen), rel=1e-12)
    assert np.unique(trees.predict(unseen)).size > 20


def test_both_engines_learn_the_same_thing() -> None:
    features, target = table()
    ours, theirs = (
        grow(features, target, counts=False, engine=engine).predict(features)
        for engine in ("scikit-learn", "lightgbm")
    )
    assert np.corrcoef(ours, theirs)[0, 1] > 0.97


def test_a_stored_model_forecasts_without_lightgbm(tmp_path, monkeypatch) -> None:
    times = pd.date_range("2026-01-05", periods=24 * 7 * 8, freq="h", tz="UTC")
    rate = 60 + 40 * np.sin(np.arange(len(times)) / 24 * 2 * np.pi)
    y = np.random.default_rng(0).poisson(rate).astype(float)
    volume = pd.DataFrame({"unique_id": "lumen", "ds": times, "y": y})
    fitted = VolumeForecaster(engine="lightgbm", trees=10).fit(volume)
    assert fitted.groups_[0].trees is not None
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    read = VolumeForecaster.load(fitted.save(tmp_path / "model"))
    pd.testing.assert_frame_equal(read.predict(24), fitted.predict(24))
    with pytest.raises(MissingExtraError, match=r"pip install 'deskpilot\[lightgbm\]'"):
        VolumeForecaster(engine="lightgbm").fit(volume)


def test_an_unknown_engine_is_named() -> None:
    empty = pd.DataFrame({"unique_id": [], "ds": [], "y": []})
    with pytest.raises(ParameterError, match="'engine' parameter of VolumeForecaster"):
        VolumeForecaster(engine="xgboost").fit(empty)
