"""What a night publishes beside its models is there when they are, and not before."""

import json
from pathlib import Path

from pipelines import outbox


def pages(folder: Path, words: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in outbox.PAGES:
        (folder / name).write_text(words)
    return folder


def aside(workspace: Path, night: str) -> Path:
    return outbox.set_aside(
        workspace,
        night,
        pages(workspace / "staging", night),
        policies={"acme & co": f"name: {night}\n"},
        summary={"night": night},
    )


def seen(workspace: Path) -> tuple[str, str, list[str]]:
    policies = workspace / "clients" / "acme%20%26%20co.yaml"
    return (
        (workspace / "reports" / "latest").read_text().strip(),
        policies.read_text().strip(),
        sorted(p.name for p in (workspace / "history").glob("*")),
    )


def test_nothing_is_seen_before_it_is_handed_out(tmp_path: Path) -> None:
    folder = aside(tmp_path, "n1")
    assert not (tmp_path / "clients").exists()
    assert not (tmp_path / "reports" / "latest").exists()
    outbox.hand_out(tmp_path, "n1")
    assert seen(tmp_path) == ("n1", "name: n1", ["n1.json"])
    assert json.loads((tmp_path / "history" / "n1.json").read_text()) == {"night": "n1"}
    assert sorted(p.name for p in folder.iterdir()) == sorted(outbox.PAGES)
    outbox.hand_out(tmp_path, "n1")
    assert outbox.recover(tmp_path, "n1") == []


def test_a_night_killed_after_its_models_moved_is_published_by_the_next(tmp_path: Path) -> None:
    aside(tmp_path, "n1")
    outbox.hand_out(tmp_path, "n1")
    aside(tmp_path, "n2")
    # Killed in the middle of handing out: some are in their place already.
    waiting = tmp_path / "reports" / "n2" / ".waiting" / "clients" / "acme%20%26%20co.yaml"
    waiting.replace(tmp_path / "clients" / waiting.name)
    assert len(outbox.recover(tmp_path, "n2")) == 1
    assert seen(tmp_path) == ("n2", "name: n2", ["n1.json", "n2.json"])


def test_a_night_killed_before_is_taken_back(tmp_path: Path) -> None:
    aside(tmp_path, "n1")
    outbox.hand_out(tmp_path, "n1")
    aside(tmp_path, "n2")
    assert "n2" in outbox.recover(tmp_path, "n1")[0]
    assert seen(tmp_path) == ("n1", "name: n1", ["n1.json"])
    assert not (tmp_path / "reports" / "n2").exists()
