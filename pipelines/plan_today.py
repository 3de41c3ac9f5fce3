"""The plan's day: arrivals in, alerts and offers out, for a terminal and as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from data.artifact import atomic_write
from data.errors import MissingFileError
from data.files import read_rows
from forecasting.board import ClaimTerms, ShiftBoard
from forecasting.planning.shifts import extra_shifts
from forecasting.planning.today import Day, InForce, assigned_duty, watch_day
from pipelines.lock import workspace_lock
from pipelines.plan_config import PlanConfig
from pipelines.plan_output import current_plan

Json = dict[str, Any]
REPORT = "intraday.json"


def run_day(
    config: PlanConfig, arrivals: Path, *, now: datetime, hours: int = 12, offer: bool = False
) -> tuple[Json, Path]:
    """Compare a day's arrivals with the newest plan, and write what that means beside it.

    Parameters
    ----------
    config : PlanConfig
        With a board, who is on shift are its claims; else those whom the plan assigned.
    arrivals : Path
        ``unique_id, ds, y`` of the intervals that are over.
    now : datetime
        Aware.
    hours : int
        How far ahead alerts look.
    offer : bool
        Whether shortages without enough open seats get extra shifts on the board.

    Returns
    -------
    (dict, Path)
        The document and its file.

    Raises
    ------
    MissingFileError
        There is no plan, or no arrivals.
    """
    with workspace_lock(config.output):
        folder = current_plan(config.output)
        if folder is None:
            raise MissingFileError(
                f"There is no plan in {config.output}. Make one first: python -m pipelines plan"
            )
        plan = _in_force(folder)
        board = _board(config, plan)
        try:
            duty = _assigned(folder) if board is None else _held(board, now, hours)
            day = watch_day(plan, read_rows(arrivals), duty, now=pd.Timestamp(now), hours=hours)
            document = _document(folder.name, plan, day, board, now=now, offer=offer)
        finally:
            if board is not None:
                board.close()
        path = folder / REPORT
        atomic_write(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return document, path


def told(document: Json) -> list[str]:
    """Lines that sum the day up for a terminal."""
    lines = [
        f"{one['unique_id']}: {one['seen']:,.0f} contacts, {one['expected']:,.0f} were forecast; "
        f"the day brings {one['factor']:.2f} times the forecast "
        f"({one['low']:.2f} to {one['high']:.2f})"
        for one in document["series"]
    ]
    for alert in document["alerts"]:
        lines.append(f"{alert['kind']}, {alert['pool_id']}, {alert['message']}: {alert['reason']}")
        lines += [
            f"  {offer['shift_id']}: {offer['free']} free, "
            + (f"may be taken by {', '.join(offer['agents'][:5])}" if offer["agents"] else
               "nobody may take it")
            for offer in alert["offers"]
        ]  # fmt: skip
    return lines or ["The arrivals are as forecast, and nobody is missing."]


def _in_force(folder: Path) -> InForce:
    document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    paths = {name: folder / f"{name}.parquet" for name in InForce.TABLES}
    # Older plans have not all of them, and `read` says so.
    tables = {name: pd.read_parquet(path) for name, path in paths.items() if path.exists()}
    return InForce.read(document, tables)


def _board(config: PlanConfig, plan: InForce) -> ShiftBoard | None:
    if not config.board:
        return None
    return ShiftBoard(config.board, terms=ClaimTerms(rest_hours=plan.policy.rest_hours))


def _held(board: ShiftBoard, now: datetime, hours: int) -> pd.DataFrame:
    begin = pd.Timestamp(now).floor("h")
    return board.duty(begin, begin + pd.Timedelta(hours=hours))


def _assigned(folder: Path) -> pd.DataFrame:
    tables = [pd.read_parquet(folder / f"{n}.parquet") for n in ("assignment", "qualification")]
    return assigned_duty(*tables)


def _document(
    name: str, plan: InForce, day: Day, board: ShiftBoard | None, *, now: datetime, offer: bool
) -> Json:
    alerts = _plain(day.alerts)
    for alert in alerts:
        alert["offers"] = []
        if board is None or alert["kind"] != "shortage":
            continue
        span = datetime.fromisoformat(alert["from"]), datetime.fromisoformat(alert["to"])
        found = board.offers(alert["pool_id"], *span, now=now)
        missing = alert["agents"] - sum(one.free for one in found)
        extra = extra_shifts(alert, missing, policy=plan.policy, now=now)
        if offer and len(extra):
            _publish(board, extra, now=now)
            found = board.offers(alert["pool_id"], *span, now=now)
        alert["offers"] = [_readable(asdict(one)) for one in found]
    return {
        "plan_id": name,
        "at": now.isoformat(),
        "series": _plain(day.series),
        "forecast": _plain(day.forecast),
        "hours": _plain(day.hours),
        "alerts": alerts,
    }


def _publish(board: ShiftBoard, extra: pd.DataFrame, *, now: datetime) -> None:
    """Put extra shifts on the board, beside seats of the same shift that are taken already."""
    known = board.shifts()
    taken = dict(zip(known["shift_id"], known["taken"], strict=True))
    seats = extra["seats"] + extra["shift_id"].map(taken).fillna(0)
    board.publish(extra.assign(seats=seats), now=now)


def _plain(table: pd.DataFrame) -> list[Json]:
    return [_readable(record) for record in table.to_dict("records")]


def _readable(record: Mapping[Any, Any]) -> Json:
    return {str(name): _value(value) for name, value in record.items()}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return round(float(value), 4)
    return list(value) if isinstance(value, tuple) else value
