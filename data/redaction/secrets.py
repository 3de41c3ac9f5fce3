"""Passwords, codes and dates of birth: private by the word before them."""

import re
from collections.abc import Iterator

from data.redaction import secret_words as words
from data.redaction.found import Found

# What every word has in it; most messages hold none, and the patterns are slow.
_HINTS = (
    "pass", "pw", "psw", "kennw", "mdp", "contrase", "clave", "wachtw", "hasł", "hasl", "senha",
    "ifre", "parola", "senord",
)  # fmt: skip
_LOGIN_HINTS = (
    "login", "log-in", "user", "nutzer", "anmelden", "identif", "pseudo", "usu", "utente",
    "gebruik", "inlogn", "kullan", "nick", "ytkownika", "utiliz",
)  # fmt: skip
_CODE_HINTS = (
    "pin", "otp", "puk", "tan", "cv", "svv", "csc", "code", "prüf", "pruef", "geheimz", "cryptog",
    "digo de", "codice", "kod",
)  # fmt: skip
_BIRTH_HINTS = (
    "dob", "d.o.b", "birth", "born", "geb", "né", "ne le", "nee le", "naissance", "nac", "nat",
    "nascita", "urodz", "ur.", "nasci", "doğum", "dogum", "född", "fodd", "födelse", "personnummer",
)  # fmt: skip

_JOIN = rf"(?:[ \u00a0]*(?:[:=]|\b(?:{words.JOINERS})\b(?![-_])))"
_PASSWORD = re.compile(
    rf"\b(?:{words.PASSWORDS}){_JOIN}{{1,2}}[ \u00a0]*"
    r"(?:[\"“„«'‘](?P<quoted>[^\"“”„«»'’\n\x00]{4,64})[\"”“»'’]|(?P<bare>[^\s\x00]{4,64}))",
    re.IGNORECASE,
)
# Turkish says whose word it is in its ending and needs nothing between.
_OWN_PASSWORD = re.compile(
    r"\b(?:[şs]ifrem|parolam) (?P<bare>[^\s\x00]{4,64})(?=[\s.,!?]|$)", re.IGNORECASE
)
# Both letters and digits, so that neither a date nor the next word of a sentence counts.
_LOGIN = re.compile(
    rf"\b(?:{words.LOGINS}){_JOIN}{{1,2}}[ \u00a0]*[\"“„«'‘]?"
    r"(?P<value>(?=[\w.\-]{0,40}[0-9])(?=[\w.\-]{0,40}[^\W\d_])\w[\w.\-]{2,38}\w)(?![\w@.-]*@)",
    re.IGNORECASE,
)
_NUMERIC = re.compile(
    rf"\b(?:{words.CODES})\b(?:[- ](?:code|nummer|number|nr))?{_JOIN}{{0,2}}[ \u00a0#.]*"
    r"(?P<value>[0-9]{3}(?: ?[0-9]{1,5})?)(?![\w%€$£]|[.,:/-][0-9]| ?(?:€|euro?s?|cm|mm|x)\b)",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"[0-9]{1,2}[-–—](?:[0-9]{1,3}|[^\W\d_]{4,})$")
_TRAILING = ".,;:)]}?\"'”’»…"
_MONTH = r"[^\W\d_]{3,12}\.?"
_YEAR = r"(?:19|20)?[0-9]{2}"
_DATE = (
    rf"(?:[0-9]{{1,2}}[./-] ?[0-9]{{1,2}}[./-] ?{_YEAR}|(?:19|20)[0-9]{{2}}[./-][0-9]{{1,2}}[./-]"
    rf"[0-9]{{1,2}}|[0-9]{{1,2}}(?:st|nd|rd|th|er|\.|º)?(?: of| de)? {_MONTH},?(?: de)? {_YEAR}"
    rf"|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? {_YEAR})(?![\w/-]|[.,][0-9])"
)
_BIRTH = re.compile(
    rf"\b(?:{words.BIRTHS})(?:{_JOIN}|[ \u00a0:(-]){{0,3}}[ \u00a0]*(?P<value>{_DATE})",
    re.IGNORECASE,
)
_BORN_AFTER = re.compile(rf"(?<![\w./-])(?P<value>{_DATE}) do(?:ğ|g)umlu", re.IGNORECASE)
_SHORTEST = 4


def find_secrets(text: str) -> Iterator[Found]:
    """Yield passwords, codes of cards and accounts, and dates of birth."""
    lowered = text.lower()
    if any(hint in lowered for hint in _HINTS):
        for form in (_PASSWORD, _OWN_PASSWORD):
            yield from _passwords(form, text)
    if not any("0" <= character <= "9" for character in text):
        return
    if any(hint in lowered for hint in _LOGIN_HINTS):
        yield from _values("SECRET", _LOGIN, text)
    if any(hint in lowered for hint in _CODE_HINTS):
        yield from _values("SECRET", _NUMERIC, text)
    if any(hint in lowered for hint in _BIRTH_HINTS):
        yield from _values("BIRTHDATE", _BIRTH, text)
        yield from _values("BIRTHDATE", _BORN_AFTER, text)


def _passwords(form: re.Pattern[str], text: str) -> Iterator[Found]:
    for match in form.finditer(text):
        if match.groupdict().get("quoted"):
            yield _found("SECRET", text, *match.span("quoted"))
            continue
        start, raw = match.start("bare"), match["bare"].rstrip(_TRAILING)
        if _is_secret(raw):
            yield _found("SECRET", text, start, start + len(raw))


def _is_secret(raw: str) -> bool:
    """Tell a password from the next word of a sentence: digits, signs or capitals inside it."""
    inside = raw[1:].rstrip("!")
    marked = any(c.isdigit() for c in raw) or any(
        not (c.isalpha() or c in "-–—'’/.,") for c in inside
    )
    mixed = not raw.isupper() and any(c.isupper() for c in inside) and "-" not in raw
    return len(raw) >= _SHORTEST and (marked or mixed) and not _LENGTH.match(raw)


def _values(kind: str, form: re.Pattern[str], text: str) -> Iterator[Found]:
    for match in form.finditer(text):
        yield _found(kind, text, *match.span("value"))


def _found(kind: str, text: str, start: int, end: int) -> Found:
    return Found(kind, start, end, text[start:end])
