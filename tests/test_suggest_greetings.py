"""Greetings: the right word at the customer's local hour, on both sides of every clock change."""

import pickle
from datetime import UTC, datetime, timedelta
from datetime import timezone as fixed_offset

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ParameterError
from data.text import LANGUAGES
from suggest.greetings import first_name, greeting, printable_name, resolve_timezone
from suggest.phrases import PHRASES, phrasebook

START = datetime(2015, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 16 * 365 * 1440).map(lambda m: START + timedelta(minutes=m))
CODES = st.sampled_from(sorted(phrasebook().languages))


def at_local_hour(hour: int, minute: int = 0) -> datetime:
    """A summer day in Paris, two hours ahead of UTC."""
    return datetime(2026, 7, 1, hour, minute, tzinfo=fixed_offset(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("language", "hour", "zone", "expected"),
    [
        ("en", 8, "Europe/Paris", "Good morning,"),
        ("en", 12, "Europe/Paris", "Good afternoon,"),
        ("en", 18, "Europe/Paris", "Good evening,"),
        ("en", 2, "Europe/Paris", "Hello,"),
        ("fr", 17, "Europe/Paris", "Bonjour,"),
        ("fr", 18, "Europe/Paris", "Bonsoir,"),
        ("fr", 4, "Europe/Paris", "Bonsoir,"),
        ("de", 9, "Europe/Paris", "Guten Morgen,"),
        ("de", 11, "Europe/Paris", "Guten Tag,"),
        ("de", 19, "Europe/Paris", "Guten Abend,"),
        ("it", 10, "Europe/Paris", "Buongiorno,"),
        ("it", 20, "Europe/Paris", "Buonasera,"),
        ("es", 13, "Europe/Madrid", "Buenos días:"),
        ("es", 16, "Europe/Madrid", "Buenas tardes:"),
        ("es", 22, "Europe/Madrid", "Buenas noches:"),
        ("pt", 9, "Europe/Paris", "Bom dia,"),
        ("pt", 15, "Europe/Paris", "Boa tarde,"),
        ("pt", 21, "Europe/Paris", "Boa noite,"),
        ("nl", 9, "Europe/Paris", "Goedemorgen,"),
        ("nl", 13, "Europe/Paris", "Goedemiddag,"),
        ("nl", 19, "Europe/Paris", "Goedenavond,"),
        ("pl", 9, "Europe/Paris", "Dzień dobry,"),
        ("pl", 19, "Europe/Paris", "Dobry wieczór,"),
        ("tr", 8, "Europe/Paris", "Günaydın,"),
        ("tr", 14, "Europe/Paris", "İyi günler,"),
        ("tr", 19, "Europe/Paris", "İyi akşamlar,"),
        ("sv", 19, "Europe/Paris", "God kväll,"),
        ("da", 8, "Europe/Paris", "Godmorgen,"),
        ("fi", 12, "Europe/Paris", "Hyvää päivää,"),
    ],
)
def test_word_of_the_hour(language: str, hour: int, zone: str, expected: str) -> None:
    assert greeting(language, at_local_hour(hour), zone) == expected


def test_a_minute_decides() -> None:
    assert greeting("fr", at_local_hour(17, 59), "Europe/Paris") == "Bonjour,"
    assert greeting("fr", at_local_hour(18, 0), "Europe/Paris").code == "fr:evening@Europe/Paris"


def test_same_moment_greets_each_customer_by_their_own_clock() -> None:
    moment = datetime(2026, 3, 2, 18, 41, tzinfo=UTC)
    greeted = {z: str(greeting("en", moment, z)) for z in ("Asia/Tokyo", "America/Lima", "UTC")}
    assert greeted == {
        "Asia/Tokyo": "Hello,",
        "America/Lima": "Good afternoon,",
        "UTC": "Good evening,",
    }


def test_lunch_is_later_in_madrid_than_in_lima() -> None:
    assert greeting("es", datetime(2026, 1, 5, 12, 0, tzinfo=UTC), "Europe/Madrid") == (
        "Buenos días:"
    )
    assert greeting("es", datetime(2026, 1, 5, 18, 0, tzinfo=UTC), "America/Lima") == (
        "Buenas tardes:"
    )


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _nth_sunday(year: int, month: int, n: int, utc: timedelta) -> datetime:
    """The n-th Sunday of a month at midnight UTC, plus `utc`."""
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (n - 1)) + utc


