"""The samples that most give a domain away, and those that could be of either, as a judge sees them."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.data.charts import crop
from dashboard.drawing import CLASS_COLOURS, drawing, framed
from dashboard.shift.heading import headed
from tlcore.runs.chores import Chore

COLUMNS = 10  # thumbnails in a row of the sheet
SIZE, APART, TEXT = 66.0, 8.0, 26.0
MARKS = ("●", "✕")
DOMAINS = ("source", "target")
KINDS: Mapping[str, str] = {
    "source": "Surely source: what most gives the source away",
    "target": "Surely target: what most gives the target away",
    "mistaken": "Taken for the other domain",
    "confusable": "Could be of either",
}
READ = """
**How to read this.** A judge (the linear classifier behind the domain gap) learns to tell source from target by their
features, from four fifths of the images, and is asked about the others; every image is asked about once. Its scores are
turned into probabilities by one factor, so that of the images of which it is 80 % sure it is right about 80 % of the
time. Below each image: ● source or ✕ target, as it really is, and how surely the judge takes it for the
target's. Look for what the first two rows have and the last one lacks: a background, a border, a stroke, a
light. That is what a network can mistake for its task, and what adaptation has to take away.
"""


def samples(chore: Chore) -> None:
    """The section, from what a measurement found; its thumbnails lie in the folder of that work."""
    told = chore.result["samples"]
    if told is None:
        st.warning("There are too few images to say anything, or the features are not finite.")
        return
    interval = f"{100 * told['low']:.1f} to {100 * told['high']:.1f} %"
    headed("Which samples give the domain away", "samples", READ, rows(told["kinds"]))
    st.caption(
        f"The judge is right about {100 * told['accuracy']:.1f} % of the images that it has not learned from "
        f"(95 % interval {interval}; 50 % is guessing)."
    )
    if "points" in told:
        drawing(scatter(told["points"]), key="shift-samples")
    else:
        address = f"api/chores/{chore.id}/{told['sheet']}"
        drawing(galleries(told["kinds"], address, blocks=told["sheet"].endswith(".png")), key="shift-samples")


def galleries(kinds: Mapping[str, Sequence[Mapping[str, Any]]], address: str, blocks: bool) -> str:
    """A row of thumbnails for each kind, in the order in which they stand on the sheet."""
    drawn, place, top = [], 0, 0.0
    lines = -(-sum(map(len, kinds.values())) // COLUMNS)
    for kind, some in kinds.items():
        drawn.append(f'<text x="0" y="{top + 12:g}" font-weight="600">{KINDS[kind]}</text>')
        if not some:
            drawn.append(f'<text class="quiet" x="0" y="{top + 30:g}">none</text>')
        for k, each in enumerate(some):
            left = k * (SIZE + APART)
            drawn.append(crop(address, place, COLUMNS, lines, left, top + 20, SIZE, blocks))
            drawn.append(
                f'<text x="{left + SIZE / 2:g}" y="{top + SIZE + 34:g}" text-anchor="middle">'
                f"{MARKS[each['domain']]} {percent(each['target'])}</text>"
            )
            place += 1
        top += (SIZE if some else 14) + TEXT + 24
    wide = COLUMNS * (SIZE + APART)
    says = "; ".join(f"{KINDS[kind]}: {len(some)} images" for kind, some in kinds.items())
    return framed(wide, top, "".join(drawn), f"{says}.")


def scatter(points: Sequence[Mapping[str, Any]]) -> str:
    """Points where they lie: source ●, target ✕; the surer the judge, the stronger; a ring where it cannot tell."""
    xs, ys = ([each["at"][axis] for each in points] for axis in (0, 1))
    half = 0.55 * max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    x0, y0 = (max(xs) + min(xs)) / 2 - half, (max(ys) + min(ys)) / 2 + half
    room, drawn, ring = 420.0, [], f'fill="none" stroke="{CLASS_COLOURS[1]}" stroke-width="1.4"'
    for each in points:
        x, y = ((each["at"][0] - x0) / (2 * half) * room, (y0 - each["at"][1]) / (2 * half) * room)
        depth = 0.2 + 0.8 * abs(2 * each["target"] - 1)
        said = f"<title>{DOMAINS[each['domain']]}, {percent(each['target'])} target</title>"
        if each["domain"]:
            look = f'd="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6" stroke="var(--st-text-color)" stroke-width="1.6"'
            drawn.append(f'<path fill="none" {look} opacity="{depth:.2f}">{said}</path>')
        else:
            look = f'r="3.2" fill="var(--st-text-color)" opacity="{depth:.2f}"'
            drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" {look}>{said}</circle>')
        if each["kind"] == "confusable":
            drawn.append(f'<circle {ring} cx="{x:.1f}" cy="{y:.1f}" r="7"/>')
        if each["kind"] in DOMAINS:
            drawn.append(f'<rect {ring} x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12"/>')
    legend = (
        f'<text x="{room + 16:g}" y="16">● source</text><text x="{room + 16:g}" y="34">✕ target</text>'
        f'<text x="{room + 16:g}" y="52">stronger: the judge is surer</text>'
        f'<text x="{room + 16:g}" y="70">▢ what most gives a domain away</text>'
        f'<text x="{room + 16:g}" y="88">◯ what could be of either</text>'
    )
    says = f"{len(points)} points of both domains, with how sure a judge is of each."
    return framed(room + 230, room, "".join(drawn) + legend, says)


def rows(kinds: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[list[str]]:
    """The same as a table."""
    lines = [["Row", "Sample", "Is of the", "Judged to be the target's"]]
    for kind, some in kinds.items():
        lines += [
            [KINDS[kind].partition(":")[0], str(k + 1), DOMAINS[each["domain"]], percent(each["target"])]
            for k, each in enumerate(some)
        ]
    return lines


def percent(share: float) -> str:
    """Whole per cents, but neither 0 nor 100 where it is not quite that."""
    if 0 < share < 0.005 or 0.995 < share < 1:
        return "< 1 %" if share < 0.5 else "> 99 %"
    return words.percent(share)
