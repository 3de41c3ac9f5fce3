"""Series to desks: whose contacts these are, in which language, by which channel.

A desk is a client in one language: what one agent must be trained for and speak.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import SchemaError

ANY = ""


class Series(NamedTuple):
    """Parts of a ``unique_id``: ``client/channel/language/intent``, of which the last may lack."""

    client_id: str
    channel: str
    language: str
    intent: str

    @property
    def desk(self) -> str:
        """Name of the desk."""
        return f"{self.client_id}/{self.language}" if self.language else self.client_id


def read_series(unique_id: str, *, channel: str = "chat") -> Series:
    """Take the name of a series apart.

    Parameters
    ----------
    unique_id : str
    channel : str
        Of a series that names none.

    Raises
    ------
    SchemaError
        More than four parts, or an empty one.

    Examples
    --------
    >>> read_series("lumen/email/fr").desk
    'lumen/fr'
    >>> read_series("lumen/email/fr/refund").intent
    'refund'
    """
    parts = unique_id.split("/")
    if len(parts) > 4 or not all(parts):
        raise SchemaError(
            "A unique_id of volume must be 'client', 'client/channel', 'client/channel/language' "
            f"or 'client/channel/language/intent'. Got {unique_id!r} instead: sum finer series to "
            "these first.",
            table="volume",
            column="unique_id",
        )
    filled = [*parts, *("", channel, ANY, ANY)[len(parts) :]]
    return Series(*filled)


def desk_table(unique_ids: list[str], *, channel: str = "chat") -> pd.DataFrame:
    """One row per series: ``unique_id, client_id, channel, language, intent, desk``.

    Series of several intents belong to one desk, which is staffed for their sum.

    Examples
    --------
    >>> desk_table(["a/chat/en", "b"])["desk"].tolist()
    ['a/en', 'b']
    """
    rows = [(name, *(s := read_series(name, channel=channel)), s.desk) for name in unique_ids]
    columns = ["unique_id", "client_id", "channel", "language", "intent", "desk"]
    return pd.DataFrame(rows, columns=columns).astype("str")


def hour_of_week(times: pd.Series) -> NDArray[np.int64]:
    """Hour from Monday 00:00 UTC, 0 to 167."""
    return (times.dt.day_of_week * 24 + times.dt.hour).to_numpy(dtype=np.int64)
