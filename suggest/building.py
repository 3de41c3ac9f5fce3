"""Articles of one client to a `ClientIndex`, encoding only what is new."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.encoders import Encoder
from data.knowledge import passages as cut_passages
from data.knowledge import sentence_spans
from data.text import Span
from suggest.client_index import (
    ClientIndex,
    Dense,
    Positions,
    Sentences,
    Vectors,
    centres,
    passage_names,
)
from suggest.lexical import BM25Index, word_parts, words
from suggest.readings import CONTENT as READ
from suggest.readings import Readings, content_keys, is_of, write_record
from suggest.translations import translations

HEADING_SHARE = 0.3
"""How much title and heading count in a passage's vector beside title, heading and text."""

# Raised whenever the same articles would give another index.
_LAYOUT = "5"
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_CONTENT = (
    "article_id",
    "version",
    "kind",
    "audience",
    "language",
    "title",
    "text",
    "url",
    "variables",
)


class Known(NamedTuple):
    """Vectors and words of an earlier index, by the text they belong to."""

    passages: Mapping[str, Vectors]
    sentences: Mapping[str, NDArray[np.float16]]
    words: Mapping[str, Sequence[str]]
    headings: Mapping[str, NDArray[np.float16]]
    readings: Mapping[tuple[str, ...], bytes]

    @classmethod
    def of(cls, index: ClientIndex | None) -> "Known":
        """Collect what an index holds."""
        if index is None:
            return cls({}, {}, {}, {}, {})
        full = [text for text, _ in encoded_texts(index.passages)]
        said = _sentence_texts(index.articles, index.passages, index.sentences)
        lexical = lexical_texts(index.articles, index.passages)
        keys = content_keys(_columns(index.articles))
        return cls(
            dict(zip(full, index.vectors, strict=True)),
            dict(zip(said, np.asarray(index.sentences.vectors), strict=True)),
            {} if index.tokens is None else dict(zip(lexical, index.tokens, strict=True)),
            dict(zip(index.names, np.asarray(index.headings), strict=True)),
            # What other rules found is read again.
            {
                key: record
                for key, record in zip(keys, index.readings.records(), strict=True)
                if is_of(record, _LAYOUT)
            },
        )


def build(
    client_id: str,
    articles: pd.DataFrame,
    *,
    encoder: Encoder,
    known: Known,
    dense: Callable[[Vectors], Dense],
) -> ClientIndex:
    """Build the index of one client.

    Parameters
    ----------
    client_id : str
    articles : DataFrame
        Valid articles of this client, any status and version.
    encoder : Encoder
    known : Known
        What need not be encoded again.
    dense : function
        Makes the dense index of passage vectors.
    """
    chosen = current(articles)
    passages = cut_passages(chosen)
    chosen = chosen[chosen["article_id"].isin(set(passages["article_id"]))].reset_index(drop=True)
    starts = _starts(chosen, passages)
    vectors = encode_passages(passages, encoder, known)
    texts = lexical_texts(chosen, passages)
    tokens = [known.words.get(text) or words(text) for text in texts]
    sentences = encode_sentences(chosen, passages, encoder, known)
    languages = np.array(chosen["language"].tolist(), dtype=np.str_)
    return ClientIndex(
        client_id=client_id,
        version=index_version(chosen, encoder.fingerprint),
        articles=chosen,
        passages=passages,
        vectors=vectors,
        headings=encode_headings(passages, encoder, known),
        starts=starts,
        sentences=sentences,
        readings=read_articles(chosen, passages, sentences, known),
        words=BM25Index(tokens),
        parts=BM25Index([word_parts(found) for found in tokens]),
        titles=BM25Index([word_parts(words(title)) for title in chosen["title"].tolist()]),
        languages=languages,
        translations=translations(centres(vectors, starts), languages),
        dense=dense(vectors),
        tokens=tokens,
    )


_OPTIONAL = ("audience", "url", "variables")


