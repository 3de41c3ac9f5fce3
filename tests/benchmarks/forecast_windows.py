"""The windows every forecast and every peer is measured on, counted back from the end.

``REPORTED`` windows are the last ones; settings are chosen on the windows before them only.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rows import table

from forecasting.calendar import Place, clock_of


@dataclass(frozen=True)
class Part:
    """One benchmark: series, how far ahead, and how many windows.

    Parameters
    ----------
    name : str
    days : int
        Observed days of a window.
    reported : int
        Windows that are reported; the ones before are for choosing settings.
    steps : int
        Rows of a series in a window.
    season : int
        Rows of a series in a week.
    """

    name: str
    days: int
    reported: int
    steps: int
    season: int


PARTS = {
    "bank30": Part("bank30", 5, 6, 5 * 28, 5 * 28),
    "bank5": Part("bank5", 1, 10, 169, 5 * 169),
    "hourly": Part("hourly", 7, 3, 168, 168),
    "sparse": Part("sparse", 28, 3, 28, 7),
}
PLACES = {"pedestrian": Place("Australia/Melbourne", "AU-VIC"), "other": Place()}


def volume(name: str) -> pd.DataFrame:
    """``unique_id, ds, y`` of a part, in UTC."""
    if name == "hourly":
        frames = [
            table("volume_pedestrian_hourly_to_2016_06"),
            table("volume_bike_hourly_to_2012_06"),
        ]
        frame = pd.concat(frames)
    elif name == "sparse":
        frame = table("volume_sparse_daily")
    else:
        frame = table("volume_bank_5min_to_2003_08")
    frame = frame.assign(ds=frame["ds"].dt.tz_localize("UTC").astype("datetime64[us, UTC]"))
    if name == "bank30":
        halves = frame.assign(ds=frame["ds"].dt.floor("30min")).groupby(["unique_id", "ds"])["y"]
        sums = halves.agg(y="sum", rows="size").reset_index()
        frame = sums[sums["rows"] == 6]
    return frame[["unique_id", "ds", "y"]].reset_index(drop=True)


def place(unique_id: str) -> Place:
    """Where a series was counted; the bank's and the bikes' times are local already."""
    local = unique_id == "bank" or unique_id.startswith("bike")
    # Sparse series are counts of whole days: no zone changes them.
    sparse = unique_id.startswith("s0")
    return PLACES["other" if local or sparse else "pedestrian"]


def windows(
    name: str, first: int = 0, count: int | None = None
) -> Iterator[tuple[int, pd.DataFrame, pd.DataFrame]]:
    """Yield number, history and truth of windows; number 0 is the last one."""
    part, frame = PARTS[name], volume(name)
    days = frame["ds"].dt.floor("D")
    if name == "hourly":
        # Counted in hours back from each series' own end.
        last = frame.groupby("unique_id")["ds"].transform("max")
        back = ((last - frame["ds"]) // pd.Timedelta(hours=1)).to_numpy() // 168
    else:
        ranks = _day_ranks(frame["unique_id"], days)
        back = ranks // part.days
    for number in range(first, first + (part.reported if count is None else count)):
        yield number, frame[back > number], frame[back == number]


def _day_ranks(names: pd.Series, days: pd.Series) -> np.ndarray:
    """Count observed days back from the end of each series, 0 for its last."""
    frame = pd.DataFrame({"name": names.to_numpy(), "day": days.to_numpy()})
    seen = frame.drop_duplicates().sort_values(["name", "day"])
    seen["rank"] = seen.groupby("name").cumcount(ascending=False)
    return frame.merge(seen, on=["name", "day"])["rank"].to_numpy()


def known_ahead(frame: pd.DataFrame) -> pd.DataFrame:
    """Calendar of each row for the peers: local slot, weekday, day of month, holiday."""
    parts = []
    for name, part in frame.groupby("unique_id", sort=False):
        where = place(str(name))
        seconds = part["ds"].dt.as_unit("s").astype("int64").to_numpy()
        clock = clock_of(seconds, 300, where)
        day = pd.to_datetime(clock.day, unit="D")
        parts.append(
            part.assign(
                slot=clock.slot,
                weekday=clock.weekday,
                day_of_month=day.day.to_numpy(),
                days_left=(day.days_in_month - day.day).to_numpy(),
                month=day.month.to_numpy(),
                holiday=clock.holiday.astype(int),
            )
        )
    return pd.concat(parts)