def _offset(zone: str, at: datetime) -> timedelta:
    """UTC offsets by the published rules, written without a zone database."""
    year, hours = at.year, timedelta
    if zone in ("Europe/Paris", "Europe/Lisbon"):
        summer = _last_sunday(year, 3) <= at < _last_sunday(year, 10)
        return hours(hours=(1 if zone == "Europe/Paris" else 0) + summer)
    if zone in ("America/New_York", "America/St_Johns"):
        standard = hours(hours=-5) if zone == "America/New_York" else hours(hours=-3, minutes=-30)
        starts = _nth_sunday(year, 3, 2, hours(hours=2) - standard)
        ends = _nth_sunday(year, 11, 1, hours(hours=1) - standard)
        return standard + hours(hours=1) * (starts <= at < ends)
    if zone in ("Australia/Adelaide", "Australia/Lord_Howe"):
        half = zone == "Australia/Lord_Howe"
        standard = hours(hours=10, minutes=30) if half else hours(hours=9, minutes=30)
        change = hours(minutes=30) if half else hours(hours=1)
        starts = _nth_sunday(year, 10, 1, hours(hours=2) - standard)
        ends = _nth_sunday(year, 4, 1, hours(hours=2) - standard - change)
        return standard + change * (at < ends or at >= starts)
    return {"Asia/Kolkata": hours(hours=5.5), "Asia/Kathmandu": hours(hours=5.75)}[zone]


RULED = (
    "Europe/Paris",
    "Europe/Lisbon",
    "America/New_York",
    "America/St_Johns",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Asia/Kathmandu",
)


@given(moment=MOMENTS, zone=st.sampled_from(RULED), language=CODES)
def test_agrees_with_offsets_computed_from_the_rules(
    moment: datetime, zone: str, language: str
) -> None:
    hour = (moment + _offset(zone, moment)).hour
    assert greeting(language, moment, zone).band == phrasebook().of(language, owner="t").band(
        hour, zone
    )


@given(
    year=st.integers(2016, 2030),
    spring=st.booleans(),
    minutes=st.integers(-2880, 2880),
    zone=st.sampled_from(["Europe/Paris", "Europe/Lisbon"]),
)
def test_around_both_changes_of_the_clock(year: int, spring: bool, minutes: int, zone: str) -> None:
    moment = _last_sunday(year, 3 if spring else 10) + timedelta(minutes=minutes)
    local = moment + _offset(zone, moment)
    evening = local.hour >= 18 or local.hour < 5
    assert greeting("fr", moment, zone) == ("Bonsoir," if evening else "Bonjour,")


@given(moment=MOMENTS, minutes=st.integers(-14 * 60, 14 * 60), language=CODES)
def test_the_zone_the_moment_is_written_in_does_not_matter(
    moment: datetime, minutes: int, language: str
) -> None:
    elsewhere = moment.astimezone(fixed_offset(timedelta(minutes=minutes)))
    assert greeting(language, moment, "Asia/Kathmandu").code == (
        greeting(language, elsewhere, "Asia/Kathmandu").code
    )


@given(
    moment=MOMENTS,
    language=CODES,
    zone=st.sampled_from([*RULED, "Europe/Madrid", "Atlantic/Azores", None]),
    formality=st.sampled_from(["formal", "informal"]),
    name=st.none() | st.text(max_size=60),
)
def test_every_moment_has_a_greeting_of_one_line(
    moment: datetime, language: str, zone: str | None, formality: str, name: str | None
) -> None:
    line = greeting(language, moment, zone, name=name, formality=formality)
    assert line
    assert len(line.splitlines()) == 1
    assert line[-1] in ",:"
    assert line.code.startswith(f"{language}:")


def test_every_drafting_language_has_every_phrase() -> None:
    assert phrasebook().drafting == tuple(sorted(LANGUAGES))
    for code in LANGUAGES:
        phrases = phrasebook().of(code, owner="t").phrases
        assert sorted(phrases) == sorted(PHRASES)
        assert all(set(by) == {"formal", "informal"} for by in phrases.values())


def test_unknown_zone_is_named() -> None:
    with pytest.raises(ParameterError, match=r"IANA time zone.*Got 'Europe/Pari' instead"):
        greeting("fr", at_local_hour(9), "Europe/Pari")


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Europe", "", "/etc/localtime", "\0"])
def test_a_zone_that_is_a_path_is_refused(zone: str) -> None:
    with pytest.raises(ParameterError, match="IANA time zone"):
        greeting("fr", at_local_hour(9), zone)


def test_naive_moment_is_refused() -> None:
    naive = at_local_hour(9).replace(tzinfo=None)
    with pytest.raises(ParameterError, match=r"'at' parameter of greeting .* time zone"):
        greeting("fr", naive, "Europe/Paris")


