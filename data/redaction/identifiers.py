"""Bank accounts, payment cards and national numbers, by shape and check digit."""

import re
from collections.abc import Callable, Iterator

from data.redaction import checksums
from data.redaction.found import Found, preceded_by
from data.text.phrases import fold

_SPACE = " \u00a0\u202f\u2009"
_IBAN_START = re.compile(rf"(?<![^\W_])[A-Za-z]{{2}}[0-9]{{2}}(?=[{_SPACE}-]?[A-Za-z0-9])")
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BR": 29, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20,
    "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18,
    "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27,
    "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25,
    "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31,
    "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26,
    "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
# A wrong check digit, or no country, is a slip of the pen where a word for an account stands.
_ACCOUNT_WORDS = re.compile(
    r"\b(?:iban|account|kont\w{0,4}|bankverbindung|compte|rib|cuenta|ccc|conto|rekening\w*|rachun\w*"
    r"|conta|hesa\w*|nib|nrb)\b[^\n]{0,40}$",
    re.IGNORECASE,
)
_BARE_ACCOUNT = re.compile(r"(?<![\w+])[0-9]{2}(?:[ \u00a0-]?[0-9]{2,4}){4,7}(?!\w)")
_GROUPED_ACCOUNT = re.compile(r"[0-9]{2}(?: [0-9]{4}){4,6}(?: [0-9]{1,4})?$")

_COUNTRIES_BY_LENGTH: dict[int, tuple[str, ...]] = {}
for _country, _length in _IBAN_LENGTHS.items():
    _COUNTRIES_BY_LENGTH[_length] = (*_COUNTRIES_BY_LENGTH.get(_length, ()), _country)

_CARD_START = re.compile(r"(?<![\w+])(?<![0-9][-/.,])[2-6][0-9]{3}(?=[ \u00a0-]?[0-9])")
# Four by four, beside a word for a card: a card, even if a digit was mistyped.
_CARD_SHAPE = re.compile(
    r"(?<![\w+])(?<![0-9][-/.,])(?:[2-6][0-9]{3}(?:[ \u00a0-][0-9]{4}){3}"
    r"|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})(?![\w-])"
)
# Any one sign between the groups; a check digit must be right.
_CARD_APART = re.compile(
    r"(?<![\w+])(?<![0-9][-/.,])(?:"
    r"[2-6][0-9]{3}(?P<four>[ \u00a0]?[./,_·–—-][ \u00a0]?|[ \u00a0]{2,3})"
    r"[0-9]{4}(?P=four)[0-9]{4}(?P=four)[0-9]{4}"
    r"|3[47][0-9]{2}(?P<six>[ \u00a0]?[./,_·–—-][ \u00a0]?)[0-9]{6}(?P=six)[0-9]{5})"
    r"(?!\w|[./,_-][0-9])"
)
_CARD_WORDS = re.compile(
    r"(?:\b(?:card|visa|mastercard|maestro|amex|credit|debit|kreditkarte\w*|karte\w*|kartennummer"
    r"|carte|cb|tarjeta|carta|kaart\w*|creditcard\w*|kart\w{0,6}|cartão|cartao)\b[^0-9]{0,160}$)",
    re.IGNORECASE,
)
_EXPIRY = re.compile(
    r"[^0-9\n]{1,40}(?:0[1-9]|1[0-2]) ?/ ?(?:20)?[2-4][0-9](?!\w)|[^0-9\n]{0,20}(?:cvv|cvc)\b",
    re.IGNORECASE,
)
_CARD_BRANDS = (
    (re.compile(r"4"), (16, 13, 19)),
    (re.compile(r"5[1-5]|2(?:2[2-9]|[3-6]|7[01]|720)"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"3(?:0[0-5]|[689])"), (14,)),
    (re.compile(r"35(?:2[89]|[3-8])"), (16,)),
    (re.compile(r"6(?:011|4[4-9]|5)"), (16,)),
    (re.compile(r"62"), (16, 17, 18, 19)),
    (re.compile(r"50[1-9]|5[6-8]|63[0-9]|67"), (16, 18, 19)),
)

# The usual cards of banks: of other numbers as long, one in fifty passes.
_BANK_CARD = re.compile(
    r"(?:4[0-9]{15}|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|3[47][0-9]{13})"
)

