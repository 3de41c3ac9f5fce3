"""Every language has its words in every file, and one that lacks them is named."""

from importlib.resources import files

import pytest
import yaml

from data.errors import ConfigError
from data.text import LANGUAGES
from serving.schemas import CorrectedIn
from suggest import alarms, asking, clauses, closing, phrases, salutations, sendable, wanted
from suggest.lexicons import lexicon

FILES = {
    "alarms.yaml": (),
    "asking.yaml": ("asking", "courtesy"),
    "clauses.yaml": (),
    "closing.yaml": (),
    "phrases.yaml": ("languages",),
    "salutations.yaml": (),
    "sendable.yaml": (),
    "wanted.yaml": (),
}
READERS = {
    "alarms.yaml": alarms._raw.__wrapped__,
    "asking.yaml": asking._patterns.__wrapped__,
    "clauses.yaml": lambda: clauses._words.__wrapped__("xx"),
    "closing.yaml": lambda: closing._words.__wrapped__("xx"),
    "phrases.yaml": phrases.phrasebook.__wrapped__,
    "salutations.yaml": lambda: salutations.salutations.__wrapped__("xx"),
    "sendable.yaml": lambda: sendable._lexicon.__wrapped__("xx"),
    "wanted.yaml": wanted._raw.__wrapped__,
}


def test_no_file_of_words_is_forgotten() -> None:
    found = {one.name for one in files("suggest").iterdir() if one.name.endswith(".yaml")}
    assert found == set(FILES) == set(READERS)


@pytest.mark.parametrize("name", FILES)
def test_every_file_has_the_same_entries_for_every_language(name: str) -> None:
    raw = lexicon(name, *FILES[name])
    assert raw == yaml.safe_load(files("suggest").joinpath(name).read_text("utf-8"))
    for part in FILES[name] or ("",):
        entries = raw[part] if part else raw
        for code in LANGUAGES:
            given, english = entries[code], entries["en"]
            assert given
            assert type(given) is type(english)
            if isinstance(given, dict):
                # Where words may stand and bands of some regions are a language's own.
                assert set(english) - set(given) == set()
                assert all(given.values())


@pytest.mark.parametrize("name", FILES)
def test_a_language_without_words_is_named_with_the_file(name: str, monkeypatch) -> None:
    phrases.phrasebook()
    monkeypatch.setattr("suggest.lexicons.LANGUAGES", (*LANGUAGES, "xx"))
    sendable._raw.cache_clear()
    try:
        with pytest.raises(ConfigError, match=rf"suggest/{name}.* Got none for xx: add it"):
            READERS[name]()
    finally:
        sendable._raw.cache_clear()


def test_words_to_draft_in_win_over_those_to_greet_in(monkeypatch) -> None:
    raw = lexicon("phrases.yaml", "languages")
    raw["languages"] |= {"sv": raw["languages"]["de"]}
    monkeypatch.setattr("suggest.phrases.lexicon", lambda *_: raw)
    book = phrases.phrasebook.__wrapped__()
    assert "sv" in book.drafting
    assert book.languages["sv"].phrases == book.languages["de"].phrases


def test_the_service_takes_a_correction_to_each_language() -> None:
    for code in (*LANGUAGES, "unknown"):
        assert CorrectedIn(language=code).language == code
    with pytest.raises(ValueError, match="'de', 'en'"):
        CorrectedIn(language="xx")
