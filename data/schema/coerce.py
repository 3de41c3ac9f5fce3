"""Read the values of one column as its kind; say row by row what is wrong instead of raising."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from data.errors import ParameterError

TIME_DTYPE: Final = "datetime64[us, UTC]"
_INT64 = 2**63
_SHOWN = 40
_LANGUAGE = re.compile(r"[a-z]{2,3}|unknown")
_CURRENCY = re.compile(r"[A-Z]{3}")
# What helpdesks write and datetime.fromisoformat does not read: "… UTC" and "… +0100".
_ZONE_SUFFIX = re.compile(r"\s+(?:UTC|GMT|([+-]\d\d:?\d\d))$")
# The day or the month first: nothing in the text itself says which.
_FIGURES = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:(,? )\d{1,2}:\d{2}(:\d{2})?)?")
_MONTHS = 12
_SOME_DAY = datetime(2026, 11, 22, 20, 5, 7, tzinfo=UTC)
_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})

Parser = Callable[[Any], Any]


class Problem(NamedTuple):
    """Why one value does not fit: what its column wants, what was found, the way out."""

    wants: str
    got: str = "nothing"
    way_out: str = ""


class WrongError(ValueError):
    """Raised by a parser; carries what the column wants and the way out."""

    def __init__(self, wants: str, way_out: str = "") -> None:
        super().__init__(wants)
        self.wants = wants
        self.way_out = way_out


class Checked(NamedTuple):
    """A column read as its kind, and what is wrong by row position."""

    values: pd.Series
    problems: dict[int, Problem]


def show(value: object) -> str:
    """Name a value in a message: short scalars as written, anything else by its type."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (str, int, float, Decimal, date)):
        text = repr(value if isinstance(value, (str, int, float)) else str(value))
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"a {type(value).__name__}"


def parse_text(value: Any) -> str:
    """Keep words; write numbers in digits; half emoji (lone surrogates) become U+FFFD."""
    if isinstance(value, str):
        # Helpdesks cut texts between the two halves of an emoji; no file can hold a half.
        return (
            value
            if value.isascii()
            else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float, Decimal, UUID)) and not isinstance(value, bool):
        return str(value)
    raise WrongError("must hold text")


def parse_id(value: Any) -> str:
    """Text without blanks around it."""
    return parse_text(value).strip()


def parse_language(value: Any) -> str:
    """Primary subtag in lower case: ``pt`` for ``pt-BR``."""
    code = parse_text(value).strip().lower().replace("_", "-").split("-")[0]
    if not _LANGUAGE.fullmatch(code):
        raise WrongError("must hold ISO 639 codes such as 'en' or 'pt-BR' (or 'unknown')")
    return code


def parse_currency(value: Any) -> str:
    """ISO 4217 code."""
    code = parse_text(value).strip().upper()
    if not _CURRENCY.fullmatch(code):
        raise WrongError("must hold ISO 4217 codes such as 'EUR'")
    return code


def parse_int(value: Any) -> int:
    """Whole number that fits 64 bits."""
    number = parse_decimal(value, "must hold whole numbers")
    if number != number.to_integral_value() or not -_INT64 <= number < _INT64:
        raise WrongError("must hold whole numbers")
    return int(number)


def parse_float(value: Any) -> float:
    """Finite number."""
    number = float(parse_decimal(value, "must hold finite numbers"))
    if not math.isfinite(number):
        raise WrongError("must hold finite numbers")
    return number


