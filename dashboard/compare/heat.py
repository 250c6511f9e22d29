"""Who wins where: strategies down, data across, and a star only where nobody else's interval comes near."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.compare.charts import chart
from tlcore import catalogue
from tlcore.runs.rows import Run
from tlcore.runs.standings import UNCLEAR, Standing, by_scenario, standings, winner

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

MEANING = """
A cell is the mean **target accuracy** of a strategy on that data, over its seeds; where a strategy was tried with
several settings or budgets, the best mean counts (and is then a little flattered). ★ is written only where a
strategy's 95 % interval lies **above all others'** of that column; a column without one has **no clear winner**,
however different the means look. Strategies that learn from all target labels (⚑ oracle) show the ceiling and cannot
win.
"""


def heat(runs: Sequence[Run], names: Mapping[int, str]) -> None:
    """`names` say for each run how its data is called."""
    told = table(runs, names)
    if told["data"].nunique() < 1 or told["strategy"].nunique() < 2:
        st.info("It takes two strategies at least to say who wins where.")
        return
    columns = told.groupby("data", sort=False)["winner"].first()
    clear = [f"{name}: {who}" for name, who in columns.items() if who != UNCLEAR]
    unclear = [str(name) for name, who in columns.items() if who == UNCLEAR]
    said = [
        f"**Ahead for certain** on {'; '.join(clear)}." if clear else "",
        f"No clear winner on {'; '.join(unclear)}." if unclear else "",
    ]
    st.markdown(" ".join(filter(None, said)))
    chart(figure(told), told, "heat", f"Target accuracy, strategies by data. {' '.join(filter(None, said))}", MEANING)


def table(runs: Sequence[Run], names: Mapping[int, str]) -> "pd.DataFrame":
    """A row for each strategy and data: mean, interval, n, and who wins that data."""
    import pandas as pd

    rows = []
    for among in by_scenario(standings(runs)).values():
        best: dict[str, Standing] = {}
        for each in among:
            key = each.spec.strategy
            if key not in best or each.accuracy.value > best[key].accuracy.value:
                best[key] = each
        first = winner(list(best.values()))
        for key, each in best.items():
            mean = each.accuracy
            low, high = (None, None) if mean.n == 1 else (mean.low, mean.high)
            rows.append(
                {
                    "strategy": _title(key) + (" ⚑" if each.oracle else ""), "data": _data(each, names),
                    "mean": mean.value, "low": low, "high": high, "n": mean.n,
                    "winner": UNCLEAR if first is None else _title(first.spec.strategy),
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["strategy", "data", "mean", "low", "high", "n", "winner"])


def figure(told: "pd.DataFrame") -> "Figure":
    import plotly.graph_objects as go

    wide = told.pivot_table(index="strategy", columns="data", values="mean", sort=False)
    wide = wide.loc[wide.mean(axis=1).sort_values(ascending=False).index]
    cells = {(row["strategy"], row["data"]): row for _, row in told.iterrows()}
    texts, hovers = [], []
    for strategy in wide.index:
        found = [cells.get((strategy, data)) for data in wide.columns]
        texts.append(["" if each is None else _cell(each) for each in found])
        hovers.append(["not tried" if each is None else _hover(each) for each in found])
    drawn = go.Figure(
        go.Heatmap(
            z=wide.to_numpy(),
            x=list(wide.columns),
            y=list(wide.index),
            text=texts,
            customdata=hovers,
            texttemplate="%{text}",
            hovertemplate="%{y} on %{x}<br>%{customdata}<extra></extra>",
            colorscale="Cividis",
            xgap=2,
            ygap=2,
            colorbar={"tickformat": ".0%", "title": {"text": ""}, "thickness": 12},
            textfont={"size": 14},
        )
    )
    drawn.update_layout(
        height=110 + 38 * len(wide), xaxis={"side": "top", "title": "", "tickangle": 0},
        yaxis={"autorange": "reversed", "showgrid": False, "title": ""},
    )  # fmt: skip
    return drawn


def _cell(row: "pd.Series") -> str:
    sure = "" if row["n"] == 1 else f" ± {50 * (row['high'] - row['low']):.0f}"
    star = " ★" if row["winner"] == str(row["strategy"]).removesuffix(" ⚑") else ""
    return f"{100 * row['mean']:.0f}{sure}{star}"


def _hover(row: "pd.Series") -> str:
    sure = "one run" if row["n"] == 1 else f"{row['low']:.1%} to {row['high']:.1%} (95 %), n = {row['n']}"
    return f"{row['mean']:.1%}, {sure}<br>this data: {row['winner']}"


def _data(each: Standing, names: Mapping[int, str]) -> str:
    """Data as a column is called, with the backbone where it is not the data's own."""
    spec = each.spec
    own = catalogue.scenario(spec.scenario)["backbone"] == spec.backbone
    return names[each.runs[0].id] + ("" if own else f", {spec.backbone}")


def _title(strategy: str) -> str:
    return str(catalogue.strategies()[strategy]["card"]["title"])
