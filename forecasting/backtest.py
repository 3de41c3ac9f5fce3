"""Rolling origins inside the history: rows to learn from, and forecasts that never saw them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from forecasting.boosting import Trees, grow
from forecasting.kin import Labels
from forecasting.rolling import BASES, Origin, centre_of, origins
from forecasting.wall import Wall

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
_TINY = 1e-9
_FIRST_ORIGIN = 14
_FOLDS = 5
_TRAIN_ROWS = 40_000
_LEAST_APART = 1000
_LEAST_CENTRE = 0.01
_RATIO = 4.0
# Cells of all origins together that are looked at: bounds time and memory for many series.
_CELLS = 8_000_000
_MOST_ORIGINS = 120
# Origins times series that are looked at: a level is a regression of each.
_REGRESSIONS = 60_000
# How sharply a better forecast is preferred when forecasts are averaged.
_SHARPNESS = 40.0
_SHARPNESS_OF_COUNTS = 100.0
_LEAST_MEAN = 1e-3
_EVEN = 60.0


@dataclass(frozen=True)
class Rows:
    """One row per series, origin and slot ahead, as sampled.

    Parameters
    ----------
    features : array of float32, shape (m, p)
    bases : array, shape (m, b)
        Profile forecasts.
    centre, y : array, shape (m,)
    series, ahead, origin, bucket : array of int, shape (m,)
        Row of the series, days ahead, local day of the origin, part of the day.
    """

    features: NDArray[np.float32]
    bases: Floats
    centre: Floats
    y: Floats
    series: Ints
    ahead: Ints
    origin: Ints
    bucket: Ints

    def __len__(self) -> int:
        return len(self.y)

    def at(self, mask: NDArray[np.bool_] | Ints) -> "Rows":
        """Return some of the rows."""
        return Rows(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))


def rows_of(origin: Origin, first_day: int, offset: int) -> Rows:
    """All rows of an origin, series by series."""
    n, steps = origin.truth.shape
    return Rows(
        origin.features.reshape(n * steps, -1),
        origin.bases.reshape(len(origin.bases), -1).T,
        centre_of(origin.bases).reshape(-1),
        origin.truth.reshape(-1),
        np.repeat(np.arange(n) + offset, steps),
        np.tile(origin.ahead, n),
        np.full(n * steps, first_day + origin.day),
        np.tile(origin.bucket, n),
    )


def gather(
    walls: Sequence[Wall],
    shape: Floats,
    steps: int,
    random_state: int,
    labels: Sequence[Labels | None],
) -> Rows:
    """Sample rows of past origins of all series.

    Parameters
    ----------
    walls : sequence of Wall
        Of one length of interval.
    shape : array, shape (7, slots)
        Week of all series together.
    steps : int
        Slots ahead.
    random_state : int
    labels : sequence of array or None
        Group of each series, wall by wall.
    """
    rng = np.random.default_rng(random_state)
    series = sum(len(wall.values) for wall in walls)
    wanted = max(_TRAIN_ROWS * 3 // 2, 24 * series)
    found: list[Rows] = []
    offset = 0
    cells = [int(np.isfinite(wall.values).sum()) for wall in walls]
    for wall, known, kin in zip(walls, cells, labels, strict=True):
        share = wanted * known / max(sum(cells), 1)
        found += _sampled(wall, shape, steps, share, offset, series, rng, kin)
        offset += len(wall.values)
    with_kin = any(kin is not None for kin in labels)
    return _joined(found, len(BASES) + (2 if with_kin else 1))


def cross_fitted(
    rows: Rows, *, counts: bool, horizon: int, trees: int, engine: str, random_state: int
) -> Floats:
    """Boosted forecasts of each row by trees that saw no window that overlaps with its own.

    Parameters
    ----------
    rows : Rows
    counts : bool
    horizon : int
        Days of a window.
    trees : int
    engine : str
        What grows them.
    random_state : int

    Returns
    -------
    array, shape (m,)
    """
    settings: dict[str, Any] = {"trees": trees, "engine": engine, "random_state": random_state}
    found = rows.centre.copy()
    for inside, apart in folds(rows.origin, horizon):
        model = boosted(rows.at(apart), counts=counts, **settings)
        found[inside] = corrected(model, rows.features[inside], rows.centre[inside])
    return found


def folds(origin: Ints, horizon: int) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield rows of one stretch of origins, and those whose windows do not overlap with them."""
    for stretch in np.array_split(np.unique(origin), _FOLDS):
        if not len(stretch):
            continue
        inside = (origin >= stretch[0]) & (origin <= stretch[-1])
        apart = (origin < stretch[0] - horizon) | (origin > stretch[-1] + horizon)
        if apart.sum() >= _LEAST_APART:
            yield inside, apart


