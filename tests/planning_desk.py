"""A small plan for tests: a sample operator, planned in a second."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from data.synthetic.planning import PlanningSample, sample_planning
from pipelines.plan_config import PlanConfig, read_plan_config
from pipelines.plan_inputs import check_inputs
from pipelines.plan_making import Plan, make_plan

# The sample's history ends on Sunday, 5 April 2026.
NOW = datetime(2026, 4, 5, 12, tzinfo=UTC)


@cache
def sample() -> PlanningSample:
    return sample_planning(clients=6, agents=24, languages=2, weeks=5, minutes=60,
                           contacts_per_week=400)  # fmt: skip


def config(base: Path = Path("/nowhere"), **changes) -> PlanConfig:
    policy = {"search_steps": 1500, **changes.pop("policy", {})}
    raw = {
        "data": {"volume": "volume.parquet", "agents": "agents.parquet",
                 "certifications": "certifications.parquet", "clients": "clients.parquet"},
        "weeks": 1, "trees": 0, "workers": 1, "policy": policy, **changes,
    }  # fmt: skip
    return read_plan_config(raw, base, "plan.toml")


def planned(*, previous=None, volume=None, agents=None, certifications=None, clients=None,
            events=None, absences=None, standing=None, **changes) -> Plan:  # fmt: skip
    own = sample()
    inputs = check_inputs(
        own.volume if volume is None else volume,
        own.agents if agents is None else agents,
        own.certifications if certifications is None else certifications,
        own.clients if clients is None else clients,
        events=events,
        absences=absences,
    )
    settings = config(**changes)
    return make_plan(inputs, settings, now=NOW, previous=previous, standing=standing)


@cache
def plan() -> Plan:
    return planned()


def write_inputs(folder: Path) -> None:
    own = sample()
    for name in ("volume", "agents", "certifications", "clients"):
        getattr(own, name).to_parquet(folder / f"{name}.parquet")
