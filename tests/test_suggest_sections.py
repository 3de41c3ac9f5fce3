"""Sections of an article in a letter: lists below their heading, lead-ins with their list."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from grounding_checker import unsupported
from section_cases import cases, shop

from data.knowledge import sentence_spans
from data.ticket import as_ticket
from suggest.answers import answer_from
from suggest.compose import compose
from suggest.drafter import ReplyDrafter
from suggest.findings import Finding
from suggest.headings import heading_above
from suggest.outcome import CLEAR, reason_for
from suggest.passages import Passage
from suggest.selection import prepare, stems
from suggest.sendable import announces, limits
from suggest.slots import SlotValues


def told(text: str, close: Sequence[float], language: str = "en", **fields: object) -> str:
    """Return what is sent of an article whose sentences are so close to the request."""
    spans = sentence_spans(text, language)
    prepared = prepare(text, spans, language=language, title="", heading="")
    title = str(fields.get("title", "An article"))
    passage = Passage("p", "a", 1, "article", language, title, True, text, {}, prepared)
    values = np.array([*close, *[0.0] * (len(spans) - len(close))])
    finding = Finding(passage, values, 0.9, {}, stems(str(fields.get("request", ""))))
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


TABLES = {
    "en": (
        "Destination | Standard | Express\nFrance | 2 days | 1 day\nSwitzerland | 5 days | never",
        "How long does delivery to Switzerland take?",
        "Destination: Switzerland\nStandard: 5 days\nExpress: never",
    ),
    "de": (
        "Ziel | Standard | Express\nFrankreich | 2 Tage | 1 Tag\nTirol, Schweiz | 5 Tage | nie",
        "Wie lange dauert es in die Schweiz?",
        "Ziel: Tirol, Schweiz\nStandard: 5 Tage\nExpress: nie",
    ),
    "fr": (
        "Pays | Standard | Express\nAllemagne | 2 jours | 1 jour\nSuisse | 5 jours | jamais",
        "Combien de temps pour la Suisse ?",
        "Pays\u00a0: Suisse\nStandard\u00a0: 5 jours\nExpress\u00a0: jamais",
    ),
}


@pytest.mark.parametrize("language", TABLES)
def test_the_row_that_is_asked_for_is_sent_with_the_names_of_its_columns(language: str) -> None:
    text, request, expected = TABLES[language]
    assert told(text, [0.5, 0.5, 0.9], language, request=request) == expected


@pytest.mark.parametrize("language", TABLES)
def test_a_table_goes_to_nobody_with_bars(language: str) -> None:
    sent = told(TABLES[language][0], [0.9], language, request="ok")
    assert "|" not in sent
    assert len(sent.splitlines()) == 2


def test_a_table_where_no_row_is_named_is_sent_row_by_row() -> None:
    assert told(TABLES["en"][0], [0.9]) == (
        "France – Standard: 2 days, Express: 1 day\nSwitzerland – Standard: 5 days, Express: never"
    )
    assert told("Means | Time\nCard | 5 days\nPayPal | 1 day", [0.9]) == (
        "Means: Time\nCard: 5 days\nPayPal: 1 day"
    )


def test_all_rows_that_are_named_alike_are_sent() -> None:
    text = "Means | Time\nCredit card | 5 days\nGift card | at once\nPayPal | 1 day"
    sent = told(text, [0.9], request="When is my card refunded?")
    assert sent == "Means: Credit card\nTime: 5 days\nMeans: Gift card\nTime: at once"
    assert told(text, [0.9], request="to my gift card?") == "Means: Gift card\nTime: at once"


def test_an_empty_cell_and_an_odd_row_are_no_lines() -> None:
    text = "Means | Time | Fee\nCard | 5 days |\nPayPal | 1 day"
    assert told(text, [0.9], request="PayPal") == "PayPal: 1 day"
    assert told(text, [0.9], request="my card") == "Means: Card\nTime: 5 days"


@pytest.mark.parametrize("dash", ["–", "-"])
def test_a_table_with_an_empty_corner_is_a_table(dash: str) -> None:
    text = f"{dash} | Basic | Plus\nPrice per month | €4 | €9\nPrice per year | €40 | €90"
    asked = told(text, [0.1, 0.1, 0.9], request="How much is it per year?")
    assert asked == "Price per year\nBasic: €40\nPlus: €90"
    assert told(text, [0.9]).startswith("Price per month – Basic: €4, Plus: €9\n")


def test_what_stands_around_a_table_stays() -> None:
    table = "To | Time\nRome | 2 days\nOslo | 5 days"
    text = f"## Delivery\n\nWe send parcels daily.\n\n{table}\n\nAll parcels travel for free."
    assert told(text, [0.9, 0.9, 0.9, 0.9, 0.9], request="to Oslo") == (
        "We send parcels daily.\nTo: Oslo\nTime: 5 days\nAll parcels travel for free."
    )


@pytest.fixture(scope="module")
def lumen(tmp_path_factory: pytest.TempPathFactory) -> ReplyDrafter:
    """Return a drafter over the articles of the sample shop."""
    return shop(tmp_path_factory.mktemp("shop"))


def test_the_right_section_of_an_article_is_quoted(lumen: ReplyDrafter) -> None:
    found = list(cases(lumen))
    for part, least in (("choose", 26), ("report", 27)):
        right = [case.right for case in found if case.part == part]
        assert len(right) == 35
        assert sum(right) >= least
    by_question = {case.question: case for case in found}
    for question in ("Please send me my invoice", "cancel my order please"):
        assert by_question[question].right


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Can I return washed bed linen?",
            "en",
            "What cannot be returned\n- Fabrics cut to measure\n- Bed linen that has been washed\n",
        ),
        (
            "Kann ich gewaschene Bettwäsche zurückgeben?",
            "de",
            "Was nicht zurückgegeben werden kann\n- Nach Maß geschnittene Stoffe\n",
        ),
        (
            "Combien de temps prend la livraison en Suisse ?",
            "fr",
            "Destination\u00a0: Royaume-Uni, Suisse\nStandard\u00a0: 5 à 8 jours ouvrés\n",
        ),
    ],
)
def test_what_the_customer_of_the_sample_shop_reads(
    lumen: ReplyDrafter, text: str, language: str, expected: str
) -> None:
    given = {"id": "t", "client_id": "lumen", "text": text, "language": language}
    made = lumen.draft(given, now=datetime(2026, 3, 2, 18, 41, tzinfo=UTC))
    assert expected in made.text
    seen = {"text": text, "context": {}, "ticket_id": "t", "customer": {}}
    articles = lumen.index.articles("lumen")
    assert unsupported(made.to_dict(), articles, seen, client_id="lumen") == []


def test_another_section_stands_in_for_one_that_cannot_be_sent(lumen: ReplyDrafter) -> None:
    given = {"id": "t", "client_id": "lumen", "text": "Wie richte ich die Lampe ein?"}
    made = lumen.draft(given, now=datetime(2026, 3, 2, 18, 41, tzinfo=UTC))
    assert made.outcome == "personalise"
    assert {s.support.id for s in made.sentences if s.role == "answer" and s.support} == {
        "smart-lamp-setup-de"
    }


def test_two_sections_that_fit_alike_are_for_a_person() -> None:
    sure = {"missing": 0, "other_language": 0, "macro": 0, "coverage": 1}
    told = {
        lead: reason_for(sure, hand_off=False, intent="", p_accept=0.9, lead=lead)
        for lead in (0.0, CLEAR - 0.01, CLEAR, 1.0)
    }
    assert [*told.values()] == ["unsure", "unsure", "supported", "supported"]
