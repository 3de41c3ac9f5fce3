"""Where the words of others begin in a message: quoted replies and forwarded mail.

Works on stripped lines. Patterns cover Gmail, Outlook, Apple Mail, Yahoo, Thunderbird and the
"reply above this line" marks of helpdesks in nine languages.
"""

import re
from collections.abc import Sequence

_QUOTED = re.compile(r"^>(?![0-9=<])")
_LONGEST_LINE = 400  # an attribution or header line is never longer

_WROTE = re.compile(
    r"\b(?:wrote|writes|a écrit|écrivait|schrieb|geschrieben"
    r"|geschreven|escribió|escribio|ha scritto|scrive"
    r"|schreef|napisał(?:\(a\)|/a|a)?|napisana przez|pisze|escreveu|yazdı)",
    re.IGNORECASE,
)
_WHEN = re.compile(r"[0-9]{1,2}[:.h][0-9]{2}|\S@\S|\b(?:19|20)[0-9]{2}\b")
_OPENING = re.compile(
    r"^(?:On|Le|Am|El|Il|Op|Em|No dia|Dnia|W dniu|Wiadomość napisana|Den|"
    r"(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mié|jeu|ven|sam|dim|mo|di|mi|do|fr|sa|so"
    r"|pon|wt|śr|czw|pt|sob|niedz|ndz)\w*\.?,?\s+[0-9]|[0-9]{1,2}[./ ])",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"^[-_=*\s>]*(?:"
    r"original message|original appointment|forwarded message|forwarded by\b.{0,100}"
    r"|begin forwarded message|message d.origine|message original|message (?:transféré|réexpédié)"
    r"|début du message (?:transféré|réexpédié)|ursprüngliche (?:nachricht|e-?mail)"
    r"|original-?nachricht|weitergeleitete (?:nachricht|e-?mail)"
    r"|anfang der weitergeleiteten (?:nachricht|e-?mail)|mensaje original|mensaje reenviado"
    r"|inicio del mensaje reenviado|messaggio originale|messaggio inoltrato"
    r"|inizio (?:del )?messaggio inoltrato|oorspronkelijk bericht|doorgestuurd bericht"
    r"|begin (?:van )?(?:het )?doorgestuurd(?:e)? bericht"
    r"|(?:wiadomość oryginalna|oryginalna wiadomość)"
    r"|(?:wiadomość przekazana|przekazana wiadomość|treść przekazanej wiadomości)"
    r"|początek przekaz(?:yw)?anej wiadomości|mensagem original|mensagem (?:re)?encaminhada"
    r"|início da mensagem (?:re)?encaminhada|orijinal (?:mesaj|ileti)|özgün (?:ileti|mesaj)"
    r"|(?:iletilen|yönlendirilen|iletilmiş) (?:mesaj|ileti)(?: başlangıcı)?"
    r")\s*:?[-_=*\s]*$",
    re.IGNORECASE,
)
_DASHED = re.compile(r"^(?:-{2,}|_{2,}|={2,}|\*{2,}|.{0,40}:$)")
_REPLY_ABOVE = re.compile(
    r"^#{2,}-? .{5,150} -?#{2,}$|^.{0,100}(?:"
    r"above this line|au-dessus de cette ligne|(?:oberhalb|über) dieser (?:zeile|linie)"
    r"|(?:por )?encima de esta línea|sopra (?:a )?questa (?:riga|linea)|boven deze (?:regel|lijn)"
    r"|(?:powyżej|nad) (?:tej|tą) lini[iaą]|acima d(?:esta|a) linha|bu satırın (?:üst|yukarı)"
    r").{0,100}$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[_\-=*]{5,}$")

