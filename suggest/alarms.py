"""What a person has to read first: danger, death, law, fraud and good-bye.

A message may ask for something harmless and say this beside it, so the whole text is read, not
only its requests. Words decide, from :file:`suggest/alarms.yaml`: a rule that anyone can read,
since what is missed here would be sent with a friendly answer to something else.
"""

import re
from functools import cache

from suggest.lexicons import lexicon
from suggest.wording import any_of, plain

ALARMS = ("safety", "bereavement", "legal", "fraud", "leaving")
"""Kinds of alarms, the gravest first."""


def alarm(text: str, language: str) -> str:
    """Return the gravest that a customer reports, one of ``ALARMS``, or an empty string.

    Parameters
    ----------
    text : str
        The customer's own words, all of them.
    language : str
        One of ``data.text.LANGUAGES``.

    Examples
    --------
    >>> alarm("How do I reset my password? My lamp caught fire.", "en"), alarm("Hello", "en")
    ('safety', '')
    """
    found = {m.lastgroup for m in _pattern(language).finditer(plain(text))}
    return next((kind for kind in ALARMS if kind in found), "")


@cache
def _raw() -> dict[str, dict[str, list[str]]]:
    return lexicon("alarms.yaml")


@cache
def _pattern(language: str) -> re.Pattern[str]:
    kinds = (f"(?P<{kind}>{any_of(_raw()[language][kind])})" for kind in ALARMS)
    return re.compile("|".join(kinds))
