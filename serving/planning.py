"""Calls of planning: a client's forecast, schedule and day, and claims on shifts.

Agents belong to the operator, not to a client. A client's key may claim, release or swap a seat
for any agent of the board, but only of shifts whose pool the client is in; every other shift is
answered as one that does not exist. What the calls tell of an agent ends there too.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import anyio.to_thread
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq
from fastapi import FastAPI, Query, Request
from fastapi import Path as InPath
from pydantic import AwareDatetime
from pydantic_core import to_json
from starlette.responses import Response

from forecasting.board import Claim, ShiftBoard
from serving.planning_agents import (
    CALENDAR,
    calendar_of_agent,
    shifts_of_agent,
    without_foreign,
)
from serving.planning_schemas import (
    AgentShiftsOut,
    ClaimIn,
    ClaimOut,
    ForecastOut,
    IntradayIn,
    IntradayOut,
    ScheduleOut,
    SwapIn,
)
from serving.planning_today import todays_answer
from serving.problems import FORBIDDEN, NOT_FOUND, REFUSED, ProblemError
from serving.reports import NO_PLAN, newest_plan

Json = dict[str, Any]
ShiftId = Annotated[str, InPath(min_length=1, max_length=200)]
AgentId = Annotated[str, InPath(min_length=1, max_length=200)]
_POINTS = {"yhat": "contacts", "yhat-lo-80": "low_80", "yhat-hi-80": "high_80",
           "yhat-lo-95": "low_95", "yhat-hi-95": "high_95"}  # fmt: skip
_SPAN = timedelta(days=7)


@dataclass(frozen=True)
class _Newest:
    """The newest plan, as far as it is held in memory."""

    folder: Path
    document: Json
    pools_of: dict[str, frozenset[str]]
    pool_of_shift: dict[str, str]


class Planning:
    """Reads the newest plan from its folder, and the board from its database.

    Parameters
    ----------
    folder : Path
        Of all plans, as the verb ``plan`` writes them.
    board : str
        Database of the shift board; empty for none.
    clock : callable
        Returns the present, aware.
    """

    def __init__(self, folder: Path, board: str, *, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self.board_url = board
        self.clock = clock
        self._lock = threading.Lock()
        self._newest: _Newest | None = None
        self._board: ShiftBoard | None = None

    def forecast(
        self, client: str, *, start: datetime | None = None, end: datetime | None = None
    ) -> Json:
        """Return a client's forecast, by default of the plan's first week."""
        plan = self._plan()
        path = plan.folder / "forecasts.parquet"
        table = pq.read_table(path, filters=pc.field("client_id") == client).to_pandas()
        if table.empty:
            raise _nothing(client)
        begin = pd.Timestamp(start or datetime.fromisoformat(plan.document["from"]))
        stop = pd.Timestamp(end) if end else begin + _SPAN
        table = table[(table["ds"] >= begin) & (table["ds"] < stop)]
        series = []
        for name, rows in table.groupby("unique_id", sort=True):
            _, channel, language = [*str(name).split("/"), None, None][:3]
            points = rows.rename(columns={"ds": "at", **_POINTS})[["at", *_POINTS.values()]]
            rounded = points.round(dict.fromkeys(_POINTS.values(), 4))
            series.append(
                {"channel": channel, "language": language, "points": rounded.to_dict("records")}
            )
        return _about(plan, client) | {
            "interval_minutes": plan.document["interval_minutes"],
            "series": series,
        }

    def schedule(self, client: str) -> Json:
        """Return the shifts of a client's pools, with the seats that are free."""
        plan = self._plan()
        pools = plan.pools_of.get(client)
        if not pools:
            raise _nothing(client)
        own = pc.field("pool_id").isin(sorted(pools))
        shifts = pq.read_table(plan.folder / "shifts.parquet", filters=own).to_pandas()
        cover = pq.read_table(plan.folder / "cover.parquet", filters=own).to_pandas()
        columns = ["shift_id", "pool_id", "starts_at", "ends_at", "seats"]
        listed = shifts[columns].assign(free=self._free(shifts)).to_dict("records")
        return _about(plan, client) | {
            "shifts": listed,
            "required_hours": round(float(cover["required_fte"].sum()), 1),
            "unmet_hours": round(float(cover["unmet_fte"].sum()), 1),
        }

    def intraday(self, client: str, body: IntradayIn) -> Json:
        """Return what a client's arrivals say of the day; nothing is stored or changed."""
        plan = self._plan()
        pools = plan.pools_of.get(client)
        if not pools:
            raise _nothing(client)
        found = todays_answer(
            plan.folder, plan.document, body, client=client, pools=pools, board=self._opened(),
            now=self.clock(),
        )  # fmt: skip
        return _about(plan, client) | found

    def claim(self, client: str, shift_id: str, agent_id: str) -> Json:
        """Take a seat for an agent, or a place on its waitlist."""
        board, now = self._board_for(client, shift_id), self.clock()
        return self._answer(client, board.claim(shift_id, agent_id, now=now), agent_id)

    def release(self, client: str, shift_id: str, agent_id: str) -> Json:
        """Give a seat back; giving it back again changes nothing."""
        board = self._board_for(client, shift_id)
        done = board.release(shift_id, agent_id, now=self.clock())
        if done.state == "refused" and board.state(shift_id, agent_id) == "released":
            done = Claim(shift_id, agent_id, "released", "released before")
        return self._answer(client, done, agent_id)

    def swap(self, client: str, shift_id: str, body: SwapIn) -> Json:
        """Exchange the seats of two agents; doing it again changes nothing."""
        board = self._board_for(client, shift_id)
        self._board_for(client, body.other_shift_id)
        done = board.swap(
            shift_id, body.agent_id, other_shift_id=body.other_shift_id,
            other_agent_id=body.other_agent_id, now=self.clock(),
        )  # fmt: skip
        if done.state == "refused" and self._swapped(board, shift_id, body):
            done = Claim(shift_id, body.agent_id, "swapped", "swapped before")
        return self._answer(client, done, body.agent_id, body.other_agent_id)

    def agent_shifts(self, client: str, agent_id: str) -> Json:
        """Return what an agent holds, waits for and may take in the pools of a client."""
        plan, board, pools = self._agents_board(client)
        now = self.clock()
        found = shifts_of_agent(board, agent_id, pools, now=now)
        about = {"client": client, "plan_id": plan.document["plan_id"], "at": now}
        return about | {"agent_id": agent_id} | found

    def agent_calendar(self, client: str, agent_id: str) -> str:
        """Return an agent's shifts in the pools of a client as an iCalendar file."""
        _, board, pools = self._agents_board(client)
        return calendar_of_agent(board, agent_id, pools, now=self.clock())

    def close(self) -> None:
        """Let go of the board's database."""
        with self._lock:
            if self._board is not None:
                self._board.close()
                self._board = None

    def _plan(self) -> _Newest:
        """Return the newest plan; it is read again once the pointer names another."""
        folder = newest_plan(self.folder)
        if folder is None:
            raise ProblemError(NOT_FOUND, NO_PLAN)
        with self._lock:
            if self._newest is None or self._newest.folder != folder:
                self._newest = _read(folder)
            return self._newest

    def _board_for(self, client: str, shift_id: str) -> ShiftBoard:
        """Return the board, if the shift is one of the client's."""
        plan, board = self._plan(), self._opened()
        pool = plan.pool_of_shift.get(shift_id)
        if pool is None and board is not None:
            # A plan before the newest one may still be under way.
            pool = board.pool_of(shift_id)
        if board is None or pool is None or pool not in plan.pools_of.get(client, ()):
            raise ProblemError(NOT_FOUND, "There is no such shift in the pools of this client.")
        return board

    def _agents_board(self, client: str) -> tuple[_Newest, ShiftBoard, frozenset[str]]:
        plan, board = self._plan(), self._opened()
        pools = plan.pools_of.get(client)
        if not pools:
            raise _nothing(client)
        if board is None:
            raise ProblemError(NOT_FOUND, "This service has no shift board.")
        return plan, board, pools

    def _opened(self) -> ShiftBoard | None:
        with self._lock:
            if self._board is None and self.board_url:
                self._board = ShiftBoard(self.board_url)
            return self._board

    def _free(self, shifts: pd.DataFrame) -> list[int | None]:
        board = self._opened()
        if board is None or shifts.empty:
            return [None] * len(shifts)
        known = board.shifts(pools=set(shifts["pool_id"]), since=shifts["starts_at"].min())
        taken = dict(zip(known["shift_id"], known["taken"], strict=True))
        return [
            max(0, int(seats) - int(taken[name])) if name in taken else None
            for name, seats in zip(shifts["shift_id"], shifts["seats"], strict=True)
        ]

    def _answer(self, client: str, claim: Claim, *agents: str) -> Json:
        if claim.state == "refused":
            _, board, pools = self._agents_board(client)
            reason = without_foreign(board, claim.reason, agents, pools, now=self.clock())
            raise ProblemError(REFUSED, f"The board refuses: {reason}.")
        return {
            "shift_id": claim.shift_id,
            "agent_id": claim.agent_id,
            "state": claim.state,
            "reason": claim.reason,
            "promoted": claim.promoted,
            "offers": list(claim.offers),
        }

    @staticmethod
    def _swapped(board: ShiftBoard, shift_id: str, body: SwapIn) -> bool:
        return (
            board.state(shift_id, body.agent_id) == "swapped"
            and board.state(body.other_shift_id, body.agent_id) == "claimed"
            and board.state(shift_id, body.other_agent_id) == "claimed"
        )


