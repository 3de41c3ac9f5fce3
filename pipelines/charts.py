"""Charts as inline SVG: no script, no request, readable in print and in the dark.

Colours are CSS classes, so the page decides what they look like. Every chart is an image with
a name for screen readers; the report sets the numbers beside it as a table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 460, 250
LEFT, RIGHT, TOP, BOTTOM = 58, 20, 12, 38
_STRIP = 96
Range = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    Parameters
    ----------
    label : str
        Shown in the legend and on hovering.
    points : sequence of (float, float)
    style : str
        CSS class: ``candidate``, ``champion``, ``baseline``, ``other`` or ``ideal``.
    dots : bool
        Whether each point gets a mark.
    band : sequence of (low, high), optional
        Interval of each point.
    """

    label: str
    points: Sequence[tuple[float, float]]
    style: str = "candidate"
    dots: bool = False
    band: Sequence[Range] = ()


@dataclass(frozen=True)
class Axis:
    """One axis.

    Parameters
    ----------
    label : str
    low, high : float
    ticks : sequence of float
    percent : bool
        Whether ticks are shares to be shown as percent.
    """

    label: str
    low: float
    high: float
    ticks: Sequence[float]
    percent: bool = True

    def text(self, value: float) -> str:
        """Write a tick."""
        return f"{value:.0%}" if self.percent else f"{value:g}"


def share_axis(label: str, values: Iterable[float] = (), *, zoom: bool = False) -> Axis:
    """Return an axis for shares; with ``zoom`` it starts near the lowest value."""
    known = [v for v in values if v == v]
    low = 0.0
    if zoom and known and min(known) > 0.5:
        low = max(0.0, int(min(known) * 10 - 0.25) / 10)
    steps = 5 if low == 0 else max(2, round((1 - low) * 10))
    return Axis(label, low, 1.0, [low + (1 - low) * i / steps for i in range(steps + 1)])


def line_chart(title: str, lines: Sequence[Line], x: Axis, y: Axis) -> str:
    """Draw lines over two axes; a legend below names them."""
    marks = "".join(_line(line, x, y) for line in lines)
    legend = "".join(
        f'<span class="key"><i class="swatch {line.style}"></i>{escape(line.label)}</span>'
        for line in lines
    )
    drawn = _svg(title, _frame(x, y) + marks)
    return f'<div class="chart">{drawn}<p class="legend">{legend}</p></div>'


def columns(title: str, shares: Sequence[tuple[float, float, float]], x: Axis) -> str:
    """Draw a low strip of columns, each ``(x from, x to, share)``, over an axis."""
    top = max((share for *_, share in shares), default=0.0) or 1.0
    foot = _STRIP - 20
    parts = [f'<line class="axis" x1="{LEFT}" y1="{foot}" x2="{WIDTH - RIGHT}" y2="{foot}"/>']
    for start, end, share in shares:
        left, right = _px(start, x), _px(end, x)
        tall = (foot - 14) * share / top
        parts.append(
            f'<rect class="column" x="{left + 1:.1f}" y="{foot - tall:.1f}" '
            f'width="{max(right - left - 2, 0):.1f}" height="{tall:.1f}"/>'
            f'<text class="mid" x="{(left + right) / 2:.1f}" y="{foot - tall - 3:.1f}">'
            f"{share:.0%}</text>"
        )
    parts.extend(
        f'<text x="{_px(tick, x):.1f}" y="{foot + 15}" class="mid">{x.text(tick)}</text>'
        for tick in x.ticks
    )
    return f'<div class="chart">{_svg(title, "".join(parts), _STRIP)}</div>'


def stacked(title: str, parts: Sequence[tuple[str, str, float]]) -> str:
    """Draw one bar cut into shares: ``(label, CSS class, share)``."""
    at, marks = 0.0, []
    for label, style, share in parts:
        wide = share * 100
        marks.append(
            f'<rect class="{style}" x="{at:.2f}%" y="0" width="{max(wide - 0.3, 0):.2f}%" '
            f'height="26"><title>{escape(label)}: {share:.0%}</title></rect>'
        )
        at += wide
    legend = "".join(
        f'<span class="key"><i class="swatch block {style}"></i>{escape(label)} '
        f"<b>{share:.0%}</b></span>"
        for label, style, share in parts
    )
    return (
        f'<svg class="stack" role="img" aria-label="{escape(title)}" width="100%" height="26">'
        f'{"".join(marks)}</svg><p class="legend">{legend}</p>'
    )


