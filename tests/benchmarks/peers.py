"""txtai and Haystack beside us, on the same passages and queries, one query at a time.

``python tests/benchmarks/peers.py`` makes the peers' own environment on first use, measures and
writes the figures to ``benchmarks.json``. Both peers search hybrid, BM25 and all-MiniLM-L6-v2;
we search with the default encoder and without what agents linked. An article counts where the
first of its passages is found. CPU time is that of a whole query, encoder included.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import run
from retrieval import _company_documents, _conversations
from retrieval_sets import bank_articles, manual_articles
from rows import row, table

from data.encoders import default_encoder
from suggest.building import encoded_texts
from suggest.index import KnowledgeIndex
from suggest.metrics import bootstrap, hit_at_k, mrr, recall_at_k

Rows = list[dict[str, Any]]

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parents[1] / ".venv-peers"
REQUIREMENTS = HERE / "peers-requirements.txt"


class Collection(NamedTuple):
    """Indexed articles, and (client, query, ids of the right articles) of each query."""

    data: str
    knowledge: KnowledgeIndex
    asked: list[tuple[str, str, set[str]]]


def peers() -> Rows:
    """Quality and CPU of both peers and ours."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        collections = {name: make() for name, make in COLLECTIONS.items()}
        for name, one in collections.items():
            (folder / f"{name}.json").write_text(json.dumps(_handed_over(one)))
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        command = [str(_python()), str(HERE / "peer_models.py"), made]
        subprocess.run(command, check=True, env={**os.environ, **one_thread})
        rows: Rows = []
        for name, one in collections.items():
            theirs = json.loads((folder / f"{name}-found.txt").read_text())
            rows += _rows(name, one, theirs["found"], theirs["seconds"])
        return rows


def _bank() -> Collection:
    tasks = table("tau2_banking_tasks_dev")
    queries = tasks["user_instructions"].str[:3000].tolist()
    right = [set(found) for found in tasks["required_documents"]]
    asked = [("bank", query, gold) for query, gold in zip(queries, right, strict=True)]
    index = KnowledgeIndex(default_encoder()).fit(bank_articles())
    return Collection("tau2_banking_tasks_dev", index, asked)


def _companies() -> Collection:
    tickets, links = _conversations()
    cut = int(0.7 * len(tickets))
    rows = zip(tickets["client_id"], tickets["text"], links["article_id"], strict=True)
    asked = [(client, text, {article}) for client, text, article in list(rows)[cut:]]
    index = KnowledgeIndex(default_encoder()).fit(_company_documents())
    return Collection("twitter_cdp_dev", index, sorted(asked, key=lambda one: one[0]))


def _manual() -> Collection:
    pages = manual_articles()
    pages = pages[pages["language"] == "en"]
    asked = [("manual", t, {a}) for t, a in zip(pages["title"], pages["article_id"], strict=True)]
    untitled = pages.assign(
        title="-", text=pages["text"].str.replace(r"\A\s*#[^\n]*\n", "", regex=True)
    )
    index = KnowledgeIndex(default_encoder()).fit(untitled)
    return Collection("prestashop_kb_en_fr", index, asked)


COLLECTIONS: dict[str, Callable[[], Collection]] = {
    "tau2": _bank,
    "twitter_cdp": _companies,
    "prestashop titles": _manual,
}


def _handed_over(one: Collection) -> dict[str, Any]:
    passages = {}
    for client in dict.fromkeys(client for client, _, _ in one.asked):
        cut = one.knowledge.passages(client)
        texts = [full for full, _ in encoded_texts(cut)]
        passages[client] = list(zip(cut["article_id"].tolist(), texts, strict=True))
    return {"passages": passages, "queries": [(client, query) for client, query, _ in one.asked]}


def _rows(
    name: str,
    one: Collection,
    found: dict[str, list[list[str]]],
    seconds: dict[str, list[float]],
) -> Rows:
    ours, spent = _ours(one)
    found = {name: [list(dict.fromkeys(ids)) for ids in lists] for name, lists in found.items()}
    right = [gold for _, _, gold in one.asked]
    rows = []
    for label, metric in METRICS[name].items():
        values = [metric(ids, gold) for ids, gold in zip(ours, right, strict=True)]
        mean = bootstrap(values)
        made = row(
            f"{name} {label} beside peers",
            mean.value,
            data=one.data,
            split="searched by text alone",
            n=mean.n,
            interval=[round(mean.low, 4), round(mean.high, 4)],
            ask="above both",
        )
        plain = {
            peer: float(np.mean([metric(i, g) for i, g in zip(ids, right, strict=True)]))
            for peer, ids in found.items()
        }
        rows.append(made | _baselines(plain, max))
    cost = {peer: 1000 * float(np.median(values)) for peer, values in seconds.items()}
    made = row(
        f"{name} CPU of a query beside peers, median, ms",
        1000 * float(np.median(spent)),
        data=one.data,
        split="encoder included, one thread",
        n=len(spent),
        ask="≤ ¼ of txtai",
    )
    return [*rows, made | _baselines(cost, min)]


def _ours(one: Collection) -> tuple[list[list[str]], list[float]]:
    found, spent = [], []
    for client, query, _ in one.asked:
        one.knowledge.find(query, client_id=client, k=20)
        started = time.process_time()
        hits = one.knowledge.find(query, client_id=client, k=20)
        spent.append(time.process_time() - started)
        found.append([hit.article_id for hit in hits])
    return found, spent


def _baselines(plain: dict[str, float], best: Callable[..., str]) -> dict[str, Any]:
    """The better peer is the baseline; both stand in the row."""
    name = best(plain, key=lambda peer: plain[peer])
    return {
        "baseline": round(plain[name], 4),
        "baseline_name": name,
        "peers": {peer: round(value, 4) for peer, value in plain.items()},
    }


def _at(metric: Callable[..., float], k: int) -> Callable[[Sequence[str], set[str]], float]:
    return lambda found, right: metric(found, right, k)


def _mrr_at_10(found: Sequence[str], right: set[str]) -> float:
    return mrr(found[:10], right)


_SINGLE: dict[str, Callable[[Sequence[str], set[str]], float]] = {
    "hit@1": _at(hit_at_k, 1),
    "hit@5": _at(hit_at_k, 5),
    "MRR@10": _mrr_at_10,
}
METRICS = {
    "tau2": {"recall@20": _at(recall_at_k, 20), "MRR@10": _mrr_at_10},
    "twitter_cdp": _SINGLE,
    "prestashop titles": _SINGLE,
}


def _python() -> Path:
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "made").exists():
        venv.create(ENVIRONMENT, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)]
        subprocess.run(install, check=True)
        (ENVIRONMENT / "made").touch()
    return python


BENCHMARKS: dict[str, Callable[[], Rows]] = {"peers": peers}

if __name__ == "__main__":
    run.MODULES = ("peers",)  # type: ignore[assignment]
    run.main(sys.argv[1:])
