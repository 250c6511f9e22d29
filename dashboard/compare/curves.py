"""Target accuracy over training: a line for each group, with the band in which its mean lies."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.compare.charts import MOST, chart, listed, percents, too_many
from dashboard.compare.colours import faded, styles
from dashboard.compare.gathering import Curve, curve
from dashboard.compare.grouping import Group
from tlcore.intervals import over_seeds
from tlcore.runs.rows import Run
from tlcore.runs.store import Store

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

DIRECT = 4  # lines that are named at their ends instead of in a legend
MEASURES = {"Target accuracy": "target_accuracy", "Source accuracy": "source_accuracy"}
MEANING = """
A line is the **mean over n runs**, at every step at which all of them were examined; n stands behind its name. The
band around it is where that mean lies with 95 % certainty (Student's t over the runs): where two bands overlap, the
runs do not tell which line is higher. A line of one run has no band. Target accuracy is graded on held-out images with
labels that no strategy has seen; in practice you would not have this curve. Drag to zoom, double-click to go back.
"""


def curves(store: Store, runs: Sequence[Run], groups: Sequence[Group]) -> None:
    """The view: which measure, the chart, its table."""
    with st.container(horizontal=True, vertical_alignment="center"):
        name = st.segmented_control(
            "Measure", list(MEASURES), default="Target accuracy", key="measure", required=True,
            label_visibility="collapsed", bind="query-params",
        )  # fmt: skip
        few = len(groups) <= DIRECT
        bands = st.toggle(
            "Bands", value=few, key=f"bands-{few}", help="95 % intervals of the means; with many lines they hide them."
        )
    measure = MEASURES[name or "Target accuracy"]
    by_number = {run.id: run for run in runs}
    told = [(each, [curve(store, by_number[number]) for number in each.rows[".run"]]) for each in groups[:MOST]]
    lines = table([(group.label, found) for group, found in told], measure)
    if lines.empty:
        st.info("None of these runs has told this measure on its way.")
        return
    drawn = [group for group, _ in told if group.label in set(lines["line"])]
    says = f"{name} over training, a line each: {listed([each.label for each in drawn])}."
    chart(figure(lines, [each.strategy for each in drawn], name or "", bands), lines, "curves", says, MEANING)
    too_many(len(groups))


def table(told: Sequence[tuple[str, Sequence[Curve]]], measure: str) -> "pd.DataFrame":
    """For each line and each step that all of its runs have: mean, 95 % interval (empty for one run), n."""
    import pandas as pd

    rows = []
    for label, found in told:
        by_step = [dict(zip(each.steps, each.values[measure])) for each in found if measure in each.values]
        shared = set.intersection(*map(set, by_step)) if by_step else set()
        for step in sorted(shared):
            mean = over_seeds([each[step] for each in by_step])
            low, high = (None, None) if mean.n == 1 else (mean.low, mean.high)
            rows.append({"line": label, "step": step, "mean": mean.value, "low": low, "high": high, "n": mean.n})
    return pd.DataFrame(rows, columns=["line", "step", "mean", "low", "high", "n"])


def figure(lines: "pd.DataFrame", strategies: Sequence[str], title: str, bands: bool = True) -> "Figure":
    import plotly.graph_objects as go

    drawn = go.Figure()
    parts = list(lines.groupby("line", sort=False))
    direct = len(parts) <= DIRECT
    for (label, part), (paint, dash, _) in zip(parts, styles(strategies)):
        n = int(part["n"].iloc[0])
        name = f"{label} (n = {n})" if n > 1 else f"{label} (one run)"
        if n > 1 and bands:
            edge = [*part["high"].clip(upper=1), *part["low"].clip(lower=0)[::-1]]
            steps = [*part["step"], *part["step"][::-1]]
            drawn.add_scatter(
                x=steps, y=edge, fill="toself", fillcolor=faded(paint, 0.16), line={"width": 0}, mode="lines",
                hoverinfo="skip", showlegend=False, legendgroup=label,
            )  # fmt: skip
        drawn.add_scatter(
            x=part["step"], y=part["mean"], mode="lines", name=name, legendgroup=label,
            line={"color": paint, "width": 2.25, "dash": dash},
            customdata=part[["low", "high"]],
            hovertemplate="%{y:.1%} (%{customdata[0]:.1%} to %{customdata[1]:.1%})" if n > 1 else "%{y:.1%}",
        )  # fmt: skip
    if direct:
        for (label, part), height, (paint, _, _) in zip(parts, _apart([part for _, part in parts]), styles(strategies)):
            n = int(part["n"].iloc[0])
            drawn.add_annotation(
                x=part["step"].iloc[-1], y=height, text=f"{label}, n = {n}", xanchor="left", showarrow=False, xshift=6,
                font={"color": paint, "size": 13},
            )  # fmt: skip
    last = float(lines["step"].max())
    drawn.update_layout(
        showlegend=not direct, hovermode="x unified", legend={"orientation": "h", "y": -0.16},
        xaxis={"title": "Step", "range": [0, last * (1.22 if direct else 1.02)]}, **percents(title=title),
    )  # fmt: skip
    return drawn


def _apart(parts: Sequence["pd.DataFrame"], least: float = 0.035) -> list[float]:
    """Heights of the names at the ends of lines, pushed up until none stands on another."""
    ends = [float(part["mean"].iloc[-1]) for part in parts]
    heights, before = [0.0] * len(ends), -1.0
    for place in sorted(range(len(ends)), key=lambda at: ends[at]):
        before = heights[place] = max(ends[place], before + least)
    return heights
