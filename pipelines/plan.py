"""A plan in one call: from a volume history to shifts on a board, a report and calendars."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pandas as pd

from forecasting.board import ClaimTerms, ShiftBoard
from forecasting.board.replanning import Replanned
from forecasting.planning.people import availability
from pipelines.lock import workspace_lock
from pipelines.plan_claims import rostered_spans, standing_claims
from pipelines.plan_config import PlanConfig
from pipelines.plan_inputs import read_inputs
from pipelines.plan_making import Plan, make_plan
from pipelines.plan_output import named_assignment, pools_in_force, write_plan
from pipelines.plan_report import begins_late

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
        made = make_plan(
            inputs, config, now=now, previous=pools_in_force(config.output),
            standing=_on_board(config, standing_claims),
        )  # fmt: skip
        late = begins_late(made)
        if late:
            made.warnings.insert(0, late)
        if config.board:
            publish(made, inputs.agents, config, now=now)
        begin, end = min(pd.Timestamp(now), made.grid.start), _end(made)
        duty = _on_board(config, lambda board: board.duty(begin, end))
        return made, write_plan(made, config.output, keep=config.keep, duty=duty)


def publish(plan: Plan, agents: pd.DataFrame, config: PlanConfig, *, now: datetime) -> int:
    """Put the shifts on the board and, where agents are assigned, their claims.

    The plan takes the place of the one before it: seats that only a plan gave are given anew,
    but for those that begin within the board's notice, and shifts of these weeks that the plan
    no longer has are withdrawn, unless somebody claimed them. Claims that agents made, confirmed
    or swapped stay. An assignment that the board refuses, for the hours or the rest of shifts it
    knows of, becomes a warning; its seat is open to others. Shifts that have begun are left as
    they are.

    Afterwards ``plan.board`` holds counts of shifts ``published``, of seats ``claimed`` by whom
    the plan assigns, of those that agents had claimed of their ``own``, of seats of the plan
    before that were ``released``, and of agents who ``moved_up`` from a waitlist; the shifts
    ``withdrawn``; those ``kept``, and who claimed them.

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
    shifts, assigned = plan.tables["shifts"], named_assignment(plan)
    if not config.preassign:
        assigned = assigned[assigned["source"] == "agent"]
    board = ShiftBoard(config.board, terms=ClaimTerms(rest_hours=plan.policy.rest_hours))
    spans = _spans(plan, agents, {str(agent): own for agent, own in pools.items()})
    try:
        done = board.replan(
            people[["agent_id", "pools", "timezone", "max_hours_week"]], shifts,
            assigned[["shift_id", "agent_id"]], plan.grid.start, _end(plan), now=now,
            spans=spans,
        )  # fmt: skip
    finally:
        board.close()
    plan.board = {
        "published": done.published,
        "claimed": done.claimed,
        "own": int((assigned["source"] == "agent").sum()),
        "released": len(done.released),
        "moved_up": len(done.promoted),
        "withdrawn": list(done.withdrawn.gone),
        "kept": [{"shift_id": n, "claimed_by": list(w)} for n, w in done.withdrawn.kept.items()],
    }
    plan.warnings += _remarks(plan, done, begun=len(shifts) - done.published)
    return done.claimed


def _remarks(plan: Plan, done: Replanned, *, begun: int) -> list[str]:
    """Say what did not go as planned on the board."""
    said = []
    if begun:
        said.append(f"{begun} shifts have begun, and were not put on the board.")
    kept = done.withdrawn.kept
    said += [
        f"Kept: claimed by {', '.join(who)}, though this plan no longer has {name}."
        for name, who in list(kept.items())[:_SHOWN]
    ]
    if len(kept) > _SHOWN:
        said.append(
            f"{len(kept)} shifts of earlier plans are kept for their claims in all; plan.json "
            "lists them under 'board'."
        )
    # A pool that is no more is no reason to doubt those who still work its last shifts.
    pools = set(plan.tables["pools"]["pool_id"])
    lost = [one for one in done.unqualified if one.pool_id in pools]
    said += [
        f"{one.agent_id} holds {one.shift_id} and is not qualified for its pool; "
        + (f"{', '.join(one.offers[:3])} may take it." if one.offers else "nobody may take it.")
        for one in lost[:_SHOWN]
    ]
    if len(lost) > _SHOWN:
        said.append(f"{len(lost)} claims in all are held by agents who are not qualified.")
    if done.refused:
        first = done.refused[0]
        said.append(
            f"{len(done.refused)} of {done.claimed + len(done.refused)} assigned seats were not "
            f"given by the board, such as {first.shift_id} to {first.agent_id}: {first.reason}."
        )
    return said


def _spans(
    plan: Plan, agents: pd.DataFrame, pools: dict[str, list[str]]
) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    first, last = (
        availability(agents, pools, start, rest_hours=plan.policy.rest_hours)
        for start in (plan.grid.start, _end(plan) - pd.Timedelta(weeks=1))
    )
    return rostered_spans(first, last, plan.grid)


def _end(plan: Plan) -> pd.Timestamp:
    return plan.grid.start + pd.Timedelta(weeks=plan.grid.weeks)


def _on_board(config: PlanConfig, ask: Callable[[ShiftBoard], pd.DataFrame]) -> pd.DataFrame | None:
    """Ask the plan's board, where it has one."""
    if not config.board:
        return None
    board = ShiftBoard(config.board)
    try:
        return ask(board)
    finally:
        board.close()


def told(plan: Plan) -> list[str]:
    """Lines that sum a plan up for a terminal."""
    figures, late = plan.figures, begins_late(plan)
    lines = [late] if late else []
    lines += [
        f"{step['step']:<12} {step['seconds']:8.1f} s {step['cpu_seconds']:8.1f} CPU s"
        for step in plan.spent
    ]
    met = figures["met_share"]
    lines.append(
        f"{figures['tickets']:,.0f} contacts, {figures['paid_hours']:,.0f} paid hours, "
        f"{'no demand' if met is None else f'{met:.1%} of the demand met'}, "
        f"{figures['unfilled_seats']} seats open"
    )
    return [*lines, *(f"note: {warning}" for warning in plan.warnings if warning != late)]
