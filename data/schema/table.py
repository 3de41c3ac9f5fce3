"""What a table must look like, and the check of a frame against it."""

import logging
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from data.errors import ParameterError, SchemaError
from data.schema import coerce
from data.schema.coerce import Checked, Parser, Problem

logger = logging.getLogger(__name__)

Kind = Literal[
    "id", "text", "string", "language", "currency", "time",
    "int", "float", "bool", "decimal", "json", "list",
]  # fmt: skip
_PARSERS: dict[str, tuple[Parser, str]] = {
    "id": (coerce.parse_id, "str"),
    "text": (coerce.parse_text, "str"),
    "string": (coerce.parse_text, "str"),
    "language": (coerce.parse_language, "str"),
    "currency": (coerce.parse_currency, "str"),
    "int": (coerce.parse_int, "Int64"),
    "float": (coerce.parse_float, "float64"),
    "bool": (coerce.parse_bool, "boolean"),
    "decimal": (coerce.parse_decimal, "object"),
    "json": (coerce.parse_json, "str"),
    "list": (coerce.parse_list, "str"),
}
_KEEP_BLANK = ("text", "string")
_LIKELY = 70
_SURE = 85


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    dtype : str
        The kind: ``id`` (text without blanks around it, never empty), ``text`` (missing counts
        as empty), ``string``, ``language`` (ISO 639), ``currency`` (ISO 4217), ``time``
        (``datetime64[us, UTC]``), ``int``, ``float``, ``bool``, ``decimal`` (exact, for money),
        ``json`` and ``list`` (kept as JSON text, which every storage can hold).
    required : bool
        Whether the column must be there and filled.
    values : tuple of str
        The only values allowed; empty for any.
    limits : (float, float) or None
        Smallest and largest value allowed.
    other_words : mapping of str to str
        What exports call some of the values, in small letters.
    """

    dtype: Kind
    required: bool = False
    values: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None
    other_words: Mapping[str, str] = field(default_factory=dict)

    def read(
        self, series: pd.Series, timezone: str | None = None, date_format: str | None = None
    ) -> Checked:
        """Read a column as this kind; say by row position what is wrong."""
        given = (
            series if self.dtype in _KEEP_BLANK and not self.values else _blank_as_missing(series)
        )
        if self.dtype == "time":
            values, problems = coerce.read_times(given, timezone, date_format)
        elif self.dtype in _KEEP_BLANK and given.dtype == "str":
            # Strings of this dtype are whole already: no half emoji fits in.
            values, problems = given.copy(), {}
        else:
            parse, dtype = _PARSERS[self.dtype]
            items, problems = coerce.read_each(given, parse)
            values = _series(items, dtype, series.index)
        if self.values:
            values = self._as_allowed(values)
        problems |= self._outside(values, problems)
        if self.dtype == "text":
            values = values.fillna("")
        elif self.required:
            absent = np.flatnonzero(values.isna().to_numpy(dtype=bool))
            problems |= {
                row: Problem("must not be empty") for row in absent.tolist() if row not in problems
            }
        if self.required and not problems:
            values = _without_missing(values, self.dtype)
        return Checked(values, problems)

    def _as_allowed(self, values: pd.Series) -> pd.Series:
        """Read "Email" as email and "Web form" as form: capitals and blanks say nothing."""
        known = {_folded(name): name for name in self.values} | dict(self.other_words)
        renamed = {
            word: name
            for word in values.dropna().unique().tolist()
            if word not in self.values and (name := known.get(_folded(word)))
        }
        return values.replace(renamed) if renamed else values

    def _outside(self, values: pd.Series, known: Mapping[int, Problem]) -> dict[int, Problem]:
        outside = np.zeros(len(values), dtype=bool)
        wants = ""
        if self.values:
            outside = ~values.isin(self.values).to_numpy(dtype=bool)
            wants = f"must be one of {', '.join(self.values)}"
        elif self.limits is not None:
            low, high = self.limits
            outside = ~values.between(low, high).fillna(value=True).to_numpy(dtype=bool)
            wants = f"must be in [{low:g}, {high:g}]"
        outside &= values.notna().to_numpy(dtype=bool)
        return {
            row: Problem(wants, coerce.show(values.iloc[row]), self._nearest(values.iloc[row]))
            for row in np.flatnonzero(outside).tolist()
            if row not in known
        }

    def _nearest(self, value: object) -> str:
        found = nearest(str(value), self.values)
        return f"Did you mean '{found}'?" if found else ""


@dataclass(frozen=True)
class Table:
    """A named set of columns with a key.

    Parameters
    ----------
    name : str
    columns : mapping of str to Column
    key : tuple of str
        Columns that together name a row; those that are absent from a frame do not count.
        Empty where rows may repeat.
    """

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...] = ()
    required: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        needed = tuple(name for name, column in self.columns.items() if column.required)
        object.__setattr__(self, "required", needed)

    def validate(
        self,
        frame: pd.DataFrame,
        *,
        timezone: str | None = None,
        date_format: str | None = None,
    ) -> pd.DataFrame:
        """Return a copy with the right dtypes; unknown columns stay as they are.

        Parameters
        ----------
        frame : DataFrame
            Without rows, the missing required columns are added.
        timezone : str, optional
            IANA name of the zone of times that carry none.
        date_format : str, optional
            Form of times that are not ISO 8601, such as ``"%d/%m/%Y %H:%M"``.

        Raises
        ------
        SchemaError
            Names the table, the column, the first offending rows and the way out.
        """
        read, problems = self.inspect(frame, timezone=timezone, date_format=date_format)
        for column, found in problems.items():
            raise self._error(column, found)
        return read

    def inspect(
        self,
        frame: pd.DataFrame,
        *,
        timezone: str | None = None,
        date_format: str | None = None,
    ) -> tuple[pd.DataFrame, dict[str, dict[int, Problem]]]:
        """Read a frame and list what is wrong: column -> row position -> problem.

        A repeated key is listed under ``""``, at each row after the first.

        Raises
        ------
        SchemaError
            When required columns are missing: then no row can be read.
        """
        if not isinstance(frame, pd.DataFrame):
            raise ParameterError(
                f"The 'frame' parameter must be a DataFrame. Got {type(frame).__name__} instead."
            )
        self._check_names(frame)
        read = frame.copy()
        problems: dict[str, dict[int, Problem]] = {}
        for name, column in self.columns.items():
            if name not in frame.columns:
                if not len(frame) and column.required:
                    read[name] = column.read(pd.Series([], dtype=object, index=read.index)).values
                continue
            read[name], wrong = column.read(frame[name], timezone, date_format)
            if wrong:
                problems[name] = wrong
        repeats = self._repeats(read) if not problems else {}
        return read, problems | ({"": repeats} if repeats else {})

    def _check_names(self, frame: pd.DataFrame) -> None:
        twice = frame.columns[frame.columns.duplicated()].unique().tolist()
        if twice:
            raise SchemaError(
                f"Each column of {self.name} must occur once. Got {twice[0]!r} more than once "
                "instead: rename or drop one.",
                table=self.name,
                column=str(twice[0]),
            )
        unknown = [str(name) for name in frame.columns if name not in self.columns]
        absent = [name for name in self.columns if name not in frame.columns]
        missing = [name for name in absent if self.columns[name].required]
        if missing and len(frame):
            raise SchemaError(
                missing_message(self.name, missing, unknown), table=self.name, column=missing[0]
            )
        for name in unknown:
            likely = nearest(name, absent, cutoff=_SURE)
            if likely:
                logger.warning(
                    "%s: the unknown column '%s' is kept as it is; did you mean '%s'?",
                    self.name, name, likely,
                )  # fmt: skip

    def _repeats(self, frame: pd.DataFrame) -> dict[int, Problem]:
        key: list[Hashable] = [name for name in self.key if name in frame.columns]
        if not key:
            return {}
        rows = np.flatnonzero(frame.duplicated(key).to_numpy(dtype=bool)).tolist()
        label = ", ".join(map(str, key))
        return {
            row: Problem(
                f"must be unique by ({label})",
                ", ".join(str(frame[name].iloc[row]) for name in key) + " again",
                "Drop the repeats, or give each change its own version.",
            )
            for row in rows
        }

    def _error(self, column: str, found: Mapping[int, Problem]) -> SchemaError:
        first = next(iter(found.values()))
        rows = [row for row, problem in found.items() if problem.wants == first.wants]
        subject = f"The '{column}' column of {self.name}" if column else f"The rows of {self.name}"
        way_out = first.way_out
        if column and self.columns[column].values and first.got not in ("", "nothing"):
            load = f"{way_out} Or load" if way_out else "Load"
            way_out = f"{load} with values={{{column!r}: {{{first.got}: …}}}}."
        return SchemaError(
            f"{subject} {describe(first)} {name_rows(rows)} {way_out}".strip(),
            table=self.name,
            column=column,
            rows=rows,
        )


def describe(problem: Problem) -> str:
    """Say what is wanted and what was found."""
    return f"{problem.wants}. Got {problem.got} instead."


def name_rows(rows: Sequence[int]) -> str:
    """Name the first five row positions."""
    shown = ", ".join(map(str, rows[:5]))
    more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    return f"See row {shown}{more} (counted from 0)."


def missing_message(table: str, missing: Sequence[str], unknown: Sequence[str]) -> str:
    """Name the missing required columns and, for each, the given column that looks like it."""
    parts = [
        f"The {table} table must have the columns {', '.join(map(repr, missing))}. "
        f"Got {', '.join(map(repr, unknown[:20])) or 'no other column'} instead."
    ]
    renames: dict[str, str] = {}
    for name in missing:
        likely = nearest(name, [other for other in unknown if other not in renames])
        if likely:
            renames[likely] = name
            parts.append(f"'{likely}': did you mean '{name}'?")
    if renames:
        parts.append(f"Rename it, or load with mapping={renames!r}.")
    else:
        parts.append(
            f"Load with mapping={{'your_column': '{missing[0]}'}}, or with "
            f"defaults={{'{missing[0]}': …}} when one value holds for every row."
        )
    return " ".join(parts)


def nearest(name: str, names: Sequence[str], *, cutoff: float = _LIKELY) -> str | None:
    """Return the most similar of ``names``, or None when none is similar."""

    def simple(text: str) -> str:
        return "".join(letter for letter in text.casefold() if letter.isalnum())

    found = process.extractOne(
        name, names, scorer=fuzz.ratio, processor=simple, score_cutoff=cutoff
    )
    return None if found is None else str(found[0])


def _folded(word: object) -> str:
    return " ".join(str(word).casefold().split())


def _blank_as_missing(series: pd.Series) -> pd.Series:
    if series.dtype != object and not isinstance(series.dtype, pd.StringDtype):
        return series
    blank = [isinstance(value, str) and not value.strip() for value in series.tolist()]
    return series.mask(np.array(blank, dtype=bool)) if any(blank) else series


def _series(items: list[object], dtype: Any, index: pd.Index) -> pd.Series:
    return pd.Series(items, index=index, dtype=dtype)


def _without_missing(values: pd.Series, kind: Kind) -> pd.Series:
    if kind == "int":
        return values.astype("int64")
    return values.astype("bool") if kind == "bool" else values
