"""Tables: what is valid stays valid, what is not is named with its column, rows and way out."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import schema
from data.errors import ParameterError, SchemaError
from data.schema import TABLES, validate_articles, validate_messages, validate_tickets


def tickets(**columns):
    """Three right tickets; a column given as None is left out, any other replaces."""
    base = {
        "ticket_id": ["t1", "t2", "t3"],
        "client_id": ["acme"] * 3,
        "channel": ["email", "chat", "form"],
        "created_at": ["2026-03-02T18:41:00Z"] * 3,
        "text": ["Where is it?", "", "Merci"],
    } | columns
    kept = {name: values for name, values in base.items() if values is not None}
    return pd.DataFrame(kept, dtype=object)


VALUES = {
    "id": "x1",
    "text": "words",
    "string": "words",
    "language": "en",
    "currency": "EUR",
    "time": "2026-03-02T18:41:00Z",
    "int": 3,
    "float": 0.5,
    "bool": True,
    "decimal": "12.50",
    "json": '{"a": 1}',
    "list": '["en"]',
}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_accepts_a_full_row_and_an_empty_frame(name):
    table = TABLES[name]
    row = {
        column: [kind.values[0] if kind.values else VALUES[kind.dtype]]
        for column, kind in table.columns.items()
    }
    validate = getattr(schema, f"validate_{name}")
    read = validate(pd.DataFrame(row, dtype=object))
    assert list(read.columns) == list(table.columns)
    pd.testing.assert_frame_equal(validate(read), read)
    empty = validate(pd.DataFrame())
    assert empty.empty
    assert set(empty.columns) == set(table.required)
    # The columns of an empty frame have the kinds of a full one.
    for column in table.required:
        assert empty[column].dtype == read[column].dtype


def test_a_ticket_gets_the_right_kinds():
    given = tickets(
        version=[1, "2", 3.0], csat=[None, "4.5", 3], reopened=["yes", None, 0],
        account_value_amount=["10.10", 3, None], headers=[{"b": 1, "a": [2]}, None, "{}"],
    )  # fmt: skip
    read = validate_tickets(given)
    assert read["created_at"].dtype == "datetime64[us, UTC]"
    assert read["text"].dtype == "str"
    assert read["version"].tolist() == [1, 2, 3]
    assert read["version"].dtype == "Int64"
    assert read["csat"].tolist()[1:] == [4.5, 3.0]
    assert read["reopened"].tolist() == [True, pd.NA, False]
    assert read["account_value_amount"][0] == Decimal("10.10")
    assert read["headers"][0] == '{"a": [2], "b": 1}'


@pytest.mark.parametrize(
    ("given", "hour"),
    [
        ("2026-03-02T18:41:00Z", 18),
        ("2026-03-02 19:41:00+01:00", 18),
        ("2026-03-02 18:41:00 UTC", 18),
        ("2026-03-02 13:41:00 -0500", 18),
        (datetime(2026, 3, 2, 18, 41, tzinfo=UTC), 18),
        (datetime(2026, 3, 2, 18, 41, tzinfo=timezone(timedelta(hours=-3))), 21),
        (pd.Timestamp("2026-03-02T18:41", tz="Asia/Tokyo"), 9),
    ],
)
def test_times_with_a_zone_become_utc(given, hour):
    read = validate_tickets(tickets(created_at=[given] * 3))
    assert read["created_at"][0] == pd.Timestamp(f"2026-03-02T{hour:02d}:41:00Z")


def test_a_column_of_times_in_another_zone_becomes_utc():
    times = pd.Series(pd.date_range("2026-03-02", periods=3, tz="Europe/Paris", unit="ns"))
    read = validate_tickets(tickets().assign(created_at=times))
    assert read["created_at"].dtype == "datetime64[us, UTC]"
    assert read["created_at"][0].isoformat() == "2026-03-01T23:00:00+00:00"


@pytest.mark.parametrize(
    "naive",
    [
        "2026-03-02 18:41",
        "2026-03-02",
        datetime(2026, 3, 2),  # noqa: DTZ001
        date(2026, 3, 2),
        pd.Timestamp("2026-03-02"),
        np.datetime64("2026-03-02"),
    ],
)
def test_naive_times_are_refused_with_the_way_out(naive):
    frame = tickets(created_at=["2026-03-02T18:41:00Z", naive, naive])
    with pytest.raises(SchemaError, match=r"'created_at'.*zone.*row 1, 2 .*timezone='Eur") as error:
        validate_tickets(frame)
    assert (error.value.table, error.value.column) == ("tickets", "created_at")
    assert error.value.rows == (1, 2)


def test_a_column_of_naive_times_is_refused():
    frame = tickets().assign(created_at=pd.Timestamp("2026-03-02T18:41"))
    with pytest.raises(SchemaError, match="timezone="):
        validate_tickets(frame)


def test_a_timezone_reads_naive_times_through_both_changes_of_the_clock():
    naive = ["2026-10-25 02:30", "2026-03-29 02:30", "2026-07-01T12:00:00Z"]
    read = validate_tickets(tickets(created_at=naive), timezone="Europe/Paris")
    # The earlier of the two half past two; the skipped one moves forward; a zone is kept.
    assert [t.strftime("%m-%d %H:%M") for t in read["created_at"]] == [
        "10-25 00:30", "03-29 01:30", "07-01 12:00",
    ]  # fmt: skip
    with pytest.raises(ParameterError, match=r"IANA name.*Got 'Paris'"):
        validate_tickets(tickets(created_at=naive), timezone="Paris")


@pytest.mark.parametrize("wrong", [1700000000, "last week", "02/03/2026 18:41", True])
def test_what_is_no_time_is_refused(wrong):
    with pytest.raises(SchemaError, match=r"'created_at'.*ISO 8601.*row 0"):
        validate_tickets(tickets(created_at=[wrong] * 3))


def test_a_misspelt_column_is_suggested():
    frame = tickets(client_id=None, cleint_id=["a"] * 3)
    with pytest.raises(SchemaError, match=r"'cleint_id': did you mean 'client_id'\?.*mapping="):
        validate_tickets(frame)


def test_a_column_in_other_letters_is_suggested():
    frame = tickets(ticket_id=None, **{"Ticket ID": [1, 2, 3]})
    with pytest.raises(SchemaError, match=r"'Ticket ID': did you mean 'ticket_id'\?"):
        validate_tickets(frame)


def test_missing_columns_are_all_named_with_a_way_out():
    frame = tickets(ticket_id=None, channel=None, Kanal=["a"] * 3)
    with pytest.raises(SchemaError, match=r"'ticket_id', 'channel'.*Got .*'Kanal'.*defaults="):
        validate_tickets(frame)


def test_an_optional_column_that_looks_misspelt_is_kept_and_logged(caplog):
    read = validate_tickets(tickets(langauge=["en"] * 3))
    assert read["langauge"].tolist() == ["en"] * 3
    assert "did you mean 'language'" in caplog.text


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"channel": ["email", "Emial", "fax"]}, r"one of email, .*'Emial'.*row 1, 2.*'email'\?"),
        ({"ticket_id": ["t1", None, " "]}, r"'ticket_id'.*not be empty.*row 1, 2"),
        ({"text": ["a", {"b": 1}, b"c"]}, r"'text'.*hold text. Got a dict instead.*row 1, 2"),
        ({"version": [1, 1.5, "x"]}, r"'version'.*whole numbers. Got 1.5.*row 1, 2"),
        ({"version": [1, 2**70, 2]}, r"'version'.*whole numbers.*row 1"),
        ({"csat": [1, "inf", 2]}, r"'csat'.*finite numbers. Got 'inf'"),
        ({"reopened": [1, 2, "no"]}, r"'reopened'.*true or false. Got 2"),
        ({"headers": ["{}", "{", "3"]}, r"'headers'.*JSON.*row 1, 2"),
        ({"language": ["en", "Englisch", None]}, r"'language'.*ISO 639.*'Englisch'.*row 1"),
        ({"account_currency": ["EUR", "euro", "€"]}, r"'account_currency'.*ISO 4217.*row 1, 2"),
        ({"account_value_amount": ["1", "1,5", "NaN"]}, r"decimal numbers.*'1,5'.*row 1, 2"),
    ],
)  # fmt: skip
def test_wrong_values_are_named(columns, message):
    with pytest.raises(SchemaError, match=message):
        validate_tickets(tickets(**columns))


def test_shares_must_lie_between_zero_and_one():
    row = {"suggestion_id": "s", "at": "2026-03-02T18:41:00Z", "decision": "sent"}
    frame = pd.DataFrame([row | {"kept_share": 1.5}])
    with pytest.raises(SchemaError, match=r"'kept_share'.*in \[0, 1\]. Got 1.5"):
        schema.validate_feedback(frame)


def test_repeated_ids_are_refused_and_versions_are_not():
    frame = tickets(ticket_id=["t1", "t2", " t1 "])
    with pytest.raises(SchemaError, match=r"unique by \(client_id, ticket_id\).*acme, t1.*row 2"):
        validate_tickets(frame)
    assert len(validate_tickets(frame.assign(version=[1, 1, 2]))) == 3
    assert len(validate_tickets(frame.assign(client_id=["a", "b", "c"]))) == 3


def test_two_clients_may_number_their_messages_alike():
    row = {"ticket_id": "1", "message_id": "1", "sent_at": "2026-03-02T18:41:00Z",
           "author": "customer", "text": "a"}  # fmt: skip
    with pytest.raises(SchemaError, match="unique"):
        validate_messages(pd.DataFrame([row, row]))
    assert len(validate_messages(pd.DataFrame([row, row]).assign(client_id=["a", "b"]))) == 2


def test_a_column_given_twice_is_refused():
    frame = pd.concat([tickets(), tickets()[["text"]]], axis=1)
    with pytest.raises(SchemaError, match="'text' more than once"):
        validate_tickets(frame)


def test_only_frames_are_checked():
    with pytest.raises(ParameterError, match=r"must be a DataFrame\. Got list"):
        validate_tickets([{"ticket_id": 1}])


def test_half_an_emoji_does_not_stop_an_import():
    frame = tickets(text=["cut \ud83d", "whole \ud83d\ude00", "plain"])
    assert validate_tickets(frame)["text"].tolist() == ["cut \ufffd", "whole 😀", "plain"]


def test_numbers_as_ids_keep_their_digits():
    frame = tickets().assign(ticket_id=[1.0, 2.0, 90071992547.0], customer_id=[7, 8, 9])
    read = validate_tickets(frame)
    assert read["ticket_id"].tolist() == ["1", "2", "90071992547"]
    assert read["customer_id"].tolist() == ["7", "8", "9"]


def test_languages_are_reduced_to_their_code():
    read = validate_tickets(tickets(language=["pt-BR", "EN_us", ""]))
    assert read["language"].tolist()[:2] == ["pt", "en"]
    assert pd.isna(read["language"][2])


def test_lists_are_read_from_words_json_and_arrays():
    agents = pd.DataFrame({
        "agent_id": ["a", "b", "c"], "timezone": "Europe/Paris",
        "languages": ["en, fr", '["de"]', np.array(["es", "it"])],
    })  # fmt: skip
    read = schema.validate_agents(agents)
    assert [json.loads(value) for value in read["languages"]] == [
        ["en", "fr"],
        ["de"],
        ["es", "it"],
    ]


def test_articles_need_a_known_kind():
    frame = pd.DataFrame([{
        "client_id": "a", "article_id": "1", "version": 1, "kind": "artcle", "language": "en",
        "title": "t", "text": "x", "status": "approved", "updated_at": "2026-03-02T18:41:00Z",
    }])  # fmt: skip
    with pytest.raises(SchemaError, match="Did you mean 'article'"):
        validate_articles(frame)


def test_the_input_is_not_touched():
    frame = tickets(extra=[1, None, {"a": 1}])
    before = frame.copy(deep=True)
    read = validate_tickets(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert read["extra"].tolist()[2] == {"a": 1}


times = st.datetimes(timezones=st.timezones(), allow_imaginary=False).filter(
    lambda at: 1 < at.year < 9999
)
rows = st.fixed_dictionaries(
    {
        "client_id": st.sampled_from(["a", "b"]),
        "channel": st.sampled_from(["email", "chat", "phone", "social", "form"]),
        "created_at": times | times.map(lambda at: at.isoformat()),
        "text": st.text() | st.none(),
        "version": st.integers(1, 2**62) | st.none(),
        "csat": st.floats(-5, 5) | st.none(),
        "context": st.dictionaries(st.text(max_size=3), st.integers(), max_size=3) | st.none(),
        "account_value_amount": st.decimals(-(10**9), 10**9, places=2) | st.none(),
        "reopened": st.booleans() | st.none(),
        "made_up": st.integers() | st.text(),
    }
)


@settings(deadline=None, max_examples=60)
@given(st.lists(rows, min_size=1, max_size=6))
def test_valid_stays_valid_and_nothing_is_lost(given_rows):
    frame = pd.DataFrame(given_rows, dtype=object)
    frame.insert(0, "ticket_id", [f"t{i}" for i in range(len(frame))])
    once = validate_tickets(frame)
    pd.testing.assert_frame_equal(validate_tickets(once), once)
    assert once["made_up"].tolist() == frame["made_up"].tolist()
    assert list(once.columns) == list(frame.columns)
    for read, at in zip(once["created_at"], frame["created_at"], strict=True):
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        assert read.to_pydatetime() == moment.astimezone(UTC)
    known = [v for v in frame["account_value_amount"] if v is not None]
    assert [v for v in once["account_value_amount"] if v is not None] == known


@settings(deadline=None, max_examples=60)
@given(st.lists(rows, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(given_rows, random):
    frame = pd.DataFrame(given_rows, dtype=object)
    frame.insert(0, "ticket_id", [f"t{i}" for i in range(len(frame))])
    order = list(range(len(frame)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(
        validate_tickets(frame.iloc[order]), validate_tickets(frame).iloc[order]
    )
