"""The Shift page's drawings, from findings: what was measured beside what chance alone says, and where."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dashboard.drawing import framed

Told = Mapping[str, Any]  # a finding: value, null, reach, p_value, unit, rows
LEVEL = 0.05

WIDE, NAMES, NUMBERS, ROW = 560.0, 150.0, 190.0, 27.0
CELL = 26.0


def strips(findings: Mapping[str, Told], titles: Mapping[str, str], comparable: bool = False) -> str:
    """A line for each metric: a bar as long as its value, beside the stretch that chance alone reaches.

    Every line has its own scale, as values of different metrics cannot be compared, unless they are `comparable`.
    """
    drawn, room = [], WIDE - NAMES - NUMBERS
    farthest = max((max(each["value"], each["reach"]) for each in findings.values()), default=0.0)
    for place, (key, each) in enumerate(findings.items()):
        top = place * ROW
        far = max(farthest if comparable else max(each["value"], each["reach"]), 1e-30)
        wide, chance, zero = (room * max(each[name], 0) / far for name in ("value", "reach", "null"))
        drawn.append(f'<text x="{NAMES - 10:g}" y="{top + 17:g}" text-anchor="end">{escape(titles[key])}</text>')
        drawn.append(
            f'<rect class="frozen" x="{NAMES:g}" y="{top + 4:g}" width="{max(chance, 1):.1f}" height="18">'
            f"<title>Chance alone stays below {number(each['reach'])} in 95 of 100 cases.</title></rect>"
        )
        drawn.append(
            f'<rect x="{NAMES:g}" y="{top + 9:g}" width="{max(wide, 1):.1f}" height="8" rx="1"'
            ' fill="var(--st-text-color)" fill-opacity=".8"/>'
        )
        drawn.append(f'<path class="line" d="M{NAMES + zero:.1f} {top + 2:g}v22" stroke-dasharray="2 2"/>')
        drawn.append(f'<text x="{WIDE - NUMBERS + 12:g}" y="{top + 17:g}">{escape(said(each))}</text>')
    told = "; ".join(f"{titles[key]} {said(each)}" for key, each in findings.items())
    return framed(WIDE, len(findings) * ROW, "".join(drawn), f"Shift metrics. {told}.")


def heat(
    layers: Sequence[str], metrics: Sequence[str], findings: Mapping[str, Mapping[str, Told]], titles: Mapping[str, str]
) -> str:
    """Layers across, metrics down: how many times as far as chance reaches; a dot where it is not beyond chance."""
    drawn, left, across = [], NAMES, (WIDE - NAMES) / max(1, len(layers))
    for column, layer in enumerate(layers):
        middle = left + (column + 0.5) * across
        drawn.append(f'<text x="{middle:.1f}" y="11" text-anchor="middle">{escape(layer)}</text>')
    for line, key in enumerate(metrics):
        top = 18 + line * CELL
        drawn.append(f'<text x="{left - 10:g}" y="{top + 17:g}" text-anchor="end">{escape(titles[key])}</text>')
        for column, layer in enumerate(layers):
            each = findings[layer].get(key)
            if each is None:
                continue
            x, depth, sure = left + column * across, strength(each), each["p_value"] <= LEVEL
            drawn.append(
                f'<rect x="{x + 1:.1f}" y="{top + 1:g}" width="{across - 2:.1f}" height="{CELL - 2:g}"'
                f' fill="var(--st-primary-color)" fill-opacity="{0.08 + 0.5 * depth:.2f}">'
                f"<title>{escape(f'{titles[key]}, {layer}: {said(each)}')}</title></rect>"
            )
            words = number(each["value"]) if sure else f"· {number(each['value'])}"
            drawn.append(f'<text x="{x + across / 2:.1f}" y="{top + 17:g}" text-anchor="middle">{words}</text>')
    told = f"Shift metrics of {', '.join(layers)}."
    return framed(WIDE, 18 + len(metrics) * CELL, "".join(drawn), told)


def strength(each: Told) -> float:
    """How far beyond chance, from 0 (no further) to 1 (a hundred times as far above the null, or more)."""
    from math import log10

    times = (each["value"] - each["null"]) / max(each["reach"] - each["null"], 1e-30)
    return min(1.0, max(0.0, log10(max(times, 1.0)) / 2))


def rows(findings: Mapping[str, Told], titles: Mapping[str, str]) -> list[list[str]]:
    """The same as a table."""
    lines = [["Metric", "Value", "Null", "Chance reaches", "p", "Unit", "Rows a domain"]]
    for key, each in findings.items():
        numbers = [number(each[name]) for name in ("value", "null", "reach")]
        p = p_value(each["p_value"]).replace(" ", "\N{NO-BREAK SPACE}")
        lines.append([titles[key], *numbers, p, each["unit"] or "–", f"{each['rows']:,}"])
    return lines


def said(each: Told) -> str:
    """ "0.0312, p = .005"; or that chance alone explains it."""
    beyond = "" if each["p_value"] <= LEVEL else ": no more than chance"
    return f"{number(each['value'])}, p {p_value(each['p_value'])}{beyond}"


def p_value(value: float) -> str:
    """Two digits and no false precision: "≤ .005", ".12"."""
    return "≤ .005" if value <= 0.005 else f"= {value:.2f}".replace("0.", ".", 1)


def number(value: float) -> str:
    """Three digits, with a power of ten only where there is no other way."""
    return f"{value:.3g}" if value == 0 or 1e-4 <= abs(value) < 1e5 else f"{value:.1e}"
