"""Fixtures every test may use."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from postgres_server import PostgresMissingError, PostgresServer

# One BLAS thread: the tests run many small products, and the machine has two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Callable[[str], pd.DataFrame]:
    """Read one table of the public data beside the project, or skip with the reason."""

    def read(name: str) -> pd.DataFrame:
        path = SHARED / f"{name}.parquet"
        if not path.exists():
            pytest.skip(f"the public data set {name} is not beside this checkout")
        return pd.read_parquet(path)

    return read


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this run's own, or a skip with the reason."""
    try:
        server = PostgresServer()
    except PostgresMissingError as error:
        pytest.skip(str(error))
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database()
