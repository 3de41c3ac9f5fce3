"""Names of people that stand right before their phone number or mail address."""

import re
from collections.abc import Iterable, Iterator

from data.redaction import name_words as words
from data.redaction import order_words
from data.redaction.found import Found
from data.redaction.gazetteer import is_first, is_last
from data.text.phrases import fold, word_set

_REACH = 90
_CONTACTS = frozenset({"PHONE", "EMAIL"})
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_NAME = re.compile(
    r"(?:[^\W\d_]\.|[^\W\d_]+(?:['’\-][^\W\d_]+)*)"
    r"(?:[ \u00a0](?:[^\W\d_]\.|[^\W\d_]+(?:['’\-][^\W\d_]+)*))+$"
)
_PLAIN_GAP = re.compile(r"[\s,;:(<|/–—\-]*$")
_JOINERS = word_set(
    """
    on at under via auf unter au sur al en no nel op onder pod na em pelo numara num tel tél telf
    tlf tfno telefon telefono teléfono telefone telefoon téléphone phone mobile mobil cell cel
    celular e-mail email mail correo courriel gsm fax
    """
)
# The label of a field stands there as well: "Meine Telefonnummer: …".
_LABEL_PARTS = (
    "telef",
    "phone",
    "numm",
    "numer",
    "númer",
    "mobil",
    "handy",
    "mail",
    "adres",
    "kontakt",
)
_OWN = word_set("my mein meine meiner mon ma mi mio mia mijn mój moja meu minha benim our unsere")
_MOST_WORDS = 4


def find_contact_names(text: str, found: Iterable[Found]) -> Iterator[Found]:
    """Yield names of two or more words with capitals that lead to a number or an address.

    Parameters
    ----------
    text : str
        Any text.
    found : iterable of Found
        What was found in it; phone numbers and mail addresses are looked at.
    """
    for one in found:
        if one.type not in _CONTACTS:
            continue
        end = _end_of_words(text, max(0, one.start - _REACH), one.start)
        place = _name_before(text, max(0, end - _REACH), end) if end < one.start else None
        if place is not None:
            value = " ".join(text[place[0] : place[1]].casefold().split())
            yield Found("NAME", *place, value)


def _end_of_words(text: str, start: int, at: int) -> int:
    """Return where the words before a contact end, without "on", "tel." and punctuation."""
    while True:
        gap = _PLAIN_GAP.search(text, start, at)
        at = gap.start() if gap else at
        last = next(
            (
                m
                for m in _WORD.finditer(text, max(start, at - 14), at + 1)
                if m.end() in (at, at - 1) and text[m.end() : at] in ("", ".")
            ),
            None,
        )
        if last is None or fold(last[0]) not in _JOINERS:
            return at
        at = last.start()


def _name_before(text: str, start: int, end: int) -> tuple[int, int] | None:
    run = _NAME.search(text, start, end)
    if run is None:
        return None
    taken: list[re.Match[str]] = []
    for word in reversed(list(_WORD.finditer(text, run.start(), end))):
        folded = fold(word[0])
        particle = bool(taken) and folded in words.PARTICLES
        if not particle and (not word[0][0].isupper() or _is_other(folded)):
            break
        if len(taken) == _MOST_WORDS:
            return None
        taken.append(word)
    while taken and not taken[-1][0][0].isupper():
        taken.pop()
    if all(word[0].isupper() for word in taken) and not any(_is_known(word[0]) for word in taken):
        return None
    proper = sum(word[0][0].isupper() and len(word[0]) > 1 for word in taken)
    return (taken[-1].start(), taken[0].end()) if proper > 1 else None


def _is_known(word: str) -> bool:
    return is_first(fold(word)) or is_last(fold(word))


def _is_other(folded: str) -> bool:
    return (
        folded in words.NOT_NAMES
        or folded in _OWN
        or any(part in folded for part in _LABEL_PARTS)
        or folded in words.TITLES
        or folded in order_words.ORDERS
        or folded in order_words.OTHERS
    )
