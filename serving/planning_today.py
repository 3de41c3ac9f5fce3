"""What a client's arrivals say of the day: its series forecast again, alerts of its pools, offers.

Other clients of a pool are planned for as before, and are never named.
"""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import SchemaError
from forecasting.board import ShiftBoard
from forecasting.planning.today import Day, InForce, assigned_duty, watch_day
from serving.planning_schemas import IntradayIn
from serving.problems import NOT_FOUND, ProblemError, wrong_field

Json = dict[str, Any]
_POINTS = {"ds": "at", "yhat": "contacts", "yhat-lo-80": "low_80", "yhat-hi-80": "high_80",
           "was": "planned"}  # fmt: skip


def todays_answer(
    folder: Path,
    document: Json,
    body: IntradayIn,
    *,
    client: str,
    pools: Collection[str],
    board: ShiftBoard | None,
    now: datetime,
) -> Json:
    """Return ``at``, ``series`` and ``alerts``.

    Raises
    ------
    ProblemError
        The plan has no such hour or series, or the arrivals are broken.
    """
    begin = pd.Timestamp(document["from"])
    if not begin <= now < pd.Timestamp(document["to"]):
        raise ProblemError(
            NOT_FOUND, f"The newest plan begins on {begin:%Y-%m-%d} and does not hold this hour."
        )
    if "policy" not in document:
        raise ProblemError(NOT_FOUND, "An older version made the newest plan: plan again.")
    plan = _in_force(folder, document, pools)
    arrivals = _arrivals(body, client, plan)
    start = pd.Timestamp(now).floor("h")
    if board is not None:
        duty = board.duty(start, start + pd.Timedelta(hours=body.hours))
    else:
        duty = assigned_duty(*(_table(folder, n) for n in ("assignment", "qualification")))
    try:
        day = watch_day(plan, arrivals, duty, now=pd.Timestamp(now), hours=body.hours, pools=pools)
    except SchemaError as error:
        raise wrong_field("arrivals", str(error)) from error
    return {"at": now, "series": _series(day), "alerts": _alerts(day, board, now)}


def _table(folder: Path, name: str, **options: Any) -> pd.DataFrame:
    found: pd.DataFrame = pq.read_table(folder / f"{name}.parquet", **options).to_pandas()
    return found


def _in_force(folder: Path, document: Json, pools: Collection[str]) -> InForce:
    tables = {name: _table(folder, name) for name in ("series", "pools", "cover")}
    desks = tables["pools"].loc[tables["pools"]["pool_id"].isin(list(pools)), "desk"]
    ids = tables["series"].loc[tables["series"]["desk"].isin(desks), "unique_id"]
    own = pc.field("unique_id").isin(ids.tolist())
    return InForce.read(document, tables | {"forecasts": _table(folder, "forecasts", filters=own)})


def _arrivals(body: IntradayIn, client: str, plan: InForce) -> pd.DataFrame:
    known = set(plan.series.loc[plan.series["client_id"] == client, "unique_id"])
    rows = []
    for place, one in enumerate(body.arrivals):
        name = "/".join(part for part in (client, one.channel, one.language) if part)
        if name not in known:
            raise wrong_field(
                f"arrivals.{place}",
                "the newest plan has no such channel and language of this client",
            )
        rows.append((name, one.at, float(one.contacts)))
    frame = pd.DataFrame(rows, columns=["unique_id", "ds", "y"])
    return frame.assign(ds=pd.to_datetime(frame["ds"], utc=True)).astype(
        {"unique_id": "str", "y": "float64"}
    )


def _series(day: Day) -> list[Json]:
    listed = []
    for record in day.series.to_dict("records"):
        _, channel, language = [*str(record["unique_id"]).split("/"), None, None][:3]
        points = day.forecast[day.forecast["unique_id"] == record["unique_id"]]
        points = points.rename(columns=_POINTS)[list(_POINTS.values())]
        points = points.round(dict.fromkeys(list(_POINTS.values())[1:], 4))
        figures = {n: round(float(record[n]), 4) for n in ("seen", "expected", "factor", "low",
                                                           "high")}  # fmt: skip
        about = {"channel": channel, "language": language}
        listed.append(about | figures | {"points": points.to_dict("records")})
    return listed


def _alerts(day: Day, board: ShiftBoard | None, now: datetime) -> list[Json]:
    listed = []
    for alert in day.alerts.to_dict("records"):
        offers = []
        if board is not None and alert["kind"] == "shortage":
            offers = board.offers(str(alert["pool_id"]), alert["from"], alert["to"], now=now)
        listed.append(
            {
                "kind": alert["kind"],
                "pool_id": alert["pool_id"],
                "starts_at": alert["from"],
                "ends_at": alert["to"],
                "agents": round(float(alert["agents"]), 2),
                "agent_hours": round(float(alert["agent_hours"]), 2),
                "reason": alert["reason"],
                "offers": [
                    {
                        "shift_id": one.shift_id,
                        "starts_at": one.starts_at,
                        "ends_at": one.ends_at,
                        "free": one.free,
                        "agents": list(one.agents),
                    }
                    for one in offers
                ],
            }
        )
    return listed
