"""Sections of an article in a letter: lists below their heading, lead-ins with their list."""

from collections.abc import Sequence

import numpy as np
import pytest

from data.knowledge import sentence_spans
from data.ticket import as_ticket
from suggest.answers import answer_from
from suggest.compose import compose
from suggest.findings import Finding
from suggest.headings import heading_above
from suggest.passages import Passage
from suggest.selection import prepare
from suggest.sendable import announces, limits
from suggest.slots import SlotValues


def told(text: str, close: Sequence[float], language: str = "en", **fields: object) -> str:
    """Return what is sent of an article whose sentences are so close to the request."""
    spans = sentence_spans(text, language)
    prepared = prepare(text, spans, language=language, title="", heading="")
    title = str(fields.get("title", "An article"))
    passage = Passage("p", "a", 1, "article", language, title, True, text, {}, prepared)
    values = np.array([*close, *[0.0] * (len(spans) - len(close))])
    finding = Finding(passage, values, 0.9, {"heading": 0.5})
    ticket = as_ticket({"id": "t", "client_id": "acme", "text": "?"})
    answer = answer_from(finding, SlotValues(ticket, language=language), request=0)
    assert not answer.dropped
    return compose(answer.sentences)


LISTS = {
    "en": "## What cannot be returned\n\n- Bed linen that was washed\n- Cut fabrics",
    "de": "## Was nicht zurückgegeben werden kann\n\n- Gewaschene Bettwäsche\n- Stoffe nach Maß",
    "fr": "## Ce qui ne peut pas être repris\n\n- Le linge de lit lavé\n- Les tissus coupés",
    "es": "## Lo que no se puede devolver\n\n- Ropa de cama lavada\n- Telas cortadas",
    "it": "## Cosa non si può restituire\n\n- Biancheria lavata\n- Tessuti tagliati",
    "nl": "## Wat u niet kunt terugsturen\n\n- Gewassen beddengoed\n- Stof op maat",
    "pl": "## Czego nie można zwrócić\n\n- Upranej pościeli\n- Tkanin na wymiar",
    "pt": "## O que não pode ser devolvido\n\n- Roupa de cama lavada\n- Tecidos cortados",
    "tr": "## İade edilemeyen ürünler\n\n- Yıkanmış nevresim\n- Kesilmiş kumaşlar",
}


@pytest.mark.parametrize("language", LISTS)
def test_a_list_stands_below_its_heading(language: str) -> None:
    text = LISTS[language]
    assert told(text, [0.9], language) == text.removeprefix("## ").replace("\n\n", "\n")
    assert limits(text.splitlines()[0], language)


@pytest.mark.parametrize("language", LISTS)
def test_a_list_is_not_sent_without_what_limits_it(language: str) -> None:
    """The heading is not in the text, only in the title: it cannot be quoted."""
    heading, items = LISTS[language].split("\n\n")
    assert told(items, [0.9], language, title=heading.strip("# ")) == ""
    assert told(items, [0.9], language, title="Lamp") == items


def test_a_heading_that_nobody_may_read_withholds_what_it_limits() -> None:
    items = "- A new lamp\n- A voucher"
    text = f"## Never tell the customer that we offer\n\n{items}"
    assert told(text, [0.9]) == ""


def test_a_single_item_keeps_its_mark_below_its_heading() -> None:
    text = "## What cannot be returned\n\n- Bed linen that was washed\n\nAll else can be sent back."
    assert told(text, [0.9]).startswith("What cannot be returned\n- Bed linen that was washed")


def test_a_limiting_heading_comes_along_with_a_list_further_down() -> None:
    text = "## What is never repaired\n\nWe look at all lamps.\n\n- Bulbs\n- Shades of paper"
    assert told(text, [0.9, 0.9]) == (
        "What is never repaired\nWe look at all lamps.\n- Bulbs\n- Shades of paper"
    )


def test_a_lead_that_is_no_sentence_is_sent_with_its_list() -> None:
    assert told("Not returnable:\n\n- Washed linen\n- Cut fabrics", [0.1, 0.9]) == (
        "Not returnable:\n- Washed linen\n- Cut fabrics"
    )


def test_a_lead_that_cannot_be_sent_and_limits_keeps_its_list_back() -> None:
    items = "\n\n- Washed linen\n- Cut fabrics"
    assert told(f"As shown below, we do not take back:{items}", [0.1, 0.9]) == ""


def test_a_question_that_turns_its_list_round_is_quoted() -> None:
    text = "What can I not return?\n\n- Washed linen\n- Cut fabrics"
    assert told(text, [0.9, 0.9]) == text.replace("\n\n", "\n")


def test_headings_are_found_where_they_are() -> None:
    text = "# Lamps\n\nOne.\n\n```\n# comment\n```\n\nTwo.\n\n## Bulbs\n\nThree."
    found = [heading_above(text, text.index(word), "en") for word in ("One", "Three")]
    assert [h and text[h.start : h.end] for h in found] == ["Lamps", "Bulbs"]
    assert heading_above("One.", 0, "en") is None


LEADS = {
    "en": "Please check these points before you write to us.",
    "de": "Bitte prüfen Sie diese Punkte, bevor Sie uns schreiben.",
    "fr": "Vérifiez ces points avant de nous écrire.",
    "es": "Compruebe estos puntos antes de escribirnos.",
    "it": "Controlli questi punti prima di scriverci.",
    "nl": "Controleer deze punten voordat u ons schrijft.",
    "pl": "Sprawdź te punkty, zanim do nas napiszesz.",
    "pt": "Verifique estes pontos antes de nos escrever.",
    "tr": "Bize yazmadan önce şu noktaları kontrol edin.",
}


@pytest.mark.parametrize("language", LEADS)
def test_a_draft_does_not_end_in_the_air(language: str) -> None:
    lead = LEADS[language]
    assert announces(lead, language)
    assert told(f"Kilo 12 lamba 5 euro 7 stop. {lead}", [0.9, 0.9], language).endswith("stop.")
    items = f"{lead}\n\n- Kilo lamba\n- Kilo euro"
    assert told(items, [0.0, 0.9], language) == items.replace("\n\n", "\n")


def test_what_is_explained_in_the_next_sentence_is_no_lead() -> None:
    text = "Members collect these points in the shop. A point is worth one cent."
    assert told(text, [0.9, 0.9]) == text
