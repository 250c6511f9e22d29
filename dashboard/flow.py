"""The data-flow sketch of a strategy, drawn from the lines on its card; see `dashboard.stages` for what they say.

Lines that begin at the source are solid and those of the target dashed. Data is rounded and says which labels it
has, what is trained is filled, and a diamond marks where labels are used. A short flow goes from left to right,
a long one from top to bottom, so that its words stay readable.
"""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

from dashboard.drawing import framed
from dashboard.stages import Arrow, Flow

WIDE, APART = 64.0, 7.0  # a box, and the gap to the next one in the direction of the flow
LINE, ROOM, BETWEEN = 11.0, 9.0, 6.0  # a line of words, the air around them, the gap beside a box
COLUMNS = 4  # that go from left to right within the sidebar's width
ACROSS = COLUMNS * WIDE + (COLUMNS - 1) * APART
NARROW, BROAD = "fijlrt'-., ", "mwMW"  # letters


class Place(NamedTuple):
    x: float
    y: float


def sketch(lines: Sequence[str], idea: str, needs: Sequence[str] = ("labels", "images")) -> str:
    """An SVG of the flow; `idea` is the sentence that it illustrates, `needs` what the strategy may see."""
    flow = Flow(lines, needs)
    high = max((len(flow.words(name)) for name in flow.names), default=1) * LINE + ROOM
    columns = _columns(flow)
    down = len(columns) > COLUMNS
    places = _placed(columns, high, down)
    boxes = "".join(_box(flow, name, places[name], high) for name in flow.names)
    arrows = "".join(_line(arrow, flow.arrows, places, high, down) for arrow in flow.arrows)
    right = max((place.x for place in places.values()), default=0.0) + WIDE
    low = max((place.y for place in places.values()), default=0.0) + high
    content = _DEFINED + arrows + boxes + _legend(flow, low + 14)
    return framed(max(right, ACROSS), low + 18, content, f"{idea} {'; '.join(lines)}")


def _columns(flow: Flow) -> list[list[str]]:
    """The boxes by their distance from the data; in each column near to what leads to them."""
    arrows, names = flow.arrows, flow.names
    depth = dict.fromkeys(names, 0)
    ahead = [arrow for k, arrow in enumerate(arrows) if not _leads(arrows[:k], arrow.end, arrow.start)]
    for _ in names:  # as many rounds as the longest path could have arrows
        for arrow in ahead:
            depth[arrow.end] = max(depth[arrow.end], depth[arrow.start] + 1)
    columns = [[name for name in names if depth[name] == d] for d in range(max(depth.values(), default=-1) + 1)]
    for before, column in pairwise(columns):
        order = {name: k - len(before) / 2 for k, name in enumerate(before)}
        column.sort(key=lambda name: _mean([order[a.start] for a in ahead if a.end == name and a.start in order]))
    return columns


def _leads(arrows: Sequence[Arrow], start: str, end: str) -> bool:
    """Whether one gets from `start` to `end`: an arrow back would close a circle."""
    reached, waiting = {start}, [start]
    while waiting:
        at = waiting.pop()
        news = {arrow.end for arrow in arrows if arrow.start == at} - reached
        reached |= news
        waiting += news
    return end in reached


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _placed(columns: Sequence[Sequence[str]], high: float, down: bool) -> dict[str, Place]:
    """The upper left corner of every box, each column centred against the longest."""
    most = max(map(len, columns), default=0)
    places = {}
    for d, column in enumerate(columns):
        for k, name in enumerate(column):
            beside = k + (most - len(column)) / 2
            if down:
                whole = max(0.0, ACROSS - most * WIDE - (most - 1) * BETWEEN) / 2
                places[name] = Place(whole + beside * (WIDE + BETWEEN), d * (high + APART + 3) + 1)
            else:
                places[name] = Place(d * (WIDE + APART), beside * (high + BETWEEN) + 1)
    return places