def add_planning(app: FastAPI, planning: Planning) -> None:
    """Add the routes of planning to an application whose gate names the key's client."""

    async def forecast(
        request: Request,
        client: str,
        start: Annotated[AwareDatetime | None, Query(alias="from")] = None,
        to: AwareDatetime | None = None,
    ) -> Response:
        """Return the client's forecast in the newest plan; a week of it unless asked for more."""
        own = _own(request, client)
        return await _replied(partial(planning.forecast, own, start=start, end=to))

    async def schedule(request: Request, client: str) -> Response:
        """Return the shifts that serve the client in the newest plan."""
        return await _replied(partial(planning.schedule, _own(request, client)))

    async def intraday(request: Request, body: IntradayIn) -> Response:
        """Forecast the day's rest from its arrivals, and name the hours with too few people."""
        return await _replied(partial(planning.intraday, _own(request), body))

    async def claim(request: Request, shift_id: ShiftId, body: ClaimIn) -> Response:
        """Take a seat for an agent, or a place on the waitlist; asking twice changes nothing."""
        return await _replied(partial(planning.claim, _own(request), shift_id, body.agent_id))

    async def release(request: Request, shift_id: ShiftId, body: ClaimIn) -> Response:
        """Give a seat back; the first on the waitlist who may gets it."""
        return await _replied(partial(planning.release, _own(request), shift_id, body.agent_id))

    async def swap(request: Request, shift_id: ShiftId, body: SwapIn) -> Response:
        """Exchange two seats between two agents, both or neither."""
        return await _replied(partial(planning.swap, _own(request), shift_id, body))

    for path, method, call, reply in (
        ("/v1/forecast/{client}", "GET", forecast, ForecastOut),
        ("/v1/schedule/{client}", "GET", schedule, ScheduleOut),
        ("/v1/planning/intraday", "POST", intraday, IntradayOut),
        ("/v1/shifts/{shift_id}/claim", "POST", claim, ClaimOut),
        ("/v1/shifts/{shift_id}/release", "POST", release, ClaimOut),
        ("/v1/shifts/{shift_id}/swap", "POST", swap, ClaimOut),
    ):
        app.add_api_route(
            path, call, methods=[method], response_class=Response, response_model=None,
            responses={200: {"model": reply}},
        )  # fmt: skip
    _add_agents(app, planning)


