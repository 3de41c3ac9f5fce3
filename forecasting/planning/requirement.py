"""How many agents a pool needs in each hour: live channels by Erlang, deferred ones in the gaps."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.calendar import Place
from forecasting.deferred import idle_agents, staff_deferred
from forecasting.planning.desks import hour_of_week
from forecasting.planning.handling import series_handle_times
from forecasting.planning.openings import open_intervals, waiting_for_opening
from forecasting.planning.policy import PlanPolicy
from forecasting.staffing import required_agents
from forecasting.staffing_risk import forecast_quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """The intervals of a plan.

    Parameters
    ----------
    start : Timestamp
        Aware; a Monday at 00:00 UTC.
    weeks, minutes : int
    """

    start: pd.Timestamp
    weeks: int
    minutes: int

    @property
    def times(self) -> pd.DatetimeIndex:
        """Starts of all intervals."""
        count = self.weeks * 7 * 1440 // self.minutes
        return pd.date_range(self.start, periods=count, freq=f"{self.minutes}min")

    @property
    def hours(self) -> pd.DatetimeIndex:
        """Starts of all hours."""
        return pd.date_range(self.start, periods=self.weeks * 168, freq="h")

    @property
    def per_hour(self) -> int:
        """Intervals of an hour."""
        return max(1, 60 // self.minutes)


@dataclass(frozen=True)
class Load:
    """Contacts of every series on the grid.

    Parameters
    ----------
    series : DataFrame
        One row per series, see `desks.desk_table`; with ``aht_seconds`` and ``busy_seconds``.
    mean, planned : array of float, shape (series, intervals)
        Expected contacts, and what is not exceeded at the policy's risk.
    grid : Grid
    closed : dict of int to array of bool
        Rows of deferred channels whose client closes, and the intervals in which it is open.
    """

    series: pd.DataFrame
    mean: Floats
    planned: Floats
    grid: Grid
    closed: Mapping[int, NDArray[np.bool_]] = field(default_factory=dict)

    @property
    def due(self) -> Floats:
        """Expected contacts when work on them may begin; those who come while closed wait."""
        if not self.closed:
            return self.mean
        moved = self.mean.copy()
        for row, is_open in self.closed.items():
            moved[row] = waiting_for_opening(self.mean[row], is_open)
        return moved

    @property
    def agents(self) -> Floats:
        """Expected work in agents, shape (series, intervals)."""
        busy = self.series["busy_seconds"].to_numpy(dtype=np.float64)
        return self.due * busy[:, None] / (60.0 * self.grid.minutes)


def load_of(forecast: pd.DataFrame, series: pd.DataFrame, grid: Grid, policy: PlanPolicy) -> Load:
    """Lay a forecast out on the grid; intervals without a forecast hold no contacts.

    Parameters
    ----------
    forecast : DataFrame
        ``unique_id, ds, yhat`` and interval columns.
    series : DataFrame
        See `desks.desk_table`; with times of `handling.series_handle_times`, or else as the
        policy's promises have them; with ``opening_hours, timezone, country`` where clients close.
    grid : Grid
    policy : PlanPolicy
    """
    step = pd.Timedelta(minutes=grid.minutes)
    at = ((forecast["ds"] - grid.start) // step).to_numpy(dtype=np.int64)
    count = len(grid.times)
    kept = (at >= 0) & (at < count)
    place = pd.Index(series["unique_id"]).get_indexer(forecast["unique_id"])[kept]
    planned = np.maximum(forecast_quantile(forecast, 1.0 - policy.risk), forecast["yhat"])
    tables = []
    for values in (forecast["yhat"].to_numpy(dtype=np.float64), np.asarray(planned)):
        table = np.zeros((len(series), count))
        np.add.at(table, (place, at[kept]), values[kept])
        tables.append(table)
    timed = series
    if "busy_seconds" not in series:
        timed = series_handle_times(series, None, policy)
    return Load(timed, tables[0], tables[1], grid, _closed(timed, grid, policy))


def _closed(series: pd.DataFrame, grid: Grid, policy: PlanPolicy) -> dict[int, NDArray[np.bool_]]:
    if "opening_hours" not in series:
        return {}
    found = {}
    columns = ("channel", "opening_hours", "timezone", "country")
    for row, (channel, hours, zone, country) in enumerate(
        zip(*(series[c] for c in columns), strict=True)
    ):
        if hours and policy.promise(channel).deferred_hours > 0:
            place = Place(zone, country)
            found[row] = open_intervals(grid.times, grid.minutes, hours, place)
    return found


def pooling_demand(load: Load) -> pd.DataFrame:
    """Work of an average week by desk: ``client_id`` (the desk), ``hour_of_week, workload_fte``."""
    weekly = load.agents.reshape(len(load.series), load.grid.weeks, 168, -1).mean(axis=(1, 3))
    desks = pd.DataFrame(weekly, index=load.series["desk"]).groupby(level=0).sum()
    table = desks.reset_index(names="client_id").melt(
        id_vars="client_id", var_name="hour_of_week", value_name="workload_fte"
    )
    return table.astype({"hour_of_week": np.int64})


def pool_requirement(load: Load, pool_of: Mapping[str, str], policy: PlanPolicy) -> pd.DataFrame:
    """Agents per pool and hour.

    Live contacts of a pool are one queue per channel; what is planned for is its expected sum
    plus the root of the squared margins of its series, which err independently. The hour needs
    what its busiest interval needs; its handle time is the mean over who contacts the pool just
    then. Deferred work goes into what the live staff leaves idle, and
    gets people of its own only where a promise would break. Shrinkage is added week by week,
    see `with_shrinkage`.

    Parameters
    ----------
    load : Load
    pool_of : mapping of desk to pool
    policy : PlanPolicy

    Returns
    -------
    DataFrame
        ``pool_id, starts_at, hour_of_week, workload_fte`` (expected work in agents),
        ``live_agents, deferred_agents`` (at work on contacts), ``required_fte`` (with shrinkage).

    References
    ----------
    Koole (2013), Call Center Optimization (pooled queues).
    """
    pools = load.series["desk"].map(dict(pool_of))
    parts = [
        _pool(load, np.flatnonzero((pools == pool).to_numpy()), str(pool), policy)
        for pool in sorted(pools.unique())
    ]
    return pd.concat(parts, ignore_index=True)


def _pool(load: Load, rows: NDArray[np.intp], pool: str, policy: PlanPolicy) -> pd.DataFrame:
    part, grid = load.series.iloc[rows], load.grid
    hours, per_hour = len(grid.hours), grid.per_hour
    live = np.zeros(len(grid.times), dtype=np.int64)
    live_work, waiting, promised = np.zeros(hours), [], []
    for channel, group in part.groupby("channel", sort=True):
        own = rows[part.index.get_indexer(group.index)]
        promise = policy.promise(str(channel))
        if promise.deferred_hours > 0:
            waiting.append(load.due[own].sum(axis=0).reshape(hours, per_hour).sum(axis=1))
            busy = load.series["busy_seconds"].to_numpy(dtype=np.float64)[own]
            promised.append((_typical(busy, load.mean[own]), promise.deferred_hours))
            continue
        margin = np.sqrt(((load.planned[own] - load.mean[own]) ** 2).sum(axis=0))
        live += required_agents(
            load.mean[own].sum(axis=0) + margin,
            interval_minutes=grid.minutes,
            aht_seconds=_times(load, own),
            target_answer_seconds=promise.answer_seconds,
            service_level=promise.service_level,
            patience_seconds=promise.patience_seconds,
            max_occupancy=policy.occupancy,
            concurrency=promise.concurrency,
            concurrency_loss=promise.concurrency_loss,
        )
        live_work += load.agents[own].sum(axis=0).reshape(hours, per_hour).mean(axis=1)
    need = live.reshape(hours, per_hour).max(axis=1)
    work = load.agents[rows].sum(axis=0).reshape(hours, per_hour).mean(axis=1)
    need = np.maximum(need, _attention(load, part, rows, policy))
    extra = _deferred(need, live_work, np.array(waiting), promised, policy)
    return pd.DataFrame(
        {
            "pool_id": pool,
            "starts_at": grid.hours,
            "hour_of_week": hour_of_week(grid.hours.to_series()),
            "workload_fte": work,
            "live_agents": need,
            "deferred_agents": extra,
            "required_fte": with_shrinkage(
                need + extra, policy.shrinkage, block=min(policy.shift_hours)
            ),
        }
    )


def with_shrinkage(need: NDArray[np.int64], share: float, *, block: int, week: int = 168) -> Floats:
    """Agents on shift so that `need` are at work while a share of the paid time goes elsewhere.

    Each week's sum is the need's over ``1 - share``, to the nearest agent-hour. No hour gets less
    than its need. Whole agents more are put on in the very hour; what remains of an agent is
    carried over the hours until it makes up a block, and is then one agent more for these hours
    in a row: a second agent for the breaks of a first would stand idle most of the day.

    Parameters
    ----------
    need : array of int, shape (hours,)
    share : float
        In [0, 1).
    block : int
        Hours in a row, such as those of the shortest shift.
    week : int
        Hours over which the sum is kept.

    Returns
    -------
    array of float, shape (hours,)
        Whole numbers.

    Examples
    --------
    >>> with_shrinkage(np.array([2, 2, 2, 2, 0, 2, 2, 2]), 0.3, block=4).tolist()
    [3.0, 3.0, 3.0, 3.0, 0.0, 3.0, 3.0, 2.0]
    """
    # A hair more than nothing: sums such as 6 x .25 must not fall below what they are.
    more = need * (share / (1.0 - share)) + 1e-12 * (need > 0)
    found = need + np.floor(more)
    for start in range(0, len(need), week):
        rest = (more - np.floor(more))[start : start + week]
        found[start + _carried(rest, block)] += 1
    return np.asarray(found, dtype=np.float64)


def _carried(rest: Floats, block: int) -> NDArray[np.intp]:
    """Hours that get one agent more for what remains below one agent."""
    sums = rest.cumsum()
    number = ((sums - rest) // block).astype(np.int64)
    chosen = np.zeros(len(rest), dtype=bool)
    for one in range(int(sums[-1] // block) + 1):
        left = float(sums[-1]) - one * block
        # The last, which is not whole, may lie in any hour that has none yet.
        own = number == one if left >= block else ~chosen
        hours = np.flatnonzero(own & (rest > 0))
        count = int(np.floor(min(left, block) + 0.5))
        if count:
            first = int(np.convolve(rest[hours], np.ones(count), "valid").argmax())
            chosen[hours[first : first + count]] = True
    return np.flatnonzero(chosen)


def _times(load: Load, rows: NDArray[np.intp]) -> Floats:
    """Mean handle seconds of each interval's contacts; one value where all series agree."""
    seconds = load.series["aht_seconds"].to_numpy(dtype=np.float64)[rows]
    if np.ptp(seconds) < 1e-9:
        return seconds[:1]
    contacts = load.mean[rows].sum(axis=0)
    work = (load.mean[rows] * seconds[:, None]).sum(axis=0)
    usual = np.full(len(contacts), _typical(seconds, load.mean[rows]))
    # To the second: alike intervals then share one look-up.
    return np.round(np.divide(work, contacts, out=usual, where=contacts > 0))


