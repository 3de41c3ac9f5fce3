"""Known events of a plan's quarter, read from a table and checked against its series."""

from collections.abc import Collection

import pandas as pd

from data.schema.table import Column, Table
from forecasting.events import check_events

EVENTS = Table(
    "events",
    {
        "kind": Column("id", required=True),
        "starts_at": Column("time", required=True),
        "ends_at": Column("time", required=True),
        "unique_id": Column("id"),
        "uplift": Column("float"),
    },
)


def read_events(events: pd.DataFrame) -> pd.DataFrame:
    """Return events as the forecaster takes them.

    Parameters
    ----------
    events : DataFrame
        ``kind, starts_at, ends_at``; optionally ``unique_id``, a series or its beginning such as
        a client (empty for all), and ``uplift``, the factor on the volume (empty to learn it
        from past events of the kind). Times may be text with their zone.

    Raises
    ------
    SchemaError
        Names the column, the first rows and the way out.
    """
    table = EVENTS.validate(events)
    check_events(table)
    return table


def events_of_nobody(events: pd.DataFrame, series: Collection[str]) -> list[str]:
    """Name whom events speak of though no series is meant, so that a misspelt one is noticed.

    Examples
    --------
    >>> events_of_nobody(pd.DataFrame({"unique_id": ["a", "a/chat", "b"]}), ["a/chat/en"])
    ['b']
    """
    if "unique_id" not in events:
        return []
    known = {
        "/".join(parts[:count])
        for parts in (name.split("/") for name in series)
        for count in range(1, len(parts) + 1)
    }
    return sorted({str(name) for name in events["unique_id"].dropna()} - known)
