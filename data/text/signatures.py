"""Signatures, "sent from my phone" lines and legal disclaimers at the end of a message."""

import re
from collections.abc import Sequence
from functools import lru_cache

from data.text.phrases import CLOSINGS, THANKS, fold

_DELIMITER = re.compile(r"^(?:--|—|__)$")
_MOST_SIGNATURE_LINES = 15
_MOST_WORDS = 8

_DEVICE = (
    r"(?:iphone|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|pixel|oneplus|outlook|yahoo|gmail|mail"
    r"|blackberry|windows|mobile?|mobiltelefon|handy|smartphone|cell ?phone|phone|tablet"
    r"|téléphone|portable|móvil|movil|cellulare|telefon[a-zu]*|telemóvel|celular|proton|gmx|web\.de"
    r"|orange|free|sfr|komórki|cep|htc|nokia|sony|motorola|lg|oppo|realme|fairphone|honor"
    r"|spark|superhuman|airmail|mailbird|thunderbird|k-9)"
)
_SENT_FROM = re.compile(
    r"^[-–—*•~ ]{0,3}(?:(?:this (?:message|e-?mail) was )?sent (?:from|with|via|using)"
    r"|(?:message )?envoyé[e]? (?:de|depuis|à partir|avec|via)"
    r"|(?:diese (?:nachricht|e-?mail) wurde )?(?:von meine[mr]|vom|gesendet (?:von|mit|über|aus))"
    r"|(?:mensaje )?enviad[oa] (?:desde|con|do|de|da|a partir|pelo|pela|através|via)"
    r"|(?:messaggio )?inviato (?:da|dal|dall'|con|tramite)"
    r"|(?:verzonden|verstuurd|verstuurt) (?:vanaf|vanuit|met|via|van)"
    r"|wysłan[eoay] (?:z|ze|za)"
    r"|get outlook|télécharger outlook|obtenir outlook|obtenez outlook|holen sie sich outlook"
    r"|outlook für|obtener outlook|obtén outlook|scarica outlook|ottieni outlook|download outlook"
    r"|outlook voor|pobierz (?:aplikację |program )?outlook|obte(?:r|nha) o outlook)"
    r"\b.{0,60}$",
    re.IGNORECASE,
)
_SENT_FROM_TURKISH = re.compile(
    r"^.{0,40}(?:['’]?[ıiuü]?m?[dt][ae]n|ile|üzerinden|için).{0,20}(?:gönderildi|edinin|yollandı)\.?$",
    re.IGNORECASE,
)
_HAS_DEVICE = re.compile(r"(?<!\w)" + _DEVICE, re.IGNORECASE)
_ADVERT = re.compile(
    r"^(?:virus-?free\.?(?: www\.\S+)?|.{0,60}\bavast\b.{0,60}"
    r"|(?:please )?(?:excuse|forgive|pardon) (?:any |the |my )?(?:brevity|typos).{0,60}"
    r"|\[?external(?: e-?mail| sender)?\]?:?"
    r"|.{0,40}originated (?:from )?outside (?:of )?(?:the|your|our) organi[sz]ation.{0,80})$",
    re.IGNORECASE,
)

_CONTACT = re.compile(
    r"@|www\.|https?://|(?:\+|\b0)[0-9][0-9 ()/.\-]{6,}|\b(?:tel|phone|mobile?|fax|handy|móvil)\b"
    r"| \| |\b(?:GmbH|AG|Ltd|Inc|LLC|S\.?A\.?S?|S\.?r\.?l|B\.?V|sp\. z o\.o|Lda|A\.?Ş)\b",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"^(?:p\.? ?s\.?|n\.?b\.?|ps2)(?:\W|$)", re.IGNORECASE)
_EDGES = " \t,;.!:-–—*~_"

_LEGAL = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"\be-?mails?\b|\bmessages?\b|\bcourriel|\bnachricht|\bmensaje|\bmessaggio|\bbericht"
        r"|\bwiadomoś|\bmensage|\be-?posta|\bmesaj|\bcommunication\b|\bcorreo|\bcomunicazione",
        r"confidential|confidentiel|vertraulich|privileged|confidencial|riservat|vertrouwelijk"
        r"|poufn|gizli|privée?s?\b",
        r"recipient|addressee|destinatai?r|empfänger|bestimmt|geadresseerde|bestemd|adresat"
        r"|przeznaczon|alıcı|intended (?:for|solely)",
        r"\bdelet|\bdestroy|supprimer|détruire|löschen|vernichten|elimin|borr[ae]|cancell|distrugg"
        r"|verwijder|vernietig|usun|skasowa|apag|elimin|silin|imha",
        r"in error|par erreur|irrtümlich|versehentlich|por error|per errore|abusievelijk"
        r"|ten onrechte"
        r"|pomyłk|omyłkow|por engano|por erro|yanlışlıkla",
        r"unauthori[sz]ed|non autorisé|unbefugt|no autorizad|non autorizzat|ongeautoriseerd"
        r"|nieuprawnion|não autorizad|yetkisiz|prohibited|strictement interdite|strictly"
        r"|verboden|vietat|prohibid|proibid|yasak|zabronion|untersagt",
    )
)
_GREEN = re.compile(
    r"(?:consider the environment|think before (?:you )?print|pensez à l.environnement"
    r"|umwelt.{0,40}druck"
    r"|piense en el medio ?ambiente|pensa all.ambiente|denk aan het milieu|zanim wydrukujesz"
    r"|pense no (?:meio )?ambiente|çevreyi düşün)",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"^\W*(?:confidentiality notice|legal notice|disclaimer|avis de confidentialité|avertissement"
    r"|vertraulichkeitshinweis|aviso (?:legal|de confidencialidad|de confidencialidade)"
    r"|avviso di riservatezza|klauzula poufności|yasal uyarı|gizlilik)\b",
    re.IGNORECASE,
)


