"""The language of a ticket: what its words say, together with what is known around it.

The words decide where they can. A few words ("reset password") fit several languages; then what
the helpdesk says, the customer's locale and the languages that the client helps in count too.
"""

from collections.abc import Callable, Collection

from data.text.language import UNKNOWN, likelihoods
from data.text.spans import LANGUAGES

# How often a language that comes with a ticket is believed to be right: helpdesks fill it in from
# browsers and forms. The words overrule it where they fit another language 72 times better.
_TRUSTED = 0.9
_OVERRULED_BY = _TRUSTED / ((1 - _TRUSTED) / (len(LANGUAGES) - 1))
_TELLING_LETTERS = 40
_LOCALE = 5.0
_NOT_HELPED_IN = 0.1
_LEAST = 0.5
# Below this share of all languages, the text is likelier in one that nobody helps in.
_CONFIGURED_SHARE = 0.1


def ticket_language(
    words: str,
    *,
    given: str | None = None,
    locale: str | None = None,
    helped_in: Callable[[], Collection[str]] = frozenset,
) -> tuple[str, float]:
    """Return the language of a ticket with its probability.

    Parameters
    ----------
    words : str
        What the customer wrote.
    given : str, optional
        What the helpdesk says; believed unless the words clearly say another.
    locale : str, optional
        The customer's, such as ``en-GB``; counts below 40 letters.
    helped_in : callable, optional
        Returns the languages that the client has articles in; asked below 40 letters.

    Returns
    -------
    (str, float)
        One of ``LANGUAGES`` and its probability in [0, 1], or ``"unknown"`` with that of the
        likeliest one. Without letters the language that is given, as often as it is right.

    Examples
    --------
    >>> ticket_language("reset password", locale="en-GB")[0]
    'en'
    >>> ticket_language("¿Dónde está mi pedido?", given="en")[0]
    'es'
    """
    told = _code(given)
    fit = likelihoods(words)
    if not fit:
        return (told, _TRUSTED) if told in LANGUAGES else (UNKNOWN, 0.0)
    weights = dict.fromkeys(LANGUAGES, 1.0)
    if told in weights:
        weights[told] *= _OVERRULED_BY
    elif sum(character.isalpha() for character in words) < _TELLING_LETTERS:
        known = frozenset(helped_in()) & weights.keys()
        weights = {code: 1.0 if code in known or not known else _NOT_HELPED_IN for code in weights}
        if _code(locale) in weights:
            weights[_code(locale)] *= _LOCALE
    belief = {code: weights[code] * fit[code] for code in weights}
    mass = sum(belief.values())
    label = max(belief, key=belief.__getitem__)
    if mass <= 0:
        return UNKNOWN, 0.0
    p = belief[label] / mass * min(1.0, max(mass, sum(fit.values())) / _CONFIGURED_SHARE)
    return (label if p >= _LEAST else UNKNOWN), p


def _code(named: str | None) -> str:
    """Return the language of a locale: ``pt`` for ``pt_BR``."""
    return (named or "").strip().lower().replace("_", "-").partition("-")[0]
