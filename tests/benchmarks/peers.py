"""txtai and Haystack beside us, on the same passages and queries, one query at a time.

``python tests/benchmarks/peers.py`` makes the peers' own environment on first use, measures and
writes the figures to ``benchmarks.json``. Both peers search hybrid, BM25 and all-MiniLM-L6-v2;
we search with the default encoder and, for quality alone, with that of the peers: the difference
is what the encoder is worth. What agents linked is not used. An article counts where the first of
its passages is found. CPU time is that of a whole query, encoder included.
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
import pandas as pd
import run
from numpy.typing import NDArray
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
    """Articles, also indexed, and (client, query, ids of the right articles) of each query."""

    data: str
    articles: pd.DataFrame
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
            texts = json.loads((folder / f"{name}.json").read_text())["texts"]
            vectors = np.load(folder / f"{name}-vectors.npy")
            as_theirs = _ours(one, KnowledgeIndex(Encoded(texts, vectors)).fit(one.articles))[0]
            rows += _rows(name, one, theirs["found"], theirs["seconds"], as_theirs)
        return rows


class Encoded:
    """An encoder of what was encoded elsewhere.

    The sentences of articles were not: a search does not read them, and they get zeros.
    """

    name = fingerprint = "all-MiniLM-L6-v2"

    def __init__(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        self.dimension = int(vectors.shape[1])
        self._of = dict(zip(texts, vectors, strict=True))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Look up."""
        unknown = np.zeros(self.dimension, dtype=np.float32)
        rows = [self._of.get(text, unknown) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(-1, self.dimension)


def _bank() -> Collection:
    tasks = table("tau2_banking_tasks_dev")
    queries = tasks["user_instructions"].str[:3000].tolist()
    right = [set(found) for found in tasks["required_documents"]]
    asked = [("bank", query, gold) for query, gold in zip(queries, right, strict=True)]
    return _collection("tau2_banking_tasks_dev", bank_articles(), asked)


def _companies() -> Collection:
    tickets, links = _conversations()
    cut = int(0.7 * len(tickets))
    rows = zip(tickets["client_id"], tickets["text"], links["article_id"], strict=True)
    asked = [(client, text, {article}) for client, text, article in list(rows)[cut:]]
    by_client = sorted(asked, key=lambda one: one[0])
    return _collection("twitter_cdp_dev", _company_documents(), by_client)


def _manual() -> Collection:
    pages = manual_articles()
    pages = pages[pages["language"] == "en"]
    asked = [("manual", t, {a}) for t, a in zip(pages["title"], pages["article_id"], strict=True)]
    untitled = pages.assign(
        title="-", text=pages["text"].str.replace(r"\A\s*#[^\n]*\n", "", regex=True)
    )
    return _collection("prestashop_kb_en_fr", untitled, asked)


def _collection(
    data: str, articles: pd.DataFrame, asked: list[tuple[str, str, set[str]]]
) -> Collection:
    return Collection(data, articles, KnowledgeIndex(default_encoder()).fit(articles), asked)


COLLECTIONS: dict[str, Callable[[], Collection]] = {
    "tau2": _bank,
    "twitter_cdp": _companies,
    "prestashop titles": _manual,
}


def _handed_over(one: Collection) -> dict[str, Any]:
    passages = {}
    ours = [text for _, query, _ in one.asked for text in one.knowledge.queries(query)]
    for client in dict.fromkeys(client for client, _, _ in one.asked):
        cut = one.knowledge.passages(client)
        texts = encoded_texts(cut)
        full = [text for text, _ in texts]
        passages[client] = list(zip(cut["article_id"].tolist(), full, strict=True))
        ours += full + [head for _, head in texts if head]
    return {
        "passages": passages,
        "queries": [(client, query) for client, query, _ in one.asked],
        "texts": list(dict.fromkeys(ours)),
    }


def _rows(
    name: str,
    one: Collection,
    found: dict[str, list[list[str]]],
    seconds: dict[str, list[float]],
    as_theirs: list[list[str]],
) -> Rows:
    ours, spent = _ours(one, one.knowledge)
    found = {name: [list(dict.fromkeys(ids)) for ids in lists] for name, lists in found.items()}
    right = [gold for _, _, gold in one.asked]
    rows = []
    for label, metric in METRICS[name].items():
        plain = {
            peer: float(np.mean([metric(i, g) for i, g in zip(ids, right, strict=True)]))
            for peer, ids in found.items()
        }
        for lists, how in ((ours, ""), (as_theirs, ", with their encoder")):
            mean = bootstrap([metric(ids, gold) for ids, gold in zip(lists, right, strict=True)])
            made = row(
                f"{name} {label} beside peers{how}",
                mean.value,
                data=one.data,
                split="searched by text alone",
                n=mean.n,
                interval=[round(mean.low, 4), round(mean.high, 4)],
                ask="above both",
            )
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


def _ours(one: Collection, knowledge: KnowledgeIndex) -> tuple[list[list[str]], list[float]]:
    found, spent = [], []
    for client, query, _ in one.asked:
        knowledge.find(query, client_id=client, k=20)
        started = time.process_time()
        hits = knowledge.find(query, client_id=client, k=20)
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
