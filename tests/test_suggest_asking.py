"""Requests in a message: two in one sentence, and what the customer does not want."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text import LANGUAGES, Span
from suggest.asking import split_requests
from suggest.clauses import joined_requests, without_unwanted

TWO = {
    "de": ("Wann kommt mein Paket", "wo finde ich die Rechnung?", "und"),
    "en": ("When will my parcel come", "why was 3.90 deducted?", "and also"),
    "es": ("¿Dónde está mi pedido", "cuándo recibo la factura?", "y"),
    "fr": ("Quand arrive mon colis", "où est ma facture ?", "et"),
    "it": ("Dove si trova il pacco", "quando arriva la fattura?", "e"),
    "nl": ("Waar is mijn pakket", "hoe krijg ik de factuur?", "en ook"),
    "pl": ("Gdzie jest moja paczka", "jak dostanę fakturę?", "i"),
    "pt": ("Onde está a encomenda", "como recebo a fatura?", "e"),
    "tr": ("Siparişim nerede kaldı", "faturayı nasıl alabilirim?", "ve"),
}


@pytest.mark.parametrize("language", TWO)
def test_two_requests_of_one_sentence_are_two(language: str) -> None:
    first, second, joint = TWO[language]
    found = split_requests(f"{first} {joint} {second}", language)
    assert [r.text for r in found.chosen] == [first, second]
    assert [r.query for r in found.chosen] == [first, second]
    assert found.found == 2


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I want to return the lamp and get a refund", "en"),
        ("I want to know when and where it arrives", "en"),
        ("Can I wash and iron the linen?", "en"),
        ("I bought a lamp and a shade, how do I fit both?", "en"),
        ("Ich habe Lampe und Schirm, wie gehören sie zusammen?", "de"),
        ("Je voudrais la lampe et la housse de la collection", "fr"),
        ("Quiero la lámpara y la manta de lana", "es"),
    ],
)
def test_two_things_of_one_request_are_one(text: str, language: str) -> None:
    assert split_requests(text, language).found == 1


def test_a_complaint_and_a_wish_are_two() -> None:
    text = "I never received the password reset email and also I need an invoice for LL-445566."
    found = split_requests(text, "en")
    assert [r.text for r in found.chosen] == [
        "I never received the password reset email",
        "I need an invoice for LL-445566.",
    ]


UNWANTED = {
    "de": ("Ich möchte NICHT kündigen, ", "nur meine Adresse ändern."),
    "en": ("I do NOT want to cancel my membership, ", "I only want to change my address"),
    "es": ("No quiero cancelar mi pedido, ", "solo cambiar la dirección."),
    "fr": ("Je ne veux pas de remboursement, ", "je voudrais savoir où est mon colis."),
    "it": ("Non voglio annullare l'ordine, ", "vorrei cambiare indirizzo."),
    "nl": ("Ik wil mijn bestelling niet annuleren, ", "ik wil mijn adres wijzigen."),
    "pl": ("Nie chcę anulować zamówienia, ", "chcę zmienić adres."),
    "pt": ("Não quero cancelar a encomenda, ", "quero mudar a morada."),
    "tr": ("Siparişimi iptal etmek istemiyorum, ", "adresimi değiştirmek istiyorum."),
}


@pytest.mark.parametrize("language", UNWANTED)
def test_what_is_not_wanted_is_not_looked_up(language: str) -> None:
    unwanted, wanted = UNWANTED[language]
    for text in (unwanted + wanted, f"{wanted.rstrip('.')}, {unwanted.rstrip(', ')}."):
        found = split_requests(text, language)
        assert [r.query.rstrip(".") for r in found.chosen] == [wanted.rstrip(".")]
        assert found.found == 1


FORBIDDEN = {
    "de": [
        "Bitte setzen Sie mein Passwort nicht zurück, sondern löschen Sie das Konto.",
        "Schicken Sie mir kein neues Passwort, sondern löschen Sie das Konto.",
        "Vergessen Sie die Erstattung, löschen Sie das Konto.",
    ],
    "en": [
        "Please do not reset my password, delete the old account!",
        "Please don't send me a new password, delete the old account.",
        "Don’t start the refund, delete the old account.",
        "never mind about the refund, delete the old account",
    ],
    "es": [
        "Por favor no me envíen otra contraseña, quiero borrar la cuenta.",
        "No restablezcan mi contraseña, quiero borrar la cuenta.",
    ],
    "fr": [
        "Merci de ne pas réinitialiser mon mot de passe, je veux supprimer le compte.",
        "Ne m'envoyez pas de mot de passe, je veux supprimer le compte.",
        "Oubliez le remboursement, je veux supprimer le compte.",
    ],
    "it": [
        "Per favore non resettate la password, vorrei chiudere il conto.",
        "Non inviatemi una nuova password, vorrei chiudere il conto.",
    ],
    "nl": [
        "Stuur mij geen nieuw wachtwoord, ik wil het account sluiten.",
        "Gelieve mijn wachtwoord niet te resetten, ik wil het account sluiten.",
    ],
    "pl": [
        "Proszę nie resetować hasła, chcę zamknąć konto.",
        "Nie wysyłajcie mi hasła, chcę zamknąć konto.",
    ],
    "pt": [
        "Por favor não enviem outra senha, quero fechar a conta.",
        "Não redefinam a minha senha, quero fechar a conta.",
    ],
    "tr": [
        "Şifremi sıfırlamayın, hesabımı kapatmak istiyorum.",
        "Lütfen yeni şifre göndermeyiniz, hesabımı kapatmak istiyorum.",
    ],
}


@pytest.mark.parametrize("language", FORBIDDEN)
def test_what_is_forbidden_is_not_looked_up(language: str) -> None:
    for text in FORBIDDEN[language]:
        forbidden, _, wanted = text.replace(" sondern", "").rpartition(", ")
        found = split_requests(text, language)
        assert [r.text for r in found.chosen] == [wanted], text
        assert split_requests(forbidden + ".", language).found == 2


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Don't know how to reset my password, please help", "en"),
        ("Please don't forget to send me the invoice", "en"),
        ("Don't you have the lamp in blue?", "en"),
        ("Please don't send me any more letters", "en"),
        ("Bitte helfen Sie mir, ich kann mich nicht anmelden", "de"),
        ("Bitte senden Sie mir keine Werbung mehr", "de"),
        ("Haben Sie die Lampe nicht in Blau?", "de"),
        ("Vergessen Sie nicht die Rechnung", "de"),
        ("N'hésitez pas à m'appeler, où est mon colis", "fr"),
        ("Ne fonctionne pas, que faire", "fr"),
        ("No funciona la lámpara, por favor ayuda", "es"),
        ("No llega el correo de la contraseña", "es"),
        ("Non avete risposto alla mia domanda", "it"),
        ("Non funziona la lampada", "it"),
        ("Stuur mij geen reclame meer", "nl"),
        ("Nie działa lampa, proszę o pomoc", "pl"),
        ("Não funciona a lâmpada", "pt"),
        ("Faturayı unutmayın, nerede kaldı", "tr"),
    ],
)
def test_what_does_not_work_is_not_forbidden(text: str, language: str) -> None:
    assert without_unwanted(Span(0, len(text), text), language) == Span(0, len(text), text)


@pytest.mark.parametrize("language", UNWANTED)
def test_where_only_the_unwanted_is_said_a_request_stays_open(language: str) -> None:
    text = UNWANTED[language][0].strip(", ") + "."
    found = split_requests(text, language)
    assert [r.text for r in found.chosen] == [text]
    assert found.found == 2


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("No need for a refund, just tell me where it is", "en", "just tell me where it is"),
        ("I don’t want a refund but please send a new one", "en", "please send a new one"),
        ("Please don't cancel my order, only change it", "en", "only change it"),
        ("Ich brauche keine Gutschrift, sondern bitte neue Ware", "de", "bitte neue Ware"),
        ("Keine Erstattung nötig, wo ist das Paket?", "de", "wo ist das Paket?"),
        ("Pas besoin de remboursement, où est mon colis ?", "fr", "où est mon colis ?"),
        ("No hace falta reembolso, ¿dónde está mi paquete?", "es", "¿dónde está mi paquete?"),
    ],
)
def test_other_ways_to_decline(text: str, language: str, wanted: str) -> None:
    assert [r.text for r in split_requests(text, language).chosen] == [wanted]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I don't want the club any more, how do I leave?", "en"),
        ("Ich will die Lampe nicht mehr, wie gebe ich sie zurück?", "de"),
        ("Ich möchte wissen warum die Lampe nicht angeht", "de"),
        ("Ich möchte zahlen und kann nicht", "de"),
        ("Je n'ai plus besoin de la lampe, comment la renvoyer ?", "fr"),
        ("Ya no quiero más correos, ¿cómo me doy de baja?", "es"),
        ("My lamp does not work, what can I do?", "en"),
    ],
)
def test_no_longer_wanted_is_a_wish(text: str, language: str) -> None:
    found = split_requests(text, language)
    assert [r.text for r in found.chosen] == [text]
    assert found.found == 1


@given(
    st.lists(
        st.sampled_from(
            ["I don't want", "and", "where is it", "a refund", ",", "but", "please", "?", "nicht"]
        ),
        max_size=12,
    ).map(" ".join),
    st.sampled_from(LANGUAGES),
)
def test_parts_come_from_the_sentence(text: str, language: str) -> None:
    sentence = Span(7, 7 + len(text), text)
    for part in joined_requests(sentence, language, lambda _: True):
        assert text[part.start - 7 : part.end - 7] == part.text
        kept = without_unwanted(part, language)
        assert kept is None or set(kept.text.split()) <= set(part.text.split())


INTRODUCED = {
    "de": ("Ich heiße [NAME_1].", "Was kostet der Versand?"),
    "en": ("My name is [NAME_1] [NAME_2].", "What does shipping cost?"),
    "es": ("Me llamo [NAME_1].", "¿Cuánto cuesta el envío?"),
    "fr": ("Je m'appelle [NAME_1].", "Combien coûte la livraison ?"),
    "it": ("Mi chiamo [NAME_1].", "Quanto costa la spedizione?"),
    "nl": ("Mijn naam is [NAME_1].", "Wat kost de verzending?"),
    "pl": ("Nazywam się [NAME_1].", "Ile kosztuje wysyłka?"),
    "pt": ("Chamo-me [NAME_1].", "Quanto custa o envio?"),
    "tr": ("Adım [NAME_1].", "Kargo ücreti ne kadar?"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_wrote_is_not_looked_up(language: str) -> None:
    name, question = INTRODUCED[language]
    found = split_requests(f"{name} {question} [EMAIL_1]", language)
    assert [r.query.removesuffix(" [EMAIL_1]") for r in found.chosen] == [question]


def test_a_request_about_a_person_is_one() -> None:
    for text in ("Where is [NAME_1]?", "Please call [PHONE_1].", "I want to talk to [NAME_1]."):
        assert [r.text for r in split_requests(text, "en").chosen] == [text]
    said = "My name is [NAME_1]. I need a bill for [NAME_2]."
    assert [r.text for r in split_requests(said, "en").chosen] == ["I need a bill for [NAME_2]."]
