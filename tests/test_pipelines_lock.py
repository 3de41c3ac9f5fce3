"""One process at a time; a dead one is no obstacle."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import RegistryError
from pipelines.lock import workspace_lock

HOLD = """
import sys, time
from pathlib import Path
from pipelines.lock import workspace_lock
with workspace_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_night_is_refused_and_a_dead_one_is_taken_over(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(RegistryError, match=rf"Another night .* \(process {other.pid}\)"),
            workspace_lock(tmp_path),
        ):
            pass
    finally:
        other.kill()
        other.communicate()
    assert str(other.pid) in (tmp_path / "nightly.lock").read_text()
    with workspace_lock(tmp_path):
        assert str(other.pid) not in (tmp_path / "nightly.lock").read_text()


FORK = """
import os, sys, time
from pathlib import Path
from pipelines.lock import workspace_lock
with workspace_lock(Path(sys.argv[1])):
    if os.fork() == 0:
        time.sleep(60)
    print("held", flush=True)
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_night_forked_keeps_no_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FORK, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as night:
        assert night.stdout is not None
        assert night.stdout.readline() == "held\n"
        assert night.wait() == -signal.SIGKILL
        try:
            with workspace_lock(tmp_path):
                # The forked one lives on.
                os.killpg(night.pid, 0)
        finally:
            os.killpg(night.pid, signal.SIGKILL)


def test_a_place_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(RegistryError, match=r"cannot be written \(Not a directory\)"),
        workspace_lock(tmp_path / "file" / "workspace"),
    ):
        pass


def test_it_opens_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), workspace_lock(tmp_path):
        _ = 1 / 0
    with workspace_lock(tmp_path):
        assert (tmp_path / "nightly.lock").exists()


def test_workspaces_do_not_hinder_each_other(tmp_path: Path) -> None:
    with workspace_lock(tmp_path / "a"), workspace_lock(tmp_path / "b"):
        assert (tmp_path / "b" / "nightly.lock").exists()
