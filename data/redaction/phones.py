"""Phone numbers: candidates by shape, validity by `phonenumbers`, doubt settled by context."""

import re
from collections.abc import Iterator, Sequence

from data.redaction.found import Found, words_before
from data.text.phrases import word_set

REGIONS: tuple[str, ...] = (
    "FR", "GB", "NL", "ES", "IT", "PL", "PT", "TR", "US", "DE", "AT", "CH", "BE", "BR", "IE", "MX",
)  # fmt: skip
"""Countries of the supported languages; the ones that accept nearly anything come late."""

_GAP = r"[ \u00a0\u202f\u2009().\-–/]{0,3}"
_CANDIDATE = re.compile(
    rf"(?<![\w#€$£+])(?<![0-9][.,/:\-–])(?:\+ ?|\()?[0-9](?:{_GAP}[0-9]){{6,14}}"
    r"(?![\w@%€]|[,.:/-][0-9])"
)
_GROUP = re.compile(r"[0-9]+")
_CALL_WORDS = word_set(
    """
    tel tél telf tlf tfno telephone phone mobile cell call ring text whatsapp sms fax reach
    durchwahl portable joindre joignable fijo contacto cellulare telefono recapito bel bellen gsm
    kom telemóvel celular telm tlm cep hotline viber signal telegram numaram ligar ligue liguem
    ligar-me liguem-me ligue-me ligam contact kontakt contato contatto dial landline callback
    rufnummer festnetz mobilfunk festnetznummer fixe fisso fixo cel celu zap zapzap whats wpp pix
    chama chamar chame ligação telefonnr handynr komórkowy komórkowego stacjonarny stacjonarnego
    hattım telefonum telefonu cebim móvil movil mobiel sms'em imessage facetime telefoonnummer
    belnummer ligá-la ligá-lo numéro-portable tel's
    """
)
_CALL_BEGINNINGS = (
    "telefon", "handy", "mobil", "anruf", "angerufen", "rückruf", "zurückruf", "rufen", "erreich",
    "téléphon", "appel", "rappel", "teléfon", "móvil", "llam", "chiam", "richiam", "terugbel",
    "bereik", "mobiel", "zadzwo", "dzwo", "oddzwo", "komórk", "ulaş", "arayı", "arama", "arar",
)  # fmt: skip
_OWN = frozenset(["my", "mein", "meine", "mon", "mi", "mio", "mijn", "mój", "meu", "meiner"])
_NUMBER = frozenset(["number", "nummer", "numéro", "número", "numero", "numer"])
_DATE = re.compile(
    r"(?:[0-3]?[0-9][./-][01]?[0-9][./-](?:19|20)?[0-9]{2}|(?:19|20)[0-9]{2}[./-][01]?[0-9][./-][0-3]?[0-9])"
    r"(?![0-9]|[./-][0-9])"
)
# How people write national numbers that start with another digit than 0.
_GROUPED = re.compile(
    r"\(?[2-9][0-9]{2}\)?[ .\-][0-9]{3}[ .\-][0-9]{4}$|\([1-9][0-9]\) ?[0-9]{4,5}[ \-][0-9]{4}$"
    r"|[5-9][0-9]{2}[ -][0-9]{3}[ -][0-9]{3}$|[6-9][0-9]{2}(?: [0-9]{2}){3}$"
    r"|3[2-9][0-9] [0-9]{2,3} [0-9]{2} [0-9]{2,3}$"
    r"|[1-9][0-9] [0-9]{3} [0-9]{2} [0-9]{2}$"
)
_LONGEST = 15


def find_phones(text: str, region: str | None = None) -> Iterator[Found]:
    """Yield phone numbers.

    A number in international form, or in national form starting with 0, counts when
    `phonenumbers` finds it possible or valid. Any other needs a word such as "call" before it,
    a region, or the grouping of a phone number.

    Parameters
    ----------
    text : str
        Any text.
    region : str or None
        ISO 3166 code of the customer, tried first.
    """
    for candidate in _CANDIDATE.finditer(text):
        start, end = candidate.span()
        for first, last in _trims(text, start, end):
            if _is_phone(text, first, last, region):
                digits = "".join(_GROUP.findall(text[first:last]))
                # The last nine are the same with and without the country's prefix.
                yield Found("PHONE", first, last, digits[-9:])
                break


def _trims(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the candidate, then shorter ones: a neighbouring number may stick to it."""
    yield start, end
    groups = [match.span() for match in _GROUP.finditer(text, start, end)]
    for count in range(len(groups) - 1, max(0, len(groups) - 4), -1):
        yield start, groups[count - 1][1]
    if len(groups) > 1 and text[groups[1][0] - 1].isspace():
        yield groups[1][0], end


def _is_phone(text: str, start: int, end: int, region: str | None) -> bool:
    raw = text[start:end]
    digits = "".join(_GROUP.findall(raw))
    if not 7 <= len(digits) <= _LONGEST or _DATE.match(raw):
        return False
    if raw[0] == "+":
        return _holds("+" + digits, (None,), strict=False)
    if digits.startswith("00"):
        return digits[2] != "0" and len(digits) >= 11 and _holds("+" + digits[2:], (None,))
    regions = (region.upper(), *REGIONS) if region else REGIONS
    called = _is_called(text, start)
    if digits[0] == "0":
        return (called or 9 <= len(digits) <= 12) and _holds(raw, regions)
    if called:
        return _holds(raw, regions)
    if region and len(digits) >= 8 and _holds(raw, (region.upper(),)):
        return True
    return _GROUPED.match(raw) is not None and _holds(raw, regions)


def _is_called(text: str, at: int) -> bool:
    """Tell whether a word for calling, or "my number", stands before a place."""
    before = words_before(text, at)
    if any(word in _CALL_WORDS or word.startswith(_CALL_BEGINNINGS) for word in before):
        return True
    return not _NUMBER.isdisjoint(before) and not _OWN.isdisjoint(before)


def _holds(raw: str, regions: Sequence[str | None], *, strict: bool = True) -> bool:
    """Tell whether a number is valid (or just possible) in one of the regions."""
    import phonenumbers

    check = phonenumbers.is_valid_number if strict else phonenumbers.is_possible_number
    for region in regions:
        try:
            if check(phonenumbers.parse(raw, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
