"""Model folders: whole or not at all, and nothing in them is trusted unread."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from data import artifact as artifacts
from data.artifact import HEADER, atomic_write, read_artifact, write_artifact
from data.errors import (
    ArtifactChecksumError,
    ArtifactError,
    ArtifactFormatError,
    ArtifactKindError,
    ArtifactTypeError,
    MissingFileError,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    return write_artifact(
        tmp_path / "model" / "1",
        kind="example",
        parameters={"k": 3},
        classes=["a", "b"],
        arrays={"weights": np.arange(3.0)},
        estimators={"linear": model},
        files={"note.txt": "hello", "made.bin": lambda path: path.write_bytes(b"\x01")},
        metrics={"accuracy": 0.5},
        seed=7,
    )


def test_everything_comes_back(folder: Path) -> None:
    found = read_artifact(folder, kind="example")
    assert found.parameters == {"k": 3}
    assert found.classes == ["a", "b"]
    assert found.metrics == {"accuracy": 0.5}
    assert found.array("weights").tolist() == [0, 1, 2]
    assert found.rows("weights")[1:].tolist() == [1, 2]
    assert found.estimator("linear").predict([[1.0]]).tolist() == [1]
    assert found.file("note.txt").read_text() == "hello"
    assert found.header["seed"] == 7
    assert set(found.header["versions"]) >= {"python", "numpy", "scikit-learn"}
    assert len(found.digest) == 64


def test_no_pickle_inside(folder: Path) -> None:
    assert {p.suffix for p in folder.iterdir()} <= {
        ".json",
        ".md",
        ".npy",
        ".skops",
        ".txt",
        ".bin",
    }


def test_a_folder_is_replaced_in_one_move(folder: Path) -> None:
    write_artifact(folder, kind="example", parameters={"k": 4})
    assert read_artifact(folder, kind="example").parameters == {"k": 4}
    assert [p.name for p in folder.parent.iterdir()] == ["1"]


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_artifact(tmp_path / "m", kind="x", parameters={}, files={"a": fail})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("damage", "error", "words"),
    [
        (lambda f: (f / "note.txt").write_text("changed"), ArtifactChecksumError, "was changed"),
        (lambda f: (f / "note.txt").unlink(), ArtifactChecksumError, "note.txt is missing"),
        (lambda f: (f / "new.txt").write_text("x"), ArtifactChecksumError, "does not list"),
        (lambda f: (f / HEADER).write_text("{"), ArtifactFormatError, "cannot be read"),
        (lambda f: (f / HEADER).unlink(), MissingFileError, "is missing"),
    ],
)  # fmt: skip
def test_damage_is_named(folder: Path, damage, error: type[Exception], words: str) -> None:
    damage(folder)
    with pytest.raises(error, match=words):
        read_artifact(folder, kind="example")


def test_another_kind_is_refused(folder: Path) -> None:
    with pytest.raises(ArtifactKindError, match="Expected 'other'"):
        read_artifact(folder, kind="other")


def test_another_format_is_refused_unless_it_can_be_upgraded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = json.loads((folder / HEADER).read_text())
    (folder / HEADER).write_text(json.dumps({**header, "format": 0}))
    with pytest.raises(ArtifactFormatError, match="has format 0"):
        read_artifact(folder, kind="example")
    monkeypatch.setitem(artifacts._UPGRADES, 0, lambda old: {**old, "format": 1})
    assert read_artifact(folder, kind="example").parameters == {"k": 3}


def test_an_untrusted_type_is_refused(tmp_path: Path) -> None:
    class Surprise:
        pass

    write_artifact(tmp_path / "m", kind="x", parameters={}, estimators={"bad": Surprise()})
    with pytest.raises(ArtifactTypeError, match="Surprise"):
        read_artifact(tmp_path / "m", kind="x").estimator("bad")


def test_an_unlisted_file_is_an_error(folder: Path) -> None:
    with pytest.raises(ArtifactError, match="has no file"):
        read_artifact(folder, kind="example").file("../../etc/passwd")


def test_atomic_write_keeps_the_old_on_failure(tmp_path: Path) -> None:
    target = tmp_path / "pointer.json"
    atomic_write(target, "old")
    with pytest.raises(TypeError):
        atomic_write(target, 3)  # type: ignore[arg-type]
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["pointer.json"]
