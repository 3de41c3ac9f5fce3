"""Numbers and names that only the words beside them make private."""

import pytest

from data.redaction import redact

LONG = 100_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Bitte erstatten Sie auf Konto 1234567890 BLZ 37040044",
            "Bitte erstatten Sie auf Konto [IBAN_1] BLZ [IBAN_2]",
        ),
        ("sort code 12-34-56 account 12345678", "sort code [IBAN_1] account [IBAN_2]"),
        ("account 12345678, sort code 12-34-56", "account [IBAN_1], sort code [IBAN_2]"),
        ("The routing number is 726078158", "The routing number is [IBAN_1]"),
        ("please refund it to my account 12345678", "please refund it to my account [IBAN_1]"),
        ("Kontonummer 1234567890", "Kontonummer [IBAN_1]"),
        ("BLZ 370 400 44", "BLZ [IBAN_1]"),
        ("numéro de compte bancaire 12345678901", "numéro de compte bancaire [IBAN_1]"),
        ("compte n° 12345678 (virement)", "compte n° [IBAN_1] (virement)"),
        ("mi cuenta corriente 123456789", "mi cuenta corriente [IBAN_1]"),
        ("il mio conto corrente è 1234567", "il mio conto corrente è [IBAN_1]"),
        ("mijn rekeningnummer is 123456789", "mijn rekeningnummer is [IBAN_1]"),
        ("numer konta 12345678", "numer konta [IBAN_1]"),
        ("a minha conta corrente 123456-7", "a minha conta corrente [IBAN_1]"),
        ("hesap numaram 12345678", "hesap numaram [IBAN_1]"),
    ],
)
def test_accounts_of_banks_go_in_nine_languages(text, expected):
    assert redact(text) == expected
    assert redact(redact(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "My account number is 12345678",
        "order account 4471203 please",
        "Kontonummer seit 12.03.2025",
        "Auf dem Konto fehlen 123456 Punkte",
        "Meine Rechnung 1234567890 wurde vom Konto abgebucht",
        "my account shows 250.000 EUR, the bank says so",
        "Last login: 12.03.2025 10:30",
        "my login is broken",
        "boarding pass AB12345",
        "my pass is valid",
        "the plate LMP-3300 is scratched",
        "registration of order LL-204518",
        "see netflix.com/help and microsoft.com/support",
        "@lumen_help where is it",
        "we met @ 12.30",
        "version 4111.1111.1111.1112",
    ],
)
def test_what_looks_like_them_stays(text):
    assert redact(text) == text


@pytest.mark.parametrize("sign", [".", "/", ",", "_", ", ", " - ", "·"])
@pytest.mark.parametrize("groups", [("4111", "1111", "1111", "1111"), ("3782", "822463", "10005")])
def test_cards_go_whatever_stands_between_their_groups(groups, sign):
    assert redact(f"Karte {sign.join(groups)} bitte") == "Karte [CARD_1] bitte"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pw: hunter2zz.", "pw: [SECRET_1]."),
        ("mein pw ist Hunter22", "mein pw ist [SECRET_1]"),
        ("my pass is Hunter22", "my pass is [SECRET_1]"),
        ("my login is siobhan77", "my login is [SECRET_1]"),
        ("Benutzername: jkeller84", "Benutzername: [SECRET_1]"),
        ("follow @lisa.marie_92 please", "follow [URL_1] please"),
        ("my insta is @kasiamalinowska", "my insta is [URL_1]"),
        ("pay me at paypal.me/tomwinter", "pay me at [URL_1]"),
        ("number plate AB12 CDE.", "number plate [NATIONAL_ID_1]."),
        ("mein Kennzeichen ist K-AB 1234", "mein Kennzeichen ist [NATIONAL_ID_1]"),
        ("immatriculation : AB-123-CD", "immatriculation : [NATIONAL_ID_1]"),
        ("matrícula 1234 BCD", "matrícula [NATIONAL_ID_1]"),
        ("la targa è AB 123 CD", "la targa è [NATIONAL_ID_1]"),
        ("kenteken 12-ABC-3", "kenteken [NATIONAL_ID_1]"),
        ("numer rejestracyjny WA 12345", "numer rejestracyjny [NATIONAL_ID_1]"),
        ("plaka 34 ABC 123", "plaka [NATIONAL_ID_1]"),
        ("i am jonas keller and i wait", "i am [NAME_1] and i wait"),
        ("ich bin jonas schneider", "ich bin [NAME_1]"),
        ("ich bin jonas aus köln", "ich bin [NAME_1] aus köln"),
    ],
)
def test_what_a_word_beside_makes_private(text, expected):
    assert redact(text) == expected
    assert redact(redact(text)) == expected


def test_a_phone_number_after_an_order_number_goes():
    assert redact("commande 1002384711, 0612345678") == "commande 1002384711, [PHONE_1]"


@pytest.mark.parametrize(
    "piece", ["Kontonummer ", "account 123456 ", "login: a ", "plaka ", "@a1 ", "order 1234, 1235 "]
)
def test_words_repeated_are_read_in_time(piece):
    text = piece * (LONG // len(piece))
    assert len(redact(text)) >= len(text) // 2
