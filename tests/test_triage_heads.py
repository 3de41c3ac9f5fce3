"""The heads and what they read: laws that hold whatever the data."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from triage.features import LexicalFeatures, characters_of, words_of
from triage.gaussian import GaussianHead
from triage.heads import sample
from triage.linear import LinearHead

TEXTS = [
    "Where is my order?",
    "I want my money back",
    "The app crashes when I open it",
    "Can I have the invoice of March again",
    "Ou est ma commande",
]


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_our_analysers_agree_with_scikit_learn(text: str) -> None:
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b").build_analyzer()
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5)).build_analyzer()
    assert Counter(words_of(text)) == Counter(words(text))
    # scikit-learn also counts a word shorter than the run, once.
    assert set(characters_of(text)) <= set(characters(text))


def test_terms_have_length_one_in_each_block_and_fold_to_length_one() -> None:
    lexical = LexicalFeatures().fit(TEXTS)
    terms = lexical.terms([*TEXTS, "", "zzz ### qqq"])
    lengths = [float(weights @ weights) for _, weights in terms]
    assert lengths[:5] == pytest.approx([2.0] * 5, rel=1e-5)
    folded = lexical.fold(terms)
    assert np.linalg.norm(folded[:5], axis=1) == pytest.approx(np.ones(5), rel=1e-5)
    assert lengths[5] == 0
    assert not folded[5].any()


def test_one_text_folds_as_in_a_batch() -> None:
    lexical = LexicalFeatures().fit(TEXTS)
    batch = lexical.fold(lexical.terms(TEXTS))
    alone = np.vstack([lexical.fold(lexical.terms([text])) for text in TEXTS])
    assert np.array_equal(batch, alone)


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=300),
    st.integers(1, 100),
    st.integers(1, 20),
)
@settings(deadline=None)
def test_a_sample_keeps_thin_labels_whole(labels: list[int], most: int, fewest: int) -> None:
    targets = np.array(labels)
    chosen = sample(targets, most, seed=0, fewest=fewest)
    assert (np.diff(chosen) > 0).all()
    kept, given_ = Counter(targets[chosen].tolist()), Counter(labels)
    for label, count in given_.items():
        assert kept[label] >= min(count, fewest)
    assert len(chosen) <= max(most, 0) + len(given_) * (fewest + 1) or len(labels) <= most


def test_discriminants_ignore_how_frequent_a_label_is() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(220, 8)).astype(np.float32)
    targets = np.repeat([0, 1], [200, 20])
    rows[:, 0] += 2 * targets
    between = np.zeros((1, 8), dtype=np.float32)
    means = [rows[targets == k].mean(axis=0) for k in (0, 1)]
    between[0] = (means[0] + means[1]) / 2
    scores = GaussianHead().fit(rows, targets, 2).scores(between)
    assert scores[0, 0] == pytest.approx(scores[0, 1], abs=1e-4)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_linear_head_gives_one_score_a_label(n_classes: int) -> None:
    lexical = LexicalFeatures().fit(TEXTS)
    terms = lexical.terms(TEXTS)
    vectors = np.eye(5, 6, dtype=np.float32)
    targets = np.arange(5) % n_classes
    head = LinearHead().fit(vectors, terms, lexical.n_terms, targets, n_classes)
    scores = head.scores(vectors, terms)
    assert scores.shape == (5, n_classes)
    assert (scores.argmax(axis=1) == targets).all()
