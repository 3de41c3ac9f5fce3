"""Mail addresses, names on networks, web addresses that carry a secret, and IP addresses."""

import ipaddress
import re
from collections.abc import Iterator

from data.redaction.found import Found, preceded_by
from data.redaction.personal_urls import is_personal

_EMAIL = re.compile(
    r"(?<![\w.%+\-])\w[\w.%+'’\-]{0,63}(?:@| ?[\[(](?:at|arroba|chiocciola|małpa)[\])] ?)"
    r"(?:\w[\w\-]{0,62}(?:\.| ?[\[(](?:dot|punkt|punto|ponto|kropka)[\])] ?)){1,8}"
    r"[^\W\d_]{2,24}(?![\w@])",
    re.IGNORECASE,
)
_MENTIONS_AT = re.compile(r"@|[\[(](?:at|arroba|chiocciola|małpa)[\])]", re.IGNORECASE)

# A name on a network; that of a firm has hardly ever a digit or a point in it.
_HANDLE = re.compile(
    r"(?<![\w.@/%+\-])@(?=[A-Za-z][\w.]{1,29}(?![\w@]))(?=[A-Za-z_]{1,29}[0-9.][\w])[\w.]*\w"
)
_OWN_HANDLE = re.compile(
    r"\b(?:insta(?:gram)?|twitter|tiktok|snap(?:chat)?|telegram|threads|bluesky|handle|username"
    r"|my|mein|mon|mi|mio|mijn|mój|meu|i am|i'm|ich bin|je suis|soy|sono|ik ben|jestem|sou)"
    r"(?: (?:is|ist|est|es|è|jest|é|account|profil\w*|name))?[ :]{0,3}"
    r"(@[A-Za-z][\w.]{1,28}\w)(?![@\w])",
    re.IGNORECASE,
)

_URL = re.compile(
    r"(?<![\w@.\-])(?:[a-z][a-z0-9+.\-]{1,15}://|www\.|(?:[a-z0-9\-]{1,40}\.){1,4}[a-z]{2,12}/)"
    r"[^\s<>\"'\x00]{1,4000}+",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}»”’…"
_USER = re.compile(r"^[^/]*//[^/@]+@|%40|^[^?#]*/(?:eyJ[\w\-]+\.[\w\-]+)")
_SECRET_KEY = re.compile(
    r"[?&#;/](?:[\w.\-\[\]]{0,30}?(?:token|signature|session|password|passwd|passwort|secret|apikey|api_key"
    r"|api-key|credential|jwt|otp|magic)[\w\[\]]{0,12}|(?:x-amz-)?sig|key|auth|authorization|sid|sessid|phpsessid"
    r"|jsessionid|code|pin|pwd|pass|pw|hmac|access|sso|bearer|nonce|invite|email|e-?mail|mail|phone|tel)=[^&#\s]",
    re.IGNORECASE,
)

_IPV4 = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w]|\.[0-9])")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE)
_IP_WORDS = re.compile(r"\bip(?:v4)?\b[^\d\n]{0,20}$", re.IGNORECASE)
_VERSION_WORDS = re.compile(
    r"(?:\bv\.? ?$|(?:\bversion\w*|\bwersj\w+|\bversión|\bversão|\bversione|\bversie|\bsürüm\w*"
    r"|\bfirmware|\bbuild|\brelease|\bupdate|\bchrome|\bfirefox|\bapp|\bdriver|\btreiber|\bsoftware)[\s:.,/\w]{0,12}$)",
    re.IGNORECASE,
)


def find_links(text: str) -> Iterator[Found]:
    """Yield mail and IP addresses, names on networks, web addresses of or for one person.

    Addresses of help pages and products are not personal and are left alone.
    """
    if "/" in text or "www." in text:
        for found in _URL.finditer(text):
            url = found[0].rstrip(_TRAILING)
            if _USER.search(url) or _SECRET_KEY.search(url) or is_personal(url):
                yield Found("URL", found.start(), found.start() + len(url), url)
    if _MENTIONS_AT.search(text):
        for found in _EMAIL.finditer(text):
            yield Found("EMAIL", found.start(), found.end(), found[0].casefold())
        for found in _HANDLE.finditer(text):
            yield Found("URL", found.start(), found.end(), found[0].casefold())
        for found in _OWN_HANDLE.finditer(text):
            yield Found("URL", *found.span(1), found[1].casefold())
    for found in _IPV4.finditer(text):
        if not _is_version(text, found.start()) and _is_address(found[0]):
            yield Found("IP", found.start(), found.end(), found[0])
    if text.count(":") > 1:
        for found in _IPV6.finditer(text):
            if len(found[0]) > 4 and _is_address(found[0]):
                yield Found("IP", found.start(), found.end(), found[0].casefold())


def _is_version(text: str, at: int) -> bool:
    named = preceded_by(text, at, _IP_WORDS, within=24)
    return not named and preceded_by(text, at, _VERSION_WORDS, within=24)


def _is_address(raw: str) -> bool:
    """Tell whether a text is an IP address of a machine other than one's own."""
    try:
        address = ipaddress.ip_address(raw)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)
