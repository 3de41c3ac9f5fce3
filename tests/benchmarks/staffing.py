"""Staffing formulas: how exact, and what 200,000 intervals cost."""

import time
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from rows import row, table

from forecasting.erlang import erlang_b, erlang_c
from forecasting.erlang_abandon import erlang_a
from forecasting.handle_time import HandleTimes
from forecasting.staffing import required_agents

INTERVALS = 200_000
ASK = "<= 0.2 CPU s"


def exactness() -> list[dict[str, Any]]:
    """Worst relative error of B, C and A against 200 digits, up to 10,000 erlangs."""
    rng = np.random.default_rng(0)
    cases = [(10_000, 10_000.0), (10_100, 10_000.0), (9_000, 10_000.0), (60, 0.7), (1, 0.5)]
    cases += [
        (int(n), float(n * r))
        for n, r in zip(rng.integers(1, 400, 200), rng.uniform(0.2, 1.3, 200), strict=True)
    ]
    worst_c = max(_error_c(n, a) for n, a in cases)
    times = rng.uniform([60, 20, 0], [600, 1800, 90], (200, 3))
    worst_a = max(
        _error_a(n, a, *map(float, t)) for (n, a), t in zip(cases[5:], times, strict=True)
    )
    drawn = {"data": "drawn loads and teams", "split": "none", "ask": "<= 1e-12"}
    return [
        _tiny("Erlang B and C, worst relative error", worst_c, n=len(cases), **drawn),
        _tiny("Erlang A, worst relative error of five outcomes", worst_a, n=200, **drawn),
    ]


def _tiny(figure: str, value: float, **more: Any) -> dict[str, Any]:
    # Figures are kept with four decimals; these live fourteen places further down.
    return row(figure + " (in 1e-12)", value / 1e-12, **{**more, "ask": "<= 1"})


def _error_c(n: int, a: float) -> float:
    with mpmath.workdps(60):
        load, blocked = mpmath.mpf(a), mpmath.mpf(1)
        for k in range(1, n + 1):
            blocked = load * blocked / (k + load * blocked)
        errors = [abs(mpmath.mpf(float(erlang_b(n, a))) / blocked - 1)]
        if n > a:
            waits = blocked / (1 - load / n * (1 - blocked))
            errors.append(abs(mpmath.mpf(float(erlang_c(n, a))) / waits - 1))
        return float(max(errors))


def _error_a(n: int, a: float, aht: float, patience: float, target: float) -> float:
    found = erlang_a(n, a, aht_seconds=aht, patience_seconds=patience, target_answer_seconds=target)
    with mpmath.workdps(200):
        load, wait, still = (mpmath.mpf(v) for v in (a, target, patience))
        x, y = n * still / mpmath.mpf(aht), load * still / mpmath.mpf(aht)
        idle, term = mpmath.mpf(0), mpmath.mpf(1)
        for k in range(n):
            term *= (n - k) / load
            idle += term
        busy = mpmath.hyp1f1(1, x + 1, y)
        delayed = busy / (busy + idle)
        served = x / (x + 1) * mpmath.hyp1f1(1, x + 2, y) / busy
        q = mpmath.exp(-wait / still)
        late = mpmath.exp(y * (1 - q)) * q ** (x + 1) * mpmath.hyp1f1(1, x + 2, y * q)
        late *= x / (x + 1) / busy
        gone = delayed * (1 - served)
        exact = {
            "wait_probability": delayed,
            "abandon_share": gone,
            "wait_seconds": gone * still,
            "service_level": 1 - delayed * (1 - served + late),
            "occupancy": load * (1 - gone) / n,
        }
        return float(
            max(abs(mpmath.mpf(float(getattr(found, k))) / v - 1) for k, v in exact.items())
        )


def speed() -> list[dict[str, Any]]:
    """CPU seconds for 200,000 intervals of up to 60 erlangs, best of three."""
    rng = np.random.default_rng(0)
    contacts, aht = rng.uniform(0, 600, INTERVALS), rng.uniform(120, 240, INTERVALS)
    load = contacts / 10
    team = np.ceil(load + 1)
    half_hour: dict[str, Any] = {"interval_minutes": 30}
    runs: dict[str, Callable[[], object]] = {
        "Erlang C": lambda: erlang_c(team, load),
        "Erlang A, five outcomes": lambda: erlang_a(
            team, load, aht_seconds=180, patience_seconds=120
        ),
        "required agents": lambda: required_agents(contacts, aht_seconds=180, **half_hour),
        "required agents, a handle time per interval": lambda: required_agents(
            contacts, aht_seconds=aht, **half_hour
        ),
        "required agents with patience": lambda: required_agents(
            contacts, aht_seconds=180, patience_seconds=120, **half_hour
        ),
    }
    return [
        row(
            f"{name}, CPU s for 200,000 intervals",
            min(_cpu(run) for _ in range(3)),
            data="drawn, 0 to 60 erlangs, all different",
            split="none",
            n=INTERVALS,
            ask=ASK,
        )
        for name, run in runs.items()
    ]


def _cpu(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def handle_times() -> list[dict[str, Any]]:
    """Handle times by task and domain, learned on the first 80 % of the chats."""
    chats = table("star_dialogues_train").sort_values("started_at")
    chats = chats[chats["handle_seconds"] > 0]
    for column, names in (("intent", "tasks"), ("client_id", "domains")):
        chats[column] = ["+".join(map(str, values)) for values in chats[names]]
    cut = int(0.8 * len(chats))
    train, later = chats.iloc[:cut], chats.iloc[cut:]
    mean = train["handle_seconds"].mean()
    flat = (later["handle_seconds"] - mean).abs().sum() / later["handle_seconds"].sum()
    return [
        row(
            "Handle time, absolute error over total time",
            HandleTimes().fit(train).evaluate(later)["wape"],
            baseline=float(flat),
            baseline_name="one mean for all",
            data="star_dialogues_train",
            split="last 20 % in time",
            n=len(later),
        )
    ]


BENCHMARKS = {"exactness": exactness, "speed": speed, "handle_times": handle_times}
