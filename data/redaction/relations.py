"""Names after what people are to each other or to a firm, and after the labels of forms."""

import re
from collections.abc import Iterator, Sequence

from data.redaction import name_words as words
from data.redaction.everyday import is_word
from data.redaction.gazetteer import is_doubtful_first, is_first
from data.redaction.listed_names import is_german
from data.redaction.parts import Part, parts_of
from data.redaction.role_words import (
    CALLED,
    CARRIERS,
    KIN,
    NAME_LABELS,
    NAME_NOUNS,
    NOT_NAME_LABELS,
    POSSESSIVES,
    ROLES,
)
from data.text.phrases import fold

_GAPS = re.compile(r"[ \u00a0]?[,:(–\-\"“„«]?[ \u00a0]?[\"“„«(]?")
_SPACE = frozenset({" ", "\u00a0"})
_INSIDE = frozenset({" ", "\u00a0", "-", "'", "’"})
_AFTER_POINT = frozenset({". ", "."})
_POINTS = frozenset({".", "'", "’"})
_MARKS = re.compile(
    r"(?<!\w)(?:c/o|a/c|p/a|FAO|t\.a\.v\.|t\.n\.v\.|z\. ?[Hh]dn?\.?|[Aa]ttn\.?|c\.a\.)[ :]{1,2}"
)
_MOST_CALLED = 2
_ENGLISH = frozenset({"the", "an", "of", "for", "to", "by", "and", "no", "any", "each"})
_MOST = 5
_LOWER = 4
_REACH = 60
_FEW_WORDS = 4
_SHORT = 3
_LABEL = re.compile(
    r"(?:^|[;|•\n]|(?<=[.,]) )[ \t>*•\-]{0,4}([^\W\d_][^:=\n;|]{0,48}?)[ \t*]*[:=][ \t*]*"
    r"([^\W\d_][^\n:;|,<(\[0-9]{1,60})",
)
_PROPER = r"[^\W\d_a-zß-öø-ÿ][^\W\d_]+(?:['’\-][^\W\d_]+)*"
# "the driver of the other car: Baltazar Semedo"
_MIDDLE_LABEL = re.compile(
    rf"(?:^|[.!?\n,;(]|(?<=\s))[ ]?([^\W\d_][^\n:;.!?]{{2,50}}): "
    rf"({_PROPER}(?: (?:d[aeo]s? |van |von |de la )?{_PROPER}){{1,3}})"
    r"(?=[ ]?(?:$|[\n,.;()!?<]|[-–]))"
)
_WORDS = re.compile(r"[^\W\d_]+")
_LOWER_NAME = re.compile(r"[^\W\d_]+(?:[ '’\-][^\W\d_]+){1,4}[ .]*$")