def current(articles: pd.DataFrame) -> pd.DataFrame:
    """Return the approved articles of a client, of each the newest version.

    A newer draft leaves the approved version in place; a retired newer version takes the
    article out.
    """
    decided = articles[articles["status"].isin(["approved", "retired"])]
    newest = decided.sort_values("version", kind="stable").drop_duplicates(
        "article_id", keep="last"
    )
    kept = newest[newest["status"] == "approved"]
    # Optional columns may be missing from the table; readers find them empty instead.
    kept = kept.assign(**{name: None for name in _OPTIONAL if name not in kept})
    return kept.sort_values("article_id", kind="stable").reset_index(drop=True)


def index_version(articles: pd.DataFrame, fingerprint: str) -> str:
    """Name a state of the knowledge: when it last changed, and a hash of what it holds.

    Returns
    -------
    str
        Like ``kb:2026-03-02T02:10Z#a91f04c2``. The same content has the same version.
    """
    columns = [name for name in _CONTENT if name in articles.columns]
    digest = hashlib.sha256(f"{_LAYOUT}\0{fingerprint}".encode())
    content = articles[columns].astype(object)
    # A missing value is the same state whether it was read as None or as NaN.
    for row in content.where(content.notna(), None).to_dict("records"):
        digest.update(json.dumps(row, sort_keys=True, default=str).encode())
    at = articles["updated_at"].max() if len(articles) else pd.NaT
    stamp = "empty" if pd.isna(at) else pd.Timestamp(at).strftime("%Y-%m-%dT%H:%MZ")
    return f"kb:{stamp}#{digest.hexdigest()[:8]}"


def encoded_texts(passages: pd.DataFrame) -> list[tuple[str, str]]:
    """Return of each passage its title, heading and text, and its title and heading alone."""
    heads = [
        ". ".join(part for part in pair if part)
        for pair in zip(passages["title"].tolist(), passages["heading"].tolist(), strict=True)
    ]
    bodies = [_MARKUP.sub(r"\1", text) for text in passages["text"].tolist()]
    return [(f"{h}. {b}" if h else b, h) for h, b in zip(heads, bodies, strict=True)]


def encode_passages(passages: pd.DataFrame, encoder: Encoder, known: Known) -> Vectors:
    """Return unit vectors of passages, shape (passages, dimension)."""
    texts = encoded_texts(passages)
    new = list(dict.fromkeys(pair for pair in texts if pair[0] not in known.passages))
    heads = list(dict.fromkeys(head for _, head in new if head))
    encoded = encoder.encode([full for full, _ in new] + heads)
    by_head = dict(zip(heads, encoded[len(new) :], strict=True))
    fresh: dict[str, Vectors] = {}
    for (full, head), vector in zip(new, encoded[: len(new)], strict=True):
        mixed = vector + HEADING_SHARE * by_head[head] if head else vector
        fresh[full] = mixed / max(float(np.linalg.norm(mixed)), 1e-12)
    rows = [fresh[full] if full in fresh else known.passages[full] for full, _ in texts]
    return _stack(rows, encoder.dimension, np.float32)


def encode_headings(passages: pd.DataFrame, encoder: Encoder, known: Known) -> NDArray[np.float16]:
    """Return unit vectors of what the passages are called, shape (passages, dimension)."""
    names = passage_names(passages)
    new = list(dict.fromkeys(name for name in names if name not in known.headings))
    fresh = dict(zip(new, encoder.encode(new).astype(np.float16), strict=True))
    rows = [fresh[name] if name in fresh else known.headings[name] for name in names]
    return _stack(rows, encoder.dimension, np.float16).astype(np.float16)


