"""Pictures of a plan as inline SVG: no script, no request, readable in the dark and in print.

Colours are CSS variables of the page they stand in, with values of their own for elsewhere.
"""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_INK, _SOFT, _RULE = "var(--ink,#15161a)", "var(--soft,#5b5e66)", "var(--rule,#d9d9d4)"
_BLUE, _ORANGE, _GREY = "var(--blue,#2563c4)", "var(--orange,#b4530a)", "var(--grey,#8a8d94)"
_PARTS = ("--o1,#1d7a45", "--o2,#2563c4", "--o3,#7a4fb5", "--orange,#b4530a", "--warn,#8a5a00",
          "--bad,#b3261e", "--grey,#8a8d94", "--o4,#a4a7ad")  # fmt: skip


def forecast_picture(
    forecast: pd.DataFrame,
    history: pd.DataFrame | None = None,
    *,
    title: str = "Contacts",
    levels: Sequence[int] = (80, 95),
    width: int = 1040,
    height: int = 260,
) -> str:
    """Draw a forecast with its intervals behind what was observed before.

    Parameters
    ----------
    forecast : DataFrame
        ``ds, yhat, yhat-lo-80, yhat-hi-80, …`` of one series, rising in time.
    history : DataFrame, optional
        ``ds, y``.
    title : str
    levels : sequence of int
        Intervals to draw, where the forecast has them.
    width, height : int
    """
    past = pd.DataFrame({"ds": [], "y": []}) if history is None else history
    times = pd.concat([past["ds"], forecast["ds"]]) if len(past) else forecast["ds"]
    first, span = times.min(), max((times.max() - times.min()) / pd.Timedelta(hours=1), 1e-9)
    shown = [n for n in sorted(levels, reverse=True) if f"yhat-hi-{n:g}" in forecast]
    tops = [forecast[f"yhat-hi-{n:g}"].max() for n in shown] + [forecast["yhat"].max()]
    tops += [past["y"].max()] if len(past) else []
    top = _nice(float(np.nanmax(tops)) if len(times) else 1.0)
    left, right, foot, head = 46, 10, height - 26, 10

    def x(values: pd.Series) -> Floats:
        hours = (values - first) / pd.Timedelta(hours=1)
        return np.asarray(left + (width - left - right) * hours / span, dtype=np.float64)

    def y(values: ArrayLike) -> Floats:
        return np.asarray(foot - (foot - head) * np.asarray(values, dtype=np.float64) / top)

    parts = [_grid(top, left, width - right, foot, head), _days(times, x, foot, height)]
    ahead = x(forecast["ds"])
    for n in shown:
        up, down = (y(forecast[f"yhat-{end}-{n:g}"]) for end in ("hi", "lo"))
        edge = _points(np.append(ahead, ahead[::-1]), np.append(up, down[::-1]))
        parts.append(f'<polygon points="{edge}" fill="{_BLUE}" opacity=".16"/>')
    if len(past):
        parts.append(_path(x(past["ds"]), y(past["y"]), _GREY, 1.2))
    parts.append(_path(ahead, y(forecast["yhat"]), _BLUE, 1.8))
    keys = [("observed", _GREY)] if len(past) else []
    keys += [("forecast", _BLUE), (f"intervals of {' and '.join(f'{n} %' for n in shown[::-1])}",
                                   f"color-mix(in srgb,{_BLUE} 30%,transparent)")]  # fmt: skip
    return _figure(title, "".join(parts), width, height, keys)


def heat_map(
    demand: ArrayLike, cover: ArrayLike, *, title: str = "Cover less demand", cell: int = 40
) -> str:
    """Draw the hours of a week by how far cover is above or below demand.

    Parameters
    ----------
    demand, cover : array-like, shape (168,)
        Agents by hour of the week, Monday 00:00 first.
    title : str
    cell : int
        Width of an hour.
    """
    need = np.asarray(demand, dtype=np.float64).reshape(7, 24)
    have = np.asarray(cover, dtype=np.float64).reshape(7, 24)
    # Full colour is a tenth too little but half too much: what hurts shows first.
    gap = (have - need) / np.maximum(need, 1.0)
    tall, left, head = 26, 40, 18
    parts = [
        f'<text x="{left + cell * (h + 0.5):.0f}" y="12" text-anchor="middle">{h:02d}</text>'
        for h in range(0, 24, 2)
    ]
    for day in range(7):
        y = head + day * tall
        parts.append(f'<text x="{left - 6}" y="{y + 17}" text-anchor="end">{_DAYS[day]}</text>')
        for hour in range(24):
            n, c, g = need[day, hour], have[day, hour], gap[day, hour]
            colour = _ORANGE if g < -1e-6 else _BLUE
            depth = min(1.0, -g * 4 + 0.25) if g < -1e-6 else min(0.85, 0.06 + g * 0.8)
            said = f"{_DAYS[day]} {hour:02d}:00: {n:.1f} needed, {c:.1f} on shift"
            parts.append(
                f'<rect x="{left + hour * cell}" y="{y}" width="{cell - 2}" height="{tall - 2}" '
                f'rx="3" fill="{colour}" opacity="{depth:.2f}"><title>{said}</title></rect>'
                f'<text x="{left + (hour + 0.5) * cell - 1:.0f}" y="{y + 16}" '
                f'text-anchor="middle" style="fill:{_INK}">{n:.0f}</text>'
            )
    keys = [("fewer than needed", _ORANGE), ("more than needed, the deeper the more", _BLUE)]
    size = left + 24 * cell + 4, head + 7 * tall
    return _figure(title, "".join(parts), *size, keys)


