"""Names of people, found by what stands around them; no list of first names is needed."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from data.redaction import name_words as words
from data.redaction.again import parts_again, whole_again
from data.redaction.everyday import is_word
from data.redaction.found import Found
from data.redaction.gazetteer import is_everyday_name, is_first, is_last
from data.redaction.listed_names import is_firm, listed
from data.redaction.listed_words import BRANDS, FIRMS, NO_LAST, PLACES_AND_FIRMS
from data.redaction.parts import Part, joined, parts_of
from data.redaction.relations import fills_line, labelled, marked, named, related
from data.redaction.role_words import CARRIERS
from data.redaction.signed import signed
from data.redaction.speakers import spoken
from data.text.phrases import CLOSINGS, GREETINGS, THANKS, fold

_TOKEN = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_ENDS_NAME = re.compile(r"[ \u00a0]*(?:$|[\n,.!?:;()|/<\x00–—…]| - |-\s|[^\w\s&'’@\-\[])")
_ENDS_CLAUSE = re.compile(rf"{_ENDS_NAME.pattern}| (?:and|und|et|y|e|en|ve)\b")
_BREAK = re.compile(r"[\s,.!:;–—\-]*[,.!\n–—\-][\s,.!:;–—\-]*|\s+")
_STARTS = re.compile(r"(?:^|[.!?,;:…)\n–—\-\x00]|[^\w\s])[\s\"'*_>\-–—]*$")
_GAPS = frozenset({" ", "\u00a0", ". ", ".", "  "})
_MOST_TOKENS = 4
_LOOSE = frozenset({"name"})  # "the name is public": a name only with a capital
_FARTHEST = 12
_SHORTEST = 3


class _Cue(NamedTuple):
    words: tuple[str, ...]
    kind: str


def find_names(text: str) -> Iterator[Found]:
    """Yield names after greetings, titles, introductions, closings, labels and relations.

    A full name found once is found wherever else it stands in the text.
    """
    parts = parts_of(text)
    tokens = joined(text, parts)
    found: dict[tuple[int, int], str] = {}
    at, cues = 0, _cues()
    while at < len(tokens):
        token = tokens[at]
        cue = _cue_at(text, tokens, at) if token.folded in cues else None
        if cue is None:
            place = _before_suffix(text, tokens, at) if token.capital else None
            after = at + 1
        else:
            after = at + len(cue.words)
            place = _after_cue(text, tokens, cue, at, after)
        if place is not None:
            found[place] = _value(text[place[0] : place[1]])
        at = after
    for place in _by_other_signs(text, parts):
        found.setdefault(place, _value(text[place[0] : place[1]]))
    found = {place: value for place, value in found.items() if not _is_firm(text, place)}
    for (start, end), value in found.items():
        yield Found("NAME", start, end, value)
    full = [name for start, end in found if not (name := text[start:end]).isalpha()]
    for start, end in (*whole_again(text, full), *parts_again(text, full, parts)):
        if (start, end) not in found:
            yield Found("NAME", start, end, _value(text[start:end]))


def _by_other_signs(text: str, parts: list[Part]) -> Iterator[tuple[int, int]]:
    dashed = _after_dash(text)
    if dashed is not None:
        yield dashed
    for find in (signed, spoken, marked, labelled):
        yield from find(text)
    for look in (listed, related, named):
        yield from look(text, parts)


@lru_cache(maxsize=1)
def _cues() -> dict[str, dict[str, list[_Cue]]]:
    """Return the cues by their first and their second word ("" if none), longest first."""
    groups = {
        "single": words.SINGLE_INTRODUCTIONS,
        "title": tuple(words.TITLES),
        "introduction": words.INTRODUCTIONS,
        "weak": words.WEAK_INTRODUCTIONS,
        "label": words.LABELS,
        "relation": words.RELATIONS + words.STAFF + words.IN_NAME_OF,
        "greeting": tuple(p for phrases in GREETINGS.values() for p in phrases),
        "thanks": tuple(p for phrases in THANKS.values() for p in phrases),
        "closing": tuple(p for phrases in CLOSINGS.values() for p in phrases),
    }
    by_first: dict[str, dict[str, list[_Cue]]] = {}
    for kind, phrases in groups.items():
        for phrase in phrases:
            parts = tuple(_TOKEN.findall(fold(phrase)))
            second = parts[1] if len(parts) > 1 else ""
            by_first.setdefault(parts[0], {}).setdefault(second, []).append(_Cue(parts, kind))
    for by_second in by_first.values():
        for cues in by_second.values():
            cues.sort(key=lambda cue: -len(cue.words))
    return by_first


def _cue_at(text: str, tokens: list[Part], at: int) -> _Cue | None:
    """Return the longest cue that starts at a token and stands where its kind may stand."""
    by_second = _cues().get(tokens[at].folded, {})
    following = tokens[at + 1].folded if at + 1 < len(tokens) else ""
    for cue in (*by_second.get(following, ()), *by_second.get("", ())):
        last = at + len(cue.words)
        if last > len(tokens) or any(
            tokens[at + n].folded != word
            or text[tokens[at + n - 1].end : tokens[at + n].start] not in _GAPS
            for n, word in enumerate(cue.words)
            if n
        ):
            continue
        if _may_stand(text, tokens[at], tokens[last - 1], cue):
            return cue
    return None


def _may_stand(text: str, first: Part, last: Part, cue: _Cue) -> bool:
    if cue.kind == "title":
        if first.start and text[first.start - 1].isalnum():
            return False
        return first.capital or first.folded not in words.ADDRESSED_BY_CASE
    if cue.kind == "label":
        return text[last.end : last.end + 3].lstrip().startswith(":")
    if cue.kind in ("greeting", "closing", "thanks"):
        before = text[max(0, first.start - _FARTHEST) : first.start]
        return first.start == 0 or _STARTS.search(before) is not None
    return True


def _after_cue(
    text: str, tokens: list[Part], cue: _Cue, at: int, after: int
) -> tuple[int, int] | None:
    """Return where the name after a cue stands, if there is one."""
    if after >= len(tokens):
        return None
    gap = text[tokens[after - 1].end : tokens[after].start]
    if len(gap) > _FARTHEST or "\x00" in gap or any(c.isdigit() for c in gap):
        return None
    if cue.kind in ("closing", "thanks"):
        return _signature(text, tokens, cue, after, gap)
    if cue.kind == "title":
        plain = gap in (" ", ". ", "\u00a0", ".\u00a0", ".")
        return _name(text, tokens, after, one=True) if plain else None
    if cue.kind == "label":
        return _name(text, tokens, after, one=True) if gap.strip() == ":" else None
    if "\n" in gap or gap.strip(" \u00a0:,-"):
        return None
    if cue.kind == "introduction":
        return _name(text, tokens, after, one=True, lower=tokens[at].folded not in _LOOSE)
    if cue.kind in ("weak", "single") and not gap.strip() and _is_small_name(tokens[after]):
        return tokens[after].start, _end_of_small(text, tokens, after)
    if cue.kind == "weak":
        return _weak(text, tokens, after, gap, tokens[at:after])
    if cue.kind in ("relation", "single"):
        if tokens[after].folded in CARRIERS:
            return None
        # Where a language writes nouns with a capital, one word alone may be any of them.
        place = _name(text, tokens, after, one=cue.kind == "relation" or not gap.strip())
        # What follows "Agent:" may be what the agent says.
        single = cue.kind == "single" and place is not None and " " not in text[slice(*place)]
        says = ":" in gap or single
        ends = place is not None and _ENDS_NAME.match(text, place[1])
        if place and ":" in gap and not fills_line(text, place[0], place[1] - place[0]):
            return None
        return place if ends or not says else None
    if tokens[after].folded in _titles():
        return None  # the title is a cue of its own
    place = _name(text, tokens, after, one=True)
    return place if place and _ENDS_NAME.match(text, place[1]) else None


def _is_small_name(token: Part) -> bool:
    known = is_first(token.folded) and len(token.folded) > _SHORTEST
    return known and not token.capital and not is_word(token.folded)


def _end_of_small(text: str, tokens: list[Part], at: int) -> int:
    """Return where a name in small letters ends: with the last name, where one follows."""
    if at + 1 == len(tokens) or not _adjoins(text, tokens[at], tokens[at + 1]):
        return tokens[at].end
    last = tokens[at + 1]
    everyday = is_everyday_name(last.folded) and not is_word(last.folded)
    follows = is_last(last.folded) or (everyday and _ENDS_CLAUSE.match(text, last.end))
    return last.end if follows else tokens[at].end


def _weak(
    text: str, tokens: list[Part], after: int, gap: str, cue: list[Part]
) -> tuple[int, int] | None:
    if gap.strip():
        return None
    if cue[0].folded in ("its", "it's"):
        last = after + 1
        speaks = last + 1 < len(tokens) and tokens[last + 1].folded in ("again", "here", "speaking")
        return _name(text, tokens, after, one=False, lower=True, most=2) if speaks else None
    return _name(text, tokens, after, one=False)


def _signature(
    text: str, tokens: list[Part], cue: _Cue, after: int, gap: str
) -> tuple[int, int] | None:
    """Return the name after a closing: alone on its line, or up to a comma."""
    if _BREAK.fullmatch(gap) is None or gap.count("\n") > 3:
        return None
    breaks = bool(gap.strip()) or "\n" in gap
    if not breaks and " ".join(cue.words) in words.NEEDS_BREAK and cue.kind != "thanks":
        return None
    formal = cue.kind == "closing" and "\n" in gap
    place = _name(text, tokens, after, one=True, lower=formal)
    if place is None or _ENDS_NAME.match(text, place[1]) is None:
        return None
    if not tokens[after].capital and text[place[1] :].strip():
        return None
    return place


def _name(
    text: str,
    tokens: list[Part],
    at: int,
    *,
    one: bool,
    lower: bool = False,
    most: int = _MOST_TOKENS,
) -> tuple[int, int] | None:
    """Return where a name that starts at a token stands.

    Parameters
    ----------
    one : bool
        Whether a single word is enough.
    lower : bool
        Whether a name in lower case (of at most two words) counts.
    """
    start, taken, end = at, 0, at
    small = lower and not tokens[at].capital
    while at < len(tokens) and taken < (min(most, 2) if small else most):
        if at > start and not _adjoins(text, tokens[at - 1], tokens[at]):
            break
        token = tokens[at]
        if token.folded in words.ACADEMIC and token.capital:
            at += 1
            continue
        if not small and token.folded in words.PARTICLES and _leads_on(text, tokens, at):
            at += 1
            continue
        single = token.capital and len(token.folded) == 1
        initial = single and (taken > 0 or text[token.end : token.end + 1] == ".")
        if token.folded in NO_LAST or (_is_other_word(token.folded) and not initial):
            break
        if not (token.capital or small):
            break
        at += 1
        taken, end = taken + 1, at
    if taken == 0 or (taken == 1 and not one):
        return None
    first, last = tokens[start], tokens[end - 1]
    if taken == 1 and len(last.folded) < 2:
        return None
    return first.start, last.end


def _adjoins(text: str, left: Part, right: Part) -> bool:
    gap = text[left.end : right.start]
    initial = left.end - left.start <= 2 or left.folded in words.ACADEMIC
    return gap in (" ", "\u00a0", "-") or (initial and gap in (". ", "."))


def _leads_on(text: str, tokens: list[Part], at: int) -> bool:
    """Tell whether a particle is followed by the rest of a name."""
    for following in range(at + 1, min(at + 4, len(tokens))):
        if not _adjoins(text, tokens[following - 1], tokens[following]):
            return False
        token = tokens[following]
        if token.capital and token.folded not in words.PARTICLES:
            return token.folded not in words.NOT_NAMES
        if token.folded not in words.PARTICLES:
            return False
    return False


@lru_cache(maxsize=1)
def _single_cues() -> frozenset[str]:
    kinds = ("closing", "thanks")
    single = (cue for by_second in _cues().values() for cue in by_second.get("", ()))
    return frozenset(c.words[0] for c in single if c.kind in kinds and len(c.words[0]) > 3)


@lru_cache(maxsize=1)
def _titles() -> frozenset[str]:
    """Return the words a title may begin with."""
    every = ((first, cues) for first, group in _cues().items() for cues in group.values())
    return frozenset(first for first, cues in every if any(c.kind == "title" for c in cues))


def _is_other_word(folded: str) -> bool:
    """Tell whether a word, though with a capital, is no part of a name."""
    return (
        is_word(folded)
        or folded.split("'")[0] in words.NOT_NAMES
        or folded in _single_cues()
        or folded in ("nr", "no", "num", "number", "nummer")
    )


def _before_suffix(text: str, tokens: list[Part], at: int) -> tuple[int, int] | None:
    """Return the name before a Turkish form of address, when the name's capital is at ``at``."""
    token = tokens[at]
    if token.folded in words.NOT_NAMES:
        return None
    for last in range(at, min(at + 3, len(tokens) - 1)):
        if not _adjoins(text, tokens[last], tokens[last + 1]) or not tokens[last].capital:
            return None
        following = tokens[last + 1]
        if following.capital and following.folded in words.SUFFIX_TITLES:
            return token.start, tokens[last].end
    return None


_DASH = re.compile(r"(?:^|[.!?…]\s)\s?[-–—~]{1,2}\s?([^\W\d_][^\s]*(?: [^\W\d_][^\s]*){1,2})\s*$")


def _after_dash(text: str) -> tuple[int, int] | None:
    """Return a name of two or three words that a dash sets apart at the very end."""
    found = _DASH.search(text, max(0, len(text) - 80))
    if found is None:
        return None
    parts = joined(found[1], parts_of(found[1]))
    proper = all(part.capital and part.folded not in words.NOT_NAMES for part in parts)
    whole = " ".join(found[1][part.start : part.end] for part in parts)
    return found.span(1) if proper and whole == found[1] else None


def _is_firm(text: str, place: tuple[int, int]) -> bool:
    """Tell whether a name is that of a firm: by a word in it, or its form of law after it."""
    start, end = place
    folded = [fold(word) for word in _LETTERS.findall(text, start, end)]
    if folded[0] in PLACES_AND_FIRMS or any(word in FIRMS for word in folded):
        return True
    if " ".join(folded[:2]) in BRANDS:
        return True
    return any(is_firm(text, word.end()) for word in _LETTERS.finditer(text, start, end))


def _value(name: str) -> str:
    return " ".join(name.casefold().split())
