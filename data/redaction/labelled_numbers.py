"""Numbers that only the words beside them make private: bank accounts, sort codes, number plates.

An account of six digits looks like any other number. A word that only banks use makes it one;
"account" and its kin, which every shop has, need such a word nearby.
"""

import re
from collections.abc import Iterator

from data.redaction.found import Found

# Without one of these no pattern is tried; most messages hold none.
_HINTS = (
    "kont", "kto", "blz", "bankl", "bankv", "account", "acct", "sort", "routing", "compte", "rib",
    "guichet", "cuenta", "ccc", "conto", "c/c", "rekening", "rachun", "conta", "agência",
    "agencia", "nib", "hesa", "iban",
)  # fmt: skip
_PLATE_HINTS = (
    "plate", " reg", "vrm", "kennzei", "nummernsch", "plaque", "immatric", "matrícula",
    "matricula", "targa", "targat", "kenteken", "rejestrac", "nr rej", "placa", "plaka",
)  # fmt: skip
_OF_BANKS = (
    r"kontonummer|konto[- ]?nr|kto\.?(?:[- ]?n(?:umme)?r)?|(?:bank|giro|spar|gehalts)konto"
    r"(?:s|nummer)?|bank ?verbindung|blz|bankleitzahl"
    r"|sort[- ]?code|routing(?: transit)?|(?:bank|checking|current|savings) (?:account|acct)"
    r"|compte (?:bancaire|courant|chèques?)|coordonnées bancaires|rib|code (?:banque|guichet)"
    r"|cuenta (?:bancaria|corriente|de ahorros?)|ccc"
    r"|conto (?:corrente|bancario)|c/c|coordinate bancarie"
    r"|(?:bank)?rekening(?:nummer|nr)|bankrekening"
    r"|(?:numer\w*|nr) (?:konta|rachunku)|rachun\w+(?: bankow\w+)?|kont[oa] bankow\w+"
    r"|conta (?:bancária|bancaria|corrente|poupança|à ordem)|agência|nib"
    r"|banka hesab\w+|hesap (?:no|num\w+)|iban"
)
_OF_ANYBODY = r"account|acct|konto|compte|cuenta|conto|rekening|konta|conta|hesa(?:p|b)\w*"
_BANK = re.compile(
    r"\b(?:bank(?!noten)\w*|banqu\w+|banco\w*|bancari?[oa]?s?|banca|banka\w*|blz|sort[- ]?code|iban"
    r"|bic|swift|routing|lastschrift\w*|überweis\w+|ueberweis\w+|virement\w*|prélèvement\w*|transferencia"
    r"|domiciliaci\w+|bonific\w+|addebit\w+|overboek\w*|overma\w+|incasso|automatische incasso"
    r"|przel\w+|transferência|débito|havale\w*|eft|direct debit|wire|bacs|sepa|girocard)\b",
    re.IGNORECASE,
)
# Money goes to an account of a bank: "erstatten Sie auf Konto", "refund it to account".
_PAID_TO = re.compile(
    r"\b(?:refund|pay|repay|erstatt|zahl|überweis|rembours|vers|reembols|devolv|ingres|abon"
    r"|rimbors|accredit|terugbeta|terugstort|stort|zwr[oó]|wypła|reembols|deposit|iade|yatır|öde)"
    r"[^\n.!?]{0,60}\b(?:to|into|auf|sur|au|a la|en la|en mi|a mi|sul|sulla|al|op|na|para|na minha"
    r"|para a|à)"
    r"(?: (?:my|the|mein|das|mon|le|mi|la|mio|il|mijn|de|moje|minha|a|this|folgendes))? ?$",
    re.IGNORECASE,
)
_GAP = (
    r"(?:[\s:.#°º,()–-]|\b(?:number|no|nr|num|nummer|numer|numéro|número|numero|numara(?:m|sı)?|n"
    r"|is|ist|lautet|est|es|è|é|jest|to|the|de|di|der|my|and|und|et|y|e|ed|en|i|ve)\b){0,6}"
)
_NUMBER = r"(?P<value>[0-9](?:[ \u00a0./-]?[0-9]){5,11})(?![\w€$£%]|[.,:/-][0-9])"
_ACCOUNT = re.compile(
    rf"(?<![\w-])(?:(?P<bank>{_OF_BANKS})|(?P<any>{_OF_ANYBODY}))(?![^\W\d_]){_GAP}{_NUMBER}",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:[0-3]?[0-9][./-][01]?[0-9][./-](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[./-][01]?[0-9][./-][0-3]?[0-9])$"
)
_AMOUNT = re.compile(r"\s?(?:[€$£₺%]|(?:eur|usd|gbp|pln|zł|zl|tl|euros?|pounds?|dollars?)\b)", re.I)
_NEARBY = 80

_PLATE = re.compile(
    r"(?<![\w-])(?i:(?:number|licen[cs]e|reg(?:istration)?) plates?|plate (?:number|no\.?)|vrm"
    r"|(?:car|vehicle|van|my) reg(?:istration)?(?: number| no\.?)?"
    r"|(?:auto|kfz-?|nummern)?-?(?:kennzeichen|nummernschild)"
    r"|plaque(?: d'immatriculation)?|immatricul\w+|matr[ií]cula|targat[oa]|targa"
    r"|kenteken(?:nummer|plaat)?|(?:tablic\w+|numer\w*|nr) rej(?:estracyjn\w+|\.)|rejestracj\w+"
    r"|placa|plaka\w*)(?i:[\s:.,(]|\b(?:is|ist|lautet|est|es|è|é|jest|to|number|no|nr)\b){1,4}"
    r"(?P<value>[A-ZÄÖÜ0-9]{1,3}[ -]?[A-ZÄÖÜ0-9]{1,4}(?:[ -]?[A-Z0-9]{1,5}){0,2})(?![\w-])"
)
_SHORTEST_PLATE, _LONGEST_PLATE = 5, 9


def find_labelled_numbers(text: str) -> Iterator[Found]:
    """Yield numbers of bank accounts, sort codes and number plates with a word for them before."""
    lowered = text.lower()
    if any(hint in lowered for hint in _HINTS):
        yield from _accounts(text)
    if any(hint in lowered for hint in _PLATE_HINTS):
        yield from _plates(text)


def _accounts(text: str) -> Iterator[Found]:
    for found in _ACCOUNT.finditer(text):
        start, end = found.span("value")
        if _DATE.match(found["value"]) or _AMOUNT.match(text, end):
            continue
        if found["bank"] or _is_of_bank(text, found.start(), end):
            digits = "".join(c for c in found["value"] if c.isdigit())
            yield Found("IBAN", start, end, digits)


def _is_of_bank(text: str, start: int, end: int) -> bool:
    first = max(text.rfind("\n", 0, start) + 1, start - _NEARBY)
    last = text.find("\n", end)
    last = min(last if last >= 0 else len(text), end + _NEARBY)
    if _BANK.search(text, first, start) or _BANK.search(text, end, last):
        return True
    return _PAID_TO.search(text, first, start) is not None


def _plates(text: str) -> Iterator[Found]:
    for found in _PLATE.finditer(text):
        bare = "".join(c for c in found["value"] if c.isalnum())
        mixed = any(c.isdigit() for c in bare) and any(c.isalpha() for c in bare)
        if mixed and _SHORTEST_PLATE <= len(bare) <= _LONGEST_PLATE:
            yield Found("NATIONAL_ID", *found.span("value"), bare)
