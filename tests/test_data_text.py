"""Cleaning, sentences and language of messages."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ParameterError
from data.text import LANGUAGES, UNKNOWN, abbreviations, clean, detect_language, phrases, sentences
from data.text.subjects import clean_subject
from data.text.ticket_language import ticket_language

GOLDEN = Path(__file__).parent / "golden" / "quotes.jsonl"
QUOTES = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
LONG = 100_000

# Pieces that trip patterns, besides text of any kind.
MAILISH = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            [
                *(
                    "\n",
                    "\n\n",
                    "> ",
                    "-- \n",
                    "<p>",
                    "</p>",
                    "<div class='gmail_quote'>",
                    "<!--",
                    "&#",
                ),
                *("On 3 Mar 2025 at 10:12 a@b.c wrote:\n", "From: a@b.c\n", "Subject: x\n"),
                *("Regards,\n", "Sent from my iPhone\n", "...", "Dr. ", "3. ", "😀", "\ud83d"),
                *("\x00", "e\u0301", "\r\n"),
            ]
        ),
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("row", QUOTES, ids=lambda row: row["id"])
def test_clean_leaves_the_writers_words(row: dict[str, str]) -> None:
    assert clean(row["text"]) == row["expected"]


@given(MAILISH)
def test_clean_returns_at_most_what_it_got(text: str) -> None:
    cleaned = clean(text)
    normal = unicodedata.normalize("NFC", text.encode("utf-16", "replace").decode("utf-16"))
    assert len(cleaned) <= len(normal)
    assert cleaned == unicodedata.normalize("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert "\x00" not in cleaned
    assert "\n\n\n" not in cleaned
    cleaned.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=200))
def test_clean_keeps_plain_words(text: str) -> None:
    normal = unicodedata.normalize("NFC", text)
    assert clean(text) in (normal, "")
    assert clean(f"I said {text} today") == f"I said {normal} today"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("👍", "👍"),
        ("-- \nAnna", ""),
        ("> only\n> quoted", ""),
        ("a\u00a0b\u200b c\u00ad", "a b c"),
        ("Cafe\u0301", "Café"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("broken \ud83d half", "broken \ufffd half"),
        ("Thanks, John", "Thanks, John"),
        ("price < 5 and > 3", "price < 5 and > 3"),
        (">5 lamps are broken", ">5 lamps are broken"),
        (
            "From: London\nTo: Paris\nwhen does it ship?",
            "From: London\nTo: Paris\nwhen does it ship?",
        ),
        ("On Monday I wrote:\nwhere is it", "On Monday I wrote:\nwhere is it"),
        ("Sent from the warehouse on Monday", "Sent from the warehouse on Monday"),
        (
            "Help.\n\nRegards,\nAnna\n\nPS: Please call me before noon, I leave!",
            "Help.\n\nPS: Please call me before noon, I leave!",
        ),
        (
            "This message is confidential: my order is late.",
            "This message is confidential: my order is late.",
        ),
    ],
)
def test_clean_small_cases(text: str, expected: str) -> None:
    assert clean(text) == expected


ASKED = "How do I reset my password?"
HEADERS = "From: Ann Lee <ann@x.example>\nDate: Tue, 3 Mar 2026\nSubject: Login\nTo: help@x.example"


@pytest.mark.parametrize(
    "above",
    [
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "FYI\n\n-------- Forwarded Message --------",
        "-------- Weitergeleitete Nachricht --------",
        "Weitergeleitete Nachricht",
        "Zur Info\n\n---------- Weitergeleitete Nachricht ----------",
        "---------- Message transféré ---------",
        "Pour info\n\nDébut du message réexpédié :",
        "---------- Mensaje reenviado ---------",
        "---------- Messaggio inoltrato ---------",
        "---------- Doorgestuurd bericht ---------",
        "---------- Wiadomość przekazana ---------",
        "---------- Mensagem encaminhada ---------",
        "---------- İletilen ileti ---------",
        "FYI, please handle\n\n-----Original Message-----",
        "Bitte um Bearbeitung, danke\n",
        "---- Forwarded message ----\n\n---- Forwarded message ----",
    ],
)
def test_a_mail_that_is_passed_on_is_read_without_its_headers(above: str) -> None:
    assert clean(f"{above}\n{HEADERS}\n\n{ASKED}") == ASKED


def test_one_header_below_a_separator_is_enough() -> None:
    text = f"---------- Forwarded message ---------\nFrom: Ann Lee\n\n{ASKED}"
    assert clean(text) == ASKED


def test_few_words_above_a_mail_that_is_passed_on_stay() -> None:
    assert clean(f"Our tenant asks:\n\n---- Forwarded message ----\n{HEADERS}\n\n{ASKED}") == (
        f"Our tenant asks:\n\n{ASKED}"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Yes, send me a new lamp, that one is broken.\n\n---- Forwarded message ----\n{ASKED}",
         "Yes, send me a new lamp, that one is broken."),
        (f"Yes please\n\n-----Original Message-----\n{HEADERS}\n\n{ASKED}", "Yes please"),
        (f"-----Original Message-----\n{HEADERS}\n\n{ASKED}", ""),
        ("Le lun. 3 mars 2025 à 10:12, Lumen <a@l.example> a écrit :\n\nBonjour, quel numéro ?",
         ""),
    ],
)  # fmt: skip
def test_what_others_wrote_goes_where_the_writer_has_words(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    "quoted",
    [
        "Bonjour,\nquel est le numéro ?",
        "Bonjour,\n\nquel est le numéro ?\n\nCordialement,\nLumen",
        "Bonjour,\n\nquel est le numéro ?\n\nCordialement,\n\nLumen",
    ],
)
def test_an_answer_below_an_unmarked_mail_is_read(quoted: str) -> None:
    wrote = "Le lun. 3 mars 2025 à 10:12, Lumen Aide <aide@lumen.example> a écrit :"
    text = f"{wrote}\n\n{quoted}\n\nC'est LL-204518, où est mon colis ?"
    assert clean(text) == "C'est LL-204518, où est mon colis ?"


def test_many_mails_passed_on_end() -> None:
    text = "---- Forwarded message ----\nFrom: a@b.example\n\n" * 2000
    assert clean(text) == ""


def test_clean_takes_a_missing_value_for_empty() -> None:
    assert clean(None) == ""  # type: ignore[arg-type]
    assert clean(float("nan")) == ""  # type: ignore[arg-type]


def test_clean_strips_html_and_keeps_lists_and_addresses() -> None:
    html = (
        "<html><head><title>t</title><style>p{color:red}</style></head><body><!-- note -->"
        "<p>Hello&nbsp;&amp; thanks</p><ul><li>one<li>two</ul>Write to <anna@example.org></body>"
    )
    assert clean(html) == "Hello & thanks\n\n- one\n- two\nWrite to <anna@example.org>"


def test_clean_survives_a_reference_too_large_for_int() -> None:
    assert clean("<p>a &#" + "9" * 5000 + "; b</p>") == "a \ufffd b"


def test_clean_keeps_the_body_under_headers_at_the_top() -> None:
    raw = "From: Anna <a@example.org>\nDate: 3 Mar 2025\nSubject: Lamp\n\nIt is broken."
    assert clean(raw) == "It is broken."


ADVERSARIAL = [
    "a",
    "<",
    "<a ",
    "<div>",
    "<blockquote>",
    "<!--",
    "&#",
    "&#9",
    ">",
    "> \n",
    "-",
    ".",
    ". ",
    "a. ",
    "?",
    "?!",
    "\n",
    "x\n",
    " ",
    ":",
    "_",
    "#",
    "## ",
    "😀",
    ":)",
    ".)",
    "regards\n",
    "From: a@b\n",
    "On wrote: 10:10\n",
    "sent from my ",
    "[cid:",
    "message confidential ",
    "1",
    "a@",
    "é",
    "e\u0301",
    "\ud83d",
]


@pytest.mark.parametrize("piece", ADVERSARIAL)
def test_long_messages_end(piece: str) -> None:
    text = (piece * LONG)[:LONG] + "x"
    assert len(clean(text)) <= len(text)
    assert sum(len(span.text) for span in sentences(text)) <= len(text)
    assert len(detect_language([text])) == 1


@given(MAILISH, st.sampled_from([*LANGUAGES, "xx"]))
def test_sentences_cover_the_text_in_order(text: str, language: str) -> None:
    spans = sentences(text, language)
    at = 0
    for span in spans:
        assert text[span.start : span.end] == span.text
        assert span.text == span.text.strip() != ""
        assert at <= span.start < span.end
        assert text[at : span.start].strip() == ""
        at = span.end
    assert text[at:].strip() == ""


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "Dr. Who paid 3.50 EUR. Why? No idea...",
            ["Dr. Who paid 3.50 EUR.", "Why?", "No idea..."],
        ),
        (
            "en",
            "See https://a.example/b?c=1. Then e.g. this. I said no. Fine.",
            ["See https://a.example/b?c=1.", "Then e.g. this.", "I said no.", "Fine."],
        ),
        ("en", "Great! 😀 Now what :) Bye", ["Great! 😀", "Now what :)", "Bye"]),
        (
            "en",
            "hi. my order is late. please help... thanks",
            ["hi.", "my order is late.", "please help... thanks"],
        ),
        (
            "en",
            "Steps:\n1. Open it.\n2. Close it\n- done",
            ["Steps:", "1. Open it.", "2. Close it", "- done"],
        ),
        (
            "en",
            "The parcel that I ordered three weeks ago from your web shop in\nLeeds is lost. Help.",
            [
                "The parcel that I ordered three weeks ago from your web shop in\nLeeds is lost.",
                "Help.",
            ],
        ),
        (
            "en",
            'He asked "why?" and left. (Really.) Yes.',
            ['He asked "why?" and left.', "(Really.)", "Yes."],
        ),
        (
            "de",
            "Am 3. März kamen z. B. zwei Lampen (Art.-Nr. 33). Danke!",
            ["Am 3. März kamen z. B. zwei Lampen (Art.-Nr. 33).", "Danke!"],
        ),
        (
            "fr",
            "M. Dupont a payé 3,50 €. Merci d'avance !",
            ["M. Dupont a payé 3,50 €.", "Merci d'avance !"],
        ),
        (
            "es",
            "¿Dónde está? El Sr. Ruiz pagó 1.250,00 €. Gracias.",
            ["¿Dónde está?", "El Sr. Ruiz pagó 1.250,00 €.", "Gracias."],
        ),
        (
            "it",
            "Gent. Sig. Rossi, ecco il reso ecc. Grazie.",
            ["Gent. Sig. Rossi, ecco il reso ecc.", "Grazie."],
        ),
        (
            "nl",
            "Dhr. Bakker kocht o.a. lampen. Bedankt.",
            ["Dhr. Bakker kocht o.a. lampen.", "Bedankt."],
        ),
        (
            "pl",
            "W dniu 5. maja, ul. Kwiatowa itd. Koniec.",
            ["W dniu 5. maja, ul. Kwiatowa itd.", "Koniec."],
        ),
        (
            "pt",
            "A Sra. Lopes pagou 39,90 €. Obrigada.",
            ["A Sra. Lopes pagou 39,90 €.", "Obrigada."],
        ),
        (
            "tr",
            "Dr. Yılmaz 3. kez aradı vb. Teşekkürler.",
            ["Dr. Yılmaz 3. kez aradı vb.", "Teşekkürler."],
        ),
    ],
)
def test_sentences_per_language(language: str, text: str, expected: list[str]) -> None:
    assert [span.text for span in sentences(text, language)] == expected


def test_sentences_of_white_space_are_none() -> None:
    assert sentences(" \n\t") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wo bleibt meine Bestellung LL-4711?", "de"),
        ("Where is my order? a.b@example.org", "en"),
        ("¿Dónde está mi pedido 100?", "es"),
        ("Où est ma commande https://x.example/fr ?", "fr"),
        ("Dove si trova il mio ordine?", "it"),
        ("Waar blijft mijn bestelling?", "nl"),
        ("Gdzie jest moje zamówienie?", "pl"),
        ("Onde está a minha encomenda?", "pt"),
        ("Siparişim nerede kaldı?", "tr"),
        ("Merci !", "fr"),
        ("Danke", "de"),
    ],
)
def test_detect_language_knows_the_nine(text: str, language: str) -> None:
    ((label, p),) = detect_language([text])
    assert label == language
    assert 0.5 <= p <= 1


@pytest.mark.parametrize(
    "text", ["", "   ", "👍👍", "12345 67", "https://a.example", "ok", "[EMAIL_1]", "\ud83d"]
)
def test_detect_language_says_unknown_where_nothing_tells(text: str) -> None:
    ((label, p),) = detect_language([text])
    assert label == UNKNOWN
    assert 0 <= p <= 0.5


@pytest.mark.parametrize(
    "text", ["где мой заказ, прошло две недели", "我的订单在哪里", "أين طلبي من فضلك"]
)
def test_detect_language_says_unknown_for_other_languages(text: str) -> None:
    assert detect_language([text])[0][0] == UNKNOWN


def test_detect_language_keeps_to_the_configured_ones() -> None:
    text = "Mijn bestelling is nog steeds niet geleverd en niemand antwoordt"
    assert detect_language([text], languages=("en", "fr"))[0][0] == UNKNOWN
    assert detect_language([text], languages=("en", "nl"))[0][0] == "nl"


@given(st.lists(MAILISH, max_size=4), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_never_labels_more(texts: list[str], one: float, other: float) -> None:
    low = detect_language(texts, threshold=min(one, other))
    high = detect_language(texts, threshold=max(one, other))
    assert [p for _, p in low] == [p for _, p in high]
    for (loose, _), (strict, _) in zip(low, high, strict=True):
        assert strict in (loose, UNKNOWN)


def test_detect_language_takes_a_series() -> None:
    frame = pd.Series(["Where is my order?", "Wo ist meine Bestellung?"], index=[7, 3])
    assert [label for label, _ in detect_language(frame)] == ["en", "de"]


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan")])
def test_detect_language_refuses_a_threshold_out_of_range(threshold: float) -> None:
    with pytest.raises(ParameterError, match=r"'threshold' parameter .* must be in \[0, 1\]"):
        detect_language(["x"], threshold=threshold)


@pytest.mark.parametrize("languages", [(), ("en", "klingon")])
def test_detect_language_refuses_languages_it_does_not_know(languages: tuple[str, ...]) -> None:
    with pytest.raises(ParameterError, match="'languages' parameter"):
        detect_language(["x"], languages=languages)


def test_detect_language_on_real_commands(shared: Callable[[str], pd.DataFrame]) -> None:
    table = shared("xsid_valid")
    rows = table[table["language"].isin(LANGUAGES)]
    labels = pd.Series([label for label, _ in detect_language(rows["text"])], index=rows.index)
    known = labels != UNKNOWN
    assert known.mean() >= 0.95
    assert (labels[known] == rows["language"][known]).mean() >= 0.97
    assert (labels == rows["language"]).groupby(rows["language"]).mean().min() >= 0.92


def test_few_words_are_read_by_what_is_known_around_them() -> None:
    assert ticket_language("reset password")[0] == UNKNOWN
    assert ticket_language("reset password", helped_in=lambda: ["en", "de"])[0] == "en"
    assert ticket_language("refund", helped_in=lambda: ["en", "de"])[0] == UNKNOWN
    assert ticket_language("refund", helped_in=lambda: ["en", "de"], locale="en_GB")[0] == "en"
    assert ticket_language("Où est mon colis ?", helped_in=lambda: ["en", "de"])[0] != "en"
    assert ticket_language("Wo ist mein Paket?", locale="en-GB")[0] == "de"


def test_what_is_known_around_many_words_does_not_count() -> None:
    text = "Bonjour, je voudrais retourner la lampe que j'ai achetée hier."

    def never() -> list[str]:
        raise AssertionError

    assert ticket_language(text, locale="en-GB", helped_in=never)[0] == "fr"


@pytest.mark.parametrize(
    ("text", "given", "language"),
    [
        ("garden hose guarantee", "fr", "fr"),
        ("¿Dónde está mi pedido?", "en", "es"),
        ("Wo bleibt meine Bestellung?", "EN-us", "de"),
        ("LL-204518", "pt_BR", "pt"),
        ("LL-204518", "fi", UNKNOWN),
        ("Missä pakettini on, en ole saanut sitä vieläkään?", "en", UNKNOWN),
    ],
)
def test_a_given_language_is_believed_unless_the_words_say_another(
    text: str, given: str, language: str
) -> None:
    label, p = ticket_language(text, given=given)
    assert label == language
    assert 0 <= p <= 1


@given(st.text(max_size=60), st.sampled_from([None, "", "en", "pt_BR", "xx"]))
def test_the_language_of_a_ticket_is_one_of_ours_or_unknown(text: str, given: str | None) -> None:
    label, p = ticket_language(text, given=given)
    assert label in (*LANGUAGES, UNKNOWN)
    assert 0 <= p <= 1


@pytest.mark.parametrize(
    "subject",
    [
        "(no subject)", "<No Subject>", "Re: (no subject)", "RE[2]: ", "Kein Betreff",
        "AW: ohne Betreff", "(sans objet)", "TR : aucun objet", "(sin asunto)", "(nessun oggetto)",
        "geen onderwerp", "(brak tematu)", "Odp: bez tematu", "(sem assunto)", "Konu yok",
    ],
)  # fmt: skip
def test_a_subject_that_stands_for_none_is_empty(subject: str) -> None:
    assert clean_subject(subject) == ""


@pytest.mark.parametrize("subject", ["", "Re: Invoice", "No subject line in your mails?", "???"])
def test_another_subject_stays(subject: str) -> None:
    assert clean_subject(subject) == subject


@pytest.mark.parametrize(
    "line",
    [
        "Von meinem iPhone gesendet", "- Sent from my iPhone", "Sent from my HTC",
        "Sent with Spark", "Excuse brevity, sent from my phone", "Enviado desde mi Galaxy",
    ],
)  # fmt: skip
def test_what_a_device_adds_goes(line: str) -> None:
    assert clean(line) == ""
    assert clean(f"Where is it?\n\n{line}") == "Where is it?"


GMAIL = (
    '<div dir="ltr">{above}<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
    "---------- Forwarded message ---------<br>From: <b>Ann Lee</b> &lt;ann@x.example&gt;<br>"
    "Date: Tue, 3 Mar 2026<br>Subject: Login<br>To: help@x.example<br></div><br>"
    "<div>How do I reset my password?</div></div></div>"
)
APPLE = (
    "<html><body>{above}<div><blockquote type='cite'><div>Begin forwarded message:</div><br>"
    "<div><b>From: </b>Ann Lee &lt;ann@x.example&gt;</div><div><b>Subject: </b>Login</div><br>"
    "<div>How do I reset my password?</div></blockquote></div></body></html>"
)


@pytest.mark.parametrize("html", [GMAIL, APPLE])
def test_a_mail_that_is_passed_on_as_html_is_read(html: str) -> None:
    assert clean(html.format(above="FYI")) == "How do I reset my password?"
    assert clean(html.format(above="")) == "How do I reset my password?"
    mine = "My lamp arrived broken, please send me a new one."
    assert clean(html.format(above=mine)) == mine


def test_deep_quotes_end() -> None:
    html = "<div class='gmail_quote'>" * 20_000 + "forwarded message" + "</div>" * 20_000
    assert clean(html) == ""


@pytest.mark.parametrize("module", [abbreviations, phrases])
def test_every_language_has_its_words(module) -> None:
    tables = {k: v for k, v in vars(module).items() if k.isupper() and isinstance(v, dict)}
    assert tables
    for name, table in tables.items():
        # Only some languages write an ordinal before a month with a full stop.
        needed = abbreviations.ORDINAL_LANGUAGES if name == "MONTHS" else set(LANGUAGES)
        assert needed <= set(table), f"{name} of {module.__name__}"
