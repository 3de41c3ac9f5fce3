"""A plan's summary as JSON, and as one page without scripts or requests."""

from datetime import datetime
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from forecasting.pictures import forecast_picture, heat_map, pool_picture, utilisation_picture
from pipelines.plan_making import Plan

Json = dict[str, Any]
_CLIENTS = 3
_ROWS = 12
_DAY = pd.Timedelta(days=1)
_DAYS_TOLD = 14


def begins_late(plan: Plan) -> str:
    """Say that a plan begins in the past, as one from an old export does; else nothing."""
    days = int((pd.Timestamp(plan.created_at) - plan.grid.start) / _DAY)
    if days < 1:
        return ""
    count, unit = (days, "day") if days < _DAYS_TOLD else (days // 7, "week")
    return (
        f"This plan begins {count} {unit}{'s' if count > 1 else ''} ago: its history ends on "
        f"{plan.history['ds'].max():%Y-%m-%d}. Export a newer one, or name a coming Monday as "
        "'start'."
    )


def plan_document(plan: Plan) -> Json:
    """Return the summary of a plan; JSON values only."""
    tables, grid = plan.tables, plan.grid
    able = tables["qualification"]
    return {
        "plan_id": plan.plan_id,
        "created_at": plan.created_at.isoformat(),
        "from": grid.start.isoformat(),
        "to": (grid.start + pd.Timedelta(weeks=grid.weeks)).isoformat(),
        "weeks": grid.weeks,
        "interval_minutes": grid.minutes,
        "policy_version": plan.policy.version,
        "policy": plan.policy.to_mapping(),
        "clients": int(tables["pools"]["client_id"].nunique()),
        "desks": len(tables["pools"]),
        "pools": int(tables["pools"]["pool_id"].nunique()),
        "agents": int(able["agent_id"].nunique()),
        "agents_qualified": int(able.loc[able["qualified"], "agent_id"].nunique()),
        "shifts": len(tables["shifts"]),
        "figures": plan.figures,
        "comparison": _records(tables["comparison"]),
        "nights": _records(tables["nights"]),
        "hiring": _records(tables["hiring"].head(50)),
        "unmet": _records(_unmet(tables["unmet"]).head(50)),
        "handle_times": _records(_handle_times(tables["series"])),
        "board": plan.board,
        "late": begins_late(plan) or None,
        "warnings": plan.warnings,
        "steps": plan.spent,
    }


def plan_page(plan: Plan, document: Json) -> str:
    """Render a plan as one page."""
    environment = Environment(
        loader=PackageLoader("pipelines", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        share=lambda v: "–" if v is None else f"{v:.1%}",
        count=lambda n: f"{n:,.0f}",
        two=lambda v: "–" if v is None else f"{v:.2f}",
        day=lambda t: f"{datetime.fromisoformat(t):%d %b %Y}",
        moment=lambda t: f"{datetime.fromisoformat(t):%d %B %Y, %H:%M UTC}",
        hour=lambda t: f"{datetime.fromisoformat(t):%a %d %b, %H:%M}",
    )
    css = resources.files("pipelines").joinpath("templates/report.css").read_text("utf-8")
    html: str = environment.get_template("plan.html.j2").render(
        doc=document,
        css=Markup(css),
        tiles=_tiles(document),
        pictures=_pictures(plan),
        rows=_ROWS,
    )
    return html


def summed(forecast: pd.DataFrame, *, freq: str = "h") -> pd.DataFrame:
    """Sum series and intervals; margins add up in squares, as errors that are independent do."""
    bounds = [c for c in forecast.columns if str(c).startswith("yhat-")]
    table = forecast[["ds", "yhat"]].assign(ds=forecast["ds"].dt.floor(freq))
    for column in bounds:
        table[column] = (forecast[column] - forecast["yhat"]) ** 2
    sums = table.groupby("ds", as_index=False).sum()
    for column in bounds:
        side = -1.0 if "-lo-" in column else 1.0
        sums[column] = (sums["yhat"] + side * np.sqrt(sums[column])).clip(lower=0.0)
    return sums


def _tiles(doc: Json) -> list[Json]:
    figures, bound = doc["figures"], {r["plan"]: r for r in doc["comparison"]}
    alone = figures["agents_per_100_tickets_alone"]
    short = figures["unmet_hours"]
    return [
        _tile("contacts expected", f"{figures['tickets']:,.0f}", f"in {doc['weeks']} weeks"),
        _tile("hours on shift", f"{figures['paid_hours']:,.0f}",
              f"{figures['required_hours']:,.0f} required, "
              f"{figures['peak_required_hours']:,.0f} at a peak"),
        _tile("demand met", _share(figures["met_share"]), f"{short:,.0f} hours unmet",
              "down" if short else ""),
        _tile("utilisation", _share(figures["utilisation"]),
              f"{_share(bound['one agent per client']['utilisation'])} with one agent per client"
              if "one agent per client" in bound else ""),
        _tile("agents per 100 tickets", _two(figures["agents_per_100_tickets"]),
              f"{_two(alone)} if each client had its own" if alone is not None else ""),
        _tile("night hours", f"{figures['night_hours']:,.0f}",
              f"{_share(figures['night_share'])} of all, on the agents' clocks"),
        _tile("evenness of hours", _two(figures["hours_gini"]),
              f"among agents for the same pools, 0 is even; nights {_two(figures['nights_gini'])}"),
        _tile("seats open to claims", f"{figures['unfilled_seats']:,}",
              f"of {figures['seats']:,}"),
        _tile("planning by hand", f"{figures['planner_hours_week']:,.0f} h",
              f"a week saved, if a shift takes {figures['planner_minutes_per_shift']:g} minutes"),
    ]  # fmt: skip


def _tile(title: str, value: str, note: str, tone: str = "") -> Json:
    return {"title": title, "value": value, "note": note, "tone": tone}


def _pictures(plan: Plan) -> Json:
    tables = plan.tables
    forecast = tables["forecasts"]
    clients = forecast["unique_id"].str.partition("/")[0]
    sizes = forecast.groupby(clients)["yhat"].sum().sort_values(ascending=False)
    past = plan.history["unique_id"].str.partition("/")[0]
    every = [("all clients", forecast, plan.history)] + [
        (str(name), forecast[clients == name], plan.history[past == name])
        for name in sizes.index[:_CLIENTS]
    ]
    cover = tables["cover"].groupby("hour_of_week")[["required_fte", "covered_fte"]].sum()
    week = (cover / plan.grid.weeks).reindex(range(168)).fillna(0.0)
    return {
        "forecasts": [
            (name, Markup(forecast_picture(_first_weeks(summed(own)), _hourly(seen), title=name)))
            for name, own, seen in every
        ],
        "heat": Markup(
            heat_map(week["required_fte"], week["covered_fte"], title="Cover less demand by hour")
        ),
        "pools": Markup(pool_picture(tables["pools"], title="Pools by work a week")),
        "utilisation": Markup(utilisation_picture(tables["comparison"])),
    }


def _first_weeks(sums: pd.DataFrame) -> pd.DataFrame:
    return sums[sums["ds"] < sums["ds"].min() + pd.Timedelta(weeks=2)]


def _hourly(history: pd.DataFrame) -> pd.DataFrame:
    return history.assign(ds=history["ds"].dt.floor("h")).groupby("ds", as_index=False)[["y"]].sum()


def _unmet(unmet: pd.DataFrame) -> pd.DataFrame:
    """Sum what is unmet by pool and reason, the most first."""
    groups = unmet.groupby(["pool_id", "reason"], as_index=False)
    table = groups.agg(
        hours=("unmet_fte", "sum"), worst=("unmet_fte", "max"), first=("starts_at", "min")
    )
    ordered = table.sort_values("hours", ascending=False, ignore_index=True)
    return ordered.round({"hours": 1, "worst": 1})


def _handle_times(series: pd.DataFrame) -> pd.DataFrame:
    """Sum up by channel what contacts take, and where that is known from."""
    learned = series["aht_reason"].str.startswith("learned")
    table = series.assign(learned=learned)
    groups = table.groupby("channel", as_index=False)
    return groups.agg(
        series=("unique_id", "size"),
        learned=("learned", "sum"),
        least=("aht_seconds", "min"),
        typical=("aht_seconds", "median"),
        most=("aht_seconds", "max"),
        reason=("aht_reason", "first"),
    )


def _records(table: pd.DataFrame) -> list[Json]:
    return [
        {str(name): _plain(value) for name, value in record.items()}
        for record in table.to_dict("records")
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return None if value != value else round(value, 4)
    return value


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
