"""What can be said of an article before anybody asks, made when it is indexed.

Which sentences can be sent, which belong together and what they are about depends on the article
alone, and costs more than all else in a draft. It is written as one JSON record of each article.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.stored_rows import StoredRows
from data.text import Span
from suggest.passages import Passage, ReadArticle
from suggest.selection import Prepared, Sentence, in_list, prepare, stems
from suggest.sendable import article_speaks_to_agents, passage_speaks_to_agents

_HEADING = "\n#"
# A passage without a heading of its own opens the article: its title says less of it.
_OPENING = 0.8
# What a record is made from, beside the sentences that are found in the text.
CONTENT = ("article_id", "version", "kind", "audience", "language", "title", "text", "variables")


class Readings(NamedTuple):
    """Records of articles, one after the other.

    Attributes
    ----------
    offsets : array of shape (articles + 1,)
        That of article i are the bytes ``offsets[i]:offsets[i + 1]``.
    data : uint8 array
    """

    offsets: NDArray[np.int64]
    data: NDArray[np.uint8] | StoredRows

    @classmethod
    def of(cls, records: Sequence[bytes]) -> "Readings":
        """Join records."""
        ends = np.cumsum([0, *map(len, records)], dtype=np.int64)
        return cls(ends, np.frombuffer(b"".join(records), dtype=np.uint8))

    def records(self) -> list[bytes]:
        """Return all of them."""
        joined = np.asarray(self.data).tobytes()
        return [joined[start:end] for start, end in pairwise(self.offsets.tolist())]

    def record(self, at: int) -> bytes:
        """Return the record of an article."""
        start, end = self.offsets[at : at + 2].tolist()
        return self.data[start:end].tobytes()


def content_keys(columns: Mapping[str, Sequence[Any]]) -> list[tuple[str, ...]]:
    """Return of each article what its record depends on.

    Parameters
    ----------
    columns : mapping
        Those of `CONTENT` to their values.
    """
    rows = zip(*(columns[name] for name in CONTENT), strict=True)
    return [tuple(map(str, row)) for row in rows]


def write_record(
    article: Mapping[Any, Any],
    passage_ids: Sequence[str],
    headings: Sequence[str],
    spans: Sequence[Span],
    rows: Sequence[slice],
    layout: str,
) -> bytes:
    """Read an article and write down what was found.

    Parameters
    ----------
    article : mapping
        A row of the articles table.
    passage_ids, headings : sequence of str
        Of its passages.
    spans : sequence of Span
        Sentences of all its passages.
    rows : sequence of slice
        Sentences of each passage.
    layout : str
        Names the rules it is read by; see `is_of`.
    """
    text, title, language = (str(article[name]) for name in ("text", "title", "language"))
    hidden = str(article["audience"]) == "internal" or article_speaks_to_agents(title, text)
    passages = []
    for name, heading, of in zip(
        passage_ids, headings, _with_whole_lists(text, spans, rows), strict=True
    ):
        found = prepare(text, spans[of], language=language, title="", heading=heading)
        sentences = zip(found.sentences, found.stems, strict=True)
        public = not hidden and not passage_speaks_to_agents(span.text for span in spans[of])
        passages.append(
            {
                "id": name,
                "rows": [of.start, of.stop],
                "opens": not heading.rpartition(" > ")[2],
                "public": public,
                "heading": _joined(found.heading),
                "sentences": [_row(*pair) for pair in sentences],
            }
        )
    variables, conditions = _variables(article)
    record = {
        "layout": layout,
        "article_id": str(article["article_id"]),
        "version": int(article["version"]),
        "kind": str(article["kind"]),
        "language": language,
        "title": title,
        "text": text,
        "variables": {slot: str(place) for slot, place in variables.items()},
        "when": conditions,
        "about": _joined(stems(title)),
        "passages": passages,
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def is_of(record: bytes, layout: str) -> bool:
    """Whether a record was made by these rules."""
    return record.startswith(f'{{"layout":"{layout}",'.encode())


def open_record(
    record: bytes, headings: NDArray[np.float16], vectors: NDArray[np.float16]
) -> ReadArticle:
    """Return an article as drafting reads it.

    Parameters
    ----------
    record : bytes
        Of `write_record`.
    headings : float16 array of shape (passages, d)
        Vectors of their headings.
    vectors : float16 array of shape (sentences, d)
    """
    article = json.loads(record)
    passages = article["passages"]
    about = _parted(article["about"])
    weights = np.array([_OPENING if p["opens"] else 1.0 for p in passages], dtype=np.float32)
    return ReadArticle(
        tuple(_passage(article, passage, about) for passage in passages),
        tuple(slice(*passage["rows"]) for passage in passages),
        headings,
        weights,
        vectors,
    )


def _passage(
    article: Mapping[str, Any], passage: Mapping[str, Any], about: frozenset[str]
) -> Passage:
    text = article["text"]
    return Passage(
        passage_id=passage["id"],
        article_id=article["article_id"],
        version=article["version"],
        kind=article["kind"],
        language=article["language"],
        title=article["title"],
        public=passage["public"],
        text=text,
        variables=article["variables"],
        when=article.get("when", {}),
        prepared=Prepared(
            sentences=tuple(_sentence(text, row) for row in passage["sentences"]),
            stems=tuple(_words(row[-1]) for row in passage["sentences"]),
            title=about,
            heading=_parted(passage["heading"]),
            language=article["language"],
        ),
    )


def _row(found: Sentence, words: Iterable[str]) -> list[Any]:
    """Write a sentence without its words, which are those of the article."""
    flags = found.dangling + 2 * found.item + 4 * found.row
    return [found.start, found.end, found.fault, flags, found.marker, found.indent, _joined(words)]


def _sentence(text: str, row: Sequence[Any]) -> Sentence:
    start, end, fault, flags, marker, indent, _ = row
    said = " ".join(text[start:end].split())
    return Sentence(
        start, end, said, fault, bool(flags & 1), marker, bool(flags & 2), bool(flags & 4), indent
    )


def _joined(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


def _parted(words: str) -> frozenset[str]:
    return frozenset(_words(words))


def _words(joined: str) -> tuple[str, ...]:
    # One object a word, however many sentences and articles say it.
    return tuple(map(sys.intern, joined.split()))


def _with_whole_lists(text: str, spans: Sequence[Span], rows: Sequence[slice]) -> list[slice]:
    """Add to each passage the items of a list that was cut between it and its neighbours."""
    joined = [
        in_list(text, one) and in_list(text, two) and _HEADING not in text[one.end : two.start]
        for one, two in pairwise(spans)
    ]
    whole = []
    for of in rows:
        first, last = of.start, of.stop
        while of.start < of.stop and first > 0 and joined[first - 1]:
            first -= 1
        while of.start < of.stop and last < len(spans) and joined[last - 1]:
            last += 1
        whole.append(slice(first, last))
    return whole


def _variables(article: Mapping[Any, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return the variables of an article, and what its ``when`` asks for."""
    value = article.get("variables")
    if isinstance(value, str) and value:
        value = json.loads(value)
    variables = {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else {}
    when = variables.pop("when", {})
    # What cannot be read never holds: a macro that nobody can check is not sent.
    asked = when.items() if isinstance(when, Mapping) else [(str(when), [])]
    return variables, {str(place): _texts(wanted) for place, wanted in asked}


def _texts(wanted: object) -> list[str]:
    values = wanted if isinstance(wanted, list) else [wanted]
    return [str(value).casefold() for value in values if isinstance(value, str | int)]