def pool_picture(composition: pd.DataFrame, *, title: str = "Pools", width: int = 1040) -> str:
    """Draw pools as bars of the clients they are made of, by work.

    Parameters
    ----------
    composition : DataFrame
        ``pool_id, desk, workload_hours``.
    title : str
    width : int
    """
    sums = composition.groupby("pool_id")["workload_hours"].sum().sort_values(ascending=False)
    most, left, tall = max(float(sums.max()) if len(sums) else 0.0, 1e-9), 130, 22
    parts = []
    for row, (pool, total) in enumerate(sums.items()):
        own = composition[composition["pool_id"] == pool].sort_values("workload_hours")[::-1]
        y, x = row * tall + 4, float(left)
        parts.append(
            f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(str(pool))}</text>'
        )
        for i, (desk, hours) in enumerate(zip(own["desk"], own["workload_hours"], strict=True)):
            wide = (width - left - 120) * hours / most
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{max(wide - 1.5, 0.5):.1f}" height="{tall - 6}" '
                f'rx="2" fill="var({_PARTS[i % len(_PARTS)]})">'
                f"<title>{escape(str(desk))}: {hours:.1f} hours a week</title></rect>"
            )
            x += wide
        parts.append(f'<text x="{x + 8:.1f}" y="{y + 13}">{total:.0f} h, {len(own)}</text>')
    return _figure(title, "".join(parts), width, len(sums) * tall + 8, [])


def utilisation_picture(
    comparison: pd.DataFrame, *, chosen: str = "these pools", title: str = "Utilisation",
    width: int = 1040,
) -> str:  # fmt: skip
    """Draw the utilisation of each way to staff, the chosen one in colour.

    Parameters
    ----------
    comparison : DataFrame
        ``plan, paid_hours, utilisation``.
    chosen : str
    title : str
    width : int
    """
    left, tall, parts = 190, 26, []
    for row, record in enumerate(comparison.to_dict("records")):
        y, share = row * tall + 4, float(min(max(record["utilisation"], 0.0), 1.0))
        colour = _BLUE if record["plan"] == chosen else _GREY
        wide, full = (width - left - 190) * share, width - left - 190
        parts.append(
            f'<text x="{left - 10}" y="{y + 14}" text-anchor="end">{escape(record["plan"])}</text>'
            f'<rect x="{left}" y="{y}" width="{full}" height="18" rx="3" fill="{_RULE}"/>'
            f'<rect x="{left}" y="{y}" width="{wide:.1f}" height="18" rx="3" fill="{colour}"/>'
            f'<text x="{left + full + 10}" y="{y + 14}" style="fill:{_INK}">{share:.0%} '
            f"of {record['paid_hours']:,.0f} paid hours</text>"
        )
    return _figure(title, "".join(parts), width, len(comparison) * tall + 6, [])


def _figure(
    title: str, inside: str, width: int, height: int, keys: Sequence[tuple[str, str]]
) -> str:
    legend = "".join(
        f'<span style="display:inline-flex;align-items:center;gap:6px;margin-right:16px">'
        f'<i style="width:12px;height:12px;border-radius:2px;background:{colour}"></i>'
        f"{escape(label)}</span>"
        for label, colour in keys
    )
    style = f"font:11px system-ui,sans-serif;fill:{_SOFT};width:100%;height:auto;display:block"
    below = f'<p style="font-size:12.5px;color:{_SOFT};margin:6px 0 0">{legend}</p>' if keys else ""
    return (
        f'<div class="chart"><svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title)}" style="{style}">{inside}</svg>{below}</div>'
    )


def _grid(top: float, left: float, right: float, foot: float, head: float) -> str:
    parts = []
    for step in range(5):
        y = foot - (foot - head) * step / 4
        parts.append(
            f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" style="stroke:{_RULE}"/>'
            f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{top * step / 4:g}</text>'
        )
    return "".join(parts)


def _days(times: pd.Series, x: object, foot: float, height: float) -> str:
    days = pd.date_range(times.min().ceil("D"), times.max(), freq="D")
    every = max(1, -(-len(days) // 11))
    places = x(pd.Series(days))  # type: ignore[operator]
    return "".join(
        f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{foot}" y2="{foot + 4}" '
        f'style="stroke:{_SOFT}"/>'
        f'<text x="{place:.1f}" y="{height - 8}" text-anchor="middle">{day:%a} {day.day} '
        f"{day:%b}</text>"
        for day, place in list(zip(days, places, strict=True))[::every]
    )


def _path(x: Floats, y: Floats, colour: str, wide: float) -> str:
    return (
        f'<polyline points="{_points(x, y)}" style="fill:none;stroke:{colour};'
        f'stroke-width:{wide};stroke-linejoin:round"/>'
    )


def _points(x: Floats, y: Floats) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True) if b == b)


def _nice(top: float) -> float:
    """Round a largest value up to one that splits into four plain steps."""
    if not top > 0:
        return 4.0
    power = 10.0 ** np.floor(np.log10(top))
    steps = (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10)
    return float(next(power * step for step in steps if power * step >= top))
