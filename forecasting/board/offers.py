"""Who may take which open seat, and shifts that a plan no longer has; in one transaction each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, delete, func, select, union

from forecasting.board.eligibility import (
    ClaimTerms,
    Shift,
    eligible,
    night_hours,
    week_hours,
    zone_of,
)
from forecasting.board.rows import (
    CLAIMED,
    RELEASED,
    SWAPPED,
    all_workers,
    coming_shifts,
    held_by_all,
    lock,
    seats_taken,
)
from forecasting.board.tables import AGENT, claims, given_back, shifts, utc, workers
from forecasting.board.taking import Claim, told


@dataclass(frozen=True)
class Offer:
    """Open seats of a shift.

    Parameters
    ----------
    shift_id : str
    starts_at, ends_at : datetime
    free : int
        Seats that nobody has claimed.
    agents : tuple of str
        Who may take one now, as many as the terms offer to; first those whose day it is, then
        those with the fewest hours in that week.
    """

    shift_id: str
    starts_at: datetime
    ends_at: datetime
    free: int
    agents: tuple[str, ...]


@dataclass(frozen=True)
class Withdrawn:
    """What became of shifts that are no longer offered.

    Parameters
    ----------
    gone : tuple of str
        Shifts nobody had claimed; they left the board.
    kept : dict of str to tuple of str
        Shifts that stay, and who claimed them; their free seats are gone.
    """

    gone: tuple[str, ...]
    kept: dict[str, tuple[str, ...]]


def open_offers(
    connection: Connection,
    pool_id: str,
    span: tuple[datetime, datetime],
    *,
    now: datetime,
    terms: ClaimTerms,
) -> list[Offer]:
    """Find the open seats of a pool that overlap with a span, by start."""
    coming, taken = coming_shifts(connection, now)
    found = [
        shift
        for shift in coming
        if shift.pool_id == pool_id
        and shift.starts_at < span[1]
        and shift.ends_at > span[0]
        and taken.get(shift.shift_id, 0) < shift.seats
    ]
    if not found:
        return []
    may = takers(connection, found, now=now, terms=terms)
    return [
        Offer(s.shift_id, s.starts_at, s.ends_at, s.seats - taken.get(s.shift_id, 0), may[s])
        for s in found
    ]


def takers(
    connection: Connection,
    offered: Sequence[Shift],
    *,
    now: datetime,
    terms: ClaimTerms,
    but: Collection[str] = (),
) -> dict[Shift, tuple[str, ...]]:
    """Agents who may take each shift, as many as the terms offer to.

    First come those for whom most of it is day, then those with the fewest hours in that week.
    """
    held = held_by_all(connection)
    people = [person for person in all_workers(connection) if person.agent_id not in but]
    found: dict[Shift, tuple[str, ...]] = {}
    for shift in offered:
        fits: list[tuple[float, float, str]] = []
        for person in people:
            own, zone = held.get(person.agent_id, []), zone_of(person.timezone)
            holds = any(other.shift_id == shift.shift_id for other in own)
            if holds or not eligible(person, shift, own, now=now, terms=terms).ok or zone is None:
                continue
            hours = week_hours(own, shift.starts_at, zone)
            fits.append((night_hours(shift, zone), hours, person.agent_id))
        found[shift] = tuple(agent for *_, agent in sorted(fits)[: terms.most_offers])
    return found


def on_duty() -> Select[Any]:
    """Select who holds which shift, and the pools each is trained for."""
    about = (shifts.c.shift_id, shifts.c.pool_id, workers.c.pools)
    times = (shifts.c.starts_at, shifts.c.ends_at, shifts.c.breaks)
    query = select(claims.c.agent_id, *about, *times)
    query = query.join(shifts, shifts.c.shift_id == claims.c.shift_id)
    query = query.join(workers, workers.c.agent_id == claims.c.agent_id)
    return query.where(claims.c.state == CLAIMED).order_by(claims.c.agent_id, shifts.c.starts_at)


def all_given_back() -> CompoundSelect[Any]:
    """Select the seats that agents gave back, also of shifts that were withdrawn since."""
    names = ("shift_id", "agent_id", "pool_id", "starts_at", "ends_at")
    there = select(claims.c.shift_id, claims.c.agent_id, *(shifts.c[n] for n in names[2:]))
    there = there.join(shifts, shifts.c.shift_id == claims.c.shift_id)
    there = there.where(claims.c.state.in_((RELEASED, SWAPPED)), claims.c.source == AGENT)
    return union(there, select(*(given_back.c[name] for name in names)))


def withdraw_shifts(
    connection: Connection,
    span: tuple[datetime, datetime],
    keep: Collection[str],
    *,
    now: datetime,
    also: Collection[str] = (),
) -> Withdrawn:
    """Take shifts of a span, and others, off the board unless to be kept, claimed or begun."""
    query = select(shifts.c.shift_id, shifts.c.starts_at).order_by(shifts.c.shift_id)
    wanted = set(keep)
    dropped = [
        row.shift_id
        for row in connection.execute(query)
        if row.shift_id not in wanted
        and (span[0] <= utc(row.starts_at) < span[1] or row.shift_id in also)
        and utc(row.starts_at) > now
    ]
    # Before the claims are counted: a claim that comes now waits, and then finds no shift.
    lock(connection, [], dropped)
    gone, kept = [], {}
    for shift_id in dropped:
        if seats_taken(connection, shift_id):
            kept[shift_id] = _leave_to_claims(connection, shift_id)
            continue
        _keep_given_back(connection, shift_id)
        connection.execute(delete(claims).where(claims.c.shift_id == shift_id))
        if connection.execute(delete(shifts).where(shifts.c.shift_id == shift_id)).rowcount:
            gone.append(shift_id)
            left = Claim(shift_id, "", "withdrawn", "the plan no longer has this shift")
            told(connection, left, now)
    return Withdrawn(tuple(gone), kept)


def _keep_given_back(connection: Connection, shift_id: str) -> None:
    """Remember who did not want a seat of a shift that goes."""
    columns = (claims.c.shift_id, claims.c.agent_id, shifts.c.pool_id, shifts.c.starts_at,
               shifts.c.ends_at)  # fmt: skip
    query = select(*columns).join(shifts, shifts.c.shift_id == claims.c.shift_id)
    query = query.where(
        claims.c.shift_id == shift_id,
        claims.c.state.in_((RELEASED, SWAPPED)),
        claims.c.source == AGENT,
    )
    known = select(given_back.c.agent_id).where(given_back.c.shift_id == shift_id)
    names = [column.name for column in columns]
    connection.execute(
        given_back.insert().from_select(names, query.where(claims.c.agent_id.not_in(known)))
    )


def _leave_to_claims(connection: Connection, shift_id: str) -> tuple[str, ...]:
    """Take the free seats of a claimed shift away; return who holds the others."""
    query = select(claims.c.agent_id).where(
        claims.c.shift_id == shift_id, claims.c.state == CLAIMED
    )
    who = tuple(connection.scalars(query.order_by(claims.c.agent_id)))
    connection.execute(shifts.update().where(shifts.c.shift_id == shift_id).values(seats=len(who)))
    return who


def claimed_counts(connection: Connection, shift_ids: Sequence[str]) -> dict[str, int]:
    """Lock shifts and count their claimed seats."""
    lock(connection, [], shift_ids)
    query = select(claims.c.shift_id, func.count().label("taken"))
    query = query.where(claims.c.state == CLAIMED).group_by(claims.c.shift_id)
    wanted = set(shift_ids)
    return {row.shift_id: row.taken for row in connection.execute(query) if row.shift_id in wanted}
