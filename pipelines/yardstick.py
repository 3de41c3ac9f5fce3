"""How a night's figures are measured: the same for every model that is compared."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.config import EvaluateConfig
from pipelines.intervals import resamples

CHAMPION = "the champion"
Draws = Sequence[NDArray[np.intp]]


@dataclass(frozen=True)
class Yardstick:
    """Settings, seed and grouping behind every figure.

    Parameters
    ----------
    settings : EvaluateConfig
    group : str
        Rows of one group are drawn together, where the column exists.
    random_state : int
    """

    settings: EvaluateConfig
    group: str
    random_state: int

    def draws(self, rows: pd.DataFrame) -> Draws:
        """Draw resamples of a table's rows, the same ones whenever it is the same table."""
        groups = rows[self.group] if self.group in rows else range(len(rows))
        return resamples(groups, repeats=self.settings.bootstrap, random_state=self.random_state)

    def sample(self, rows: pd.DataFrame, most: int) -> pd.DataFrame:
        """Draw at most this many rows."""
        return sample(rows, most, random_state=self.random_state)


def sample(rows: pd.DataFrame, most: int, *, random_state: int) -> pd.DataFrame:
    """Draw at most this many rows at random."""
    if len(rows) <= most:
        return rows
    chosen = np.random.default_rng(random_state).permutation(len(rows))[:most]
    return rows.iloc[chosen].reset_index(drop=True)


def shorten(text: str, most: int = 320) -> str:
    """Cut a text at a word for showing."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0] + " …"
