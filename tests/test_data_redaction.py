"""Personal data goes, order numbers stay, placeholders are stable."""

import copy
import json
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data.errors import ParameterError
from data.redaction import (
    Entity,
    Placeholders,
    Redacted,
    checksums,
    find_order_ids,
    identifiers,
    redact,
)

GOLDEN = Path(__file__).parent / "golden"
KEY = b"a key for tests"
LONG = 100_000


def rows(name: str) -> list[dict[str, Any]]:
    lines = (GOLDEN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def characters(text: str, start: int, end: int) -> set[int]:
    return {at for at in range(start, end) if text[at].isalnum()}


def score(name: str) -> dict[str, float]:
    """Count spans covered whole, entities that hit a span of their type, and kept ones touched."""
    labelled = covered = found = right = touched = 0
    for row in rows(name):
        text, entities = row["text"], redact(row["text"]).entities
        gone = set().union(*(characters(text, e.start, e.end) for e in entities), set())
        labelled += len(row["spans"])
        covered += sum(characters(text, start, end) <= gone for start, end, _ in row["spans"])
        found += len(entities)
        right += sum(
            any(s < e.end and e.start < x and kind == e.type for s, x, kind in row["spans"])
            for e in entities
        )
        touched += sum(bool(characters(text, *place) & gone) for place in row["keep"])
    return {"recall": covered / labelled, "precision": right / found, "touched": touched}


def test_the_written_set_has_nine_languages() -> None:
    counts: dict[str, int] = {}
    for row in rows("redaction"):
        counts[row["language"]] = counts.get(row["language"], 0) + 1
    assert len(counts) == 9
    assert min(counts.values()) >= 12


def test_recall_and_precision_on_the_written_set() -> None:
    result = score("redaction")
    assert result["recall"] >= 0.98
    assert result["precision"] >= 0.95
    assert result["touched"] == 0


def test_recall_and_precision_on_the_set_written_before_the_rules() -> None:
    result = score("redaction_heldout")
    assert result["recall"] >= 0.95
    assert result["precision"] >= 0.95
    assert result["touched"] == 0


def test_recall_and_precision_on_the_set_of_another_hand() -> None:
    """Written without a look at the rules; it read .83 before its misses shaped new ones."""
    result = score("redaction_fresh")
    assert result["recall"] >= 0.95
    assert result["precision"] >= 0.95
    assert result["touched"] == 0


def test_recall_and_precision_on_the_third_set() -> None:
    """By another hand again, before any rule it tests: it read .67 at first sight.

    The even half then shaped new mechanisms; the odd half, unseen until they stood, read .91
    (.70 before), and its misses shaped the rest.
    """
    result = score("redaction_third")
    assert result["recall"] >= 0.98
    assert result["precision"] >= 0.98
    assert result["touched"] == 0


def test_recall_and_precision_on_the_latest_set_of_another_hand() -> None:
    """It read .964 and .926 at first sight; one rule for what agents say in a chat came of it."""
    result = score("redaction_fourth")
    assert result["recall"] >= 0.96
    assert result["precision"] >= 0.95
    assert result["touched"] <= 7


def test_secrets_and_dates_of_birth_and_what_looks_like_them() -> None:
    """Written together with its rules: it guards them, it says nothing of texts unseen."""
    result = score("redaction_secrets")
    assert result == {"recall": 1, "precision": 1, "touched": 0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tarjeta 4111 1111 1111 1111 CVV 123.", "Tarjeta [CARD_1] CVV [SECRET_1]."),
        ("Old password is 'correct horse'", "Old password is '[SECRET_1]'"),
        ("geboren am 12.03.1981 in Köln", "geboren am [BIRTHDATE_1] in Köln"),
        ("Anna: hi\nPin: 1234\nAnna: bye", "[NAME_1]: hi\nPin: [SECRET_1]\n[NAME_1]: bye"),
        ("order 4111111111111112 is late", "order 4111111111111112 is late"),
    ],
)
def test_what_the_word_before_makes_private(text: str, expected: str) -> None:
    assert redact(text) == expected
    assert redact(redact(text)) == expected


