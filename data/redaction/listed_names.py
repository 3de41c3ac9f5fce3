"""Names of people found by lists of first and last names, wherever they stand in a text."""

import re
from collections.abc import Iterator, Sequence

from data.redaction import listed_words
from data.redaction import name_words as words
from data.redaction.everyday import is_word
from data.redaction.gazetteer import (
    first_names,
    is_doubtful_first,
    is_first,
    is_last,
    is_polish_case,
)
from data.redaction.parts import Part
from data.text.phrases import fold

_GERMAN = re.compile(r"\b(?:und|ich|nicht|der|das|ist|bitte|wurde)\b")
_POLISH = re.compile(r"[ąęśżźćń]|\b(?:nie|jest|prosze|dzien|czy)\b")
_SPACE = frozenset({" ", "\u00a0"})
_JOINS = frozenset({" ", "\u00a0", "-", "'", "’"})
_AFTER_INITIAL = frozenset({". ", ".", ".\u00a0", ".-", " ", "\u00a0"})
_SENTENCE_START = re.compile(r"(?:^|[.!?:;\n•*>…\x00–—-])[\s\"'“„«¿¡(\[]*$")
_NUMBER_AFTER = re.compile(r"[ \u00a0]?[0-9]{1,3}(?![0-9 /.:-]*[0-9])(?! ?%)")
_QUOTED = re.compile(r"[\"“”„«»‘]$")
_POINTS = frozenset({".", "'", "’"})
_MOST = 6
_LONG_ENOUGH = 4


def is_german(text: str) -> bool:
    """Tell whether a text looks German, by its small words."""
    return _GERMAN.search(text) is not None


