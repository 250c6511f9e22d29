"""The data-flow sketch of a strategy, drawn from the lines on its card.

A line reads "source + target > backbone* > head": what a step feeds into what; * is frozen. Stages of one
name are one box; lines that begin at the source are solid and those of the target dashed.
"""

from collections.abc import Iterable, Sequence
from html import escape
from textwrap import wrap
from typing import NamedTuple

from dashboard.drawing import framed

WIDE, HIGH = 62.0, 27.0  # of a box
APART, BETWEEN = 9.0, 6.0  # columns, rows
LETTERS = 14  # in one line of a box


class Arrow(NamedTuple):
    start: str
    end: str
    of_target: bool


def sketch(flow: Sequence[str], idea: str) -> str:
    """An SVG of the flow; `idea` is the sentence that it illustrates."""
    arrows = list(dict.fromkeys(_arrows(flow)))
    places = _placed(arrows)
    right = max((x for x, _ in places.values()), default=0.0) + WIDE
    low = max((y for _, y in places.values()), default=0.0) + HIGH
    lines = "".join(_line(arrow, places, (arrow._replace(of_target=not arrow.of_target)) in arrows) for arrow in arrows)
    boxes = "".join(_box(name, *place) for name, place in places.items())
    return framed(max(right, 4 * WIDE + 3 * APART), low + 2, _TIP + lines + boxes, f"{idea} {'; '.join(flow)}")


def _arrows(flow: Iterable[str]) -> Iterable[Arrow]:
    for line in flow:
        first, *others = [stage.strip() for stage in line.split(">")]
        for origin in (each.strip() for each in first.split("+")):
            for start, end in zip([origin, *others], others):
                yield Arrow(start, end, "target" in origin)


def _placed(arrows: Sequence[Arrow]) -> dict[str, tuple[float, float]]:
    """The upper left corner of every box: a column for each step from the data, centred against each other."""
    names = list(dict.fromkeys(name for arrow in arrows for name in (arrow.start, arrow.end)))
    depth = dict.fromkeys(names, 0)
    for _ in names:  # as many rounds as the longest path could have arrows
        for arrow in arrows:
            depth[arrow.end] = max(depth[arrow.end], depth[arrow.start] + 1)
    columns = [[name for name in names if depth[name] == d] for d in range(max(depth.values(), default=-1) + 1)]
    tallest = max(map(len, columns), default=0)
    return {
        name: (d * (WIDE + APART), (row + (tallest - len(column)) / 2) * (HIGH + BETWEEN) + 1)
        for d, column in enumerate(columns)
        for row, name in enumerate(column)
    }


def _line(arrow: Arrow, places: dict[str, tuple[float, float]], beside_another: bool) -> str:
    x, y = places[arrow.start]
    end_x, end_y = places[arrow.end]
    aside = (2.5 if arrow.of_target else -2.5) if beside_another else 0.0
    x, y, end_x, end_y = x + WIDE, y + HIGH / 2 + aside, end_x - 3, end_y + HIGH / 2 + aside
    middle = (x + end_x) / 2
    dash = ' stroke-dasharray="3.5 2.5"' if arrow.of_target else ""
    course = f"M{x:g} {y:g} C{middle:g} {y:g} {middle:g} {end_y:g} {end_x:g} {end_y:g}"
    return f'<path class="line"{dash} marker-end="url(#tip)" d="{course}"/>'


def _box(name: str, x: float, y: float) -> str:
    lines = wrap(name.removesuffix("*").replace(",", ""), LETTERS)[:2]
    frozen = name.endswith("*")
    first = y + HIGH / 2 + 3.5 - 5.5 * (len(lines) - 1)
    words = "".join(
        f'<text x="{x + WIDE / 2:g}" y="{first + 11 * k:g}" text-anchor="middle" font-size="9.4">{escape(line)}</text>'
        for k, line in enumerate(lines)
    )
    hint = "<title>frozen: it is not trained here</title>" if frozen else ""
    kind = "box frozen" if frozen else "box"
    return f'<g>{hint}<rect class="{kind}" x="{x:g}" y="{y:g}" width="{WIDE:g}" height="{HIGH:g}" rx="5"/>{words}</g>'


_TIP = (
    '<defs><marker id="tip" viewBox="0 0 6 6" refX="3" refY="3" markerWidth="5" markerHeight="5" orient="auto">'
    '<path class="tip" d="M0 0L6 3L0 6z"/></marker></defs>'
)