def related(text: str, parts: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """Yield names after relatives and roles: "my neighbour, Xiomara", "kurye Mert"."""
    german = is_german(text)
    for at, part in enumerate(parts[:-1]):
        if part.folded not in KIN and part.folded not in ROLES:
            continue
        first = _first(text, parts, at)
        if first is None:
            continue
        end = _end(text, parts, first)
        if end > first and _is_likely(text, parts, at, (first, end), german=german):
            yield parts[first].start, parts[end - 1].end


def _first(text: str, parts: Sequence[Part], at: int) -> int | None:
    """Return the number of the part a name may start with after a role."""
    following = at + 1
    for _ in range(_MOST_CALLED + 1):
        if following >= len(parts):
            return None
        gap = text[parts[following - 1].end : parts[following].start]
        if _GAPS.fullmatch(gap) is None or not gap:
            return None
        if parts[following].capital or parts[following].folded not in CALLED:
            return following
        following += 1
    return None


def _end(text: str, parts: Sequence[Part], first: int) -> int:
    """Return the number after the last part of a name; ``first`` if there is none."""
    if not parts[first].capital:
        known = is_first(parts[first].folded) and len(parts[first].folded) >= _LOWER
        return first + (known and not is_word(parts[first].folded))
    end = at = first
    while at < len(parts) and at - first < _MOST:
        part = parts[at]
        if at > first and not _adjoins(text, parts[at - 1], part):
            break
        if _is_initial(text, part):
            end = at + 1 if at > first else end
        elif part.capital and not is_word(part.folded):
            end = at + 1
        elif part.folded not in words.PARTICLES or (at == first and not part.capital):
            break
        at += 1
    return end


def _adjoins(text: str, left: Part, right: Part) -> bool:
    gap = text[left.end : right.start]
    short = len(left.folded) <= 1 or left.folded in words.ACADEMIC
    return gap in _INSIDE or (short and gap in _AFTER_POINT)


def _is_initial(text: str, part: Part) -> bool:
    return part.capital and part.end - part.start == 1 and text[part.end : part.end + 1] in _POINTS


def _is_likely(
    text: str, parts: Sequence[Part], at: int, place: tuple[int, int], *, german: bool
) -> bool:
    first, end = place
    name = parts[first:end]
    if any(is_first(part.folded) for part in name):
        return True
    gap = text[parts[first - 1].end : parts[first].start]
    owned = any(part.folded in POSSESSIVES for part in parts[max(0, at - 2) : at])
    kin = parts[at].folded in KIN and (owned or parts[at].folded not in ROLES)
    long = [part for part in name if len(part.folded) > 1]
    shouted = parts[at].upper and all(part.upper for part in name)
    if shouted:
        return is_doubtful_first(name[0].folded)
    if len(long) > 1:
        return kin or owned or gap not in _SPACE or not german
    lone = bool(long) and len(long[0].folded) >= _SHORT and not long[0].upper
    if not lone or german or gap.strip() not in ("", ",", "(", ":"):
        return False  # where nouns have capitals, a single word may be any of them
    if kin or owned:
        return True
    # "o técnico Cleiton", but "the user Manual" and "Driver Update"
    article = at > 0 and (not parts[at - 1].capital or len(parts[at - 1].folded) < _SHORT)
    after_small = article and not parts[at].capital
    spaced = gap in _SPACE and parts[at - 1].folded not in _ENGLISH
    firm = name[0].folded in CARRIERS
    return after_small and not firm and (spaced or gap.strip() in (",", "("))


def named(text: str, parts: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """Yield names a few small words after a word for a name: "nome sul citofono Hoxha"."""
    german = is_german(text)
    for at, part in enumerate(parts):
        if part.folded not in NAME_NOUNS:
            continue
        first = at + 1
        while first < len(parts) and first - at <= _FEW_WORDS and not parts[first].capital:
            first += 1
        if first >= len(parts) or not parts[first].capital or not _leads(text, parts, at, first):
            continue
        end = _end(text, parts, first)
        after = text[parts[end - 1].end :][:2].strip(" \"”»'") if end > first else "x"
        alone = end - first == 1 and not is_first(parts[first].folded)
        if german and alone and first > at + 1:
            continue  # "Nachname nach Heirat": the next noun is no name
        if not after or after[0] in ",.;:!?)(\n" or end - first > 1:
            yield from ([(parts[first].start, parts[end - 1].end)] if end > first else [])


def marked(text: str) -> Iterator[tuple[int, int]]:
    """Yield names after the marks of letters, such as "c/o" and "t.n.v."."""
    for mark in _MARKS.finditer(text):
        parts = parts_of(text[mark.end() : mark.end() + _REACH])
        end = _end(text[mark.end() :], parts, 0) if parts and parts[0].start == 0 else 0
        if end:
            yield mark.end(), mark.end() + parts[end - 1].end


def _leads(text: str, parts: Sequence[Part], at: int, first: int) -> bool:
    between = text[parts[at].end : parts[first].start]
    return not any(c in between for c in ".!?\n;\x00") and not any(c.isdigit() for c in between)


def labelled(text: str) -> Iterator[tuple[int, int]]:
    """Yield what stands after the label of a form such as "Vor- und Nachname:"."""
    if ":" not in text and "=" not in text:
        return
    for found in _MIDDLE_LABEL.finditer(text):
        if any(fold(word) in ROLES or fold(word) in KIN for word in _WORDS.findall(found[1])):
            yield found.span(2)
    for found in _LABEL.finditer(text):
        if _is_name_label(found[1]):
            form = _is_form_label(found[1])
            length = _length(found[2], small=form)
            # "Agent: Perfect." and "Client : Oui, merci" are what somebody says.
            said = not form and not fills_line(text, found.start(2), length)
            if length and not said:
                yield found.start(2), found.start(2) + length


def fills_line(text: str, start: int, length: int) -> bool:
    """Whether words fill the rest of their line, or begin with a listed first name."""
    rest = text[start + length :].partition("\n")[0]
    if not length or not rest.strip():
        return True
    return is_first(parts_of(text[start : start + length])[0].folded)


def _is_name_label(label: str) -> bool:
    folded = _WORDS.findall(fold(label))
    return (
        len(folded) <= _MOST + 1
        and any(_begins(word, NAME_LABELS) for word in folded)
        and not any(_begins(word, NOT_NAME_LABELS) for word in folded)
    )


def _begins(word: str, beginnings: tuple[str, ...]) -> bool:
    return any(word == b if len(b) <= _SHORT else word.startswith(b) for b in beginnings)


def _is_form_label(label: str) -> bool:
    return any(word in NAME_NOUNS for word in _WORDS.findall(fold(label)))


def _length(value: str, *, small: bool) -> int:
    """Return how many characters of a form's value are a name."""
    parts = parts_of(value)
    end = at = 0
    while at < len(parts) and at <= _MOST:
        part = parts[at]
        if at and not _adjoins(value, parts[at - 1], part):
            break
        if part.capital and (not is_word(part.folded) or part.folded in words.ACADEMIC):
            end = at + 1
        elif not (at and part.folded in words.PARTICLES):
            break
        at += 1
    if end and (end > 1 or len(parts[0].folded) > 1):
        return parts[end - 1].end
    lower = _LOWER_NAME.match(value)
    if small and lower and value.islower() and not any(is_word(part.folded) for part in parts):
        return len(value.rstrip(" ."))
    return 0