def _typical(seconds: Floats, contacts: Floats) -> float:
    weights = contacts.sum(axis=1)
    return float(np.average(seconds, weights=weights if weights.sum() else None))


def _attention(
    load: Load, part: pd.DataFrame, rows: NDArray[np.intp], policy: PlanPolicy
) -> NDArray[np.int64]:
    """Agents so that nobody looks after too many clients that have a live contact open."""
    live = [policy.promise(c).deferred_hours == 0 for c in part["channel"]]
    hours = len(load.grid.hours)
    table = load.agents[rows][live].reshape(-1, hours, load.grid.per_hour).max(axis=2)
    desks = part["desk"].to_numpy()[live]
    open_desks = np.zeros(hours)
    for desk in np.unique(desks):
        open_desks += 1.0 - np.exp(-table[desks == desk].sum(axis=0))
    return np.ceil(open_desks / policy.clients_at_once - 1e-9).astype(np.int64)


def _deferred(
    need: NDArray[np.int64],
    live_work: Floats,
    waiting: Floats,
    promised: list[tuple[float, float]],
    policy: PlanPolicy,
) -> NDArray[np.int64]:
    """People of its own for deferred work, in the hours in which the pool is at work anyway."""
    if not len(waiting) or not waiting.sum():
        return np.zeros(len(need), dtype=np.int64)
    open_hours = (need > 0) if (need > 0).any() else waiting.sum(axis=0) > 0
    plan = staff_deferred(
        waiting,
        interval_minutes=60,
        aht_seconds=np.array([seconds for seconds, _ in promised])[:, None],
        promise_hours=[hours for _, hours in promised],
        idle=idle_agents(need, live_work, max_occupancy=policy.occupancy),
        open_intervals=open_hours,
        max_occupancy=policy.occupancy,
    )
    return np.where(open_hours, plan.extra_agents, 0).astype(np.int64)
