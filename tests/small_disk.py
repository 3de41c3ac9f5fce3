"""A disk of its own for a test: small enough to fill, and made read-only by the kernel itself."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Disk:
    """A mounted tmpfs.

    Parameters
    ----------
    place : Path
        Where it is mounted.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "ballast"

    @property
    def free(self) -> int:
        """Bytes that are left."""
        seen = os.statvfs(self.place)
        return seen.f_bavail * seen.f_frsize

    def fill(self, *, but: int = 0) -> None:
        """Leave no more than ``but`` bytes."""
        with self._ballast.open("ab", buffering=0) as stream:
            while (room := self.free - but) > 0:
                stream.write(bytes(min(room, 1 << 20)))

    def make_room(self) -> None:
        """Take away what `fill` wrote."""
        self._ballast.unlink(missing_ok=True)

    def read_only(self, on: bool = True) -> None:
        """Have the kernel refuse every write, or take them again."""
        self._mount("-o", f"remount,{'ro' if on else 'rw'}", str(self.place))

    @staticmethod
    def _mount(*arguments: str) -> None:
        subprocess.run(["mount", *arguments], check=True, capture_output=True, timeout=30)


@contextmanager
def small_disk(place: Path, *, megabytes: int) -> Iterator[Disk]:
    """Mount a disk of this size, or skip with the reason."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("no disk may be mounted here (root with CAP_SYS_ADMIN may)")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True, capture_output=True, timeout=30)
