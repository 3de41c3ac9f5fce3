"""Vectors on disk: the same to the last bit, never a text, never more than there is room for."""

import multiprocessing
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import embedding_cache
from data.embedding_cache import EmbeddingCache
from data.encoders import HashingEncoder, default_encoder
from data.errors import ParameterError
from data.workers import Workers

TEXTS = [f"Where is order {i}, please?" for i in range(40)]


class Counting(HashingEncoder):
    """Counts what it is asked."""

    asked = 0

    def encode(self, texts):
        self.asked += len(texts)
        return super().encode(texts)


def opened(folder, encoder=None, secret=b"key", **more):
    return EmbeddingCache(encoder or HashingEncoder(16), folder, secret=secret, **more)


def shards(folder):
    return sorted(folder.rglob("*.npy"))


def test_each_text_is_encoded_once_in_this_process_and_the_next(tmp_path):
    inner = Counting(16)
    cache = opened(tmp_path, inner)
    first = cache.encode(["a b", "c d", "a b"])
    assert inner.asked == cache.encoded == 2
    assert (cache.encode(["c d"])[0] == first[1]).all()
    cache.flush()
    other = Counting(16)
    again = opened(tmp_path, other)
    assert (again.encode(["a b", "c d"]) == first[:2]).all()
    assert other.asked == again.encoded == 0
    assert again.encode([]).shape == (0, 16)
    assert (cache.name, cache.dimension) == ("hashing-16", 16)
    assert cache.fingerprint == HashingEncoder(16).fingerprint


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(st.text(max_size=6), max_size=8), max_size=5))
def test_any_order_of_calls_gives_what_the_encoder_gives(tmp_path, calls):
    encoder = HashingEncoder(16)
    for texts in calls:
        cache = opened(tmp_path)
        assert (cache.encode(texts) == encoder.encode(texts)).all()
        cache.flush()


def test_the_default_encoder_gets_its_own_vectors_back(tmp_path):
    encoder = default_encoder()
    cache = opened(tmp_path, encoder)
    first = cache.encode(TEXTS)
    cache.flush()
    again = opened(tmp_path, encoder).encode(TEXTS[::-1])
    assert (again[::-1] == first).all()
    assert np.allclose(first, encoder.encode(TEXTS), atol=1e-6)


def test_missing_texts_and_halves_of_characters_are_read_as_the_encoder_reads_them(tmp_path):
    texts = ["", None, "half \ud83d", "x" * 5000, "x" * 4000]
    cache = opened(tmp_path)
    assert (cache.encode(texts) == HashingEncoder(16).encode(texts)).all()
    assert cache.encoded == 3
    with pytest.raises(ParameterError, match="single string"):
        cache.encode("one text")


def test_many_texts_are_written_while_they_are_encoded(tmp_path, monkeypatch):
    monkeypatch.setattr(embedding_cache, "_SHARD_ROWS", 10)
    cache = opened(tmp_path)
    cache.encode(TEXTS)
    assert len(shards(tmp_path)) == 4
    assert opened(tmp_path).encode(TEXTS).shape == (40, 16)


def test_no_text_can_be_read_or_looked_up_without_the_secret(tmp_path):
    cache = opened(tmp_path)
    cache.encode(["my secret words"])
    cache.flush()
    (path,) = shards(tmp_path)
    assert b"secret" not in path.read_bytes()
    stranger = opened(tmp_path, secret=b"other")
    stranger.encode(["my secret words"])
    assert stranger.encoded == 1
    with pytest.raises(ParameterError, match="'secret' parameter of EmbeddingCache"):
        opened(tmp_path, secret=b"")


def test_another_encoder_finds_nothing(tmp_path):
    cache = opened(tmp_path)
    cache.encode(TEXTS)
    cache.flush()
    other = opened(tmp_path, HashingEncoder(32))
    assert other.encode(TEXTS).shape == (40, 32)
    assert other.encoded == 40


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "name"])
def test_a_damaged_shard_is_left_out_and_made_again(tmp_path, damage, caplog):
    cache = opened(tmp_path)
    expected = cache.encode(TEXTS)
    cache.flush()
    (path,) = shards(tmp_path)
    content = path.read_bytes()
    if damage == "name":
        path.rename(path.with_name("00000000-0123.npy"))
    else:
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        path.write_bytes({"cut": content[:middle], "empty": b"", "flip": flipped}[damage])
    again = opened(tmp_path)
    assert (again.encode(TEXTS) == expected).all()
    assert again.encoded == 40
    assert "is not used" in caplog.text
    again.flush()
    assert len(shards(tmp_path)) == 1


def test_a_half_written_shard_is_never_read(tmp_path):
    cache = opened(tmp_path)
    cache.folder.mkdir(parents=True)
    (cache.folder / ".0-1.npy.abc").write_bytes(b"half")
    cache.encode(TEXTS)
    cache.flush()
    assert opened(tmp_path).encode(TEXTS).shape == (40, 16)


def test_what_was_of_no_use_for_longest_goes_first(tmp_path):
    room = 40 * (16 * 4 + 16) * 2 + 1000
    for number, start in enumerate((0, 100, 200)):
        cache = opened(tmp_path, most_bytes=room)
        cache.encode([f"text {start + i}" for i in range(40)])
        if number == 2:
            # The first is of use again, so the second is the one to go.
            cache.encode(["text 0"])
        cache.flush()
        for age, path in enumerate(shards(tmp_path)):
            assert path.stat().st_size < room, age
        if number == 1:
            for path in shards(tmp_path):
                stamp = 1000 if _holds(tmp_path, path, "text 0") else 2000
                os.utime(path, (stamp, stamp))
    assert len(shards(tmp_path)) == 2
    last = opened(tmp_path)
    last.encode(["text 0", "text 200"])
    assert last.encoded == 0
    last.encode(["text 100"])
    assert last.encoded == 1


def _holds(folder, path, text):
    key = opened(folder)._key(text)
    return key in np.load(path)["key"].tolist()


def _encode(folder):
    cache = opened(Path(folder))
    cache.encode(TEXTS)
    cache.flush()


def test_two_processes_at_once(tmp_path):
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=_encode, args=(str(tmp_path),)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
        assert process.exitcode == 0
    again = opened(tmp_path)
    assert (again.encode(TEXTS) == HashingEncoder(16).encode(TEXTS)).all()
    assert again.encoded == 0


def test_workers_give_the_same_vectors(tmp_path):
    texts = [f"{'long ' * (i % 7)} text number {i}" for i in range(260)]
    with Workers(2) as workers:
        cache = opened(tmp_path, default_encoder(), workers=workers)
        shared = cache.encode(texts)
        assert len(workers.pids) == 2
    assert np.allclose(shared, default_encoder().encode(texts), atol=1e-6)
