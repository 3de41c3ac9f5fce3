"""The word lists beside the code: one file a purpose, in it an entry for each language."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import yaml

from data.errors import ConfigError
from data.text import LANGUAGES


def lexicon(name: str, *parts: str) -> dict[str, Any]:
    """Read a file of word lists.

    Parameters
    ----------
    name : str
        Of the file in this package.
    parts : str
        Keys under which languages stand; the file itself when there are none.

    Raises
    ------
    ConfigError
        When a language that drafts are written in has no entry; names the file.
    """
    text = files("suggest").joinpath(name).read_text("utf-8")
    # The loader in Python takes over a second for long lists.
    raw: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    for part in parts or ("",):
        given: Mapping[str, Any] = raw[part] if part else raw
        missing = [code for code in LANGUAGES if code not in given]
        if missing:
            place = f"{name} ({part})" if part else name
            raise ConfigError(
                f"The file suggest/{place} must have an entry for each language of "
                f"data.text.LANGUAGES. Got none for {', '.join(missing)}: add it."
            )
    return raw
