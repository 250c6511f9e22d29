"""The headline as a chart: by how much each group is ahead of the source alone, with its interval."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.compare.charts import EDGE, MOST, chart, counted, too_many
from dashboard.compare.colours import styles
from dashboard.compare.grouping import Group

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

MEANING = """
**Gain over source-only**: target accuracy less that of the source alone with the same data, backbone, seed and
hyper-parameters (or as many steps at its defaults), taken **seed by seed** and then averaged, in points of 100. The
line is its 95 % t-interval: where it crosses 0 the runs do not tell whether adapting helped. Groups whose lines
overlap have no clear winner between them. Below 0 transfer has *hurt*. Where several settings are in one group, the
interval also holds what they differ by.
"""


def gains(groups: Sequence[Group]) -> None:
    told = table(groups[: 2 * MOST])
    if told.empty:
        st.info("None of these runs has one of the source alone beside it, with the same data, backbone and seed.")
        return
    best = told.iloc[told["gain"].argmax()]
    says = (
        f"Gain over source-only of {len(told)} groups; the largest is {best['group']} with {best['gain']:+.1f} points."
    )
    strategies = {each.label: each.strategy for each in groups}
    chart(figure(told, [strategies[name] for name in told["group"]]), told, "gains", says, MEANING)
    counted(list(told["pairs"]), "pairs with the source alone")
    too_many(len(groups), 2 * MOST)


def table(groups: Sequence[Group]) -> "pd.DataFrame":
    """Gain in points, its interval (empty for one pair), pairs, and whether the interval leaves 0 out."""
    import pandas as pd

    rows = []
    for each in groups:
        gain = each.interval(".gain")
        if gain is None:
            continue
        low, high = (None, None) if gain.n == 1 else (100 * gain.low, 100 * gain.high)
        clear = "one pair" if gain.n == 1 else "clear" if gain.clear_of(0) else "no clear difference"
        rows.append(
            {"group": each.label, "gain": 100 * gain.value, "low": low, "high": high, "pairs": gain.n, "says": clear}
        )
    return pd.DataFrame(rows, columns=["group", "gain", "low", "high", "pairs", "says"])


def figure(told: "pd.DataFrame", strategies: Sequence[str]) -> "Figure":
    import plotly.graph_objects as go

    drawn = go.Figure()
    for (_, row), (paint, _, symbol) in zip(told.iterrows(), styles(strategies)):
        sure, hollow = row["pairs"] > 1, "" if row["says"] == "clear" else "-open"
        drawn.add_scatter(
            x=[row["gain"]], y=[row["group"]], mode="markers", showlegend=False,
            marker={"color": paint, "size": 11, "symbol": symbol + hollow, "line": EDGE},
            error_x=_whiskers(row, paint) if sure else None,
            hovertemplate=f"%{{x:+.1f}} points ({row['low']:+.1f} to {row['high']:+.1f}, {row['pairs']} pairs): "
            f"{row['says']}<extra></extra>" if sure else "%{x:+.1f} points (one pair)<extra></extra>",
        )  # fmt: skip
    drawn.add_vline(x=0, line={"width": 1.4, "dash": "dot", "color": "#8a8f98"})
    drawn.update_layout(
        height=90 + 34 * len(told), yaxis={"autorange": "reversed", "title": ""},
        xaxis={"title": "Gain over source-only (points); hollow: no clear difference", "zeroline": False},
    )  # fmt: skip
    return drawn


def _whiskers(row: "pd.Series", paint: str) -> dict[str, Any]:
    ends = {"array": [row["high"] - row["gain"]], "arrayminus": [row["gain"] - row["low"]]}
    return {**ends, "color": paint, "thickness": 2}
