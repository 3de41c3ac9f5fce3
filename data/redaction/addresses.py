"""Postal street addresses with a house number, in the forms of nine languages."""

import re
from collections.abc import Iterator

from data.redaction.found import Found
from data.text.phrases import word_set

_U = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞİĹŁŃŇŌŐŒŔŘŚŞŠŤŪŮŰŹŻŽ"
_CAP = rf"[{_U}][\w'’.\-]{{0,40}}"
_TOWN = rf"[{_U}][\w'’]{{0,40}}"
_WORDS = rf"[{_U}][^\W\d_'’.\-]{{1,40}}"
_CITY = rf"{_TOWN}(?:[ /\-]{_TOWN}){{0,3}}"
_SMALL = (
    r"(?:de|du|des|del|della|dell|delle|dei|degli|di|da|do|dos|das|la|le|les|las|los|el|lo|van|von"
    r"|der|den|het|the|of|al|alla|y|e|et)"
)
_NAME = rf"(?:(?:{_SMALL} |[dlDL]['’]){{0,3}}(?:{_CAP}|[IVX]+|[0-9]{{1,2}}(?= ))[ ]?){{1,5}}"
_TAIL = (
    rf"(?:,? {{0,2}}(?:[0-9]{{5}}(?:-[0-9]{{3}})?|[0-9]{{4}}-[0-9]{{3}}|[0-9]{{2}}-[0-9]{{3}})"
    rf"(?: {_CITY})?)?"
)
_FLAT = (
    r"(?:,? ?(?:[0-9]{1,2}\.?[ºª°] ?(?:[A-Za-z]|Esq\.?|Dto\.?|Dir\.?|[Ii]zda?\.?|[Dd]cha\.?)?"
    r"|(?:m|D|Daire|[Kk]at|int|interno|piso|apt|apto)\.?:? ?[0-9]{1,4})){0,2}"
)
_NUMBER = r"[0-9]{1,4}(?:[ ]?[a-zA-Z](?![\w.:]))?(?:/[0-9A-Za-z]{1,4})?"

