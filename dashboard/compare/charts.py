"""What the Compare page's charts have in common; each of them is a Plotly figure, drawn by Streamlit in the theme."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.compare.downloads import downloads

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

MOST = 10  # lines in a chart: more are no picture
HIGH = 430  # pixels
EDGE = {"width": 1, "color": "rgba(90,96,110,.9)"}  # around marks, so that light colours are seen on white


def chart(figure: "Figure", twin: "pd.DataFrame", key: str, says: str, meaning: str, title: str = "") -> None:
    """A figure under its heading, with what it means, its table, and that table to take away."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"head-{key}", gap="small"):
        if title:
            st.markdown(f"##### {title}", width="content")
        with st.popover("How to read this", type="tertiary"):
            st.markdown(meaning)
        with st.popover("Table", type="tertiary"):
            st.dataframe(twin, hide_index=True, alt=f"The numbers of the chart: {says}")
            downloads(twin, key)
    if figure.layout.margin.t is None:
        figure.update_layout(margin={"l": 8, "r": 8, "t": 12, "b": 8})
    figure.update_layout(
        height=figure.layout.height or HIGH, hoverlabel={"align": "left"}, modebar={"remove": ["lasso2d", "select2d"]}
    )
    st.plotly_chart(figure, key=f"chart-{key}", alt=says, config={"displaylogo": False, "displayModeBar": "hover"})


def percents(axis: str = "y", title: str = "Target accuracy") -> dict[str, Any]:
    """An axis of shares as percent; what an interval holds beyond 0 and 100 % cannot be, and is not drawn."""
    return {f"{axis}axis": {"title": title, "tickformat": ".0%", "zeroline": False, "range": [-0.02, 1.05]}}


def whiskers(mean: Any, low: Any, high: Any, paint: str) -> dict[str, Any]:
    """From a mean to both ends of its interval, as Plotly wants it; ends that are missing draw nothing."""
    return {"array": high - mean, "arrayminus": mean - low, "color": paint, "thickness": 1.6}


def too_many(count: int, most: int = MOST) -> None:
    if count > most:
        st.caption(f"The first {most} of {count} rows are drawn: choose rows in the table, or filter.")


def counted(numbers: Sequence[int], of: str) -> None:
    """How many runs, or pairs of runs, stand behind a mark."""
    few, many = min(numbers), max(numbers)
    each = f"n = {few}" if few == many else f"n = {few} to {many}"
    st.caption(f"Each mark is a mean over {each} {of}, its line the 95 % t-interval; one alone has no line.")


def listed(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST])
