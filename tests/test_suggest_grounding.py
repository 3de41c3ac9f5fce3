"""The support check: nothing passes that is not written in an approved source."""

import pandas as pd
import pytest
from grounding_checker import unsupported
from hypothesis import assume, given
from hypothesis import strategies as st

from suggest.draft import Draft, DraftSentence, Support
from suggest.grounding import Facts, Source, ground, values_in

TEXT = (
    "Refunds take 5 working days. They are not possible after 30 days.\n\n"
    "1. Open https://shop.example/returns now.\n2. Enter the order A-55.\n\n"
    "Your order {{ order_id }} costs €12.50. Write to help@shop.example."
)
FAQ = Source("article", "faq", 4, TEXT)
SENTENCES = [
    "Refunds take 5 working days.",
    "They are not possible after 30 days.",
    "Open https://shop.example/returns now.",
    "Enter the order A-55.",
    "Write to help@shop.example.",
]


def cited(text: str, start: int, end: int, **fields: object) -> DraftSentence:
    support = Support("article", "faq", 4, (start, end))
    return DraftSentence(text, "answer", support, **fields)  # type: ignore[arg-type]


def reasons(sentence: DraftSentence | str, source: Source = FAQ, facts: Facts | None = None) -> str:
    kept, dropped = ground([sentence], [source], facts)
    assert len(kept) + len(dropped) == 1
    return dropped[0].reason if dropped else ""


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_of_the_source_is_found_and_kept(text: str) -> None:
    kept, dropped = ground([text], [FAQ])
    assert not dropped
    assert kept[0].support is not None
    start, end = kept[0].support.span
    assert TEXT[start:end] == text


def test_half_a_sentence_is_not_support() -> None:
    # "possible after 30 days" stands in the source, and the source says the contrary.
    assert reasons("possible after 30 days.") == "no_source"
    start = TEXT.index("possible")
    assert reasons(cited("possible after 30 days.", start, start + 23)) == "span_cuts_sentence"


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Refunds take 3 working days.", "no_source"),
        ("refunds take 5 working days.", "no_source"),
        ("", "no_source"),
        (cited("Refunds take 6 working days.", 0, 28), "text_differs"),
        (cited("Refunds take 5 working days.", 0, 9999), "span_outside"),
        (cited("", 3, 3), "span_outside"),
        (cited("Refunds take 5 working days.", -28, 28), "span_outside"),
    ],
)
def test_what_differs_is_dropped(sentence: DraftSentence | str, reason: str) -> None:
    assert reasons(sentence) == reason


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (Source("article", "faq", 4, TEXT, approved=False), "source_not_approved"),
        (Source("article", "faq", 4, TEXT, public=False), "source_not_public"),
        (Source("article", "faq", 5, TEXT), "no_source"),
        (Source("article", "other", 4, TEXT), "no_source"),
        (Source("macro", "faq", 4, TEXT), "no_source"),
    ],
)
def test_only_the_approved_public_version_that_is_cited_counts(source: Source, reason: str) -> None:
    assert reasons(cited("Refunds take 5 working days.", 0, 28), source) == reason


def test_internal_text_is_not_looked_up_either() -> None:
    hidden = Source("article", "faq", 4, TEXT, public=False)
    assert reasons("Refunds take 5 working days.", hidden) == "no_source"


def test_a_slot_is_filled_from_the_facts() -> None:
    start = TEXT.index("Your order")
    end = TEXT.index(" Write")
    facts = Facts(slots={"order_id": "A-77"}, values=("order A-77",))
    assert reasons(cited("Your order A-77 costs €12.50.", start, end), facts=facts) == ""
    assert reasons(cited("Your order A-78 costs €12.50.", start, end), facts=facts) == (
        "text_differs"
    )


def test_a_slot_value_that_no_fact_holds_is_invented() -> None:
    start, end = TEXT.index("Your order"), TEXT.index(" Write")
    facts = Facts(slots={"order_id": "A-77"}, values=("order A-78",))
    sentence = cited("Your order A-77 costs €12.50.", start, end)
    assert reasons(sentence, facts=facts) == "value_not_in_source"


def test_a_missing_slot_stays_as_its_mark() -> None:
    start, end = TEXT.index("Your order"), TEXT.index(" Write")
    assert reasons(cited("Your order [order_id] costs €12.50.", start, end)) == ""


def test_template_code_never_passes() -> None:
    source = Source("macro", "m", 1, "Hello {% if vip %}dear friend{% endif %}.")
    assert reasons("Hello {% if vip %}dear friend{% endif %}.", source) == "template_code"


@given(
    which=st.integers(0, len(SENTENCES) - 1),
    number=st.integers(0, 10**9),
    at=st.integers(0, 60),
    as_cited=st.booleans(),
)
def test_a_planted_number_is_always_dropped(
    which: int, number: int, at: int, as_cited: bool
) -> None:
    text = SENTENCES[which]
    planted = f"{text[: at % len(text)]}{number}{text[at % len(text) :]}"
    start = TEXT.index(text)
    sentence = cited(planted, start, start + len(text)) if as_cited else planted
    kept, dropped = ground([sentence], [FAQ])
    assert not kept
    assert dropped[0].reason in ("text_differs", "no_source")