def listed(text: str, parts: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """Yield where names stand that begin with, or hold, a part known from the lists."""
    look = _Look(text, parts)
    at, firsts = 0, first_names()
    while at < len(parts):
        # Most words are small and no name; the rest is looked at.
        part = parts[at]
        if not part.capital and part.folded not in firsts:
            at += 1
            continue
        end = look.name_at(at)
        if end is None:
            at += 1
        else:
            if look.is_person(at, end):
                yield look.parts[at].start, look.parts[end - 1].end
            at = end


def is_firm(text: str, at: int) -> bool:
    """Tell whether what follows a name makes it that of a firm or a place."""
    after = text[at : at + 40]
    if listed_words.FIRM_AFTER.match(after):
        return True
    partner = listed_words.PARTNER_AFTER.match(after)
    return partner is not None and not is_first(fold(partner[1]))


class _Look:
    """One text and its words."""

    def __init__(self, text: str, parts: Sequence[Part]) -> None:
        self.text = text
        self.parts = parts
        self.polish = _POLISH.search(text) is not None
        # German gives every noun a capital, so there fewer words can be a last name.
        self.german = is_german(text)
        long = [part for part in parts if len(part.folded) > 1]
        # In a message of capitals, a capital says nothing.
        self.shouted = 2 * sum(part.upper for part in long) > len(long)

    def name_at(self, at: int) -> int | None:
        """Return the number after the last part of the name that starts at a part."""
        part = self.parts[at]
        if at and self._gap(at - 1) in ("'", "’", "-", "@", ".") and not self._is_elided(at):
            return None
        if not part.capital:
            return self._small(at)
        if len(part.folded) == 1:
            return self._initials(at)
        if self.is_first(at):
            return self._after_first(at)
        end = self._run(at)
        if end - at < 2:
            return None
        following = at + 1
        if part.folded in listed_words.PLACES_AND_FIRMS:
            return end
        if part.folded in words.NOT_NAMES and not is_last(self.parts[following].folded):
            return None
        if is_doubtful_first(part.folded) and self._is_part(following):
            return end
        if is_last(part.folded) and self.is_first(following):
            return end
        return end if self._is_unlisted_first(at) else None

    def is_first(self, at: int) -> bool:
        """Tell whether a part is a first name and nothing else."""
        folded = self.parts[at].folded
        if len(folded) < 3 or folded in words.NOT_NAMES:
            return False
        return is_first(folded) or (self.polish and is_polish_case(folded))

    def _is_part(self, at: int) -> bool:
        folded = self.parts[at].folded
        return self.is_first(at) or (folded not in words.NOT_NAMES and is_last(folded))

    def _is_unlisted_first(self, at: int) -> bool:
        """Tell whether an unknown word, inside a sentence, has a last name behind it."""
        part, following = self.parts[at], self.parts[at + 1]
        known = is_last(following.folded) and len(following.folded) > _LONG_ENOUGH
        if not known or self.shouted or part.upper or len(part.folded) < _LONG_ENOUGH:
            return False
        before = self.text[max(0, part.start - 3) : part.start]
        if at and self.parts[at - 1].capital and self._gap(at - 1) == " ":
            return False
        strange = not (is_word(part.folded) or is_doubtful_first(part.folded))
        return strange and self._gap(at) == " " and _SENTENCE_START.search(before) is None

    def _after_first(self, at: int) -> int | None:
        end = self._run(at)
        part = self.parts[at]
        if end - at == 1:
            shout = part.upper and (not self.shouted or len(part.folded) < _LONG_ENOUGH)
            if (shout and not self._alone(at)) or self._is_thing(at):
                return None
        return end

    def _run(self, at: int) -> int:
        """Return the number after the last part that a name starting at a part may hold."""
        end = at + 1
        while end < len(self.parts) and end - at < _MOST and self._joins(end):
            part = self.parts[end]
            if part.folded in words.PARTICLES and not (part.capital and self._is_part(end)):
                reach = self._past_particles(end)
                if reach is None:
                    break
                end = reach + 1
            elif self._continues(end):
                end += 1
            else:
                break
        return end

    def _past_particles(self, at: int) -> int | None:
        for reach in range(at, min(at + 3, len(self.parts))):
            part = self.parts[reach]
            if part.folded not in words.PARTICLES:
                return reach if self._continues(reach) else None
            following = reach + 1
            if following < len(self.parts) and self._gap(reach) not in _JOINS:
                return None
        return None

    def _joins(self, at: int) -> bool:
        gap = self._gap(at - 1)
        if gap in _JOINS:
            return gap in _SPACE or self.parts[at].capital
        return len(self.parts[at - 1].folded) == 1 and gap in _AFTER_INITIAL

    def _continues(self, at: int) -> bool:
        """Tell whether a part may be the next one of a name."""
        part = self.parts[at]
        if len(part.folded) == 1 and part.capital:
            return self.text[part.end : part.end + 1] in _POINTS
        if not part.capital or part.folded in listed_words.NO_LAST or is_word(part.folded):
            return False
        if self.shouted or (part.upper and not self.parts[at - 1].upper):
            return self._is_part(at)
        return self._is_part(at) or not (self.german and is_doubtful_first(part.folded))

    def _small(self, at: int) -> int | None:
        """Return the end of a name all in small letters: two parts, both known."""
        following = at + 1
        if following >= len(self.parts) or self._gap(at) != " ":
            return None
        both = self.parts[at].folded, self.parts[following].folded
        if min(map(len, both)) < _LONG_ENOUGH or self.parts[following].capital:
            return None
        if not (is_first(both[0]) and (is_last(both[1]) or is_first(both[1]))):
            return None
        third = following + 1
        more = third < len(self.parts) and self._gap(following) == " "
        if more and len(self.parts[third].folded) >= _LONG_ENOUGH:
            return third + 1 if is_last(self.parts[third].folded) else third
        return third

    def _initials(self, at: int) -> int | None:
        """Return the end of a name such as "U. Meier": a known one, or all of its line."""
        first = self.parts[at]
        glued = first.start and self.text[first.start - 1].isalnum()
        if glued or self.text[first.end : first.end + 1] != ".":
            return None
        if at and self.parts[at - 1].capital and self._gap(at - 1) == " ":
            return None  # the letters of a firm, as in "Pardo S.L."
        end = self._run(at)
        last = self.parts[end - 1]
        if end - at < 2 or len(last.folded) < 3 or last.upper != self.shouted:
            return None
        several = len(self.parts[at + 1].folded) == 1
        known = several or any(self._is_part(number) for number in range(at + 1, end))
        lone = self._alone(at, end)
        return end if known or lone else None

    def _alone(self, at: int, end: int | None = None) -> bool:
        """Tell whether a name has a line for itself."""
        first, last = self.parts[at], self.parts[(end or at + 1) - 1]
        before = self.text[: first.start].rstrip(" \u00a0")[-1:]
        after = self.text[last.end :].lstrip(" \u00a0.,")[:1]
        return before in ("", "\n") and after in ("", "\n")

    def is_person(self, at: int, end: int) -> bool:
        """Tell whether the words in and around a name leave it one of a person."""
        folded = [part.folded for part in self.parts[max(0, at - 2) : end]]
        own = folded[-(end - at) :]
        if own[0] in listed_words.PLACES_AND_FIRMS or not listed_words.FIRMS.isdisjoint(own):
            return False
        if " ".join(own[:2]) in listed_words.BRANDS:
            return False
        before = folded[: -(end - at)]
        gaps = [self._gap(number) in _BEFORE_NAME for number in range(at - len(before), at)]
        if before and gaps[-1] and before[-1] in listed_words.PLACES_AND_FIRMS:
            return False
        particle = len(before) > 1 and all(gaps) and before[-1] in words.PARTICLES
        if particle and before[-2] in listed_words.PLACES_AND_FIRMS:
            return False
        return not is_firm(self.text, self.parts[end - 1].end)

    def _is_thing(self, at: int) -> bool:
        """Tell whether a first name alone is that of a product: "lamp Vera", "the Vera 42"."""
        part = self.parts[at]
        if _NUMBER_AFTER.match(self.text, part.end):
            return True
        before = self.text[max(0, part.start - 1) : part.start]
        if _QUOTED.search(before) and self.text[part.end : part.end + 1] in ('"', "“", "”", "»"):
            return True
        spaced = at > 0 and self._gap(at - 1) in (" ", ' "', " “", " „", " «")
        return spaced and self.parts[at - 1].folded in listed_words.THINGS

    def _is_elided(self, at: int) -> bool:
        """Tell whether what an apostrophe cuts off is a small word: d'Anna, dell'Anna."""
        return (
            self._gap(at - 1) in ("'", "’")
            and self.parts[at].capital
            and self.parts[at - 1].folded in listed_words.ELIDED
        )

    def _gap(self, at: int) -> str:
        """Return what stands between a part and the next one."""
        return self.text[self.parts[at].end : self.parts[at + 1].start]


_BEFORE_NAME = frozenset({" ", "\u00a0", ". ", "-", "."})
