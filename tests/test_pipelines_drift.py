"""Drift is nothing between equals, symmetric, and knows what chance alone does."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.encoders import HashingEncoder
from pipelines.config import NightlyConfig
from pipelines.drift import compare, cosine_distance, js_distance, noise, psi, summarise
from pipelines.intervals import Figure
from pipelines.outbox import HISTORY
from pipelines.registry import Registry
from pipelines.run import Measured, Run
from pipelines.steps import compare_nights

COUNTS = st.lists(st.integers(0, 500), min_size=2, max_size=8).filter(lambda c: sum(c) > 0)


@given(counts=COUNTS)
def test_no_drift_between_equals(counts: list[int]) -> None:
    array = np.array(counts, dtype=float)
    assert psi(array, array) == pytest.approx(0)
    assert js_distance(array, array) == pytest.approx(0, abs=1e-6)


@given(a=COUNTS, b=COUNTS)
def test_psi_is_symmetric_and_not_negative(a: list[int], b: list[int]) -> None:
    size = min(len(a), len(b))
    first, second = np.array(a[:size], float), np.array(b[:size], float)
    assert psi(first, second) == pytest.approx(psi(second, first))
    assert psi(first, second) >= -1e-12
    assert 0 <= js_distance(first, second) <= 1


def test_samples_of_one_population_stay_under_the_noise() -> None:
    generator = np.random.default_rng(0)
    shares = generator.dirichlet(np.ones(60))
    under = [
        psi(a := generator.multinomial(800, shares).astype(float), b) < noise(a, b)
        for b in generator.multinomial(3000, shares, size=200).astype(float)
    ]
    assert np.mean(under) > 0.95


def test_cosine_of_opposites() -> None:
    a = np.array([1.0, 0.0])
    assert cosine_distance(a, -a) == 2
    assert cosine_distance(a, np.zeros(2)) == 0


def tickets(intents: list[str], language: str = "en") -> pd.DataFrame:
    words = [f"words about {intent} number {i}" for i, intent in enumerate(intents)]
    return pd.DataFrame(
        {"words": words, "intent": intents, "language": language, "channel": "email"}
    )


def test_a_changed_mix_is_seen_and_named() -> None:
    encoder = HashingEncoder(64)
    before = summarise(tickets(["a", "b"] * 200), ["intent"], encoder, random_state=0)
    now = summarise(tickets(["a"] * 100 + ["c"] * 300), ["intent"], encoder, random_state=0)
    rows = {row["name"]: row for row in compare(now, before)}
    assert rows["intent"]["state"] == "changed"
    assert rows["intent"]["moves"] == "c +75.0 pts, b -50.0 pts, a -25.0 pts"
    assert rows["language"]["state"] == "calm"
    assert rows["meaning"]["js"] > 0


def test_the_same_night_twice_is_calm_and_holds_no_words() -> None:
    encoder = HashingEncoder(64)
    summary = summarise(tickets(["a", "b"] * 50), ["intent"], encoder, random_state=0)
    assert {row["state"] for row in compare(summary, summary)} == {"calm"}
    assert "words about" not in str(summary)


def test_vectors_of_another_encoder_are_not_compared() -> None:
    frame = tickets(["a", "b"] * 20)
    one = summarise(frame, ["intent"], HashingEncoder(64), random_state=0)
    other = summarise(frame, ["intent"], HashingEncoder(32), random_state=0)
    assert "meaning" not in {row["name"] for row in compare(one, other)}


@pytest.mark.parametrize(("now", "told"), [(0.04, True), (0.35, False)])
def test_a_night_with_clearly_fewer_drafts_says_so(tmp_path: Path, now: float, told: bool) -> None:
    """The gate looks at search where links are known, and search may be as good as ever."""
    config = NightlyConfig.model_validate(
        {"workspace": tmp_path, "tickets": {"path": tmp_path / "tickets.jsonl"}}
    )
    for night, coverage in (("1", 0.39), ("2", now)):
        run = Run(config, datetime(2026, 3, 2, tzinfo=UTC), Registry(tmp_path), tmp_path / "s")
        run.encoder, run.test = HashingEncoder(16), tickets(["a", "b"] * 20)
        run.train = run.test
        figure = Figure(coverage, coverage - 0.05, coverage + 0.05, 300)
        run.knowledge = Measured(figures={"draft_coverage": figure}, report={})
        compare_nights(run)
        summary = tmp_path / HISTORY / f"{night}.json"
        summary.parent.mkdir(exist_ok=True)
        summary.write_text(json.dumps(run.summary))
    said = f"{now:.1%} of the test tickets get a draft, 39.0% last night"
    assert any(said in warning for warning in run.warnings) == told
