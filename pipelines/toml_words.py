"""What a table's error asks for, in the words of the night's TOML instead of Python's."""

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from data.errors import ConfigError, ParameterError, SchemaError

_DICT = re.compile(
    r"(?:\b[Oo]r )?(?:[Ll]oad )?with (mapping|defaults|values)=(\{.*?\}+)(?=[ ,.]|$)"
)
_TEXT = re.compile(r"Pass (timezone|date_format)=('[^']*')(?:, or ('[^']*'))?")
_PARAMETER = re.compile(r"The '(mapping|timezone|date_format)' parameter")


@contextmanager
def toml_words(section: str) -> Iterator[None]:
    """Let errors about reading a table name the keys of a section.

    Raises
    ------
    SchemaError
        Instead of one in Python's words; the column and the rows stay.
    ConfigError
        Instead of a ParameterError.
    """
    try:
        yield
    except SchemaError as error:
        raise SchemaError(
            in_toml(str(error), section), table=error.table, column=error.column, rows=error.rows
        ) from error
    except ParameterError as error:
        raise ConfigError(in_toml(str(error), section)) from error


def in_toml(message: str, section: str) -> str:
    """Return a message with what to pass to a loader as keys of a section.

    Examples
    --------
    >>> in_toml("Rename it, or load with mapping={'Body': 'text'}.", "tickets")
    "Rename it, or write in [tickets.mapping]: Body = 'text'."
    >>> in_toml("Pass timezone='Europe/Paris' to read such times.", "tickets")
    "Write in [tickets]: timezone = 'Europe/Paris' to read such times."
    """

    def keys(found: re.Match[str]) -> str:
        first = found[0].partition(" ")[0]
        start = {"or": "or write", "Or": "Or write", "with": "or write"}.get(first, "Write")
        start = "write" if first == "load" else start
        table, body = found[1], found[2].replace("…", "'…'")
        try:
            written: Any = ast.literal_eval(body)
        except (ValueError, SyntaxError):
            return found[0]
        if table == "values":
            (column, written), *_ = written.items()
            table = f"{table}.{column}"
        pairs = ", ".join(f"{_key(name)} = {value!r}" for name, value in written.items())
        return f"{start} in [{section}.{table}]: {pairs}"

    def text(found: re.Match[str]) -> str:
        other = "" if found[3] is None else f", or {found[3]}"
        return f"Write in [{section}]: {found[1]} = {found[2]}{other}"

    def parameter(found: re.Match[str]) -> str:
        return f"[{section}.mapping]" if found[1] == "mapping" else f"{found[1]} in [{section}]"

    return _PARAMETER.sub(parameter, _TEXT.sub(text, _DICT.sub(keys, message)))


def _key(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z0-9_-]+", name) is not None
    return name if plain else f"'{name}'"
