"""The verb ``impact``: did a topic's volume fall after an article shipped?"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("impact")(impact)


def impact(
    volume: Annotated[Path, typer.Argument(help="unique_id (the topic), ds, y.")],
    topic: Annotated[str, typer.Option("--topic", help="Which topic the article is about.")],
    shipped: Annotated[datetime, typer.Option("--shipped", help="When it came, in UTC.")],
    views: Annotated[
        int | None, typer.Option("--views", min=0, help="How often it was opened since.")
    ] = None,
) -> None:
    """Compare a topic's volume with what it would have been, by the other topics of the file."""
    import pandas as pd

    from data.errors import SchemaError
    from data.load import load_table
    from forecasting.impact import impact as measured

    frame = load_table(volume, "volume")
    own = frame["unique_id"] == topic
    if not own.any():
        known = ", ".join(sorted(frame["unique_id"].unique())[:10])
        raise SchemaError(f"{volume} has no topic {topic!r}; it has {known}.")
    found = measured(
        frame[own],
        pd.Timestamp(shipped.replace(tzinfo=UTC)),
        control=None if own.all() else frame[~own],
        views=None if views is None else {topic: views},
    ).iloc[0]
    typer.echo(f"{topic}: {found['verdict']}. {found['reason']}")
