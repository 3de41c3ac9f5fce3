"""Read a plan's tables, and say what is odd about them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.errors import SchemaError
from data.files import read_rows
from data.schema import AGENTS, CERTIFICATIONS
from forecasting.planning.campaigns import events_of_nobody, read_events
from forecasting.planning.desks import desk_table
from forecasting.planning.openings import read_hours
from forecasting.planning.people import check_people, read_absences
from forecasting.planning.qualification import listed
from forecasting.validation import check_volume, step_seconds
from pipelines.plan_config import TABLES, PlanConfig

DAY = pd.Timedelta(days=1)
_SHORT_DAYS = 21


@dataclass(frozen=True)
class PlanInputs:
    """Checked tables.

    Attributes
    ----------
    volume : DataFrame
    agents, certifications : DataFrame
    clients : DataFrame
        ``client_id`` and, per client, ``timezone``, ``country``, ``languages`` (a list) and
        ``opening_hours`` (JSON text, empty for always).
    series : DataFrame
        ``unique_id, client_id, channel, language, desk, languages, timezone, country,
        opening_hours``.
    minutes : int
        Length of the intervals.
    warnings : tuple of str
        What a person should know about the data.
    handled : DataFrame, optional
        Handled contacts, see `forecasting.planning.handling.series_handle_times`.
    events : DataFrame, optional
        Known events, see `forecasting.planning.campaigns.read_events`.
    absences : DataFrame, optional
        Days away, see `forecasting.planning.people.read_absences`.
    """

    volume: pd.DataFrame
    agents: pd.DataFrame
    certifications: pd.DataFrame
    clients: pd.DataFrame
    series: pd.DataFrame
    minutes: int
    warnings: tuple[str, ...]
    handled: pd.DataFrame | None = None
    events: pd.DataFrame | None = None
    absences: pd.DataFrame | None = None

    @property
    def last(self) -> pd.Timestamp:
        """End of the history."""
        return self.volume["ds"].max() + pd.Timedelta(minutes=self.minutes)

    def by_client(self, column: str) -> dict[str, str]:
        """Return a column of the clients table by client."""
        values = zip(self.clients["client_id"], self.clients[column], strict=True)
        return {str(client): str(value) for client, value in values}

    @property
    def desks(self) -> pd.DataFrame:
        """One row per desk: ``desk, client_id, language, languages``."""
        columns = ["desk", "client_id", "language", "languages"]
        return self.series.drop_duplicates("desk")[columns].reset_index(drop=True)


def read_inputs(config: PlanConfig) -> PlanInputs:
    """Read the tables that a configuration names; see `check_inputs` for what is refused."""
    data = config.data
    paths = {name: getattr(data, name) for name in TABLES}
    tables = {name: read_rows(path) for name, path in paths.items() if path is not None}
    return check_inputs(**tables, channel=data.channel)


def check_inputs(
    volume: pd.DataFrame,
    agents: pd.DataFrame,
    certifications: pd.DataFrame,
    clients: pd.DataFrame | None = None,
    *,
    handled: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    absences: pd.DataFrame | None = None,
    channel: str = "chat",
) -> PlanInputs:
    """Check all tables of a plan.

    Raises
    ------
    SchemaError
        Repeated or naive times, negative counts, intervals of several lengths or longer than
        an hour, a broken agents or certifications table, windows and days of agents that cannot
        be, opening hours that are none, events without a kind or an end,
        days away that are none.
    """
    frame = check_volume(volume)
    if frame.empty:
        raise SchemaError("The volume has no rows. Export some weeks of history.", table="volume")
    minutes = _minutes(frame)
    series = desk_table(frame["unique_id"].unique().tolist(), channel=channel)
    about = _clients(clients, sorted(series["client_id"].unique()))
    spoken = about.set_index("client_id")["languages"]
    series["languages"] = [
        [language] if language else spoken[client]
        for client, language in zip(series["client_id"], series["language"], strict=True)
    ]
    place = about.set_index("client_id")
    for column in ("timezone", "country", "opening_hours"):
        series[column] = series["client_id"].map(place[column])
    people, held = check_people(AGENTS.validate(agents)), CERTIFICATIONS.validate(certifications)
    known = None if events is None else read_events(events)
    away = None if absences is None else read_absences(absences)
    odd = [*_odd_series(frame), *_odd_people(people, held, series), *_odd_events(known, series),
           *_odd_absences(away, people)]  # fmt: skip
    return PlanInputs(
        frame, people, held, about, series, minutes, tuple(odd),
        None if handled is None else _with_experience(handled, people),
        _of_somebody(known, series), away,
    )  # fmt: skip


def _with_experience(handled: pd.DataFrame, agents: pd.DataFrame) -> pd.DataFrame:
    """Add when whoever handled a contact was hired, where both tables can tell."""
    known = {"tenure_days", "hired_at"} & set(handled.columns)
    if known or "agent_id" not in handled or "hired_at" not in agents:
        return handled
    hired = agents.drop_duplicates("agent_id").set_index("agent_id")["hired_at"]
    return handled.assign(hired_at=handled["agent_id"].astype("str").map(hired))


def _minutes(frame: pd.DataFrame) -> int:
    """Length of the intervals, which all series must share and which must divide an hour."""
    seconds = frame["ds"].astype("int64").to_numpy(dtype=np.int64) // 1_000_000
    ids = frame["unique_id"].to_numpy()
    edges = np.flatnonzero(np.append(True, ids[1:] != ids[:-1]))
    found: dict[int, str] = {}
    for begin, end in zip(edges, [*edges[1:], len(ids)], strict=True):
        if end - begin > 1:
            found.setdefault(
                step_seconds(np.asarray(seconds[begin:end], dtype=np.int64), str(ids[begin])),
                str(ids[begin]),
            )
    if len(found) > 1 or not found or 3600 % next(iter(found)):
        shown = ", ".join(f"{s // 60} minutes ({name})" for s, name in sorted(found.items()))
        raise SchemaError(
            "All series of a plan's volume must have intervals of one length that divides an "
            f"hour, such as 15 minutes. Got {shown or 'single rows'} instead: sum them to one "
            "length.",
            table="volume",
            column="ds",
        )
    return next(iter(found)) // 60


def _clients(given: pd.DataFrame | None, names: list[str]) -> pd.DataFrame:
    usual = {"timezone": "UTC", "country": "", "opening_hours": ""}
    if given is None:
        none: pd.Series = pd.Series([()] * len(names), dtype=object).map(list)
        return pd.DataFrame({"client_id": names, **usual, "languages": none})
    if "client_id" not in given.columns:
        raise SchemaError(
            "The clients table has no column 'client_id'.", table="clients", column="client_id"
        )
    table = given.astype({"client_id": "str"}).drop_duplicates("client_id").set_index("client_id")
    table = table.reindex(names)
    if "opening_hours" in table:
        hours = table["opening_hours"].astype(object)
        table["opening_hours"] = [read_hours(value, str(name)) for name, value in hours.items()]
    for column, value in usual.items():
        there = table[column] if column in table else pd.Series(index=table.index, dtype=object)
        table[column] = there.astype(object).where(there.notna(), value).astype("str")
    held = table["languages"] if "languages" in table else pd.Series(None, index=table.index)
    table["languages"] = [[str(one) for one in listed(value)] for value in held]
    return table.reset_index(names="client_id")[["client_id", *usual, "languages"]]


def _odd_series(frame: pd.DataFrame) -> list[str]:
    groups = frame.groupby("unique_id", sort=True)
    table = groups.agg(first=("ds", "min"), last=("ds", "max"), total=("y", "sum"))
    span: pd.Series = table["last"] - table["first"]
    days = span.dt.total_seconds() / 86_400
    end = table["last"].max()
    said = []
    for faulty, words in (
        (days < _SHORT_DAYS, f"have less than {_SHORT_DAYS} days of history"),
        (table["total"] == 0, "hold only zeros, and are planned with nobody of their own"),
        (table["last"] < end - 7 * DAY, "end more than a week before the others"),
    ):
        if faulty.any():
            said.append(f"{_some(table.index[faulty])} {words}.")
    return said


def _odd_people(
    agents: pd.DataFrame, certifications: pd.DataFrame, series: pd.DataFrame
) -> list[str]:
    clients = set(series["client_id"])
    useful = certifications.loc[certifications["client_id"].isin(clients), "agent_id"]
    idle = agents.loc[~agents["agent_id"].isin(useful), "agent_id"]
    strange = certifications.loc[~certifications["agent_id"].isin(agents["agent_id"]), "agent_id"]
    said = []
    if len(idle):
        said.append(f"{_some(idle)} are not certified for any client of the volume.")
    if len(strange):
        said.append(f"{_some(strange.unique())} hold certificates but are not in the agents table.")
    return said


def _odd_events(events: pd.DataFrame | None, series: pd.DataFrame) -> list[str]:
    nobody = [] if events is None else events_of_nobody(events, series["unique_id"].tolist())
    return [f"The events name {_some(nobody)}, which no series begins with."] if nobody else []


def _of_somebody(events: pd.DataFrame | None, series: pd.DataFrame) -> pd.DataFrame | None:
    """Leave out the events that `_odd_events` has named."""
    if events is None or "unique_id" not in events:
        return events
    nobody = events_of_nobody(events, series["unique_id"].tolist())
    return events[~events["unique_id"].isin(nobody)].reset_index(drop=True)


def _odd_absences(absences: pd.DataFrame | None, agents: pd.DataFrame) -> list[str]:
    if absences is None:
        return []
    strange = absences.loc[~absences["agent_id"].isin(agents["agent_id"]), "agent_id"].unique()
    return [f"{_some(strange)} are away but are not in the agents table."] if len(strange) else []


def _some(names: Any) -> str:
    shown = [str(name) for name in list(names)[:3]]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(shown) + more
