"""The fixed sentences a draft may contain, from ``phrases.yaml``.

Whatever a draft says that is not in an article or a macro is in that one file, so a reader can
check all of it in a minute and the grounding check can ask for it by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from data.errors import ParameterError
from suggest.lexicons import lexicon

FORMALITIES = ("formal", "informal")
PHRASES = ("thanks", "on_it", "other_language", "help", "closing")


@dataclass(frozen=True)
class LanguagePhrases:
    """What is fixed in one language.

    Attributes
    ----------
    bands : tuple of (int, str)
        First local hour and name of each hour band, by hour.
    zones : tuple of (str, bands)
        Other bands for time zones that begin with a prefix.
    greetings, phrases : mapping
        Formality to band to word; phrase name to formality to sentence.
    address : mapping
        How greeting and name are put together: ``formal``, ``informal``, ``bare``.
    """

    language: str
    bands: tuple[tuple[int, str], ...]
    zones: tuple[tuple[str, tuple[tuple[int, str], ...]], ...]
    greetings: Mapping[str, Mapping[str, str]]
    address: Mapping[str, str]
    phrases: Mapping[str, Mapping[str, str]]

    def band(self, hour: int, timezone: str) -> str:
        """Return the name of the band that `hour` (0 to 23) lies in."""
        bands = next((b for prefix, b in self.zones if timezone.startswith(prefix)), self.bands)
        # Before the first band of the day the last one is still running.
        return next((name for start, name in reversed(bands) if hour >= start), bands[-1][1])

    def word(self, band: str, formality: str) -> str:
        """Return the greeting word of a band."""
        words = self.greetings[formality]
        return words.get("any") or words[band]

    def phrase(self, name: str, formality: str) -> str:
        """Return a fixed sentence; one of ``PHRASES``."""
        return self.phrases[name][formality]


@dataclass(frozen=True)
class Phrasebook:
    """All languages, and the main zone of countries that have several."""

    version: int
    languages: Mapping[str, LanguagePhrases]
    drafting: tuple[str, ...]
    main_zones: Mapping[str, str]

    def of(self, language: str, *, owner: str) -> LanguagePhrases:
        """Return one language's phrases; `owner` is who asks, for the error's words."""
        code = language_code(language)
        if code not in self.languages:
            known = ", ".join(sorted(self.languages))
            raise ParameterError(
                f"The 'language' parameter of {owner} must be one of {known}. "
                f"Got {language!r} instead."
            )
        return self.languages[code]

    def fixed(self, language: str) -> frozenset[str]:
        """Return every fixed sentence of a language, in both formalities."""
        of_language = self.of(language, owner="Phrasebook.fixed")
        return frozenset(s for named in of_language.phrases.values() for s in named.values())


def language_code(language: str) -> str:
    """Reduce a locale to its language.

    >>> language_code("pt-BR"), language_code("FR"), language_code("de_AT")
    ('pt', 'fr', 'de')
    """
    return language.replace("_", "-").partition("-")[0].strip().lower()


@cache
def phrasebook() -> Phrasebook:
    """Read ``phrases.yaml`` once.

    Examples
    --------
    >>> phrasebook().of("fr", owner="a test").band(18, "Europe/Paris")
    'evening'
    """
    raw = lexicon("phrases.yaml", "languages")
    drafting = {code: _language(code, entry) for code, entry in raw["languages"].items()}
    greeting_only = {code: _language(code, entry) for code, entry in raw["greeting_only"].items()}
    return Phrasebook(
        version=int(raw["version"]),
        languages=MappingProxyType(greeting_only | drafting),
        drafting=tuple(sorted(drafting)),
        main_zones=MappingProxyType(raw["main_zones"]),
    )


def check_formality(formality: str, *, owner: str) -> None:
    """Raise :class:`~data.errors.ParameterError` unless `formality` is known."""
    if formality not in FORMALITIES:
        raise ParameterError(
            f"The 'formality' parameter of {owner} must be 'formal' or 'informal'. "
            f"Got {formality!r} instead."
        )


def _language(code: str, entry: Mapping[str, Mapping[str, Mapping[str, str]]]) -> LanguagePhrases:
    zones = entry.get("zones", {})
    return LanguagePhrases(
        language=code,
        bands=_bands(entry["bands"]),
        zones=tuple((prefix, _bands(bands)) for prefix, bands in zones.items()),
        greetings=entry["greetings"],
        address=entry["address"],  # type: ignore[arg-type]
        phrases={name: entry[name] for name in PHRASES if name in entry},  # type: ignore[misc]
    )


def _bands(bands: Mapping[str, object]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted((int(str(hour)), name) for name, hour in bands.items()))
