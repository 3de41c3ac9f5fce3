"""May this agent take this shift? Pure rules, each with a reason that a person can read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from data.errors import ParameterError


@dataclass(frozen=True)
class ClaimTerms:
    """What self-service keeps to.

    Parameters
    ----------
    rest_hours : float
        Least hours between two shifts of one agent.
    notice_hours : float
        A release later than this before the start raises an alert.
    most_offers : int
        Agents that an alert offers the shift to.
    """

    rest_hours: float = 11.0
    notice_hours: float = 24.0
    most_offers: int = 20

    def __post_init__(self) -> None:
        """Check every term."""
        for name in ("rest_hours", "notice_hours", "most_offers"):
            value = getattr(self, name)
            if not value >= 0:
                raise ParameterError(
                    f"The '{name}' parameter of ClaimTerms must be 0 or more. Got {value} instead."
                )


@dataclass(frozen=True)
class Shift:
    """A shift on offer.

    Parameters
    ----------
    shift_id, pool_id : str
    starts_at, ends_at : datetime
        Aware.
    seats : int
    """

    shift_id: str
    pool_id: str
    starts_at: datetime
    ends_at: datetime
    seats: int = 1

    @property
    def hours(self) -> float:
        """Length in hours."""
        return (self.ends_at - self.starts_at).total_seconds() / 3600


@dataclass(frozen=True)
class Worker:
    """An agent as far as shifts are concerned.

    Parameters
    ----------
    agent_id : str
    pools : frozenset of str
        Pools the agent is trained for.
    timezone : str
        Weeks begin on Monday of this clock.
    max_hours_week : float
    """

    agent_id: str
    pools: frozenset[str] = field(default_factory=frozenset)
    timezone: str = "UTC"
    max_hours_week: float = 40.0


@dataclass(frozen=True)
class Verdict:
    """Whether a shift may be taken, and why.

    Parameters
    ----------
    ok : bool
    code : str
        ``eligible``, ``started``, ``not_qualified``, ``overlap``, ``rest``, ``unknown_zone`` or
        ``week_hours``.
    reason : str
    """

    ok: bool
    code: str
    reason: str


def eligible(
    worker: Worker, shift: Shift, held: Iterable[Shift], *, now: datetime, terms: ClaimTerms
) -> Verdict:
    """Tell whether an agent may take a shift beside those the agent holds.

    Parameters
    ----------
    worker : Worker
    shift : Shift
    held : iterable of Shift
        Shifts the agent has claimed; the shift itself is left out.
    now : datetime
    terms : ClaimTerms

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> shift = Shift("s1", "p1", noon, noon + timedelta(hours=4))
    >>> eligible(Worker("a"), shift, [], now=noon - timedelta(days=1), terms=ClaimTerms()).reason
    'not trained for pool p1'
    """
    if shift.starts_at <= now:
        return Verdict(False, "started", "the shift has started")
    if shift.pool_id not in worker.pools:
        return Verdict(False, "not_qualified", f"not trained for pool {shift.pool_id}")
    others = [other for other in held if other.shift_id != shift.shift_id]
    clash = _clash(shift, others, timedelta(hours=terms.rest_hours))
    if clash is not None:
        return clash
    return _week(worker, shift, others)


def _clash(shift: Shift, others: Sequence[Shift], rest: timedelta) -> Verdict | None:
    for other in others:
        if other.starts_at < shift.ends_at and shift.starts_at < other.ends_at:
            return Verdict(False, "overlap", f"overlaps shift {other.shift_id}")
    for other in others:
        if other.starts_at < shift.ends_at + rest and shift.starts_at < other.ends_at + rest:
            hours = rest.total_seconds() / 3600
            return Verdict(
                False, "rest", f"less than {hours:g} hours of rest from shift {other.shift_id}"
            )
    return None


def _week(worker: Worker, shift: Shift, others: Sequence[Shift]) -> Verdict:
    zone = zone_of(worker.timezone)
    if zone is None:
        # A board of an older version took any name.
        return Verdict(False, "unknown_zone", f"there is no time zone {worker.timezone!r}")
    total = shift.hours + week_hours(others, shift.starts_at, zone)
    if total > worker.max_hours_week:
        return Verdict(
            False,
            "week_hours",
            f"{total:g} hours in that week, {worker.max_hours_week:g} are agreed",
        )
    return Verdict(True, "eligible", f"trained for pool {shift.pool_id}, rested, {total:g} hours")


def zone_of(name: str) -> ZoneInfo | None:
    """Return a time zone by its IANA name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # A folder of the time zone data, such as 'America', cannot be opened.
        return None


def week_hours(held: Iterable[Shift], at: datetime, zone: ZoneInfo) -> float:
    """Hours of shifts that begin in the same week as `at`, from Monday on a clock."""
    week = at.astimezone(zone).isocalendar()[:2]
    return sum(s.hours for s in held if s.starts_at.astimezone(zone).isocalendar()[:2] == week)


def night_hours(shift: Shift, zone: ZoneInfo) -> float:
    """Hours of a shift between 22:00 and 06:00 on a clock.

    Examples
    --------
    >>> from datetime import UTC
    >>> late = datetime(2026, 3, 2, 20, tzinfo=UTC)
    >>> night_hours(Shift("s", "p", late, late + timedelta(hours=4)), ZoneInfo("UTC"))
    2.0
    """
    day = shift.starts_at.astimezone(zone).date() - timedelta(days=1)
    total = 0.0
    while day <= shift.ends_at.astimezone(zone).date():
        begin = datetime.combine(day, time(22), zone).astimezone(UTC)
        end = datetime.combine(day + timedelta(days=1), time(6), zone).astimezone(UTC)
        dark = min(end, shift.ends_at) - max(begin, shift.starts_at)
        total += max(0.0, dark.total_seconds() / 3600)
        day += timedelta(days=1)
    return total
