import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from data.errors import ParameterError
from suggest.metrics import bootstrap, hit_at_k, mrr, ndcg, recall_at_k

rankings = st.lists(st.integers(0, 9), min_size=2, max_size=10, unique=True)
rights = st.sets(st.integers(0, 12), min_size=1, max_size=6)
ks = st.integers(1, 12)


def test_by_hand() -> None:
    found, right = ["x", "a", "y", "b"], {"a", "b", "c"}
    assert recall_at_k(found, right, 2) == pytest.approx(1 / 3)
    assert recall_at_k(found, right, 4) == pytest.approx(2 / 3)
    assert hit_at_k(found, right, 1) == 0.0
    assert hit_at_k(found, right, 2) == 1.0
    assert mrr(found, right) == 0.5
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert ndcg(found, right, 4) == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / ideal)


@given(rankings, rights, ks)
def test_all_lie_between_0_and_1_and_agree_on_nothing_found(found, right, k) -> None:
    values = [recall_at_k(found, right, k), hit_at_k(found, right, k), ndcg(found, right, k)]
    assert all(0.0 <= value <= 1.0 for value in [*values, mrr(found, right)])
    assert len({value > 0 for value in values}) == 1


@given(rankings, rights, ks)
def test_a_longer_list_never_lowers_recall_and_hit(found, right, k) -> None:
    assert recall_at_k(found, right, k + 1) >= recall_at_k(found, right, k)
    assert hit_at_k(found, right, k + 1) >= hit_at_k(found, right, k)


@given(rankings, ks)
def test_all_right_first_is_perfect(found, k) -> None:
    assert ndcg(found, set(found), k) == pytest.approx(1.0)
    assert mrr(found, set(found)) == 1.0
    assert recall_at_k(found, set(found[:1]), k) == 1.0


@given(rankings, st.integers(2, 10))
def test_ndcg_is_that_of_scikit_learn(found, k) -> None:
    right = set(found[1::2])
    relevance = [[float(item in right) for item in found]]
    falling = [[float(-i) for i in range(len(found))]]
    assert ndcg(found, right, k) == pytest.approx(ndcg_score(relevance, falling, k=k))


@pytest.mark.parametrize("metric", [recall_at_k, hit_at_k, ndcg])
def test_no_right_article_or_no_place_raises(metric) -> None:
    with pytest.raises(ParameterError, match=r"'right' parameter .* at least one article"):
        metric(["a"], set(), 1)
    with pytest.raises(ParameterError, match=r"'k' parameter .* at least 1. Got 0"):
        metric(["a"], {"a"}, 0)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(200):
        found = bootstrap(rng.random(80) < 0.3, repetitions=300, random_state=seed)
        covered += found.low <= 0.3 <= found.high
    assert 0.89 <= covered / 200 <= 0.99


def test_groups_that_agree_make_the_interval_wider() -> None:
    values = np.repeat(np.random.default_rng(1).random(20) < 0.5, 10)
    groups = np.repeat(np.arange(20), 10).tolist()
    alone, together = bootstrap(values), bootstrap(values, groups)
    assert together.value == alone.value
    assert together.high - together.low > 2 * (alone.high - alone.low)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(0, 5))
def test_the_interval_holds_its_value_and_repeats(values, seed) -> None:
    found = bootstrap(values, repetitions=50, level=0.999, random_state=seed)
    assert found == bootstrap(values, repetitions=50, level=0.999, random_state=seed)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found.n == len(values)


def test_another_statistic_is_drawn_alike() -> None:
    found = bootstrap([0.0, 0.0, 1.0], statistic=lambda drawn: float(np.median(drawn)))
    assert found.value == 0.0


def test_misuse_is_named() -> None:
    with pytest.raises(ParameterError, match=r"'values' parameter .* at least one number"):
        bootstrap([])
    with pytest.raises(ParameterError, match=r"'level' parameter .* in \(0, 1\). Got 1.0"):
        bootstrap([1.0], level=1.0)
    with pytest.raises(ParameterError, match="Got 1 for 2 values"):
        bootstrap([1.0, 2.0], groups=["a"])


def test_what_is_found_twice_counts_once_and_keeps_the_ranks() -> None:
    assert ndcg(["a", "a"], {"a"}, k=2) == 1.0
    assert ndcg(["a", "a", "b"], {"a", "b"}, k=3) == pytest.approx(
        (1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    )


@given(st.lists(st.integers(0, 3), max_size=8), rights, ks)
def test_no_figure_leaves_its_range_whatever_repeats(found, right, k) -> None:
    assert 0.0 <= ndcg(found, right, k) <= 1.0


def test_a_single_article_is_no_list_of_articles() -> None:
    for figure in (recall_at_k, hit_at_k, ndcg, lambda found, right, _: mrr(found, right)):
        with pytest.raises(ParameterError, match=r"'right' parameter of .* single 'art-1'"):
            figure(["art-1"], "art-1", 2)
        with pytest.raises(ParameterError, match=r"'found' parameter of .* single 'art-1'"):
            figure("art-1", {"art-1"}, 2)
    assert hit_at_k(np.array(["x", "a"]), np.array(["a"]), 2) == 1.0