_HEADER = re.compile(
    r"^\*{0,2}\s?(?:(?P<who>from|von|de|da|van|od|kimden|gönderen|nadawca|expéditeur|remitente|mittente"
    r"|afzender|remetente)"
    r"|(?P<when>sent|gesendet|envoyé|enviado(?: el| em)?|enviada(?: em)?|inviato|verzonden|wysłano"
    r"|gönderilme(?: tarihi)?|gönderildi|gönderim tarihi|date|datum|fecha|data|tarih)"
    r"|(?P<to>to|an|à|para|a|aan|do|kime|alıcı|destinataire|cc|kopie|dw|bilgi|reply-to|antwort an)"
    r"|(?P<about>subject|betreff|objet|asunto|oggetto|onderwerp|temat|assunto|konu)"
    r")\s?\*{0,2}\s?:\*{0,2}(?:\s|$)",
    re.IGNORECASE,
)


def drop_quotes(lines: Sequence[str]) -> list[str]:
    """Return the lines that the writer of a message typed.

    Lines quoted with ``>`` go, wherever they stand, so that answers between them stay. From an
    attribution ("On … wrote:"), a separator or a block of mail headers on, everything goes. A
    header block without a separator at the very top belongs to the message itself: only the
    block goes.

    Parameters
    ----------
    lines : sequence of str
        Stripped lines.
    """
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if _QUOTED.match(line):
            _drop_attribution(kept)
            at = _after_quoted(lines, at)
            continue
        if _is_separator(line):
            return _trimmed(kept)
        block = _header_block(lines, at)
        if block > at:
            if any(kept):
                return _trimmed(kept)
            kept, at = [], block
            continue
        end = _attribution(lines, at)
        if end > at:
            if line.startswith(("<", "(<")) and kept and 0 < len(kept[-1].split()) <= 4:
                kept.pop()  # the name was wrapped off its address
            following = next((n for n in range(end, min(end + 4, len(lines))) if lines[n]), end)
            if following < len(lines) and _QUOTED.match(lines[following]):
                at = following
                continue
            return _trimmed(kept)
        kept.append(line)
        at += 1
    return kept


def _is_separator(line: str) -> bool:
    if not 8 <= len(line) <= _LONGEST_LINE:
        return False
    if _SEPARATOR.match(line) and _DASHED.match(line):
        return True
    return len(line) <= 200 and _REPLY_ABOVE.match(line) is not None


def _after_quoted(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and _QUOTED.match(lines[at]):
        at += 1
    return at


def _attribution(lines: Sequence[str], at: int) -> int:
    """Return the line after an attribution that starts at ``at``, or ``at`` if none does."""
    joined = ""
    for end in range(at, min(at + 3, len(lines))):
        line = lines[end]
        if not line or len(line) > _LONGEST_LINE or _QUOTED.match(line):
            return at
        joined = f"{joined} {line}"
        if line.endswith(":"):
            # More than one line counts only if the first one opens like an attribution.
            opens = end == at or _OPENING.match(lines[at]) or "@" in lines[at]
            written = _WROTE.search(joined) and _WHEN.search(joined)
            return end + 1 if opens and written else at
    return at


def _drop_attribution(kept: list[str]) -> None:
    """Forget an attribution just above a quote that names neither time nor address."""
    at = next((n for n in range(len(kept) - 1, -1, -1) if kept[n]), -1)
    if at >= 0 and kept[at].endswith(":") and len(kept[at]) < 200 and _WROTE.search(kept[at]):
        del kept[at:]


def _header_block(lines: Sequence[str], at: int) -> int:
    """Return the line after a block of mail headers that starts at ``at``, or ``at``."""
    kinds: set[str] = set()
    address, end, gap = False, at, 0
    for number in range(at, min(at + 12, len(lines))):
        line = lines[number]
        found = _HEADER.match(line) if len(line) <= _LONGEST_LINE else None
        if found is None:
            gap += 1
            if not kinds or gap > 1:
                break
            continue
        gap, end = 0, number + 1
        kinds.add(found.lastgroup or "")
        address = address or "@" in line
    enough = "who" in kinds and ("when" in kinds or "about" in kinds)
    return end if enough and (len(kinds) >= 3 or address) else at


def _trimmed(kept: list[str]) -> list[str]:
    """Drop blank lines and rulers that led to the cut."""
    while kept and (not kept[-1] or _RULE.match(kept[-1])):
        kept.pop()
    return kept