def whisker(value: float, low: float, high: float, *, reference: float | None = None) -> str:
    """Draw a share and its interval as a small bar for a table cell."""
    if value != value:
        return ""
    tick = ""
    if reference is not None and reference == reference:
        tick = f'<line class="reference" x1="{reference:.1%}" x2="{reference:.1%}" y1="1" y2="15"/>'
    span = ""
    if low == low and high == high:
        span = f'<line class="span" x1="{low:.1%}" x2="{high:.1%}" y1="8" y2="8"/>'
    return (
        f'<svg class="whisker" width="100%" height="16" aria-hidden="true">'
        f'<line class="track" x1="0" x2="100%" y1="8" y2="8"/>{tick}{span}'
        f'<circle class="dot" cx="{value:.1%}" cy="8" r="4"/></svg>'
    )


def _svg(title: str, inside: str, height: int = HEIGHT) -> str:
    head = f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
    return f"{head}{inside}</svg>"


def _px(value: float, axis: Axis) -> float:
    inner = WIDTH - LEFT - RIGHT
    return LEFT + inner * (value - axis.low) / (axis.high - axis.low)


def _py(value: float, axis: Axis) -> float:
    inner = HEIGHT - TOP - BOTTOM
    return HEIGHT - BOTTOM - inner * (value - axis.low) / (axis.high - axis.low)


def _frame(x: Axis, y: Axis) -> str:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [f'<line class="axis" x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>']
    for tick in y.ticks:
        at = _py(tick, y)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{at:.1f}" x2="{right}" y2="{at:.1f}"/>')
        parts.append(f'<text x="{LEFT - 7}" y="{at + 4:.1f}" class="end">{y.text(tick)}</text>')
    for tick in x.ticks:
        at = _px(tick, x)
        parts.append(f'<text x="{at:.1f}" y="{bottom + 15}" class="mid">{x.text(tick)}</text>')
    middle = (TOP + bottom) / 2
    parts.append(
        f'<text x="{(LEFT + right) / 2:.0f}" y="{HEIGHT - 5}" class="mid name">'
        f"{escape(x.label)}</text>"
        f'<text transform="translate(11 {middle:.0f}) rotate(-90)" class="mid name">'
        f"{escape(y.label)}</text>"
    )
    return "".join(parts)


def _line(line: Line, x: Axis, y: Axis) -> str:
    # What lies outside the frame is left out: a line along its foot would be a false claim.
    known = [(a, b) for a, b in line.points if y.low <= b <= y.high]
    if not known:
        return ""
    places = [(_px(a, x), _py(b, y)) for a, b in known]
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in places)
    parts = [_band(line, x, y)]
    parts.append(f'<polyline class="line {line.style}" points="{path}"/>')
    if line.dots:
        parts.extend(
            f'<circle class="dot {line.style}" cx="{px:.1f}" cy="{py:.1f}" r="3.5">'
            f"<title>{escape(line.label)}: {x.text(a)} → {y.text(b)}</title></circle>"
            for (px, py), (a, b) in zip(places, known, strict=True)
        )
    return "".join(parts)


def _band(line: Line, x: Axis, y: Axis) -> str:
    if len(line.band) != len(line.points) or not line.band:
        return ""
    rows = [
        (_px(a, x), _py(min(max(low, y.low), y.high), y), _py(min(max(high, y.low), y.high), y))
        for (a, _), (low, high) in zip(line.points, line.band, strict=True)
        if low == low and high == high
    ]
    if not rows:
        return ""
    upper = " ".join(f"{px:.1f},{top:.1f}" for px, _, top in rows)
    lower = " ".join(f"{px:.1f},{low:.1f}" for px, low, _ in reversed(rows))
    return f'<polygon class="band {line.style}" points="{upper} {lower}"/>'
