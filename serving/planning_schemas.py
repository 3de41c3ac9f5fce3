"""Bodies of the planning calls."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from serving.schemas import Body, Identifier


class ClaimIn(Body):
    """Whose seat it is."""

    agent_id: Identifier


class SwapIn(ClaimIn):
    """Which seat of whom is taken in exchange."""

    other_agent_id: Identifier
    other_shift_id: Identifier


class ClaimOut(BaseModel):
    """What became of a claim, a release or a swap."""

    shift_id: str
    agent_id: str
    state: Literal["claimed", "waitlisted", "released", "swapped"]
    reason: str
    promoted: str | None = None
    offers: list[str] = []


class PointOut(BaseModel):
    """Expected contacts of one interval, with the bounds of intervals of 80 and 95 %."""

    at: datetime
    contacts: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float


class SeriesOut(BaseModel):
    """One channel of a client, in one language where these are told apart."""

    channel: str | None
    language: str | None
    points: list[PointOut]


class ForecastOut(BaseModel):
    """A client's forecast in the newest plan."""

    client: str
    plan_id: str
    created_at: datetime
    interval_minutes: int
    series: list[SeriesOut]


class ShiftOut(BaseModel):
    """A shift of a pool that the client is in; who else is in it is not told."""

    shift_id: str
    pool_id: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    free: int | None


class ScheduleOut(BaseModel):
    """The shifts that serve a client in the newest plan, and what they leave unmet."""

    client: str
    plan_id: str
    created_at: datetime
    shifts: list[ShiftOut]
    required_hours: float
    unmet_hours: float
