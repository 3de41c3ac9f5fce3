"""Shifts that agents claim themselves: nobody is booked twice, no claim is lost."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy import Connection

from forecasting.board.eligibility import Shift
from forecasting.board.offers import (
    Withdrawn,
    takers,
    withdraw_shifts,
)
from forecasting.board.people import Enrolled, checked_people, claims_unqualified, put_people
from forecasting.board.reading import BoardReading
from forecasting.board.replanning import (
    Replanned,
    lock_waiting,
    promote_waiting,
    put_shifts,
    replan,
    shift_rows,
)
from forecasting.board.rows import (
    CLAIMED,
    RELEASED,
    SWAPPED,
    WAITLISTED,
    held_by,
    lock,
    seats_taken,
    set_state,
    shift_of,
    state_of,
    waiting_for,
    worker_of,
)
from forecasting.board.tables import AGENT, WAITLIST
from forecasting.board.taking import (
    Claim,
    aware,
    confirm,
    judge,
    note,
    present,
    promote,
    refuse,
    swap_problem,
    told,
)


class ShiftBoard(BoardReading):
    """A board of shifts behind a database that several processes may use at once.

    Every call is one transaction that first locks the agents and the shifts it is about, in the
    order of their ids. Two claims for the last seat are therefore answered one after the other.
    What is on the board can be read as `BoardReading` says.

    Parameters
    ----------
    url : str
        Such as ``sqlite:///board.db`` or ``postgresql+psycopg://…``.
    terms : ClaimTerms, optional
    """

    # -- what is put on the board --------------------------------------------------------------

    def enrol(self, agents: pd.DataFrame, *, now: datetime | None = None) -> Enrolled:
        """Add or replace agents; name the claims they are not trained for any more.

        Such a claim stays. Where an agent just lost its pool, it raises an alert of the kind
        ``unqualified`` with the agents who may take the seat.

        Parameters
        ----------
        agents : DataFrame
            ``agent_id``, ``pools`` (list of pool ids the agent is trained for); optionally
            ``timezone`` (UTC) and ``max_hours_week`` (40).
        now : datetime, optional
            Aware; by default the last moment at which something happened on the board.

        Raises
        ------
        SchemaError
            A column is missing, or a row holds what a board cannot use.
        """
        rows = checked_people(agents)
        with self._engine.begin() as connection:
            at = present(connection, now, "enrol")
            before = put_people(connection, rows)
            lost = claims_unqualified(connection, before, now=at, terms=self.terms) if at else ()
        return Enrolled(len(rows), lost)

    def publish(self, offered: pd.DataFrame, *, now: datetime | None = None) -> int:
        """Put shifts on the board, or change those that are there; claims stay.

        A shift never gets fewer seats than are claimed. Those who wait for one that gets more
        move up, first come first.

        Parameters
        ----------
        offered : DataFrame
            The shifts table.
        now : datetime, optional
            Aware; by default the last moment at which something happened on the board.

        Raises
        ------
        SchemaError
            The table breaks its contract.
        ParameterError
            A shift ends before it starts, or has no seat.
        """
        rows = shift_rows(offered)
        ids = [row["shift_id"] for row in rows]
        with self._engine.begin() as connection:
            at = present(connection, now, "publish")
            waiting = lock_waiting(connection, ids)
            put_shifts(connection, rows)
            if at and waiting:
                promote_waiting(connection, ids, waiting, now=at, terms=self.terms)
        return len(rows)

    def replan(
        self,
        agents: pd.DataFrame,
        offered: pd.DataFrame,
        assigned: pd.DataFrame,
        start: datetime,
        end: datetime,
        *,
        now: datetime,
        spans: Mapping[str, tuple[datetime, datetime]] | None = None,
    ) -> Replanned:
        """Put a plan in the place of the one before it, all of it or nothing.

        Seats of the span that a plan gave and that are not assigned again are taken back without
        an alert, but none that begins within the terms' notice. What agents claimed, confirmed or
        swapped stays theirs. Shifts that the plan no longer has are withdrawn as by `withdraw`.
        A seat that is assigned goes before the waitlist, and who waits before everybody else.

        Parameters
        ----------
        agents : DataFrame
            As `enrol` takes it.
        offered : DataFrame
            The shifts table; those that have begun are left out.
        assigned : DataFrame
            ``shift_id, agent_id``.
        start, end : datetime
            The plan's span, aware.
        now : datetime
            Aware.
        spans : mapping of agent to (datetime, datetime), optional
            From when to when the plan gives an agent seats, where that is not the plan's span:
            a night at its end may begin after it.
        """
        span = aware(start, "replan", "start"), aware(end, "replan", "end")
        people, rows = checked_people(agents), shift_rows(offered)
        rows = [row for row in rows if row["starts_at"] > aware(now, "replan")]
        coming = {row["shift_id"] for row in rows}
        named = zip(assigned["shift_id"].astype(str), assigned["agent_id"].astype(str), strict=True)
        pairs = [pair for pair in named if pair[0] in coming]
        with self._engine.begin() as connection:
            before = put_people(connection, people)
            done = replan(
                connection, rows, pairs, span, now=now, terms=self.terms, spans=spans or {}
            )
            lost = claims_unqualified(connection, before, now=now, terms=self.terms)
        return replace(done, unqualified=lost)

    def withdraw(
        self, start: datetime, end: datetime, *, keep: Iterable[str] = (), now: datetime
    ) -> Withdrawn:
        """Take coming shifts that begin from `start` to before `end` off the board.

        A shift that somebody has claimed stays, with as many seats as are claimed; one whose
        claims were all given back goes. Doing it again changes nothing.

        Parameters
        ----------
        start, end : datetime
            Aware.
        keep : iterable of str
            Shifts that are not touched.
        now : datetime
        """
        span = aware(start, "withdraw", "start"), aware(end, "withdraw", "end")
        aware(now, "withdraw")
        with self._engine.begin() as connection:
            return withdraw_shifts(connection, span, frozenset(keep), now=now)

    # -- what agents do ------------------------------------------------------------------------

    def claim(self, shift_id: str, agent_id: str, *, now: datetime) -> Claim:
        """Take a seat, or a place on the waitlist where none is free.

        Who waits for a free seat gets it first. A seat that a plan gave becomes the agent's own:
        a new plan leaves it. A claim that is the agent's already is answered again and changes
        nothing.
        """
        aware(now, "claim")
        with self._engine.begin() as connection:
            locked = [agent_id, *waiting_for(connection, shift_id)]
            lock(connection, locked, [shift_id])
            worker, shift = worker_of(connection, agent_id), shift_of(connection, shift_id)
            state = state_of(connection, shift_id, agent_id)
            if state == CLAIMED:
                return confirm(connection, shift_id, agent_id, now)
            held = held_by(connection, agent_id)
            verdict = judge(worker, shift, held, now=now, terms=self.terms)
            if not verdict.ok or shift is None:
                return refuse(connection, shift_id, agent_id, verdict.reason, now)
            for up in promote(connection, shift, locked, now=now, terms=self.terms):
                if up.agent_id == agent_id:
                    return up
            if seats_taken(connection, shift_id) < shift.seats:
                set_state(connection, shift_id, agent_id, CLAIMED, now)
                return told(connection, Claim(shift_id, agent_id, CLAIMED, verdict.reason), now)
            if state != WAITLISTED:
                set_state(connection, shift_id, agent_id, WAITLISTED, now)
            waiting = Claim(shift_id, agent_id, WAITLISTED, f"all {shift.seats} seats are taken")
            return told(connection, waiting, now)

    def release(self, shift_id: str, agent_id: str, *, now: datetime) -> Claim:
        """Give a seat or a place on the waitlist back; the first on the waitlist who may gets it.

        A seat that is given back late and that nobody waits for raises an alert with the agents
        it can be offered to.
        """
        aware(now, "release")
        with self._engine.begin() as connection:
            locked = [agent_id, *waiting_for(connection, shift_id)]
            lock(connection, locked, [shift_id])
            state, shift = state_of(connection, shift_id, agent_id), shift_of(connection, shift_id)
            if shift is None or state not in (CLAIMED, WAITLISTED):
                return refuse(connection, shift_id, agent_id, "nothing to release", now)
            if shift.starts_at <= now:
                return refuse(connection, shift_id, agent_id, "the shift has started", now)
            source = WAITLIST if state == WAITLISTED else AGENT
            set_state(connection, shift_id, agent_id, RELEASED, now, source)
            if state == WAITLISTED:
                left = Claim(shift_id, agent_id, RELEASED, "left the waitlist")
                return told(connection, left, now)
            moved = promote(connection, shift, locked, now=now, terms=self.terms)
            late = shift.starts_at - now < timedelta(hours=self.terms.notice_hours)
            offers = self._offers(connection, shift, agent_id, now) if late and not moved else ()
            reason = "given back late" if late else "given back in time"
            promoted = moved[0].agent_id if moved else None
            done = Claim(shift_id, agent_id, RELEASED, reason, promoted, offers)
            if late and not moved:
                note(connection, "late_release", done, now)
            return told(connection, done, now)

    def swap(
        self, shift_id: str, agent_id: str, *, other_shift_id: str, other_agent_id: str,
        now: datetime,
    ) -> Claim:  # fmt: skip
        """Exchange two claimed shifts between two agents, both or neither."""
        aware(now, "swap")
        with self._engine.begin() as connection:
            lock(connection, [agent_id, other_agent_id], [shift_id, other_shift_id])
            sides = (
                (agent_id, shift_id, other_shift_id),
                (other_agent_id, other_shift_id, shift_id),
            )
            if agent_id == other_agent_id:
                return refuse(connection, shift_id, agent_id, "a swap needs two agents", now)
            for who, gives, takes in sides:
                why = swap_problem(connection, who, gives, takes, now=now, terms=self.terms)
                if why:
                    return refuse(connection, shift_id, agent_id, f"{who}: {why}", now)
            for who, gives, takes in sides:
                set_state(connection, gives, who, SWAPPED, now)
                set_state(connection, takes, who, CLAIMED, now)
            return told(
                connection,
                Claim(shift_id, agent_id, SWAPPED, f"for {other_shift_id} of {other_agent_id}"),
                now,
            )

    # -- helpers -------------------------------------------------------------------------------

    def _offers(
        self, connection: Connection, shift: Shift, but: str, now: datetime
    ) -> tuple[str, ...]:
        found = takers(connection, [shift], now=now, terms=self.terms, but=[but])
        return found[shift]
