"""The pointer from the night to the service."""

from pathlib import Path

import pytest

from data.champions import POINTER, PointerEntry, read_pointer, write_pointer
from data.errors import ArtifactFormatError

ENTRY = PointerEntry(version="12", folder="intent/12", digest="ab" * 32)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_pointer(tmp_path, {"intent": ENTRY}, night="2026-03-02T02:10Z")
    found = read_pointer(tmp_path)
    assert found is not None
    assert found.night == "2026-03-02T02:10Z"
    assert found.models == {"intent": ENTRY}


def test_nothing_promoted_yet_is_none(tmp_path: Path) -> None:
    assert read_pointer(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 9}', '{"format": 1, "models": {}}'])
def test_a_damaged_pointer_says_what_to_do(tmp_path: Path, content: str) -> None:
    (tmp_path / POINTER).write_text(content)
    with pytest.raises(ArtifactFormatError, match="rollback"):
        read_pointer(tmp_path)
