"""How seats change hands inside one transaction, and how that is written down."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert

from data.errors import ParameterError
from forecasting.board.eligibility import ClaimTerms, Shift, Verdict, Worker, eligible
from forecasting.board.rows import (
    CLAIMED,
    REFUSED,
    held_by,
    last_heard,
    seats_taken,
    set_state,
    shift_of,
    source_of,
    state_of,
    waiting_for,
    worker_of,
)
from forecasting.board.tables import ROSTER, events


@dataclass(frozen=True)
class Claim:
    """What became of a call.

    Parameters
    ----------
    shift_id, agent_id : str
    state : str
        ``claimed``, ``waitlisted``, ``released``, ``swapped`` or ``refused``.
    reason : str
    promoted : str, optional
        Agent who got the seat from the waitlist.
    offers : tuple of str
        Agents who may take a seat that was given back late.
    """

    shift_id: str
    agent_id: str
    state: str
    reason: str
    promoted: str | None = None
    offers: tuple[str, ...] = ()


def aware(moment: datetime, verb: str, name: str = "now") -> datetime:
    """Return a time that knows its zone.

    Raises
    ------
    ParameterError
        It knows none, or is no time.
    """
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise ParameterError(
            f"The '{name}' parameter of ShiftBoard.{verb} must be a time with its zone, such as "
            f"datetime.now(UTC). Got {moment!r} instead."
        )
    return moment


def present(connection: Connection, now: datetime | None, verb: str) -> datetime | None:
    """Return `now`, or when the board heard of something last; None where it never did."""
    return last_heard(connection) if now is None else aware(now, verb)


def judge(
    worker: Worker | None,
    shift: Shift | None,
    held: Iterable[Shift],
    *,
    now: datetime,
    terms: ClaimTerms,
) -> Verdict:
    """Tell whether an agent may take a shift, either of which the board may not know."""
    if worker is None:
        return Verdict(False, "unknown_agent", "the board does not know this agent")
    if shift is None:
        return Verdict(False, "unknown_shift", "the board has no such shift")
    return eligible(worker, shift, held, now=now, terms=terms)


def promote(
    connection: Connection,
    shift: Shift,
    locked: Collection[str],
    *,
    now: datetime,
    terms: ClaimTerms,
) -> list[Claim]:
    """Give the free seats of a shift to those who wait for it and may, first come first.

    Whoever joined the waitlist after its agents were locked is passed over this time.
    """
    free = shift.seats - seats_taken(connection, shift.shift_id)
    moved: list[Claim] = []
    for waiting in waiting_for(connection, shift.shift_id):
        if len(moved) >= free:
            break
        if waiting not in locked:
            continue
        held = held_by(connection, waiting)
        if judge(worker_of(connection, waiting), shift, held, now=now, terms=terms).ok:
            set_state(connection, shift.shift_id, waiting, CLAIMED, now)
            up = Claim(shift.shift_id, waiting, CLAIMED, "moved up from the waitlist")
            moved.append(told(connection, up, now))
    return moved


def confirm(connection: Connection, shift_id: str, agent_id: str, now: datetime) -> Claim:
    """Make a claimed seat the agent's own; one that is already changes nothing."""
    if source_of(connection, shift_id, agent_id) != ROSTER:
        return Claim(shift_id, agent_id, CLAIMED, "claimed before")
    set_state(connection, shift_id, agent_id, CLAIMED, now)
    kept = Claim(shift_id, agent_id, CLAIMED, "confirmed: a new plan leaves this seat")
    note(connection, "confirmed", kept, now)
    return kept


def swap_problem(
    connection: Connection,
    agent_id: str,
    gives: str,
    takes: str,
    *,
    now: datetime,
    terms: ClaimTerms,
) -> str:
    """Say why one side of a swap cannot be; empty where it can."""
    given = shift_of(connection, gives)
    if given is None or state_of(connection, gives, agent_id) != CLAIMED:
        return f"does not hold shift {gives}"
    if given.starts_at <= now:
        return f"shift {gives} has started"
    if state_of(connection, takes, agent_id) == CLAIMED:
        return f"holds shift {takes} already"
    held = [shift for shift in held_by(connection, agent_id) if shift.shift_id != gives]
    worker, taken = worker_of(connection, agent_id), shift_of(connection, takes)
    verdict = judge(worker, taken, held, now=now, terms=terms)
    return "" if verdict.ok else verdict.reason


def refuse(
    connection: Connection, shift_id: str, agent_id: str, reason: str, now: datetime
) -> Claim:
    """Write down and return a refusal."""
    return told(connection, Claim(shift_id, agent_id, REFUSED, reason), now)


def told(connection: Connection, claim: Claim, now: datetime) -> Claim:
    """Write down what became of a call, and return it."""
    note(connection, claim.state, claim, now)
    return claim


def note(connection: Connection, kind: str, claim: Claim, now: datetime) -> None:
    """Add to what happened."""
    connection.execute(
        insert(events).values(
            at=now.astimezone(UTC),
            kind=kind,
            shift_id=claim.shift_id,
            agent_id=claim.agent_id,
            reason=claim.reason,
            offers=list(claim.offers) or None,
        )
    )