def parse_decimal(value: Any, wants: str = "must hold decimal numbers such as '12.50'") -> Decimal:
    """Exact decimal; a float counts as the digits it is printed with."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise WrongError(wants)
    try:
        number = Decimal(value.strip() if isinstance(value, str) else str(value))
    except InvalidOperation as error:
        raise WrongError(wants) from error
    if not number.is_finite():
        raise WrongError(wants)
    return number


def parse_bool(value: Any) -> bool:
    """Read true or false, also as 1/0, yes/no or text."""
    if isinstance(value, (bool, int, float)) and value in (0, 1):
        return bool(value)
    word = value.strip().lower() if isinstance(value, str) else ""
    if word not in _TRUE | _FALSE:
        raise WrongError("must hold true or false")
    return word in _TRUE


def parse_json(value: Any) -> str:
    """Write a JSON object or array as text with sorted keys."""
    wants = "must hold JSON objects or arrays"
    try:
        given = json.loads(value, parse_constant=_no_constant) if isinstance(value, str) else value
        given = _plain(given) if not isinstance(given, (dict, list, Mapping, tuple)) else given
        if not isinstance(given, (dict, list, Mapping, tuple)):
            raise WrongError(wants)
        text = json.dumps(
            given, sort_keys=True, ensure_ascii=False, allow_nan=False, default=_plain
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise WrongError(wants) from error
    return parse_text(text)


def parse_list(value: Any) -> str:
    """Write a JSON array as text; ``"en, fr"`` counts as ``["en", "fr"]``."""
    if isinstance(value, str) and not value.strip().startswith("["):
        value = [part for part in re.split(r"[\s,;|]+", value) if part]
    text = parse_json(value)
    if not text.startswith("["):
        raise WrongError("must hold JSON arrays")
    return text


def time_parser(zone: tzinfo | None, date_format: str | None = None) -> Parser:
    """Parser of ISO 8601 times to UTC; ``zone`` is where times without one were written.

    Texts that have ``date_format``, as `datetime.strptime` takes it, are read by it.

    Of the two instants a clock shows twice in autumn the earlier one is meant; a time that a
    clock skips in spring moves forward by the gap.
    """

    def parse(value: Any) -> datetime:
        moment = _moment(value, date_format)
        if moment.tzinfo is None:
            if zone is None:
                raise WrongError(
                    "must hold times with their zone, such as 2026-03-02T18:41:00Z",
                    "Pass timezone='Europe/Paris' (or where it was written) to read such times.",
                )
            moment = moment.replace(tzinfo=zone)
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:
            raise WrongError("must hold times between the years 1 and 9999") from error

    return parse


def read_times(series: pd.Series, timezone: str | None, date_format: str | None = None) -> Checked:
    """Read a column of times as UTC with microseconds."""
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        return Checked(series.astype(TIME_DTYPE), {})
    values, problems = read_each(series, time_parser(_zone(timezone), _checked_format(date_format)))
    return Checked(pd.Series(values, index=series.index, dtype=TIME_DTYPE), problems)


def read_each(series: pd.Series, parse: Parser) -> tuple[list[Any], dict[int, Problem]]:
    """Apply ``parse`` to every value that is there; missing ones become None."""
    values: list[Any] = []
    problems: dict[int, Problem] = {}
    absent = series.isna().to_numpy(dtype=bool)
    for row, value in enumerate(series.tolist()):
        if absent[row]:
            values.append(None)
            continue
        if isinstance(value, np.generic) and not isinstance(value, np.datetime64):
            value = value.item()
        try:
            values.append(parse(value))
        except WrongError as wrong:
            values.append(None)
            problems[row] = Problem(wrong.wants, show(value), wrong.way_out)
    return values, problems


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ParameterError(
            "The 'timezone' parameter must be an IANA name such as 'Europe/Paris'. "
            f"Got {name!r} instead."
        ) from error


def _checked_format(date_format: str | None) -> str | None:
    """Refuse a format that does not give back the day it wrote."""
    if date_format is None:
        return None
    try:
        found = _by_format(_SOME_DAY.strftime(date_format), date_format)
    except (ValueError, re.error):
        found = None
    if found is None or found.date() != _SOME_DAY.date():
        raise ParameterError(
            "The 'date_format' parameter must name day, month and year as "
            f"'%d/%m/%Y %H:%M' does. Got {date_format!r} instead."
        )
    return date_format


def _by_format(text: str, date_format: str) -> datetime:
    return datetime.strptime(text, date_format)  # noqa: DTZ007 - the zone comes next


def _moment(value: Any, date_format: str | None) -> datetime:
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - zone comes next
    wants = "must hold ISO 8601 times, such as 2026-03-02T18:41:00Z"
    if not isinstance(value, str):
        raise WrongError(
            wants, "Convert epoch numbers with pandas.to_datetime(…, unit='s', utc=True)."
        )
    if date_format is not None:
        try:
            return _by_format(value.strip(), date_format)
        except ValueError:
            wants = f"must hold times of the form {date_format!r} or ISO 8601 times"
    text = _ZONE_SUFFIX.sub(lambda found: found[1] or "+00:00", value.strip())
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongError(wants, _way_to_read(value) if date_format is None else "") from error


def _way_to_read(value: str) -> str:
    """Name the format of a day and a month in figures, whichever of them comes first."""
    found = _FIGURES.fullmatch(value.strip())
    if found is None:
        return ""
    first, mark, second, year, gap, seconds = found.groups(default="")
    late = int(second) > _MONTHS
    time = "" if not gap else f"{gap}%H:%M:%S" if seconds else f"{gap}%H:%M"
    rest = f"{mark}{'%Y' if len(year) > 2 else '%y'}{time}"
    forms = [f"'%d{mark}%m{rest}'", f"'%m{mark}%d{rest}'"]
    chosen, other = reversed(forms) if late else forms
    sure = late or int(first) > _MONTHS
    return f"Pass date_format={chosen}" + ("." if sure else f", or {other} for the month first.")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (date, Decimal)):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
