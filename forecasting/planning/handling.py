"""What a contact of each series takes: learned from handled contacts, else as configured."""

import numpy as np
import pandas as pd

from data.errors import SchemaError
from forecasting.handle_time import HandleTimes
from forecasting.planning.policy import PlanPolicy

LEAST = 50
"""Handled contacts of a channel from which its times are learned."""


def series_handle_times(
    series: pd.DataFrame, handled: pd.DataFrame | None, policy: PlanPolicy
) -> pd.DataFrame:
    """Handle seconds of every series, each with the reason.

    One `HandleTimes` per channel. A series expects the mean over its own handled contacts, with
    their intents and the experience of who handled them; one without any expects what its client
    and language have elsewhere in the channel.

    Parameters
    ----------
    series : DataFrame
        ``unique_id, client_id, channel, language`` and, where series tell, ``intent``; see
        `desks.desk_table`.
    handled : DataFrame, optional
        ``client_id, handle_seconds``, the agent's time on the contact alone; optionally
        ``channel`` (else the rows count for every channel), ``language``, ``intent``, and
        ``tenure_days`` or ``hired_at`` with ``created_at``.
    policy : PlanPolicy
        Its promises have the configured times.

    Returns
    -------
    DataFrame
        The series with ``aht_seconds``, ``busy_seconds`` and ``aht_reason``.

    Raises
    ------
    SchemaError
        A table without ``client_id`` or ``handle_seconds``, or negative times.
    ConfigError
        A channel without a promise.
    """
    parts = [
        _channel(own, _rows(handled, str(channel)), str(channel), policy)
        for channel, own in series.groupby("channel", sort=False)
    ]
    found = pd.concat(parts).loc[series.index] if parts else series
    busy = [
        policy.promise(channel).busy(seconds)
        for channel, seconds in zip(found["channel"], found["aht_seconds"], strict=True)
    ]
    return found.assign(busy_seconds=busy)


def _rows(handled: pd.DataFrame | None, channel: str) -> pd.DataFrame | None:
    if handled is None:
        return None
    for name in ("client_id", "handle_seconds"):
        if name not in handled.columns:
            raise SchemaError(
                f"The handled contacts have no column '{name}'. Export worked tickets with "
                "'client_id' and 'handle_seconds'.",
                table="handled",
                column=name,
            )
    rows = handled if "channel" not in handled else handled[handled["channel"] == channel]
    rows = rows.assign(client_id=rows["client_id"].astype("str"))
    # A series that names no language is not told apart by it.
    return rows[rows["handle_seconds"].notna() & (rows["handle_seconds"] != 0)]


def _channel(
    series: pd.DataFrame, rows: pd.DataFrame | None, channel: str, policy: PlanPolicy
) -> pd.DataFrame:
    usual = policy.promise(channel).aht_seconds
    if rows is None or len(rows) < LEAST:
        had = "no handled contacts are given" if rows is None else (
            f"{len(rows)} handled contacts by {channel}, {LEAST} are needed"
        )  # fmt: skip
        return series.assign(aht_seconds=float(usual), aht_reason=f"configured: {had}")
    model = HandleTimes().fit(rows)
    expected = pd.Series(model.predict(rows), index=rows.index)
    seconds, reasons = [], []
    for one in series.itertuples():
        named = {"language": one.language, "intent": getattr(one, "intent", "")}
        own = rows["client_id"] == one.client_id
        for column, value in named.items():
            if value and column in rows:
                own &= rows[column] == value
        count = int(own.sum())
        if count:
            seconds.append(float(expected[own].mean()))
            reasons.append(f"learned from {count:,} handled contacts of its own")
            continue
        alike = pd.DataFrame(
            {"client_id": [one.client_id], **{name: [v or None] for name, v in named.items()}}
        )
        seconds.append(float(model.predict(alike)[0]))
        reasons.append(f"learned from {len(rows):,} contacts by {channel}, none of its own")
    return series.assign(aht_seconds=np.array(seconds), aht_reason=reasons)
