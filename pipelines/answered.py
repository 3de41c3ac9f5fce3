"""Which articles answered which tickets: as the files say, and as agents showed in the service.

What agents sent of drafts, put into their replies or named in place of what was drafted, is a
link like those of an export. A ticket on which search is measured teaches nothing until it is
older.
"""

from typing import NamedTuple

import pandas as pd

from pipelines.acceptance import comparable
from pipelines.evaluate_search import gold
from pipelines.run import Run
from pipelines.store import read_answers, read_used
from suggest.feedback import training_rows
from suggest.retriever import LEAST_LINKS

_READ = ("suggestion_id", "client_id", "ticket_id", "language", "shown_at", "ticket_text",
         "outcome", "support")  # fmt: skip
_KEYS = ["client_id", "ticket_id"]
_LINK = [*_KEYS, "article_id", "linked_at", "source"]


class Linked(NamedTuple):
    """What search is learned from.

    Attributes
    ----------
    tickets, links : DataFrame
        Of the contract; links name their client.
    """

    tickets: pd.DataFrame
    links: pd.DataFrame


def linked(run: Run) -> Linked:
    """Return the tickets to learn search from and the articles that answered them.

    Where the files have no links, those of agents alone count as soon as they are enough to
    learn weights from: before, search stays as it is.
    """
    assert run.index is not None
    known = run.train[run.train["client_id"].isin(run.index.clients)]
    given = _named(run.links, known)
    shown, taught = _taught(run, known)
    run.answers_linked = len(taught)
    if not len(given) and len(taught) < LEAST_LINKS:
        shown, taught = shown.iloc[:0], taught.iloc[:0]
    links = pd.concat([part for part in (given, taught) if len(part)] or [given])
    chosen = set(_pairs(links))
    tickets = known[[key in chosen for key in _pairs(known)]]
    return Linked(pd.concat([tickets, shown]) if len(shown) else tickets, links)


def _named(links: pd.DataFrame, tickets: pd.DataFrame) -> pd.DataFrame:
    """Give links of files that do not name a client that of the tickets with their id."""
    if links.empty:
        return pd.DataFrame(columns=_LINK)
    if "client_id" not in links:
        links = links.merge(tickets[_KEYS].drop_duplicates(), on="ticket_id")
    return links[[c for c in _LINK if c in links]]


def _taught(run: Run, known: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tickets that are not learned from yet, and the links of these and of known ones."""
    store = read_answers(run.config.store, _READ)
    empty = pd.DataFrame(columns=_LINK)
    if not store or store["feedback"].empty or "support" not in store["suggestions"]:
        return empty, empty
    used = read_used(run.config.store)
    names = store["suggestions"]["suggestion_id"]
    store["suggestions"]["used"] = [used.get(str(name), []) for name in names]
    rows = training_rows(store["suggestions"], comparable(store)).links
    rows = rows.drop_duplicates([*_KEYS, "article_id"], keep="last")
    rows = rows[rows["label"] == 1].rename(columns={"at": "linked_at"}).assign(source="draft")
    shown = store["suggestions"].rename(columns={"shown_at": "created_at", "ticket_text": "text"})
    # Of a ticket that came again with more words the last.
    shown = shown.sort_values("created_at").drop_duplicates(_KEYS, keep="last")
    shown = shown[shown["text"].fillna("").str.strip() != ""]
    learned, right = set(_pairs(known)), gold(run.test, run.links)
    measured = {key for key, found in zip(_pairs(run.test), right, strict=True) if found}
    own = set(_pairs(shown)) - learned - measured
    rows = rows[[key in learned or key in own for key in _pairs(rows)]]
    chosen = own & set(_pairs(rows))
    shown = shown[[key in chosen for key in _pairs(shown)]]
    times = pd.to_datetime(shown["created_at"], utc=True, format="ISO8601")
    return shown[[*_KEYS, "text", "language"]].assign(created_at=times), rows[_LINK]


def _pairs(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(rows["client_id"].astype(str), rows["ticket_id"].astype(str), strict=True))
