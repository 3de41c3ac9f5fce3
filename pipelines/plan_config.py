"""What a plan is made from: one TOML file, read once; unknown keys are errors."""

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator

from data.errors import ConfigError, MissingFileError
from forecasting.planning import PlanPolicy
from pipelines.config import Section

TABLES = ("volume", "agents", "certifications", "clients", "handled", "events", "absences")


class PlanDataConfig(Section):
    """The tables a plan reads; CSV, JSON Lines or Parquet.

    Parameters
    ----------
    volume : Path
        ``unique_id, ds, y``; the ids are ``client``, ``client/channel``,
        ``client/channel/language`` or ``client/channel/language/intent``.
    agents, certifications : Path
        See the tables of these names. Agents may have ``window_start_local``, ``window_hours``
        and ``days`` of their availability on their own clock.
    clients : Path, optional
        ``client_id``; optionally ``timezone``, ``country``, ``languages`` and ``opening_hours``,
        JSON such as ``{"mon": [["09:00", "18:00"]], "holiday": []}`` on the client's clock. Live
        channels have no contacts while closed; e-mail that comes then waits for opening.
    handled : Path, optional
        Handled contacts, such as worked tickets: ``client_id, handle_seconds``; optionally
        ``channel, language, intent``, and for the experience of who handled them
        ``tenure_days``, or ``agent_id`` and ``created_at`` beside agents with ``hired_at``. The
        plan then learns what a contact takes; without it the policy's promises say so.
    events : Path, optional
        Campaigns, outages and other known events: ``kind, starts_at, ends_at``; optionally
        ``unique_id`` (a series or its beginning, such as a client; empty for all) and
        ``uplift``, the factor on the volume (empty to learn it from past events of the kind).
    absences : Path, optional
        Days on which agents are away: ``agent_id, from, to``, both days included.
    channel : str
        Of series that name none.
    """

    volume: Path
    agents: Path
    certifications: Path
    clients: Path | None = None
    handled: Path | None = None
    events: Path | None = None
    absences: Path | None = None
    channel: str = "chat"


class PlanConfig(Section):
    """A plan.

    Parameters
    ----------
    data : PlanDataConfig
    output : Path
        Folder of plans; each has one of its own, and ``current.json`` names the newest.
    board : str
        Database of the shift board; empty for none.
    preassign : bool
        Whether assigned agents hold their seats already; else every seat is open to claims.
    start : date, optional
        A Monday; by default the first one after the history.
    weeks : int
    timezone : str
        Clock of the follow-the-sun report.
    workers : int
        Processes that fill weeks side by side.
    trees : int
        Of the forecaster; 0 for profiles alone.
    quarter_weeks : int
        How far the hiring need looks ahead.
    keep : int
        Plans that stay on disk.
    policy : dict
        See `forecasting.planning.PlanPolicy`.
    """

    data: PlanDataConfig
    output: Path = Path("plans")
    board: str = ""
    preassign: bool = True
    start: date | None = None
    weeks: int = Field(default=4, ge=1, le=13)
    timezone: str = "UTC"
    workers: int = Field(default=2, ge=1, le=64)
    trees: int = Field(default=100, ge=0)
    quarter_weeks: int = Field(default=13, ge=1, le=53)
    keep: int = Field(default=8, ge=1)
    policy: dict[str, Any] = Field(default_factory=dict)

    @field_validator("start")
    @classmethod
    def _monday(cls, value: date | None) -> date | None:
        if value is not None and value.weekday() != 0:
            raise ValueError("a plan starts on a Monday")
        return value

    @property
    def rules(self) -> PlanPolicy:
        """The policy."""
        return PlanPolicy.from_mapping(self.policy)


def load_plan_config(path: str | os.PathLike[str]) -> PlanConfig:
    """Read a plan's TOML; relative paths are relative to the file.

    Raises
    ------
    MissingFileError, ConfigError
        All faults are named at once.
    """
    file = Path(path)
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise MissingFileError(
            f"There is no plan configuration at {file}. Write one to fill in with 'deskpilot init "
            "--plan', or one with a sample operator: 'deskpilot samples operator --plan'."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration {file} is not valid TOML: {error}.") from error
    return read_plan_config(raw, file.resolve().parent, str(file))


def read_plan_config(raw: dict[str, Any], base: Path, name: str) -> PlanConfig:
    """Check a plan's settings; `base` is what its relative paths start from.

    Raises
    ------
    ConfigError
        All faults are named at once.
    """
    try:
        config = PlanConfig.model_validate(raw)
    except ValidationError as error:
        faults = "\n".join(f"  - {_fault(e)}" for e in error.errors())
        raise ConfigError(f"The plan configuration {name} has faults:\n{faults}") from error
    _ = config.rules
    data = config.data
    paths = {n: base / p for n in TABLES if (p := getattr(data, n))}
    board = config.board
    if board.startswith("sqlite:///") and not board.startswith("sqlite:////"):
        board = f"sqlite:///{base / board.removeprefix('sqlite:///')}"
    return config.model_copy(
        update={
            "data": data.model_copy(update=paths),
            "output": base / config.output,
            "board": board,
        }
    )


def _fault(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = PlanDataConfig if where.startswith("data.") else PlanConfig
        return f"unknown key {where!r}; known are {', '.join(sorted(known.model_fields))}"
    if error["type"] == "missing":
        return f"the key {where!r} is missing"
    return f"{where!r}: {str(error['msg']).removeprefix('Value error, ')}"
