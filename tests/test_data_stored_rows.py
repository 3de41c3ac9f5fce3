"""Rows are read from the file when they are asked for."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ArtifactError
from data.stored_rows import StoredRows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    np.save(tmp_path / "a.npy", np.arange(30, dtype=np.float16).reshape(10, 3))
    return tmp_path / "a.npy"


@given(start=st.integers(-12, 12), stop=st.integers(-12, 12))
def test_a_slice_is_that_of_the_array(tmp_path_factory, start: int, stop: int) -> None:
    path = tmp_path_factory.mktemp("rows") / "a.npy"
    array = np.arange(30, dtype=np.float16).reshape(10, 3)
    np.save(path, array)
    rows = StoredRows(path)
    assert rows[start:stop].tolist() == array[start:stop].tolist()
    assert rows[start:stop].dtype == np.float16


def test_the_whole_is_an_array(path: Path) -> None:
    rows = StoredRows(path)
    assert rows.shape == (10, 3)
    assert len(rows) == 10
    assert np.array_equal(np.asarray(rows), np.load(path))
    assert np.array_equal(np.stack(list(rows)), np.load(path))


def test_no_rows(tmp_path: Path) -> None:
    np.save(tmp_path / "none.npy", np.empty((0, 3)))
    assert StoredRows(tmp_path / "none.npy")[:].shape == (0, 3)


def test_rows_between_others_are_refused(path: Path) -> None:
    with pytest.raises(IndexError, match="one after the other"):
        StoredRows(path)[::2]


def test_a_file_that_became_shorter_is_an_error(path: Path) -> None:
    rows = StoredRows(path)
    os.truncate(path, path.stat().st_size - 6)
    assert rows[:9].shape == (9, 3)
    with pytest.raises(ArtifactError, match=r"a\.npy cannot be read \(it became shorter\)"):
        rows[8:]


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00"])
def test_what_is_no_array_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"a\.npy cannot be read"):
        StoredRows(tmp_path / "a.npy")


def test_columns_are_no_rows(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.asfortranarray(np.ones((4, 3))))
    with pytest.raises(ArtifactError, match="do not lie one after the other"):
        StoredRows(tmp_path / "a.npy")


def test_a_file_that_was_removed_can_still_be_read(path: Path) -> None:
    rows = StoredRows(path)
    path.unlink()
    assert rows[9:].tolist() == [[27, 28, 29]]
