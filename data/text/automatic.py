"""Mail that no person wrote: out-of-office notes, receipts and bounces, in nine languages."""

import re
from collections.abc import Mapping
from typing import Any

from data.text.phrases import fold

_PREFIX = r"^\W*(?:(?:re|aw|antw|antwort|tr|rv|rif|r|odp|res|ynt)\s*:\s*)*\W*"
_SUBJECT = re.compile(
    _PREFIX + r"(?:auto(?:matic|mated)?[- ]?(?:reply|response|answer)|autoreply|autoresponse"
    r"|out of (?:the )?office|away from (?:the|my) (?:office|desk)|undeliver(?:able|ed) ?:"
    r"|delivery status notification|mail delivery (?:failed|subsystem)"
    r"|returned mail ?:|failure notice|read receipt"
    r"|automatische (?:antwort|rückmeldung|reactie|antwoord)|abwesenheits?(?:notiz|nachricht"
    r"|meldung|assistent)|abwesend (?:bis|vom)|(?:ich )?bin nicht im (?:büro|haus)\b"
    r"|unzustellbar ?:|lesebestätigung"
    r"|réponse automatique|(?:message d')?absence du bureau|message d'absence|absent du bureau"
    r"|non remis ?:"
    r"|(?:respuesta|contestación) automática|fuera de (?:la )?oficina|no entregado ?:"
    r"|risposta automatica|fuori (?:sede|ufficio)|mancato recapito ?:"
    r"|automatisch(?:e)? (?:antwoord|bericht)|afwezigheids(?:bericht|melding)|niet op kantoor"
    r"|(?:automatyczna odpowiedź|odpowiedź automatyczna|autoodpowiedź)|poza biurem"
    r"|niedostarczon\w* ?:"
    r"|resposta automática|fora do escritório|ausência do escritório|não entregue ?:"
    r"|otomatik (?:yanıt|cevap)|ofis dışı)",
)
# What a machine says of itself, at the start of a sentence; customers quote it inside of one.
_SAYS = re.compile(
    r"(?:^(?:[^,.!?\n]{0,30},\s?)?|[.!\n]\s{0,3})"
    r"(?:please note(?: that|:)? |bitte beachten sie: |hinweis: )?(?:"
    r"this is an? (?:auto(?:mated|matic|-?generated)|system-generated)[- ]"
    r"(?:generated )?(?:response|reply|message|e-?mail|mail|notification|answer|receipt)"
    r"|this (?:message|e-?mail|mail) (?:was|is|has been)"
    r" (?:automatically|auto-?) ?(?:generated|sent)"
    r"|dies(?:es)? ist eine? automati(?:sche|sierte|sch generierte|sch erstellte)s?"
    r" (?:antwort|nachricht|e-?mail|mail|mitteilung)"
    r"|diese (?:nachricht|e-?mail|mail) (?:wurde|ist) automatisch (?:generiert|erstellt|verse)"
    r"|ceci est (?:une? )?(?:réponse|message|courriel|e-?mail|mail) automatique"
    r"|ce (?:message|courriel|mail) (?:est|a été) (?:généré|envoyé) automatiquement"
    r"|(?:este|esto) es (?:un|una) (?:mensaje|correo|respuesta) (?:generad[oa] )?automátic"
    r"|este (?:mensaje|correo)(?: electrónico)? (?:se )?ha (?:sido )?generado automáticamente"
    r"|(?:questo|questa) è (?:un|una) (?:messaggio|risposta|e-?mail) automatic"
    r"|questo messaggio è stato (?:generato|inviato) automaticamente"
    r"|dit is een (?:automatisch|geautomatiseerd)(?:e)? (?:gegenereerd )?"
    r"(?:antwoord|bericht|e-?mail|mail|reactie)"
    r"|(?:dit bericht|deze e-?mail) (?:is|werd) automatisch"
    r"|(?:to jest )?(?:automatyczna (?:odpowiedź|wiadomość)|wiadomość (?:automatyczna"
    r"|(?:została )?wygenerowana automatycznie))"
    r"|est[ae] (?:é uma? )?(?:resposta|mensagem|e-?mail)(?: é)?(?: (?:foi )?(?:gerad|enviad)[oa])?"
    r" automátic"
    r"|bu (?:bir )?otomatik (?:bir )?(?:yanıt|cevap|mesaj|ileti|e-?posta)"
    r"|bu (?:mesaj|ileti|e-?posta) otomatik olarak)"
)
_AWAY = re.compile(
    r"(?:^|[.!,\n]\s{0,3})(?:"
    r"(?:i am|i'm|i will be) (?:currently |now )?(?:out of (?:the )?office|away from (?:the|my)"
    r" (?:office|desk)|on (?:annual|parental|maternity|paternity|sick) leave)"
    r"|ich bin (?:derzeit|zurzeit|zur zeit|momentan|aktuell|vom|bis|ab|am|im)?\b.{0,40}"
    r"(?:nicht im (?:büro|haus)|außer haus|abwesend|im urlaub und)"
    r"|je suis (?:actuellement )?(?:absente?|en congés?)\b.{0,60}"
    r"\b(?:bureau|jusqu|retour|du|inclus)"
    r"|(?:actualmente )?(?:estoy|me encuentro|estaré) (?:fuera de la oficina|de vacaciones hasta)"
    r"|sono (?:attualmente )?(?:fuori (?:sede|ufficio)|assente (?:dal|fino))"
    r"|ik ben (?:momenteel |tot .{0,20})?(?:afwezig|niet op kantoor|niet aanwezig)"
    r"|(?:obecnie )?(?:jestem poza biurem|przebywam na urlopie|jestem nieobecn)"
    r"|(?:de momento )?(?:estou|encontro-me|estarei) (?:fora do escritório|ausente|de férias até)"
    r"|(?:şu anda )?(?:ofis dışındayım|izindeyim|ofiste değilim))"
)
_HINTS = (
    "automat", "autom", "otomatik", "auto-", "autogen", "system-gen", "office", "leave", "desk",
    "büro", "haus", "abwesend", "urlaub", "absent", "congé", "oficina", "vacaciones", "fuori",
    "assente", "afwezig", "kantoor", "aanwezig", "biurem", "urlopie", "nieobecn", "escritório",
    "ausente", "férias", "ofis", "izinde",
)  # fmt: skip
_BEGINNING = 300

