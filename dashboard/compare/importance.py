"""Which settings matter: parallel coordinates, and two estimates of importance with what they cannot say."""

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.compare.charts import chart
from dashboard.compare.gathering import differing
from dashboard.compare.grouping import title

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

FEWEST = 8  # runs, below which nothing is estimated
TREES = 200
AXES = 8  # of the parallel coordinates
MEANING = """
**Importance** is how much worse a random forest predicts target accuracy when the values of one setting are shuffled
among the runs (permutation importance, in points of accuracy; it sees crossed effects and curves). **Correlation** is
Spearman's rank correlation: its sign says in which direction, its size how steadily; words have none.

*What it cannot say.* Both speak only of the runs that are here. Settings that were changed together share their
importance by chance; a setting that was hardly varied looks unimportant; with few runs all of it is noise, and so is a
forest whose R² on runs it has not seen (out of bag) is near 0. Important is not the same as better: look at the chart
before you turn a dial. The forest is fitted to target accuracy, which uses target labels (⚑ oracle).
"""
LINES = """
A line is a run, an axis a setting, the last one its target accuracy; the brighter, the better. Drag along an axis to
keep only the runs that pass there; drag it again to move it, click to let go.
"""


def importance(rows: "pd.DataFrame") -> None:
    apart = [name for name in differing(rows) if name != "scenario"]
    if not apart:
        st.info("All of these runs have the same settings: there is nothing to hold responsible.")
        return
    says = f"Parallel coordinates of {len(rows)} runs over {', '.join(map(title, apart[:AXES]))} and target accuracy."
    twin = rows[[*apart[:AXES], ".last"]].rename(columns={".last": "target accuracy", **{a: title(a) for a in apart}})
    chart(coordinates(rows, apart[:AXES]), twin, "parallel", says, LINES, "Parallel coordinates")
    st.caption(f"n = {len(rows)} runs, one line each.")
    if len(rows) < FEWEST:
        st.info(
            f"With {len(rows)} runs no importance can be told: it takes {FEWEST} at least, and many more to be sure."
        )
        return
    told, fit = _estimated(rows[[*apart, ".last"]], tuple(apart))
    says = f"Importance of {len(told)} settings; the largest is {told['setting'].iloc[0]}."
    chart(figure(told), told, "importance", says, MEANING, "Which settings matter")
    warning = " That is next to nothing: do not trust the bars." if fit < 0.3 else ""
    st.caption(f"{len(rows)} runs, {TREES} trees; R² on runs that a tree has not seen: {fit:.2f}.{warning}")


@st.cache_data(show_spinner="Growing a forest …", max_entries=16)
def _estimated(rows: "pd.DataFrame", apart: Sequence[str]) -> tuple["pd.DataFrame", float]:
    return estimated(rows, apart)


def estimated(rows: "pd.DataFrame", apart: Sequence[str]) -> tuple["pd.DataFrame", float]:
    """Importance in points and rank correlation for each setting, the most important first; and R² out of bag."""
    import pandas as pd
    from scipy.stats import spearmanr
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.inspection import permutation_importance

    known, target = _numbers(rows, apart), rows[".last"].to_numpy(dtype=float)
    forest = RandomForestRegressor(TREES, oob_score=True, random_state=0, min_samples_leaf=2).fit(known, target)
    found = permutation_importance(
        forest, known, target, n_repeats=10, random_state=0, scoring="neg_mean_absolute_error"
    )
    told = []
    for place, name in enumerate(apart):
        ordered = _is_number(rows[name]) and known[name].nunique() > 1 and len(set(target)) > 1
        rho = float(spearmanr(known[name], target).statistic) if ordered else None
        value, spread = found.importances_mean[place], found.importances_std[place]
        told.append({"setting": title(name), "importance": 100 * value, "spread": 100 * spread, "correlation": rho})
    ranked = pd.DataFrame(told).sort_values("importance", ascending=False, ignore_index=True)
    return ranked, float(forest.oob_score_)


def coordinates(rows: "pd.DataFrame", apart: Sequence[str]) -> "Figure":
    import plotly.graph_objects as go

    axes = [_axis(rows[name], title(name)) for name in apart]
    last = rows[".last"].astype(float)
    axes.append({"label": "Target accuracy", "values": last, "tickformat": ".0%"})
    return go.Figure(
        go.Parcoords(dimensions=axes, line={"color": last, "colorscale": "Viridis", "showscale": False}, labelangle=0),
        layout={"height": 380},
    ).update_layout(margin={"t": 64, "l": 120, "r": 70, "b": 24})


def figure(told: "pd.DataFrame") -> "Figure":
    import plotly.graph_objects as go

    known = [
        f"{name}{'' if rho is None or isnan(rho) else f' (ρ = {rho:+.2f})'}"
        for name, rho in zip(told["setting"], told["correlation"])
    ]
    drawn = go.Figure(
        go.Bar(
            x=told["importance"],
            y=known,
            orientation="h",
            marker={"color": "#0072B2"},
            error_x={"array": told["spread"], "thickness": 1.2},
            hovertemplate="%{y}: %{x:.1f} points<extra></extra>",
        )
    )
    drawn.update_layout(
        height=90 + 30 * len(told), yaxis={"autorange": "reversed", "title": ""},
        xaxis={"title": "Worse by (points) when shuffled; ρ: Spearman's correlation with target accuracy"},
    )  # fmt: skip
    return drawn


def _axis(values: "pd.Series", label: str) -> dict[str, Any]:
    if _is_number(values):
        return {"label": label, "values": values.astype(float).fillna(float(values.astype(float).min()))}
    names = sorted(map(str, values.unique()))
    short = [name if len(name) < 22 else f"{name[:20]}…" for name in names]
    return {
        "label": label,
        "values": values.astype(str).map(names.index),
        "tickvals": list(range(len(names))),
        "ticktext": short,
    }


def _numbers(rows: "pd.DataFrame", apart: Sequence[str]) -> "pd.DataFrame":
    """Settings as a forest takes them: words by their place, what a strategy does not have by −1 below the least."""
    import pandas as pd

    found = {}
    for name in apart:
        if _is_number(rows[name]):
            values = rows[name].astype(float)
            found[name] = values.fillna(values.min() - 1)
        else:
            found[name] = rows[name].astype(str).astype("category").cat.codes.astype(float)
    return pd.DataFrame(found)


def _is_number(values: "pd.Series") -> bool:
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(values)) and not bool(pd.api.types.is_bool_dtype(values))
