"""Macros whose slots the ticket fills: used where the intent speaks for them, never half filled."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pandas as pd
import pytest

from data.ticket import as_ticket
from suggest.draft import Draft
from suggest.drafter import ReplyDrafter
from suggest.index import KnowledgeIndex
from suggest.readings import _variables
from suggest.slots import SlotValues

NOW = datetime(2026, 3, 2, 18, 41, tzinfo=UTC)
VARIABLES = json.dumps(
    {
        "customer_name": "customer.name",
        "order_id": "context.order.id",
        "tracking_number": "context.shipment.tracking_number",
        "eta": "context.shipment.eta",
    }
)
CHECKED = json.dumps(
    json.loads(VARIABLES) | {"when": {"context.order.status": ["shipped", "in_transit"]}}
)
TEXTS = {
    "order-status-en": (
        "Order is on its way",
        "Hello {{ customer_name }},\n\nYour order {{ order_id }} has left our warehouse. The "
        "parcel {{ tracking_number }} is expected on {{ eta }}.",
    ),
    "order-status-de": (
        "Bestellung ist unterwegs",
        "Guten Tag {{ customer_name }},\n\nIhre Bestellung {{ order_id }} hat unser Lager "
        "verlassen. Die Sendung {{ tracking_number }} wird am {{ eta }} erwartet.",
    ),
    "order-status-fr": (
        "Commande en route",
        "Bonjour {{ customer_name }},\n\nVotre commande {{ order_id }} a quitté notre entrepôt. Le "
        "colis {{ tracking_number }} est attendu le {{ eta }}.",
    ),
    "invoice-resend-en": (
        "Invoice sent again",
        "Hello {{ customer_name }},\n\nWe have just sent the invoice for order {{ order_id }} to "
        "your e-mail address again.",
    ),
    "website-error-en": (
        "Website fault",
        "Hello {{ customer_name }},\n\nPlease send us the name of the browser and the time.",
    ),
}
ARTICLES = {
    "tracking-en": (
        "Track an order",
        "## Where to find the link\n\nOpen the order and choose Track. The tracking page of the "
        "order opens.",
    ),
    "tracking-de": (
        "Bestellung verfolgen",
        "## Wo der Link ist\n\nÖffnen Sie die Bestellung und wählen Sie Verfolgen. Die Seite zur "
        "Bestellung öffnet sich.",
    ),
    "tracking-fr": (
        "Suivre un colis",
        "## Le lien de suivi\n\nOuvrez votre compte et choisissez Suivre. La page du transporteur "
        "montre le colis.",
    ),
    "invoices-en": (
        "Download an invoice",
        "## Download\n\nOpen the order and choose Invoice. The invoice of the order opens.",
    ),
}
QUESTIONS = {
    "en": "Where is my order?",
    "de": "Wo ist meine Bestellung?",
    "fr": "Où est ma commande ?",
}
FULL = {
    "order": {"id": "A-5512"},
    "shipment": {"tracking_number": "PF99881", "eta": "2026-03-06"},
}


@cache
def drafter() -> ReplyDrafter:
    rows = [
        {
            "client_id": "acme",
            "article_id": name,
            "version": 1,
            "kind": "macro" if name in TEXTS else "article",
            "audience": "public",
            "language": name[-2:],
            "title": title,
            "text": text,
            "status": "approved",
            "updated_at": "2026-01-01T00:00:00Z",
            "variables": CHECKED if name in TEXTS else VARIABLES,
        }
        for name, (title, text) in (TEXTS | ARTICLES).items()
    ]
    return ReplyDrafter(KnowledgeIndex().fit(pd.DataFrame(rows)), least_acceptance=0.0)


def draft(text: str, intent: str | None, language: str = "en", **context: Any) -> Draft:
    given = {
        "id": "t",
        "client_id": "acme",
        "text": text,
        "language": language,
        "context": context,
        "customer": {"name": "Anna Meyer"},
    }
    return drafter().draft(given, now=NOW, intent=intent)


def cited(made: Draft) -> set[str]:
    return {s.support.id for s in made.sentences if s.role == "answer" and s.support}


@pytest.mark.parametrize("language", QUESTIONS)
def test_where_the_order_is_known_the_customer_is_told(language: str) -> None:
    made = draft(QUESTIONS[language], "support.order_status", language, **FULL)
    assert cited(made) == {f"order-status-{language}"}
    assert (made.outcome, made.reason) == ("personalise", "macro")
    assert set(made.slots.values()) == {"filled"}
    assert "A-5512" in made.text
    assert "PF99881" in made.text


@pytest.mark.parametrize("language", QUESTIONS)
def test_a_macro_that_the_ticket_contradicts_is_not_used(language: str) -> None:
    question = QUESTIONS[language]
    for status in ("processing", "cancelled", "delivered", "returned", 5, ""):
        order = {"id": "A-5512", "status": status}
        made = draft(question, "support.order_status", language, **(FULL | {"order": order}))
        assert f"order-status-{language}" not in cited(made)
    for status in ("shipped", "In_Transit"):
        order = {"id": "A-5512", "status": status}
        made = draft(question, "support.order_status", language, **(FULL | {"order": order}))
        assert cited(made) == {f"order-status-{language}"}


@pytest.mark.parametrize("when", ["shipped", {"context.order.status": []}, ["order.status"]])
def test_a_condition_that_cannot_be_read_never_holds(when: Any) -> None:
    variables, conditions = _variables({"variables": json.dumps({"a": "order.id", "when": when})})
    assert variables == {"a": "order.id"}
    ticket = as_ticket({"client_id": "acme", "text": "x", "context": {"order": {"status": "y"}}})
    assert SlotValues(ticket, language="en").contradict(conditions)


@pytest.mark.parametrize("language", QUESTIONS)
def test_another_intent_lifts_no_macro(language: str) -> None:
    named = draft(QUESTIONS[language], "support.order_status", language, **FULL).macros
    plain = draft(QUESTIONS[language], None, language, **FULL).macros
    other = draft(QUESTIONS[language], "support.delivery_problem", language, **FULL).macros
    assert named[0]["id"] == f"order-status-{language}"
    assert named[0]["p"] > plain[0]["p"]
    assert other == plain


@pytest.mark.parametrize("missing", ["order", "shipment"])
@pytest.mark.parametrize("language", QUESTIONS)
def test_a_macro_that_lacks_a_value_gains_nothing(language: str, missing: str) -> None:
    context = {name: value for name, value in FULL.items() if name != missing}
    named = draft(QUESTIONS[language], "support.order_status", language, **context)
    plain = draft(QUESTIONS[language], None, language, **context)
    assert named.text == plain.text
    assert "[" not in named.text
    assert [m["p"] for m in named.macros] == [m["p"] for m in plain.macros]


def test_an_invoice_is_sent_again() -> None:
    text = "Please send me the invoice of my order A-5512 again"
    made = draft(text, "billing.invoice_copy")
    assert cited(made) == {"invoice-resend-en"}
    assert "for order A-5512 to" in made.text


def test_a_macro_without_slots_is_not_lifted() -> None:
    text = "The website shows a fault"
    assert [m["p"] for m in draft(text, "bug.website_error").macros] == [
        m["p"] for m in draft(text, None).macros
    ]
