"""Handle time per intent, language, client and experience, learned from worked tickets."""

import json
import os
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from data.artifact import read_artifact, write_artifact
from data.errors import ParameterError, SchemaError

Floats = NDArray[np.float64]

FACTORS = ("intent_group", "intent", "language", "client_id", "experience")
_BANDS = np.array([30.0, 90.0, 180.0, 365.0])
_BAND_NAMES = np.array(["<30", "30-89", "90-179", "180-364", "365+"])


class HandleTimes(RegressorMixin, BaseEstimator):
    """Mean handle time as a product of shrunken factors.

    Each value of a factor (an intent's first level, the intent, language, client, days since
    hiring in bands) lengthens or shortens the time by a factor of its own, shrunk towards its
    parent as far as its rows are few. What was never seen falls back to the level above.

    Parameters
    ----------
    fence : float
        Log times further from the median than so many robust standard deviations are pulled
        in: tickets left open overnight, or closed by a slip.
    sweeps : int
        Rounds over all factors.

    Attributes
    ----------
    effects_ : dict of factor to Series
        Log factors by value.
    intercept_ : float
        Log of the typical handle time.
    smearing_ : float
        From typical to mean seconds.

    References
    ----------
    Robinson (1991), That BLUP is a good thing: the estimation of random effects.
    Duan (1983), Smearing estimate: a nonparametric retransformation method.
    """

    kind = "handle_times"

    def __init__(self, *, fence: float = 3.0, sweeps: int = 20) -> None:
        self.fence = fence
        self.sweeps = sweeps

    def fit(self, frame: pd.DataFrame, y: Any = None) -> Self:
        """Learn from worked tickets; returns self.

        Parameters
        ----------
        frame : DataFrame
            ``handle_seconds`` and any of ``intent, language, client_id``, ``tenure_days`` or
            ``hired_at`` with ``created_at``. Rows without a time, or with 0, are left out.
        y : ignored

        Raises
        ------
        SchemaError
            Without a single usable time, or with negative ones.
        """
        del y
        self._check()
        seconds = _seconds(frame)
        used = seconds > 0
        if not used.any():
            raise SchemaError(
                "The column 'handle_seconds' must hold at least one time above 0. Got none: "
                "export worked tickets.",
                column="handle_seconds",
            )
        factors, logs = _factors(frame[used]), np.log(seconds[used])
        middle = float(np.median(logs))
        spread = 1.4826 * float(np.median(np.abs(logs - middle)))
        # Half of all times equal says nothing about the spread of the rest.
        if spread > 0:
            logs = np.clip(logs, middle - self.fence * spread, middle + self.fence * spread)
        self._learn(factors, logs)
        self.smearing_ = float(np.exp(logs).sum() / np.exp(self._typical(factors)).sum())
        return self

    def _check(self) -> None:
        if not self.fence > 0:
            raise ParameterError(
                "The 'fence' parameter of HandleTimes must be greater than 0. "
                f"Got {self.fence!r} instead."
            )
        if not isinstance(self.sweeps, int) or self.sweeps < 1:
            raise ParameterError(
                "The 'sweeps' parameter of HandleTimes must be a whole number, 1 or more. "
                f"Got {self.sweeps!r} instead."
            )

    def _learn(self, factors: pd.DataFrame, logs: Floats) -> None:
        self.intercept_ = float(np.mean(logs))
        self.effects_ = {name: pd.Series(dtype=np.float64) for name in FACTORS}
        fitted = np.zeros((len(FACTORS), len(logs)))
        for _ in range(self.sweeps):
            for place, name in enumerate(FACTORS):
                left = logs - self.intercept_ - fitted.sum(axis=0) + fitted[place]
                self.effects_[name] = _shrunken(factors[name], left)
                fitted[place] = _effect(factors[name], self.effects_[name])
            self.intercept_ = float(np.mean(logs - fitted.sum(axis=0)))

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Mean handle seconds to expect, shape (n,); columns as in `fit`, none needed."""
        check_is_fitted(self)
        return np.exp(self._typical(_factors(frame))) * self.smearing_

    def _typical(self, factors: pd.DataFrame) -> Floats:
        parts = [_effect(factors[name], self.effects_[name]) for name in FACTORS]
        return self.intercept_ + np.sum(parts, axis=0)

    def evaluate(self, frame: pd.DataFrame, y: Any = None) -> dict[str, float]:
        """Errors on worked tickets, with those of one mean for all as the baseline.

        Returns
        -------
        dict
            ``mae_seconds``, ``wape`` (absolute error over total time), ``bias`` (predicted
            over actual total, minus one).
        """
        del y
        seconds, predicted = _seconds(frame), self.predict(frame)
        used = seconds > 0
        seconds, predicted = seconds[used], predicted[used]
        error = np.abs(predicted - seconds)
        return {
            "mae_seconds": float(error.mean()),
            "wape": float(error.sum() / seconds.sum()),
            "bias": float(predicted.sum() / seconds.sum() - 1.0),
        }

    def save(self, folder: str | os.PathLike[str], **header: Any) -> Path:
        """Write a model folder."""
        check_is_fitted(self)
        values = {name: self.effects_[name].index.tolist() for name in FACTORS}
        effects = np.concatenate([self.effects_[name].to_numpy() for name in FACTORS])
        return write_artifact(
            folder,
            kind=self.kind,
            parameters=self.get_params(),
            arrays={
                "effects": effects.astype(np.float64),
                "scale": np.array([self.intercept_, self.smearing_]),
            },
            files={"values.json": json.dumps(values, ensure_ascii=False)},
            **header,
        )

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Read a model folder."""
        artifact = read_artifact(folder, kind=cls.kind)
        model = cls(**artifact.parameters)
        model.intercept_, model.smearing_ = artifact.array("scale").tolist()
        values = json.loads(artifact.file("values.json").read_text(encoding="utf-8"))
        ends = np.cumsum([len(values[name]) for name in FACTORS])
        parts = np.split(artifact.array("effects"), ends[:-1])
        model.effects_ = {
            name: pd.Series(part, index=pd.Index(values[name], dtype=str))
            for name, part in zip(FACTORS, parts, strict=True)
        }
        return model


