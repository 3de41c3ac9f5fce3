"""A question of a price or a time is answered by what speaks of one, or by nothing."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.encoders import HashingEncoder
from data.text import LANGUAGES
from data.ticket import as_ticket
from suggest.drafter import ReplyDrafter
from suggest.index import KnowledgeIndex
from suggest.wanted import WANTED, told, wanted

PRICE = {
    "de": ["Was kostet der Versand?", "Wie teuer ist die Rücksendung?", "Ist der Versand gratis?"],
    "en": ["What does shipping cost?", "How much is a repair?", "Is there a fee for transfers?"],
    "es": ["¿Cuánto cuesta el envío?", "¿Cuál es el precio de una reparación?"],
    "fr": ["Combien coûte la livraison ?", "Quels sont les frais de retour ?"],
    "it": ["Quanto costa la spedizione?", "Qual è il prezzo di una riparazione?"],
    "nl": ["Wat kost de verzending?", "Hoe duur is een reparatie?"],
    "pl": ["Ile kosztuje wysyłka?", "Jaka jest cena naprawy?"],
    "pt": ["Quanto custa o envio?", "Qual é o preço de uma reparação?"],
    "tr": ["Kargo ücreti ne kadar?", "Onarım kaç lira?"],
}
TIME = {
    "de": ["Wie lange dauert die Lieferung?", "Wann kommt mein Paket?"],
    "en": ["How long does delivery take?", "When will my parcel arrive?"],
    "es": ["¿Cuánto tarda el envío?", "¿Cuándo llega mi paquete?"],
    "fr": ["Combien de temps prend la livraison ?", "Quand vais-je recevoir mon colis ?"],
    "it": ["Quanto ci vuole per la consegna?", "Quando arriva il mio pacco?"],
    "nl": ["Hoe lang duurt de levering?", "Wanneer komt mijn pakket?"],
    "pl": ["Jak długo trwa dostawa?", "Kiedy otrzymam paczkę?"],
    "pt": ["Quanto tempo demora a entrega?", "Quando chega a minha encomenda?"],
    "tr": ["Teslimat ne kadar sürer?", "Paketim ne zaman gelir?"],
}
NEITHER = [
    ("How long is the cable of the lamp?", "en"),
    ("When I open the app it closes.", "en"),
    ("Why was I charged twice?", "en"),
    ("How do I pay by card?", "en"),
    ("Wie lang ist das Kabel?", "de"),
    ("Wenn ich die App öffne, stürzt sie ab.", "de"),
    ("Quand je clique, rien ne se passe.", "fr"),
    ("Comment payer par carte ?", "fr"),
    ("Cuando abro la aplicación se cierra.", "es"),
    ("Quando apro l'app si chiude.", "it"),
    ("Wanneer ik de app open, sluit ze af.", "nl"),
    ("Kiedy otwieram aplikację, zamyka się.", "pl"),
    ("Quando abro a aplicação, ela fecha.", "pt"),
    ("Kartla nasıl öderim?", "tr"),
]
TOLD = {
    "de": ("Der Versand kostet 4,90 €.", "Er dauert zwei Werktage.", "Wählen Sie die Artikel."),
    "en": ("Shipping costs €4.90.", "It takes two working days.", "Choose the items."),
    "es": ("El envío cuesta 4,90 €.", "Tarda dos días.", "Elija los artículos."),
    "fr": ("La livraison coûte 4,90 €.", "Elle prend deux jours.", "Choisissez les articles."),
    "it": ("La spedizione costa 4,90 €.", "Arriva in due giorni.", "Scelga gli articoli."),
    "nl": ("De verzending kost € 4,90.", "Dat duurt twee dagen.", "Kies de artikelen."),
    "pl": ("Wysyłka kosztuje 20 zł.", "Trwa dwa dni.", "Wybierz produkty."),
    "pt": ("O envio custa 4,90 €.", "Demora dois dias.", "Escolha os artigos."),
    "tr": ("Kargo 40 TL tutar.", "İki gün içinde gelir.", "Ürünleri seçin."),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_question_wants_is_known(language: str) -> None:
    assert [wanted(q, language) for q in PRICE[language]] == [{"price"}] * len(PRICE[language])
    assert [wanted(q, language) for q in TIME[language]] == [{"time"}] * len(TIME[language])


@pytest.mark.parametrize(("text", "language"), NEITHER)
def test_what_is_no_question_of_a_price_or_a_time(text: str, language: str) -> None:
    assert wanted(text, language) == frozenset()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_tells_of_a_price_or_a_time(language: str) -> None:
    assert [told(text, language) for text in TOLD[language]] == [{"price"}, {"time"}, frozenset()]


def test_a_language_without_words_may_tell_anything() -> None:
    assert told("Frakten kostar 40 kr.", "sv") == set(WANTED)


@given(st.text(), st.text(), st.sampled_from(sorted(LANGUAGES)))
def test_more_words_never_tell_less(one: str, other: str, language: str) -> None:
    assert told(one, language) <= told(f"{one} {other}", language)


def drafter(*texts: str, title: str = "Cash withdrawal") -> ReplyDrafter:
    rows = [
        {
            "client_id": "bank",
            "article_id": f"a{n}",
            "version": 1,
            "kind": "article",
            "language": "en",
            "title": title,
            "text": text,
            "status": "approved",
            "audience": "public",
            "updated_at": pd.Timestamp("2026-01-01", tz="UTC"),
        }
        for n, text in enumerate(texts)
    ]
    index = KnowledgeIndex(encoder=HashingEncoder()).fit(pd.DataFrame(rows))
    return ReplyDrafter(index, threshold=0.02, least_acceptance=0.0)


def answered(made: ReplyDrafter, text: str) -> Sequence[str]:
    ticket: dict[str, Any] = {"id": "1", "client_id": "bank", "text": text, "language": "en"}
    return [s.text for s in made.draft(as_ticket(ticket)).sentences if s.role == "answer"]


COUNTS = "Cash from a machine or from a counter of the bank is a withdrawal."
FEES = "From the seventh withdrawal of cash on each takes $5.00."
WAITS = "A withdrawal of cash is seen two business days later."


def test_a_near_passage_that_speaks_of_no_price_is_withheld() -> None:
    made = drafter(COUNTS)
    assert answered(made, "What is a cash withdrawal?")
    assert answered(made, "What is the fee for a cash withdrawal?") == []
    assert answered(made, "How long does a cash withdrawal take?") == []


def test_the_section_that_speaks_of_it_is_quoted() -> None:
    sections = zip(("Kinds", "Limits", "Booking"), (COUNTS, FEES, WAITS), strict=True)
    made = drafter("\n\n".join(f"## {heading}\n\n{text}" for heading, text in sections))
    assert answered(made, "How long does a cash withdrawal take?") == [WAITS]


def test_another_article_answers_where_the_nearest_does_not() -> None:
    made = drafter(COUNTS, FEES)
    assert FEES in answered(made, "What is the fee for a cash withdrawal?")
