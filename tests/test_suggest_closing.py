"""Messages that want no answer, and those that do although they thank."""

import pytest

from data.text import LANGUAGES
from suggest.closing import asks_nothing

SETTLED = {
    "de": "Das Paket ist heute angekommen, hat sich erledigt.",
    "en": "No longer needed, the parcel just arrived. Please close this ticket.",
    "es": "Ya está resuelto, muchas gracias.",
    "fr": "Merci, c'est réglé.",
    "it": "Problema risolto, grazie mille.",
    "nl": "Het is opgelost, bedankt!",
    "pl": "Dziękuję, problem rozwiązany.",
    "pt": "Já está resolvido, obrigada.",
    "tr": "Sorun çözüldü, teşekkürler.",
}
ANSWERS = {
    "de": ["Super, danke!", "Ja", "Hat geklappt, vielen Dank!", "Danke, ist angekommen."],
    "en": [
        "Great, thanks!",
        "Yes",
        "Yes I did",
        "Thanks so much, that worked! Anna",
        "It arrived.",
    ],
    "es": ["Perfecto, gracias.", "Sí", "Muchas gracias, ha llegado."],
    "fr": ["Parfait, merci beaucoup !", "Oui", "Ça marche, merci."],
    "it": ["Perfetto, grazie.", "Sì", "Grazie, è arrivato."],
    "nl": ["Prima, bedankt!", "Ja", "Bedankt, gelukt!"],
    "pl": ["Super, dziękuję!", "Tak", "Dziękuję, już działa."],
    "pt": ["Perfeito, obrigado!", "Sim", "Obrigada, já funciona."],
    "tr": ["Harika, teşekkürler!", "Evet", "Teşekkürler, çalıştı."],
}
OPEN = {
    "de": [
        "Danke, hat nicht geklappt.",
        "Super, aber wo ist die Rechnung?",
        "Ist nicht angekommen.",
    ],
    "en": [
        "Thanks, that did not work.",
        "All sorted, please send me the invoice now.",
        "It works, thanks! One more thing: can I wash the blanket?",
        "Thanks for the lamp, it arrived broken.",
        "It works only at night.",
        "It worked until yesterday.",
        "Thank you. The lamp in the kitchen flickers every evening.",
        "Anna Meyer",
    ],
    "es": ["Gracias, pero no funciona.", "Todavía no ha llegado."],
    "fr": [
        "Deux semaines sans lampe qui marche.",
        "Merci, mais ce n'est pas réglé.",
        "Merci. Où est mon colis ?",
    ],
    "it": ["Grazie, ma non è risolto.", "Grazie, non funziona ancora."],
    "nl": ["Bedankt, maar het is niet gelukt.", "Nog niet ontvangen, bedankt."],
    "pl": ["Dziękuję, ale nie działa.", "Paczka jeszcze nie dotarła."],
    "pt": ["Obrigado, mas não funciona.", "Ainda não chegou."],
    "tr": ["Teşekkürler, ama çalışmıyor.", "Paket henüz gelmedi."],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_settled_wants_no_answer(language: str) -> None:
    for replying in (True, False):
        assert asks_nothing(SETTLED[language], language, replying=replying)


@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks_want_no_answer_from_who_was_answered(language: str) -> None:
    for text in ANSWERS[language]:
        assert asks_nothing(text, language, replying=True), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks_beside_a_request_do(language: str) -> None:
    for text in OPEN[language]:
        for replying in (True, False):
            assert not asks_nothing(text, language, replying=replying), text


def test_thanks_below_a_subject_that_asks_settle_nothing() -> None:
    for text in ("Thanks!", "Many thanks in advance", "The return arrived yesterday.", ""):
        assert not asks_nothing(text, "en", replying=False)
    assert not asks_nothing("", "en", replying=True)
