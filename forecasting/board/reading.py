"""What is on a board, for whoever looks: nothing here changes it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import ColumnElement, Executable, func, select

from data.schema import CLAIMS
from forecasting.board.eligibility import ClaimTerms, Shift
from forecasting.board.offers import Offer, all_given_back, on_duty, open_offers, takers
from forecasting.board.rows import (
    CLAIMED,
    WAITLISTED,
    coming_shifts,
    held_by,
    shift_of,
    state_of,
    taken_seats,
    waiting_for,
    worker_of,
)
from forecasting.board.tables import claims, events, open_engine, shifts
from forecasting.board.taking import aware, judge


@dataclass(frozen=True)
class AgentShifts:
    """A board as one agent sees it.

    Parameters
    ----------
    held : DataFrame
        Claims, also on shifts that are over: ``shift_id, pool_id, starts_at, ends_at, source``.
    waiting : DataFrame
        Places on waitlists of coming shifts; beside these columns ``place``, 1 for the first.
    open : DataFrame
        Coming shifts with a free seat that the agent neither holds nor waits for, as
        `BoardReading.open_shifts` has them.
    """

    held: pd.DataFrame
    waiting: pd.DataFrame
    open: pd.DataFrame


class BoardReading:
    """What a board can tell.

    Parameters
    ----------
    url : str
    terms : ClaimTerms, optional
    """

    def __init__(self, url: str, *, terms: ClaimTerms | None = None) -> None:
        self.url = url
        self.terms = terms or ClaimTerms()
        self._engine = open_engine(url)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def shifts(
        self, *, pools: Collection[str] | None = None, since: datetime | None = None
    ) -> pd.DataFrame:
        """Return the shifts with their ``taken`` seats, by start.

        Parameters
        ----------
        pools : collection of str, optional
            Only shifts of these pools.
        since : datetime, optional
            Only shifts that do not begin before it.
        """
        wanted: list[ColumnElement[bool]] = []
        if pools is not None:
            wanted.append(shifts.c.pool_id.in_(sorted(pools)))
        if since is not None:
            wanted.append(shifts.c.starts_at >= aware(since, "shifts", "since").astimezone(UTC))
        ids = select(shifts.c.shift_id).where(*wanted)
        seats = taken_seats()
        taken = (seats.where(claims.c.shift_id.in_(ids)) if wanted else seats).subquery()
        query = (
            select(shifts, func.coalesce(taken.c.taken, 0).label("taken"))
            .outerjoin(taken, taken.c.shift_id == shifts.c.shift_id)
            .where(*wanted)
            .order_by(shifts.c.starts_at, shifts.c.shift_id)
        )
        return self._frame(query, [*[c.name for c in shifts.columns], "taken"])

    def pool_of(self, shift_id: str) -> str | None:
        """Return the pool of a shift, None where the board does not have it."""
        with self._engine.connect() as connection:
            found = shift_of(connection, shift_id)
        return None if found is None else found.pool_id

    def state(self, shift_id: str, agent_id: str) -> str | None:
        """Return the present state of an agent's claim, None where there is none."""
        with self._engine.connect() as connection:
            return state_of(connection, shift_id, agent_id)

    def claims(self) -> pd.DataFrame:
        """Return the claims table: the present state of each shift and agent.

        ``source`` is ``agent``, or ``roster`` for a seat that a plan gave and its agent has
        neither confirmed nor swapped.
        """
        names = ["shift_id", "agent_id", "state", "at", "source"]
        query = select(*(claims.c[name] for name in names))
        return CLAIMS.validate(self._frame(query.order_by(claims.c.shift_id, claims.c.turn), names))

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
        aware(now, "open_shifts")
        with self._engine.connect() as connection:
            worker, held = worker_of(connection, agent_id), held_by(connection, agent_id)
            coming, taken = coming_shifts(connection, now)
        rows = []
        for shift in coming:
            verdict = judge(worker, shift, held, now=now, terms=self.terms)
            free = max(0, shift.seats - taken.get(shift.shift_id, 0))
            rows.append(
                (shift.shift_id, shift.pool_id, shift.starts_at, shift.ends_at, shift.seats, free,
                 verdict.ok, verdict.reason)
            )  # fmt: skip
        names = ["shift_id", "pool_id", "starts_at", "ends_at", "seats", "free", "eligible"]
        return pd.DataFrame(rows, columns=[*names, "reason"])

    def offers(self, pool_id: str, start: datetime, end: datetime, *, now: datetime) -> list[Offer]:
        """Return a pool's open seats that overlap with a span, and who may take them."""
        span = aware(start, "offers", "start"), aware(end, "offers", "end")
        aware(now, "offers")
        with self._engine.connect() as connection:
            return open_offers(connection, pool_id, span, now=now, terms=self.terms)

    def takers(self, offered: Sequence[Shift], *, now: datetime) -> dict[Shift, tuple[str, ...]]:
        """Return who may take shifts, whether or not they are on the board yet."""
        aware(now, "takers")
        with self._engine.connect() as connection:
            return takers(connection, offered, now=now, terms=self.terms)

    def duty(self, start: datetime, end: datetime, *, agent_id: str | None = None) -> pd.DataFrame:
        """Return who is on shift in a span: ``agent_id, shift_id, pool_id, starts_at, ends_at``.

        ``pools`` are all that the agent is trained for; ``breaks`` are those of the shift. With
        an `agent_id` it is one agent's duty.
        """
        aware(start, "duty", "start")
        aware(end, "duty", "end")
        names = ["agent_id", "shift_id", "pool_id", "pools", "starts_at", "ends_at", "breaks"]
        query = on_duty()
        if agent_id is not None:
            query = query.where(claims.c.agent_id == agent_id)
        found = self._frame(query, names)
        inside = (found["starts_at"] < end) & (found["ends_at"] > start)
        return found[inside].reset_index(drop=True)

    def given_back(self) -> pd.DataFrame:
        """Return seats that agents gave back or swapped away, with their shifts' times.

        Columns ``shift_id, agent_id, pool_id, starts_at, ends_at``; shifts that were withdrawn
        since are among them.
        """
        names = ["shift_id", "agent_id", "pool_id", "starts_at", "ends_at"]
        return self._frame(all_given_back(), names)

    def agent(self, agent_id: str, *, now: datetime) -> AgentShifts | None:
        """Return an agent's claims, places on waitlists and open shifts; None if not enrolled."""
        aware(now, "agent")
        names = ["shift_id", "pool_id", "starts_at", "ends_at", "state", "source"]
        about = (shifts.c[name] for name in names[:4])
        query = select(*about, claims.c.state, claims.c.source)
        query = query.join(claims, claims.c.shift_id == shifts.c.shift_id)
        query = query.where(claims.c.agent_id == agent_id)
        with self._engine.connect() as connection:
            if worker_of(connection, agent_id) is None:
                return None
        own = self._frame(query.order_by(shifts.c.starts_at, shifts.c.shift_id), names)
        held = own[own["state"] == CLAIMED]
        waiting = own[(own["state"] == WAITLISTED) & (own["starts_at"] > now)]
        with self._engine.connect() as connection:
            queues = [waiting_for(connection, name) for name in waiting["shift_id"]]
        places = [queue.index(agent_id) + 1 if agent_id in queue else 0 for queue in queues]
        coming = self.open_shifts(agent_id, now=now)
        taken = coming["shift_id"].isin([*held["shift_id"], *waiting["shift_id"]])
        return AgentShifts(
            held.drop(columns="state").reset_index(drop=True),
            waiting.assign(place=places).drop(columns=["state", "source"]).reset_index(drop=True),
            coming[(coming["free"] > 0) & ~taken].reset_index(drop=True),
        )

    def _frame(self, query: Executable, names: Sequence[str]) -> pd.DataFrame:
        with self._engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        frame = pd.DataFrame(rows, columns=list(names))
        for name in ("starts_at", "ends_at", "at"):
            if name in frame:
                frame[name] = pd.to_datetime(frame[name], utc=True)
        return frame