@pytest.mark.parametrize("word", ["password is ", "pin: ", "born on ", "IBAN: "])
def test_a_word_for_a_secret_repeated_is_read_in_time(word: str) -> None:
    text = word * (LONG // len(word)) + " " * LONG
    assert redact(text) == text


@pytest.mark.parametrize("row", rows("redaction")[::5], ids=lambda row: row["id"])
def test_case_of_the_whole_text_does_not_hide_numbers_and_addresses(row: dict[str, Any]) -> None:
    kinds = {"EMAIL", "IBAN", "CARD", "URL", "IP"}
    expected = sorted(kind for _, _, kind in row["spans"] if kind in kinds)
    found = sorted(e.type for e in redact(row["text"].lower()).entities if e.type in kinds)
    assert found == expected


# --- laws ---------------------------------------------------------------------------------

PIECES = st.one_of(
    st.text(max_size=15),
    st.sampled_from(
        [
            *("anna@example.org", "+44 20 7946 0018", "06 12 34 56 78", "4111 1111 1111 1111"),
            *(
                "DE89 3704 0044 0532 0130 00",
                "https://a.example/?token=x1",
                "192.0.2.7",
                "order 10023",
            ),
            *("My name is Anna Berg", "Regards,\nAnna Berg", "Dear Mr Smith,", "Ahmet Bey", "\n"),
            *(
                "[EMAIL_1]",
                "[PHONE_12]",
                "[NAME_999999]",
                "14 Larkspur Close",
                "2.50 EUR",
                ", ",
                " ",
            ),
            *("DNI 69713053F", "-", "0", "12", "(", "@", "My name is", "tel", "\x00", "\ud83d"),
        ]
    ),
)
MESSAGES = st.lists(PIECES, max_size=10).map("".join)


@given(MESSAGES, st.sampled_from([None, "NL", "PT", "US", "FR"]))
def test_redacting_twice_changes_nothing(text: str, region: str | None) -> None:
    once = redact(text, region=region)
    again = redact(once, region=region)
    assert again == once
    assert again.entities == ()


@given(MESSAGES)
def test_offsets_point_into_the_original(text: str) -> None:
    redacted = redact(text)
    rebuilt, at = "", 0
    for entity in redacted.entities:
        assert at <= entity.start < entity.end <= len(text)
        rebuilt += text[at : entity.start] + entity.placeholder
        at = entity.end
    assert rebuilt + text[at:] == redacted


@given(MESSAGES, MESSAGES)
def test_the_same_value_gets_the_same_placeholder(one: str, other: str) -> None:
    numbers = Placeholders(KEY)
    places: dict[tuple[str, str], set[str]] = {}
    for text in (one, other, one):
        for entity in redact(text, placeholders=numbers).entities:
            places.setdefault((entity.type, entity.digest), set()).add(entity.placeholder)
    assert all(len(names) == 1 for names in places.values())
    assert len({name for names in places.values() for name in names}) == len(places)


def _luhn(prefix: str, rest: str) -> str:
    return next(c for d in "0123456789" if checksums.is_luhn(c := prefix + rest + d))


def _iban(country: str, body: str) -> str:
    return next(c for n in range(2, 99) if checksums.is_iban(c := f"{country}{n:02d}{body}"))


def _search(pattern: str, check: Any) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True).filter(check)


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


CARDS = st.one_of(
    st.builds(_luhn, st.sampled_from(["4", "51", "55", "2221"]), digits(14))
    .map(lambda card: card[:15])
    .map(lambda body: _luhn(body, "")),
    st.builds(_luhn, st.just("37"), digits(12)),
)
IBANS = st.one_of(
    st.builds(_iban, st.just("DE"), digits(18)),
    st.builds(_iban, st.just("FR"), digits(23)),
    st.builds(_iban, st.just("NL"), digits(10).map(lambda d: "ABNA" + d)),
    st.builds(_iban, st.just("PL"), digits(24)),
    st.builds(_iban, st.just("TR"), digits(22)),
)


