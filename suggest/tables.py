"""Rows of a table as lines of a letter: each cell is quoted from its own place."""

from collections.abc import Sequence, Set
from typing import NamedTuple

from suggest.passages import Passage
from suggest.selection import Sentence, stems

_EDGE = "|"
# "and" and "the" name no row.
_TELLING = 4
_PAIR = 2
# What stands in the text for an empty cell of an article.
_EMPTY = ("–", "-")
_COLON = {"fr": "\u00a0:"}


class Cell(NamedTuple):
    """A cell as it stands in a letter.

    Attributes
    ----------
    start, end : int
        Characters in the text of the article.
    text : str
    line : bool
        Whether it begins a line.
    after : str
        Layout behind it: the colon between a label and its value, the comma between values.
    """

    start: int
    end: int
    text: str
    line: bool = False
    after: str = ""


def table_lines(passage: Passage, rows: Sequence[Sentence], asked: Set[str]) -> list[Cell]:
    """Return the rows of a table to send, cell by cell.

    Rows whose first cell the request names are sent alone, each value behind the name of its
    column; where it names none, all of them are, one line each.

    Parameters
    ----------
    passage : Passage
    rows : sequence of Sentence
        Next to each other.
    asked : set of str
        Stems of the request.
    """
    text = passage.text
    first = _first_row(text, rows[0].start)
    header = [_unnamed(cell) for cell in _cells(text, *first)]
    below = [_cells(text, row.start, row.end) for row in rows if row.start > first[0]]
    named = _named(header, below, asked)
    if named:
        cells = [cell for row in named for cell in _labelled(header, row)]
    else:
        pairs = len(header) == _PAIR
        whole = [header, *below] if pairs else below
        cells = [cell for row in whole for cell in _plain(header, row, labels=not pairs)]
    colon = _COLON.get(passage.language, ":")
    return [cell._replace(after=colon) if cell.after == ":" else cell for cell in cells]


def _named(header: list[Cell], rows: list[list[Cell]], asked: Set[str]) -> list[list[Cell]]:
    """Return the rows that a request names best, if any."""
    telling = {s for s in asked if len(s) >= _TELLING} - stems(header[0].text)
    shared = [len(telling & stems(row[0].text)) for row in rows]
    most = max(shared, default=0)
    return [row for row, n in zip(rows, shared, strict=True) if n == most] if most else []


def _labelled(header: list[Cell], row: list[Cell]) -> list[Cell]:
    """Return a line for each column: its name and its value."""
    if len(header) != len(row):
        return _plain(header, row, labels=False)
    lines: list[Cell] = []
    for name, value in zip(header, row, strict=True):
        if value.text:
            lines += _pair(name, value)
    return lines


def _plain(header: list[Cell], row: list[Cell], *, labels: bool) -> list[Cell]:
    """Return one line for a row: its first cell, and behind it the others."""
    names = header if labels and len(header) == len(row) else [None] * len(row)
    told = [(name, cell) for name, cell in zip(names, row, strict=True) if cell.text]
    line: list[Cell] = []
    for n, (name, cell) in enumerate(told):
        if n == 0:
            line.append(cell._replace(line=True, after=" –" if labels else ":"))
        elif name and name.text:
            line += [name._replace(after=":"), cell._replace(after=",")]
        else:
            line.append(cell._replace(after=","))
    if line:
        line[-1] = line[-1]._replace(after="")
    return line


def _unnamed(cell: Cell) -> Cell:
    """Return the name of a column, which a dash is not."""
    return cell._replace(text="", end=cell.start) if cell.text in _EMPTY else cell


def _pair(name: Cell, value: Cell) -> list[Cell]:
    if not name.text:
        return [value._replace(line=True)]
    return [name._replace(line=True, after=":"), value]


def _cells(text: str, start: int, end: int) -> list[Cell]:
    cells: list[Cell] = []
    for part in text[start:end].split(_EDGE):
        said = part.strip()
        at = start + part.index(said)
        cells.append(Cell(at, at + len(said), " ".join(said.split())))
        start += len(part) + len(_EDGE)
    return cells


def _first_row(text: str, start: int) -> tuple[int, int]:
    """Return where the first row of the table is that a row lies in: it names the columns."""
    end = _line_end(text, start)
    while start > 0:
        before = text.rfind("\n", 0, start - 1) + 1
        if _EDGE not in text[before : start - 1]:
            break
        start, end = before, start - 1
    return start, end


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)
