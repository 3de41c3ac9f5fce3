"""Is the article that an agent linked among the first that are found?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.ticket import Ticket, as_ticket
from pipelines.curves import at_ranks
from pipelines.intervals import Figure, mean, measure
from pipelines.run import Json
from pipelines.yardstick import CHAMPION, Draws, Yardstick
from suggest.baseline import MostFrequent
from suggest.index import KnowledgeIndex
from suggest.retriever import Retriever

_OURS = ("candidate", "champion")
_GATED = 5
_PLACE = "place_among_all"
Ranks = NDArray[np.float64]


@dataclass(frozen=True)
class Champion:
    """The search in force, and the clients it knows."""

    searcher: Any
    clients: frozenset[str]


@dataclass(frozen=True)
class SearchMeasured:
    """What was measured; all empty where no test ticket has a linked article.

    Parameters
    ----------
    figures : dict of str to Figure
    differences : dict of str to dict
        Rival → figure → candidate minus rival.
    report : dict or None
    """

    figures: dict[str, Figure] = field(default_factory=dict)
    differences: dict[str, dict[str, Figure]] = field(default_factory=dict)
    report: Json | None = None


@dataclass(frozen=True)
class Asked:
    """What search and drafts are measured on.

    Parameters
    ----------
    rows : DataFrame
        Test tickets of clients that have knowledge.
    links : DataFrame
        Which article answered which ticket; may be empty.
    index : KnowledgeIndex
    yardstick : Yardstick
    """

    rows: pd.DataFrame
    links: pd.DataFrame
    index: KnowledgeIndex
    yardstick: Yardstick


def evaluate_search(
    asked: Asked,
    retriever: Retriever | None,
    *,
    baselines: Mapping[str, Any],
    champion: Champion | None,
) -> SearchMeasured:
    """Measure the candidate's search beside the baselines and the champion's.

    Parameters
    ----------
    asked : Asked
    retriever : Retriever or None
        None where there was nothing to learn it from; the index is asked then.
    baselines : mapping
        Name → what else can search.
    champion : Champion or None
    """
    right, settings = gold(asked.rows, asked.links), asked.yardstick.settings
    known = np.array([i for i, articles in enumerate(right) if articles], dtype=np.intp)
    if not len(known):
        return SearchMeasured()
    linked = asked.rows.iloc[known].assign(**{_PLACE: known}).reset_index(drop=True)
    rows = asked.yardstick.sample(linked, settings.searches)
    answers = [right[i] for i in rows.pop(_PLACE)]
    tickets = [as_ticket(row) for row in rows.to_dict("records")]
    most = max(settings.recall_at)
    places = {"candidate": ranks(_find(retriever or asked.index, tickets, most), answers)}
    if champion is not None:
        places["champion"] = _champions_ranks(champion, tickets, most, answers)
    for name, searcher in baselines.items():
        places[name] = ranks(_find(searcher, tickets, most), answers)
    draws = asked.yardstick.draws(rows)
    return SearchMeasured(
        figures={
            "recall_at_5": mean(places["candidate"] <= _GATED, draws),
            "mrr": mean(1 / places["candidate"], draws),
        },
        differences=_differences(places, tickets, champion, draws),
        report=_report(places, settings.recall_at, draws),
    )


def gold(rows: pd.DataFrame, links: pd.DataFrame) -> list[set[str]]:
    """Return each row's linked articles; an empty set where none is known."""
    if links.empty:
        return [set() for _ in range(len(rows))]
    keys = ["client_id", "ticket_id"] if "client_id" in links else ["ticket_id"]
    known: dict[tuple[str, ...], set[str]] = {}
    columns = [links[name].astype(str) for name in (*keys, "article_id")]
    for *key, article in zip(*columns, strict=True):
        known.setdefault(tuple(key), set()).add(article)
    wanted = zip(*(rows[name].astype(str) for name in keys), strict=True)
    return [known.get(key, set()) for key in wanted]


def ranks(found: pd.DataFrame, right: Sequence[set[str]]) -> Ranks:
    """Rank of the first right article of each query, infinite where it was not found.

    An article found by several passages counts once: the rank is among articles.
    """
    result = np.full(len(right), np.inf)
    seen: dict[int, dict[str, None]] = {}
    ordered = found.sort_values(["query", "rank"], kind="stable")
    for query, article in zip(ordered["query"], ordered["article_id"], strict=True):
        seen.setdefault(int(query), {})[str(article)] = None
    for query, articles in seen.items():
        places = [i for i, article in enumerate(articles, start=1) if article in right[query]]
        if places:
            result[query] = places[0]
    return result


def _differences(
    places: Mapping[str, Ranks],
    tickets: Sequence[Ticket],
    champion: Champion | None,
    draws: Draws,
) -> dict[str, dict[str, Figure]]:
    everyone = np.ones(len(tickets), dtype=bool)
    rivals = {name: (name, everyone) for name in places if name not in _OURS}
    if champion is not None:
        # A client that is new tonight has no champion to lose against.
        met = np.array([t.client_id in champion.clients for t in tickets])
        rivals = {CHAMPION: ("champion", met), **rivals}
    hits = {name: (place <= _GATED).astype(float) for name, place in places.items()}
    return {
        rival: {"recall_at_5": _difference(hits["candidate"] - hits[name], chosen, draws)}
        for rival, (name, chosen) in rivals.items()
        if chosen.any()
    }


def _difference(change: Ranks, chosen: NDArray[np.bool_], draws: Draws) -> Figure:
    def statistic(at: NDArray[np.intp]) -> float:
        kept = at[chosen[at]]
        return float(change[kept].mean()) if kept.size else float("nan")

    whole = measure(statistic, len(change), draws)
    return Figure(whole.value, whole.low, whole.high, int(chosen.sum()))


def _report(places: Mapping[str, Ranks], ks: Sequence[int], draws: Draws) -> Json:
    curves = {}
    for name, place in places.items():
        hits = at_ranks(place, ks)
        curves[name] = [mean(hits[:, i], draws).to_dict() for i in range(len(ks))]
    return {
        "n": len(places["candidate"]),
        "k": list(ks),
        "curves": curves,
        "baselines": {
            name: {"recall_at_5": mean(place <= _GATED, draws).to_dict()}
            for name, place in places.items()
            if name not in _OURS
        },
    }


def _champions_ranks(
    champion: Champion, tickets: Sequence[Ticket], k: int, answers: Sequence[set[str]]
) -> Ranks:
    known = [i for i, t in enumerate(tickets) if t.client_id in champion.clients]
    result = np.full(len(tickets), np.inf)
    if known:
        found = _find(champion.searcher, [tickets[i] for i in known], k)
        result[known] = ranks(found, [answers[i] for i in known])
    return result


def _find(searcher: Any, tickets: Sequence[Ticket], k: int) -> pd.DataFrame:
    """Search with whatever can search: some take tickets, some the texts of one client."""
    if isinstance(searcher, (Retriever, MostFrequent)):
        found: pd.DataFrame = searcher.search(tickets, k=k)
        return found
    parts = []
    for client in sorted({t.client_id for t in tickets}):
        at = [i for i, t in enumerate(tickets) if t.client_id == client]
        found = searcher.search([tickets[i].text for i in at], client_id=client, k=k)
        parts.append(found.assign(query=[at[int(q)] for q in found["query"]]))
    return pd.concat(parts, ignore_index=True)
