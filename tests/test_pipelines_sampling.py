"""What is drawn from many tickets: as many as asked, each kind's share, the newest of it."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sampling import newest_of_each

rows = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz") | st.none()), max_size=60)


@given(rows, st.integers(1, 70), st.integers(0, 5))
def test_laws_of_drawing(pairs, most, floor):
    frame = pd.DataFrame(pairs, columns=["client", "label"], dtype=object)
    chosen = newest_of_each(frame, most, columns=["client", "label", "absent"], floor=floor)
    assert len(chosen) == min(most, len(frame))
    assert (np.diff(chosen) > 0).all()
    strata = frame.fillna("none").agg("/".join, axis=1) if len(frame) else pd.Series([], dtype=str)
    for stratum in strata.unique():
        every = np.flatnonzero(strata == stratum)
        taken = every[np.isin(every, chosen)]
        # Of each stratum it is the newest that are taken.
        assert taken.tolist() == every[len(every) - len(taken) :].tolist()


@given(st.integers(1, 200))
def test_each_stratum_gives_its_share(most):
    labels = ["a"] * 100 + ["b"] * 60 + ["c"] * 40
    frame = pd.DataFrame({"label": labels})
    chosen = frame["label"].iloc[newest_of_each(frame, most, columns=["label"], floor=0)]
    for label, size in (("a", 100), ("b", 60), ("c", 40)):
        assert abs((chosen == label).sum() - size * most / 200) <= 1


def test_a_rare_label_gives_its_floor_first():
    frame = pd.DataFrame({"label": ["rare"] * 30 + ["often"] * 970})
    chosen = frame["label"].iloc[newest_of_each(frame, 100, columns=["label"], floor=20)]
    assert (chosen == "rare").sum() == 20
