"""How often `forecasting.impact` takes chance for an article's effect, and finds a planted fall.

Made topics of about twenty contacts a day: no public data says what an article did.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from rows import row

from forecasting.impact import impact

TOPICS, DAYS, SHIPPED = 200, 150, 100
FALL = 0.28


def verdicts() -> list[dict[str, Any]]:
    """Share of topics called working, by how alike neighbouring days are."""
    found = []
    for alike in (0.0, 0.5, 0.8):
        for fall, what in ((0.0, "without an effect"), (FALL, "that fell by 28 %")):
            share = (_topics(alike, fall)["verdict"] == "working").mean()
            figure = f"topics {what} called working, days alike by {alike:g}"
            split = f"article after {SHIPPED} of {DAYS} days; day noise 15 %"
            # A two-sided interval of 95 % is wrong on this side in so many of a hundred.
            nominal = {"baseline": 0.025, "baseline_name": "nominal"} if fall == 0 else {}
            found.append(row(figure, share, data="made", split=split, n=TOPICS, **nominal))
    return found


def _topics(alike: float, fall: float) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    days = pd.date_range("2026-01-01", periods=DAYS, freq="D", tz="UTC")
    usual = 20 * np.where(days.day_of_week >= 5, 0.6, 1.0)
    usual = usual * np.where(np.arange(DAYS) >= SHIPPED, 1 - fall, 1.0)
    parts = []
    for number in range(TOPICS):
        drift = np.zeros(DAYS)
        for day in range(1, DAYS):
            drift[day] = alike * drift[day - 1] + rng.normal(0, 0.15)
        y = rng.poisson(usual * np.exp(drift)).astype(float)
        parts.append(pd.DataFrame({"unique_id": f"t{number:03d}", "ds": days, "y": y}))
    return impact(pd.concat(parts, ignore_index=True), days[SHIPPED])


BENCHMARKS: dict[str, Callable[[], list[dict[str, Any]]]] = {"verdicts": verdicts}
