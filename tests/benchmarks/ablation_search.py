"""What is found by text alone when a part of the search is left out.

On the sets of `retrieval_sets`, which chose the weights, and on the reported ones. The latter
are read here only after the choice.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from retrieval_sets import JudgedSet, bank_articles, judged_sets, manual_articles
from rows import fingerprint, row, table

from data.encoders import CachedEncoder, default_encoder
from suggest.client_index import ClientIndex
from suggest.fusion import WEIGHTS
from suggest.index import KnowledgeIndex
from suggest.metrics import bootstrap, hit_at_k, recall_at_k
from suggest.results import encoded
from suggest.searching import pool

ENCODER = CachedEncoder(default_encoder(), capacity=40_000)
PARTS: dict[str, dict[str, float]] = {
    "everything": {},
    "without words of titles": {"titles": 0.0},
    "without parts of words": {"parts": 0.0},
    "without whole words": {"words": 0.0},
    "without any words": {"words": 0.0, "parts": 0.0, "titles": 0.0},
    "without the mean of passages": {"mean": 0.0},
    "without contrast": {"contrast": 0.0},
    "without the whole query": {"whole": 0.0},
    "the best sentence alone": {"second": 0.0, "third": 0.0},
    "without sentences": {},
    "without translations": {},
}


@dataclass
class Asked:
    """Queries to one client, with the articles that are right."""

    client: ClientIndex
    queries: list[tuple[str, set[str], str | None]]
    metric: Callable[[list[str], set[str]], float]
    data: str


def search() -> list[dict[str, Any]]:
    """One row a part left out and kind of set; CPU ms of a search without the encoder."""
    return [
        _measured(name, asked, part)
        for name, asked in (
            ("the sets that chose the weights, hit@5", [_chosen_on(one) for one in judged_sets()]),
            ("τ² bank recall@20", [_bank()]),
            ("PrestaShop titles fr → en hit@5", [_manual()]),
        )
        for part in PARTS
    ]


def _measured(name: str, sets: list[Asked], part: str) -> dict[str, Any]:
    spent: list[float] = []
    # Sets weigh the same, whatever their size.
    means = [bootstrap(_values(one, part, spent), None) for one in sets]
    apart = np.sqrt(np.sum([((m.high - m.low) / 2) ** 2 for m in means])) / len(means)
    value = float(np.mean([m.value for m in means]))
    return row(
        f"{name}: {part}", value, data=", ".join(one.data for one in sets),
        split="one query at a time", n=len(spent),
        interval=[round(max(value - apart, 0), 4), round(min(value + apart, 1), 4)],
        ms_per_ticket=round(1000 * float(np.mean(spent)), 3),
    )  # fmt: skip


def _values(asked: Asked, part: str, spent: list[float]) -> list[float]:
    weights, client = replace(WEIGHTS, **PARTS[part]), asked.client
    if part == "without translations":
        client = replace(client, translations=np.full_like(client.translations, -1))
    values = []
    for text, right, language in asked.queries:
        (cut,), (vectors,) = encoded(ENCODER, [text], None)
        if part == "without sentences":
            cut, vectors = cut[:1], vectors[:1]
        started = time.thread_time()
        found = pool(client, cut, vectors, language=language, weights=weights).head(20)
        spent.append(time.thread_time() - started)
        values.append(asked.metric([client.article_ids[a] for a in found.articles], right))
    return values


def _chosen_on(one: JudgedSet) -> Asked:
    client = KnowledgeIndex(ENCODER).fit(one.articles).client_index(one.name)
    told: list[tuple[str, set[str], str | None]] = [(*query, None) for query in one.queries]
    data = f"{one.name}@{fingerprint(one.articles[['article_id', 'text']])}"
    return Asked(client, told, lambda found, gold: hit_at_k(found, gold, 5), data)


def _bank() -> Asked:
    tasks = table("tau2_banking_tasks_dev")
    right = [set(found) for found in tasks["required_documents"]]
    texts = tasks["user_instructions"].str[:3000]
    told: list[tuple[str, set[str], str | None]] = [
        (text, gold, None) for text, gold in zip(texts, right, strict=True)
    ]
    client = KnowledgeIndex(ENCODER).fit(bank_articles()).client_index("bank")
    data = f"tau2_banking_tasks_dev@{fingerprint(tasks[['user_instructions']])}"
    return Asked(client, told, lambda found, gold: recall_at_k(found, gold, 20), data)


def _manual() -> Asked:
    pages = table("prestashop_kb_en_fr")
    pages = pages[pages["summary_order"].notna()].set_index(["language", "summary_order"])
    french, english = pages.loc["fr"], pages.loc["en"]
    orders = [order for order in french.index if order in english.index]
    names: list[tuple[str, set[str], str | None]] = [
        (str(french["title"][o]), {f"en/{english['path'][o]}"}, "en") for o in orders
    ]
    client = KnowledgeIndex(ENCODER).fit(manual_articles()).client_index("manual")
    data = f"prestashop_kb_en_fr@{fingerprint(pages[['title']])}"
    return Asked(client, names, lambda found, gold: hit_at_k(found, gold, 5), data)
