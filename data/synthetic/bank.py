"""The phrase banks: sentence patterns by language and intent, and how they become sentences."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from numpy.random import Generator

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
LANGUAGES = ("en", "fr", "de")

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_VOWELS = "aeiouAEIOU"

T = TypeVar("T")


@dataclass(frozen=True)
class Bank:
    """What people write in one language.

    Parameters
    ----------
    language : str
    intents, launch : mapping of str to tuple of str
        Patterns by intent; ``launch`` is used from the product launch on.
    parts : mapping
        Everything else of the file: openers, closers, details, signatures, slots …
    """

    language: str
    intents: Mapping[str, tuple[str, ...]]
    launch: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, Any]

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the patterns of one part, given as a list or as one pattern a line."""
        given = self.parts[name]
        return _lines(given) if isinstance(given, str) else tuple(given)

    def at_hour(self, greetings: Sequence[str], hour: int) -> list[str]:
        """Keep the greetings that people say at ``hour`` (0–23, local)."""
        closed = () if 5 <= hour < 12 else tuple(self.parts["morning"])
        closed += () if hour >= 18 or hour < 4 else tuple(self.parts["evening"])
        return [greeting for greeting in greetings if not greeting.startswith(closed)]

    def slot(self, name: str) -> Sequence[str]:
        """Return the values a slot may take."""
        return self.parts["slots"][name]


@lru_cache(maxsize=len(LANGUAGES))
def load_bank(language: str) -> Bank:
    """Read the phrase bank of ``language`` (en, fr or de) once."""
    text = (SAMPLES / "phrases" / f"{language}.yaml").read_text(encoding="utf-8")
    parts = yaml.safe_load(text)
    intents = {label: _lines(block) for label, block in parts.pop("intents").items()}
    launch = {label: _lines(block) for label, block in parts.pop("launch").items()}
    return Bank(language, intents, launch, parts)


def pick(rng: Generator, options: Sequence[T]) -> T:
    """Choose one of ``options``, all equally likely."""
    return options[int(rng.random() * len(options))]


def say(pattern: str, values: Mapping[str, str], rng: Generator) -> str:
    """Turn a pattern into a sentence: decide its choices, fill its slots.

    >>> import numpy as np
    >>> say("Where is [my|the] {item}?", {"item": "lamp"}, np.random.default_rng(0))
    'Where is the lamp?'
    """
    text = _CHOICE.sub(lambda match: pick(rng, match[1].split("|")), pattern)
    text = _SLOT.sub(lambda match: values[match[1]], text)
    text = re.sub(r"\s+([.?!])", r"\1", text) if "  " in text or " ." in text else text
    return text.strip()


def with_article(noun: str) -> str:
    """Put the English indefinite article before ``noun``.

    >>> with_article("Aurora floor lamp"), with_article("Fjord blanket")
    ('an Aurora floor lamp', 'a Fjord blanket')
    """
    return f"{'an' if noun[:1] in _VOWELS else 'a'} {noun}"


def _lines(block: str) -> tuple[str, ...]:
    return tuple(line for line in block.splitlines() if line)