def test_unknown_language_lists_the_known() -> None:
    with pytest.raises(ParameterError, match=r"one of da, de, en, .* tr\. Got 'xx' instead"):
        greeting("xx", at_local_hour(9), "Europe/Paris")


def test_unknown_formality_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"'formal' or 'informal'\. Got 'rude'"):
        greeting("fr", at_local_hour(9), "Europe/Paris", formality="rude")


@pytest.mark.parametrize(
    ("language", "formality", "expected"),
    [
        ("en", "formal", "Good morning Anna Meyer,"),
        ("en", "informal", "Hi Anna,"),
        ("es", "formal", "Buenos días, Anna Meyer:"),
        ("pt", "informal", "Olá, Anna,"),
        ("tr", "formal", "Günaydın, Sayın Anna Meyer,"),
        ("pl", "formal", "Dzień dobry,"),
    ],
)
def test_names(language: str, formality: str, expected: str) -> None:
    line = greeting(
        language, at_local_hour(9), "Europe/Paris", name="Anna Meyer", formality=formality
    )
    assert line == expected
    assert line.name == ("" if language == "pl" else "Anna" + " Meyer" * (formality == "formal"))


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "null",
        "N/A",
        "x@y.org",
        "https://evil.example",
        "12345",
        "a\nb 1",
        "{name}",
        "Dr.",
        "Herr Dr.",
        "x" * 41,
    ],
)
def test_what_is_not_a_name_is_not_printed(name: str) -> None:
    assert printable_name(name) == ""
    assert greeting("en", at_local_hour(9), "Europe/Paris", name=name) == "Good morning,"


@pytest.mark.parametrize("name", ["O'Neil", "Jean-Luc", "Müller", "McKenna", "Ayşe Yılmaz", "İLKE"])
def test_names_stay_as_they_are(name: str) -> None:
    assert printable_name(name) == name


def test_greeting_is_a_string_and_survives_a_pickle() -> None:
    line = greeting("fr", at_local_hour(19), "Europe/Paris", name="Anna")
    again = pickle.loads(pickle.dumps(line))  # noqa: S301
    assert (again, again.code, again.name) == ("Bonsoir Anna,", "fr:evening@Europe/Paris", "Anna")


@pytest.mark.parametrize(
    ("customer", "locale", "client", "expected"),
    [
        ("America/Lima", "fr_FR", "Europe/Berlin", ("America/Lima", "customer")),
        (None, "fr_FR", "Europe/Berlin", ("Europe/Paris", "locale")),
        (None, "es-ES", None, ("Europe/Madrid", "locale")),
        (None, "zh-Hant-TW", None, ("Asia/Taipei", "locale")),
        (None, "en_US", "Europe/Berlin", ("Europe/Berlin", "client")),
        (None, "fr", "Europe/Berlin", ("Europe/Berlin", "client")),
        ("Paris", None, "Europe/Berlin", ("Europe/Berlin", "client")),
        (None, None, None, (None, "none")),
    ],
)
def test_whose_clock(
    customer: str | None, locale: str | None, client: str | None, expected: tuple[str | None, str]
) -> None:
    assert resolve_timezone(customer=customer, locale=locale, client=client) == expected


def test_no_zone_greets_for_every_hour() -> None:
    line = greeting("en", at_local_hour(9), None)
    assert (line, line.code) == ("Hello,", "en:unknown")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("Dr. Anna Weber", "Anna"),
        ("Prof. Dr. Anna Weber", "Anna"),
        ("MR JOHN SMITH", "John"),
        ("mrs. jane doe", "Jane"),
        ("Herr Jürgen Schäfer", "Jürgen"),
        ("M. Jean Dupont", "Jean"),
        ("Sra. Lucía Fernández", "Lucía"),
        ("Sig.ra Elena Rossi", "Elena"),
        ("Mevr. Sanne Vries", "Sanne"),
        ("Pani Anna Nowak", "Anna"),
        ("Dona Inês Carvalho", "Inês"),
        ("Sayın Ayşe Yılmaz", "Ayşe"),
        ("DUPONT Marie", "Marie"),
        ("Marie DUPONT", "Marie"),
        ("ANNE-MARIE DUPONT", "Anne-Marie"),
        ("Anna", "Anna"),
        ("Mme Diallo", ""),
        ("Dr. Weber", ""),
        ("Frau", ""),
        ("A. Weber", ""),
        ("J Weber", ""),
        ("refund me http://x.y", ""),
        (None, ""),
    ],
)
def test_a_title_is_no_first_name(name: str | None, given: str) -> None:
    assert first_name(name) == given
    at = datetime(2026, 3, 2, 18, 41, tzinfo=UTC)
    assert greeting("en", at, None, name=name, formality="informal").name == given