_FORMS = tuple(
    re.compile(form)
    for form in (
        # 14 Larkspur Close, Leeds LS8 2QT
        rf"(?:(?:Flat|Apt|Apartment|Unit|Suite) [0-9]{{1,4}}[A-Za-z]?,? )?"
        rf"(?<![\w/.-])[0-9]{{1,5}}[A-Za-z]?,? (?:{_CAP} ){{1,4}}(?:Street|St|Road|Rd|Avenue|Ave"
        rf"|Lane|Ln|Drive|Dr|Close|Court|Ct|Crescent|Boulevard|Blvd|Way|Place|Pl|Square|Sq"
        rf"|Terrace|Gardens|Grove|Mews|Row|Parade|Highway|Hwy)\b\.?"
        rf"(?:,? (?:Apt|Apartment|Flat|Unit|Suite)\.? ?\w{{1,5}})?"
        rf"(?:, {_WORDS}(?: {_WORDS}){{0,2}})?(?:,? [A-Z]{{2}}(?!\w))?"
        rf"(?:,? (?:[0-9]{{5}}(?:-[0-9]{{4}})?"
        rf"|[A-Z]{{1,2}}[0-9][A-Z0-9]? ?[0-9][A-Z]{{2}}))?(?!\w)",
        # 8 bis rue des Tilleuls, 69003 Lyon
        rf"(?<![\w/.-])[0-9]{{1,4}}(?: ?(?:bis|ter|quater|[A-D]))?,? (?:[Rr]ue|[Aa]venue|[Aa]v\.?"
        rf"|[Bb]oulevard"
        rf"|[Bb]d\.?|[Pp]lace|[Cc]hemin|[Aa]llée|[Ii]mpasse|[Qq]uai|[Rr]oute|[Cc]ours|[Ss]quare|[Pp]assage"
        rf"|[Ff]aubourg|[Cc]ité) {_NAME}{_TAIL}",
        # Calle de los Olmos, 31, 28012 Madrid; Via Garibaldi 112; Rua das Amoreiras, 74
        rf"(?<!\w)(?:Calle|C/|C\.|Avda\.?|Avenida|Av\.|Plaza|Pza\.?|Paseo|Camino|Carretera|Ronda|Travesía|Glorieta"
        rf"|[Vv]ia|[Vv]iale|V\.le|[Pp]iazza|Piazzale|P\.zza|[Cc]orso|C\.so|[Ll]argo|Vicolo|Strada|Rua|R\.|Travessa|Praça"
        rf"|Estrada|Alameda|Calçada) {_NAME},? ?(?:n\.?[º°]? ?|núm\.? ?)?{_NUMBER}{_FLAT}{_TAIL}",
        # ul. Kwiatowa 12/4, 00-950 Warszawa
        rf"(?<!\w)(?:ul\.|[Uu]lic[aiyę]|al\.|[Aa]lej[aeię]|os\.|[Oo]siedl[eu]|pl\.|[Pp]lac[u]?) "
        rf"{_NAME}{_NUMBER}{_FLAT}{_TAIL}",
        # Çınar Mah. Lale Sok. No: 15 D: 3, 34710 Kadıköy/İstanbul
        rf"(?<!\w)(?:{_CAP} ){{1,3}}(?:(?:Mah|Cad|Sok|Sk|Blv)\.|Mahallesi|Caddesi|Sokak|Sokağı"
        rf"|Bulvarı|Bulvar)"
        rf"(?:,? (?:{_CAP} ){{1,3}}(?:(?:Mah|Cad|Sok|Sk|Blv)\.|Mahallesi|Caddesi|Sokak|Sokağı"
        rf"|Bulvarı))?"
        rf",? ?(?:[Nn]o ?[:.]? ?)?{_NUMBER}{_FLAT}{_TAIL}",
        # Lindenstraße 27a, 50674 Köln; Prinsengracht 418, 1016 JC Amsterdam
        rf"(?<!\w)(?:{_CAP} ){{0,2}}(?:[{_U}][\w\-]{{1,40}})?(?:[Ss]traße|[Ss]trasse|[Ss]tr\."
        rf"|[Gg]asse|[Aa]llee|[Pp]latz"
        rf"|weg|[Dd]amm|ufer|straat|laan|gracht|plein|kade|singel|dijk|steeg) "
        rf"[0-9]{{1,4}}(?:[ -]?[a-zA-Z]{{1,3}}(?!\w))?"
        rf"(?:,? (?:[0-9]{{5}}|[0-9]{{4}} ?[A-Z]{{2}}) {_CITY})?",
        # Am Alten Markt 4, 18055 Rostock; Laan van Meerdervoort 210, 2517 BG Den Haag
        rf"(?<!\w){_CAP} (?:(?:{_SMALL}|{_CAP}) ){{0,4}}[0-9]{{1,4}}(?:[ -]?[a-zA-Z]{{1,3}}(?!\w))?"
        rf",? (?:[0-9]{{5}}|[0-9]{{4}} ?[A-Z]{{2}}) {_CITY}",
    )
)
_KEYWORDS = word_set(
    """
    street st road rd avenue ave lane ln drive dr close court ct crescent boulevard blvd way place
    pl square sq terrace gardens grove mews row parade highway hwy rue av bd chemin allée impasse
    quai route cours passage faubourg cité calle c avda avenida plaza pza paseo camino carretera
    ronda travesía glorieta via viale v p corso piazza piazzale largo vicolo strada rua r travessa
    praça estrada alameda calçada ul ulica ulicy ulicę al aleja alei aleję aleje os osiedle
    osiedlu plac placu mah mahallesi cad caddesi sok sokak sokağı bulvarı bulvar blv sk str platz
    weg damm
    """
)
_KEY_ENDINGS = (
    "straße", "strasse", "str", "gasse", "allee", "platz", "weg", "damm", "ufer", "straat", "laan",
    "gracht", "plein", "kade", "singel", "dijk", "steeg",
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_POSTCODE = re.compile(r"[0-9][ \-a-zA-Z]{0,4},? (?:[0-9]{5}|[0-9]{4} ?[A-Z]{2}) [^\W\d_]")


def find_addresses(text: str) -> Iterator[Found]:
    """Yield street addresses: street and house number, with postcode and town where given."""
    if not _may_hold_street(text):
        return
    for form in _FORMS:
        for match in form.finditer(text):
            raw = match[0].rstrip(" .,")
            value = " ".join(raw.casefold().replace(",", " ").split())
            yield Found("ADDRESS", match.start(), match.start() + len(raw), value)


def _may_hold_street(text: str) -> bool:
    """Tell quickly whether a look with the slow patterns is worth it."""
    words = {word.casefold() for word in _WORD.findall(text)}
    if not words.isdisjoint(_KEYWORDS) or any(word.endswith(_KEY_ENDINGS) for word in words):
        return True
    return _POSTCODE.search(text) is not None
