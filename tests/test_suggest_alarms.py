"""What a person has to read first, in each language, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text import LANGUAGES
from suggest.alarms import ALARMS, alarm

REPORTS = {
    "de": {
        "safety": "Die Lampe hat Feuer gefangen.",
        "bereavement": "Mein Mann ist letzte Woche verstorben.",
        "legal": "Ich schalte meinen Anwalt ein.",
        "fraud": "Mein Konto wurde gehackt.",
        "leaving": "Hiermit kündige ich meine Mitgliedschaft.",
    },
    "en": {
        "safety": "The lamp gave my son an electric shock.",
        "bereavement": "My husband died last week.",
        "legal": "I will sue you, my lawyer is informed.",
        "fraud": "My account was hacked!",
        "leaving": "I am leaving Loom Club at the end of the month.",
    },
    "es": {
        "safety": "La lámpara echó humo y se quemó la cortina.",
        "bereavement": "Mi madre falleció en mayo.",
        "legal": "Mi abogado se pondrá en contacto.",
        "fraud": "Me han hackeado la cuenta.",
        "leaving": "Quiero darme de baja del club.",
    },
    "fr": {
        "safety": "La lampe a pris feu hier soir.",
        "bereavement": "Mon mari est décédé.",
        "legal": "Je saisirai le tribunal.",
        "fraud": "Mon compte a été piraté.",
        "leaving": "Et je résilie Loom Club.",
    },
    "it": {
        "safety": "La lampada ha preso fuoco.",
        "bereavement": "Mio padre è deceduto.",
        "legal": "Mi rivolgerò al mio avvocato.",
        "fraud": "Il mio account è stato hackerato.",
        "leaving": "Con la presente do disdetta.",
    },
    "nl": {
        "safety": "De lamp heeft vlam gevat.",
        "bereavement": "Mijn man is overleden.",
        "legal": "Ik stap naar de rechter, mijn advocaat weet ervan.",
        "fraud": "Mijn account is gehackt.",
        "leaving": "Ik wil mijn lidmaatschap opzeggen.",
    },
    "pl": {
        "safety": "Lampa wybuchła i poparzyła mi rękę.",
        "bereavement": "Mój mąż zmarł w maju.",
        "legal": "Sprawę przekażę do sądu.",
        "fraud": "Ktoś włamał się na moje konto.",
        "leaving": "Rezygnuję z członkostwa.",
    },
    "pt": {
        "safety": "O candeeiro pegou fogo.",
        "bereavement": "O meu marido faleceu.",
        "legal": "Vou falar com o meu advogado.",
        "fraud": "A minha conta foi hackeada.",
        "leaving": "Quero rescindir o contrato.",
    },
    "tr": {
        "safety": "Lamba patladı ve oğlum yaralandı.",
        "bereavement": "Eşim vefat etti.",
        "legal": "Avukatıma haber verdim.",
        "fraud": "Hesabım hacklendi.",
        "leaving": "Üyeliğimi iptal ettirmek istiyorum.",
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ALARMS)
def test_every_kind_is_heard_in_every_language(language: str, kind: str) -> None:
    report = REPORTS[language][kind]
    for text in (report, report.upper(), f"LL-204518? {report}"):
        assert alarm(text, language) == kind


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Je resilie mon abonnement.", "fr"),
        ("Mein Vertrag soll enden, ich moechte ihn kundigen", "de"),
        ("Me di cuenta de que han jaqueado mi correo", "es"),
    ],
)
def test_words_without_their_accents_are_heard(text: str, language: str) -> None:
    assert alarm(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Do you have fire certificates for the linen?", "en"),
        ("The app does not open on my Fire TV, can you help?", "en"),
        ("I am leaving for Spain tomorrow, will the parcel be here?", "en"),
        ("I want to leave my feedback on the lamp.", "en"),
        ("How do I cancel my newsletter subscription?", "en"),
        ("Please cancel my order, then sign me in.", "en"),
        ("Can someone help me with my account?", "en"),
        ("Regards, Sue", "en"),
        ("My phone battery died, how do I pair the lamp?", "en"),
        ("Der Preis betrug 30 Euro, die Lampe brennt nicht.", "de"),
        ("Wo ist meine Bestellung? Ich stehe vor der Tür.", "de"),
        ("Je voudrais la housse couleur avocat.", "fr"),
        ("La lampadina è bruciata, ne vorrei una nuova.", "it"),
        ("A lâmpada queimou, quero outra.", "pt"),
        ("Lampa się zapaliła na czerwono, co robić?", "pl"),
        ("Lamba yandı söndü, ne yapmalıyım?", "tr"),
    ],
)
def test_what_only_looks_like_it_is_none(text: str, language: str) -> None:
    assert alarm(text, language) == ""


@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_more_words_never_silence_an_alarm(text: str, language: str) -> None:
    for grave, kind in enumerate(ALARMS):
        heard = alarm(f"{REPORTS[language][kind]} {text}", language)
        assert ALARMS.index(heard) <= grave
