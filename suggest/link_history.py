"""Links from tickets to articles, as they are remembered."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.encoders import Encoder
from data.errors import SchemaError
from data.schema import validate_article_links
from data.ticket import Ticket
from suggest.client_index import Vectors
from suggest.results import encoded_wholes

MOST_LINKS = 20_000
"""Latest links remembered of one client."""

_NEEDED = ("ticket_id", "client_id", "created_at", "text")
_READ = ("ticket_id", "client_id", "created_at", "text", "subject", "language", "customer_id")


class Link(NamedTuple):
    """One link.

    Attributes
    ----------
    ticket : Ticket
    article_id : str
    days : float
        When the ticket was created, in days since 1970.
    """

    ticket: Ticket
    article_id: str
    days: float


class History(NamedTuple):
    """Earlier links of one client, oldest first.

    Attributes
    ----------
    names : array of str
        Articles that were ever linked.
    codes : array of shape (links,)
        Position in ``names`` of the article of each link.
    vectors : array of shape (links, dimension)
        Of the tickets; their words are not kept.
    days : array of shape (links,)
        When the tickets were created, in days since 1970.
    """

    names: NDArray[np.str_]
    codes: NDArray[np.int64]
    vectors: Vectors
    days: NDArray[np.float64]

    @classmethod
    def empty(cls, dimension: int) -> "History":
        """Return a history without links."""
        return cls(
            np.empty(0, dtype=np.str_),
            np.empty(0, dtype=np.int64),
            np.empty((0, dimension), dtype=np.float32),
            np.empty(0, dtype=np.float64),
        )

    def before(self, days: float) -> "History":
        """Return the links to tickets created before a time."""
        end = int(np.searchsorted(self.days, days, side="left"))
        return History(self.names, self.codes[:end], self.vectors[:end], self.days[:end])


def linked_tickets(tickets: pd.DataFrame, article_links: pd.DataFrame) -> list[Link]:
    """Join tickets and links, oldest ticket first.

    Of a ticket that comes in several versions the last is taken.

    Raises
    ------
    SchemaError
        When a column is missing.
    """
    missing = [name for name in _NEEDED if name not in tickets.columns]
    if missing:
        raise SchemaError(
            f"The tickets table must have the columns {list(_NEEDED)}. {missing} are missing: "
            "read it with data.load_tickets.",
            table="tickets",
            column=missing[0],
        )
    links = validate_article_links(article_links)
    keys = ["client_id", "ticket_id"] if "client_id" in links.columns else ["ticket_id"]
    columns = [name for name in _READ if name in tickets.columns]
    latest = tickets[columns].drop_duplicates(["client_id", "ticket_id"], keep="last")
    pairs = links[[*keys, "article_id"]].drop_duplicates()
    joined = latest.merge(pairs, on=keys, how="inner")
    joined["created_at"] = pd.to_datetime(joined["created_at"], utc=True)
    order = ["created_at", "client_id", "ticket_id", "article_id"]
    joined = joined.sort_values(order, kind="stable", ignore_index=True)
    days = (joined["created_at"] - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)
    rows = [{str(k): v for k, v in row.items()} for row in joined.to_dict("records")]
    return [
        Link(Ticket.from_mapping(row), str(row["article_id"]), float(at))
        for row, at in zip(rows, days, strict=True)
    ]


def remember(links: Sequence[Link], encoder: Encoder) -> dict[str, History]:
    """Return the history of each client; of long ones the latest links."""
    by_client: dict[str, list[Link]] = {}
    for link in links:
        by_client.setdefault(link.ticket.client_id, []).append(link)
    found = {}
    for client, every in by_client.items():
        own = every[-MOST_LINKS:]
        texts = [link.ticket.text for link in own]
        unique = list(dict.fromkeys(texts))
        # As a search encodes a ticket: without links and mentions.
        vector = dict(zip(unique, encoded_wholes(encoder, unique), strict=True))
        names, codes = np.unique([link.article_id for link in own], return_inverse=True)
        # Rounded as they are stored, so that a retriever ranks alike before and after.
        vectors = np.stack([vector[text] for text in texts]).astype(np.float16)
        found[client] = History(
            names.astype(np.str_),
            codes.astype(np.int64),
            vectors.astype(np.float32),
            np.array([link.days for link in own]),
        )
    return found
