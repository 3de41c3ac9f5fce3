"""The report as one page: no script, no request, one file to mail, print or keep."""

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipelines import charts
from pipelines.lessons import told

Json = dict[str, Any]
_OUTCOMES = {"validate": "c1", "personalise": "c2", "process": "c3", "none": "c4"}
_REASONS = ("c2", "c4", "c5", "c3", "c6", "c1")


def render(document: Mapping[str, Any]) -> str:
    """Render the report document of :func:`pipelines.report.build` as HTML.

    Parameters
    ----------
    document : mapping
        JSON values only; it is not changed.

    Returns
    -------
    str
        A whole page.
    """
    page = deepcopy(dict(document))
    for part in page["figures"]["targets"].values():
        part["charts"] = _triage_charts(part)
        for row in part["slices"]:
            row["whisker"] = _whisker(row["accuracy"], part["figures"]["accuracy"])
    knowledge = page["figures"]["knowledge"]
    knowledge["charts"] = _knowledge_charts(knowledge)
    for row in page["impact"]:
        row["chart"] = _topic_chart(row)
    environment = _environment()
    # The style sheet is ours; everything else is escaped, ticket words above all.
    css = Markup(resources.files("pipelines").joinpath("templates/report.css").read_text("utf-8"))
    html: str = environment.get_template("report.html.j2").render(
        doc=page, css=css, tiles=tiles(document), taught=list(told(page.get("lessons") or {}))
    )
    return html


def tiles(document: Mapping[str, Any]) -> list[Json]:
    """Choose the key figures of the first screen."""
    shown = []
    for target, part in document["figures"]["targets"].items():
        figures = part["figures"]
        best = [r for r in part["comparison"] if r["style"] == "baseline"]
        lines = _against(part["differences"].get("accuracy"), best)
        shown.append(_tile(f"{target}: accuracy", figures["accuracy"], lines))
        aim = f"at {part['target_precision']:.0%} precision"
        shown.append(_tile(f"{target}: answered {aim}", figures["coverage_at_target"], []))
        shown.append(_tile(f"{target}: calibration error", figures["ece"], [], percent=False))
    knowledge = document["figures"]["knowledge"]
    retrieval = knowledge["retrieval"]
    if retrieval:
        best = [
            {"name": name, "accuracy": figures["recall_at_5"]}
            for name, figures in retrieval["baselines"].items()
        ]
        figure = knowledge["figures"]["recall_at_5"]
        change = knowledge["differences"].get("recall_at_5")
        shown.append(_tile("right article in first 5", figure, _against(change, best)))
    if knowledge["drafts"]:
        drafts = knowledge["drafts"]
        bad = drafts["ungrounded"]
        line = {
            "text": f"{bad} of {drafts['sentences']:,} sentences without support",
            "tone": "down" if bad else "",
        }
        shown.append(_tile("tickets with a draft", knowledge["figures"]["draft_coverage"], [line]))
    return shown


def _tile(title: str, figure: Json, lines: list[Json], *, percent: bool = True) -> Json:
    write = _share if percent else _number
    interval = ""
    if figure["low"] is not None:
        interval = f"{write(figure['low'])} – {write(figure['high'])}"
    return {"title": title, "value": write(figure["value"]), "interval": interval, "lines": lines}


def _against(change: Json | None, baselines: Sequence[Json]) -> list[Json]:
    lines = []
    if baselines:
        best = max(baselines, key=lambda row: row["accuracy"]["value"] or 0)
        lines.append({"text": f"{best['name']} {_share(best['accuracy']['value'])}", "tone": ""})
    if change is not None and change["value"] is not None:
        clear = change["low"] > 0 or change["high"] < 0
        tone = ("up" if change["value"] > 0 else "down") if clear else ""
        lines.append({"text": f"{_signed(change['value'])} on champion", "tone": tone})
    return lines


def _triage_charts(part: Json) -> dict[str, Markup]:
    shares = charts.share_axis("stated probability")
    bins = part["reliability"]
    reliability = charts.line_chart(
        "Reliability: stated probability against share that was right",
        [
            charts.Line("perfect", [(0, 0), (1, 1)], "ideal"),
            charts.Line(
                "candidate",
                [(b["probability"], b["accuracy"]) for b in bins],
                dots=True,
                band=[(b["low"], b["high"]) for b in bins],
            ),
        ],
        shares,
        charts.share_axis("share right"),
    )
    histogram = charts.columns(
        "Distribution of stated probabilities",
        [(h["low"], h["high"], h["share"]) for h in part["histogram"]],
        shares,
    )
    return {
        "reliability": Markup(reliability),
        "histogram": Markup(histogram),
        "coverage_risk": Markup(_coverage_risk(part)),
        "decisions": Markup(_decisions(part)),
    }


