"""The data-flow sketch of a strategy, drawn from the lines on its card.

A line reads "source + target > backbone* > head": what a step feeds into what; * is frozen. Stages of one
name are one box; lines that begin at the source are solid and those of the target dashed. Data is rounded and
says which labels it has, what is trained is filled, and a ◆ marks where labels are used.
A short flow goes from left to right, a long one from top to bottom, so that its words stay readable.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from textwrap import wrap
from typing import NamedTuple

from dashboard.drawing import framed

WIDE, APART = 64.0, 7.0  # a box, and the gap to the next one in the direction of the flow
LINE, ROOM, BETWEEN = 11.0, 9.0, 6.0  # a line of words, the air around them, the gap beside a box
LETTERS = 13  # in one line of a box
COLUMNS = 4  # that go from left to right within the sidebar's width
BY_LABELS = ("cross-entropy", "prototype", "nearest", "closed form", "gradient steps", "labels", "same or different")
TRAINABLE = re.compile(
    r"adapt|autoencoder|backbone|bias|block|decoder|discriminator|embedding|encoder|head|judge|layer|model|network|norms"
    r"|predictor|projector|regressor|rival|student|teacher"
)
LABELS = {"labels": "labels", "few": "few labels", "images": "no labels", "nothing": "exam only"}
NARROW, BROAD = "fijlrt'-., ", "mwMW"  # letters


class Arrow(NamedTuple):
    start: str
    end: str
    of_target: bool


class Place(NamedTuple):
    x: float
    y: float


def sketch(flow: Sequence[str], idea: str, needs: Sequence[str] = ("labels", "images")) -> str:
    """An SVG of the flow; `idea` is the sentence that it illustrates, `needs` what the strategy may see."""
    arrows = list(dict.fromkeys(_arrows(flow)))
    names = list(dict.fromkeys(name for arrow in arrows for name in (arrow.start, arrow.end)))
    words = {name: _words(name, flow, needs) for name in names}
    high = max((len(lines) for lines in words.values()), default=1) * LINE + ROOM
    columns = _columns(arrows, names)
    down = len(columns) > COLUMNS
    places = _placed(columns, high, down)
    boxes = "".join(
        _box(name, words[name], _kind(name, arrows), places[name], high, _used(name, flow, needs)) for name in names
    )
    lines = "".join(_line(arrow, arrows, places, high, down) for arrow in arrows)
    right = max((place.x for place in places.values()), default=0.0) + WIDE
    low = max((place.y for place in places.values()), default=0.0) + high
    wide = max(right, COLUMNS * WIDE + (COLUMNS - 1) * APART)
    legend, bottom = _legend(flow, names, arrows, needs, low + 6)
    return framed(wide, bottom, _DEFINED + lines + boxes + legend, f"{idea} {'; '.join(flow)}")


def _arrows(flow: Iterable[str]) -> Iterable[Arrow]:
    for line in flow:
        first, *others = [stage.strip() for stage in line.split(">")]
        for origin in (each.strip() for each in first.split("+")):
            for start, end in pairwise([origin, *others]):
                yield Arrow(start, end, "target" in origin)


def _columns(arrows: Sequence[Arrow], names: Sequence[str]) -> list[list[str]]:
    """The boxes by their distance from the data; in each column near to what leads to them."""
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
                whole = max(0.0, COLUMNS * WIDE + (COLUMNS - 1) * APART - most * WIDE - (most - 1) * BETWEEN) / 2
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


def _words(name: str, flow: Sequence[str], needs: Sequence[str]) -> list[str]:
    lines = wrap(name.removesuffix("*").replace(",", ""), LETTERS)
    if not _origin(name, flow) or not re.search("source|target", name):
        return lines
    labels = LABELS[_labels(name, needs)]
    return lines if labels in name or "labelled" in name else [*lines, f"({labels})"]


def _origin(name: str, flow: Sequence[str]) -> bool:
    return any(name in (each.strip() for each in line.split(">")[0].split("+")) for line in flow)


def _labels(origin: str, needs: Sequence[str]) -> str:
    """What labels the data of that name has."""
    if any(word in origin for word in ("unlabelled", "without label", "views")):
        return "images"
    need = needs[1] if "target" in origin else needs[0]
    return "images" if need == "few" and "label" not in origin and "few" not in origin else need


def _used(name: str, flow: Sequence[str], needs: Sequence[str]) -> bool:
    """Whether labels are used in a stage: data that has some leads there, to what asks for them."""
    if not any(word in name for word in BY_LABELS) or any(word in name for word in ("swapped", "pseudo", "domain")):
        return False
    leading = [line.split(">") for line in flow if name in (stage.strip() for stage in line.split(">"))]
    origins = [each.strip() for stages in leading for each in stages[0].split("+")]
    return any(_labels(origin, needs) in ("labels", "few") for origin in origins)


def _kind(name: str, arrows: Sequence[Arrow]) -> str:
    if all(arrow.end != name for arrow in arrows):
        return "data"
    if name.endswith("*"):
        return "box frozen"
    if TRAINABLE.search(name):
        return "box"
    return "plain" if any(arrow.start == name for arrow in arrows) else "end"


def _box(name: str, lines: Sequence[str], kind: str, place: Place, high: float, labels: bool) -> str:
    x, y = place
    first = y + high / 2 + 3.5 - LINE / 2 * (len(lines) - 1)
    fitted = f' textLength="{WIDE - 5:g}" lengthAdjust="spacingAndGlyphs"'
    fits = ["" if _wide(line) <= WIDE - 5 else fitted for line in lines]
    words = "".join(
        f'<text class="{"quiet" if line.startswith("(") else ""}" x="{x + WIDE / 2:g}" y="{first + LINE * k:g}" '
        f'text-anchor="middle" font-size="10"{fits[k]}>{escape(line.strip("()"))}</text>'
        for k, line in enumerate(lines)
    )
    hint = "<title>frozen: it is not trained here</title>" if "frozen" in kind else ""
    radius = min(high, 27) / 2 if kind == "data" else 5
    diamond = f"M{x + WIDE - 1:g} {y - 3:g}l4 4l-4 4l-4 -4z"
    mark = f'<path class="labels" d="{diamond}"><title>labels are used here</title></path>' if labels else ""
    shape = f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{WIDE:g}" height="{high:g}" rx="{radius:g}"/>'
    return f"<g>{hint}{shape}{words}{mark}</g>"


def _wide(line: str) -> float:
    """About how wide a line of words is drawn."""
    return sum(2.9 if letter in NARROW else 8.2 if letter in BROAD else 5.5 for letter in line)


def _legend(
    flow: Sequence[str], names: Sequence[str], arrows: Sequence[Arrow], needs: Sequence[str], top: float
) -> tuple[str, float]:
    """What the signs mean, of those that occur; and where the drawing ends."""
    box = '<rect class="{}" x="0" y="-7" width="13" height="9" rx="2"/>'
    dash = '<path class="line" {} d="M0 -2.5h14"/>'
    signs = [
        ("trained", box.format("box"), any(_kind(name, arrows) == "box" for name in names)),
        ("frozen", box.format("box frozen"), any(name.endswith("*") for name in names)),
        ("source", dash.format(""), any(not arrow.of_target for arrow in arrows)),
        ("target", dash.format('stroke-dasharray="3.5 2.5"'), any(arrow.of_target for arrow in arrows)),
        (
            "labels used",
            '<path class="labels" d="M7 -6.5l4 4l-4 4l-4 -4z"/>',
            any(_used(n, flow, needs) for n in names),
        ),
    ]
    x, content = 0.0, ""
    for word, sign, occurs in signs:
        if occurs:
            words = f'<text class="quiet" x="17" font-size="9.5">{word}</text>'
            content += f'<g transform="translate({x:g} {top + 8:g})">{sign}{words}</g>'
            x += 25 + 4.8 * len(word)
    return content, top + 12


_DEFINED = (
    '<defs><marker id="tip" viewBox="0 0 6 6" refX="3" refY="3" markerWidth="5" markerHeight="5" orient="auto">'
    '<path class="tip" d="M0 0L6 3L0 6z"/></marker></defs>'
)