_SOCIAL_WORDS = re.compile(
    r"\b(?:ssn|social security|national insurance|nino|ni (?:number|no)|itin|tax (?:id|number)"
    r"|steuer[\w\-]*|idnr|sozialversicherungs\w*|ausweis\w*|personalausweis\w*|reisepass\w*|passport"
    r"|sécurité sociale|sécu\b|nir|passeport|carte d'identité|dni|nif|nie|pasaporte|codice fiscale"
    r"|c\.f\.|carta d'identità|passaporto|bsn|burgerservice\w*|sofi\w*|paspoort\w*|rijbewijs\w*"
    r"|pesel|dow[oó]d\w*|paszport\w*|contribuinte|cartão de cidadão|cpf|passaporte|tckn"
    r"|t\.?c\.? ?kimlik|kimlik|pasaport\w*|personnummer\w*"
    r"|driving licen[cs]e|driver'?s? licen[cs]e)\b",
    re.IGNORECASE,
)
_SOCIAL_BEGINNINGS = (
    "ssn", "social", "national", "nino", "itin", "tax", "steuer", "idnr", "sozialvers",
    "ausweis", "personalausw", "reisepass", "passp", "sécu", "nir", "carte", "dni", "nif",
    "pasap", "codice", "carta", "passa", "bsn", "burgers", "sofi", "paspoort", "rijbew",
    "pesel", "dowo", "dowó", "paszp", "contrib", "cartão", "cpf", "tckn", "kimlik", "driv",
    "personn",
)  # fmt: skip
_SHORT_SOCIAL = frozenset({"ni", "nie", "tc", "c", "t"})
_WORD = re.compile(r"[^\W\d_]+")
_LABELLED = re.compile(
    r"(?:[\s:.#°º,\-–(]|\b(?:number|numéro|número|numero|nummer|numer|numaram|numarası|no|nr|num|id|is"
    r"|n|est|ist|lautet|es|è|é|jest|to|le|el|il|o|um|mijn|mój)\b){0,9}"
    r"(?P<value>[A-Za-z0-9](?:[ .\-]?[A-Za-z0-9]){5,17})(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def find_identifiers(text: str, region: str | None = None) -> Iterator[Found]:
    """Yield bank accounts, cards and national numbers; they may overlap.

    Parameters
    ----------
    text : str
        Any text.
    region : str or None
        ISO 3166 code; numbers of nine digits whose check digit is right by chance too often
        (Dutch BSN, Portuguese NIF) count without a word for them only in their own country.
    """
    yield from _ibans(text)
    yield from _cards(text)
    yield from _national_ids(text, region)


def is_bank_card(digits: str) -> bool:
    """Tell whether digits are a Visa, Mastercard or American Express number, check included."""
    return _BANK_CARD.fullmatch(digits) is not None and checksums.is_luhn(digits)


def _ibans(text: str) -> Iterator[Found]:
    for start in _IBAN_START.finditer(text):
        length = _IBAN_LENGTHS.get(start[0][:2].upper())
        taken = _take(text, start.start(), length) if length else None
        if taken is None:
            continue
        end, iban = taken
        if checksums.is_iban(iban) or preceded_by(text, start.start(), _ACCOUNT_WORDS, within=60):
            yield Found("IBAN", start.start(), end, iban)
    yield from _bare_accounts(text)


def _bare_accounts(text: str) -> Iterator[Found]:
    """Yield accounts whose two letters for the country were left out."""
    for found in _BARE_ACCOUNT.finditer(text):
        digits = _bare(found[0])
        countries = _COUNTRIES_BY_LENGTH.get(len(digits) + 2, ())
        right = next((c for c in countries if checksums.is_iban(c + digits)), None)
        named = preceded_by(text, found.start(), _ACCOUNT_WORDS, within=60)
        if named and (right or _GROUPED_ACCOUNT.match(found[0])):
            yield Found("IBAN", found.start(), found.end(), (right or "") + digits)
        elif right == "PL":  # 26 digits with their check right by chance are no phone or card
            yield Found("IBAN", found.start(), found.end(), right + digits)


def _take(text: str, start: int, length: int) -> tuple[int, str] | None:
    """Return the end and the bare form of ``length`` letters and digits from ``start``."""
    bare: list[str] = []
    at = start
    while len(bare) < length:
        if at < len(text) and bare and text[at] in "- \u00a0\u202f\u2009":
            at += 1
        if at >= len(text) or not (text[at].isascii() and text[at].isalnum()):
            return None
        bare.append(text[at].upper())
        at += 1
    if at < len(text) and text[at].isalnum():
        return None
    return at, "".join(bare)


def _cards(text: str) -> Iterator[Found]:
    for start in _CARD_START.finditer(text):
        for prefix, lengths in _CARD_BRANDS:
            if prefix.match(text, start.start()) is None:
                continue
            for length in lengths:
                taken = _take(text, start.start(), length)
                if taken and taken[1].isdigit() and checksums.is_luhn(taken[1]):
                    yield Found("CARD", start.start(), taken[0], taken[1])
                    break

    for found in _CARD_APART.finditer(text):
        if is_bank_card(_bare(found[0])):
            yield Found("CARD", found.start(), found.end(), _bare(found[0]))
    for found in _CARD_SHAPE.finditer(text):
        named = preceded_by(text, found.start(), _CARD_WORDS, within=180)
        if named or _EXPIRY.match(text, found.end()):
            yield Found("CARD", found.start(), found.end(), _bare(found[0]))


_S = rf"[{_SPACE}.\-]?"
_Check = Callable[[str], bool]
_STRONG: tuple[tuple[re.Pattern[str], _Check], ...] = (
    (
        re.compile(
            rf"(?<!\w)[1-478]{_S}[0-9]{{2}}{_S}(?:0[1-9]|1[0-2]|[2-9][0-9]){_S}(?:[0-9]{{2}}|2[AB])"
            rf"{_S}[0-9]{{3}}{_S}[0-9]{{3}}{_S}[0-9]{{2}}(?!\w)"
        ),
        checksums.is_nir,
    ),
    (
        re.compile(rf"(?<![\w+])[1-9][0-9](?:{_S}[0-9]{{3}}){{3}}(?!\w)"),
        lambda n: checksums.is_steuer_id(n) or checksums.is_pesel(n) or checksums.is_tckn(n),
    ),
    (
        re.compile(rf"(?<![\w+])[0-9]{{3}}(?:{_S}[0-9]{{3}}){{2}}{_S}[0-9]{{2}}(?!\w)"),
        lambda n: checksums.is_pesel(n) or checksums.is_tckn(n) or checksums.is_cpf(n),
    ),
    (
        re.compile(
            rf"(?<!\w)(?:[0-9]{{8}}|[XYZxyz]{_S}[0-9]{{7}}){_S}[A-HJ-NP-TV-Za-hj-np-tv-z](?!\w)"
        ),
        checksums.is_dni,
    ),
    (
        re.compile(
            rf"(?<!\w)[A-Za-z]{{3}}{_S}[A-Za-z]{{3}}{_S}[0-9L-Vl-v]{{2}}[A-EHLMPRSTa-ehlmprst]"
            rf"[0-9L-Vl-v]{{2}}{_S}[A-Za-z][0-9L-Vl-v]{{3}}{_S}[A-Za-z](?!\w)"
        ),
        checksums.is_codice_fiscale,
    ),
    (
        re.compile(r"(?<![\w+./-])(?:19|20)?[0-9]{6}[-+][0-9]{4}(?![\w-])"),
        checksums.is_personnummer,
    ),
)
_WEAK = re.compile(rf"(?<![\w+])[0-9]{{3}}{_S}[0-9]{{3}}{_S}[0-9]{{3}}(?!\w)")
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w-])")
_NINO = re.compile(
    r"(?<!\w)(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
    r"(?: [0-9]{2} [0-9]{2} [0-9]{2} |[0-9]{6})[A-D](?!\w)"
)


