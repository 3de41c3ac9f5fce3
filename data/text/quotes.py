"""Where the words of others begin in a message: quoted replies and forwarded mail.

Works on stripped lines. Patterns cover Gmail, Outlook, Apple Mail, Yahoo, Thunderbird and the
"reply above this line" marks of helpdesks in nine languages.
"""

import re
from collections.abc import Sequence

from data.text.signatures import closing_kind, drop_signature

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
    r"|(?:iletilen|yönlendirilen|iletilmiş) (?:mesaj(?:ın)?|ileti(?:nin)?)(?: başlangıcı)?"
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
_FORWARD = re.compile(
    r"forwarded|transféré|réexpédié|weitergeleitet|reenviad|inoltrat|doorgestuurd|przekaz(?:an|yw)"
    r"|encaminhad|iletil|yönlendiril",
    re.IGNORECASE,
)
# Whoever passes a mail on says hardly more than this; the request is what is passed on.
_PASSING_ON = re.compile(
    r"^(?:hi|hello|hallo|bonjour|hola|ciao|dzień dobry|olá|merhaba)?[\s,!.-]*(?:fyi|fya"
    r"|(?:please |pls |kindly )?(?:see (?:below|the mail)|handle|take care|forwarding)"
    r"|z(?:ur|u deiner|u ihrer) (?:info|kenntnis|bearbeitung)|z\.? ?k\.?\b|siehe unten|s\. ?u\."
    r"|bitte (?:um )?(?:bearbeit|erledig|übernehm|kümmer)\w*|weiterleitung"
    r"|pour (?:info|suite à donner|traitement)|voir (?:ci-dessous|le mail)|ci-dessous"
    r"|merci de traiter"
    r"|para (?:tu|su|vuestra) (?:información|conocimiento)|ver (?:abajo|más abajo|abaixo)|reenvío"
    r"|per (?:conoscenza|competenza|info)|vedi sotto|inoltro|ter info(?:rmatie)?"
    r"|zie (?:onder|hieronder)"
    r"|doorgestuurd|do wiadomości|patrz poniżej|przekazuję|proszę o obsługę"
    r"|para (?:informação|conhecimento)|reencaminho|encaminho|bilginize|aşağıda|iletiyorum)\b",
    re.IGNORECASE,
)
_FEW_WORDS, _PASSING_WORDS, _NAME_WORDS = 6, 12, 4
_RULE = re.compile(r"^[_\-=*]{5,}$")

_HEADER = re.compile(
    r"^\*{0,2}\s?(?:(?P<who>from|von|de|da|van|od|kimden|gönderen|nadawca|expéditeur|remitente|mittente"
    r"|afzender|remetente)"
    r"|(?P<when>sent|gesendet|envoyé(?: le)?|enviado(?: el| em)?|enviada(?: em)?|inviato(?: il)?"
    r"|verzonden|wysłan[oey]|gönder(?:il)?me(?: tarihi)?|gönderildi|gönderim tarihi"
    r"|date|datum|fecha|data|tarih)"
    r"|(?P<to>to|an|à|para|a|aan|do|kime|alıcı|destinataire|cc|kopie|dw|bilgi|reply-to|antwort an)"
    r"|(?P<about>subject|betreff|objet|asunto|oggetto|onderwerp|temat|assunto|konu)"
    r")\s?\*{0,2}\s?:\*{0,2}(?:\s|$)",
    re.IGNORECASE,
)


def drop_quotes(lines: Sequence[str], *, passed_on: bool = False) -> list[str]:
    """Return the lines that the writer of a message typed.

    Lines quoted with ``>`` go, wherever they stand, so that answers between them stay. From an
    attribution ("On … wrote:"), a separator or a block of mail headers on, everything goes. A
    header block without a separator at the very top belongs to the message itself: only the
    block goes. So does a mail that is passed on with hardly a word: its headers go. Below an
    attribution at the very top, without ``>``, the answer is what stands last.

    Parameters
    ----------
    lines : sequence of str
        Stripped lines.
    passed_on : bool
        Whether the subject says that a mail is passed on: Outlook puts the same headers over it
        as over what is replied to.
    """
    passed: list[str] = []  # above what was passed on
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if _QUOTED.match(line):
            _drop_attribution(kept)
            at = _after_quoted(lines, at)
            continue
        block = _header_block(lines, at)
        separates = _is_separator(line) or _is_bare_forward(lines, at)
        if separates or block > at:
            named = separates and _FORWARD.search(line) is not None
            signed = kept
            if passed_on and not passed:
                signed, passed_on = drop_signature(kept), False
                named = True
            if not _goes_on(signed, forward=named):
                if separates or any(kept):
                    break
            elif not _PASSING_ON.match(" ".join(kept)):
                passed += [*signed, ""]
            kept, at = [], _after_headers(lines, at + 1) if separates else block
            continue
        end = _attribution(lines, at)
        if end > at:
            if line.startswith(("<", "(<")) and kept and 0 < len(kept[-1].split()) <= 4:
                kept.pop()  # the name was wrapped off its address
            following = next((n for n in range(end, min(end + 4, len(lines))) if lines[n]), end)
            if following < len(lines) and _QUOTED.match(lines[following]):
                at = following
                continue
            kept = kept if any(kept) else _below(lines[end:])
            break
        kept.append(line)
        at += 1
    else:
        return passed + kept
    return _trimmed(passed + kept)


def starts_with_headers(lines: Sequence[str]) -> bool:
    """Tell whether a text begins with the headers of a mail."""
    return _header_block(lines, 0) > 0


def _goes_on(kept: Sequence[str], *, forward: bool) -> bool:
    """Tell whether what others wrote is the request: next to nothing stands above it."""
    words = " ".join(kept).split()
    if forward and len(words) <= _FEW_WORDS:
        return True
    return 0 < len(words) <= _PASSING_WORDS and _PASSING_ON.match(" ".join(words)) is not None


def _is_bare_forward(lines: Sequence[str], at: int) -> bool:
    """Tell whether a line names a forwarded mail and its headers follow."""
    line = lines[at]
    if not 8 <= len(line) <= _LONGEST_LINE or not _FORWARD.search(line):
        return False
    return _SEPARATOR.match(line) is not None and _after_headers(lines, at + 1) > at + 1


def _after_headers(lines: Sequence[str], at: int) -> int:
    """Return the line after the headers that may follow a separator, blank lines between them."""
    end = at
    while at < len(lines) and len(lines[at]) <= _LONGEST_LINE:
        if _HEADER.match(lines[at]):
            end = at + 1
        elif lines[at]:
            break
        at += 1
    return end


def _below(lines: Sequence[str]) -> list[str]:
    """Return the answer below a mail that is quoted without marks.

    It is what stands below the signature of that mail, or its last paragraph where nobody signs.
    """
    starts = [n for n, line in enumerate(lines) if line and (n == 0 or not lines[n - 1])]
    closed = [n for n, line in enumerate(lines) if closing_kind(line) == "formal"]
    below = [n for n in starts if not closed or n > closed[0]]
    if closed and len(below) > 1 and len(lines[below[0]].split()) <= _NAME_WORDS:
        below = below[1:]  # who signed, under a blank line
    if not below or (not closed and len(below) == 1):
        return []
    return list(lines[below[0] if closed else below[-1] :])


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
