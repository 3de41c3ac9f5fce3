"""Two heads, one score."""

import numpy as np

from triage.blend import best_blend, blend

RNG = np.random.default_rng(0)
TARGETS = RNG.integers(5, size=400)
GOOD = (np.eye(5)[TARGETS] + 0.3 * RNG.normal(size=(400, 5))).astype(np.float32)
NOISE = RNG.normal(size=(400, 5)).astype(np.float32)


def test_heads_of_another_scale_count_alike() -> None:
    spreads, shares = best_blend([GOOD, 1000 * GOOD], TARGETS)
    assert shares.tolist() == [0.5, 0.5]
    both = blend(GOOD, 1000 * GOOD, spreads, shares)
    assert (both.argmax(axis=1) == GOOD.argmax(axis=1)).all()


def test_a_head_that_only_harms_gets_no_share() -> None:
    _, shares = best_blend([GOOD, NOISE], TARGETS)
    assert shares[0] > shares[1]
    _, shares = best_blend([NOISE, GOOD], TARGETS)
    assert shares[1] > shares[0]


def test_a_share_of_nothing_leaves_the_other_head() -> None:
    spreads = np.array([1.0, 1.0])
    alone = blend(GOOD, NOISE, spreads, np.array([1.0, 0.0]))
    assert (alone.argmax(axis=1) == GOOD.argmax(axis=1)).all()
