"""The command ``deskpilot``, also ``python -m pipelines``."""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from data.errors import DeskpilotError
from pipelines import impact_command, plan_command

if TYPE_CHECKING:
    from pipelines.run import Run

REFUSED_STRICT = 3
_CONFIG = Path("nightly.toml")
Config = Annotated[Path, typer.Option("--config", "-c", help="The nightly TOML.")]

app = typer.Typer(
    name="deskpilot",
    help="Train, judge and publish the models that prepare support tickets.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
plan_command.register(app)
impact_command.register(app)
out = Console()
err = Console(stderr=True)


@app.command()
def nightly(
    config: Config = _CONFIG,
    if_no_champion: Annotated[
        bool, typer.Option("--if-no-champion", help="Do nothing where models are in force.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 when a candidate is refused.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the log.")] = False,
) -> None:
    """Load, train, evaluate, judge, register and report; the last line is the report's path."""
    from data.champions import read_pointer
    from pipelines.config import load_config
    from pipelines.nightly import STEPS, run_night
    from pipelines.run import Run, Step

    _log(verbose)
    settings = load_config(config)
    if if_no_champion and read_pointer(settings.workspace / "champions") is not None:
        out.print("Models are in force already; nothing to do.")
        return
    bar = Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )
    with bar:
        task = bar.add_task("start", total=len(STEPS))

        def watch(step: Step, _: Run) -> None:
            bar.update(task, description=step.name)
            bar.advance(task)

        run = run_night(settings, watch=watch)
    _summary(run)
    # Last, alone and unwrapped, so that a script can take it from there.
    typer.echo(run.report)
    if strict and not run.promoted:
        raise typer.Exit(REFUSED_STRICT)


@app.command()
def rollback(
    model: Annotated[str, typer.Option("--model", "-m", help="Which model.")] = "intent",
    to: Annotated[str | None, typer.Option("--to", help="Version; default the last one.")] = None,
    client: Annotated[
        str | None, typer.Option("--knowledge", help="The knowledge of this client instead.")
    ] = None,
    config: Config = _CONFIG,
) -> None:
    """Put an older version of a model, or of a client's knowledge, in force."""
    from pipelines.config import load_config
    from pipelines.knowledge_rollback import roll_back
    from pipelines.lock import workspace_lock
    from pipelines.registry import Registry

    registry, now = Registry(load_config(config).workspace), datetime.now(UTC)
    with workspace_lock(registry.workspace):
        if client is None:
            entry = registry.rollback(model, to, now=now)
        else:
            entry = roll_back(registry.workspace, registry.champions, client, to, now=now)
    out.print(f"{entry.model}: version {entry.version} is in force, in place of {entry.previous}.")


@app.command()
def status(config: Config = _CONFIG) -> None:
    """Show what is in force and what the last nights decided."""
    from pipelines import promotions
    from pipelines.config import load_config
    from pipelines.registry import Registry

    registry = Registry(load_config(config).workspace)
    pointer = registry.pointer()
    if not pointer.models:
        out.print("Nothing is in force yet. Run a night: python -m pipelines nightly")
        return
    history = promotions.read(registry.workspace)
    since = {name: entry.at[:19] for name, entry in promotions.champions(history).items()}
    table = Table("model", "in force", "since", "kept on disk", box=None)
    for name, entry in sorted(pointer.models.items()):
        kept = ", ".join(registry.versions(name))
        table.add_row(name, entry.version, since.get(name, "?"), kept)
    out.print(table)
    out.print()
    log = Table("at", "model", "version", "decision", "why", box=None)
    for row in history[-10:]:
        more = f" (and {len(row.reasons) - 1} more)" if len(row.reasons) > 1 else ""
        why = "".join(row.reasons[:1]) + more
        log.add_row(row.at[:19], row.model, row.version, row.action, why)
    out.print(log)


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="File to write.")] = _CONFIG,
    tickets: Annotated[str, typer.Option(help="Your tickets.")] = "tickets.csv",
    articles: Annotated[str, typer.Option(help="Your articles.")] = "articles",
    client: Annotated[str, typer.Option(help="Their client.")] = "acme",
    plan: Annotated[bool, typer.Option("--plan", help="Write a plan.toml instead.")] = False,
) -> None:
    """Write a commented nightly.toml, or plan.toml, to start from."""
    from pipelines.examples import example_config, example_plan

    if plan and path == _CONFIG:
        path = plan_command.CONFIG
    if path.exists():
        raise typer.BadParameter(f"{path} is already there; name another file.")
    text = example_plan() if plan else example_config(tickets, articles, client)
    path.write_text(text, encoding="utf-8")
    out.print(f"Wrote {path}. Next: deskpilot {'plan' if plan else 'nightly'} --config {path}")


@app.command()
def samples(
    folder: Annotated[Path, typer.Argument(help="Folder to write to.")],
    plan: Annotated[
        bool, typer.Option("--plan", help="A sample operator to plan for, instead of the shop.")
    ] = False,
) -> None:
    """Write the sample shop's tickets and articles to a folder, to look at or to start from."""
    from data.synthetic import write_samples
    from data.synthetic.planning import write_planning
    from pipelines.examples import example_plan

    if not plan:
        write_samples(folder)
        out.print(f"Wrote the sample to {folder}.")
        return
    write_planning(folder, until=datetime.now(UTC).date())
    (folder / plan_command.CONFIG).write_text(example_plan(), encoding="utf-8")
    path = folder / plan_command.CONFIG
    out.print(f"Wrote the sample to {folder}. Next: deskpilot plan --config {path}")


def main() -> None:
    """Run the command; errors made on purpose are told in one sentence, without a traceback."""
    try:
        app()
    except DeskpilotError as error:
        err.print(f"[bold red]{type(error).__name__}[/]: ", end="")
        err.print(str(error), markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


def _summary(run: "Run") -> None:
    from pipelines.lessons import told

    table = Table("step", "seconds", "CPU seconds", "peak MB", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    every = list(run.spent.items())
    for name, spent in every:
        cells = (spent.seconds, spent.cpu_seconds)
        table.add_row(name, *(f"{cell:.1f}" for cell in cells), f"{spent.peak_mb:,.0f}")
    sums = (sum(s.seconds for _, s in every), sum(s.cpu_seconds for _, s in every))
    most = max((s.peak_mb for _, s in every), default=0.0)
    table.add_row("total", *(f"{total:.1f}" for total in sums), f"{most:,.0f}")
    out.print(table)
    out.print(f"{run.reused['tickets']:,} of {run.reused['of tickets']:,} tickets as last night")
    for line in told(run.document.get("lessons") or {}):
        out.print(f"taught: {line}", markup=False, highlight=False)
    for warning in (*run.warnings, *(f"the plan: {a}" for a in run.plan.get("alerts", ()))):
        out.print(f"note: {warning}", markup=False, highlight=False)
    for verdict in run.verdicts:
        versions = run.proposal.versions if run.proposal else {}
        number = versions.get(verdict.model, "")
        said = "[green]promoted[/]" if verdict.promoted else "[red]refused[/]"
        out.print(f"{verdict.model} {number} {said}".replace("  ", " "))
        for reason in verdict.reasons:
            out.print(f"  {reason}", markup=False, highlight=False)


def _log(verbose: bool) -> None:
    handler = RichHandler(console=err, show_path=False)
    # On the handler: some libraries set the level of their own loggers.
    handler.setLevel(logging.INFO if verbose else logging.WARNING)
    logging.basicConfig(
        level=logging.INFO, format="%(name)s: %(message)s", handlers=[handler], force=True
    )


if __name__ == "__main__":
    main()
