"""Several maps of the same features side by side, each with the centres of the two domains."""

from collections.abc import Mapping

import streamlit as st

from dashboard.drawing import CLASS_COLOURS, drawing, framed
from tlcore.lessons.results import Result
from tlcore.lessons.the_map import between
from tlcore.training.events import Array

SIDE, GAP, HEAD, ACROSS = 280, 20, 22, 3  # of one map, between two, and above each; three in a row
REACH = 2.3  # radii of the map from its centre to the edge


def maps(result: Result) -> None:
    """The maps with their distances, and the same as a table."""
    domain = result.features["domain"]
    distances = {seed: between(layout, domain) for seed, layout in result.maps.items()}
    with st.container(key="maps"):
        st.markdown("##### The same features, six times", help="Laid out by t-SNE from six random starts; nothing "
                    "else differs. Distances are in radii of the map: the root of the mean squared distance from "
                    "its centre.")  # fmt: skip
        with st.container(width=1080):
            drawing(picture(result.maps, domain), key="lesson-maps")
        st.caption("● source   ✕ target   the bar joins the centres of the two domains")
        with st.expander("As a table"):
            rows = [{"map": f"seed {seed}", "distance of the centres": value} for seed, value in distances.items()]
            st.dataframe(rows, hide_index=True, width="content")


def picture(layouts: Mapping[int, Array], domain: Array) -> str:
    """An SVG of all maps, three in a row."""
    drawn = []
    for k, (seed, layout) in enumerate(layouts.items()):
        left, top = (k % ACROSS) * (SIDE * 1.4 + GAP), (k // ACROSS) * (SIDE + HEAD + GAP)
        drawn.append(f'<g transform="translate({left:g} {top:g})">{_map(seed, layout, domain)}</g>')
    rows = -(-len(layouts) // ACROSS)
    says = "; ".join(f"map {seed}: centres {between(each, domain):.2f} radii apart" for seed, each in layouts.items())
    return framed(
        ACROSS * (SIDE * 1.4 + GAP), rows * (SIDE + HEAD + GAP), "".join(drawn), f"{says[:1].upper()}{says[1:]}."
    )


def _map(seed: int, layout: Array, domain: Array) -> str:
    wide = SIDE * 1.4
    scale = SIDE / (2 * REACH)

    def at(x: float, y: float) -> tuple[float, float]:
        return wide / 2 + scale * x, HEAD + SIDE / 2 - scale * y

    marks = []
    for (x, y), target in zip((at(*row) for row in layout), domain):
        if target:
            marks.append(f'<path d="M{x - 2:.1f} {y - 2:.1f}l4 4m0 -4l-4 4" stroke="{CLASS_COLOURS[1]}"/>')
        else:
            marks.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.8" fill="{CLASS_COLOURS[0]}" fill-opacity=".7"/>')
    (ax, ay), (bx, by) = (at(*layout[domain == k].mean(0)) for k in (0, 1))
    bar = f'<path d="M{ax:.1f} {ay:.1f}L{bx:.1f} {by:.1f}" class="line" style="stroke-opacity:1;stroke-width:4"/>'
    ends = (
        f'<circle cx="{ax:.1f}" cy="{ay:.1f}" r="6" fill="{CLASS_COLOURS[0]}"/>'
        f'<path d="M{bx - 5:.1f} {by - 5:.1f}l10 10m0 -10l-10 10" stroke="{CLASS_COLOURS[1]}" stroke-width="3.5"/>'
    )
    frame = f'<rect class="end" y="{HEAD}" width="{wide:g}" height="{SIDE}" rx="6"/>'
    title = f'<text y="13" font-size="13">seed {seed}: {between(layout, domain):.2f} radii apart</text>'
    return title + frame + "".join(marks) + bar + ends
