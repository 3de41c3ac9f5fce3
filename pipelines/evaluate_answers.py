"""Is the right article found, and what do the drafts leave to the agent?"""

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from suggest.baseline import BM25Search
from suggest.retriever import Retriever

from data.redaction import redact
from data.ticket import Ticket, as_ticket
from pipelines.config import EvaluateConfig
from pipelines.curves import at_ranks
from pipelines.evaluate import CHAMPION, shorten
from pipelines.intervals import Figure, mean, measure, resamples
from pipelines.run import Json, Measured
from suggest.draft import Draft
from suggest.drafter import ReplyDrafter
from suggest.index import KnowledgeIndex
from triage.intents import IntentClassifier
from triage.taxonomy import UNKNOWN

Searcher = Any
Draws = Sequence[NDArray[np.intp]]
_SHOWN, _SILENT = 10, 3


@dataclass(frozen=True)
class Champion:
    """The search in force, and the clients it knows."""

    searcher: Searcher
    clients: frozenset[str]


def evaluate_knowledge(
    test: pd.DataFrame,
    links: pd.DataFrame,
    index: KnowledgeIndex,
    retriever: Retriever | None,
    *,
    voices: Mapping[str, Any],
    intents: IntentClassifier | None,
    champion: Champion | None,
    settings: EvaluateConfig,
    group: str,
    random_state: int,
) -> tuple[Measured, list[Json], float]:
    """Measure search and drafts on the test part.

    Parameters
    ----------
    test : DataFrame
    links : DataFrame
        Which article answered which ticket; may be empty.
    index : KnowledgeIndex
    retriever : Retriever or None
        None where there was nothing to learn it from.
    voices : mapping
        Client → its policies.
    intents : IntentClassifier or None
        Tells the drafter what a ticket is about, as in the service.
    champion : Champion or None
        What is in force, asked the same.
    settings : EvaluateConfig
    group : str
        Rows of one group are drawn together, where the column exists.
    random_state : int

    Returns
    -------
    Measured
    list of dict
        Drafts to read.
    float
        Median seconds of a draft; apart, as it differs from night to night.
    """
    rows = test[test["client_id"].isin(index.clients)].reset_index(drop=True)
    right = gold(rows, links)
    search = _search(rows, right, index, retriever, champion, settings, group, random_state)
    figures: dict[str, Figure] = dict(search["figures"])
    drawn = _drawn(rows, settings.drafts, random_state)
    drafter = ReplyDrafter(index, retriever=retriever, voices=voices)
    tickets = [as_ticket(row) for row in drawn.to_dict("records")]
    made, seconds = _timed_drafts(drafter, tickets, _intents(intents, drawn))
    drafts = _draft_report(drawn, made, index)
    draws = _draws(drawn, settings, group, random_state)
    figures.update(_draft_figures(made, gold(drawn, links), draws))
    if made:
        bad = float(drafts["ungrounded"])
        figures["ungrounded_sentences"] = Figure(bad, bad, bad, drafts["sentences"])
    report = {
        "figures": {name: figure.to_dict() for name, figure in figures.items()},
        "differences": {
            name: figure.to_dict()
            for name, figure in search["differences"].get(CHAMPION, {}).items()
        },
        "retrieval": search["report"],
        "drafts": drafts if made else None,
    }
    measured = Measured(figures=figures, report=report, differences=search["differences"])
    return measured, _to_read(tickets, made), seconds


def gold(rows: pd.DataFrame, links: pd.DataFrame) -> list[set[str]]:
    """Return each row's linked articles; an empty set where none is known."""
    if links.empty:
        return [set() for _ in range(len(rows))]
    keys = ["client_id", "ticket_id"] if "client_id" in links else ["ticket_id"]
    known: dict[tuple[str, ...], set[str]] = {}
    for link in links.to_dict("records"):
        known.setdefault(tuple(str(link[k]) for k in keys), set()).add(str(link["article_id"]))
    return [known.get(tuple(str(row[k]) for k in keys), set()) for row in rows.to_dict("records")]


def ranks(found: pd.DataFrame, right: Sequence[set[str]]) -> NDArray[np.float64]:
    """Rank of the first right article of each query, infinite where it was not found.

    Passages of one article count once: the rank is among articles.
    """
    result = np.full(len(right), np.inf)
    ordered = found.sort_values(["query", "rank"], kind="stable")
    seen: dict[int, dict[str, None]] = {}
    for query, article in zip(ordered["query"], ordered["article_id"], strict=True):
        seen.setdefault(int(query), {})[str(article)] = None
    for query, articles in seen.items():
        places = [i for i, article in enumerate(articles, start=1) if article in right[query]]
        if places:
            result[query] = places[0]
    return result


