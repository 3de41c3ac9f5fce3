"""The verbs ``plan`` and ``intraday``; what it needs is imported when it runs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

CONFIG = Path("plan.toml")
Config = Annotated[Path, typer.Option("--config", "-c", help="The plan's TOML.")]
At = Annotated[
    datetime | None, typer.Option("--at", help="The present, in UTC; by default the clock's.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    app.command("plan")(plan)
    app.command("intraday")(intraday)


def intraday(
    arrivals: Annotated[Path, typer.Argument(help="unique_id, ds, y of the intervals so far.")],
    config: Config = CONFIG,
    at: At = None,
    hours: Annotated[int, typer.Option("--hours", min=1, help="How far ahead to look.")] = 12,
    offer: Annotated[
        bool, typer.Option("--offer", help="Put extra shifts for shortages on the board.")
    ] = False,
) -> None:
    """Tell from the day's arrivals where people are missing; the last line is the JSON's path."""
    from pipelines.plan_config import load_plan_config
    from pipelines.plan_today import run_day, told

    document, path = run_day(
        load_plan_config(config), arrivals, now=_present(at), hours=hours, offer=offer
    )
    for line in told(document):
        typer.echo(line, err=True)
    typer.echo(path)


def plan(config: Config = CONFIG, at: At = None) -> None:
    """Forecast, staff, pool and roster some weeks; the last line is the report's path."""
    from pipelines.plan import run_plan, told
    from pipelines.plan_config import load_plan_config

    made, folder = run_plan(load_plan_config(config), now=_present(at))
    for line in told(made):
        typer.echo(line, err=True)
    typer.echo(folder / "plan.html")


def _present(at: datetime | None) -> datetime:
    return datetime.now(UTC) if at is None else at.replace(tzinfo=UTC)
