"""What agents do with drafts, as figures and as rows to learn from."""

import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ParameterError
from data.text import LANGUAGES
from suggest.feedback import compare, take_apart, training_rows
from suggest.phrases import phrasebook

DRAFT = "Bonjour,\n\nVotre colis part demain. Il arrive jeudi.\n\nCordialement,\nL'équipe Acme"
WORDS = st.lists(st.sampled_from(["the", "parcel", "leaves", "today", "on", "Friday"]), max_size=12)
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "sent",
    [
        DRAFT,
        DRAFT.replace("Bonjour,", "Bonsoir Mme Martin,"),
        DRAFT.replace("Cordialement,\nL'équipe Acme", "Bien à vous,\nSophie"),
        DRAFT.replace("Bonjour,\n\n", ""),
        DRAFT.replace("\n\nCordialement,\nL'équipe Acme", ""),
        DRAFT.replace("\n\n", "\n").replace("'", "’"),
        "Hello,\n\nVotre colis part demain. Il arrive jeudi.\n\nMerci,\nSophie Durand\nAcme",
    ],
)
def test_greeting_signature_and_layout_are_no_edit(sent: str) -> None:
    told = compare(DRAFT, sent, "fr")
    assert told.identical_strict
    assert (told.edit_distance, told.kept_share, told.decision) == (0, 1, "sent")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_greeting_of_a_redacted_name_is_no_edit(language: str) -> None:
    known = phrasebook().of(language, owner="test")
    greetings = {word for words in known.greetings.values() for word in words.values()}
    drafts = [f"{word} [NAME_1],\n\n{DRAFT}" for word in sorted(greetings)]
    sent = [f"{word} [NAME_1] [NAME_2],\n\n{DRAFT}" for word in sorted(greetings)]
    for one, other in zip(drafts, [*sent[1:], sent[0]], strict=True):
        assert compare(one, other, language).identical_strict
    assert take_apart(f"{DRAFT} [NAME_3]", "fr").closing == "Cordialement, L'équipe Acme [NAME_3]"
    assert "order" in take_apart("Hi [NAME_1] your order left. It is late.", "en").body


def test_a_changed_greeting_is_noticed_and_not_counted() -> None:
    told = compare(DRAFT, DRAFT.replace("Bonjour", "Bonsoir"), "fr")
    assert told.greeting_changed
    assert not compare(DRAFT, DRAFT, "fr").greeting_changed


def test_one_changed_word_is_a_light_edit() -> None:
    told = compare(DRAFT, DRAFT.replace("jeudi", "vendredi"), "fr")
    # Nine tokens: seven words and two full stops; one of them changed.
    assert told.edit_distance == pytest.approx(1 / 9)
    assert told.kept_share == pytest.approx(8 / 9)
    assert (told.identical_strict, told.light, told.decision) == (False, True, "edited")


def test_another_answer_is_a_rejection() -> None:
    told = compare(DRAFT, "Nous n'avons plus cet article en stock, désolés !", "fr")
    assert told.decision == "rejected"
    assert not told.light


def test_a_number_or_a_negation_is_an_edit() -> None:
    assert not compare("It takes 5 days.", "It takes 6 days.", "en").identical_strict
    assert not compare("It is possible.", "It is not possible.", "en").identical_strict


