"""How a client speaks: formality and signature for each language, and its time zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from data.errors import ConfigError
from suggest.greetings import is_timezone
from suggest.phrases import FORMALITIES

_KEYS = frozenset({"formality", "signature", "thanks", "help"})


@dataclass(frozen=True)
class Voice:
    """How replies sound in one language.

    Parameters
    ----------
    formality : {'formal', 'informal'}
    signature : str
        Printed under the closing, as it is.
    thanks, help : bool
        Whether a reply opens with thanks and ends with an offer to ask again.
    """

    formality: str = "formal"
    signature: str = ""
    thanks: bool = True
    help: bool = True


@dataclass(frozen=True)
class ClientVoice:
    """How one client speaks.

    Parameters
    ----------
    timezone : str, optional
        The client's zone: whose clock to greet by where the customer's is unknown.
    languages : mapping
        Language to voice; others speak as `default`.
    default : Voice
    """

    timezone: str | None = None
    languages: Mapping[str, Voice] = field(default_factory=dict)
    default: Voice = field(default_factory=Voice)

    def of(self, language: str) -> Voice:
        """Return the voice for a language."""
        return self.languages.get(language, self.default)

    @classmethod
    def from_mapping(cls, policies: Mapping[str, Any]) -> "ClientVoice":
        """Read ``timezone`` and ``voice`` of a client's policies; other keys are left alone.

        Raises
        ------
        ConfigError
            Unknown zone, formality or key.

        Examples
        --------
        >>> voice = ClientVoice.from_mapping({"voice": {"en": {"formality": "informal"}}})
        >>> voice.of("en").formality, voice.of("fr").formality
        ('informal', 'formal')
        """
        timezone = policies.get("timezone")
        if timezone is not None and not is_timezone(str(timezone)):
            raise ConfigError(
                "The 'timezone' key of a client's policies must be an IANA time zone. "
                f"Got {timezone!r} instead."
            )
        voices = policies.get("voice") or {}
        languages = {language: _voice(language, entry) for language, entry in voices.items()}
        return cls(timezone=timezone, languages=languages)


def _voice(language: str, entry: Mapping[str, Any]) -> Voice:
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise ConfigError(
            f"The 'voice' of language {language!r} has unknown keys: {', '.join(unknown)}. "
            f"Known: {', '.join(sorted(_KEYS))}."
        )
    if entry.get("formality", "formal") not in FORMALITIES:
        raise ConfigError(
            f"The 'formality' of language {language!r} must be 'formal' or 'informal'. "
            f"Got {entry['formality']!r} instead."
        )
    return Voice(**entry)
