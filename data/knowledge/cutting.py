"""Articles to passages: pieces small enough to cite, with their place in the article."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from data.errors import ParameterError, SchemaError
from data.knowledge.blocks import Block, heading, media, parse_blocks, pieces, word_count
from data.schema.table import missing_message

_FROM_ARTICLE = ("client_id", "article_id", "version", "kind", "audience", "language", "title")
_NEEDED = ("client_id", "article_id", "version", "text")
COLUMNS: dict[str, str] = {
    **dict.fromkeys(_FROM_ARTICLE, "str"),
    "version": "int64",
    "passage_id": "str",
    "heading": "str",
    "text": "str",
    "start": "int64",
    "end": "int64",
    "media": "object",
}


_WORD = re.compile(r"[^\W_]")


class Piece(NamedTuple):
    """A part of one text: ``text[start:end]``, the path of its headings, its media."""

    heading: str
    start: int
    end: int
    media: list[str]


def passages(articles: pd.DataFrame, *, max_words: int = 110) -> pd.DataFrame:
    r"""Cut articles into passages.

    A passage lies within one section and is never cut inside a sentence. Lists, tables and
    paragraphs stay whole up to ``max_words``; longer ones are parted between items, rows or
    sentences. A line that ends with a colon stays with what it announces, which is parted earlier
    where both together would be too long.

    Parameters
    ----------
    articles : DataFrame
        As `data.schema.validate_articles` gives it, of any status.
    max_words : int, default=110
        Only a single longer sentence, row or line of code makes a longer passage.

    Returns
    -------
    DataFrame
        client_id, article_id, version, kind, audience, language, title of the article;
        passage_id (``article@version#position``), heading (path, ``A > B``, without the title),
        text, start, end (``article.text[start:end] == text``), media (list of references in or
        around the passage: images as ``![alt](reference)``, links as addresses).

    Raises
    ------
    ParameterError, SchemaError

    Examples
    --------
    >>> article = pd.DataFrame({"client_id": ["lumen"], "article_id": ["returns"], "version": [2],
    ...     "language": ["en"], "title": ["Returns"],
    ...     "text": ["# Returns\n\n## How long\n\nYou have 30 days."]})
    >>> passages(article)[["passage_id", "heading", "text"]].iloc[0].tolist()
    ['returns@2#0', 'How long', 'You have 30 days.']
    """
    if max_words < 1:
        raise ParameterError(
            f"The 'max_words' parameter of passages must be at least 1. Got {max_words} instead."
        )
    missing = [name for name in _NEEDED if name not in articles.columns]
    if missing and len(articles):
        message = missing_message("articles", missing, list(map(str, articles.columns)))
        raise SchemaError(message, table="articles", column=missing[0])
    rows: list[dict[str, Any]] = []
    for article in articles.to_dict("records"):
        known = {name: article.get(name) for name in _FROM_ARTICLE}
        base = f"{article['article_id']}@{article['version']}"
        text = article["text"]
        cut = cut_text(text, str(known["title"] or ""), str(known["language"] or ""), max_words)
        for number, piece in enumerate(cut):
            words = text[piece.start : piece.end]
            rows.append(known | piece._asdict() | {"passage_id": f"{base}#{number}", "text": words})
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def cut_text(text: str, title: str, language: str, max_words: int) -> list[Piece]:
    """Cut one normalised text; a text with words gives at least one piece."""
    done: list[Piece] = []
    for path, section in _sections(text, title):
        atoms = list(_section_atoms(text, section, language, max_words))
        for chunk in _chunks(text, atoms, max_words):
            piece = _piece(text, path, chunk)
            if piece.end > piece.start:
                done.append(piece)
            elif done:
                # Only pictures: they belong to what was said before them.
                done[-1].media.extend(piece.media)
    if not done and text.strip():
        # Nothing but headings or pictures.
        start = len(text) - len(text.lstrip())
        done = [Piece("", start, len(text.rstrip()), media(text))]
    return done


def _sections(text: str, title: str) -> Iterator[tuple[str, list[Block]]]:
    path: dict[int, str] = {}
    section: list[Block] = []
    for block in parse_blocks(text):
        if block.kind != "heading":
            section.append(block)
            continue
        yield " > ".join(path.values()), section
        level, words = heading(text, block)
        path = {upper: name for upper, name in path.items() if upper < level}
        if words.casefold() != title.strip().casefold():
            path[level] = words
        section = []
    yield " > ".join(path.values()), section


def _section_atoms(
    text: str, section: Sequence[Block], language: str, max_words: int
) -> Iterator[Block]:
    announcing = 0
    for block in section:
        # What is announced is parted when it would not fit behind the words that announce it.
        room = max_words - announcing if announcing < max_words else max_words
        yield from _atoms(text, block, language, room)
        words = text[block.start : block.end]
        announcing = announcing + word_count(words) if _announces(block, words) else 0


def _atoms(text: str, block: Block, language: str, room: int) -> list[Block]:
    if word_count(text[block.start : block.end]) <= room:
        return [block]
    parts = pieces(text, block, language)
    if block.kind != "list":
        return parts
    return [
        atom
        for part in parts
        for atom in _atoms(text, part._replace(kind="paragraph"), language, room)
    ]


def _announces(block: Block, words: str) -> bool:
    return block.kind == "paragraph" and words.rstrip().endswith(":")


def _chunks(text: str, atoms: Sequence[Block], max_words: int) -> list[list[Block]]:
    counts = {atom: word_count(text[atom.start : atom.end]) for atom in atoms}
    total = sum(counts.values())
    # Even parts read better than full ones with a small rest behind them.
    target = total / -(-total // max_words) if total > max_words else max_words + 1
    chunks: list[list[Block]] = []
    held = 0
    for atom in atoms:
        full = held + counts[atom] > max_words or held >= target
        if not chunks or (held and counts[atom] and full):
            chunks.append(_announcement(text, chunks, counts[atom], max_words))
            held = sum(counts[block] for block in chunks[-1])
        chunks[-1].append(atom)
        held += counts[atom]
    if len(chunks) > 1 and sum(counts[block] for block in chunks[-2] + chunks[-1]) <= max_words:
        chunks[-2:] = [chunks[-2] + chunks[-1]]
    return chunks


def _announcement(text: str, chunks: list[list[Block]], count: int, max_words: int) -> list[Block]:
    """Take the last lines off the last chunk when they announce the next and fit before it."""
    taken: list[Block] = []
    while chunks and len(chunks[-1]) > 1:
        words = text[chunks[-1][-1].start : chunks[-1][-1].end]
        count += word_count(words)
        if not _announces(chunks[-1][-1], words) or count > max_words:
            break
        taken.insert(0, chunks[-1].pop())
    return taken


def _piece(text: str, path: str, chunk: Sequence[Block]) -> Piece:
    found = media(text[chunk[0].start : chunk[-1].end])
    worded = [b for b in chunk if b.kind != "media" and _WORD.search(text, b.start, b.end)]
    if not worded:
        return Piece(path, chunk[0].start, chunk[0].start, found)
    return Piece(path, worded[0].start, worded[-1].end, found)