def _nir(body: str) -> str:
    return body + f"{97 - int(body) % 97:02d}"


def _pesel(body: str) -> str:
    return next(c for d in "0123456789" if checksums.is_pesel(c := body + d))


def _dni(body: str) -> str:
    return body + "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23]


def _tckn(body: str) -> str:
    return next(c for n in range(100) if checksums.is_tckn(c := f"{body}{n:02d}"))


NATIONAL = st.one_of(
    st.from_regex(r"[12][0-9]{2}(0[1-9]|1[0-2])[0-9]{2}[0-9]{6}", fullmatch=True).map(
        lambda body: _nir(re.sub(r"[^0-9]", "0", body))
    ),
    st.from_regex(r"[5-9][0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{4}", fullmatch=True).map(
        lambda body: _pesel(re.sub(r"[^0-9]", "0", body))
    ),
    digits(8).map(_dni),
    st.builds(lambda a, b: _tckn(a + b), st.sampled_from("123456789"), digits(8)),
)
WORDS = st.text(st.characters(categories=["Ll"]), min_size=1, max_size=12)
# Words that would say "the next number is an order, not a person".
SURROUNDINGS = st.lists(
    st.sampled_from(["hello", "please", "look", "at", "this", "for", "me", "today", "danke"])
)


def grouped(number: str) -> list[str]:
    fours = [number[at : at + 4] for at in range(0, len(number), 4)]
    return [number, " ".join(fours), "-".join(fours), "\u00a0".join(fours)]


@given(
    st.one_of(CARDS, IBANS).flatmap(lambda n: st.sampled_from(grouped(n))),
    SURROUNDINGS,
    SURROUNDINGS,
)
def test_cards_and_accounts_are_found_anywhere(
    number: str, before: list[str], after: list[str]
) -> None:
    text = " ".join([*before, number, *after])
    redacted = redact(text)
    assert number not in redacted
    assert [e.type for e in redacted.entities] in (["CARD"], ["IBAN"])


@given(NATIONAL, SURROUNDINGS, SURROUNDINGS)
def test_national_numbers_are_found_anywhere(
    number: str, before: list[str], after: list[str]
) -> None:
    redacted = redact(" ".join([*before, number, *after]))
    assert [e.type for e in redacted.entities] == ["NATIONAL_ID"]


LABELS = st.sampled_from(
    [
        "order",
        "order number:",
        "invoice no.",
        "parcel",
        "Bestellung",
        "Rechnung Nr.",
        "commande n°",
        "facture",
        "pedido",
        "factura n.º",
        "ordine",
        "fattura n.",
        "bestelling",
        "factuur",
        "zamówienie nr",
        "faktura",
        "encomenda",
        "fatura n.º",
        "sipariş no",
        "kargo",
    ]
)
ORDER_IDS = st.one_of(
    st.integers(10_000, 10**12).map(str),
    st.builds(
        lambda p, n: f"{p}-{n}",
        st.sampled_from(["LL", "ORD", "A", "2025"]),
        st.integers(100, 10**8),
    ),
    digits(9).map(lambda d: f"RR{d}GB"),
    CARDS.filter(lambda n: not identifiers.is_bank_card(re.sub(r"[ -]", "", n))),
    NATIONAL,
    digits(9).map(lambda d: "06" + d[:8]),
)


@given(LABELS, ORDER_IDS, SURROUNDINGS, SURROUNDINGS)
def test_order_numbers_stay(label: str, number: str, before: list[str], after: list[str]) -> None:
    text = " ".join([*before, label, number, *after])
    assert redact(text) == text
    assert number in [span.text for span in find_order_ids(text)]


