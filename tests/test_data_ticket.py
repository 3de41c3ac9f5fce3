"""Tickets from requests, rows and plain text."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from data.errors import ParameterError
from data.ticket import Message, Ticket, as_ticket

REQUEST = {
    "client": "acme",
    "ticket": {
        "id": "48213",
        "version": 7,
        "channel": "email",
        "subject": "Où est ma commande ?",
        "created_at": "2026-03-02T18:41:00Z",
        "customer": {"id": "c9", "timezone": "Europe/Paris", "segment": "mid"},
        "messages": [
            {"id": "m1", "author": "customer", "at": "2026-03-01T08:00:00Z", "text": "Premier."},
            {"id": "m2", "author": "agent", "at": "2026-03-01T09:00:00Z", "text": "Réponse."},
            {"id": "m3", "author": "agent", "text": "note to self", "public": False},
            {"id": "m4", "author": "customer", "text": "Toujours rien."},
        ],
        "context": {"order": {"id": "A-55"}},
    },
}  # fmt: skip


def test_the_request_shape() -> None:
    ticket = as_ticket(REQUEST)
    assert (ticket.client_id, ticket.ticket_id, ticket.version) == ("acme", "48213", 7)
    assert ticket.created_at == datetime(2026, 3, 2, 18, 41, tzinfo=UTC)
    assert ticket.customer.timezone == "Europe/Paris"
    assert ticket.context["order"]["id"] == "A-55"


def test_only_the_words_that_wait_for_an_answer_count() -> None:
    assert as_ticket(REQUEST).text == "Où est ma commande ?\nToujours rien."


def test_a_private_note_does_not_answer_the_customer() -> None:
    messages = (Message("1", "customer", "One."), Message("2", "agent", "note", public=False))
    assert Ticket("t", "c", messages=messages).text == "One."


def test_an_answered_ticket_shows_the_last_question() -> None:
    messages = (Message("1", "customer", "One."), Message("2", "agent", "Done."))
    assert Ticket("t", "c", messages=messages).text == "One."


def test_a_subject_that_the_words_repeat_stands_once() -> None:
    row = {"ticket_id": "1", "client_id": "c", "subject": "refund", "text": "I want a refund now."}
    assert as_ticket(row).text == "I want a refund now."


def test_a_row_of_the_tickets_table() -> None:
    row = pd.Series(
        {
            "ticket_id": "1",
            "client_id": "acme",
            "text": "Hello there, where is it?",
            "created_at": pd.Timestamp("2026-03-02T18:41:00+01:00"),
            "customer_timezone": "Europe/Berlin",
            "context": '{"order": {"id": "A-1"}}',
            "language": None,
            "version": float("nan"),
        }
    )
    ticket = as_ticket(row)
    assert ticket.created_at == datetime(2026, 3, 2, 17, 41, tzinfo=UTC)
    assert ticket.customer.timezone == "Europe/Berlin"
    assert ticket.context == {"order": {"id": "A-1"}}
    assert (ticket.language, ticket.version) == (None, 1)


def test_plain_text_needs_a_client() -> None:
    assert as_ticket("Where is it?", "acme").text == "Where is it?"
    with pytest.raises(ParameterError, match="must name its client"):
        as_ticket("Where is it?")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"client_id": "c", "created_at": "2026-03-02T18:41:00"}, "must carry its zone"),
        ({"client_id": "c", "created_at": "yesterday"}, "ISO 8601"),
        ({"client_id": "c", "context": "{broken"}, "JSON object"),
        (42, "Got int instead"),
    ],
)
def test_bad_tickets_are_named(source, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        as_ticket(source)