def is_supported(text: str, source: str) -> bool:
    """Say whether a sentence stands in its source word for word, filled slots apart."""
    # What replaced a slot may be anything; every other character must be the source's.
    parts = re.split(r"\{\{?\s*[\w.]+\s*\}?\}", " ".join(source.split()))
    pattern = ".*?".join(re.escape(part.strip()).replace(r"\ ", r"\s+") for part in parts)
    return re.search(pattern, " ".join(text.split()), flags=re.DOTALL) is not None


def _search(
    rows: pd.DataFrame,
    right: Sequence[set[str]],
    index: KnowledgeIndex,
    retriever: Retriever | None,
    champion: Champion | None,
    settings: EvaluateConfig,
    group: str,
    random_state: int,
) -> dict[str, Any]:
    known = [i for i, articles in enumerate(right) if articles]
    empty: dict[str, Any] = {"figures": {}, "differences": {}, "report": None}
    if not known:
        return empty
    asked = rows.iloc[known].reset_index(drop=True)
    answers = [right[i] for i in known]
    tickets = [as_ticket(row) for row in asked.to_dict("records")]
    ks, most = settings.recall_at, max(settings.recall_at)
    places = {"candidate": ranks(_find(retriever or index, tickets, most), answers)}
    if champion is not None:
        places["champion"] = _champions_ranks(champion, tickets, most, answers)
    places["BM25"] = ranks(_find(BM25Search(index), tickets, most), answers)
    draws = _draws(asked, settings, group, random_state)
    hits = {name: at_ranks(place, ks) for name, place in places.items()}
    five = {name: (place <= 5).astype(float) for name, place in places.items()}
    # A client that is new tonight has no champion to lose against.
    met = np.array([champion is not None and t.client_id in champion.clients for t in tickets])
    rivals = {CHAMPION: ("champion", met), "BM25": ("BM25", np.ones(len(tickets), dtype=bool))}
    differences = {
        rival: {"recall_at_5": _difference(five["candidate"], five[name], rows, draws)}
        for rival, (name, rows) in rivals.items()
        if name in five and rows.any()
    }
    curves = {
        name: [mean(h[:, i], draws).to_dict() for i in range(len(ks))] for name, h in hits.items()
    }
    return {
        "figures": {
            "recall_at_5": mean(five["candidate"], draws),
            "mrr": mean(1 / places["candidate"], draws),
        },
        "differences": differences,
        "report": {
            "n": len(asked),
            "k": list(ks),
            "curves": curves,
            "baseline": {"recall_at_5": mean(five["BM25"], draws).to_dict()},
        },
    }


def _difference(
    ours: NDArray[np.float64],
    theirs: NDArray[np.float64],
    rows: NDArray[np.bool_],
    draws: Draws,
) -> Figure:
    def statistic(at: NDArray[np.intp]) -> float:
        chosen = at[rows[at]]
        return float((ours[chosen] - theirs[chosen]).mean()) if chosen.size else float("nan")

    whole = measure(statistic, len(rows), draws)
    return Figure(whole.value, whole.low, whole.high, int(rows.sum()))


def _champions_ranks(
    champion: Champion, tickets: Sequence[Ticket], k: int, answers: Sequence[set[str]]
) -> NDArray[np.float64]:
    known = [i for i, t in enumerate(tickets) if t.client_id in champion.clients]
    result = np.full(len(tickets), np.inf)
    if known:
        found = _find(champion.searcher, [tickets[i] for i in known], k)
        result[known] = ranks(found, [answers[i] for i in known])
    return result


def _find(searcher: Searcher, tickets: Sequence[Ticket], k: int) -> pd.DataFrame:
    """Search with whatever can search: tickets with a retriever, texts with an index."""
    if isinstance(searcher, Retriever):
        return searcher.search(tickets, k=k)
    parts = []
    clients = sorted({t.client_id for t in tickets})
    for client in clients:
        at = [i for i, t in enumerate(tickets) if t.client_id == client]
        found = searcher.search([tickets[i].text for i in at], client_id=client, k=k)
        parts.append(found.assign(query=[at[int(q)] for q in found["query"]]))
    return pd.concat(parts, ignore_index=True)


def _drawn(rows: pd.DataFrame, most: int, random_state: int) -> pd.DataFrame:
    if len(rows) <= most:
        return rows
    chosen = np.random.default_rng(random_state).permutation(len(rows))[:most]
    return rows.iloc[chosen].reset_index(drop=True)


