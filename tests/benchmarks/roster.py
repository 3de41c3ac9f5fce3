"""The roster instances: objective after a bounded search, beside the bound of the relaxation.

The search is a fixed number of steps, so that the rosters do not depend on the machine; the row
states the CPU seconds they took. The baseline gives each agent's day its best shift once, one
after the other. Bounds are those of the linear relaxation, solved once.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
from rich.console import Console
from rows import row, table

from forecasting.roster import Terms, assign_shifts
from forecasting.roster.instance import read_instance
from forecasting.roster.search import Cooling, Search

Rows = list[dict[str, Any]]
# Steps that stay within 120 CPU seconds with room to spare, the ask, the relaxation's bound.
INSTANCES = {
    "20c_30a": (300_000, 950, 881.1),
    "100c_120a": (150_000, 4_600, 4_247.5),
    "200c_1200a": (50_000, 40_000, 35_985),
}
COLD = 1e-3


def roster(name: str) -> Rows:
    """One instance: paid hours + 20 x unmet hours."""
    steps, ask, bound = INSTANCES[name]
    demand, agents = table(f"roster_{name}_demand"), table(f"roster_{name}_agents")
    started = time.process_time()
    made = assign_shifts(demand, agents, steps=steps)
    spent = time.process_time() - started
    return [
        row(f"roster {name} objective", made.objective, baseline=greedy(demand, agents),
            baseline_name="greedy",
            ask=f"≤ {ask:,}", n=len(agents), data=f"roster_{name}", split=f"{steps:,} steps",
            cpu_seconds=round(spent, 1), bound=bound, paid_hours=made.paid_hours,
            unmet_hours=round(made.unmet_hours, 2)),
    ]  # fmt: skip


def greedy(demand: pd.DataFrame, agents: pd.DataFrame) -> float:
    """Objective when each agent's day takes its best shift once."""
    search = Search(read_instance(demand, agents, Terms()), seed=0)
    search.run(Cooling(len(search.chosen), warmest=COLD, coldest=COLD))
    return search.objective


BENCHMARKS: dict[str, Callable[[], Rows]] = {
    "small": lambda: roster("20c_30a"),
    "medium": lambda: roster("100c_120a"),
    "large": lambda: roster("200c_1200a"),
}

if __name__ == "__main__":
    for wanted in sys.argv[1:] or BENCHMARKS:
        for printed in BENCHMARKS[wanted]():
            Console().print(printed)
