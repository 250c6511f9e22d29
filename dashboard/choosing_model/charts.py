"""Drawings of what was predicted: a ladder of ranks with their uncertainty, and points in a plane."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from dashboard.drawing import framed

NAMES, NUMBERS, WIDE, ROW = 210.0, 70.0, 560.0, 24.0
PLOT = (300.0, 190.0)  # units of a plane of points


class Line(NamedTuple):
    """A rank, 1 being best, and between which ranks it lies."""

    name: str
    rank: float
    low: float
    high: float
    said: str  # the number that it comes from


class Point(NamedTuple):
    name: str
    x: float
    y: float
    strong: bool = False  # what was chosen


def ladder(lines: Sequence[Line]) -> str:
    """A dot on a line for each, the best on top."""
    room, most, drawn = WIDE - NAMES - NUMBERS, max(2, len(lines)), []

    def at(rank: float) -> float:
        return NAMES + 8 + (room - 16) * (rank - 1) / (most - 1)

    for place, each in enumerate(lines):
        y = place * ROW + 12
        drawn.append(f'<text x="{NAMES - 8:g}" y="{y + 4:g}" text-anchor="end">{escape(_short(each.name, 36))}</text>')
        drawn.append(f'<path class="end" d="M{NAMES + 8:g} {y:g}h{room - 16:g}"/>')
        drawn.append(f'<path class="line" d="M{at(each.low):.1f} {y:g}H{at(each.high):.1f}" stroke-width="3"/>')
        drawn.append(f'<circle cx="{at(each.rank):.1f}" cy="{y:g}" r="4.5" fill="var(--st-primary-color)"/>')
        drawn.append(f'<text x="{WIDE - NUMBERS + 6:g}" y="{y + 4:g}">{escape(each.said)}</text>')
    foot = len(lines) * ROW + 12
    drawn.append(f'<text class="quiet" x="{at(1):.1f}" y="{foot:g}" text-anchor="middle">1</text>')
    drawn.append(f'<text class="quiet" x="{at(most):.1f}" y="{foot:g}" text-anchor="middle">{len(lines)}</text>')
    says = "; ".join(f"{each.name}: rank {each.rank:g} ({each.low:.0f} to {each.high:.0f})" for each in lines)
    return framed(WIDE, foot + 4, "".join(drawn), f"Ranks, 1 being best. {says}.")


def plane(points: Sequence[Point], across: str, up: str, title: str = "", named: bool = True) -> str:
    """Points with their names; the axes begin and end where the points do."""
    (wide, high), left, top = PLOT, 44.0, 20.0 if title else 6.0
    (x0, x1), (y0, y1) = (_reach(values) for values in ([each.x for each in points], [each.y for each in points]))
    drawn = [f'<text x="{left:g}" y="11" font-weight="600">{escape(title)}</text>'] if title else []
    drawn.append(f'<path class="end" d="M{left:g} {top:g}v{high:g}h{wide:g}"/>')
    for each in points:
        x, y = left + wide * (each.x - x0) / (x1 - x0), top + high * (1 - (each.y - y0) / (y1 - y0))
        look = 'fill="#D55E00" r="5.5"' if each.strong else 'fill="var(--st-text-color)" fill-opacity=".65" r="3.6"'
        said = f"<title>{escape(each.name)}: {each.x:.4g}, {each.y:.1%}</title>"
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" {look}>{said}</circle>')
        if named:
            end = x > left + wide * 0.6
            place = f'x="{x + (-7 if end else 7):.1f}" y="{y + 3.5:.1f}" text-anchor="{"end" if end else "start"}"'
            drawn.append(f'<text {place} font-size="9">{escape(_short(each.name, 30))}</text>')
    drawn.append(
        f'<text class="quiet" x="{left - 5:g}" y="{top + 8:g}" text-anchor="end" font-size="9">{y1:.0%}</text>'
    )
    drawn.append(
        f'<text class="quiet" x="{left - 5:g}" y="{top + high:g}" text-anchor="end" font-size="9">{y0:.0%}</text>'
    )
    foot = top + high + 12
    for x, share, anchor in ((left, x0, "start"), (left + wide, x1, "end")):
        drawn.append(
            f'<text class="quiet" x="{x:g}" y="{foot:g}" text-anchor="{anchor}" font-size="9">{share:.3g}</text>'
        )
    drawn.append(
        f'<text class="quiet" x="{left + wide / 2:g}" y="{foot:g}" text-anchor="middle">{escape(across)}</text>'
    )
    middle = top + high / 2
    drawn.append(
        f'<text class="quiet" transform="translate(11 {middle:g}) rotate(-90)" text-anchor="middle">{escape(up)}</text>'
    )
    says = "; ".join(f"{each.name}: {each.x:.3g} and {each.y:.1%}" for each in points[:12])
    return framed(left + wide + 6, foot + 4, "".join(drawn), f"{title} {up} over {across}: {says}.")


def _reach(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = 0.06 * (high - low) or 0.5 * abs(high) or 1.0
    return low - margin, high + margin


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
