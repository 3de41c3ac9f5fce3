"""Postal addresses: a street and a number, and all that belongs to them.

One grammar for nine languages and some twenty countries: the street with its house number is
found first, then the house before it and the flat, postcode, town and country after it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from data.redaction import address_words as words
from data.redaction.everyday import is_word
from data.redaction.found import Found
from data.redaction.gazetteer import is_first
from data.redaction.listed_names import is_german
from data.text.phrases import fold, word_set

_U = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞİĹŁŃŇŌŐŒŔŘŚŞŠŤŪŮŰŹŻŽ"
_CAP = rf"[{_U}][^\W\d_]{{0,30}}(?:['’.\-][^\W\d_]{{1,30}})*"
_SMALL = (
    r"(?:de|du|des|del|della|delle|dei|degli|di|da|do|dos|das|la|le|les|las|los|el|lo|van|von"
    r"|der|den|dem|het|the|of|al|alla|y|e|et|am|an|im|in|zu|zum|zur|aan|op|ter|ten|te|'s|nad|pod"
    r"|i|upon|on|sur|sous|en|bei|ob|auf)"
)
_NUMBER = (
    r"(?:[0-9]{1,5}(?: ?[-–/] ?[0-9]{1,4}){0,3}(?:[ ]?[a-zA-Z](?![\w.:]))?"
    r"(?:/[0-9A-Za-z]{1,4}){0,3}"
    r"(?: ?(?:bis|ter|quater)\b)?)"
)
_NO = (
    r"(?:[Nn](?:[.º°o]|r|um|úm|o)?[.º°:]{0,2} ?|#|№ ?|[Nn]umer |[Nn]úmero |[Hh]ausnummer "
    r"|[Hh]uisnummer |[Ll]ote |[Ll]t\.? )"
)


def _any(options: tuple[str, ...]) -> str:
    """Return the alternatives, longest first, in small letters and with a capital."""
    forms = {form for option in options for form in (option, option[:1].upper() + option[1:])}
    return "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))


# "al", "os" and "c" are everyday words as well: a point makes them a street.
_LONG_STREETS = _any(tuple(w for w in words.STREETS_BEFORE if len(w) > 2 or w in words.SURE_SHORT))
_SHORT_STREETS = _any(tuple(w for w in words.STREETS_BEFORE if len(w) <= 2))
_RANKS = r"(?:gen|św|ks|dr|prof|gral|mal|płk|kard|bp|abp|adm|kap|sta|sto|pe|eng|cnel|tte|dott|mons)"
_STREET_NAME = (
    rf"(?:(?:{_SMALL} |[dlDL]['’]|{_RANKS}\. )*(?:{_CAP}|[IVX]+|[0-9]{{1,2}}(?:er|º|°)?(?= ))"
    rf"\.?[ ]?){{1,5}}"
)
_CITY = (
    rf"(?:['’]s-)?{_CAP}"
    rf"(?:(?:[ /\-]|[ ]?/[ ]?)(?:{_SMALL}[ \-]|['’]s[ -]|[dlDL]['’]){{0,2}}{_CAP}){{0,4}}"
    rf"(?: (?:CEDEX|Cedex)(?: [0-9]{{1,2}})?)?(?: [0-9]{{1,2}}(?!\w))?"
)
_CODE_BEFORE = (
    r"(?:(?:C\.?P\.?|CEP|CAP|PLZ|kod|PIN)[ :]{1,2})?"
    r"(?:(?:[A-Z]{1,2}-)?(?:[0-9]{5}(?:-[0-9]{3,4})?|[0-9]{4}-[0-9]{3}|[0-9]{2}-[0-9]{3}"
    r"|[0-9]{4}(?: ?[A-Z]{2}(?!\w))?|[0-9]{3} [0-9]{2}|[0-9]{6}))"
)
_CODE_AFTER = (
    r"(?:[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z][0-9][0-9W] ?[A-Z0-9]{4}"
    r"|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|(?:[A-Z]{2,3} )?(?:[0-9]{5}(?:-[0-9]{3,4})?|[0-9]{6})"
    r"|[0-9]{2}-[0-9]{3}|[0-9]{4}-[0-9]{3}|(?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT) [0-9]{4})(?![\w])"
)
_ORDINAL = (
    r"(?:[0-9]{1,2}(?:\.?[ºª°]|er|[èe]me|e|st|nd|rd|th|\.)?[ ]?"
    r"(?:(?:floor|étage|etage|verdieping|[Ss]tock|OG|piętro|piso|andar|planta|[Kk]at|DG)\b"
    r"|[Ii]zq?d?a?\.?|[Dd]cha\.?|[Ee]sq\.?|[Dd]to\.?|[Dd]ir\.?|[Ff]te\.?|[Ff]rente|[Dd]rt\.?))"
    r"|[0-9]{1,2}\.?[ºª°](?:[ -]?[0-9A-Za-z]{1,2}(?![\w]))?|[0-9]{1,2}-?[A-Z](?!\w)"
    r"|(?:[Rr]/[Cc]|[Bb]ajo|[Bb]j\.?|EG|DG|[Pp]arterre|[Hh]interhaus|[Pp]rincipal|[Ss]/[Nn])(?!\w)"
)
_UNIT = (
    rf"(?:(?:{_any(words.UNITS)})(?:[.:º°]{{1,2}}[ ]?|[ ](?:n[.º°]{{0,2}} ?)?)"
    r"(?:[0-9]{1,5}[A-Za-z]?|[A-Z][0-9]{0,3}|[a-z](?!\w))(?![\w])"
    r"(?:[.]?[ºª°])?|" + _ORDINAL + ")"
)
_COUNTY = (
    rf"(?:Co\.?|County|[Pp]rov(?:incia|ince|\.)?|[Ww]oj(?:\.|ewództwo)|[Pp]ow(?:\.|iat)"
    rf"|[Gg]m(?:\.|ina)"
    rf"|(?:Land)?[Kk]reis|[Cc]oncelho|[Dd]istrito|[Cc]omune) (?:{_SMALL} )?{_CITY}"
)
_NEIGHBOURHOOD = rf"(?:[Cc]ol(?:onia|\.)|[Bb](?:airro|arrio|º)|[Uu]rb\.?) {_CITY}"
_COUNTRY = (
    rf"(?:{'|'.join(map(re.escape, sorted(words.COUNTRIES, key=len, reverse=True)))})(?![\w])"
)
_PROVINCE = r"(?:\([^\W\d_][^()\n0-9]{1,24}\)|[-–/] ?[A-Z]{2}(?!\w)|[A-Z]{2}(?!\w))"
_SEP = r"(?:[ \u00a0]*[,;–\-/·|][ \u00a0]*\n?|[ \u00a0]+|[ \u00a0]*\n)[ \u00a0]*"

_TAIL_ITEM = re.compile(
    rf"{_SEP}(?:{_UNIT}|{_NEIGHBOURHOOD}|{_COUNTY}"
    rf"|{_CODE_BEFORE}[ ,]{{1,2}}{_CITY}(?: ?{_PROVINCE})?"
    rf"|{_CODE_AFTER}|{_COUNTRY}|{_PROVINCE}(?=[ ,.;\n)]|$)|{_CAP} ?/ ?{_CAP})(?!\w)"
)
# A town without a postcode ends the clause, or a postcode, a province or a country follows it.
_TOWN_ITEM = re.compile(
    rf"(?:[ ]*,[ ]*\n?|[ ]*\n|[ ]+(?=[^\n]{{2,40}}(?:{_CODE_AFTER}))|[ ]?[–\-/][ ]?"
    rf"|[ ](?={_CAP}(?: {_CAP})?(?: adres|[.;\n]|$)))({_CITY})"
    rf"(?=[ ]?(?:[,.;:)!?\n]|$| adres)"
    rf"|[ ,\n]{{1,3}}(?:{_CODE_AFTER}|{_PROVINCE}(?![^\W_])|{_COUNTRY}))"
)
_TOWN_IN_SENTENCE = re.compile(rf"[ ]?,[ ]?({_CAP})(?= [a-zà-ÿ])")
_GLUED_TAIL = re.compile(r"(?: ?[-/] ?[0-9]{1,4}[a-zA-Z]?(?![\w])){1,3}")
_MOST_ITEMS = 7

_LEADING_UNIT = re.compile(
    rf"(?:{_UNIT}|(?:The )?(?:{_CAP} ){{0,3}}(?:House|Cottage|Farm|Lodge|Forge|Mill|Barn|Hall|Court"
    rf"|Mansions?|Building|Tower|Rectory|Vicarage|Residencia|Résidence|Residence|Residência|Villa"
    rf"|Apartments|Flats|Point|Heights|Manor)(?: {_CAP})?"
    rf"|(?:Résidence|Residencia|Villa|Haus|Immeuble|Edificio|Condomínio|Palazzo|Bât\."
    rf"|Bâtiment)(?: {_SMALL})? {_CAP}(?: {_CAP})?)[ ]?,?[ ]?\n?$"
)

_WORD = re.compile(r"[^\W\d_]+")


def _keys(options: Iterable[str]) -> frozenset[str]:
    """Return a word of each option, folded: a text without any of them holds no option."""
    return frozenset(max(_WORD.findall(fold(option)), key=len) for option in options)


class _Core(NamedTuple):
    """A form of streets with a number, and the words or ends of words of which it needs one."""

    form: re.Pattern[str]
    words: frozenset[str]
    endings: tuple[str, ...]

    def may_be_in(self, found: set[str]) -> bool:
        """Tell quickly whether a look is worth it in a text of these words."""
        if not found.isdisjoint(self.words):
            return True
        return bool(self.endings) and any(word.endswith(self.endings) for word in found)


_BEFORE = _keys(words.STREETS_BEFORE)
_ENDINGS = tuple(map(fold, words.SURE_ENDINGS))
_CORES = tuple(
    _Core(re.compile(form), known, endings)
    for form, known, endings in (
        # 14 Larkspur Close; 221B Baker St
        (
            rf"(?<![\w/.-])[0-9]{{1,5}}(?:[-–/][0-9]{{1,5}})?[A-Za-z]?,? (?:{_CAP}\.? ){{1,4}}"
            rf"(?:{'|'.join(w.capitalize() for w in words.STREETS_AFTER)})(?![\w'’])\.?"
            rf"(?: (?:North|South|East|West|[NSEW]{{1,2}})(?!\w))?",
            _keys(words.STREETS_AFTER), (),
        ),
        (
            rf"(?<![\w/.-])[0-9]{{1,5}} (?:[^\W\d_]{{3,20}} ){{1,2}}"
            rf"(?:{'|'.join(sorted(words.PLAIN_STREETS))})(?!\w)",
            words.PLAIN_STREETS, (),
        ),
        # 8 bis, rue des Tilleuls
        (
            rf"(?<![\w/.-])[0-9]{{1,5}}(?:[-–/][0-9]{{1,4}})?(?: ?(?:bis|ter|quater|[A-Da-d]))?,? "
            rf"(?:{_any(words.STREETS_BEFORE)})\.? {_STREET_NAME}",
            _BEFORE, (),
        ),
        # Calle de los Olmos, 31; ul. Kwiatowa 12/4
        (
            rf"(?<![\w.])(?:(?:{_LONG_STREETS})(?:(?<=/)|\.|(?<=\w) )|(?:{_SHORT_STREETS})\.)[ ]?"
            rf"{_STREET_NAME}"
            rf"(?:,? ?{_NO}?){_NUMBER}(?!\w)",
            _BEFORE, (),
        ),
        # Çınar Mah. Lale Sok. No: 15; Yeni Mahalle 1523. Sokak No:8
        (
            rf"(?<!\w)(?:(?:{_CAP} |[0-9]{{1,4}}\.? ?){{1,4}}(?:{_any(words.TURKISH)})(?!\w)"
            rf"[.,]{{0,2}} ?){{1,4}}"
            rf"(?:{_NO}|[Nn]o ?[:.]? ?)?{_NUMBER}",
            _keys(words.TURKISH), (),
        ),
        # Lindenstraße 27a; Prinsengracht 418; Berliner Str. 5
        (
            rf"(?<!\w)(?:{_CAP} ){{0,3}}(?:(?:{_SMALL} ){{1,2}})?(?:[{_U}]?[\w\-]{{0,40}})?"
            rf"(?:{_any(words.SURE_ENDINGS)}|[Ss]tr\.)(?:,? {_NO}?|(?<=\.)){_NUMBER}",
            frozenset(), (*_ENDINGS, "str"),
        ),
        # Laan van Meerdervoort 210; Straße des 17. Juni 135
        (
            rf"(?<!\w)(?:{_any(words.SURE_ENDINGS)}) (?:{_SMALL} ){{1,2}}"
            rf"(?:{_CAP} |[0-9]{{1,2}}\. ){{1,4}}{_NUMBER}",
            frozenset(), _ENDINGS,
        ),
        # P.O. Box 1234, 50001 Köln
        (
            rf"(?<!\w)(?:{_any(words.BOXES)}) ?"
            rf"(?:[0-9]{{1,3}}[ ]?){{1,3}}(?=[,\n])",
            _keys(words.BOXES), (),
        ),
        # Rua das Flores, s/n
        (
            rf"(?<![\w.])(?:Calle|C/|Rua|Avenida|Av\.|Camino|Carretera|Via|Estrada) "
            rf"{_STREET_NAME},? ?[Ss]/[Nn](?!\w)",
            _BEFORE, (),
        ),
    )
)  # fmt: skip
# Wola Mała 27, 37-100 Łańcut: no word says street, the postcode does.
_CODED = re.compile(
    rf"(?:,[ ]*\n?|[ ]+|\n)(?:(?:[A-Z]{{1,2}}-)?(?:[0-9]{{5}}(?:-[0-9]{{3,4}})?"
    rf"|[0-9]{{4}}-[0-9]{{3}}|[0-9]{{2}}-[0-9]{{3}}|[0-9]{{4}}(?: ?[A-Z]{{2}}(?!\w))?"
    rf"|[0-9]{{3}} [0-9]{{2}})[ ,]{{1,2}}{_CITY})"
)
_PLAIN_CORE = re.compile(
    rf"(?<![\w.])(?:{_CAP}|[0-9]{{1,2}}\.)(?:(?<=\b\w{{2}})\.|(?<=\b\w{{3}})\.)?"
    rf"(?: (?:{_SMALL} ){{0,2}}{_CAP}){{0,4}}\.?,? {_NO}?{_NUMBER}"
    rf"(?:{_SEP}{_UNIT}){{0,4}}$"
)
_ERRAND = re.compile(
    r"([^\W\d_]+)[.:]? (?:(?:an|in|nach|at|to|von|aus|naar|do|w|na|a|à|en|para|für|bis|is|ist|est"
    r"|es|è|é|jest|from|de|da|z|me|now|neu|jetzt) )"
)
_MOST_WORDS_BEFORE = 3
# "Grand Canal Wharf, South Dock Rd, Dublin 4, D04 X2Y3": such postcodes are nothing else.
_ISLAND_CODE = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}|[A-Z][0-9][0-9W] [A-Z0-9]{4})(?![\w-])"
)
_ITEM = rf"(?:[{_U}0-9][\w'’.\-]*(?: (?:{_SMALL} )?[{_U}0-9&][\w'’.\-]*){{0,4}})"
_ITEMS = re.compile(rf"(?<![\w.])(?:{_ITEM},[ \n]{{1,2}}){{1,5}}(?:{_ITEM}[ \n])?$")
_FAR = 140
_REACH = 90
_KEYS = frozenset(
    word.strip("./")
    for group in (words.STREETS_AFTER, words.STREETS_BEFORE, words.TURKISH)
    for word in group
) | frozenset({"box", "postfach", "postbus", "apartado", "str", "cso", "zza"})
_MAY_BE_CODED = re.compile(r"[0-9][ \-a-zA-Z.º°)]{0,12}[,\n ]+(?:[A-Z]{1,2}-)?[0-9]{2}[0-9 -]{2,4}")


def find_addresses(text: str) -> Iterator[Found]:
    """Yield postal addresses whole: house, street, number, flat, postcode, town and country."""
    cores = dict.fromkeys(_cores(text))
    for start, end in cores:
        last = _past_tail(text, end)
        first = _before_house(text, _past_errand(text, start))
        raw = text[first:last].rstrip(" .,;\n")
        value = " ".join(raw.casefold().replace(",", " ").split())
        yield Found("ADDRESS", first, first + len(raw), value)


def _cores(text: str) -> Iterator[tuple[int, int]]:
    ends: set[int] = set()
    held = _words_of(text)
    if not held.isdisjoint(_KEYS) or any(word.endswith(words.STREET_ENDINGS) for word in held):
        for core in _CORES:
            for found in core.form.finditer(text) if core.may_be_in(held) else ():
                end = found.start() + len(found[0].rstrip())
                ends.add(end)
                yield found.start(), end
    if _MAY_BE_CODED.search(text):
        for code in _CODED.finditer(text):
            plain = _PLAIN_CORE.search(text, max(0, code.start() - _REACH), code.start())
            if plain is None or not _is_house(plain[0], code[0]):
                continue
            if ends.isdisjoint(range(plain.start(), plain.end() + 1)):
                yield plain.start(), plain.end()
    for code in _ISLAND_CODE.finditer(text):
        named = _ITEMS.search(text, max(0, code.start() - _FAR), code.start())
        if named and ends.isdisjoint(range(named.start(), named.end() + 1)):
            yield named.start(), code.end()


def _is_house(plain: str, code: str) -> bool:
    """Tell whether what stands before a postcode is a numbered house, not a date or a price."""
    words_before = [fold(word) for word in _WORD.findall(plain)]
    year = re.fullmatch(r"\D*(?:19|20)[0-9]{2}\D*", code) is not None
    return not year and not any(word in _NO_STREETS for word in words_before)


_NO_STREETS = word_set(
    """
    order bestellung commande pedido ordine bestelling zamówienie encomenda sipariş invoice
    rechnung facture factura fattura factuur faktura fatura tel telefon phone téléphone telefono
    teléfono fax january february march april may june july august september october november
    december januar februar märz mai juni juli oktober dezember janvier février mars avril juin
    juillet août septembre octobre novembre décembre kundennummer bestellnummer nr ticket model
    modell iphone galaxy version
    """
)


def _past_tail(text: str, at: int) -> int:
    """Return where an address ends: flats, postcode and town, province and country follow."""
    glued = _GLUED_TAIL.match(text, at)
    if glued and not text[glued.end() : glued.end() + 1].isalnum():
        at = glued.end()
    breaks = 0
    for _ in range(_MOST_ITEMS):
        item = _TAIL_ITEM.match(text, at) or _town(text, at)
        if item is None:
            break
        breaks += item[0].count("\n")
        if breaks > 2:
            break
        at = item.end()
    return at


def _town(text: str, at: int) -> re.Match[str] | None:
    town = _TOWN_ITEM.match(text, at)
    if town is None:
        town = _TOWN_IN_SENTENCE.match(text, at)
        if town and (is_word(fold(town[1])) or is_german(text[max(0, at - 100) : at + 100])):
            return None  # German nouns look like towns
    if town is None or is_first(fold(_WORD.findall(town[1])[0])):
        return None
    first_word = fold(_WORD.findall(town[1])[0])
    alone = "\n" in town[0] and not re.match(
        r"[ ,\n]{1,3}[A-Z0-9]", text[town.end() : town.end() + 4]
    )
    return None if alone or first_word in _NO_TOWNS else town


_NO_TOWNS = word_set(
    """
    tel telefon phone mobil mobile cell cel fax email mail kind best regards thanks thank danke
    merci gracias grazie bedankt dziękuję obrigado obrigada teşekkürler mit viele please bitte the
    it my i cordialement saludos saluti groeten pozdrawiam cumprimentos saygılarımla and und et y e
    en ve
    """
)


def _past_errand(text: str, at: int) -> int:
    """Return where a street starts after words such as "Bitte an" or "Adresse"."""
    for _ in range(_MOST_WORDS_BEFORE):
        errand = _ERRAND.match(text, at)
        if errand is None or not is_word(fold(errand[1])):
            return at
        at = errand.end()
    return at


def _before_house(text: str, at: int) -> int:
    """Return where an address starts when a flat or the name of a house stands before it."""
    for _ in range(3):
        begin = max(0, at - 60)
        found = _LEADING_UNIT.search(text, begin, at)
        if found is None or found.end() != at or not found[0].strip():
            return at
        if found.start() and text[found.start() - 1].isalnum():
            return at
        at = found.start()
    return at


def _words_of(text: str) -> set[str]:
    if text.isascii():
        return set(_WORD.findall(text.lower()))
    return {fold(word) for word in _WORD.findall(text)}
