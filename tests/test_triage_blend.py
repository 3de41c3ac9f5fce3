"""Several heads, one score."""

import numpy as np

from triage.blend import Blend

RNG = np.random.default_rng(0)
TARGETS = RNG.integers(5, size=400)
GOOD = (np.eye(5)[TARGETS] + 0.3 * RNG.normal(size=(400, 5))).astype(np.float32)
NOISE = RNG.normal(size=(400, 5)).astype(np.float32)
CANDIDATES = ((1.0, 1.0), (1.0, 0.0), (0.0, 1.0))


def test_heads_of_another_scale_count_alike() -> None:
    blend = Blend().fit([GOOD, 1000 * GOOD], TARGETS, CANDIDATES)
    assert blend.shares_.tolist() == [0.5, 0.5]
    scores = blend.scores([GOOD, 1000 * GOOD])
    assert (scores.argmax(axis=1) == GOOD.argmax(axis=1)).all()


def test_a_head_that_only_harms_gets_no_share() -> None:
    assert Blend().fit([GOOD, NOISE], TARGETS, CANDIDATES).shares_.tolist() == [1, 0]
    assert Blend().fit([NOISE, GOOD], TARGETS, CANDIDATES).shares_.tolist() == [0, 1]


def test_the_first_candidate_stays_unless_clearly_beaten() -> None:
    nearly = GOOD.copy()
    nearly[0] = -nearly[0]
    blend = Blend().fit([nearly, GOOD], TARGETS, ((1.0, 0.0), (0.0, 1.0)))
    assert blend.shares_.tolist() == [1, 0]


def test_far_rows_take_other_shares() -> None:
    blend = Blend().fit([GOOD, NOISE], TARGETS, ((1.0, 0.0),))
    far = np.arange(400) < 10
    scores = blend.scores([GOOD, NOISE], far=far, far_shares=(0.0, 1.0))
    assert (scores[far].argmax(axis=1) == NOISE[far].argmax(axis=1)).all()
    assert (scores[~far].argmax(axis=1) == GOOD[~far].argmax(axis=1)).all()