@pytest.mark.parametrize("language", phrasebook().drafting)
@pytest.mark.parametrize("formality", ["formal", "informal"])
def test_own_phrases_are_taken_apart_in_every_language(language: str, formality: str) -> None:
    known = phrasebook().of(language, owner="t")
    for band in {name for _, name in known.bands} | {"unknown"}:
        for name in ("", "Anna Meyer"):
            line = known.address[formality if name else "bare"].format(
                greeting=known.word(band, formality), name=name
            )
            closing = known.phrase("closing", formality)
            parts = take_apart(f"{line}\n\nA-55 17.\n\n{closing}\nAcme", language)
            assert parts == (line, "A-55 17.", f"{closing} Acme")


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Hi Anna, it is done.", "it is done."),
        ("Hello Kitty mugs are back in stock since Monday morning.", None),
        ("Best results come with cold water.", None),
        ("Thanks for waiting, we found your parcel in the depot.\n\nIt leaves today.", None),
        ("It is done.\n\nThanks,\nSam", "It is done."),
        ("", ""),
    ],
)
def test_only_greetings_and_closings_are_cut(text: str, body: str | None) -> None:
    expected = " ".join(text.split()) if body is None else body
    assert take_apart(text, "en").body == expected


def test_a_signature_without_closing_is_cut_where_it_is_known() -> None:
    parts = take_apart("Done.\n\nThe Acme\nteam", "en", signature="The Acme team")
    assert (parts.body, parts.closing) == ("Done.", "The Acme team")


def test_unknown_language_knows_all_words() -> None:
    assert take_apart("Guten Tag,\n\nfertig.", "unknown").body == "fertig."


@given(WORDS, WORDS)
def test_laws_of_distance(first: list[str], second: list[str]) -> None:
    one, two = " ".join(first), " ".join(second)
    told = compare(one, two, "en")
    assert 0 <= told.edit_distance <= 1
    assert 0 <= told.kept_share <= 1
    assert compare(two, one, "en").edit_distance == pytest.approx(told.edit_distance)
    assert (told.edit_distance == 0) == (first == second) == told.identical_strict
    assert compare(one, one, "en").kept_share == 1


