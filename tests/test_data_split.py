"""Splits: never train on the future, a customer on one side, each label in train."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ParameterError, SchemaError
from data.split import split_by_time, stratified_split

START = pd.Timestamp("2026-01-01", tz="UTC")


def frame_of(days, customers=None) -> pd.DataFrame:
    frame = pd.DataFrame({"created_at": START + pd.to_timedelta(np.asarray(days), unit="D")})
    return frame if customers is None else frame.assign(customer_id=customers)


def test_the_newest_fifth_is_tested():
    train, test = split_by_time(frame_of([4, 0, 3, 1, 2]))
    assert train.tolist() == [1, 3, 4, 2]
    assert test.tolist() == [0]


def test_rows_of_one_time_stay_together():
    train, test = split_by_time(frame_of([0, 1, 1, 1, 2]), test_share=0.5)
    assert (len(train), len(test)) == (4, 1) or (len(train), len(test)) == (1, 4)
    assert {1, 2, 3} <= set(train.tolist()) or {1, 2, 3} <= set(test.tolist())


def test_older_rows_of_tested_customers_are_left_out():
    train, test = split_by_time(frame_of(range(10), list("abcdefghai")))
    assert test.tolist() == [8, 9]
    assert train.tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_rows_without_a_customer_stand_alone():
    train, test = split_by_time(frame_of(range(5), [None, "a", None, "b", None]))
    assert train.tolist() == [0, 1, 2, 3]
    assert test.tolist() == [4]


def test_without_groups():
    frame = frame_of(range(5), ["a"] * 5)
    with pytest.raises(SchemaError, match=r"'customer_id'.*group=None"):
        split_by_time(frame)
    assert [len(part) for part in split_by_time(frame, group=None)] == [4, 1]


def test_empty_in_empty_out():
    assert [part.tolist() for part in split_by_time(frame_of([]))] == [[], []]
    assert [part.tolist() for part in stratified_split([])] == [[], []]


def test_times_must_be_there_and_differ():
    with pytest.raises(SchemaError, match=r"different times.*stratified_split"):
        split_by_time(frame_of([1, 1, 1]))
    frame = frame_of([0, 1, 2])
    frame.loc[1, "created_at"] = pd.NaT
    with pytest.raises(SchemaError, match=r"'created_at'.*1 rows, first 1") as error:
        split_by_time(frame)
    assert error.value.rows == (1,)
    with pytest.raises(SchemaError, match="'created_at': did you mean 'created'"):
        split_by_time(frame, column="created")


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5])
def test_the_share_is_checked(share):
    for split in (
        lambda: split_by_time(frame_of([0, 1]), test_share=share),
        lambda: stratified_split(["a"], test_share=share),
    ):
        with pytest.raises(ParameterError, match=r"'test_share'.*in \(0, 1\)"):
            split()


days = st.lists(st.integers(0, 30), min_size=2, max_size=60).filter(lambda d: len(set(d)) > 1)


@settings(deadline=None)
@given(days, st.floats(0.05, 0.95), st.data())
def test_never_train_on_the_future(days, share, data):
    names = st.none() | st.sampled_from("abcdefghij")
    customers = data.draw(st.lists(names, min_size=len(days), max_size=len(days)))
    frame = frame_of(days, pd.Series(customers, dtype=object))
    try:
        train, test = split_by_time(frame, test_share=share)
    except SchemaError:
        train, test = split_by_time(frame, test_share=share, group=None)
        later = set(frame["customer_id"].iloc[test].dropna())
        assert frame["customer_id"].iloc[train].isin(later).all()
        return
    assert frame["created_at"].iloc[train].max() < frame["created_at"].iloc[test].min()
    seen = set(frame["customer_id"].iloc[train].dropna())
    assert not seen & set(frame["customer_id"].iloc[test].dropna())
    assert not set(train.tolist()) & set(test.tolist())
    # Left out are only older rows of tested customers.
    rest = sorted(set(range(len(frame))) - set(train.tolist()) - set(test.tolist()))
    later = set(frame["customer_id"].iloc[test].dropna())
    assert frame["customer_id"].iloc[rest].isin(later).all()


@settings(deadline=None)
@given(days, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(days, random):
    order = list(range(len(days)))
    random.shuffle(order)
    frame = frame_of(days)
    plain = split_by_time(frame)
    shuffled = split_by_time(frame.iloc[order])
    for one, other in zip(plain, shuffled, strict=True):
        assert sorted(one.tolist()) == sorted(np.asarray(order)[other].tolist())


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "c", None]), max_size=80),
    st.floats(0.05, 0.95),
    st.integers(0, 5),
)
def test_labels_keep_their_shares(labels, share, seed):
    train, test = stratified_split(labels, test_share=share, random_state=seed)
    assert sorted([*train.tolist(), *test.tolist()]) == list(range(len(labels)))
    for label in set(labels):
        rows = [i for i, other in enumerate(labels) if other == label]
        tested = len(set(rows) & set(test.tolist()))
        assert tested == min(round(len(rows) * share), len(rows) - 1)
    again = stratified_split(np.array(labels, dtype=object), test_share=share, random_state=seed)
    assert again[1].tolist() == test.tolist()


def test_another_seed_is_another_split():
    labels = ["a", "b"] * 50
    one, other = (stratified_split(labels, random_state=seed)[1] for seed in (0, 1))
    assert one.tolist() != other.tolist()
