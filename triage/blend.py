"""Several heads, one score: all on one scale, each with its share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Table = NDArray[np.float64]
Shares = tuple[float, ...]


@dataclass
class Blend:
    """Sum of centred head scores, each over its spread and times its share.

    Attributes
    ----------
    spreads_, shares_ : arrays (n_heads,)
    """

    def fit(
        self, tables: Sequence[Rows], targets: NDArray[np.intp], candidates: Sequence[Shares]
    ) -> "Blend":
        """Choose among candidate shares by held-out scores; the first stays unless clearly beaten.

        Clearly: it wins more rows than it loses by over two standard deviations of a fair coin.
        """
        self.spreads_ = np.array([max(_centred(table).std(), 1e-9) for table in tables])
        right = []
        for shares in candidates:
            self.shares_ = np.array(shares) / sum(shares)
            right.append(self.scores(tables).argmax(axis=1) == targets)
        best = max(right, key=lambda hits: int(hits.sum()))
        won, lost = int((best & ~right[0]).sum()), int((right[0] & ~best).sum())
        chosen = 0
        if won - lost > 2 * np.sqrt(won + lost):
            chosen = next(i for i, hits in enumerate(right) if hits is best)
        self.shares_ = np.array(candidates[chosen]) / sum(candidates[chosen])
        return self

    def scores(
        self,
        tables: Sequence[Rows],
        *,
        far: NDArray[np.bool_] | None = None,
        far_shares: Shares = (),
    ) -> Table:
        """Blend to one table (n, n_classes); rows marked ``far`` take other shares."""
        total = self._sum(tables, self.shares_)
        if far is not None and far.any():
            some = [table[far] for table in tables]
            total[far] = self._sum(some, np.array(far_shares) / sum(far_shares))
        return total

    def _sum(self, tables: Sequence[Rows], shares: Table) -> Table:
        total = np.zeros(tables[0].shape)
        for table, spread, share in zip(tables, self.spreads_, shares, strict=True):
            if share:
                total += 2 * share / spread * _centred(table)
        return total


def _centred(scores: Rows) -> Rows:
    return scores - scores.mean(axis=1, keepdims=True)
