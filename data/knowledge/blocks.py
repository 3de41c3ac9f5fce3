"""Blocks of a normalised text with their character spans; sentences fit to be quoted."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from data.text import Span, sentences

BlockKind = Literal["heading", "paragraph", "list", "table", "code", "media"]

_HEADING = re.compile(r"(#{1,6}) +(\S.*)")
_ITEM = re.compile(r"(\s*)(?:[-*•+]|\d{1,3}[.)])\s+")
_FENCE = re.compile(r"\s*```")
_MEDIA_LINE = re.compile(r"\s*!\[([^\]\n]*)\]\((\S+)\)\s*")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\(\S+\)")
_LINK = re.compile(r"(?:https?://|www\.|mailto:|tel:)[^\s<>()\"]+")
_CELL = " | "


class Block(NamedTuple):
    """A run of lines: ``text[start:end]`` of the text it was found in."""

    kind: BlockKind
    start: int
    end: int


def parse_blocks(text: str) -> list[Block]:
    """Part normalised text into blocks, in order; empty lines belong to none.

    Works on any plain text: what is no heading, list, table, code or image is a paragraph.
    """
    found: list[Block] = []
    kind: BlockKind | None = None
    for line_kind, start, end in _lines(text):
        # A list goes on over empty lines as long as items or what is indented follow.
        joins = line_kind == kind and kind not in ("heading", None)
        if joins and (kind == "list" or not _gap(text, found[-1].end, start)):
            found[-1] = found[-1]._replace(end=end)
        else:
            found.append(Block(line_kind, start, end))
        kind = line_kind
    return found


def heading(text: str, block: Block) -> tuple[int, str]:
    """Return level (1–6) and words of a heading block."""
    match = _HEADING.match(text[block.start : block.end])
    return (len(match[1]), match[2].strip()) if match else (6, "")


def pieces(text: str, block: Block, language: str = "en") -> list[Block]:
    """Part one block where it may be cut: sentences, items, rows or lines of code."""
    if block.kind in ("table", "code"):
        lines = [block._replace(start=s, end=e) for _, s, e in _raw_lines(text, block)]
        return _with_fences(lines) if block.kind == "code" else lines
    if block.kind == "list":
        return _items(text, block)
    spans = sentences(text[block.start : block.end], language)
    return [
        Block(block.kind, block.start + span.start, block.start + span.end)
        for span in spans
        if span.text.strip()
    ]


def sentence_spans(text: str, language: str = "en") -> list[Span]:
    r"""Return what may be quoted from a normalised text, one sentence, item or row at a time.

    Headings, code, media references and the marks of list items are left out.

    Parameters
    ----------
    text : str
        An article's text or a passage.
    language : str

    Returns
    -------
    list of Span
        With ``text[span.start:span.end] == span.text``.

    Examples
    --------
    >>> [span.text for span in sentence_spans("## Returns\n\n1. Pack it. Seal it.\n2. Post it.")]
    ['Pack it.', 'Seal it.', 'Post it.']
    """
    spans: list[Span] = []
    for block in parse_blocks(text):
        if block.kind in ("heading", "code", "media"):
            continue
        if block.kind == "paragraph":
            spans += _sentences_at(text, block.start, block.end, language)
            continue
        for start, end in _quotable_lines(text, block):
            if block.kind == "table":
                spans.append(Span(start, end, text[start:end]))
            else:
                spans += _sentences_at(text, start, end, language)
    return spans


def media(text: str) -> list[str]:
    """Return the references in a text: images as ``![alt](reference)``, links as addresses."""
    images = _IMAGE.findall(text)
    links = [link.rstrip(".,;:!?'’»") for link in _LINK.findall(_IMAGE.sub(" ", text))]
    return list(dict.fromkeys(images + links))


def word_count(text: str) -> int:
    """Count words; media references and the fences of code are none."""
    return len(_IMAGE.sub(" ", text).replace("```", " ").split())


def _lines(text: str) -> Iterator[tuple[BlockKind, int, int]]:
    fenced = False
    kind: BlockKind | None = None
    for blank, start, end in _raw_lines(text, Block("paragraph", 0, len(text)), blank=True):
        line = text[start:end]
        if _FENCE.match(line):
            inside_list = kind == "list" and line[:1].isspace()
            fenced = not fenced
            kind = "list" if inside_list else "code"
        elif blank and not fenced:
            kind = kind if kind == "list" else None
            continue
        elif not fenced:
            kind = _kind(line, kind)
        yield kind or "code", start, end


def _kind(line: str, before: BlockKind | None) -> BlockKind:
    if before == "list" and (line[0].isspace() or _ITEM.match(line)):
        return "list"
    if _HEADING.match(line):
        return "heading"
    if _MEDIA_LINE.fullmatch(line):
        return "media"
    if _CELL in line:
        return "table"
    return "list" if _ITEM.match(line) else "paragraph"


def _raw_lines(text: str, block: Block, *, blank: bool = False) -> Iterator[tuple[bool, int, int]]:
    start = block.start
    for line in text[block.start : block.end].splitlines(keepends=True):
        end = start + len(line.rstrip())
        if blank or end > start:
            yield end == start, start, end
        start += len(line)


def _gap(text: str, start: int, end: int) -> bool:
    return text.count("\n", start, end) > 1


def _items(text: str, block: Block) -> list[Block]:
    items: list[Block] = []
    for _, start, end in _raw_lines(text, block):
        mark = _ITEM.match(text, start, end)
        if items and not (mark and not mark[1]):
            items[-1] = items[-1]._replace(end=end)
        else:
            items.append(block._replace(start=start, end=end))
    return items


def _with_fences(lines: list[Block]) -> list[Block]:
    """Join the fences of code to its first and last line."""
    if len(lines) > 3:
        first = lines[0]._replace(end=lines[1].end)
        last = lines[-2]._replace(end=lines[-1].end)
        return [first, *lines[2:-2], last]
    return [lines[0]._replace(end=lines[-1].end)]


def _quotable_lines(text: str, block: Block) -> Iterator[tuple[int, int]]:
    fenced = False
    for _, start, end in _raw_lines(text, block):
        line = text[start:end]
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and not _MEDIA_LINE.fullmatch(line):
            mark = _ITEM.match(line) if block.kind == "list" else None
            yield start + (mark.end() if mark else len(line) - len(line.lstrip())), end


def _sentences_at(text: str, start: int, end: int, language: str) -> list[Span]:
    return [
        Span(start + span.start, start + span.end, span.text)
        for span in sentences(text[start:end], language)
        if span.text.strip()
    ]
