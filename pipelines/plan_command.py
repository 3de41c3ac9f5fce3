"""The verb ``plan``; what it needs is imported when it runs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

_CONFIG = Path("plan.toml")
Config = Annotated[Path, typer.Option("--config", "-c", help="The plan's TOML.")]


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("plan")(plan)


def plan(config: Config = _CONFIG) -> None:
    """Forecast, staff, pool and roster some weeks; the last line is the report's path."""
    from pipelines.plan import run_plan, told
    from pipelines.plan_config import load_plan_config

    made, folder = run_plan(load_plan_config(config), now=datetime.now(UTC))
    for line in told(made):
        typer.echo(line, err=True)
    typer.echo(folder / "plan.html")
