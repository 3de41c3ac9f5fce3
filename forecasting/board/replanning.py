"""A plan's shifts and roster take the place of the plan before; what agents claimed stays."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, delete, select

from data.errors import ParameterError
from data.schema import SHIFTS
from forecasting.board.eligibility import ClaimTerms
from forecasting.board.offers import Withdrawn, all_given_back, claimed_counts, withdraw_shifts
from forecasting.board.people import Unqualified
from forecasting.board.rows import (
    CLAIMED,
    RELEASED,
    WAITLISTED,
    all_shifts,
    all_workers,
    held_by_all,
    lock,
    plain,
    put_rows,
    set_state,
    taken_seats,
)
from forecasting.board.tables import AGENT, ROSTER, claims, shifts, utc
from forecasting.board.taking import Claim, judge, note, promote, refuse

Pair = tuple[str, str]
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Replanned:
    """What became of a plan on the board.

    Parameters
    ----------
    published : int
        Shifts of the plan.
    withdrawn : Withdrawn
        Shifts of its span that it no longer has.
    released : tuple of (str, str)
        Shift and agent of roster seats that the plan before had given and this one does not.
    claimed : int
        Assigned seats that their agents hold.
    refused : tuple of Claim
        Assigned seats that could not be given.
    promoted : tuple of Claim
        Agents who moved up from a waitlist.
    unqualified : tuple of Unqualified
        Coming claims that their agents are not trained for.
    """

    published: int
    withdrawn: Withdrawn
    released: tuple[Pair, ...]
    claimed: int
    refused: tuple[Claim, ...]
    promoted: tuple[Claim, ...]
    unqualified: tuple[Unqualified, ...] = ()


def shift_rows(offered: pd.DataFrame) -> list[dict[str, Any]]:
    """Check a table of shifts and return it as rows of the board."""
    valid = SHIFTS.validate(offered)
    wrong = valid[(valid["ends_at"] <= valid["starts_at"]) | (valid["seats"] < 1)]
    if not wrong.empty:
        raise ParameterError(
            "A shift must end after it starts and have a seat. "
            f"Shift {wrong['shift_id'].iloc[0]} does not: correct its row."
        )
    columns = [c.name for c in shifts.columns if c.name in valid]
    return [
        {str(name): plain(value) for name, value in record.items()}
        for record in valid[columns].to_dict("records")
    ]


def put_shifts(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add or replace shifts; none gets fewer seats than are claimed."""
    taken = claimed_counts(connection, [row["shift_id"] for row in rows])
    for row in rows:
        row["seats"] = max(row["seats"], taken.get(row["shift_id"], 0))
    put_rows(connection, shifts, "shift_id", rows)


def release_roster(
    connection: Connection,
    span: Span,
    keep: set[Pair],
    after: datetime,
    spans: Mapping[str, Span],
    *,
    now: datetime,
) -> tuple[Pair, ...]:
    """Take back seats after a moment that a plan gave in its span and that are not to be kept.

    Nobody asked for them, so nothing is late and nobody is alerted.
    """
    query = select(claims.c.shift_id, claims.c.agent_id, shifts.c.starts_at)
    query = query.join(shifts, shifts.c.shift_id == claims.c.shift_id)
    query = query.where(claims.c.state == CLAIMED, claims.c.source == ROSTER)
    dropped = []
    for row in connection.execute(query.order_by(claims.c.shift_id, claims.c.agent_id)):
        begin, end = spans.get(row.agent_id, span)
        pair, start = (row.shift_id, row.agent_id), utc(row.starts_at)
        if pair not in keep and begin <= start < end and start > after:
            dropped.append(pair)
    for shift_id, agent_id in dropped:
        connection.execute(
            delete(claims).where(claims.c.shift_id == shift_id, claims.c.agent_id == agent_id)
        )
        gone = Claim(shift_id, agent_id, RELEASED, "a new plan has other shifts")
        note(connection, "unrostered", gone, now)
    return tuple(dropped)


