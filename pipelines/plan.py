"""A plan in one call: from a volume history to shifts on a board, a report and calendars."""

from datetime import datetime
from pathlib import Path

import pandas as pd

from forecasting.board import ClaimTerms, ShiftBoard
from pipelines.lock import workspace_lock
from pipelines.plan_config import PlanConfig
from pipelines.plan_inputs import read_inputs
from pipelines.plan_making import Plan, make_plan
from pipelines.plan_output import named_assignment, pools_in_force, write_plan

_SHOWN = 5


def run_plan(config: PlanConfig, *, now: datetime) -> tuple[Plan, Path]:
    """Read the tables, plan, write the plan's folder and publish its shifts.

    Parameters
    ----------
    config : PlanConfig
    now : datetime
        Aware.

    Returns
    -------
    (Plan, Path)
        The plan and its folder.
    """
    with workspace_lock(config.output):
        inputs = read_inputs(config)
        made = make_plan(inputs, config, now=now, previous=pools_in_force(config.output))
        if config.board:
            publish(made, inputs.agents, config, now=now)
        return made, write_plan(made, config.output, keep=config.keep)


def publish(plan: Plan, agents: pd.DataFrame, config: PlanConfig, *, now: datetime) -> int:
    """Put the shifts on the board and, where agents are assigned, their claims.

    Shifts of these weeks that the plan no longer has are withdrawn, unless somebody claimed them.
    Claims that agents made before stay. An assignment that the board refuses, for the hours or
    the rest of shifts it knows of, becomes a warning; its seat is open to others.

    Returns
    -------
    int
        Seats that are taken by this plan.
    """
    able = plan.tables["qualification"]
    pools = able[able["qualified"]].groupby("agent_id")["pool_id"].agg(list)
    people = agents.assign(
        pools=agents["agent_id"].map(lambda agent: pools.get(agent, [])),
        max_hours_week=agents.get("max_hours_week", pd.Series(40.0, agents.index)).fillna(40.0),
    )
    board = ShiftBoard(config.board, terms=ClaimTerms(rest_hours=plan.policy.rest_hours))
    try:
        board.enrol(people[["agent_id", "pools", "timezone", "max_hours_week"]])
        _replace(board, plan, now=now)
        if not config.preassign:
            return 0
        assigned = named_assignment(plan)
        told = [
            board.claim(shift, agent, now=now)
            for shift, agent in zip(assigned["shift_id"], assigned["agent_id"], strict=True)
        ]
    finally:
        board.close()
    refused = [claim for claim in told if claim.state != "claimed"]
    if refused:
        first = refused[0]
        plan.warnings.append(
            f"{len(refused)} of {len(told)} assigned seats were not given by the board, such as "
            f"{first.shift_id} to {first.agent_id}: {first.reason}."
        )
    plan.board["claimed"] = len(told) - len(refused)
    return len(told) - len(refused)


def _replace(board: ShiftBoard, plan: Plan, *, now: datetime) -> None:
    """Publish the plan's shifts; those of its weeks that it no longer has go, unless claimed."""
    shifts, grid = plan.tables["shifts"], plan.grid
    count = board.publish(shifts)
    end = grid.start + pd.Timedelta(weeks=grid.weeks)
    done = board.withdraw(grid.start, end, keep=shifts["shift_id"], now=now)
    plan.board = {
        "published": count,
        "withdrawn": list(done.gone),
        "kept": [{"shift_id": name, "claimed_by": list(who)} for name, who in done.kept.items()],
        "claimed": 0,
    }
    for name, who in list(done.kept.items())[:_SHOWN]:
        plan.warnings.append(
            f"Kept: claimed by {', '.join(who)}, though this plan no longer has {name}."
        )
    if len(done.kept) > _SHOWN:
        plan.warnings.append(
            f"{len(done.kept)} shifts of earlier plans are kept for their claims in all; plan.json "
            "lists them under 'board'."
        )


def told(plan: Plan) -> list[str]:
    """Lines that sum a plan up for a terminal."""
    figures = plan.figures
    lines = [
        f"{step['step']:<12} {step['seconds']:8.1f} s {step['cpu_seconds']:8.1f} CPU s"
        for step in plan.spent
    ]
    met = figures["met_share"]
    lines.append(
        f"{figures['tickets']:,.0f} contacts, {figures['paid_hours']:,.0f} paid hours, "
        f"{'no demand' if met is None else f'{met:.1%} of the demand met'}, "
        f"{figures['unfilled_seats']} seats open"
    )
    return [*lines, *(f"note: {warning}" for warning in plan.warnings)]
