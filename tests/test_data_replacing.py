"""What stands where a model is saved: a model is replaced, anything else is kept."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.artifact import HEADER, read_artifact, write_artifact
from data.errors import ParameterError
from data.replacing import replace_folder


def _write(folder: Path, **parameters: object) -> Path:
    return write_artifact(folder, kind="example", parameters=parameters)


def _notes(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.md").write_text("mine")


def _notes_in_a_model(folder: Path) -> None:
    _write(folder)
    (folder / "notes.md").write_text("mine")


def _folder_in_a_model(folder: Path) -> None:
    _write(folder)
    (folder / "lumen").mkdir()


def _settings_of_another_tool(folder: Path) -> None:
    folder.mkdir()
    (folder / HEADER).write_text('{"files": {"model.json": ""}}')


def _damaged_header(folder: Path) -> None:
    _write(folder)
    (folder / HEADER).write_text("[")


@pytest.mark.parametrize(
    "made",
    [
        _notes,
        _notes_in_a_model,
        _folder_in_a_model,
        _settings_of_another_tool,
        _damaged_header,
        lambda folder: folder.write_text("a file"),
        lambda folder: folder.symlink_to(folder.parent / "nowhere"),
    ],
)
def test_what_no_model_wrote_is_never_replaced(made: Callable[[Path], None], tmp_path) -> None:
    folder = tmp_path / "models"
    made(folder)
    before = _contents(tmp_path)
    with pytest.raises(ParameterError, match=r"'folder' parameter of save .* move away"):
        _write(folder)
    assert _contents(tmp_path) == before


def test_the_folder_one_works_in_is_never_replaced(tmp_path, monkeypatch) -> None:
    inner = tmp_path / "empty"
    inner.mkdir()
    monkeypatch.chdir(inner)
    for folder in (".", "..", inner):
        with pytest.raises(ParameterError, match="'folder' parameter of save"):
            _write(Path(folder))
    assert _contents(tmp_path) == ["empty"]


def test_an_empty_folder_and_a_model_are_replaced(tmp_path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    _write(folder, k=1)
    _write(folder, k=2)
    # A lost file, and a version that is not read any more, leave it a model.
    (folder / "README.md").unlink()
    header = json.loads((folder / HEADER).read_text())
    (folder / HEADER).write_text(json.dumps({**header, "format": 0}))
    _write(folder, k=3)
    assert read_artifact(folder, kind="example").parameters == {"k": 3}
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_failed_move_leaves_the_old_model_where_it_was(tmp_path, monkeypatch) -> None:
    folder = _write(tmp_path / "model", k=1)
    moved = os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(source).name == "work":
            raise OSError("no space")
        moved(source, target)

    (tmp_path / "work").mkdir()
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="no space"):
        replace_folder(tmp_path / "work", folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "work"]
    assert read_artifact(folder, kind="example").parameters == {"k": 1}


def test_settings_of_numpys_own_types_are_written(tmp_path) -> None:
    settings = {"epochs": np.int64(2), "share": np.float32(0.5), "both": np.array([1, 2])}
    folder = _write(tmp_path / "model", **settings)
    found = read_artifact(folder, kind="example").parameters
    assert found == {"epochs": 2, "share": 0.5, "both": [1, 2]}
    with pytest.raises(TypeError, match="no place in a model's header"):
        _write(tmp_path / "other", encoder=object())


def _contents(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
