"""Names at the beginning of a line: who speaks in a chat, and who wrote a quoted mail."""

import re
from collections import Counter
from collections.abc import Iterator

from data.redaction.again import whole_again
from data.redaction.everyday import is_person, is_word
from data.redaction.gazetteer import is_first
from data.text.phrases import fold

_PART = r"[^\W\d_][^\W\d_'’.\-]*(?:['’.\-][^\W\d_]+)*\.?"
_NAME = rf"{_PART}(?:[ \u00a0]{_PART}){{0,3}}"
_TIME = (
    r"(?:[\[(]?[0-9][0-9./:,\- ]{2,24}(?:[AaPp]\.?[Mm]\.?)?[\])]?(?:[ ]?[-–—])?[ ]?|[-–—•*>] ?)?"
)
# "[06/11/25, 18:22] Vale: ciao" and "Ole: hi".
_LINE = re.compile(
    rf"^[> ]{{0,4}}({_TIME})({_NAME})(?: ?[\[(][^\])\n]{{1,24}}[\])])? ?:(?=\s)", re.M
)
_STAMP = re.compile(r"[0-9]{1,2}[:.][0-9]{2}")

_WROTE = (
    r"(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|napisał(?:\(a\)|a)?|escreveu"
    r"|şunu yazdı|yazdı)"
)
# "On Tue, 4 Nov 2025 at 10:12, Anna Berg <…> wrote:"
_BEFORE_WROTE = re.compile(
    rf"(?:[0-9]{{2,4}}|[0-9]{{1,2}}[:.h][0-9]{{2}}|Uhr|PM|AM)\)?[ ,]*"
    rf"(?:, |om |schrieb |heeft |Uhr |por )"
    rf"({_NAME})[ \n]*(?:[<(\[][^\n>)\]]{{0,80}}[>)\]][ \n]*)?"
    rf"(?:het volgende |le message suivant )?"
    rf"(?:{_WROTE}|geschreven|:\s*$)",
    re.M,
)
_AFTER_WROTE = re.compile(
    rf"\b{_WROTE}[ \n]+(?:(?:der|die|el|la|de|o|a|pan|pani) )?({_NAME})"
    r"[ \n]*(?:[<(\[][^\n>)\]]{0,80}[>)\]])?[ ]*:"
)
_FROM = re.compile(
    r"^[> *]{0,4}(?:From|To|Cc|Von|An|De|À|Para|Da|Van|Aan|Od|Do|Kimden|Kime|Expéditeur|Mittente"
    rf"|Absender|Remitente|Nadawca|Afzender)\*? ?:\*? *[\"“']?({_NAME})(?=[\"”']? *(?:$|[<(\[,;]))",
    re.M,
)


def spoken(text: str) -> Iterator[tuple[int, int]]:
    """Yield the names of the speakers of a chat and of the writers of quoted mails."""
    if ":" not in text:
        return
    yield from _speakers(text)
    for form in (_BEFORE_WROTE, _AFTER_WROTE, _FROM):
        for found in form.finditer(text):
            if is_person(found[1]):
                yield found.span(1)


def _speakers(text: str) -> Iterator[tuple[int, int]]:
    lines = list(_LINE.finditer(text))
    counts = Counter(line[2] for line in lines)
    names: list[str] = []
    for line in lines:
        stamped = _STAMP.search(line[1]) is not None
        chat = counts[line[2]] > 1 or stamped or (len(counts) < len(lines) and _is_known(line[2]))
        if chat and (is_person(line[2]) or _is_known(line[2])):
            yield line.span(2)
            names.append(line[2])
    # Who speaks is spoken to as well.
    yield from whole_again(text, names)


def _is_known(raw: str) -> bool:
    first = fold(raw.split()[0])
    return is_first(first) and raw[0].isupper() and not is_word(first)
