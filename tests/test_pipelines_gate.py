"""Laws of the gate: stricter never promotes more, and every refusal says why."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.gate import Evidence, GatePolicy, Verdict, decide, headline
from pipelines.intervals import Figure

SHARES = st.floats(0, 1)
POLICY = GatePolicy(primary="accuracy", min_test=50)


def figure(value: float, half: float = 0.02, n: int = 400) -> Figure:
    return Figure(value, value - half, value + half, n)


def judged(evidence: Evidence, policy: GatePolicy = POLICY) -> Verdict:
    return decide("intent", evidence, policy)


def test_first_night_needs_floors_and_baseline_only() -> None:
    evidence = Evidence({"accuracy": figure(0.8)}, {"majority": figure(0.3)})
    verdict = judged(evidence, dataclasses.replace(POLICY, floors={"accuracy": 0.7}))
    assert verdict.promoted
    assert verdict.reasons == ()
    assert [r.name for r in verdict.rules] == ["test rows", "floor of accuracy", "baseline"]


@pytest.mark.parametrize(
    ("evidence", "policy", "reason"),
    [
        (
            Evidence({"accuracy": figure(0.8)}),
            dataclasses.replace(POLICY, floors={"accuracy": 0.9}),
            "accuracy 0.8 is below the floor 0.9",
        ),
        (
            Evidence({"accuracy": figure(0.8), "ece": figure(0.2)}),
            dataclasses.replace(POLICY, ceilings={"ece": 0.1}),
            "ece 0.2 is above the ceiling 0.1",
        ),
        (
            Evidence({"accuracy": figure(0.8)}),
            dataclasses.replace(POLICY, floors={"macro_f1": 0.1}),
            "macro f1 was not measured, and a floor is set for it",
        ),
        (
            Evidence({"accuracy": figure(0.8)}, {"keyword": figure(0.81)}),
            POLICY,
            "accuracy 0.800 is below the baseline keyword (0.810)",
        ),
        (
            Evidence({"accuracy": figure(0.8, n=20)}),
            POLICY,
            "20 test rows do not reach the 50 asked for",
        ),
        (
            Evidence(
                {"accuracy": figure(0.8)}, differences={"the champion": {"accuracy": figure(-0.03)}}
            ),
            POLICY,
            "accuracy against the champion: -0.030 [-0.050, -0.010], "
            "clearly worse by more than the margin 0.005",
        ),
        (
            Evidence(
                {"accuracy": figure(0.8)},
                differences={"the champion": {"accuracy": figure(-0.07, 0.2)}},
            ),
            POLICY,
            "accuracy against the champion: -0.070 [-0.270, +0.130], a drop beyond 0.05",
        ),
        (
            Evidence({"accuracy": figure(0.8)}, slices={"language fr": figure(-0.2)}),
            POLICY,
            "clearly worse than the champion in language fr: -0.200 [-0.220, -0.180]",
        ),
    ],
)
def test_every_refusal_says_why(evidence: Evidence, policy: GatePolicy, reason: str) -> None:
    verdict = judged(evidence, policy)
    assert not verdict.promoted
    assert verdict.reasons == (reason,)


def test_a_small_unsure_loss_does_not_refuse() -> None:
    evidence = Evidence(
        {"accuracy": figure(0.8)}, differences={"the champion": {"accuracy": figure(-0.01)}}
    )
    assert judged(evidence).promoted


def test_an_unmeasured_figure_never_passes_a_bound() -> None:
    nan = float("nan")
    evidence = Evidence({"accuracy": figure(0.8), "ece": Figure(nan, nan, nan, 400)})
    assert not judged(evidence, dataclasses.replace(POLICY, ceilings={"ece": 1.0})).promoted


@given(value=SHARES, low=SHARES, high=SHARES)
def test_a_higher_floor_never_promotes_more(value: float, low: float, high: float) -> None:
    low, high = sorted((low, high))
    evidence = Evidence({"accuracy": figure(value)})
    strict = judged(evidence, dataclasses.replace(POLICY, floors={"accuracy": high}))
    loose = judged(evidence, dataclasses.replace(POLICY, floors={"accuracy": low}))
    assert loose.promoted or not strict.promoted


@given(value=st.floats(-1, 1), better=SHARES, half=st.floats(0, 0.5))
def test_a_better_candidate_is_never_refused_where_a_worse_one_passes(
    value: float, better: float, half: float
) -> None:
    worse = Evidence(
        {"accuracy": figure(0.5)}, differences={"the champion": {"accuracy": figure(value, half)}}
    )
    best = Evidence(
        {"accuracy": figure(0.5)},
        differences={"the champion": {"accuracy": figure(value + better, half)}},
    )
    assert judged(best).promoted or not judged(worse).promoted


def test_headline_names_both_sides() -> None:
    yes = Verdict("intent", ())
    no = judged(Evidence({"accuracy": figure(0.1, n=1)}))
    no = Verdict("knowledge", no.rules)
    assert headline([yes, no]) == "Refused: knowledge. Promoted: intent"
    assert headline([]) == "Nothing was judged"
