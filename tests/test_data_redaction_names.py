"""Names the helpdesk knows are hidden, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.redaction import Placeholders, hide_names, redact, remember_name


def hidden(text, name):
    placeholders = Placeholders(b"key")
    remember_name(name, placeholders)
    return hide_names(text, placeholders)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Good evening xu li,", "Xu Li", "Good evening [NAME_1],"),
        ("Hello anna,\n\nit is done.", "Anna Meier", "Hello [NAME_2],\n\nit is done."),
        ("For Anna  Meier and for Meier.", "Anna Meier", "For [NAME_1] and for [NAME_3]."),
        ("O'Neil called.", "Sean O'Neil", "[NAME_3] called."),
        ("A rose for Rose", "Rose", "A rose for [NAME_1]"),
        ("Nobody here", None, "Nobody here"),
        ("Numbers 123 stay", "123 !!", "Numbers 123 stay"),
    ],
)
def test_a_known_name_is_hidden(text, name, expected):
    assert hidden(text, name) == expected


def test_what_was_remembered_is_found_again_under_the_same_key_only():
    placeholders = Placeholders(b"key")
    remember_name("Anna Meier", placeholders)
    kept = placeholders.to_json()
    assert "Anna" not in kept
    again = Placeholders.from_json(kept, key=b"key")
    assert hide_names("Dear Anna Meier", again) == "Dear [NAME_1]"
    other = Placeholders.from_json(kept, key=b"other")
    assert hide_names("Dear Anna Meier", other) == "Dear Anna Meier"


@given(st.text(alphabet=st.characters(categories=("Lu", "Ll", "Zs", "Po")), max_size=60))
def test_a_text_without_the_name_stays_as_it_is(text):
    assert hidden(text, "Quetzalcoatl") == text


@given(
    st.text(alphabet="abcdefgh ,.\n", max_size=40), st.text(alphabet="abcdefgh ,.\n", max_size=40)
)
def test_the_full_name_never_survives(before, after):
    assert "Anna Meier" not in hidden(f"{before} Anna Meier {after}", "Anna Meier")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please reach Sam Porter on +44 20 7946 0018.", "Please reach [NAME_1] on [PHONE_1]."),
        ("Eşimi arayın: Murat Şahin, +90 212 555 01 23.", "Eşimi arayın: [NAME_1], [PHONE_1]."),
        ("Zuständig: Ute van den Berg <u@example.org>", "Zuständig: [NAME_1] <[EMAIL_1]>"),
        ("Meine Telefonnummer: 0151 23456789", "Meine Telefonnummer: [PHONE_1]"),
        ("Customer Service, +44 20 7946 0018", "Customer Service, [PHONE_1]"),
    ],
)
def test_a_name_before_a_number_or_an_address_is_found(text, expected):
    assert redact(text) == expected
