"""What an agent may see of the board: own shifts, places on waitlists, open seats, a calendar.

Only shifts of the asking client's pools are told; another client's shift is at most a reason
without a name.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from forecasting.board import ShiftBoard
from forecasting.board.reading import AgentShifts
from forecasting.exports import agent_calendars
from serving.problems import NOT_FOUND, ProblemError

Json = dict[str, Any]
CALENDAR = "text/calendar; charset=utf-8"
# What is over stays for a while: a calendar that is fetched again replaces the one before.
_BEHIND, _AHEAD = timedelta(weeks=4), timedelta(weeks=53)


def shifts_of_agent(
    board: ShiftBoard, agent_id: str, pools: Collection[str], *, now: datetime
) -> Json:
    """Return ``claims``, ``waitlist`` and ``open`` of an agent in some pools.

    Raises
    ------
    ProblemError
        404 for an agent whom the board does not know.
    """
    found = _known(board, agent_id, now)
    foreign = _foreign(found, pools)
    open_ones = _of(found.open, pools)
    reasons = [_masked(reason, foreign) for reason in open_ones["reason"]]
    return {
        "claims": _of(found.held[found.held["ends_at"] > now], pools).to_dict("records"),
        "waitlist": _of(found.waiting, pools).to_dict("records"),
        "open": open_ones.assign(reason=reasons).to_dict("records"),
    }


def calendar_of_agent(
    board: ShiftBoard, agent_id: str, pools: Collection[str], *, now: datetime
) -> str:
    """Return an agent's shifts in some pools as an iCalendar file; empty without any.

    Raises
    ------
    ProblemError
        404 for an agent whom the board does not know.
    """
    _known(board, agent_id, now)
    duty = _of(board.duty(now - _BEHIND, now + _AHEAD, agent_id=agent_id), pools)
    return agent_calendars(duty, now=now, agents=[agent_id])[agent_id]


def without_foreign(
    board: ShiftBoard,
    reason: str,
    agents: Iterable[str],
    pools: Collection[str],
    *,
    now: datetime,
) -> str:
    """Return a refusal's reason without the names of shifts of other clients' pools."""
    for agent_id in agents:
        found = board.agent(agent_id, now=now)
        reason = reason if found is None else _masked(reason, _foreign(found, pools))
    return reason


def _known(board: ShiftBoard, agent_id: str, now: datetime) -> AgentShifts:
    found = board.agent(agent_id, now=now)
    if found is None:
        raise ProblemError(NOT_FOUND, "The board does not know this agent.")
    return found


def _of(table: pd.DataFrame, pools: Collection[str]) -> pd.DataFrame:
    return table[table["pool_id"].isin(list(pools))]


def _foreign(found: AgentShifts, pools: Collection[str]) -> list[str]:
    held = found.held
    return held.loc[~held["pool_id"].isin(list(pools)), "shift_id"].tolist()


def _masked(reason: str, foreign: Iterable[str]) -> str:
    # The longest first: one name may begin as another does.
    for name in sorted(foreign, key=len, reverse=True):
        reason = reason.replace(f"shift {name}", "another shift")
    return reason
