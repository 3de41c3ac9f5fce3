"""Bodies of the planning calls."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

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


class HeldOut(BaseModel):
    """A seat that an agent holds; the next plan may give another for one that a plan gave."""

    shift_id: str
    pool_id: str
    starts_at: datetime
    ends_at: datetime
    source: Literal["agent", "roster"]


class WaitingOut(BaseModel):
    """A place on a waitlist, 1 for who comes first."""

    shift_id: str
    pool_id: str
    starts_at: datetime
    ends_at: datetime
    place: int


class OpenOut(BaseModel):
    """A shift with a free seat, and whether this agent may take it."""

    shift_id: str
    pool_id: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    free: int
    eligible: bool
    reason: str


class AgentShiftsOut(BaseModel):
    """What an agent holds, waits for and may take in the pools that the client is in."""

    client: str
    plan_id: str
    at: datetime
    agent_id: str
    claims: list[HeldOut]
    waitlist: list[WaitingOut]
    open: list[OpenOut]


class ScheduleOut(BaseModel):
    """The shifts that serve a client in the newest plan, and what they leave unmet."""

    client: str
    plan_id: str
    created_at: datetime
    shifts: list[ShiftOut]
    required_hours: float
    unmet_hours: float


MOST_CONTACTS = 100_000
"""Of one series in one interval: staffing a desk takes longer the larger it is."""


class ArrivalIn(Body):
    """Contacts that arrived in one interval of the plan."""

    channel: Identifier | None = None
    language: Identifier | None = None
    at: AwareDatetime
    contacts: Annotated[int, Field(ge=0, le=MOST_CONTACTS)]


class IntradayIn(Body):
    """The day so far; intervals that are not named are not known, and do not count as empty."""

    arrivals: Annotated[list[ArrivalIn], Field(max_length=20_000)]
    hours: Annotated[int, Field(ge=1, le=48)] = 12


class NewPointOut(BaseModel):
    """Contacts of one interval as they are expected now, and as they were in the plan."""

    at: datetime
    contacts: float
    low_80: float
    high_80: float
    planned: float


class NewSeriesOut(BaseModel):
    """One series forecast again: what the day brings over its forecast, with an 80 % interval."""

    channel: str | None
    language: str | None
    seen: float
    expected: float
    factor: float
    low: float
    high: float
    points: list[NewPointOut]


class OfferOut(BaseModel):
    """Open seats of a shift, and who may take one."""

    shift_id: str
    starts_at: datetime
    ends_at: datetime
    free: int
    agents: list[str]


class AlertOut(BaseModel):
    """Hours of a pool in which too few, or clearly too many, people are on shift."""

    kind: Literal["shortage", "overstaffed"]
    pool_id: str
    starts_at: datetime
    ends_at: datetime
    agents: float
    agent_hours: float
    reason: str
    offers: list[OfferOut]


class IntradayOut(BaseModel):
    """What the day's arrivals say of its rest."""

    client: str
    plan_id: str
    created_at: datetime
    at: datetime
    series: list[NewSeriesOut]
    alerts: list[AlertOut]
