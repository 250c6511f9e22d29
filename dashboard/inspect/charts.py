"""The Inspect page's drawings. The source is ● and solid, the target ✕ and dashed, as everywhere."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from dashboard.drawing import framed

WIDE, NAMES, NUMBERS, ROW = 560.0, 128.0, 96.0, 24.0
SQUARE = 250.0
INK = 'fill="var(--st-text-color)"'

Pair = tuple[float | None, float | None]


def dumb_bells(pairs: Mapping[str, Pair], says: str) -> str:
    """A line for each name from its source value to its target value, both in [0, 1]."""
    room, drawn = WIDE - NAMES - NUMBERS, []
    bottom = len(pairs) * ROW
    for tenth in (0, 0.5, 1):
        x = NAMES + room * tenth
        drawn.append(f'<path class="end" d="M{x:.1f} 14V{14 + bottom:.1f}"/>')
        drawn.append(f'<text class="quiet" x="{x:.1f}" y="9" text-anchor="middle">{tenth:.0%}</text>')
    for place, (name, (source, target)) in enumerate(pairs.items()):
        y = 14 + (place + 0.5) * ROW
        drawn.append(f'<text x="{NAMES - 10:g}" y="{y + 4:.1f}" text-anchor="end">{escape(_short(name))}</text>')
        if source is not None and target is not None:
            x0, x1 = NAMES + room * source, NAMES + room * target
            drawn.append(f'<path class="line" stroke-width="2.5" stroke-opacity=".3" d="M{x0:.1f} {y:.1f}H{x1:.1f}"/>')
        if source is not None:
            drawn.append(f'<circle cx="{NAMES + room * source:.1f}" cy="{y:.1f}" r="4.5" {INK}/>')
        if target is not None:
            drawn.append(_cross(NAMES + room * target, y))
        drawn.append(f'<text x="{WIDE - NUMBERS + 14:g}" y="{y + 4:.1f}">{percent(source)} → {percent(target)}</text>')
    told = "; ".join(f"{name} {percent(a)} and {percent(b)}" for name, (a, b) in pairs.items())
    return framed(WIDE, 16 + bottom, "".join(drawn), f"{says} {told}.")


def bars(values: Mapping[str, float | None], says: str, tell: Callable[[float | None], str] | None = None) -> str:
    """A bar for each name, all on one scale from 0; `tell` says a value in words."""
    tell = tell or number
    most = max([each for each in values.values() if each is not None] + [1e-9])
    room, drawn = WIDE - NAMES - NUMBERS, []
    for place, (name, value) in enumerate(values.items()):
        top = place * ROW
        drawn.append(f'<text x="{NAMES - 10:g}" y="{top + 16:g}" text-anchor="end">{escape(_short(name))}</text>')
        if value is not None:
            wide = max(1.0, room * value / most)
            drawn.append(f'<rect x="{NAMES:g}" y="{top + 5:g}" width="{wide:.1f}" height="14" rx="1" {INK}'
                         ' fill-opacity=".75"/>')  # fmt: skip
        drawn.append(f'<text x="{WIDE - NUMBERS + 14:g}" y="{top + 16:g}">{tell(value)}</text>')
    told = "; ".join(f"{name} {tell(value)}" for name, value in values.items())
    return framed(WIDE, len(values) * ROW, "".join(drawn), f"{says} {told}.")


def reliability(domains: Mapping[str, Mapping[str, Any]]) -> str:
    """How often answers are right, by how sure they are: one square a domain, on the dashed line is calibrated."""
    drawn, left, told = [], 34.0, []
    for name, each in domains.items():
        target = name == "target"
        drawn.append(f'<text x="{left + SQUARE / 2:g}" y="11" text-anchor="middle">{"✕" if target else "●"} '
                     f"{name}: calibration error {each['error']:.1%}</text>")  # fmt: skip
        drawn.append(f'<rect class="end" x="{left:g}" y="18" width="{SQUARE:g}" height="{SQUARE:g}"/>')
        drawn.append(f'<path class="line" stroke-dasharray="4 3" d="M{left:g} {18 + SQUARE:g}L{left + SQUARE:g} 18"/>')
        for certain, right, low, high, count in each["bins"]:
            x, y, bottom, top = left + SQUARE * certain, *(18 + SQUARE * (1 - each) for each in (right, low, high))
            words = f"{count} answers, {certain:.0%} sure on average: {right:.0%} right ({low:.0%} to {high:.0%})"
            drawn.append(f'<path class="line" d="M{x:.1f} {bottom:.1f}V{top:.1f}"/>')
            shape = _cross(x, y) if target else f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {INK}/>'
            drawn.append(f"<g><title>{words}</title>{shape}</g>")
        for share in (0, 0.5, 1):
            at = f'x="{left + SQUARE * share:g}" y="{32 + SQUARE:g}" text-anchor="middle"'
            drawn.append(f'<text class="quiet" {at}>{share:.0%}</text>')
            at = f'x="{left - 5:g}" y="{22 + SQUARE * (1 - share):g}" text-anchor="end"'
            drawn.append(f'<text class="quiet" {at}>{share:.0%}</text>')
        told.append(f"{name} {each['error']:.1%}")
        left += SQUARE + 52
    return framed(left - 8, 38 + SQUARE, "".join(drawn), f"Reliability. Calibration error: {'; '.join(told)}.")


def reliability_rows(domains: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """The same as a table."""
    rows = [["Domain", "Sure (mean)", "Right", "95 % interval", "Answers"]]
    for name, each in domains.items():
        for certain, right, low, high, count in each["bins"]:
            rows.append([name, f"{certain:.1%}", f"{right:.1%}", f"{low:.0%} to {high:.0%}", str(count)])
    return rows


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}".replace("%", " %")


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def _cross(x: float, y: float) -> str:
    return f'<path class="line" stroke-width="1.8" stroke-opacity="1" d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"/>'


def _short(name: str, most: int = 20) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