@given(WORDS.filter(bool), st.data())
def test_taking_words_away_keeps_their_share(words: list[str], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
    sent = [w for w, keep in zip(words, kept, strict=True) if keep]
    assert compare(" ".join(words), " ".join(sent), "en").kept_share == pytest.approx(
        len(sent) / len(words)
    )


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_compared(draft: str, sent: str) -> None:
    told = compare(draft, sent, "unknown")
    assert told.decision in ("sent", "edited", "rejected")


def _suggestion(number: int, **fields: object) -> dict[str, object]:
    support = [
        {"source": "phrase", "id": "thanks", "version": 1, "span": [0, 5], "score": 1},
        {"source": "article", "id": f"a{number}", "version": 2, "span": [0, 9], "score": 0.8},
        {"source": "article", "id": f"a{number}", "version": 2, "span": [10, 20], "score": 0.8},
    ]
    return {
        "suggestion_id": f"s{number}",
        "ticket_id": f"t{number}",
        "outcome": "validate",
        "support": json.dumps(support),
        "features": json.dumps({"support": 0.8}),
    } | fields


def _feedback(number: int, decision: str, **fields: object) -> dict[str, object]:
    return {
        "suggestion_id": f"s{number}",
        "at": START + timedelta(hours=number),
        "decision": decision,
        "corrected": None,
        "edit_distance": None,
        "kept_share": None,
    } | fields


SUGGESTIONS = pd.DataFrame([_suggestion(n) for n in range(1, 7)])
FEEDBACK = pd.DataFrame(
    [
        _feedback(1, "sent"),
        _feedback(2, "edited", edit_distance=0.1, kept_share=0.9),
        _feedback(3, "edited", edit_distance=0.8, kept_share=0.3),
        _feedback(4, "rejected", corrected=json.dumps({"article_id": "a9", "intent": "billing"})),
        _feedback(5, "ignored"),
    ]
)


def test_rows_for_the_next_night() -> None:
    rows = training_rows(SUGGESTIONS, FEEDBACK)
    labels = {(r.ticket_id, r.article_id): r.label for r in rows.links.itertuples()}
    assert labels == {("t1", "a1"): 1, ("t2", "a2"): 1, ("t4", "a4"): 0, ("t4", "a9"): 1}
    assert rows.acceptance["accepted"].tolist() == [1, 0, 0, 0, 0]
    assert rows.acceptance["kept"].tolist() == [1, 1, 0, 0, 0]
    assert rows.acceptance["features"].tolist() == [{"support": 0.8}] * 5
    assert rows.labels[["ticket_id", "field", "value"]].to_numpy().tolist() == [
        ["t4", "intent", "billing"]
    ]


def test_a_reply_of_the_agents_own_is_not_the_draft_whatever_the_caller_says() -> None:
    own = pd.DataFrame([_feedback(1, "sent", edit_distance=0.97, kept_share=0.04)])
    rows = training_rows(SUGGESTIONS, own)
    assert rows.links.empty
    assert rows.acceptance[["accepted", "kept"]].to_numpy().tolist() == [[0, 0]]


def test_an_article_that_was_put_into_the_reply_is_a_link() -> None:
    shown = SUGGESTIONS.assign(used=[["b1"]] * len(SUGGESTIONS))
    links = training_rows(shown, FEEDBACK).links
    labels = {(r.ticket_id, r.article_id): r.label for r in links.itertuples()}
    # Sent unchanged, thrown away or ignored: it was taken and dropped again.
    assert {key: v for key, v in labels.items() if "b1" in key} == {
        ("t2", "b1"): 1,
        ("t3", "b1"): 1,
    }


def test_a_lighter_measure_accepts_more() -> None:
    strict = training_rows(SUGGESTIONS, FEEDBACK).acceptance["accepted"].sum()
    light = training_rows(SUGGESTIONS, FEEDBACK, max_edit_distance=0.4).acceptance["accepted"].sum()
    assert (strict, light) == (1, 2)


def test_the_last_word_counts() -> None:
    changed = _feedback(1, "rejected", at=START + timedelta(days=3))
    both = pd.concat([FEEDBACK, pd.DataFrame([changed])], ignore_index=True)
    rows = training_rows(SUGGESTIONS, both)
    assert rows.links.set_index("article_id").loc["a1", "label"] == 0
    assert len(rows.acceptance) == 5


def test_a_correction_stays_where_the_reply_is_told_later() -> None:
    at = START + timedelta(days=3)
    sent = _feedback(4, "edited", at=at, edit_distance=0.9, kept_share=0.2, corrected={})
    rows = training_rows(SUGGESTIONS, pd.concat([FEEDBACK, pd.DataFrame([sent])]))
    links = rows.links[rows.links["ticket_id"] == "t4"]
    assert dict(zip(links["article_id"], links["label"], strict=True)) == {"a4": 0, "a9": 1}
    assert rows.labels["value"].tolist() == ["billing"]


def test_nothing_of_the_future_is_learned() -> None:
    rows = training_rows(SUGGESTIONS, FEEDBACK, until=START + timedelta(hours=3))
    assert set(rows.acceptance["suggestion_id"]) == {"s1", "s2"}


def test_drafts_that_were_none_say_nothing_of_acceptance() -> None:
    none = SUGGESTIONS.assign(outcome="none")
    assert training_rows(none, FEEDBACK).acceptance.empty


def test_empty_tables_give_empty_rows_with_columns() -> None:
    rows = training_rows(SUGGESTIONS.iloc[:0], FEEDBACK.iloc[:0])
    assert list(rows.links.columns) == [
        "client_id",
        "ticket_id",
        "article_id",
        "version",
        "label",
        "at",
    ]
    assert [len(part) for part in rows] == [0, 0, 0]


def test_order_of_rows_does_not_matter() -> None:
    shuffled = training_rows(SUGGESTIONS.iloc[::-1], FEEDBACK.iloc[::-1])
    for one, other in zip(training_rows(SUGGESTIONS, FEEDBACK), shuffled, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_distance_out_of_range_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"'max_edit_distance' .* in \[0, 1\]"):
        training_rows(SUGGESTIONS, FEEDBACK, max_edit_distance=2)
