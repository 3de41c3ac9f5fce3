"""Clients that move alike: many small series show together what none shows alone.

Series are parted into groups with one pattern over the week and one over the months, by the
likelihood of their counts. Each group's sum is forecast like a large series; a member's forecast
is its share of it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.wall import Wall

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
_TINY = 1e-9
_BLOCK_DAYS = 28
# Contacts that the pattern of all series weighs beside a group's own.
_PRIOR = 100.0
_LEAST_MEMBERS = 8
_MOST_GROUPS = 12
_ROUNDS = 12
_HALF_LIFE_DAYS = 120.0
# A day counts for a group when this share of its usual volume was observed.
_LEAST_HEARD = 0.02


@dataclass(frozen=True)
class _Margin:
    """Contacts and observed days of each series by weekday, or by block of weeks."""

    sums: Floats
    days: Floats

    def pattern(self, members: NDArray[np.bool_], whole: Floats | None = None) -> Floats:
        """Level by column against the usual, drawn to that of all series."""
        sums, days = self.sums[members], self.days[members]
        level = sums.sum(axis=1) / np.maximum(days.sum(axis=1), 1)
        prior = np.ones(sums.shape[1]) if whole is None else whole
        return np.asarray((sums.sum(axis=0) + _PRIOR * prior) / (level @ days + _PRIOR))

    def likelihood(self, patterns: Floats) -> Floats:
        """Multinomial log likelihood of each series under each pattern, shape (n, k)."""
        usual = self.days @ patterns.T / np.maximum(self.days.sum(axis=1), 1)[:, None]
        part = self.sums.sum(axis=1)[:, None] * np.log(np.maximum(usual, _TINY))
        return np.asarray(self.sums @ np.log(np.maximum(patterns, _TINY)).T - part)

    def alone(self) -> Floats:
        """Log likelihood of each series under a pattern of its own, shape (n,)."""
        whole = self.pattern(np.ones(len(self.sums), dtype=bool))
        level = self.sums.sum(axis=1) / np.maximum(self.days.sum(axis=1), 1)
        own = (self.sums + _PRIOR * whole) / (level[:, None] * self.days + _PRIOR)
        usual = (own * self.days).sum(axis=1) / np.maximum(self.days.sum(axis=1), 1)
        part = self.sums.sum(axis=1) * np.log(np.maximum(usual, _TINY))
        return np.asarray((self.sums * np.log(own)).sum(axis=1) - part)


def kin_groups(wall: Wall) -> Labels:
    """Group of each series, shape (n,).

    Groups are split as long as the Bayesian information criterion falls; none has fewer than
    eight members, so that few series are all one group.

    Parameters
    ----------
    wall : Wall

    References
    ----------
    Schwarz, G. (1978), Estimating the dimension of a model.
    """
    n = len(wall.values)
    labels = np.zeros(n, dtype=np.intp)
    margins = _margins(wall)
    fit = _likelihood(margins, labels, 1)[:, 0].sum()
    parameters = sum(margin.sums.shape[1] - 1 for margin in margins)
    price = 0.5 * parameters * np.log(max(float(margins[0].sums.sum()), 2.0))
    for k in range(2, min(_MOST_GROUPS, n // _LEAST_MEMBERS) + 1):
        tried = _split(margins, labels, k)
        better = _likelihood(margins, tried, k)[np.arange(n), tried].sum()
        if better - fit < price or np.bincount(tried, minlength=k).min() < _LEAST_MEMBERS:
            break
        labels, fit = tried, better
    return labels


def together(wall: Wall, labels: Labels) -> Wall:
    """Sum of each group's series; where some are missing, scaled up by those that are known."""
    member = (labels[:, None] == np.arange(labels.max() + 1)).astype(np.float64)
    known = np.isfinite(wall.values)
    level = np.nansum(wall.values, axis=(1, 2)) / np.maximum(known.sum(axis=(1, 2)), 1)
    whole = (member.T @ level)[:, None, None]
    flat = (len(wall.values), -1)
    shape = (member.shape[1], *wall.values.shape[1:])
    total = (member.T @ np.nan_to_num(wall.values).reshape(flat)).reshape(shape)
    heard = ((member.T * level) @ known.reshape(flat)).reshape(shape)
    enough = heard > _LEAST_HEARD * whole
    return wall.with_values(np.where(enough, total * whole / np.maximum(heard, _TINY), np.nan))


def shares_of(values: Floats, sums: Floats, labels: Labels) -> Floats:
    """Share of each series in the sum of its group; days fade with a half-life of 120.

    Parameters
    ----------
    values : array, shape (n, days, slots)
        NaN where unknown.
    sums : array, shape (k, days, slots)
        Of ``together``.
    labels : array of int, shape (n,)

    Returns
    -------
    array, shape (n,)
    """
    own = sums[labels]
    known = np.isfinite(values) & np.isfinite(own)
    fade = 0.5 ** (np.arange(values.shape[1])[::-1] / _HALF_LIFE_DAYS)
    part = np.where(known, values, 0.0).sum(axis=2) @ fade
    whole = np.where(known, own, 0.0).sum(axis=2) @ fade
    # Half a contact at the mean share: a client without contacts yet is not without any for ever.
    return np.asarray((part + 0.5) / (whole + 0.5 * np.bincount(labels)[labels]))


def _margins(wall: Wall) -> tuple[_Margin, _Margin]:
    total = np.nansum(wall.values, axis=2)
    seen = np.isfinite(wall.values).any(axis=2).astype(np.float64)
    week = np.eye(7)[wall.weekdays()]
    blocks = np.eye(-(-wall.days // _BLOCK_DAYS))[np.arange(wall.days) // _BLOCK_DAYS]
    return _Margin(total @ week, seen @ week), _Margin(total @ blocks, seen @ blocks)


def _likelihood(margins: tuple[_Margin, _Margin], labels: Labels, k: int) -> Floats:
    """Log likelihood of each series in each of ``k`` groups, shape (n, k)."""
    found = np.zeros((len(labels), k))
    for margin in margins:
        whole = margin.pattern(np.ones(len(labels), dtype=bool))
        patterns = np.stack([margin.pattern(labels == i, whole) for i in range(k)])
        found += margin.likelihood(patterns)
    return found


def _split(margins: tuple[_Margin, _Margin], labels: Labels, k: int) -> Labels:
    """Begin one more group at the series that sits worst, and move series until all sit."""
    sits = _likelihood(margins, labels, k - 1)[np.arange(len(labels)), labels]
    labels = labels.copy()
    labels[np.argmax(sum(margin.alone() for margin in margins) - sits)] = k - 1
    for _ in range(_ROUNDS):
        moved = _likelihood(margins, labels, k).argmax(axis=1)
        if (moved == labels).all():
            break
        labels = moved
    return labels