def assign(
    connection: Connection, pairs: Iterable[Pair], *, now: datetime, terms: ClaimTerms
) -> tuple[int, tuple[Claim, ...]]:
    """Give seats to the agents a plan names; return how many hold theirs, and refusals."""
    people = {worker.agent_id: worker for worker in all_workers(connection)}
    offered = {shift.shift_id: shift for shift in all_shifts(connection)}
    held = held_by_all(connection)
    taken = Counter({row.shift_id: row.taken for row in connection.execute(taken_seats())})
    query = select(claims.c.shift_id, claims.c.agent_id, claims.c.state)
    states = {(row.shift_id, row.agent_id): row.state for row in connection.execute(query)}
    back = {(row.shift_id, row.agent_id) for row in connection.execute(all_given_back())}
    count, refused = 0, []
    for shift_id, agent_id in pairs:
        state, shift = states.get((shift_id, agent_id)), offered.get(shift_id)
        if state == CLAIMED:
            count += 1
            continue
        own = held.setdefault(agent_id, [])
        verdict = judge(people.get(agent_id), shift, own, now=now, terms=terms)
        reason = "" if verdict.ok else verdict.reason
        if (shift_id, agent_id) in back:
            reason = reason or "gave this shift back before"
        if shift is not None and taken[shift_id] >= shift.seats:
            reason = reason or f"all {shift.seats} seats are taken"
        if reason or shift is None:
            refused.append(refuse(connection, shift_id, agent_id, reason, now))
            continue
        # Who waited for a seat keeps it, as after any claim of their own.
        source = AGENT if state == WAITLISTED else ROSTER
        set_state(connection, shift_id, agent_id, CLAIMED, now, source)
        note(connection, "rostered", Claim(shift_id, agent_id, CLAIMED, verdict.reason), now)
        own.append(shift)
        taken[shift_id] += 1
        count += 1
    return count, tuple(refused)


def promote_waiting(
    connection: Connection,
    shift_ids: Iterable[str],
    locked: Collection[str],
    *,
    now: datetime,
    terms: ClaimTerms,
) -> tuple[Claim, ...]:
    """Give free seats of coming shifts to the locked agents who wait for them."""
    wanted = _waited_for(connection, shift_ids)
    moved: list[Claim] = []
    for shift in all_shifts(connection):
        if shift.shift_id in wanted and shift.starts_at > now:
            moved += promote(connection, shift, locked, now=now, terms=terms)
    return tuple(moved)


def lock_waiting(connection: Connection, shift_ids: Iterable[str]) -> set[str]:
    """Lock shifts, and before them the agents who wait for them; return these."""
    waiting = _waited_for(connection, shift_ids)
    agents = {agent for own in waiting.values() for agent in own}
    lock(connection, agents, shift_ids)
    return agents


def replan(
    connection: Connection,
    rows: Sequence[dict[str, Any]],
    pairs: Sequence[Pair],
    span: Span,
    *,
    now: datetime,
    terms: ClaimTerms,
    spans: Mapping[str, Span],
) -> Replanned:
    """Put a plan in the place of the one before it.

    Its own assignments come first, then who waits for a seat, then everybody else.
    """
    ids = [row["shift_id"] for row in rows]
    coming = [shift.shift_id for shift in all_shifts(connection) if shift.starts_at > now]
    people = [worker.agent_id for worker in all_workers(connection)]
    lock(connection, people, {*ids, *coming})
    # No later than agents may give a seat back without an alarm.
    after = now + timedelta(hours=terms.notice_hours)
    released = release_roster(connection, span, set(pairs), after, spans, now=now)
    put_shifts(connection, rows)
    also = {shift_id for shift_id, _ in released}
    withdrawn = withdraw_shifts(connection, span, ids, now=now, also=also)
    claimed, refused = assign(connection, pairs, now=now, terms=terms)
    promoted = promote_waiting(connection, ids, people, now=now, terms=terms)
    return Replanned(len(rows), withdrawn, released, claimed, refused, promoted)


def _waited_for(connection: Connection, shift_ids: Iterable[str]) -> dict[str, list[str]]:
    wanted = set(shift_ids)
    query = select(claims.c.shift_id, claims.c.agent_id).where(claims.c.state == WAITLISTED)
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        if row.shift_id in wanted:
            found.setdefault(row.shift_id, []).append(row.agent_id)
    return found
