"""Check codes of payment cards and the expiries beside them; other months and numbers stay."""

import pytest

from data.redaction import redact
from data.redaction.card_details import find_card_details

NUMBER = "4111 1111 1111 1111"
CODES = [
    "CVV (3 digits): 123",
    "CVV, 123",
    "CVV - 123",
    "CVV\n123",
    "CVC123",
    "CVC 1 2 3",
    "security code on the back is 123",
    "the 3 digit code on the back is 123",
    "card verification value 123",
    "Kartenprüfnummer (CVC): 123",
    "Prüfziffer der Karte: 123",
    "Sicherheitscode auf der Rückseite: 123",
    "cryptogramme visuel : 123",
    "code CVV au dos 123",
    "code au dos de la carte : 123",
    "código de seguridad de mi tarjeta: 123",
    "código CVV es el 123",
    "codice di sicurezza sul retro 123",
    "codice CVV2 è il 123",
    "beveiligingscode achterop: 123",
    "CVC van mijn kaart is 123",
    "kod CVC2 to 123",
    "kod zabezpieczający 123",
    "código de segurança do cartão: 123",
    "CVV é o 123",
    "CVV numarası 123",
    "CVC'si 123",
    "güvenlik numarası 123",
]


@pytest.mark.parametrize("code", CODES)
def test_check_codes_go(code: str) -> None:
    assert "3" not in redact(f"Visa {NUMBER}, {code}").replace("3 digit", "")


EXPIRIES = [
    "exp 04/27",
    "exp 0427",
    "Expiry (MM/YY): 04 / 27",
    "valid thru 04/2027",
    "expires April 2027",
    "Karte gültig bis 04/27",
    "Ablaufdatum der Karte: 04.2027",
    "läuft ab 04/2027",
    "carte expire le 04/27",
    "carte valable jusqu'au 04/27",
    "tarjeta, fecha de caducidad: 04/27",
    "vence en 04/2027",
    "carta, scadenza 04/27",
    "pas geldig tot 04/27",
    "karta ważna do 04/27",
    "data ważności karty: 04-2027",
    "cartão válido até 04/27",
    "validade do cartão: 04/27",
    "kartımın son kullanma tarihi 04/27",
]


@pytest.mark.parametrize("expiry", EXPIRIES)
@pytest.mark.parametrize("around", ["{}, CVC 123", "CVV: 123\n{}", NUMBER + ", {}, 123"])
def test_expiries_go_with_the_code(expiry: str, around: str) -> None:
    said = redact(around.format(expiry))
    assert not {"27", "2027", "0427", "123"} & set(said.replace("/", " ").replace(".", " ").split())
    assert said.count("[SECRET_") == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{NUMBER} 04/27 123", "[CARD_1] [SECRET_1] [SECRET_2]"),
        (f"{NUMBER}\n04/27\n123", "[CARD_1]\n[SECRET_1]\n[SECRET_2]"),
        ("[CARD_1] 04/27 999", "[CARD_1] [SECRET_1] [SECRET_2]"),
        ("kart 04/27 tarihine kadar geçerli, CVV 123",
         "kart [SECRET_1] tarihine kadar geçerli, CVV [SECRET_2]"),
    ],
)  # fmt: skip
def test_a_card_written_in_one_go(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "My card [CARD_1] is valid until 04/27, why was it refused?",
        "Meine Karte läuft 04/27 ab",
        "Voucher valid until 04/27",
        "The cream has expiry date 04/27, LOT 12345",
        "Open 10.30-12.30 on Monday",
        "Order 04/27 paid by Visa, 120 EUR",
        "[CARD_1] was charged on 04/27 and 05/27",
        "[CARD_1], 120 EUR on 4/25/2026",
        "[CARD_1] 04/27 120 EUR",
        "[CARD_1] 04/27 120 €",
        "CVC error 403",
        "CVV rejected, error code 500, order 4711",
        "The last 4 digits of my card are 4471",
        "die letzten 4 Ziffern meiner Karte: 4471",
        "Last three digits of the order: 471, paid by card",
        "security code 120 EUR",
        "3 digits are missing on my invoice 123",
        "Eintritt mit Code 123, gültig bis 04/27",
    ],
)
def test_what_agents_need_stays(text: str) -> None:
    assert "SECRET" not in redact(text)


@pytest.mark.parametrize("piece", ["exp 04/27 ", "cvc the the ", "valid ", f"{NUMBER} 04/27 123 "])
def test_long_texts_end(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert all(one.end <= len(text) for one in find_card_details(text, text, ()))
