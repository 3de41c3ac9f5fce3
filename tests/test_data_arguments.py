"""What comes in as a list, in whatever container it comes."""

import numpy as np
import pandas as pd
import pytest

from data.arguments import as_column, as_names, as_texts
from data.embedding_cache import EmbeddingCache
from data.encoders import HashingEncoder
from data.errors import ParameterError

TWO = ["Where is it?", "Wo ist es?"]


@pytest.mark.parametrize(
    "given",
    [
        TWO,
        tuple(TWO),
        np.array(TWO),
        np.array(TWO, dtype=object).reshape(2, 1),
        pd.Series(TWO, index=[7, 3]),
        pd.Series(TWO, dtype="category"),
        pd.DataFrame({"text": TWO}),
        pd.Index(TWO),
        [[text] for text in TWO],
        (text for text in TWO),
    ],
)
def test_one_column_of_texts_is_read_from_any_container(given: object) -> None:
    assert as_texts(given) == TWO


@pytest.mark.parametrize("none", [None, np.nan, pd.NA, pd.NaT, np.float32("nan")])
def test_a_missing_text_is_an_empty_one(none: object) -> None:
    assert as_texts(["a", none]) == as_texts(pd.Series(["a", none], dtype=object)) == ["a", ""]
    assert as_texts([]) == as_texts(np.array([])) == as_texts(pd.Series([], dtype="str")) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("Where", "single string"),
        (b"Where", "single bytes"),
        (None, "single NoneType"),
        (7, "single int"),
        ({"text": "Where"}, "single dict"),
        ({"Where"}, "single set"),
        (pd.DataFrame({"a": TWO, "b": TWO}), r"shape \(2, 2\) instead: choose the column"),
        ([["a", "b"], ["c", "d"]], r"shape \(2, 2\)"),
        ([["a", "b"], ["c"]], "Got list at position 0"),
        (["a", 7, 8.5], r"Got int at position 1 instead \(2 of 3"),
        ([b"a"], "Got bytes at position 0"),
    ],
)
def test_what_is_no_column_of_texts_is_named(given: object, words: str) -> None:
    with pytest.raises(ParameterError, match=rf"'queries' parameter of search must .*{words}"):
        as_texts(given, name="queries", of="search")


def test_every_encoder_reads_texts_alike(tmp_path) -> None:
    encoder = HashingEncoder(32)
    cached = EmbeddingCache(encoder, tmp_path, secret=b"s" * 32)
    for one in (encoder, cached):
        assert np.array_equal(one.encode(pd.DataFrame({"text": TWO})), encoder.encode(TWO))
        with pytest.raises(ParameterError, match="choose the column"):
            one.encode(pd.DataFrame({"a": TWO, "b": TWO}))
        with pytest.raises(ParameterError, match="must hold texts"):
            one.encode([7])


def test_a_column_of_anything_keeps_its_values() -> None:
    assert as_column(pd.Series([1, None], dtype=object), name="clients") == [1, None]
    with pytest.raises(ParameterError, match=r"'clients' parameter must be .* of values"):
        as_column("acme", name="clients")


@pytest.mark.parametrize("given", ["en", b"en", 7, None, [7], [None]])
def test_a_name_alone_is_no_list_of_names(given: object) -> None:
    with pytest.raises(ParameterError, match="'languages' parameter of fit must be a list"):
        as_names(given, name="languages", of="fit")


def test_names_come_in_any_collection() -> None:
    for given in (["a"], ("a",), {"a"}, pd.Series(["a"]), np.array(["a"]), {"a": 1}):
        assert as_names(given, name="kinds") == ["a"]
