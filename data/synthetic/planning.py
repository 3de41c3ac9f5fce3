"""A sample operator: volumes of small clients, agents around the world, and who was trained."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError

Floats = NDArray[np.float64]

LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt", "pl", "sv")
_ZONES = (
    "Europe/Paris", "Europe/Lisbon", "America/Toronto", "Asia/Manila", "Australia/Sydney",
    "Africa/Casablanca", "America/Bogota", "Asia/Kolkata",
)  # fmt: skip
_COUNTRY = {
    "en": ("Europe/London", "GB"), "fr": ("Europe/Paris", "FR"), "de": ("Europe/Berlin", "DE"),
    "es": ("Europe/Madrid", "ES"), "it": ("Europe/Rome", "IT"), "nl": ("Europe/Amsterdam", "NL"),
    "pt": ("Europe/Lisbon", "PT"), "pl": ("Europe/Warsaw", "PL"), "sv": ("Europe/Stockholm", "SE"),
}  # fmt: skip
_TEAM = 8


@dataclass(frozen=True)
class PlanningSample:
    """What a plan is made from.

    Attributes
    ----------
    volume : DataFrame
        ``unique_id`` (``client/channel/language``), ``ds``, ``y``.
    agents : DataFrame
        The agents table, with ``window_start_local``, ``window_hours`` and ``days`` on which
        the agent is available.
    certifications : DataFrame
    clients : DataFrame
        ``client_id``, ``timezone``, ``country``.
    """

    volume: pd.DataFrame
    agents: pd.DataFrame
    certifications: pd.DataFrame
    clients: pd.DataFrame


def sample_planning(
    *,
    clients: int = 12,
    agents: int = 40,
    languages: int = 3,
    weeks: int = 8,
    minutes: int = 30,
    contacts_per_week: float = 150.0,
    start: str = "2026-03-02",
    random_state: int = 0,
) -> PlanningSample:
    """Return a sample operator; the same arguments give the same tables.

    Parameters
    ----------
    clients, agents, languages : int
        Clients speak one language each; teams of one language are trained for up to eight.
    weeks, minutes : int
        Length of the history from `start`, a Monday, and of its intervals.
    contacts_per_week : float
        Mean of a client, half by chat and half by e-mail.
    start : str
    random_state : int

    Raises
    ------
    ParameterError
        Fewer than one client, agent, week or language, or more than nine languages.
    """
    counts = {"clients": clients, "agents": agents, "languages": languages, "weeks": weeks}
    for name, value in counts.items():
        if value < 1 or (name == "languages" and value > len(LANGUAGES)):
            raise ParameterError(
                f"The '{name}' parameter of sample_planning must be 1 or more (languages: at "
                f"most {len(LANGUAGES)}). Got {value} instead."
            )
    rng = np.random.default_rng(random_state)
    names = [f"client-{i:03d}" for i in range(clients)]
    spoken = [LANGUAGES[i % languages] for i in range(clients)]
    people = _agents(agents, languages, rng)
    return PlanningSample(
        volume=_volume(names, spoken, weeks, minutes, contacts_per_week, start, rng),
        agents=people,
        certifications=_certifications(people, names, spoken, start),
        clients=pd.DataFrame(
            {
                "client_id": names,
                "timezone": [_COUNTRY[language][0] for language in spoken],
                "country": [_COUNTRY[language][1] for language in spoken],
            }
        ),
    )


def write_planning(folder: Path, *, until: date, weeks: int = 9) -> None:
    """Write the sample operator as CSV files: what a plan of the next Monday reads.

    Parameters
    ----------
    folder : Path
        Gets ``volume.csv``, ``agents.csv``, ``certifications.csv`` and ``clients.csv``.
    until : date
        The first day that is not in the history.
    weeks : int
        Of history, the last of them not over.
    """
    first = until - timedelta(days=until.weekday(), weeks=weeks - 1)
    sample = sample_planning(start=first.isoformat(), weeks=weeks)
    volume = sample.volume
    folder.mkdir(parents=True, exist_ok=True)
    lists = {name: sample.agents[name].map(json.dumps) for name in ("languages", "roles", "days")}
    tables = {
        "volume": volume[volume["ds"] < pd.Timestamp(until, tz="UTC")],
        "agents": sample.agents.assign(**lists),
        "certifications": sample.certifications,
        "clients": sample.clients,
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)


def _volume(
    names: list[str],
    spoken: list[str],
    weeks: int,
    minutes: int,
    contacts: float,
    start: str,
    rng: np.random.Generator,
) -> pd.DataFrame:
    step = pd.Timedelta(minutes=minutes)
    times = pd.date_range(start, periods=int(weeks * pd.Timedelta(days=7) / step), freq=step,
                          tz="UTC")  # fmt: skip
    parts = []
    for name, language in zip(names, spoken, strict=True):
        local = times.tz_convert(_COUNTRY[language][0])
        scale = contacts * rng.lognormal(-0.18, 0.6) / 2
        for channel in ("chat", "email"):
            shape = _shape(local, rng)
            mean = scale * shape / shape.sum() * weeks
            mean = mean * rng.gamma(40, 1 / 40, size=weeks * 7).repeat(len(times) // (weeks * 7))
            y = rng.poisson(mean).astype(np.float64)
            parts.append(
                pd.DataFrame({"unique_id": f"{name}/{channel}/{language}", "ds": times, "y": y})
            )
    return pd.concat(parts, ignore_index=True).astype({"unique_id": "str"})


def _shape(local: pd.DatetimeIndex, rng: np.random.Generator) -> Floats:
    """Return a day with a peak of its own, an evening for some, and a quieter weekend."""
    hour = local.hour.to_numpy() + local.minute.to_numpy() / 60
    peak, width = rng.uniform(10, 16), rng.uniform(2.5, 4.5)
    day = np.exp(-(((hour - peak) / width) ** 2) / 2)
    day += rng.uniform(0, 0.6) * np.exp(-(((hour - 20.5) / 1.8) ** 2) / 2) + 0.015
    weekend = np.where(local.day_of_week.to_numpy() >= 5, rng.uniform(0.25, 0.8), 1.0)
    return np.asarray(day * weekend)


def _agents(count: int, languages: int, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for number in range(count):
        first = LANGUAGES[number % languages]
        more = LANGUAGES[int(rng.integers(languages))] if rng.random() < 0.3 else first
        days = sorted(rng.choice(7, size=5, replace=False).tolist())
        rows.append(
            (
                f"agent-{number:04d}",
                _ZONES[int(rng.integers(len(_ZONES)))],
                sorted({first, more}),
                ["agent"],
                40.0,
                int(rng.integers(6, 14)),
                10,
                days,
                number // languages,
            )
        )
    columns = ["agent_id", "timezone", "languages", "roles", "max_hours_week",
               "window_start_local", "window_hours", "days", "team"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _certifications(
    people: pd.DataFrame, names: list[str], spoken: list[str], start: str
) -> pd.DataFrame:
    """Train each team of a language for a run of its clients."""
    passed = pd.Timestamp(start, tz="UTC") - pd.Timedelta(days=30)
    rows = []
    for agent in people.to_dict("records"):
        for language in agent["languages"]:
            own = [n for n, other in zip(names, spoken, strict=True) if other == language]
            runs = max(1, -(-len(own) // _TEAM))
            at = int(agent["team"]) % runs
            rows += [(agent["agent_id"], client) for client in own[at * _TEAM : (at + 1) * _TEAM]]
    table = pd.DataFrame(rows, columns=["agent_id", "client_id"])
    return table.assign(skill="support", passed_at=passed, expires_at=None)