def _national_ids(text: str, region: str | None) -> Iterator[Found]:
    for shape, is_right in _STRONG:
        for match in shape.finditer(text):
            if is_right(_bare(match[0])):
                yield _national(match.start(), match.end(), match[0])
    for shape in (_SSN, _NINO):
        for match in shape.finditer(text):
            yield _national(match.start(), match.end(), match[0])
    weak = {"NL": checksums.is_bsn, "PT": checksums.is_nif}.get((region or "").upper())
    for match in _WEAK.finditer(text) if weak else ():
        if weak and weak(_bare(match[0])):
            yield _national(match.start(), match.end(), match[0])
    for label in _labels(text):
        number = _LABELLED.match(text, label.end())
        if number and _is_number(number["value"]):
            start = number.start("value")
            end = start + _numeric_part(number["value"])
            yield _national(start, end, text[start:end])


def _labels(text: str) -> Iterator[re.Match[str]]:
    """Yield the words for a national number; the pattern with all of them is slow."""
    words = (fold(word) for word in _WORD.findall(text))
    if any(word in _SHORT_SOCIAL or word.startswith(_SOCIAL_BEGINNINGS) for word in words):
        yield from _SOCIAL_WORDS.finditer(text)


def _national(start: int, end: int, raw: str) -> Found:
    return Found("NATIONAL_ID", start, end, _bare(raw))


def _bare(raw: str) -> str:
    return "".join(c for c in raw if c.isalnum()).upper()


def _is_number(value: str) -> bool:
    first = value.split(" ")[0]
    starts = any(c.isdigit() for c in first) or (first.isupper() and len(first) <= 3)
    return starts and sum(c.isdigit() for c in value) >= 6


def _numeric_part(value: str) -> int:
    """Return the length up to the last word that belongs to the number, not to the sentence."""
    words = value.split(" ")
    while words[-1].isalpha() and (len(words[-1]) > 1 or words[-1].islower()):
        words.pop()
    return len(" ".join(words))