@given(LABELS, CARDS)
def test_a_card_behind_a_word_for_an_order_goes_and_a_product_number_stays(
    label: str, card: str
) -> None:
    number = re.sub(r"[ -]", "", card)
    assume(identifiers.is_bank_card(number))
    assert redact(f"{label} {number} is late") == f"{label} [CARD_1] is late"
    assert redact(f"serial number {number}") == f"serial number {number}"
    assert redact(f"{label} {number}-22") == f"{label} {number}-22"


@given(MESSAGES)
def test_order_ids_are_spans_of_the_text(text: str) -> None:
    at = 0
    for span in find_order_ids(text):
        assert text[span.start : span.end] == span.text
        assert at <= span.start
        at = span.end


@given(digits(16))
def test_cards_with_a_wrong_check_digit_stay(number: str) -> None:
    assume(not checksums.is_luhn(number))
    assert not any(e.type == "CARD" for e in redact(f"hello {number} thanks").entities)


# --- cases --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("👍", "👍"),
        ("mail a.b+c@sub.example.co.uk, ok", "mail [EMAIL_1], ok"),
        ("anna [at] example [dot] org", "[EMAIL_1]"),
        ("see https://example.org/help?page=2", "see https://example.org/help?page=2"),
        ("see https://example.org/?a=1&access_token=x.", "see [URL_1]."),
        ("see https://u:p@example.org/x", "see [URL_1]"),
        ("from 203.0.113.9 with version 10.0.0.12", "from [IP_1] with version 10.0.0.12"),
        ("open http://127.0.0.1/ now", "open http://127.0.0.1/ now"),
        ("from 2001:db8::ff00:42:8329 at 10:30:15", "from [IP_1] at 10:30:15"),
        ("call +1 (202) 555-0148 today", "call [PHONE_1] today"),
        ("on 12/03/2025 at 10:42 for 1 249,00 €", "on 12/03/2025 at 10:42 for 1 249,00 €"),
        ("My name is john smith and i wait", "My name is [NAME_1] and i wait"),
        ("I am Very Angry", "I am Very Angry"),
        ("Hello Team,", "Hello Team,"),
        ("Hello Sam,", "Hello [NAME_1],"),
        ("Sehr geehrte Damen und Herren,", "Sehr geehrte Damen und Herren,"),
        ("Thanks,\nPlease hurry", "Thanks,\nPlease hurry"),
        ("the name is public", "the name is public"),
        ("Anna Berg here? My name is Anna Berg", "[NAME_1] here? My name is [NAME_1]"),
        ("[EMAIL_1] wrote to b@example.org", "[EMAIL_1] wrote to [EMAIL_2]"),
        ("passport number: X12345678", "passport number: [NATIONAL_ID_1]"),
    ],
)
def test_small_cases(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    ("text", "region", "found"),
    [
        ("het is 333410828 ok", None, []),
        ("het is 333410828 ok", "NL", ["NATIONAL_ID"]),
        ("BSN 333410828", None, ["NATIONAL_ID"]),
        ("mon 612345678 ok", "ES", ["PHONE"]),
        ("mon 612345678 ok", None, []),
    ],
)
def test_the_region_settles_doubt(text: str, region: str | None, found: list[str]) -> None:
    assert [e.type for e in redact(text, region=region).entities] == found


def test_one_number_in_two_forms_is_one_person() -> None:
    redacted = redact("call +33 6 12 34 56 78 or 06 12 34 56 78")
    assert redacted == "call [PHONE_1] or [PHONE_1]"


def test_entities_tell_type_place_and_digest() -> None:
    (entity,) = redact("to anna@example.org", placeholders=Placeholders(KEY)).entities
    assert entity == Entity(
        "EMAIL", 3, 19, "[EMAIL_1]", Placeholders(KEY).digest("EMAIL", "anna@example.org")
    )
    assert len(entity.digest) == 64


def test_without_a_key_no_digest_leaves() -> None:
    assert redact("to anna@example.org").entities[0].digest == ""
    with pytest.raises(ParameterError, match="'key' parameter of Placeholders must be set"):
        Placeholders().to_json()