def boosted(rows: Rows, *, counts: bool, trees: int, engine: str, random_state: int) -> Trees:
    """Trees grown on a sample of the rows.

    Each series weighs the same, and within it a busy slot more than a quiet one: rows are drawn
    by that weight, because trees on absolute error are ten times slower with weights.
    """
    rng = np.random.default_rng(random_state)
    sums = np.bincount(rows.series, rows.centre)
    mean = (sums / np.maximum(np.bincount(rows.series), 1))[rows.series]
    weight = np.where(rows.centre > _LEAST_CENTRE, rows.centre / np.maximum(mean, _TINY), 0.0)
    total = float(weight.sum())
    if total == 0:
        weight, total = np.ones(len(rows)), float(len(rows))
    drawn = rng.choice(len(rows), min(_TRAIN_ROWS, len(rows)), p=weight / total)
    picked = rows.at(np.sort(drawn))
    target = np.clip(picked.y / np.maximum(picked.centre, _TINY), 0, None if counts else _RATIO)
    settings: dict[str, Any] = {"trees": trees, "engine": engine, "random_state": random_state}
    return grow(picked.features, target, counts=counts, **settings)


def corrected(model: Trees, features: NDArray[np.float32], centre: Floats) -> Floats:
    """Forecast of the trees: the centre times their ratio."""
    return centre * np.clip(model.predict(features), 0, _RATIO)


def shares(candidates: Floats, rows: Rows, n: int, *, counts: bool) -> Floats:
    """Shares of the candidates in the forecast of each series, shape (n, c); rows sum to 1.

    Parameters
    ----------
    candidates : array, shape (m, c)
    rows : Rows
    n : int
        Number of series.
    counts : bool
        Whether candidates are means of few contacts, judged by Poisson deviance; absolute
        error would prefer what is too low.
    """
    c = candidates.shape[1]
    if not len(rows):
        return np.tile(np.r_[np.ones(c - 1), 0.0] / (c - 1), (n, 1))
    gaps = _deviance(rows.y, candidates) if counts else np.abs(candidates - rows.y[:, None])
    each = np.ones(len(rows)) if counts else rows.centre
    scale = np.bincount(rows.series, each, minlength=n)
    sums = [np.bincount(rows.series, gaps[:, i], minlength=n) for i in range(c)]
    losses = np.stack(sums, axis=1) / np.maximum(scale, _TINY)[:, None]
    heard = np.bincount(rows.series, minlength=n)[:, None]
    drawn = (heard * losses + _EVEN * losses.mean(axis=0)) / (heard + _EVEN)
    relative = drawn / np.maximum(drawn.min(axis=1, keepdims=True), _TINY)
    weight = np.maximum(relative, 1.0) ** -(_SHARPNESS_OF_COUNTS if counts else _SHARPNESS)
    return weight / weight.sum(axis=1, keepdims=True)


def _deviance(y: Floats, means: Floats) -> Floats:
    """Poisson deviance of each candidate, shape (m, c)."""
    mean, came = np.maximum(means, _LEAST_MEAN), y[:, None]
    return np.asarray(2 * (xlogy(came, np.maximum(came, _TINY) / mean) - came + mean))


def _sampled(
    wall: Wall,
    shape: Floats,
    steps: int,
    wanted: float,
    offset: int,
    series: int,
    rng: np.random.Generator,
    labels: Labels | None,
) -> Iterator[Rows]:
    positions = _positions(wall, steps, series)
    share = min(1.0, wanted / max(len(positions) * len(wall.values) * steps * 0.8, 1))
    for origin in origins(wall, shape, positions, steps, labels):
        rows = rows_of(origin, wall.first_day, offset)
        known = np.isfinite(rows.y) & (rows.centre > _TINY)
        yield rows.at(known & (rng.uniform(size=len(known)) < share))


def _positions(wall: Wall, steps: int, series: int) -> list[int]:
    """Days of origins: as many as time allows, on all weekdays."""
    last = wall.days - 2
    fits = max(6, _REGRESSIONS // max(series, 1))
    most = min(_MOST_ORIGINS, fits, max(4, _CELLS // max(series * steps, 1)))
    stride = max(1, (last - _FIRST_ORIGIN) // most)
    if stride % 7 == 0:
        stride += 1
    return list(range(last, _FIRST_ORIGIN - 1, -stride))[::-1]


def _joined(parts: list[Rows], bases: int) -> Rows:
    if not parts:
        none = np.empty(0)
        whole = np.empty(0, dtype=np.intp)
        return Rows(
            np.empty((0, 1), np.float32),
            np.empty((0, bases)),
            none,
            none,
            whole,
            whole,
            whole,
            whole,
        )
    return Rows(
        *(np.concatenate([getattr(p, name) for p in parts]) for name in Rows.__dataclass_fields__)
    )