def _seconds(frame: pd.DataFrame) -> Floats:
    if "handle_seconds" not in frame.columns:
        raise SchemaError(
            "The frame has no column 'handle_seconds'. Pass worked tickets with their times.",
            column="handle_seconds",
        )
    seconds = frame["handle_seconds"].to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.flatnonzero((seconds < 0) | np.isinf(seconds))
    if len(bad):
        raise SchemaError(
            "The column 'handle_seconds' must hold seconds of zero or more. Got "
            f"{seconds[bad[0]]} in row {bad[0]} instead: correct or drop such rows.",
            column="handle_seconds",
            rows=bad.tolist(),
        )
    return seconds


def _factors(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one column of text per factor, missing where the frame does not know it."""
    nothing = pd.Series(None, index=frame.index, dtype=object)
    found = {name: frame.get(name, nothing) for name in ("intent", "language", "client_id")}
    found["intent_group"] = found["intent"].map(
        lambda name: str(name).partition(".")[0], na_action="ignore"
    )
    found["experience"] = _experience(frame)
    table = pd.DataFrame({name: found[name] for name in FACTORS}, index=frame.index)
    return table.astype(object).where(table.notna(), None)


def _experience(frame: pd.DataFrame) -> pd.Series:
    if "tenure_days" in frame.columns:
        days = frame["tenure_days"].to_numpy(dtype=np.float64, na_value=np.nan)
    elif {"hired_at", "created_at"} <= set(frame.columns):
        since = pd.to_datetime(frame["created_at"], utc=True) - pd.to_datetime(
            frame["hired_at"], utc=True
        )
        days = (since / pd.Timedelta(days=1)).to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        days = np.full(len(frame), np.nan)
    bands = _BAND_NAMES[np.searchsorted(_BANDS, days, side="right").clip(max=len(_BANDS))]
    return pd.Series(bands.astype(object), index=frame.index).where(np.isfinite(days), None)


def _shrunken(values: pd.Series, left: Floats) -> pd.Series:
    """Means by value, shrunk by how much the values differ beyond chance.

    References
    ----------
    Efron and Morris (1973), Stein's estimation rule and its competitors. The variance between
    values is estimated by moments.
    """
    groups = pd.Series(left, index=values.index).groupby(values, sort=True)
    count, mean = groups.size().to_numpy(dtype=np.float64), groups.mean()
    rows, known = count.sum(), len(count)
    if known == 0:
        return pd.Series(dtype=np.float64)
    inside = float(np.sum(groups.var(ddof=0).to_numpy() * count) / max(rows - known, 1.0))
    centre = float(np.sum(count * mean.to_numpy()) / rows)
    spread = float(np.sum(count * (mean.to_numpy() - centre) ** 2)) - (known - 1) * inside
    between = max(spread / max(rows - float(np.sum(count**2)) / rows, 1e-12), 0.0)
    weight = count * between / np.maximum(count * between + inside, 1e-300)
    # A value seen alone cannot be told from the intercept: it keeps no effect.
    return mean * weight if known > 1 else mean * 0.0


def _effect(values: pd.Series, effects: pd.Series) -> Floats:
    known = effects.to_dict()
    return np.array([known.get(value, 0.0) for value in values.tolist()], dtype=np.float64)
