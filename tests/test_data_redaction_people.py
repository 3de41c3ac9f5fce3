"""Names by lists, by position and in chats; addresses whole; web addresses of one person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.redaction import redact
from data.redaction.gazetteer import is_doubtful_first, is_first, is_last
from data.redaction.personal_urls import is_personal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the parcel went to Agnieszka in error", "the parcel went to [NAME_1] in error"),
        ("das Paket hat Henrik van den Berg geholt", "das Paket hat [NAME_1] geholt"),
        ("j'ai parlé à Hélène Bouchard-Lemoine hier", "j'ai parlé à [NAME_1] hier"),
        ("signed by giulia esposito at noon", "signed by [NAME_1] at noon"),
        ("ENTREGADO A MARÍA JOSÉ ROMERO HOY", "ENTREGADO A [NAME_1] HOY"),
        ("proszę o kontakt z Weroniką w tej sprawie", "proszę o kontakt z [NAME_1] w tej sprawie"),
        ("Selin'in telefonunda çalışıyor", "[NAME_1]'in telefonunda çalışıyor"),
        ("le colis d'Anna est perdu", "le colis d'[NAME_1] est perdu"),
        ("for Will Thompson and Grace Okafor", "for [NAME_1] and [NAME_2]"),
    ],
)
def test_a_listed_name_is_found_wherever_it_stands(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Will this arrive in May or June? Mark it as urgent.",
        "Grace period and Hope, Rose and Summer are words.",
        "I live in Florence, near Victoria Station, and fly to San Francisco.",
        "The sofa Emma 200 and the lamp Vera are out of stock.",
        "Ben iki gün önce sipariş verdim, Deniz manzaralı oda.",
        "Meine Rose ist verwelkt, der Ernst der Lage ist klar.",
        "Harlow & Finch Ltd and Autohaus Peter Kessler GmbH",
        "Talleres Hermanos Pardo S.L. y Gestoría Laura Ruiz S.L.",
        "Mercedes Sprinter, Dacia Sandero, Alexa and Siri",
        "rue Victor Hugo, Calle Juan Bravo, piazza Garibaldi",
        "Customer: yes\nAgent: Please wait\nCustomer: ok\nAgent: Thanks",
    ],
)
def test_everyday_words_places_firms_and_things_stay(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my neighbour (Xandriel Quorvex) took it", "my neighbour ([NAME_1]) took it"),
        ("o técnico Zelindro não veio", "o técnico [NAME_1] não veio"),
        ("mi compañera de piso, Yrsolda Quent, firmó", "mi compañera de piso, [NAME_1], firmó"),
        ("Vor- und Nachname: xaver quolm\nOrt: Ulm", "Vor- und Nachname: [NAME_1]\nOrt: Ulm"),
        ("nome sul citofono Hoxhavi.", "nome sul citofono [NAME_1]."),
        ("op t.n.v. S. el Quattabi. Graag", "op t.n.v. [NAME_1]. Graag"),
        ("Goedemorgen, Zwentibold hier. Vraagje", "Goedemorgen, [NAME_1] hier. Vraagje"),
        ("it is late.\nQuintorel", "it is late.\n[NAME_1]"),
        (
            "the driver of the other car: Baltaz Semedoro, insured",
            "the driver of the other car: [NAME_1], insured",
        ),
    ],
)
def test_an_unlisted_name_is_found_by_where_it_stands(text: str, expected: str) -> None:
    assert redact(text) == expected


def test_the_speakers_of_a_chat_go_wherever_they_are_spoken_to() -> None:
    text = "Quorvex: hi\nZelmira: hi Quorvex\nQuorvex: bye\nZelmira: bye"
    assert redact(text) == "[NAME_1]: hi\n[NAME_2]: hi [NAME_1]\n[NAME_1]: bye\n[NAME_2]: bye"


@pytest.mark.parametrize(
    "text",
    [
        "Am 3. Mai 2025 um 10:12 Uhr schrieb Quorvex Zelm <q@example.org>:",
        "On Tue, 4 Nov 2025 at 10:12, Quorvex Zelm <q@example.org> wrote:",
        "Le 4 nov. 2025 à 10:12, Quorvex Zelm <q@example.org> a écrit :",
        "Van: Quorvex Zelm <q@example.org>",
    ],
)
def test_the_writer_of_a_quoted_mail_goes(text: str) -> None:
    assert "Quorvex" not in redact(text)


def test_the_parts_of_a_full_name_go_as_well() -> None:
    assert redact("My name is Quorvex Zelmira. Zelmira is my last name") == (
        "My name is [NAME_1]. [NAME_2] is my last name"
    )


FIRST = st.sampled_from(
    ["Agnieszka", "Thorsten", "Guillermo", "Chiara", "Siobhan", "Emre", "Maaike"]
)
LAST = st.sampled_from(["Wiśniewska", "Bauer-Lang", "Ortega", "O'Brien", "Yılmaz", "Quorvex"])
BEFORE = st.sampled_from(["", "hello ", "the parcel for ", "danke, ", "voor ", "\n"])
AFTER = st.sampled_from(["", ".", ", ok", " is here", "\nbye", " (new)"])


@given(BEFORE, FIRST, LAST, AFTER)
def test_a_full_name_never_survives(before: str, first: str, last: str, after: str) -> None:
    redacted = redact(f"{before}{first} {last}{after}")
    assert first not in redacted
    assert last not in redacted


@given(st.text(max_size=40))
def test_a_word_is_a_sure_or_a_doubtful_name_but_not_both(word: str) -> None:
    assert not (is_first(word) and is_doubtful_first(word))


def test_the_lists_know_the_languages() -> None:
    assert all(map(is_first, ["jürgen", "agnieszka", "begoña", "tolga", "niamh"]))
    assert all(map(is_last, ["wiśniewska", "yılmaz", "gonzález"]))
    assert not any(map(is_first, ["will", "may", "rose", "paris"]))


@pytest.mark.parametrize(
    "address",
    [
        "The Old Forge, 3 Mill Lane, Llandeilo, Carmarthenshire SA19 6BH",
        "Flat 2, 90 Marine Parade, Brighton BN2 1AJ",
        "5 Abbey Court, Ennis, Co. Clare, V95 K2R1",
        "1200 Maple Avenue, Apt 4B, Austin, TX 78701",
        "4510, rue Saint-Denis, app. 6, Montréal (Québec) H2J 2L3",
        "12 bis, allée des Cèdres, bât. C, 3e étage, 69003 Lyon",
        "Am Stadtpark 3, App. 112, 45127 Essen",
        "Neubaugasse 44/2/11, 1070 Wien",
        "Postfach 12 34, 50001 Köln",
        "C/ San Vicente Ferrer, 14, 2º izda., 46002 Valencia",
        "Av. Insurgentes Sur 1871, Depto. 402, Col. Guadalupe Inn, 01020 Ciudad de México",
        "Viale Monza 12, scala B, int. 7, 20127 Milano (MI)",
        "Brusselsesteenweg 340 bus 2, 9050 Gentbrugge",
        "Wola Mała 27, 37-100 Łańcut",
        "ul. Lipowa 8/14, 50-432 Wrocław",
        "Rua Padre Eustáquio, 1780, ap. 301, 30720-100 Belo Horizonte - MG",
        "Yeni Mahalle 1523. Sokak No:8 Kat:3, 35530 Karşıyaka İzmir",
        "Fevzi Çakmak Cad. No:61/4 Osmangazi/Bursa",
        "14 Larkspur Close,\nLeeds\nLS8 2QT",
    ],
)
def test_an_address_goes_whole(address: str) -> None:
    assert redact(f"send it to {address}. thanks") == "send it to [ADDRESS_1]. thanks"


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/u/nell-abernathy-7731",
        "https://pay.example/p/9fK2xLq0aZt7",
        "https://a.example/verify?c=bGFlYTQ3&id=55190",
        "https://www.instagram.com/nell.abernathy",
        "https://forum.example/@nell",
        "https://a.example/d/123e4567-e89b-12d3-a456-426614174000",
    ],
)
def test_an_address_of_one_person_is_personal(url: str) -> None:
    assert is_personal(url)
    assert redact(f"see {url} now") == "see [URL_1] now"


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/products/lamp-e27-9w?color=black&utm_source=mail",
        "https://www.example.de/hilfe/passwort",
        "https://help.example/articles/42?lang=en",
        "https://shop.example/p/B08N5WRWNW",
        "https://www.youtube.com/watch?v=abc",
    ],
)
def test_a_page_for_everybody_stays(url: str) -> None:
    assert redact(f"see {url} now") == f"see {url} now"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("me chama no 11 97720-4418", "me chama no [PHONE_1]"),
        ("oddzwońcie 791-203-445", "oddzwońcie [PHONE_1]"),
        ("Windows von 10.0.19045.3570 auf 10.0.19045.3636", None),
        ("card number? It's 5412 7534 9021 8868, ok", "card number? It's [CARD_1], ok"),
        ("numer konta 40 1020 4476 0000 8102 0093 7714", "numer konta [IBAN_1]"),
    ],
)
def test_numbers_with_a_word_for_them(text: str, expected: str | None) -> None:
    assert redact(text) == (expected or text)
