"""Mail that no person wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text.automatic import is_automatic
from data.ticket import Ticket

LONG = 100_000


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Your invoice", "Re: Out of office", "Undeliverable: Invoice",
        "Abwesenheitsnotiz", "AW: Automatische Antwort: Passwort", "Réponse automatique : colis",
        "Respuesta automática: pedido", "Risposta automatica: ordine",
        "Automatisch antwoord: order",
        "Odpowiedź automatyczna: zamówienie", "Resposta automática: encomenda",
        "Otomatik yanıt: sipariş",
    ],
)  # fmt: skip
def test_subjects_of_machines(subject):
    assert is_automatic(subject, "I am back on Monday.")


@pytest.mark.parametrize(
    "text",
    [
        "This is an automated response. We have received your mail.",
        "Thank you for your mail.\nI am currently out of the office until 3 March.",
        "Dies ist eine automatische Antwort.",
        "Guten Tag,\nich bin bis zum 3. März nicht im Büro.",
        "Bonjour, ceci est une réponse automatique.",
        "Je suis absente du bureau jusqu'au 3 mars.",
        "Este es un mensaje automático, no responda.",
        "Hola,\nestoy fuera de la oficina hasta el lunes.",
        "Questo è un messaggio automatico.",
        "Sono fuori ufficio fino a lunedì.",
        "Dit is een automatisch bericht.",
        "Ik ben momenteel afwezig.",
        "To jest automatyczna odpowiedź.",
        "Obecnie przebywam na urlopie do 3 marca.",
        "Esta é uma resposta automática.",
        "Estou fora do escritório até segunda.",
        "Bu otomatik bir yanıttır.",
        "Merhaba,\nşu anda ofis dışındayım.",
    ],
)
def test_what_machines_say(text):
    assert is_automatic("Re: Invoice", text)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Invoice", "I only get 'this is an automated response', nobody helps me."),
        ("", "I am out of the office until Monday, can you deliver on Tuesday?"),
        ("", "The automatic shut-off of my lamp is broken."),
        ("", "Ich bin im Urlaub, wann kommt das Paket?"),
        ("Office lamp", "It does not turn on."),
        ("Reply to my automatic payment", "Why was I charged twice?"),
        ("Zustellung fehlgeschlagen", "Das Paket kam zurück."),
        ("Undelivered parcel", "It never came."),
        ("Abwesenheit bei der Zustellung", "Der Bote hat niemanden angetroffen."),
        ("", ""),
    ],
)
def test_what_people_write(subject, text):
    assert not is_automatic(subject, text)


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        ({"Auto-Submitted": "auto-replied"}, True),
        ({"auto_submitted": "auto-generated; owner=x"}, True),
        ({"Auto-Submitted": "no"}, False),
        ({"X-Auto-Response-Suppress": "DR, OOF, AutoReply"}, True),
        ({"X-Auto-Response-Suppress": "DR"}, False),
        ({"Precedence": "bulk"}, True),
        ({"Precedence": "list"}, False),
        ({"Return-Path": "<>"}, True),
        ({"X-Autoreply": "yes"}, True),
        ({"Content-Type": "multipart/report; report-type=delivery-status"}, True),
        ({"From": "Mail System <MAILER-DAEMON@mx.example>"}, True),
        ({"From": "Anna <anna@postmaster.example>"}, False),
        ({"X-Autoreply": "no", "Subject": ["a"], "X": None}, False),
        ({}, False),
    ],
)
def test_headers(headers, automatic):
    assert is_automatic("Invoice", "Where is it?", headers) is automatic


def test_a_form_is_filled_in_by_a_person_whatever_its_mail_says():
    body = {"id": "1", "text": "Where is it?", "headers": {"Auto-Submitted": "auto-generated"}}
    assert Ticket.from_mapping({**body, "channel": "email"}, "lumen").is_automatic
    assert not Ticket.from_mapping({**body, "channel": "form"}, "lumen").is_automatic


def test_a_note_behind_a_question_that_waits_hides_nothing():
    texts = ["Where is my order?", "This is an automated response."]
    messages = [{"author": "customer", "text": text} for text in texts]
    assert not Ticket.from_mapping({"id": "1", "messages": messages}, "lumen").is_automatic
    assert Ticket.from_mapping({"id": "1", "messages": messages[1:]}, "lumen").is_automatic


@given(st.text(), st.text(), st.dictionaries(st.text(max_size=20), st.integers() | st.text()))
def test_anything_is_read(subject, text, headers):
    assert is_automatic(subject, text, headers) in (True, False)


def test_long_texts_are_read_in_time():
    assert not is_automatic("re: " * LONG, "ich bin im automat " * LONG)