@given(values=st.lists(st.text(max_size=12), max_size=3), number=st.integers(1000, 10**9))
def test_a_planted_value_in_a_slot_is_dropped(values: list[str], number: int) -> None:
    assume(not any(str(number) in value for value in values))
    start, end = TEXT.index("Your order"), TEXT.index(" Write")
    sentence = cited(f"Your order {number} costs €12.50.", start, end)
    facts = Facts(slots={"order_id": str(number)}, values=values)
    assert reasons(sentence, facts=facts) == "value_not_in_source"


@given(
    texts=st.lists(st.sampled_from(SENTENCES) | st.text(max_size=50), max_size=6),
    cut=st.integers(0, len(TEXT)),
    length=st.integers(0, 60),
)
def test_what_is_kept_is_part_of_the_source(texts: list[str], cut: int, length: int) -> None:
    kept, dropped = ground([*texts, TEXT[cut : cut + length]], [FAQ])
    assert len(kept) + len(dropped) == len(texts) + 1
    whole = " ".join(TEXT.split())
    for sentence in kept:
        assert " ".join(sentence.text.split()) in whole
        assert values_in(sentence.text) <= values_in(TEXT)


@pytest.mark.parametrize("part", ["50. Write to help@shop.example.", "They cost €12."])
def test_a_number_is_never_cut(part: str) -> None:
    source = Source("article", "faq", 4, f"They cost €12.{TEXT[TEXT.index('50. Write') :]}")
    assert reasons(part, source) == "no_source"
    start = source.text.index(part)
    assert reasons(cited(part, start, start + len(part)), source) == "span_cuts_sentence"
    assert reasons("They cost €12.50.", source) == ""
    lines = Source("article", "faq", 4, "It takes 5\n2 of them are free.")
    assert reasons("It takes 5", lines) == ""


@given(st.text(max_size=200))
def test_reading_values_never_fails_and_finds_every_digit(text: str) -> None:
    found = "".join(values_in(text))
    assert all(d.casefold() in found for d in text if d.isdecimal() and d.isascii())


def test_order_of_sentences_is_kept() -> None:
    kept, dropped = ground([SENTENCES[2], "Invented.", SENTENCES[0]], [FAQ])
    assert [s.text for s in kept] == [SENTENCES[2], SENTENCES[0]]
    assert [d.sentence.text for d in dropped] == ["Invented."]


# The second checker must itself catch what the first would let through.

ARTICLES = pd.DataFrame(
    [
        {
            "client_id": "acme",
            "article_id": "faq",
            "version": 4,
            "kind": "article",
            "audience": "public",
            "status": "approved",
            "text": TEXT,
        }
    ]
)
TICKET = {"text": "Where is order A-77?", "context": {"eta": "2026-03-06"}, "ticket_id": "t"}


def _draft(text: str, start: int, end: int, **support: object) -> Draft:
    fields = {"source": "article", "id": "faq", "version": 4, "span": (start, end)} | support
    sentence = DraftSentence(text, "answer", Support(**fields))  # type: ignore[arg-type]
    return Draft("validate", "en", text=text, greeting="en:unknown", sentences=(sentence,))


def _told(draft: Draft, articles: pd.DataFrame = ARTICLES) -> list[str]:
    return unsupported(draft.to_dict(), articles, TICKET, client_id="acme")


def test_the_second_checker_agrees_with_what_is_right() -> None:
    assert _told(_draft("Refunds take 5 working days.", 0, 28)) == []
    start, end = TEXT.index("Your order"), TEXT.index(" Write")
    assert _told(_draft("Your order A-77 costs €12.50.", start, end)) == []
    assert _told(_draft("Your order [order_id] costs €12.50.", start, end)) == []


@pytest.mark.parametrize(
    ("text", "start", "end", "support", "fault"),
    [
        ("Refunds take 6 working days.", 0, 28, {}, "differs from its span"),
        ("Refunds take 5 working days.", 1, 28, {}, "differs from its span"),
        ("Refunds take 5 working days.", 0, 28, {"version": 3}, "not an approved public article"),
        ("Refunds take 5 working days.", 0, 28, {"id": "x"}, "not an approved public article"),
        ("Refunds take 5 days.", 0, 28, {"source": "phrase"}, "not a fixed phrase"),
    ],
)
def test_the_second_checker_catches(
    text: str, start: int, end: int, support: dict[str, object], fault: str
) -> None:
    assert any(fault in told for told in _told(_draft(text, start, end, **support)))


def test_the_second_checker_catches_an_invented_slot_value() -> None:
    start, end = TEXT.index("Your order"), TEXT.index(" Write")
    assert _told(_draft("Your order A-78 costs €12.50.", start, end)) != []


@pytest.mark.parametrize(
    "change", [{"audience": "internal"}, {"status": "retired"}, {"client_id": "zeta"}]
)
def test_the_second_checker_wants_approved_public_text_of_the_client(
    change: dict[str, str],
) -> None:
    changed = ARTICLES.assign(**change)
    assert _told(_draft("Refunds take 5 working days.", 0, 28), changed) != []


def test_the_second_checker_reads_the_whole_text() -> None:
    draft = _draft("Refunds take 5 working days.", 0, 28).to_dict()
    draft["text"] += " We also pay €500."
    told = unsupported(draft, ARTICLES, TICKET, client_id="acme")
    assert told == ["the text ends with 'We also pay €500.', which is no sentence of it"]
