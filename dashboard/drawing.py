"""Small drawings beside the controls: SVG that takes its colours from the page's theme."""

from collections.abc import Sequence
from html import escape

import streamlit as st

# Okabe-Ito without black and yellow: the order of classes, as everywhere on the page.
CLASS_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")

_STYLE = """
[data-drawing] > svg {
  display: block; width: 100%; height: auto; font-family: var(--st-font); font-size: 10.5px; overflow: visible;
}
text { fill: var(--st-text-color); }
.quiet { fill: var(--st-text-color); opacity: .65; }
.box {
  fill: color-mix(in srgb, var(--st-primary-color) 13%, var(--st-background-color));
  stroke: var(--st-primary-color); stroke-opacity: .55;
}
.frozen {
  fill: var(--st-secondary-background-color); stroke: var(--st-text-color); stroke-opacity: .7; stroke-dasharray: 2 2;
}
.data { fill: var(--st-background-color); stroke: var(--st-text-color); stroke-opacity: .45; }
.plain { fill: var(--st-background-color); stroke: var(--st-border-color); }
.end { fill: none; stroke: var(--st-border-color); }
.labels { fill: #E69F00; stroke: var(--st-text-color); stroke-width: .6; }
.line { fill: none; stroke: var(--st-text-color); stroke-opacity: .6; stroke-width: 1.2; }
.tip { fill: var(--st-text-color); fill-opacity: .6; }
"""

# Streamlit cuts SVG out of st.html; a component may draw it. Two lines at least: one would be read as a path.
_SCRIPT = """
export default function ({ parentElement, data }) {
  const place = parentElement.querySelector("[data-drawing]")
  if (place.innerHTML !== data.svg) place.innerHTML = data.svg
}
"""


def drawing(svg: str, key: str) -> None:
    """Show an `<svg>` made by `framed`; the same key is redrawn in place, without a flicker."""
    component = st.components.v2.component(
        "drawing", html="<div data-drawing></div>", css=_STYLE, js=_SCRIPT, isolate_styles=True
    )
    component(key=key, data={"svg": svg}, height="content")


def outlines(
    lines: Sequence[Sequence[float]], left: float, top: float, wide: float, high: float, widths: Sequence[float]
) -> str:
    """Two histograms over one another, the highest bar as high as the place: source solid, target dashed."""
    most = max(max(line) for line in lines) or 1.0
    drawn = []
    for line, width, dashes in zip(lines, widths, ("", ' stroke-dasharray="5 3"')):
        points = " ".join(
            f"{left + wide * (j + 0.5) / len(line):.1f},{top + high * (1 - value / most):.1f}"
            for j, value in enumerate(line)
        )
        drawn.append(f'<polyline class="line" points="{points}" stroke-opacity=".9" stroke-width="{width:g}"{dashes}/>')
    return "".join(drawn)


def framed(width: float, height: float, content: str, says: str) -> str:
    """An SVG of that many units; `says` is what it shows, for those who do not see it."""
    return f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(says, quote=True)}">{content}</svg>'
