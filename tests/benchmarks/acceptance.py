"""Whether `p_accept` says how often a draft is right, on real conversations.

A draft counts as right where its answer comes from the document that the agent linked. The
documents are known by address and title only: each gets one sentence that points to it, as an
agent would, and few drafts are right. What is measured is whether the probability says so.
Acceptance is learned as the night learns it, from drafts made by models that had not seen the
conversation, night after night: each block of the earlier part is drafted by a search that
learned from all before it. The later part judges. With few drafts even exact probabilities have
an error: `exactly_calibrated` is what chance alone gives.
"""

import sys
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from grounding import shop
from retrieval import _company_documents, _conversations
from rich.console import Console
from rows import interval, row

from data.synthetic import sample_tickets
from suggest.acceptance import PriorLogistic, acceptance_model
from suggest.draft import Draft
from suggest.drafter import ReplyDrafter
from suggest.index import KnowledgeIndex
from suggest.retriever import Retriever
from triage.metrics import expected_calibration_error

Rows = list[dict[str, Any]]
BINS = 10
FIRST, NIGHTS = 0.3, 5
SAMPLE = 1500


def twitter() -> Rows:
    """Calibration of `p_accept` on the later 30 % of conversations, before and after learning."""
    tickets, links = _conversations()
    about = {"data": "twitter_cdp_dev", "split": "later 30 % by started_at"}
    return _measured("twitter_cdp", _pages(), tickets, links, about)


def sample() -> Rows:
    """The same on the generated shop: it shows that learning works, not how good it is."""
    tickets, _, links = sample_tickets(n=SAMPLE, seed=0)
    links = links.drop_duplicates("ticket_id")
    tickets = tickets.merge(links[["ticket_id"]], on="ticket_id").sort_values("created_at")
    links = tickets[["ticket_id"]].merge(links, on="ticket_id", how="left")
    about = {"data": "generated shop, smoke only", "split": "later 30 % by created_at"}
    tickets = tickets.reset_index(drop=True)
    return _measured("sample", KnowledgeIndex().fit(shop()[0]), tickets, links, about)


def _measured(
    name: str,
    index: KnowledgeIndex,
    tickets: pd.DataFrame,
    links: pd.DataFrame,
    about: dict[str, Any],
) -> Rows:
    cut = int(0.7 * len(tickets))
    features, right = _nights(index, tickets, links, cut)
    learned = acceptance_model().fit(features, right)
    asked, hits, groups = _drafts(index, tickets, links, slice(0, cut), slice(cut, None))
    about = {**about, "n": len(hits)}
    return _figures(name, learned, asked, hits, groups, float(np.mean(right)), about)


def _figures(
    name: str,
    learned: PriorLogistic,
    asked: list[dict[str, float]],
    hits: list[int],
    groups: list[str],
    share: float,
    about: dict[str, Any],
) -> Rows:
    truth = np.array(hits, dtype=float)
    start = _probability(acceptance_model(), asked)
    ours = _probability(learned, asked)

    def ece(rows: Any, p: Any = ours) -> float:
        return expected_calibration_error(p[rows], truth[rows], bins=BINS)

    every = np.arange(len(truth))
    return [
        row(f"{name} p_accept ECE", ece(every), interval=interval(ece, len(truth), groups=groups),
            baseline=ece(every, start), baseline_name="before any feedback", ask="≤ .05",
            exactly_calibrated=round(_noise(ours), 4), **about),
        row(f"{name} p_accept Brier score", float(np.mean((ours - truth) ** 2)),
            baseline=float(np.mean((share - truth) ** 2)), baseline_name="earlier part's share",
            right=round(float(truth.mean()), 4), stated=round(float(ours.mean()), 4), **about),
    ]  # fmt: skip


def _nights(
    index: KnowledgeIndex, tickets: pd.DataFrame, links: pd.DataFrame, cut: int
) -> tuple[list[dict[str, float]], list[int]]:
    """Drafts of each block of the earlier part by what was learned before it."""
    features: list[dict[str, float]] = []
    right: list[int] = []
    marks = np.linspace(FIRST * cut, cut, NIGHTS + 1).astype(int)
    for start, end in pairwise(marks):
        found, hits, _ = _drafts(index, tickets, links, slice(0, start), slice(start, end))
        features += found
        right += hits
    return features, right


def _drafts(
    index: KnowledgeIndex, tickets: pd.DataFrame, links: pd.DataFrame, known: slice, asked: slice
) -> tuple[list[dict[str, float]], list[int], list[str]]:
    """Features of each draft with an answer, whether it is right, and whose it is."""
    retriever = Retriever(index).fit(tickets[known], links[known])
    drafter = ReplyDrafter(index, retriever=retriever, threshold=0.0, least_acceptance=0.0)
    features, right, groups = [], [], []
    gold = links["article_id"][asked].tolist()
    for ticket, article in zip(tickets[asked].to_dict("records"), gold, strict=True):
        draft = drafter.draft(ticket, now=ticket["created_at"])
        used = _used(draft)
        if used:
            features.append(dict(draft.features))
            right.append(int(article in used))
            groups.append(str(ticket["customer_id"]))
    return features, right, groups


@cache
def _pages() -> KnowledgeIndex:
    pages = _company_documents()
    return KnowledgeIndex().fit(
        pages.assign(text="You can read more about " + pages["title"] + " on our help page.")
    )


def _used(draft: Draft) -> set[str]:
    return {s.support.id for s in draft.sentences if s.support and s.support.source == "article"}


def _probability(model: PriorLogistic, features: list[dict[str, float]]) -> Any:
    return model.predict_proba(features)[:, 1]


def _noise(p: Any, rounds: int = 500) -> float:
    """Mean error of the same probabilities were they exactly right: what chance alone gives."""
    rng = np.random.default_rng(0)
    drawn = [
        expected_calibration_error(p, rng.random(len(p)) < p, bins=BINS) for _ in range(rounds)
    ]
    return float(np.mean(drawn))


BENCHMARKS: dict[str, Callable[[], Rows]] = {"twitter": twitter, "sample": sample}

if __name__ == "__main__":
    for wanted in sys.argv[1:] or BENCHMARKS:
        for printed in BENCHMARKS[wanted]():
            Console().print(printed)
