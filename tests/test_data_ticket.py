"""Tickets from requests, rows and plain text."""

import json
from datetime import UTC, datetime

import numpy as np
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


def test_an_answered_ticket_shows_the_last_question_and_waits_for_nothing() -> None:
    messages = (Message("1", "customer", "One."), Message("2", "agent", "Done."))
    ticket = Ticket("t", "c", messages=messages)
    assert (ticket.text, ticket.is_answered) == ("One.", True)
    assert not as_ticket(REQUEST).is_answered


def test_an_agent_who_writes_first_waits_for_the_customer() -> None:
    assert Ticket("t", "c", subject="Hi", messages=(Message("1", "agent", "News."),)).is_answered
    assert not Ticket("t", "c", subject="Hi").is_answered


def test_a_receipt_of_a_bot_closes_no_question() -> None:
    messages = (
        Message("1", "customer", "Reset my password?"),
        Message("2", "bot", "Your ticket was received."),
        Message("3", "customer", "Any news?"),
    )
    ticket = Ticket("t", "c", messages=messages)
    assert (ticket.text, ticket.is_answered) == ("Reset my password?\nAny news?", False)
    assert not Ticket("t", "c", messages=messages[:2]).is_answered


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
        ({"client_id": "c", "context": "[" * 100_000}, "JSON object"),
        (42, "Got int instead"),
        ({"client_id": "c", "version": "x"}, r"'version'.*whole number. Got 'x'"),
        ({"client_id": "c", "version": 1.5}, r"'version'.*whole number. Got 1.5"),
        ({"client_id": "c", "version": float("inf")}, r"'version'.*whole number. Got inf"),
        ({"client_id": "c", "version": [2]}, r"'version'.*whole number. Got a list"),
        ({"client_id": "c", "messages": 3}, r"'messages'.*Got int instead"),
        ({"client_id": "c", "messages": {"text": "x"}}, r"'messages'.*Got dict instead"),
        ({"client_id": "c", "messages": '{"text": "x"}'}, r"'messages'.*Got str instead"),
        ({"client_id": "c", "messages": "hello"}, r"'messages'.*Got text that is no JSON instead"),
        ({"client_id": "c", "messages": "[" * 100_000}, r"'messages'.*Got text that is no JSON"),
        ({"client_id": "c", "messages": ["x", 7]}, r"'messages'.*Got int as item 2 instead"),
        ({"client_id": "c", "messages": [None]}, r"'messages'.*Got NoneType as item 1 instead"),
    ],
)
def test_bad_tickets_are_named(source, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        as_ticket(source)


@pytest.mark.parametrize("messages", [[], (), None, "", " ", "[]", "null", np.array([])])
def test_without_messages_the_text_is_the_message(messages) -> None:
    ticket = as_ticket({"client_id": "c", "messages": messages, "text": "Where is it?"})
    assert [(m.author, m.text) for m in ticket.messages] == [("customer", "Where is it?")]


def test_a_cell_of_messages_is_read_as_json() -> None:
    messages = REQUEST["ticket"]["messages"]
    cell = {"client_id": "acme", "messages": json.dumps(messages)}
    array = {"client_id": "acme", "messages": np.array(messages, dtype=object)}
    expected = as_ticket(REQUEST).messages
    assert as_ticket(cell).messages == as_ticket(array).messages == expected


def test_plain_texts_among_messages_are_the_customers() -> None:
    messages = ["One.", {"author": "agent", "text": "Done."}, "Two."]
    ticket = as_ticket({"client_id": "c", "messages": messages})
    assert [(m.message_id, m.author) for m in ticket.messages] == [
        ("m1", "customer"), ("m2", "agent"), ("m3", "customer"),
    ]  # fmt: skip
    assert ticket.text == "Two."


@pytest.mark.parametrize(
    ("given", "kept"),
    [("en-US", "en"), ("EN", "en"), ("pt_BR", "pt"), (" fr ", "fr"), ("unknown", "unknown"),
     ("", None), (" ", None), (None, None), (float("nan"), None)],
)  # fmt: skip
def test_a_language_is_its_primary_subtag(given, kept) -> None:
    assert as_ticket({"client_id": "c", "language": given}).language == kept


@pytest.mark.parametrize(
    ("given", "kept"), [("3", 3), (3.0, 3), (np.int64(3), 3), ("", 1), (None, 1)]
)
def test_a_version_is_a_whole_number(given, kept) -> None:
    assert as_ticket({"client_id": "c", "version": given}).version == kept


def test_a_mail_without_words_is_empty() -> None:
    ticket = Ticket.from_mapping(
        {"id": "1", "subject": "Kein Betreff", "text": "Von meinem iPhone gesendet"}, "lumen"
    )
    assert ticket.text == ""


@pytest.mark.parametrize(
    ("subject", "reply"),
    [("Re: Lamp", True), ("AW: Lampe", True), ("RE[2]: x", True), ("Odp: x", True), ("Rep", False)],
)
def test_a_reply_is_known_by_its_subject(subject: str, reply: bool) -> None:
    assert Ticket("t", "c", subject=subject).is_reply is reply


def test_the_body_leaves_the_subject_out() -> None:
    told = (Message("1", "customer", "Old."), Message("2", "agent", "Hm."))
    ticket = Ticket("t", "c", subject="Lamp", messages=(*told, Message("3", "customer", "New.")))
    assert (ticket.body, ticket.text) == ("New.", "Lamp\nNew.")
    assert (ticket.is_replied, ticket.is_reply, ticket.is_answered) == (True, True, False)
