"""A fall that was planted is found, its size is right, and chance is not taken for one."""

import numpy as np
import pandas as pd
import pytest

from data.errors import ParameterError
from forecasting.impact import COLUMNS, impact

SHIPPED = pd.Timestamp("2026-03-02", tz="UTC")
WEEK = np.array([40.0, 38, 36, 35, 33, 12, 9])


def topic(fall: float, *, name: str = "refund", seed: int = 0, growth: float = 0.0):
    times = pd.date_range("2025-12-01", periods=7 * 24, freq="D", tz="UTC")
    level = np.tile(WEEK, 24) * (1 + growth * np.arange(7 * 24) / 168)
    level = np.where(times >= SHIPPED, level * (1 - fall), level)
    y = np.random.default_rng(seed).poisson(level).astype(float)
    return pd.DataFrame({"unique_id": name, "ds": times, "y": y})


def test_a_planted_fall_is_found_with_its_size() -> None:
    row = impact(topic(0.3), SHIPPED).iloc[0]
    assert row["verdict"] == "working"
    assert row["effect"] == pytest.approx(-0.3, abs=0.08)
    assert row["effect_lo"] < -0.3 < row["effect_hi"]
    assert row["came"] / row["expected"] - 1 == pytest.approx(row["effect"])
    assert list(row.index) == list(COLUMNS)
    assert (row["reference_low"], row["reference_high"]) == (-0.25, -0.30)
    assert row["reference_community"] == -0.40


def test_chance_is_not_an_effect() -> None:
    volume = pd.concat([topic(0, name=f"t{i}", seed=i) for i in range(60)])
    found = impact(volume, SHIPPED)
    wrong = ((found["effect_lo"] > 0) | (found["effect_hi"] < 0)).mean()
    assert wrong <= 0.15


def test_growth_of_all_topics_hides_a_fall_unless_there_is_a_control() -> None:
    control = topic(0, name="other", seed=7, growth=0.8)
    row = impact(topic(0.25, growth=0.8), SHIPPED, control=control).iloc[0]
    assert row["verdict"] == "working"
    assert row["effect"] == pytest.approx(-0.25, abs=0.08)


def test_few_views_mean_not_found() -> None:
    volume = topic(0)
    assert impact(volume, SHIPPED, views={"refund": 3})["verdict"][0] == "not found"
    assert impact(volume, SHIPPED, views={"refund": 9000})["verdict"][0] == "no effect"
    assert impact(volume, SHIPPED)["verdict"][0] == "no effect"


def test_too_little_to_tell_says_so() -> None:
    row = impact(topic(0.9).head(100), {"refund": SHIPPED}).iloc[0]
    assert row["verdict"] == "no effect"
    assert np.isnan(row["effect"])
    assert "too few to tell" in row["reason"]
    assert "91 days before" in row["reason"]


def test_shipping_time_needs_a_zone() -> None:
    with pytest.raises(ParameterError, match=r"'shipped_at' parameter.*refund"):
        impact(topic(0), pd.Timestamp("2026-03-02"))
    with pytest.raises(ParameterError, match="'shipped_at' parameter"):
        impact(topic(0), {})


def test_empty_in_empty_out() -> None:
    assert list(impact(topic(0).head(0), SHIPPED).columns) == list(COLUMNS)


def alike(seed: int, fading: float, fall: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = topic(fall, seed=seed)
    drift = np.zeros(len(frame))
    for day in range(1, len(frame)):
        drift[day] = fading * drift[day - 1] + rng.normal(0, 0.15)
    return frame.assign(y=rng.poisson(frame["y"] * np.exp(drift)).astype(float))


@pytest.mark.parametrize("fading", [0.0, 0.5, 0.8])
def test_days_that_are_alike_are_not_taken_for_a_fall(fading: float) -> None:
    parts = [alike(seed, fading).assign(unique_id=f"t{seed}") for seed in range(80)]
    found = impact(pd.concat(parts), SHIPPED)
    assert (found["verdict"] == "working").mean() <= 0.1
    assert found["effect"].notna().all()


def test_alike_days_widen_the_interval() -> None:
    def width(fading: float) -> float:
        found = impact(
            pd.concat([alike(i, fading).assign(unique_id=f"t{i}") for i in range(9)]), SHIPPED
        )
        return float((found["effect_hi"] - found["effect_lo"]).mean())

    assert width(0.8) > 1.25 * width(0.0)
