"""End to end: from a volume history to the shifts of 1,200 agents for 200 clients."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from rows import row

from data.synthetic.planning import sample_planning
from pipelines.plan_config import read_plan_config
from pipelines.plan_inputs import check_inputs
from pipelines.plan_making import Plan, make_plan

SIZE = {"clients": 200, "agents": 1200, "languages": 9, "weeks": 8, "minutes": 15}
CONTACTS, WEEKS = 1000.0, 4
NOW = datetime(2026, 4, 26, 20, tzinfo=UTC)


def planned(**size: Any) -> Plan:
    """Plan four weeks of the sample operator."""
    sample = sample_planning(contacts_per_week=CONTACTS, **{**SIZE, **size})
    inputs = check_inputs(sample.volume, sample.agents, sample.certifications, sample.clients)
    settings = {
        "data": {"volume": "-", "agents": "-", "certifications": "-"},
        "weeks": WEEKS,
        "workers": 2,
        "timezone": "Europe/Paris",
    }
    return make_plan(inputs, read_plan_config(settings, Path(), "benchmark"), now=NOW)


def end_to_end() -> list[dict[str, Any]]:
    """Wall clock and memory of the whole way, and what it met."""
    plan = planned()
    seconds = sum(step["seconds"] for step in plan.spent)
    cpu = sum(step["cpu_seconds"] for step in plan.spent)
    # As if the two workers shared no page with the process they were forked from.
    peak = max(step["peak_mb"] + 2 * step["peak_worker_mb"] for step in plan.spent)
    load = os.getloadavg()[2]
    about = {
        "data": "sample operator: 200 clients, 1,200 agents, 9 languages",
        "split": "none: four weeks after eight weeks of history at 15 minutes",
        "n": len(plan.tables["pools"]),
    }
    figures = plan.figures
    return [
        row(
            "Volume to assigned shifts, minutes of wall clock on 2 cores",
            seconds / 60,
            ask="<= 15",
            cpu_minutes=round(cpu / 60, 2),
            load_average=round(load, 1),
            steps={step["step"]: step["cpu_seconds"] for step in plan.spent},
            **about,
        ),
        row("Volume to assigned shifts, peak memory in GB", peak / 1024, ask="<= 6", **about),
        row(
            "Volume to assigned shifts, share of the demand met",
            figures["met_share"],
            paid_hours=figures["paid_hours"],
            utilisation=figures["utilisation"],
            **about,
        ),
    ]


BENCHMARKS = {"end_to_end": end_to_end}