def _add_agents(app: FastAPI, planning: Planning) -> None:
    """Add what an agent may see."""

    async def agent_shifts(
        request: Request, agent_id: AgentId, client: str | None = None
    ) -> Response:
        """Return what an agent holds, waits for and may take, each with the reason."""
        own = _own(request, client)
        return await _replied(partial(planning.agent_shifts, own, agent_id))

    async def agent_calendar(
        request: Request, agent_id: AgentId, client: str | None = None
    ) -> Response:
        """Return an agent's shifts as a calendar that replaces the one before."""
        own = _own(request, client)
        text = await anyio.to_thread.run_sync(planning.agent_calendar, own, agent_id)
        return Response(text, media_type=CALENDAR)

    for path, call, reply in (
        ("/v1/agents/{agent_id}/shifts", agent_shifts, {"model": AgentShiftsOut}),
        (
            "/v1/agents/{agent_id}/calendar.ics",
            agent_calendar,
            {"description": "The calendar", "content": {"text/calendar": {}}},
        ),
    ):
        app.add_api_route(
            path, call, methods=["GET"], response_class=Response, response_model=None,
            responses={200: reply},
        )  # fmt: skip


async def _replied(call: Callable[[], Json]) -> Response:
    """Answer with what waits for a disk or a database."""
    body = await anyio.to_thread.run_sync(call)
    return Response(to_json(body), media_type="application/json")


def _own(request: Request, client: str | None = None) -> str:
    own = str(request.state.client)
    if client is not None and client != own:
        raise ProblemError(FORBIDDEN, "This key belongs to another client.")
    return own


def _read(folder: Path) -> _Newest:
    document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    pools = pd.read_parquet(folder / "pools.parquet", columns=["client_id", "pool_id"])
    shifts = pd.read_parquet(folder / "shifts.parquet", columns=["shift_id", "pool_id"])
    of: dict[str, set[str]] = {}
    for client, pool in zip(pools["client_id"], pools["pool_id"], strict=True):
        of.setdefault(client, set()).add(pool)
    return _Newest(
        folder,
        document,
        {client: frozenset(own) for client, own in of.items()},
        dict(zip(shifts["shift_id"].tolist(), shifts["pool_id"].tolist(), strict=True)),
    )


def _about(plan: _Newest, client: str) -> Json:
    document = plan.document
    return {
        "client": client,
        "plan_id": document["plan_id"],
        "created_at": document["created_at"],
    }


def _nothing(client: str) -> ProblemError:
    return ProblemError(NOT_FOUND, f"The newest plan holds nothing for client {client!r}.")
