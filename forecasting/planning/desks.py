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
    """Parts of a ``unique_id``: ``client``, ``client/channel`` or ``client/channel/language``."""

    client_id: str
    channel: str
    language: str

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
        More than three parts, or an empty one.

    Examples
    --------
    >>> read_series("lumen/email/fr").desk
    'lumen/fr'
    """
    parts = unique_id.split("/")
    if len(parts) > 3 or not all(parts):
        raise SchemaError(
            "A unique_id of volume must be 'client', 'client/channel' or 'client/channel/language'."
            f" Got {unique_id!r} instead: sum finer series to these first.",
            table="volume",
            column="unique_id",
        )
    filled = [*parts, *("", channel, ANY)[len(parts) :]]
    return Series(*filled)


def desk_table(unique_ids: list[str], *, channel: str = "chat") -> pd.DataFrame:
    """One row per series: ``unique_id, client_id, channel, language, desk``.

    Examples
    --------
    >>> desk_table(["a/chat/en", "b"])["desk"].tolist()
    ['a/en', 'b']
    """
    rows = [(name, *(s := read_series(name, channel=channel)), s.desk) for name in unique_ids]
    columns = ["unique_id", "client_id", "channel", "language", "desk"]
    return pd.DataFrame(rows, columns=columns).astype("str")


def hour_of_week(times: pd.Series) -> NDArray[np.int64]:
    """Hour from Monday 00:00 UTC, 0 to 167."""
    return (times.dt.day_of_week * 24 + times.dt.hour).to_numpy(dtype=np.int64)