def test_digests_depend_on_the_key() -> None:
    assert Placeholders(b"a").digest("EMAIL", "x") != Placeholders(b"b").digest("EMAIL", "x")


@pytest.mark.parametrize("key", ["text", None, 7])
def test_a_key_must_be_bytes(key: Any) -> None:
    with pytest.raises(ParameterError, match="'key' parameter of Placeholders must be bytes"):
        Placeholders(key)


def test_placeholders_survive_the_way_to_storage_without_the_values() -> None:
    numbers = Placeholders(KEY)
    redact("anna@example.org, +44 20 7946 0018", placeholders=numbers)
    document = numbers.to_json()
    assert "anna" not in document
    assert "7946" not in document
    back = Placeholders.from_json(document, key=KEY)
    assert back == numbers
    assert redact("to ANNA@example.org", placeholders=back) == "to [EMAIL_1]"
    assert redact("to bo@example.org", placeholders=back) == "to [EMAIL_2]"


@pytest.mark.parametrize("document", ["", "[]", '{"EMAIL": 1}', '{"EMAIL": {"a": "x"}}', "null"])
def test_from_json_refuses_another_document(document: str) -> None:
    with pytest.raises(ParameterError, match="'document' parameter"):
        Placeholders.from_json(document, key=KEY)


def test_redacted_is_a_text_that_copies_and_pickles() -> None:
    redacted = redact("to anna@example.org")
    assert isinstance(redacted, str)
    for twin in (copy.deepcopy(redacted), pickle.loads(pickle.dumps(redacted))):  # noqa: S301
        assert twin == redacted
        assert isinstance(twin, Redacted)
        assert twin.entities == redacted.entities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order no. 100238471 of 12/03/2025, parcel #55102", ["100238471", "#55102"]),
        ("88120445 numaralı siparişim", ["88120445"]),
        ("Sendungsnummer 00340434161094021501", ["00340434161094021501"]),
        ("l'ordine LL-204518 e l’envoi 1002384711", ["LL-204518", "1002384711"]),
        ("it's 1002384711 people", []),
        (
            "Bestellung LL-204518, LL-204519 und LL-204520 sind da",
            ["LL-204518", "LL-204519", "LL-204520"],
        ),
        ("orders 100238 and 100239, 12 lamps of 2025", ["100238", "100239"]),
        ("commande n° 100238 / 100239", ["100238", "100239"]),
        ("Where is LL-204518?", ["LL-204518"]),
        ("article SKU-204518, serial number LX-204519, ISO-270010", []),
        ("your order is $59.99 for 2 lamps", []),
        ("I ordered 2025 lamps in order", []),
        ("order 250 units", []),
        ("tracking 1Z999AA10123456784.", ["1Z999AA10123456784"]),
    ],
)
def test_order_ids(text: str, expected: list[str]) -> None:
    assert [span.text for span in find_order_ids(text)] == expected


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (checksums.is_luhn, "4111111111111111", "4111111111111112"),
        (checksums.is_iban, "GB82WEST12345698765432", "GB82WEST12345698765433"),
        (checksums.is_nir, "249078405007573", "249078405007574"),
        (checksums.is_nir, "255082A12345646", "255082A12345647"),
        (checksums.is_steuer_id, "86095742719", "86095742718"),
        (checksums.is_dni, "12345678Z", "12345678A"),
        (checksums.is_dni, "X1234567L", "X1234567M"),
        (checksums.is_codice_fiscale, "RSSMRA85T10A562S", "RSSMRA85T10A562T"),
        (checksums.is_bsn, "111222333", "111222334"),
        (checksums.is_pesel, "44051401359", "44051401358"),
        (checksums.is_nif, "123456789", "123456788"),
        (checksums.is_tckn, "10000000146", "10000000145"),
        (checksums.is_cpf, "11144477735", "11144477734"),
        (checksums.is_personnummer, "8112189876", "8112189875"),
        (checksums.is_personnummer, "198112189876", "198113189876"),
    ],
)
def test_checksums_against_published_examples(check: Any, right: str, wrong: str) -> None:
    assert check(right)
    assert not check(wrong)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "1 ",
        "4111 ",
        "+1",
        "a@",
        "a.",
        "http://",
        ":",
        "Ab ",
        "Dear Ab, ",
        "Regards\n",
        "Mr Ab ",
        "12 Ab Street ",
        "8 rue de la ",
        "ul. Ab ",
        "Ab Mah. ",
        "order 12345 ",
        "0612345678 ",
        "dni 12345678 ",
        "[EMAIL_1]",
        "\n",
        "DE12 ",
        "Ab-",
        "Ab'",
        "Ab, LS8 2QT ",
        "my son Ab ",
        "My name is Ab Cd. ",
        "1.2.3.4 ",
        "A",
        "ab-",
        "\ud83d",
    ],
)
def test_long_messages_end(piece: str) -> None:
    text = (piece * LONG)[:LONG]
    assert isinstance(redact(text), Redacted)
    assert all(span.end <= LONG for span in find_order_ids(text))


