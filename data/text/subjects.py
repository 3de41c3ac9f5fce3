"""Subjects that say nothing: what mail programs and people write where they have none."""

import re

from data.text.cleaning import clean
from data.text.phrases import fold

_PREFIXES = re.compile(
    r"^(?:\s*(?:re|aw|antw|antwort|fwd?|wg|tr|rv|rif|r|i|odp|pd|enc|res|ynt|ilt|sv|vs)"
    r"\s*(?:\[[0-9]{1,3}\])?\s*:\s*)+"
)
_PASSED_ON = re.compile(r"\s*(?:fwd?|wg|tr|rv|i|doorst|pd|enc|i̇?lt|vb)\s*(?:\[[0-9]{1,3}\])?\s*:")
_LONGEST_PREFIX = 40
_EDGES = " \t()<>[]{}-–—.:,;!?*_\"'„“”«»…"
_PLACEHOLDERS = frozenset(
    {
        "no subject", "none", "no title", "untitled", "no topic", "subject", "null", "undefined",
        "n/a", "empty", "blank",
        "kein betreff", "ohne betreff", "betreff fehlt", "keinen betreff", "betreff", "kein titel",
        "sans objet", "pas d'objet", "aucun objet", "sans sujet", "aucun sujet", "pas de sujet",
        "sans titre", "objet",
        "sin asunto", "ningún asunto", "ningun asunto", "sin título", "sin titulo", "asunto",
        "nessun oggetto", "senza oggetto", "oggetto", "senza titolo", "nessun titolo",
        "geen onderwerp", "zonder onderwerp", "onderwerp", "geen titel",
        "brak tematu", "bez tematu", "temat", "bez tytułu", "brak tytułu",
        "sem assunto", "nenhum assunto", "assunto", "sem título", "sem titulo",
        "konu yok", "konusuz", "konu", "konu belirtilmemiş", "konu belirtilmemis", "başlıksız",
    }
)  # fmt: skip


def clean_subject(text: str) -> str:
    """Return a subject as :func:`clean` leaves it; empty where it only stands for a missing one.

    Examples
    --------
    >>> clean_subject("AW: (kein Betreff)"), clean_subject("Re: Invoice")
    ('', 'Re: Invoice')
    """
    subject = clean(text)
    folded = fold(subject)
    bare = _PREFIXES.sub("", folded).strip(_EDGES)
    silent = bare in _PLACEHOLDERS or (not bare and _PREFIXES.match(folded) is not None)
    return "" if silent else subject


def is_passed_on(subject: str) -> bool:
    """Tell whether a mail program wrote into a subject that a mail is passed on.

    Examples
    --------
    >>> is_passed_on("WG: Rechnung"), is_passed_on("AW: WG: Rechnung")
    (True, False)
    """
    return _PASSED_ON.match(fold(subject[:_LONGEST_PREFIX])) is not None