def encode_sentences(
    articles: pd.DataFrame, passages: pd.DataFrame, encoder: Encoder, known: Known
) -> Sentences:
    """Find the sentences of each passage, and their vectors."""
    spans: list[tuple[int, int]] = []
    offsets = [0]
    bounds = zip(passages["start"].tolist(), passages["end"].tolist(), strict=True)
    counts = np.diff(_starts(articles, passages)).tolist()
    rows = zip(articles["text"].tolist(), articles["language"].tolist(), counts, strict=True)
    for text, language, count in rows:
        found = sentence_spans(text, language)
        for _ in range(count):
            start, end = next(bounds)
            spans += [(s.start, s.end) for s in found if s.start >= start and s.end <= end]
            offsets.append(len(spans))
    placed = Sentences(
        np.array(offsets, dtype=np.int64),
        np.array(spans, dtype=np.int64).reshape(-1, 2),
        np.empty((0, encoder.dimension), dtype=np.float16),
    )
    texts = _sentence_texts(articles, passages, placed)
    new = list(dict.fromkeys(text for text in texts if text not in known.sentences))
    fresh = dict(zip(new, encoder.encode(new).astype(np.float16), strict=True))
    vectors = [fresh[text] if text in fresh else known.sentences[text] for text in texts]
    stacked = _stack(vectors, encoder.dimension, np.float16).astype(np.float16)
    return placed._replace(vectors=stacked)


def read_articles(
    articles: pd.DataFrame, passages: pd.DataFrame, sentences: Sentences, known: Known
) -> Readings:
    """Write down what drafting needs to know of each article."""
    columns = _columns(articles)
    names = passages["passage_id"].astype(str).tolist()
    headings = [str(heading or "") for heading in passages["heading"].tolist()]
    offsets, spans = sentences.offsets.tolist(), sentences.spans.tolist()
    records = []
    keys = content_keys(columns)
    for at, (first, last) in enumerate(pairwise(_starts(articles, passages).tolist())):
        if keys[at] in known.readings:
            records.append(known.readings[keys[at]])
            continue
        begin, text = offsets[first], columns["text"][at]
        records.append(
            write_record(
                {name: column[at] for name, column in columns.items()},
                names[first:last],
                headings[first:last],
                [Span(a, b, text[a:b]) for a, b in spans[begin : offsets[last]]],
                [slice(a - begin, b - begin) for a, b in pairwise(offsets[first : last + 1])],
                _LAYOUT,
            )
        )
    return Readings.of(records)


def _columns(articles: pd.DataFrame) -> dict[str, list[Any]]:
    return {name: articles[name].tolist() for name in READ}


def lexical_texts(articles: pd.DataFrame, passages: pd.DataFrame) -> list[str]:
    """Return of each article its title, its headings and its text."""
    starts = _starts(articles, passages)
    headings = passages["heading"].tolist()
    return [
        "\n".join([title, *dict.fromkeys(headings[start:end]), _MARKUP.sub(r"\1", text)])
        for title, text, start, end in zip(
            articles["title"].tolist(), articles["text"].tolist(), starts, starts[1:], strict=False
        )
    ]


def _starts(articles: pd.DataFrame, passages: pd.DataFrame) -> Positions:
    counts = passages["article_id"].value_counts()
    sizes = [int(counts[a]) for a in articles["article_id"].tolist()]
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _sentence_texts(
    articles: pd.DataFrame, passages: pd.DataFrame, sentences: Sentences
) -> list[str]:
    per_passage = np.diff(sentences.offsets)
    per_article = np.diff(_starts(articles, passages))
    article_of = np.repeat(np.repeat(np.arange(len(articles)), per_article), per_passage)
    texts = articles["text"].tolist()
    rows = zip(article_of.tolist(), sentences.spans.tolist(), strict=True)
    return [_MARKUP.sub(r"\1", texts[article][start:end]) for article, (start, end) in rows]


def _stack(
    rows: Sequence[NDArray[np.floating]], dimension: int, dtype: type
) -> NDArray[np.float32]:
    if not rows:
        return np.empty((0, dimension), dtype=dtype)
    return np.ascontiguousarray(np.stack(rows), dtype=dtype)