def _coverage_risk(part: Json) -> str:
    curves = part["coverage_risk"]
    lines = [
        charts.Line(name, [(p[0], p[1]) for p in points], _style(name))
        for name, points in curves.items()
    ]
    values = [b for line in lines if line.style != "baseline" for _, b in line.points]
    aim = part["target_precision"]
    lines.append(charts.Line(f"target {aim:.0%}", [(0, aim), (1, aim)], "ideal"))
    return charts.line_chart(
        "Precision by share of tickets answered",
        lines,
        charts.share_axis("share of tickets answered, surest first"),
        charts.share_axis("precision", values, zoom=True),
    )


def _decisions(part: Json) -> str:
    rows = part["decisions"]
    shares = [
        (row["reason"].replace("_", " "), _REASONS[i % len(_REASONS)], row["share"])
        for i, row in enumerate(rows)
    ]
    return charts.stacked("What the model decided", shares)


def _knowledge_charts(knowledge: Json) -> dict[str, Markup]:
    made = {}
    retrieval = knowledge["retrieval"]
    if retrieval:
        made["recall"] = Markup(_recall(retrieval))
    if knowledge["drafts"]:
        mix = knowledge["drafts"]["outcomes"]
        parts = [(name, _OUTCOMES[name], mix.get(name, 0.0)) for name in _OUTCOMES]
        made["outcomes"] = Markup(charts.stacked("Draft outcomes", parts))
    return made


def _topic_chart(row: Json) -> Markup:
    """Contacts a week, and the day the article shipped."""
    weeks = [datetime.fromisoformat(day).date() for day in row["weeks"]]
    shipped = datetime.fromisoformat(row["shipped_at"]).date()
    top = 2 * max(-(-max(row["contacts"]) // 2), 1)
    days = [float(week.toordinal()) for week in weeks]
    dates = _DayAxis(
        f"weeks to {weeks[-1]:%B %Y}", days[0], days[-1], [days[0], days[len(days) // 2], days[-1]]
    )
    came = list(zip(days, map(float, row["contacts"]), strict=True))
    lines = [
        charts.Line("contacts a week", came),
        charts.Line("shipped", [(shipped.toordinal(), 0), (shipped.toordinal(), top)], "ideal"),
    ]
    counts = charts.Axis("contacts", 0, top, [0, top / 2, top], percent=False)
    return Markup(charts.line_chart(f"Contacts about {row['topic']}", lines, dates, counts))


def _recall(retrieval: Json) -> str:
    lines = []
    for name, curve in retrieval["curves"].items():
        style = "other" if name == "most frequent" else _style(name)
        points = [(float(i), p["value"]) for i, p in enumerate(curve)]
        band = [(p["low"], p["high"]) for p in curve] if name == "candidate" else ()
        lines.append(charts.Line(name, points, style, dots=True, band=band))
    ks = retrieval["k"]
    # Equal steps on the axis: k of 1, 3, 5, 10 and 20 would crowd on the left.
    axis = _NamedAxis("k first articles", -0.2, len(ks) - 0.8, range(len(ks)), names=ks)
    return charts.line_chart(
        "Share of tickets whose linked article is among the first k",
        lines,
        axis,
        charts.share_axis("recall"),
    )


class _DayAxis(charts.Axis):
    """An axis of days, numbered as `date.toordinal` does."""

    def text(self, value: float) -> str:
        """Write the date of a tick."""
        return date.fromordinal(round(value)).strftime("%d %b")


class _NamedAxis(charts.Axis):
    """An axis whose ticks carry names."""

    def __init__(
        self, label: str, low: float, high: float, ticks: Sequence[float], *, names: Sequence[int]
    ) -> None:
        super().__init__(label, low, high, ticks, percent=False)
        object.__setattr__(self, "names", tuple(names))

    def text(self, value: float) -> str:
        """Write the name of a tick."""
        names: tuple[int, ...] = self.__dict__["names"]
        return f"{names[round(value)]}"


def _style(name: str) -> str:
    return name if name in ("candidate", "champion") else "baseline"


def _whisker(figure: Json, reference: Json) -> Markup:
    if figure["value"] is None:
        return Markup()
    nan = float("nan")
    low, high = (nan if figure[k] is None else figure[k] for k in ("low", "high"))
    return Markup(charts.whisker(figure["value"], low, high, reference=reference["value"]))


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pipelines", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        share=_share,
        number=_number,
        signed=_signed,
        count=lambda n: f"{n:,}",
        moment=lambda t: datetime.fromisoformat(t).strftime("%d %B %Y, %H:%M UTC"),
        day=lambda t: datetime.fromisoformat(t).strftime("%d %b %Y") if t else "?",
        seconds=_seconds,
        words=lambda name: str(name).removesuffix("_id").replace("_", " "),
        breakable=_breakable,
        pretty=lambda value: json.dumps(value, indent=1, ensure_ascii=False),
    )
    return environment


def _breakable(label: str) -> Markup:
    """Let a browser break a long label where its words end."""
    return Markup("<wbr>").join(re.split(r"(?<=[_.])(?=\w)", str(label)))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:+.1f} pts"


def _seconds(value: float) -> str:
    return f"{value / 60:.1f} min" if value >= 90 else f"{value:.1f} s"
