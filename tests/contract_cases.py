"""Every model that learns from a table, told the same way: make it, fit it, ask it, read it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.encoders import HashingEncoder
from data.knowledge import articles_from_frame
from forecasting import HandleTimes, VolumeForecaster
from forecasting.baseline import SameSlotMean, SeasonalNaive
from suggest.acceptance import PriorLogistic, acceptance_model
from suggest.baseline import MostFrequent
from suggest.index import KnowledgeIndex
from suggest.retriever import Retriever

ROWS = 40


@dataclass(frozen=True)
class Case:
    """One model.

    Parameters
    ----------
    make : callable
        A fresh model.
    tables : tuple of DataFrame
        What it learns from; the first has its rows in any order.
    fit : callable
        ``fit(model, *tables)``.
    ask : callable
        ``ask(model, rows)`` → answers for the asked rows, or all of them where ``rows`` is None.
    load : callable
    asked : int
        Rows that may be asked one by one; 0 where an answer is of all at once.
    fits_first : bool
        Whether it answers only after fit.
    """

    make: Callable[[], Any]
    tables: tuple[pd.DataFrame, ...]
    fit: Callable[..., Any]
    ask: Callable[[Any, list[int] | None], Any]
    load: Callable[[Path], Any]
    asked: int = 0
    fits_first: bool = True


def _index() -> KnowledgeIndex:
    words = ("password", "invoice", "parcel", "refund")
    known = pd.DataFrame(
        {
            "article_id": words,
            "title": [f"About your {word}" for word in words],
            "text": [f"Open the {word} page. The {word} is there within a day." for word in words],
            "language": "en",
            "updated_at": "2026-01-01T00:00:00Z",
        }
    )
    return KnowledgeIndex(HashingEncoder()).fit(articles_from_frame(known, "shop")[0])


INDEX = _index()


def _links() -> tuple[pd.DataFrame, pd.DataFrame]:
    words = np.resize(np.array(INDEX.client_index("shop").article_ids, dtype=object), ROWS)
    tickets = pd.DataFrame(
        {
            "ticket_id": [f"t{i}" for i in range(ROWS)],
            "client_id": "shop",
            "channel": "email",
            "created_at": pd.date_range("2026-01-01", periods=ROWS, freq="h", tz="UTC"),
            "text": [f"Where is my {word}, number {i}?" for i, word in enumerate(words)],
            "language": "en",
        }
    )
    return tickets, pd.DataFrame({"ticket_id": tickets["ticket_id"], "article_id": words})


def _found(model: Any, rows: list[int] | None) -> Any:
    tickets = _links()[0].iloc[list(range(6)) if rows is None else rows]
    frame = model.search(tickets.to_dict("records"), k=2)
    return frame.pivot(index="query", columns="rank", values="score").to_numpy()


def _accepted() -> pd.DataFrame:
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.random((ROWS, 3)), columns=["support", "sentence", "margin"])
    return table.assign(accepted=(table["support"] > 0.5).astype(int))


def _fit_acceptance(model: Any, table: pd.DataFrame) -> Any:
    return model.fit(table.drop(columns="accepted").to_dict("records"), table["accepted"])


def _ask_acceptance(model: Any, rows: list[int] | None) -> Any:
    table = _accepted().drop(columns="accepted")
    return model.predict_proba((table if rows is None else table.iloc[rows]).to_dict("records"))


def _handled() -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "handle_seconds": random.integers(60, 900, ROWS).astype(float),
            "intent": np.resize(["billing.invoice_copy", "support", "bug"], ROWS),
            "language": np.resize(["en", "de"], ROWS),
        }
    )


def _ask_handled(model: Any, rows: list[int] | None) -> Any:
    table = _handled()
    return np.asarray(model.predict(table if rows is None else table.iloc[rows]))


def _volume() -> pd.DataFrame:
    random = np.random.default_rng(0)
    days = pd.date_range("2025-10-06", periods=70, freq="D", tz="UTC")
    parts = [
        pd.DataFrame({"unique_id": name, "ds": days, "y": random.poisson(mean, 70).astype(float)})
        for name, mean in (("quiet", 3.0), ("busy", 40.0))
    ]
    return pd.concat(parts, ignore_index=True)


def _forecast(model: Any, _rows: list[int] | None) -> Any:
    return model.predict(7).sort_values(["unique_id", "ds"]).iloc[:, 2:].to_numpy()


def _plain_fit(model: Any, *tables: pd.DataFrame) -> Any:
    return model.fit(*tables)


CASES: dict[str, Case] = {
    "acceptance": Case(
        acceptance_model, (_accepted(),), _fit_acceptance, _ask_acceptance, PriorLogistic.load,
        asked=6, fits_first=False,
    ),
    "retriever": Case(
        lambda: Retriever(INDEX), _links(), _plain_fit, _found,
        lambda folder: Retriever.load(folder, INDEX), asked=6,
    ),
    "most_frequent": Case(
        lambda: MostFrequent(INDEX), _links(), _plain_fit, _found,
        lambda folder: MostFrequent.load(folder, INDEX), asked=6,
    ),
    "handle_times": Case(
        HandleTimes, (_handled(),), _plain_fit, _ask_handled, HandleTimes.load, asked=6
    ),
    "forecaster": Case(
        VolumeForecaster, (_volume(),), _plain_fit, _forecast, VolumeForecaster.load
    ),
    "seasonal_naive": Case(SeasonalNaive, (_volume(),), _plain_fit, _forecast, SeasonalNaive.load),
    "same_slot_mean": Case(SameSlotMean, (_volume(),), _plain_fit, _forecast, SameSlotMean.load),
}  # fmt: skip
