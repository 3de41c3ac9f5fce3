"""First and last names of many countries, read once from the provider lists of `faker`."""

from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec, module_from_spec
from types import ModuleType

from data.redaction import more_names
from data.redaction.ordinary_names import FIRST, LAST
from data.redaction.plain import plain, with_plain
from data.text.phrases import fold

_PLACES = (
    "cs_CZ", "de_AT", "de_CH", "de_DE", "en_GB", "en_IE", "en_IN", "en_KE", "en_NG", "en_PK",
    "en_US", "es_AR", "es_CO", "es_ES", "es_MX", "fr_BE", "fr_DZ", "fr_FR", "fr_QC", "hr_HR",
    "hu_HU", "it_IT", "nl_BE", "nl_NL", "pl_PL", "pt_BR", "pt_PT", "ro_RO", "sk_SK", "sv_SE",
    "tr_TR", "tw_GH", "vi_VN",
)  # fmt: skip
_SHORTEST = 3
_OF_POLISH = "pl_PL"
# What Polish cases put in the place of the last letters of a name.
_ENDINGS = {
    "a": ("y", "i", "ę", "ą", "o", "e", "ie", "dze", "ce", "rze"),
    "ek": ("ka", "kowi", "kiem", "ku"),
    "": ("a", "owi", "em", "iem", "ie", "u", "ze"),
}


def first_names() -> frozenset[str]:
    """Return the folded words of which `is_first` is true."""
    return _names()[0]


def is_first(folded: str) -> bool:
    """Tell whether a folded word is a first name and hardly ever another word."""
    return folded in _names()[0]


def is_doubtful_first(folded: str) -> bool:
    """Tell whether a folded word is a first name, a place or brand or word of the language too."""
    return folded in _names()[3]


def is_last(folded: str) -> bool:
    """Tell whether a folded word is a last name and hardly ever another word."""
    return folded in _names()[1] or (
        folded.endswith(("ska", "cka", "dzka")) and folded[:-1] + "i" in _names()[1]
    )


def is_polish_case(folded: str) -> bool:
    """Tell whether a folded word is a first name in one of the cases of Polish."""
    return folded in _names()[2]


def is_everyday_name(folded: str) -> bool:
    """Tell whether a folded word, as a name, would be mistaken for another word."""
    return folded in LAST


@lru_cache(maxsize=1)
def _names() -> tuple[frozenset[str], ...]:
    first = set(with_plain(more_names.FIRST))
    last = set(with_plain(more_names.LAST))
    cases: set[str] = set()
    for place in _PLACES:
        provider = _module(f"faker.providers.person.{place}").Provider
        given = set(_words(provider, "first_name"))
        first |= given
        last |= set(_words(provider, "last_name"))
        if place == _OF_POLISH:
            cases = {form for name in given | more_names.POLISH for form in _cases(name)}
    sets = (first - FIRST, last - LAST, cases - FIRST - LAST, first & FIRST)
    return tuple(map(frozenset, sets))


def _module(name: str) -> ModuleType:
    """Run a module without keeping it: of its megabytes only the names are needed."""
    spec = find_spec(name)
    if spec is None or spec.loader is None:  # pragma: no cover - faker is a dependency
        raise ModuleNotFoundError(name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _words(provider: type, kind: str) -> Iterator[str]:
    """Yield the words of a provider's names, as they are and without accents."""
    for attribute in dir(provider):
        names = getattr(provider, attribute) if kind in attribute else ()
        for name in () if callable(names) else names:
            for word in fold(name).replace("-", " ").replace("'", " ").split():
                if len(word) >= _SHORTEST and word.isalpha():
                    yield word
                    if not word.isascii():
                        yield plain(word)


def _cases(name: str) -> Iterator[str]:
    for ending, forms in _ENDINGS.items():
        if name.endswith(ending) and len(name) > _SHORTEST + len(ending) - 1:
            stem = name[: len(name) - len(ending)]
            yield from (stem + form for form in forms)