def _intents(model: IntentClassifier | None, rows: pd.DataFrame) -> list[str | None]:
    if model is None or rows.empty:
        return [None] * len(rows)
    decided = model.decide(list(rows["words"]))
    return [None if label == UNKNOWN else str(label) for label in decided["label"]]


def _timed_drafts(
    drafter: ReplyDrafter, tickets: Sequence[Ticket], intents: Sequence[str | None]
) -> tuple[list[Draft], float]:
    made, seconds = [], []
    for ticket, intent in zip(tickets, intents, strict=True):
        started = time.perf_counter()
        made.append(drafter.draft(ticket, now=ticket.created_at, intent=intent))
        seconds.append(time.perf_counter() - started)
    return made, float(np.median(seconds)) if seconds else 0.0


def _draft_report(rows: pd.DataFrame, made: Sequence[Draft], index: KnowledgeIndex) -> Json:
    n = max(len(made), 1)
    outcomes = Counter(d.outcome for d in made)
    reasons = Counter(f"{d.outcome}: {d.reason}" for d in made if d.reason)
    sentences = [
        (str(client), s)
        for client, d in zip(rows["client_id"], made, strict=True)
        for s in (*d.sentences, *d.steps)
    ]
    return {
        "n": len(made),
        "outcomes": {name: count / n for name, count in sorted(outcomes.items())},
        "reasons": [{"reason": r, "count": c} for r, c in reasons.most_common(8)],
        "sentences": len(sentences),
        "ungrounded": sum(not _grounded(index, client, s) for client, s in sentences),
        "dropped": sum(d.dropped for d in made),
        "by_client": {
            str(client): float(np.mean([made[i].outcome != "none" for i in at]))
            for client, at in rows.groupby("client_id").indices.items()
        },
    }


def _grounded(index: KnowledgeIndex, client: str, sentence: Any) -> bool:
    support = sentence.support
    if support is None:
        return False
    if support.source == "phrase":
        return True
    article = index.article(client, support.id)
    start, end = support.span
    return is_supported(sentence.text, str(article["text"])[start:end])


def _draft_figures(
    made: Sequence[Draft], right: Sequence[set[str]], draws: Draws
) -> dict[str, Figure]:
    """Share of tickets with a draft, and of those with a known article that the draft uses it."""
    if not made:
        return {}
    offered = np.array([d.outcome != "none" for d in made])
    judged = offered & np.array([bool(articles) for articles in right])
    figures = {"draft_coverage": mean(offered, draws)}
    if judged.any():
        used = np.array([_uses(d, articles) for d, articles in zip(made, right, strict=True)])

        def share(at: NDArray[np.intp]) -> float:
            chosen = used[at][judged[at]]
            return float(chosen.mean()) if chosen.size else float("nan")

        hit = measure(share, len(made), draws)
        figures["draft_hit"] = Figure(hit.value, hit.low, hit.high, int(judged.sum()))
    return figures


def _draws(rows: pd.DataFrame, settings: EvaluateConfig, group: str, random_state: int) -> Draws:
    groups = rows[group] if group in rows else range(len(rows))
    return resamples(groups, repeats=settings.bootstrap, random_state=random_state)


def _uses(draft: Draft, right: set[str]) -> bool:
    return any(s.support is not None and s.support.id in right for s in draft.sentences)


def _to_read(tickets: Sequence[Ticket], made: Sequence[Draft]) -> list[Json]:
    """Choose drafts to read; where there is none there is little to read, so fewer of these."""
    pairs = list(zip(tickets, made, strict=True))
    drafted = [p for p in pairs if p[1].outcome != "none"][:_SHOWN]
    silent = [p for p in pairs if p[1].outcome == "none"][: max(_SILENT, _SHOWN - len(drafted))]
    return [_shown(ticket, draft) for ticket, draft in (*drafted, *silent)]


def _shown(ticket: Ticket, draft: Draft) -> Json:
    return {
        "ticket_id": ticket.ticket_id,
        "client_id": ticket.client_id,
        "language": draft.language,
        "outcome": draft.outcome,
        "reason": draft.reason,
        "ticket": shorten(ticket.text, 600),
        "sentences": [
            {
                "text": str(redact(s.text)),
                "role": s.role,
                "source": _source(s.support),
            }
            for s in draft.sentences
        ],
    }


def _source(support: Any) -> str:
    if support is None or support.source == "phrase":
        return ""
    return f"{support.id}@{support.version} {support.span[0]}–{support.span[1]}"