def _line(arrow: Arrow, arrows: Sequence[Arrow], places: dict[str, Place], high: float, down: bool) -> str:
    (x, y), (end_x, end_y) = places[arrow.start], places[arrow.end]
    twin = arrow._replace(of_target=not arrow.of_target) in arrows
    aside = (2.5 if arrow.of_target else -2.5) if twin else 0.0
    if down:
        x, y, end_x, end_y = x + WIDE / 2 + aside, y + high, end_x + WIDE / 2 + aside, end_y - 3
        bend = f"{x:g} {(y + end_y) / 2:g} {end_x:g} {(y + end_y) / 2:g}"
    else:
        x, y, end_x, end_y = x + WIDE, y + high / 2 + aside, end_x - 3, end_y + high / 2 + aside
        bend = f"{(x + end_x) / 2:g} {y:g} {(x + end_x) / 2:g} {end_y:g}"
    dash = ' stroke-dasharray="3.5 2.5"' if arrow.of_target else ""
    return f'<path class="line"{dash} marker-end="url(#tip)" d="M{x:g} {y:g} C{bend} {end_x:g} {end_y:g}"/>'


def _box(flow: Flow, name: str, place: Place, high: float) -> str:
    (x, y), kind, lines = place, flow.kind(name), flow.words(name)
    first = y + high / 2 + 3.5 - LINE / 2 * (len(lines) - 1)
    words = "".join(_written(line, x + WIDE / 2, first + LINE * k) for k, line in enumerate(lines))
    hint = "<title>frozen: it is not trained here</title>" if "frozen" in kind else ""
    radius = min(high, 27) / 2 if kind == "data" else 5
    diamond = (
        f'<path class="labels" d="M{x + WIDE - 1:g} {y - 3:g}{_DIAMOND}"><title>labels are used here</title></path>'
    )
    shape = f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{WIDE:g}" height="{high:g}" rx="{radius:g}"/>'
    return f"<g>{hint}{shape}{words}{diamond if flow.uses_labels(name) else ''}</g>"


def _written(line: str, x: float, y: float) -> str:
    """A line of words about its middle, drawn together where it would not fit into a box."""
    kind = "quiet" if line.startswith("(") else "name"
    fitted = f' textLength="{WIDE - 5:g}" lengthAdjust="spacingAndGlyphs"' if _wide(line) > WIDE - 5 else ""
    at = f'x="{x:g}" y="{y:g}" text-anchor="middle" font-size="10"'
    return f'<text class="{kind}" {at}{fitted}>{escape(line.strip("()"))}</text>'


def _wide(line: str) -> float:
    """About how wide a line of words is drawn."""
    return sum(2.9 if letter in NARROW else 8.2 if letter in BROAD else 5.5 for letter in line)


def _legend(flow: Flow, y: float) -> str:
    """What the signs mean, of those that occur."""
    box = '<rect class="{}" x="0" y="-7" width="13" height="9" rx="2"/>'
    dash = '<path class="line" {} d="M0 -2.5h14"/>'
    kinds = {flow.kind(name) for name in flow.names}
    signs = [
        ("trained", box.format("box"), "box" in kinds),
        ("frozen", box.format("box frozen"), "box frozen" in kinds),
        ("source", dash.format(""), any(not arrow.of_target for arrow in flow.arrows)),
        ("target", dash.format('stroke-dasharray="3.5 2.5"'), any(arrow.of_target for arrow in flow.arrows)),
        ("labels used", f'<path class="labels" d="M7 -6.5{_DIAMOND}"/>', any(map(flow.uses_labels, flow.names))),
    ]
    x, content = 0.0, ""
    for word, sign, occurs in signs:
        if occurs:
            words = f'<text class="quiet" x="17" font-size="9.5">{word}</text>'
            content += f'<g transform="translate({x:g} {y:g})">{sign}{words}</g>'
            x += 25 + 4.8 * len(word)
    return content


_DIAMOND = "l4 4l-4 4l-4 -4z"
_DEFINED = (
    '<defs><marker id="tip" viewBox="0 0 6 6" refX="3" refY="3" markerWidth="5" markerHeight="5" orient="auto">'
    '<path class="tip" d="M0 0L6 3L0 6z"/></marker></defs>'
)
