"""What accuracy costs: time, labels or weights, and who is beaten by nobody on both."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.compare.charts import EDGE, MOST, chart, counted, percents, too_many
from dashboard.compare.colours import styles
from dashboard.compare.grouping import Group

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

COSTS = {"Time": (".seconds", "Training time (s)"), "Labels": ("labels", "Labelled target images per class"),
         "Weights": (".parameters", "Weights of the backbone")}  # fmt: skip
MEANING = """
A mark is a group: mean target accuracy (95 % t-interval upwards and downwards) over what it cost. The line joins the
**Pareto front**: groups that no other one beats in accuracy without costing more. It goes by the means, so neighbours
whose intervals overlap may change places with other seeds. Time is that of this machine, with whatever else it did;
examples were trained elsewhere.
"""


def trading(groups: Sequence[Group]) -> None:
    name = st.segmented_control(
        "Against", list(COSTS), default="Time", key="against", required=True, bind="query-params"
    )
    column, title = COSTS[name or "Time"]
    told = table(groups[: 2 * MOST], column)
    if told.empty:
        st.info("None of these runs tells what that cost.")
        return
    front = [str(each) for each in told[told["front"]]["group"]]
    says = f"Target accuracy against {title.lower()}. On the Pareto front: {', '.join(front)}."
    strategies = {each.label: each.strategy for each in groups}
    chart(figure(told, [strategies[each] for each in told["group"]], title), told, "trading", says, MEANING)
    counted(list(told["n"]), "runs")
    too_many(len(groups), 2 * MOST)


def table(groups: Sequence[Group], column: str) -> "pd.DataFrame":
    """Cost and accuracy of every group, and whether it is on the front. Oracles are none to be held against."""
    import pandas as pd

    rows = []
    for each in groups:
        cost, mean = each.interval(column), each.interval(".last")
        if cost is None or mean is None:
            continue
        low, high = (None, None) if mean.n == 1 else (mean.low, mean.high)
        rows.append(
            {"group": each.label, "cost": cost.value, "mean": mean.value, "low": low, "high": high, "n": mean.n,
             "oracle": each.oracle}
        )  # fmt: skip
    told = pd.DataFrame(rows, columns=["group", "cost", "mean", "low", "high", "n", "oracle"])
    fair = [not each for each in told["oracle"]]
    told["front"] = on_front(list(told["cost"]), list(told["mean"]), fair)
    return told


def on_front(costs: Sequence[float], gains: Sequence[float], fair: Sequence[bool]) -> list[bool]:
    """Whether nobody is as good for less, or better for the same: Pareto's front of small costs and large gains."""
    found = []
    for cost, value, counts in zip(costs, gains, fair):
        beaten = any(
            other_counts and other_cost <= cost and other >= value and (other_cost < cost or other > value)
            for other_cost, other, other_counts in zip(costs, gains, fair)
        )
        found.append(counts and not beaten)
    return found


def figure(told: "pd.DataFrame", strategies: Sequence[str], title: str) -> "Figure":
    import plotly.graph_objects as go

    drawn = go.Figure()
    front = told[told["front"]].sort_values("cost")
    drawn.add_scatter(
        x=front["cost"], y=front["mean"], mode="lines", name="Pareto front", hoverinfo="skip",
        line={"color": "#8a8f98", "width": 1.6, "dash": "dot", "shape": "hv"},
    )  # fmt: skip
    for (_, row), (paint, _, symbol) in zip(told.iterrows(), styles(strategies)):
        sure = row["n"] > 1
        error = {"array": [row["high"] - row["mean"]], "arrayminus": [row["mean"] - row["low"]]} if sure else {}
        drawn.add_scatter(
            x=[row["cost"]], y=[row["mean"]], mode="markers", name=row["group"] + (" ⚑" if row["oracle"] else ""),
            marker={"color": paint, "size": 12, "symbol": symbol, "line": EDGE},
            error_y={**error, "color": paint, "thickness": 1.4} if sure else None,
            hovertemplate=f"{row['group']}<br>%{{y:.1%}} for %{{x:.4g}} (n = {row['n']})<extra></extra>",
        )  # fmt: skip
    drawn.update_layout(xaxis={"title": title, "rangemode": "tozero"}, legend={"font": {"size": 12}}, **percents())
    return drawn
