"""Greetings by the customer's own clock, in twelve languages.

Pure functions: the moment comes in, nothing is read from a clock. The hour is the customer's
local hour at that moment (`zoneinfo` knows the change of clocks), the words and hour bands are
in ``phrases.yaml``.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.core import get_global

from data.errors import ParameterError
from suggest.phrases import check_formality, phrasebook

# A name may come from a form that anyone can fill in: letters and the marks that names hold.
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+)*\.?")
_NOT_A_NAME = frozenset({"na", "none", "null", "nan", "unknown", "customer", "test", "guest"})
# Forms ask for them, and nobody is greeted by one alone.
_TITLES = frozenset(
    title
    for titles in (
        "mr mrs ms miss mx sir madam mister rev dr prof doctor professor lord lady",
        "herr frau dipl ing mag doktor",
        "m mme mlle monsieur madame mademoiselle me docteur pr",
        "sr sra srta d don doña señor señora señorita dra",
        "sig sig.ra sig.na signor signora signorina dott dott.ssa dottor dottoressa avv",
        "dhr mevr mw meneer mevrouw mijnheer drs ir",
        "pan pani państwo mgr inż",
        "senhor senhora dona eng exmo exma",
        "bay bayan sayın",
    )
    for title in titles.split()
)
_LONGEST_NAME = 40
_MOST_WORDS = 4
_REGION = re.compile(r"^[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?[-_]([A-Za-z]{2})\b")


class Greeting(str):
    """A greeting line, with how it was chosen.

    Attributes
    ----------
    language, band, timezone : str
        ``band`` is ``unknown`` where no time zone was known; ``timezone`` is then empty.
    name : str
        The name that was used, empty where there was none fit to print.
    """

    __slots__ = ("band", "language", "name", "timezone")

    language: str
    band: str
    timezone: str
    name: str

    def __new__(
        cls, text: str, language: str = "", band: str = "", timezone: str = "", name: str = ""
    ) -> "Greeting":
        """Make the line; the parts are kept beside it."""
        line = super().__new__(cls, text)
        line.language, line.band, line.timezone, line.name = language, band, timezone, name
        return line

    def __getnewargs__(self) -> tuple[str, ...]:  # type: ignore[override]
        return str(self), self.language, self.band, self.timezone, self.name

    @property
    def code(self) -> str:
        """Language, hour band and zone, such as ``fr:evening@Europe/Paris``."""
        return f"{self.language}:{self.band}" + (f"@{self.timezone}" if self.timezone else "")


class ResolvedTimezone(NamedTuple):
    """A time zone and where it came from: ``customer``, ``locale``, ``client`` or ``none``."""

    name: str | None
    source: str


def greeting(
    language: str,
    at: datetime,
    timezone: str | None,
    *,
    name: str | None = None,
    formality: str = "formal",
) -> Greeting:
    """Return the greeting for a customer's local time.

    Parameters
    ----------
    language : str
        ISO 639-1 code: one of the nine that drafts are written in, or ``da``, ``fi``, ``sv``.
    at : datetime
        The moment of sending; must carry a time zone, which may be any.
    timezone : str or None
        The customer's IANA zone. ``None``: a greeting that fits every hour.
    name : str, optional
        Added where the language can do so without inflecting it, informally the first name
        alone; left out when it does not look like a name.
    formality : {'formal', 'informal'}

    Returns
    -------
    Greeting
        A `str` such as ``Bonsoir,`` with ``.code`` ``fr:evening@Europe/Paris``.

    Raises
    ------
    ParameterError
        Unknown language, zone or formality; `at` without a time zone.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> line = greeting("fr", datetime(2026, 3, 2, 18, 41, tzinfo=UTC), "Europe/Paris")
    >>> str(line), line.code
    ('Bonsoir,', 'fr:evening@Europe/Paris')
    """
    phrases = phrasebook().of(language, owner="greeting")
    check_formality(formality, owner="greeting")
    if not isinstance(at, datetime) or at.tzinfo is None or at.utcoffset() is None:
        raise ParameterError(
            f"The 'at' parameter of greeting must be a datetime with a time zone. "
            f"Got {at!r} instead."
        )
    band = "unknown"
    if timezone is not None:
        band = phrases.band(at.astimezone(_zone(timezone)).hour, timezone)
    printed = first_name(name) if formality == "informal" else printable_name(name)
    line = phrases.address[formality if printed else "bare"].format(
        greeting=phrases.word(band, formality), name=printed
    )
    return Greeting(line, language, band, timezone or "", printed if printed in line else "")


def resolve_timezone(
    *, customer: str | None = None, locale: str | None = None, client: str | None = None
) -> ResolvedTimezone:
    """Choose whose clock to greet by: the customer's zone, else the locale's, else the client's.

    A locale decides only where its country has one zone, or one that nearly everybody lives in;
    a zone that does not exist is passed over, since it comes from a form or another system.

    Parameters
    ----------
    customer, client : str, optional
        IANA zones.
    locale : str, optional
        Such as ``fr_FR`` or ``pt-BR``; a bare language says nothing.

    Examples
    --------
    >>> resolve_timezone(locale="it-IT", client="Europe/Paris")
    ResolvedTimezone(name='Europe/Rome', source='locale')
    """
    candidates: Iterable[tuple[str | None, str]] = (
        (customer, "customer"),
        (_zone_of_locale(locale), "locale"),
        (client, "client"),
    )
    for zone, source in candidates:
        if zone is not None and is_timezone(zone):
            return ResolvedTimezone(zone, source)
    return ResolvedTimezone(None, "none")


def is_timezone(name: str) -> bool:
    """Whether `name` is an IANA zone."""
    return _find_zone(name) is not None


def printable_name(name: str | None) -> str:
    """Return `name` fit for a greeting, or an empty string.

    Examples
    --------
    >>> printable_name(" MARIE  DUPONT "), printable_name("refund me http://x.y")
    ('Marie Dupont', '')
    """
    words = " ".join(str(name or "").split())
    if len(words) > _LONGEST_NAME or len(words.split()) > _MOST_WORDS:
        return ""
    if not _NAME.fullmatch(words) or words.casefold() in _NOT_A_NAME:
        return ""
    if all(_is_title(word) for word in words.split()):
        return ""
    # Turkish dotted capitals would be mangled by title(): such a name is printed as it came.
    mixed = not (words.isupper() or words.islower()) or "İ" in words or "ı" in words
    return words if mixed else " ".join(_capitalised(w) for w in words.split())


def first_name(name: str | None) -> str:
    """Return the given name fit for a greeting, or an empty string where it is not told.

    Titles are no names; behind a title one word is a family name, and so is a word in capitals
    beside others.

    Examples
    --------
    >>> first_name("Dr. Anna Weber"), first_name("MR JOHN SMITH"), first_name("Mme Diallo")
    ('Anna', 'John', '')
    >>> first_name("DUPONT Marie"), first_name("A. Weber")
    ('Marie', '')
    """
    if not printable_name(name):
        return ""
    words = str(name).split()
    told = [word for word in words if not _is_title(word)]
    if len(told) < min(len(words), 2):
        return ""
    given = next((w for w in told if not w.isupper() or len(w.rstrip(".")) == 1), told[0])
    return "" if given.endswith(".") or len(given) == 1 else printable_name(given)


def _is_title(word: str) -> bool:
    return word.rstrip(".").casefold() in _TITLES


def _capitalised(word: str) -> str:
    return "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))


def _zone_of_locale(locale: str | None) -> str | None:
    match = _REGION.match(locale or "")
    if match is None:
        return None
    country = match.group(1).upper()
    zones = get_global("territory_zones").get(country, ())
    return phrasebook().main_zones.get(country) or (zones[0] if len(zones) == 1 else None)


def _zone(name: str) -> ZoneInfo:
    zone = _find_zone(name)
    if zone is None:
        raise ParameterError(
            "The 'timezone' parameter of greeting must be an IANA time zone such as "
            f"'Europe/Paris'. Got {name!r} instead."
        )
    return zone


# Bounded: the names come from other systems' forms.
@lru_cache(maxsize=1024)
def _find_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    # zoneinfo answers a folder or a path outside its tree with other errors than its own.
    except (KeyError, ValueError, OSError, TypeError):
        return None
