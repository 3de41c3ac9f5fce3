"""A week's demand and the people who may work it, as arrays that were checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError, SchemaError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DAY, WEEK = 24, 168
DEMAND_COLUMNS = ("pool_id", "hour_of_week", "required_fte")
AGENT_COLUMNS = (
    "agent_id", "window_start_hour", "window_hours", "days", "pools", "max_hours_per_week",
)  # fmt: skip
_WINDOW_COLUMNS = ("window_start_hour", "window_hours", "days")
_NIGHT = frozenset([22, 23, 0, 1, 2, 3, 4, 5])


@dataclass(frozen=True)
class Terms:
    """What a roster costs and what it must keep to.

    Parameters
    ----------
    shift_hours : tuple of int
        Lengths a shift may have, in hours.
    unmet_cost : float
        Cost of an hour of demand that nobody works, in paid hours.
    night_cost : float
        Cost of an hour between 22:00 and 06:00 on the agent's clock, beside its pay.
    beyond_preferred_cost : float
        Cost of an hour above what an agent prefers in a week.
    rest_hours : int
        Least hours between two shifts of one agent.
    even_hours : bool
        Whether agents with the same pools hand shifts on to each other, once the roster is found,
        until their hours and nights are in step with what they prefer or may work. Neither the
        cover nor the cost gets worse.
    """

    shift_hours: tuple[int, ...] = (4, 6, 8)
    unmet_cost: float = 20.0
    night_cost: float = 0.0
    beyond_preferred_cost: float = 0.0
    rest_hours: int = 11
    even_hours: bool = False

    def __post_init__(self) -> None:
        """Check every term."""
        lengths = self.shift_hours
        if not lengths or any(not 1 <= hours <= DAY for hours in lengths):
            raise ParameterError(
                "The 'shift_hours' parameter of Terms must be lengths of 1 to 24 hours. "
                f"Got {lengths} instead."
            )
        for name in ("unmet_cost", "night_cost", "beyond_preferred_cost", "rest_hours"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0):
                raise ParameterError(
                    f"The '{name}' parameter of Terms must be 0 or more. Got {value} instead."
                )


@dataclass(frozen=True)
class Instance:
    """Demand by pool and hour, and one row per agent and day on which the agent may work.

    Parameters
    ----------
    pools, agents : tuple of str
    demand : array of float, shape (pools, 168)
    member : array of bool, shape (agents, pools)
    agent, day : array of int, shape (rows,)
        Whose row it is, and the day of the week from 0.
    starts, lengths : array of int, shape (options,)
        Offsets into the window and hours; the last option is a day off.
    allowed : array of bool, shape (rows, options)
    hours : array of int, shape (rows, window)
        Hour of the week of each hour of the window.
    nights : array of float, shape (rows, options)
        Hours between 22:00 and 06:00 on the agent's clock.
    most, preferred : array of float, shape (agents,)
        Hours a week.
    terms : Terms
    """

    pools: tuple[str, ...]
    agents: tuple[str, ...]
    demand: Floats
    member: Bools
    agent: Ints
    day: Ints
    starts: Ints
    lengths: Ints
    allowed: Bools
    hours: Ints
    nights: Floats
    most: Floats
    preferred: Floats
    terms: Terms

    @cached_property
    def cost(self) -> Floats:
        """Paid hours and what nights cost, shape (rows, options)."""
        return np.asarray(self.lengths + self.terms.night_cost * self.nights, dtype=np.float64)

    @cached_property
    def cover(self) -> Bools:
        """Hours of the window that each option works, shape (options, window)."""
        offset = np.arange(self.hours.shape[1])
        start, end = self.starts[:, None], (self.starts + self.lengths)[:, None]
        return (offset >= start) & (offset < end)

    @cached_property
    def groups(self) -> tuple[Bools, Ints]:
        """Sets of pools that people share, shape (groups, pools), and the group of each row."""
        sets, of_agent = np.unique(self.member, axis=0, return_inverse=True)
        return sets, of_agent.reshape(-1)[self.agent].astype(np.int64)

    @property
    def off(self) -> int:
        """The option of a day off."""
        return len(self.starts) - 1


def read_instance(demand: pd.DataFrame, agents: pd.DataFrame, terms: Terms) -> Instance:
    """Check both tables and lay them out.

    Parameters
    ----------
    demand : DataFrame
        ``pool_id``, ``hour_of_week`` (0 to 167) and ``required_fte``; a missing hour needs nobody.
    agents : DataFrame
        ``agent_id``, ``window_start_hour`` (0 to 23), ``window_hours`` (1 to 24), ``days`` (list
        of 0 to 6), ``pools`` (list), ``max_hours_per_week``; optionally ``utc_offset_hours`` of the
        agent's clock and ``preferred_hours_per_week``.
    terms : Terms

    Raises
    ------
    SchemaError
        When a column is missing, a value is out of range, or a row repeats.
    """
    pools, table = _demand(demand)
    people = _people(agents)
    member = np.array([[pool in set(own) for pool in pools] for own in people["pools"]], dtype=bool)
    member = member.reshape(len(people), len(pools))
    rows = [
        (i, int(first), int(length))
        for i, windows in enumerate(people["windows"])
        for first, length in sorted(windows)
    ]
    agent, first, window = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    widest = int(window.max(initial=1))
    starts, lengths = _options(terms.shift_hours, widest)
    hours = first[:, None] + np.arange(widest)
    offset = _column(people, "utc_offset_hours", 0.0)
    most = people["max_hours_per_week"].to_numpy(dtype=np.float64)
    allowed = (starts + lengths)[None, :] <= window[:, None]
    return Instance(
        tuple(pools), tuple(people["agent_id"]), table, member, agent, first // DAY,
        starts, lengths,
        allowed & (lengths[None, :] <= most[agent][:, None]), hours % WEEK,
        _nights(hours, offset[agent], starts, lengths), most,
        np.minimum(_column(people, "preferred_hours_per_week", np.inf), most), terms,
    )  # fmt: skip


def _demand(demand: pd.DataFrame) -> tuple[list[str], Floats]:
    _require(demand, DEMAND_COLUMNS, "demand")
    hour = pd.to_numeric(demand["hour_of_week"], errors="coerce")
    _refuse(demand, ~(hour.between(0, WEEK - 1) & (hour % 1 == 0)), "hour_of_week",
            "must be whole hours from 0 to 167", "Number Monday's first hour 0.")  # fmt: skip
    fte = pd.to_numeric(demand["required_fte"], errors="coerce")
    _refuse(demand, ~(fte.ge(0) & np.isfinite(fte)), "required_fte", "must be 0 or more",
            "Leave out hours that need nobody.")  # fmt: skip
    keys = pd.DataFrame({"pool": demand["pool_id"].astype(str), "hour": hour.astype(int)})
    _refuse(demand, keys.duplicated(), "hour_of_week", "must be unique within a pool",
            "Add up the rows of one hour.")  # fmt: skip
    pools = sorted(keys["pool"].unique())
    table = np.zeros((len(pools), WEEK))
    table[keys["pool"].map({p: i for i, p in enumerate(pools)}), keys["hour"]] = fte
    return pools, table


def _people(agents: pd.DataFrame) -> pd.DataFrame:
    given = "windows" in agents
    wanted = [c for c in AGENT_COLUMNS if not given or c not in _WINDOW_COLUMNS]
    _require(agents, wanted, "agents")
    people = agents.assign(agent_id=agents["agent_id"].astype(str))
    _refuse(people, people["agent_id"].duplicated(), "agent_id", "must be unique",
            "Give each agent one row.")  # fmt: skip
    most = pd.to_numeric(people["max_hours_per_week"], errors="coerce")
    _refuse(people, ~most.ge(0), "max_hours_per_week", "must be 0 or more", "0 keeps an agent off.")
    if given:
        wrong = [not all(_is_window(*one) for one in own) for own in people["windows"]]
        _refuse(people, pd.Series(wrong, index=people.index, dtype=bool), "windows",
                "must be pairs of a first hour from 0 to 167 and 1 to 24 hours",
                "Use the demand's clock.")  # fmt: skip
    else:
        people = people.assign(
            windows=pd.Series(_windows(people), index=people.index, dtype=object)
        )
    return people.sort_values("agent_id", kind="stable").reset_index(drop=True)


def _windows(people: pd.DataFrame) -> list[list[tuple[int, int]]]:
    """One window for each listed day."""
    for name, low, high in (("window_start_hour", 0, 23), ("window_hours", 1, 24)):
        value = pd.to_numeric(people[name], errors="coerce")
        _refuse(people, ~(value.between(low, high) & (value % 1 == 0)), name,
                f"must be whole hours from {low} to {high}", "Use the demand's clock.")  # fmt: skip
    wrong = [not set(map(int, days)) <= set(range(7)) for days in people["days"]]
    _refuse(people, pd.Series(wrong, index=people.index, dtype=bool), "days",
            "must be days from 0 to 6", "0 is Monday.")  # fmt: skip
    own = zip(people["window_start_hour"], people["window_hours"], people["days"], strict=True)
    return [
        [(DAY * day + int(start), int(hours)) for day in sorted({int(one) for one in days})]
        for start, hours, days in own
    ]


def _is_window(first: int, hours: int) -> bool:
    return first in range(WEEK) and hours in range(1, DAY + 1)


def _options(shift_hours: Sequence[int], window: int) -> tuple[Ints, Ints]:
    """Return every start and length that fits the longest window, and a day off at the end."""
    lengths = sorted(set(shift_hours))
    pairs = [(start, n) for n in lengths for start in range(window - n + 1)] + [(0, 0)]
    starts, hours = np.array(pairs, dtype=np.int64).T
    return starts, hours


def _nights(hours: Ints, offset: Floats, starts: Ints, lengths: Ints) -> Floats:
    local = np.floor(hours + offset[:, None]).astype(np.int64) % DAY
    night = np.isin(local, list(_NIGHT)).astype(np.float64)
    sums = np.concatenate([np.zeros((len(hours), 1)), night.cumsum(axis=1)], axis=1)
    return np.asarray(sums[:, starts + lengths] - sums[:, starts], dtype=np.float64)


def _column(people: pd.DataFrame, name: str, default: float) -> Floats:
    if name not in people:
        return np.full(len(people), default)
    return pd.to_numeric(people[name]).fillna(default).to_numpy(dtype=np.float64)


def _require(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    missing = [column for column in columns if column not in frame]
    if missing:
        raise SchemaError(
            f"The '{name}' table of assign_shifts must have the columns {', '.join(columns)}. "
            f"Missing: {', '.join(missing)}."
        )


def _refuse(frame: pd.DataFrame, wrong: pd.Series, column: str, must: str, way: str) -> None:
    if wrong.any():
        rows = frame.index[wrong.to_numpy()][:3].tolist()
        raise SchemaError(f"The column '{column}' {must}. First rows: {rows}. {way}")
