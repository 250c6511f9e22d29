"""The map of the features: colours by choice, and a lasso that opens a gallery."""

from typing import Any

import numpy as np
import streamlit as st

from dashboard.drawing import CLASS_COLOURS
from dashboard.inspect.choosing import Choice
from dashboard.inspect.gallery import picked_rows
from dashboard.inspect.judging import SOURCE, TARGET, of_domain
from dashboard.inspect.texts import MAP
from tlcore.training.events import Array

PCA, UMAP = "PCA", "UMAP"
COLOURS = ("Class", "Domain", "Right or wrong", "Certainty")
# Tol's muted colours for 7 to 10 classes; of more, all are grey. The same as in static/colours.js.
MORE = ("#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#661100")
ON_DARK = {
    "#332288": "#6a77fe", "#117733": "#34d02c", "#999933": "#86a95d", "#CC6677": "#e37390", "#882255": "#9b4872",
    "#AA4499": "#9776b2", "#661100": "#b1431e",
}  # fmt: skip
GREY = "#8a8f98"
SHAPES = {SOURCE: "circle", TARGET: "x-thin"}
KEY = "inspect-map"


def embedding(choice: Choice) -> None:
    history = choice.history
    with st.container(horizontal=True, vertical_alignment="bottom", key="inspect-map-bar"):
        by = st.segmented_control("Colour by", COLOURS, default=COLOURS[0], key="inspect-colour", required=True)
        layouts = [PCA, *([UMAP] if history.umap else [])]
        how = st.segmented_control("Map", layouts, default=PCA, key="inspect-layout", required=True)
        with st.popover("What is this?", type="tertiary"):
            st.markdown(MAP)
        flat = st.toggle("Table", key="inspect-map-table")
    places, said = _places(choice, how or PCA)
    if flat:
        _table(choice, places)
    else:
        figure = _figure(choice, places, by or COLOURS[0])
        st.plotly_chart(
            figure, key=f"{KEY}:{choice.key}:{choice.step}:{by}:{how}:{choice.domain}", on_select=_select,
            selection_mode=("lasso", "box", "points"), config={"displaylogo": False},
        )  # fmt: skip
    st.caption(said)


def _select() -> None:
    """Rows of what was chosen, out of whichever chart said so."""
    for key, value in st.session_state.items():
        if str(key).startswith(f"{KEY}:") and (points := value.get("selection", {}).get("points")):
            picked_rows(rows_of(points))


def rows_of(points: Any) -> list[int]:
    """The samples of selected points, each once: Plotly tells of the points and of what was drawn into them."""
    rows = [each["customdata"][0] if isinstance(each["customdata"], list) else each["customdata"] for each in points]
    return sorted({int(row) for row in rows})


def _places(choice: Choice, how: str) -> tuple[Array, str]:
    history, step = choice.history, choice.step
    if how == UMAP:
        kept = sorted(history.umap)
        near = min(kept, key=lambda each: abs(each - step))
        return history.umap[near], f"UMAP of the features of step {near:,}. Distances between clusters mean nothing."
    return history.frames[step].place, f"PCA of the features of step {step:,}. ● source, ✕ target."


def _figure(choice: Choice, places: Array, by: str) -> dict[str, Any]:
    """Plotly's own form: one trace a group and domain, so that the legend says what shapes and colours are."""
    history, frame = choice.history, choice.history.frames[choice.step]
    right = frame.predicted == history.label
    dark = st.context.theme.type == "dark"
    traces = []
    for domain in (SOURCE, TARGET):
        rows = of_domain(history, domain) & of_domain(history, choice.domain)
        for name, colour, group in _groups(choice, by, rows, right, dark):
            some = np.flatnonzero(group)
            if not len(some):
                continue
            said = [
                f"{history.named(int(history.label[row]))} → {history.named(int(frame.predicted[row]))}, "
                f"{frame.certain[row]:.0%}" for row in some
            ]  # fmt: skip
            marker: dict[str, Any] = {"symbol": SHAPES[domain], "size": 7, "color": colour, "opacity": 0.85}
            marker["line"] = {"width": 1.6 if domain == TARGET else 0.5, "color": colour}
            if by == "Certainty":
                sure = frame.certain[some].tolist()
                scale = {"color": sure, "colorscale": "Cividis", "cmin": 0, "cmax": 1}
                marker |= {**scale, "showscale": domain == SOURCE or choice.domain == TARGET}
                marker["line"] |= scale
            traces.append(
                {"type": "scatter", "mode": "markers", "name": f"{name}, {domain.lower()}", "text": said,
                 "x": places[some, 0].astype(float).tolist(), "y": places[some, 1].astype(float).tolist(),
                 "customdata": some.tolist(), "hovertemplate": "%{text}<extra></extra>", "marker": marker,
                 "showlegend": by != "Certainty"}
            )  # fmt: skip
    axis = {"visible": False, "fixedrange": False}
    layout = {"height": 560, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "dragmode": "lasso", "xaxis": axis}
    layout |= {"yaxis": {**axis, "scaleanchor": "x"}, "legend": {"itemsizing": "constant"}}
    return {"data": traces, "layout": layout}


def _groups(choice: Choice, by: str, rows: Array, right: Array, dark: bool) -> list[tuple[str, str, Array]]:
    """(name, colour, rows) of what has a colour of its own."""
    history = choice.history
    if by == "Domain":
        target = history.target_rows
        return [(history.source, CLASS_COLOURS[0], rows & ~target), (history.target, CLASS_COLOURS[1], rows & target)]
    if by == "Right or wrong":
        return [("right", CLASS_COLOURS[0], rows & right), ("wrong", CLASS_COLOURS[1], rows & ~right)]
    if by == "Certainty":
        return [("certainty", GREY, rows)]
    labels = sorted(set(history.label.tolist()))
    return [
        (history.named(k), colour, rows & (history.label == k)) for k, colour in zip(labels, colours(len(labels), dark))
    ]


def colours(count: int, dark: bool) -> list[str]:
    """As many colours as classes, as everywhere on the page."""
    if count <= len(CLASS_COLOURS):
        return list(CLASS_COLOURS[:count])
    if count > len(MORE):
        return [GREY] * count
    return [ON_DARK.get(each, each) if dark else each for each in MORE[:count]]


def _table(choice: Choice, places: Array) -> None:
    """All points as rows that can be sorted and searched."""
    import pandas as pd  # only here: it takes a second to load

    history, frame = choice.history, choice.history.frames[choice.step]
    rows = np.flatnonzero(of_domain(history, choice.domain))
    told = {
        "Sample": rows, "Domain": ["target" if history.target_rows[row] else "source" for row in rows],
        "True": [history.named(int(history.label[row])) for row in rows],
        "Answered": [history.named(int(frame.predicted[row])) for row in rows],
        "Sure": np.round(frame.certain[rows], 2), "x": np.round(places[rows, 0].astype(float), 2),
        "y": np.round(places[rows, 1].astype(float), 2),
    }  # fmt: skip
    st.dataframe(pd.DataFrame(told), hide_index=True, height=560)