def drop_signature(lines: Sequence[str]) -> list[str]:
    """Return the lines without signature delimiters, closings and what follows them.

    A thanks that stands alone is a message and stays; a formal closing is none. Lines after a
    signature that read like prose (a postscript) stay.
    """
    kept = [line for line in _before_delimiter(list(lines)) if not _is_added_by_program(line)]
    first = max(0, len(kept) - 2 * _MOST_SIGNATURE_LINES)
    for at in range(first, len(kept)):
        kind = closing_kind(kept[at])
        if not kind:
            continue
        end, named = _signature_end(kept, at)
        if kind == "thanks" and not (named and any(kept[:at])):
            continue
        rest = [line for line in kept[end:] if line]
        if len(rest) <= 2 or all(_is_signature_line(line) for line in rest):
            return [*kept[:at], *kept[end:]]
    return kept


def drop_disclaimers(lines: Sequence[str]) -> list[str]:
    """Return the lines without legal notices and pleas not to print."""
    kept: list[str] = []
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line:
            paragraph.append(line)
            continue
        if not _is_disclaimer(" ".join(paragraph)):
            kept.extend(paragraph)
        kept.append("")
        paragraph = []
    return kept


def closing_kind(line: str) -> str:
    """Return ``"formal"`` or ``"thanks"`` for a line that closes a message, else ``""``.

    ``Regards, Anna`` counts as well as ``Regards`` alone.
    """
    if len(line) > 80:
        return ""
    words = fold(line)
    head, comma, name = words.partition(",")
    phrase = head.strip(_EDGES)
    if comma and name.strip() and len(name.split()) > 4:
        return ""
    kinds = _closing_phrases()
    return kinds.get(phrase, "") or kinds.get(words.strip(_EDGES), "")


@lru_cache(maxsize=1)
def _closing_phrases() -> dict[str, str]:
    phrases = {fold(phrase): "thanks" for group in THANKS.values() for phrase in group}
    phrases |= {fold(phrase): "formal" for group in CLOSINGS.values() for phrase in group}
    return phrases


def _before_delimiter(lines: list[str]) -> list[str]:
    filled = [at for at, line in enumerate(lines) if line]
    for at in filled[-_MOST_SIGNATURE_LINES - 1 :]:
        if _DELIMITER.match(lines[at]):
            return lines[:at]
    return lines


def _is_added_by_program(line: str) -> bool:
    if not line or len(line) > 160:
        return False
    if _ADVERT.match(line):
        return True
    sent = _SENT_FROM.match(line) or _SENT_FROM_TURKISH.match(line)
    return sent is not None and _HAS_DEVICE.search(line) is not None


def _signature_end(lines: Sequence[str], at: int) -> tuple[int, bool]:
    """Return the line after the signature that a closing at ``at`` starts, and if it names."""
    named = "," in lines[at].strip(_EDGES)
    end = at + 1
    for number in range(at + 1, min(at + 1 + 2 * _MOST_SIGNATURE_LINES, len(lines))):
        line = lines[number]
        if line and not _is_signature_line(line):
            break
        if line:
            named, end = True, number + 1
    return end, named


def _is_signature_line(line: str) -> bool:
    if closing_kind(line):
        return True
    if _POSTSCRIPT.match(line) or line[-1] in "?!":
        return False
    words = len(line.split())
    if _CONTACT.search(line):
        return words <= 2 * _MOST_WORDS
    return words <= _MOST_WORDS and not (line.endswith(".") and words > 3)


def _is_disclaimer(paragraph: str) -> bool:
    if not paragraph:
        return False
    if len(paragraph) < 200 and _GREEN.search(paragraph):
        return True
    if len(paragraph) < 80:
        return _NOTICE.match(paragraph) is not None
    groups = sum(words.search(paragraph) is not None for words in _LEGAL)
    return groups >= 4 or (groups >= 3 and _NOTICE.match(paragraph) is not None)
