"""Shifts that agents claim themselves: nobody is booked twice, no claim is lost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, insert, select

from data.errors import ParameterError
from data.schema import CLAIMS, SHIFTS
from forecasting.board.eligibility import ClaimTerms, Shift, Verdict, Worker, eligible
from forecasting.board.offers import (
    Offer,
    Withdrawn,
    claimed_counts,
    on_duty,
    open_offers,
    takers,
    withdraw_shifts,
)
from forecasting.board.rows import (
    CLAIMED,
    REFUSED,
    RELEASED,
    SWAPPED,
    WAITLISTED,
    all_shifts,
    given,
    held_by,
    lock,
    plain,
    put_rows,
    seats_taken,
    set_state,
    shift_of,
    state_of,
    taken_seats,
    waiting_for,
    worker_of,
)
from forecasting.board.tables import claims, events, open_engine, shifts, workers


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


class ShiftBoard:
    """A board of shifts behind a database that several processes may use at once.

    Every call is one transaction that first locks the agents and the shifts it is about, in the
    order of their ids. Two claims for the last seat are therefore answered one after the other.

    Parameters
    ----------
    url : str
        Such as ``sqlite:///board.db`` or ``postgresql+psycopg://…``.
    terms : ClaimTerms, optional
    """

    def __init__(self, url: str, *, terms: ClaimTerms | None = None) -> None:
        self.url = url
        self.terms = terms or ClaimTerms()
        self._engine = open_engine(url)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # -- what is on the board ------------------------------------------------------------------

    def enrol(self, agents: pd.DataFrame) -> int:
        """Add or replace agents; return how many.

        Parameters
        ----------
        agents : DataFrame
            ``agent_id``, ``pools`` (list of pool ids the agent is trained for); optionally
            ``timezone`` and ``max_hours_week``.
        """
        rows = [
            {
                "agent_id": str(row["agent_id"]),
                "pools": sorted(map(str, row["pools"])),
                "timezone": given(row.get("timezone"), "UTC"),
                "max_hours_week": float(given(row.get("max_hours_week"), 40.0)),
            }
            for row in agents.to_dict("records")
        ]
        with self._engine.begin() as connection:
            put_rows(connection, workers, "agent_id", rows)
        return len(rows)

    def publish(self, offered: pd.DataFrame) -> int:
        """Put shifts on the board, or change those that are there; claims stay.

        A shift never gets fewer seats than are claimed.

        Raises
        ------
        SchemaError
            The table breaks its contract.
        ParameterError
            A shift ends before it starts, or has no seat.
        """
        valid = SHIFTS.validate(offered)
        wrong = valid[(valid["ends_at"] <= valid["starts_at"]) | (valid["seats"] < 1)]
        if not wrong.empty:
            raise ParameterError(
                "A shift must end after it starts and have a seat. "
                f"Shift {wrong['shift_id'].iloc[0]} does not: correct its row."
            )
        columns = [c.name for c in shifts.columns if c.name in valid]
        rows = [
            {str(name): plain(value) for name, value in record.items()}
            for record in valid[columns].to_dict("records")
        ]
        with self._engine.begin() as connection:
            taken = claimed_counts(connection, [row["shift_id"] for row in rows])
            for row in rows:
                row["seats"] = max(row["seats"], taken.get(row["shift_id"], 0))
            put_rows(connection, shifts, "shift_id", rows)
        return len(rows)

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
        span = (start, end)
        with self._engine.begin() as connection:
            done = withdraw_shifts(connection, span, frozenset(keep), now=now)
            for shift_id in done.gone:
                left = Claim(shift_id, "", "withdrawn", "the plan no longer has this shift")
                _told(connection, left, now)
        return done

    def shifts(self) -> pd.DataFrame:
        """Return the shifts with their ``taken`` seats, by start."""
        taken = taken_seats().subquery()
        query = (
            select(shifts, func.coalesce(taken.c.taken, 0).label("taken"))
            .outerjoin(taken, taken.c.shift_id == shifts.c.shift_id)
            .order_by(shifts.c.starts_at, shifts.c.shift_id)
        )
        return self._frame(query, [*[c.name for c in shifts.columns], "taken"])

    def claims(self) -> pd.DataFrame:
        """Return the claims table: the present state of each shift and agent."""
        query = select(claims.c.shift_id, claims.c.agent_id, claims.c.state, claims.c.at)
        found = self._frame(
            query.order_by(claims.c.shift_id, claims.c.turn),
            ["shift_id", "agent_id", "state", "at"],
        )
        return CLAIMS.validate(found)

    def events(self, *, kind: str | None = None) -> pd.DataFrame:
        """Return what happened, in order; ``kind="late_release"`` gives the alerts."""
        query = select(events).order_by(events.c.event_id)
        if kind is not None:
            query = query.where(events.c.kind == kind)
        return self._frame(query, [c.name for c in events.columns])

    def open_shifts(self, agent_id: str, *, now: datetime) -> pd.DataFrame:
        """Return the coming shifts as one agent sees them.

        Returns
        -------
        DataFrame
            ``shift_id, pool_id, starts_at, ends_at, seats, free, eligible, reason``.
        """
        with self._engine.connect() as connection:
            worker, held = worker_of(connection, agent_id), held_by(connection, agent_id)
            taken = {r.shift_id: r.taken for r in connection.execute(taken_seats())}
            coming = [s for s in all_shifts(connection) if s.starts_at > now]
        rows = []
        for shift in coming:
            verdict = self._verdict(worker, shift, held, now)
            free = max(0, shift.seats - taken.get(shift.shift_id, 0))
            rows.append(
                (shift.shift_id, shift.pool_id, shift.starts_at, shift.ends_at, shift.seats, free,
                 verdict.ok, verdict.reason)
            )  # fmt: skip
        names = ["shift_id", "pool_id", "starts_at", "ends_at", "seats", "free", "eligible"]
        return pd.DataFrame(rows, columns=[*names, "reason"])

    def offers(self, pool_id: str, start: datetime, end: datetime, *, now: datetime) -> list[Offer]:
        """Return a pool's open seats that overlap with a span, and who may take them."""
        with self._engine.connect() as connection:
            return open_offers(connection, pool_id, (start, end), now=now, terms=self.terms)

    def takers(self, offered: Sequence[Shift], *, now: datetime) -> dict[Shift, tuple[str, ...]]:
        """Return who may take shifts, whether or not they are on the board yet."""
        with self._engine.connect() as connection:
            return takers(connection, offered, now=now, terms=self.terms)

    def duty(self, start: datetime, end: datetime) -> pd.DataFrame:
        """Return who is on shift in a span: ``agent_id, shift_id, pool_id, starts_at, ends_at``.

        ``pools`` are all that the agent is trained for.
        """
        names = ["agent_id", "shift_id", "pool_id", "pools", "starts_at", "ends_at"]
        found = self._frame(on_duty(), names)
        inside = (found["starts_at"] < end) & (found["ends_at"] > start)
        return found[inside].reset_index(drop=True)

    # -- what agents do ------------------------------------------------------------------------

    def claim(self, shift_id: str, agent_id: str, *, now: datetime) -> Claim:
        """Take a seat, or a place on the waitlist where none is free.

        A claim that is there already is answered again and changes nothing.
        """
        with self._engine.begin() as connection:
            lock(connection, [agent_id], [shift_id])
            worker, shift = worker_of(connection, agent_id), shift_of(connection, shift_id)
            state = state_of(connection, shift_id, agent_id)
            if state == CLAIMED:
                return Claim(shift_id, agent_id, CLAIMED, "claimed before")
            verdict = self._verdict(worker, shift, held_by(connection, agent_id), now)
            if not verdict.ok or shift is None:
                return self._refuse(connection, shift_id, agent_id, verdict.reason, now)
            if seats_taken(connection, shift_id) < shift.seats:
                set_state(connection, shift_id, agent_id, CLAIMED, now)
                return _told(connection, Claim(shift_id, agent_id, CLAIMED, verdict.reason), now)
            if state != WAITLISTED:
                set_state(connection, shift_id, agent_id, WAITLISTED, now)
            waiting = Claim(shift_id, agent_id, WAITLISTED, f"all {shift.seats} seats are taken")
            return _told(connection, waiting, now)

    def release(self, shift_id: str, agent_id: str, *, now: datetime) -> Claim:
        """Give a seat or a place on the waitlist back; the first on the waitlist who may gets it.

        A seat that is given back late and that nobody waits for raises an alert with the agents
        it can be offered to.
        """
        with self._engine.connect() as connection:
            waiting = waiting_for(connection, shift_id)
        with self._engine.begin() as connection:
            # Whoever joins the waitlist meanwhile is not locked, and is passed over this time.
            locked = [agent_id, *waiting]
            lock(connection, locked, [shift_id])
            state, shift = state_of(connection, shift_id, agent_id), shift_of(connection, shift_id)
            if shift is None or state not in (CLAIMED, WAITLISTED):
                return self._refuse(connection, shift_id, agent_id, "nothing to release", now)
            if shift.starts_at <= now:
                return self._refuse(connection, shift_id, agent_id, "the shift has started", now)
            set_state(connection, shift_id, agent_id, RELEASED, now)
            if state == WAITLISTED:
                left = Claim(shift_id, agent_id, RELEASED, "left the waitlist")
                return _told(connection, left, now)
            promoted = self._promote(connection, shift, locked, now)
            late = shift.starts_at - now < timedelta(hours=self.terms.notice_hours)
            offers = self._offers(connection, shift, agent_id, now) if late and not promoted else ()
            reason = "given back late" if late else "given back in time"
            done = Claim(shift_id, agent_id, RELEASED, reason, promoted, offers)
            if late and not promoted:
                _note(connection, "late_release", done, now)
            return _told(connection, done, now)

    def swap(
        self, shift_id: str, agent_id: str, *, other_shift_id: str, other_agent_id: str,
        now: datetime,
    ) -> Claim:  # fmt: skip
        """Exchange two claimed shifts between two agents, both or neither."""
        with self._engine.begin() as connection:
            lock(connection, [agent_id, other_agent_id], [shift_id, other_shift_id])
            sides = (
                (agent_id, shift_id, other_shift_id),
                (other_agent_id, other_shift_id, shift_id),
            )
            if agent_id == other_agent_id:
                return self._refuse(connection, shift_id, agent_id, "a swap needs two agents", now)
            for who, gives, takes in sides:
                reason = self._swap_problem(connection, who, gives, takes, now)
                if reason:
                    return self._refuse(connection, shift_id, agent_id, f"{who}: {reason}", now)
            for who, gives, takes in sides:
                set_state(connection, gives, who, SWAPPED, now)
                set_state(connection, takes, who, CLAIMED, now)
            return _told(
                connection,
                Claim(shift_id, agent_id, SWAPPED, f"for {other_shift_id} of {other_agent_id}"),
                now,
            )

    # -- helpers -------------------------------------------------------------------------------

    def _swap_problem(
        self, connection: Connection, agent_id: str, gives: str, takes: str, now: datetime
    ) -> str:
        given = shift_of(connection, gives)
        if given is None or state_of(connection, gives, agent_id) != CLAIMED:
            return f"does not hold shift {gives}"
        if given.starts_at <= now:
            return f"shift {gives} has started"
        if state_of(connection, takes, agent_id) == CLAIMED:
            return f"holds shift {takes} already"
        held = [shift for shift in held_by(connection, agent_id) if shift.shift_id != gives]
        worker, taken = worker_of(connection, agent_id), shift_of(connection, takes)
        verdict = self._verdict(worker, taken, held, now)
        return "" if verdict.ok else verdict.reason

    def _verdict(
        self, worker: Worker | None, shift: Shift | None, held: Iterable[Shift], now: datetime
    ) -> Verdict:
        if worker is None:
            return Verdict(False, "unknown_agent", "the board does not know this agent")
        if shift is None:
            return Verdict(False, "unknown_shift", "the board has no such shift")
        return eligible(worker, shift, held, now=now, terms=self.terms)

    def _promote(
        self, connection: Connection, shift: Shift, locked: Sequence[str], now: datetime
    ) -> str | None:
        if seats_taken(connection, shift.shift_id) >= shift.seats:
            return None
        for waiting in waiting_for(connection, shift.shift_id):
            if waiting not in locked:
                continue
            held = held_by(connection, waiting)
            if self._verdict(worker_of(connection, waiting), shift, held, now).ok:
                set_state(connection, shift.shift_id, waiting, CLAIMED, now)
                moved = Claim(shift.shift_id, waiting, CLAIMED, "moved up from the waitlist")
                _told(connection, moved, now)
                return waiting
        return None

    def _offers(
        self, connection: Connection, shift: Shift, but: str, now: datetime
    ) -> tuple[str, ...]:
        found = takers(connection, [shift], now=now, terms=self.terms, but=[but])
        return found[shift]

    def _refuse(
        self, connection: Connection, shift_id: str, agent_id: str, reason: str, now: datetime
    ) -> Claim:
        return _told(connection, Claim(shift_id, agent_id, REFUSED, reason), now)

    def _frame(self, query: Select[Any], names: Sequence[str]) -> pd.DataFrame:
        with self._engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        frame = pd.DataFrame(rows, columns=list(names))
        for name in ("starts_at", "ends_at", "at"):
            if name in frame:
                frame[name] = pd.to_datetime(frame[name], utc=True)
        return frame


def _told(connection: Connection, claim: Claim, now: datetime) -> Claim:
    _note(connection, claim.state, claim, now)
    return claim


def _note(connection: Connection, kind: str, claim: Claim, now: datetime) -> None:
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