# --- several texts and missing ones --------------------------------------------------------

TEXTS = ["Write to anna@example.org.", None, "Or to anna@example.org, ben@example.org."]


@pytest.mark.parametrize(
    "several",
    [TEXTS, tuple(TEXTS), np.array(TEXTS, dtype=object), pd.Series(TEXTS, index=[7, 8, 9]),
     pd.Series(TEXTS, dtype="string"), pd.Series(TEXTS, dtype="category"), pd.Index(TEXTS)],
    ids=["list", "tuple", "array", "Series", "string Series", "category", "Index"],
)  # fmt: skip
def test_several_texts_give_a_list(several: Any) -> None:
    made = redact(several)
    assert made == ["Write to [EMAIL_1].", "", "Or to [EMAIL_1], [EMAIL_2]."]
    assert all(isinstance(one, Redacted) for one in made)
    assert [len(one.entities) for one in made] == [1, 0, 2]


def test_several_texts_share_the_placeholders_of_their_ticket() -> None:
    made = redact(["ben@example.org", "anna@example.org"], placeholders=Placeholders(KEY))
    assert made == ["[EMAIL_1]", "[EMAIL_2]"]
    assert redact(["ben@example.org", "anna@example.org"]) == ["[EMAIL_1]", "[EMAIL_1]"]


@given(st.lists(st.text(max_size=30), max_size=4))
def test_several_texts_are_redacted_as_each_alone(texts: list[str]) -> None:
    assert redact(texts) == [redact(text) for text in texts]


@pytest.mark.parametrize("missing", [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT])
def test_a_missing_text_is_empty(missing: Any) -> None:
    made = redact(missing)
    assert (made, made.entities) == ("", ())
    assert isinstance(made, Redacted)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [(7, "int"), (1.5, "float"), (b"text", "bytes"), ({"text": "x"}, "dict"), ({"x"}, "set"),
     (np.array("x"), "ndarray"), (np.array([["x"]]), "ndarray"), (pd.DataFrame(), "DataFrame"),
     (["x", 7], "int at position 1"), ([["x"]], "list at position 0")],
)  # fmt: skip
def test_what_is_no_text_is_refused(wrong: Any, name: str) -> None:
    with pytest.raises(ParameterError, match=f"'text' parameter of redact .* Got {name} instead"):
        redact(wrong)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I moved to 14 Larkspur Close, Leeds LS8 2QT, thanks", "I moved to [ADDRESS_1], thanks"),
        ("Meine Steuer-ID lautet 29 314 170 583.", "Meine Steuer-ID lautet [NATIONAL_ID_1]."),
        ("Versión 7.0.4, IP 192.0.2.146.", "Versión 7.0.4, IP [IP_1]."),
        ("Version 10.0.2.146", "Version 10.0.2.146"),
    ],
)
def test_a_number_is_taken_whole(text: str, expected: str) -> None:
    assert redact(text) == expected
