"""Learning curves: what a label is worth, over budgets of labelled target images."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.compare.charts import EDGE, MOST, chart, counted, percents, too_many, whiskers
from dashboard.compare.colours import styles
from tlcore.intervals import over_seeds

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

MEANING = """
Target accuracy over the number of **labelled target images per class**: mean over seeds with its 95 % t-interval. Lines
that cross say that there is no best strategy but only a best one *for a budget*. A strategy without labels stands at 0.
Where a strategy was tried with several settings, the one with most seeds is drawn.
"""


def budgets(rows: "pd.DataFrame") -> None:
    several = rows.groupby(["strategy", "data", "backbone"])["labels"].transform("nunique") > 1
    if not several.any():
        st.info("No strategy was tried with several budgets of labels: start one below, with 1, 5, 20 labels say.")
        return
    with_lines = rows[several]
    data = st.selectbox("Data", list(with_lines["data"].unique()), key="budget-data", width=360)
    among = rows[(rows["data"] == data)]
    told = table(among)
    strategies = list(told["strategy"].unique())
    says = f"Target accuracy over labels per class on {data}: {', '.join(strategies[:MOST])}."
    keys = dict(zip(among[".title"], among["strategy"]))
    chart(figure(told, [keys[each] for each in strategies]), told, "budgets", says, MEANING)
    counted(list(told["n"]), "runs")
    too_many(len(strategies))


def table(rows: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    found = []
    for (title, labels), every in rows.groupby([".title", "labels"], sort=False):
        part = every[every[".fold"] == every[".fold"].value_counts().index[0]]
        mean = over_seeds([float(each) for each in part[".last"]])
        low, high = (None, None) if mean.n == 1 else (mean.low, mean.high)
        found.append(
            {"strategy": title, "labels": int(labels), "mean": mean.value, "low": low, "high": high, "n": mean.n}
        )
    told = pd.DataFrame(found, columns=["strategy", "labels", "mean", "low", "high", "n"])
    return told.sort_values(["strategy", "labels"])


def figure(told: "pd.DataFrame", strategies: Sequence[str]) -> "Figure":
    import plotly.graph_objects as go

    drawn = go.Figure()
    parts = list(told.groupby("strategy", sort=False))[:MOST]
    for (title, part), (paint, dash, symbol) in zip(parts, styles(strategies)):
        drawn.add_scatter(
            x=part["labels"].astype(str), y=part["mean"], name=f"{title} (n = {int(part['n'].min())})",
            mode="lines+markers", error_y=whiskers(part["mean"], part["low"], part["high"], paint),
            line={"color": paint, "width": 2.25, "dash": dash}, marker={"size": 9, "symbol": symbol, "line": EDGE},
            hovertemplate="%{y:.1%} with %{x} labels per class",
        )  # fmt: skip
    order = [str(each) for each in sorted(told["labels"].unique())]
    among = {"type": "category", "categoryorder": "array", "categoryarray": order}
    drawn.update_layout(
        xaxis={"title": "Labelled target images per class", **among},
        legend={"orientation": "h", "y": -0.16},
        **percents(),
    )
    return drawn
