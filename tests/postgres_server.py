"""A PostgreSQL of our own: made in a temporary folder, reached by a Unix socket only."""

import os
import pwd
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, text

_PLACES = ("/usr/local/bin", "/usr/lib/postgresql/*/bin", "/usr/bin", "/opt/homebrew/bin")
# It refuses to run as root.
_USERS = ("postgres", "nobody")


class PostgresMissingError(Exception):
    """Why there is none."""


class PostgresServer:
    """A server that is started, stopped and killed by its tests.

    Parameters
    ----------
    durable : bool
        Push to the disk. Off, it starts in half the time and still survives kill -9.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._bin = _binaries()
        self._user = _unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        if self._user:
            shutil.chown(self.folder, self._user)
        self._numbers = count(1)
        self._data = self.folder / "data"
        self._run("initdb", "-D", self._data, "-U", "tests", "-A", "trust", "-E", "UTF8", "-N")
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"\nlisten_addresses = ''\nunix_socket_directories = '{self.folder}'\n"
                f"fsync = {'on' if durable else 'off'}\nshared_buffers = 8MB\n"
            )
        self.start()

    def start(self) -> None:
        """Start and wait until it answers."""
        self._run("pg_ctl", "-D", self._data, "-l", self.folder / "log", "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """End it; ``immediate`` is what a crash does."""
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self) -> str:
        """Make an empty database; its URL."""
        name = f"tests_{next(self._numbers)}"
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://tests@/{name}?host={self.folder}"

    def _run(self, name: str, *arguments: object) -> None:
        command = [str(self._bin / name), *map(str, arguments)]
        if self._user:
            command = ["setpriv", f"--reuid={self._user}", "--clear-groups", *command]
        # The server outlives pg_ctl and would keep a pipe open.
        with tempfile.TemporaryFile() as told:
            done = subprocess.run(
                command, stdout=told, stderr=told, cwd="/", timeout=120, check=False
            )
            if done.returncode:
                told.seek(0)
                raise PostgresMissingError(f"{name} failed: {told.read().decode()[-300:]}")


def _binaries() -> Path:
    for pattern in _PLACES:
        for folder in sorted(Path("/").glob(pattern[1:]), reverse=True):
            if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
                # Siblings are looked for beside the real file.
                return (folder / "initdb").resolve().parent
    raise PostgresMissingError("PostgreSQL (initdb, pg_ctl) is not installed")


def _unprivileged() -> str:
    if os.getuid():
        return ""
    known = {entry.pw_name for entry in pwd.getpwall()}
    found = next((user for user in _USERS if user in known), None)
    if found is None or shutil.which("setpriv") is None:
        raise PostgresMissingError("root has no user to run PostgreSQL as")
    return found
