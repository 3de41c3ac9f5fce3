"""Fixtures every test may use."""

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

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