_SUPPRESSED = ("all", "autoreply", "oof")
_BULK = frozenset({"bulk", "junk", "auto_reply", "auto-reply"})
_BOUNCER = re.compile(r"\b(?:mailer-daemon|postmaster)@")
_PRESENT = frozenset(
    {"x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-reply", "x-failed-recipients"}
)


def is_automatic(subject: str, text: str, headers: Mapping[str, Any] | None = None) -> bool:
    """Tell whether a mail was sent by a machine in nobody's name.

    Parameters
    ----------
    subject, text : str
        The text without what it quotes.
    headers : mapping, optional
        Of the mail: ``Auto-Submitted`` (RFC 3834), ``X-Auto-Response-Suppress``,
        ``Precedence: bulk``, reports of mail servers and their kin are read, in any case. A list's
        ``Precedence: list`` is none of them: people write through lists.

    Examples
    --------
    >>> is_automatic("Automatic reply: Invoice", "I am back on Monday.")
    True
    >>> is_automatic("Invoice", "Your mail says: this is an automated response. Where is it?")
    False
    """
    if headers and _says_so(headers):
        return True
    if subject and _SUBJECT.match(fold(subject)):
        return True
    beginning = fold(text[:_BEGINNING])
    if not any(hint in beginning for hint in _HINTS):
        return False
    if _SAYS.search(beginning):
        return True
    # Somebody who is away and asks for something is a customer.
    return "?" not in text and _AWAY.search(beginning) is not None


def _says_so(headers: Mapping[str, Any]) -> bool:
    read = {
        str(k).strip().lower().replace("_", "-"): str(v).strip().lower() for k, v in headers.items()
    }
    submitted = read.get("auto-submitted", "no").partition(";")[0].strip()
    if submitted not in ("", "no"):
        return True
    suppressed = re.split(r"[\s,;]+", read.get("x-auto-response-suppress", ""))
    return (
        any(word in _SUPPRESSED for word in suppressed)
        or read.get("precedence", "") in _BULK
        or read.get("return-path") == "<>"
        or read.get("content-type", "").startswith("multipart/report")
        or _BOUNCER.search(read.get("from", "")) is not None
        or any(read.get(name, "no") not in ("", "no", "false") for name in _PRESENT)
    )
