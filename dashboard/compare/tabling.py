"""The table of the Compare page: filter, group, sort; returns what is to be drawn."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import links, words
from dashboard.compare.charts import MOST
from dashboard.compare.downloads import downloads
from dashboard.compare.filtering import parsed
from dashboard.compare.gathering import differing, settings
from dashboard.compare.grouping import SEEDS, SORTS, Group, grouped, title, told
from dashboard.storing import store

if TYPE_CHECKING:
    import pandas as pd

HIGH = 274  # pixels: seven rows and their heading, so that the chart below is seen
_ACCURACY = "Graded on held-out target images with labels that no strategy has seen."


def narrowed(table: "pd.DataFrame") -> tuple["pd.DataFrame", list[Group]]:
    """The filter, and the rows that pass it, as runs and as groups; both are kept in the address."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare-bar"):
        text = st.text_input(
            "Filter", key="q", bind="query-params", placeholder="strategy:dann OR coral  shift:>30  -seed:0", width=420,
            help="Words have to occur in a run's settings. name:value asks one setting; >, <, 1..5 ask numbers; OR "
            "joins two; - in front means not.",
        )  # fmt: skip
        by = st.selectbox(
            "Group by", [SEEDS, *_groupable(table)], key="by", bind="query-params", width=200, format_func=_by,
            help="Runs with the same value become one row. Experiment: all settings but the seed are the same.",
        )  # fmt: skip
        sort = st.selectbox("Sort", list(SORTS), key="sort", bind="query-params", width=170, help="The best first.")
        folded = st.toggle(
            "Seeds folded", value=True, key="folded", bind="query-params",
            help="Off: a row for every run. On: the mean over seeds, with n and its 95 % interval.",
        )  # fmt: skip
    asked = parsed(text or "")
    if unknown := asked.unknown(set(table.columns)):
        st.caption(f"No run has a setting called {', '.join(unknown)}: there are {', '.join(settings(table))}.")
    rows = table[[asked.holds(row) for row in table.to_dict("records")]]
    return rows, grouped(rows, by or SEEDS, folded, sort or "Gain")


def shown(rows: "pd.DataFrame", groups: Sequence[Group]) -> list[Group]:
    """Draw the table; the groups that are selected, or the first ones."""
    import pandas as pd

    apart = differing(rows)
    cells = pd.DataFrame(told(groups, apart))
    keys = [each.key for each in groups]
    kept = [keys.index(each) for each in st.session_state.get("compare-selected", []) if each in keys]
    state = st.dataframe(
        cells, key=f"compare-table:{hash(tuple(keys))}", hide_index=True, row_height=34,
        height=min(34 * (len(groups) + 1) + 2, HIGH), placeholder="–", on_select="rerun", selection_mode="multi-row",
        selection_default={"selection": {"rows": kept}} if kept else None, column_config=_columns(),
        alt=f"Table of {len(groups)} groups of {len(rows)} runs with gains, accuracies and times.",
    )  # fmt: skip
    chosen = [keys[row] for row in state["selection"]["rows"] if row < len(keys)]
    st.session_state["compare-selected"] = chosen
    with st.container(horizontal=True, vertical_alignment="center", key="compare-under"):
        same = f"what differs: {', '.join(map(title, apart))}" if apart else "all settings are the same"
        drawn = f"{len(chosen)} rows are chosen" if chosen else f"the first {min(MOST, len(groups))} rows are drawn"
        st.caption(f"{len(groups)} rows of {len(rows)} runs; {same}; {drawn}.", width="stretch")
        if len(chosen) == 1:
            opened(next(each for each in groups if each.key == chosen[0]))
        with st.popover("Download", icon=":material/download:", type="tertiary"):
            downloads(cells, "comparison", f"This table, {len(cells)} rows")
            downloads(runs_of(rows), "runs", f"Every run with every setting, {len(rows)} rows")
    return [each for each in groups if each.key in chosen] or list(groups)


def opened(group: Group) -> None:
    """Ways to the newest run of a row; examples have no run here to be opened."""
    if group.example:
        return
    run = store().run(int(group.rows[".run"].max()))
    link = links.write(run.spec) | {links.RUN: str(run.id)}
    st.page_link("views/play.py", label=f"Run {run.id} on Play", icon=":material/play_circle:", query_params=link)
    st.page_link(
        "views/inspect.py", label="Inspect it", icon=":material/troubleshoot:", query_params={"run": str(run.id)}
    )


def runs_of(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Every run with every setting and number, for whoever takes it away; words and numbers are not mixed."""
    named = rows.drop(columns=[".fold"]).rename(columns=lambda name: str(name).removeprefix("."))
    mixed = [name for name in named.columns if named[name].dtype == object]
    return named.astype(dict.fromkeys(mixed, "string"))


def _groupable(table: "pd.DataFrame") -> list[str]:
    """Settings that have more than one value in these runs."""
    return [name for name in settings(table) if name != "scenario" and table[name].dropna().nunique() > 1]


def _by(name: str) -> str:
    return "Experiment" if name == SEEDS else title(name)


def _columns() -> dict[str, Any]:
    column = st.column_config
    share = {"width": 88, "format": "%.1f %%"}
    return {
        "Strategy": column.TextColumn(width=170, pinned=True, help=f"⚑ oracle: {words.ORACLE}"),
        "Data": column.TextColumn(width=210),
        "Labels": column.TextColumn(width=70, help="Labelled target images per class that it learnt from."),
        "n": column.NumberColumn(width=46, format="%d", help="Runs in this row; seeds are folded."),
        "Gain": column.NumberColumn(
            width=84, format="%+.1f", help="Over source-only, in points: seed by seed on the same data and backbone."
        ),
        "Gain, 95 %": column.TextColumn(
            width=126, help="Student's t-interval of the gain over the pairs; where it holds 0, no clear difference."
        ),
        "Target, picked": column.NumberColumn(
            **share, help=f"Of the network that was picked without target labels: by the run's validator, or else by "
            f"source accuracy. {_ACCURACY}",
        ),
        "Target, last": column.NumberColumn(**share, help=f"At the end of the run. {_ACCURACY}"),
        "Target, 95 %": column.TextColumn(width=110, help="t-interval of the last target accuracy over the runs."),
        "Best ⚑": column.NumberColumn(
            **share, help="Oracle: the highest on the way, chosen by target labels that nobody has in practice."
        ),
        "Source": column.NumberColumn(**share, help=words.GLOSSARY["Source accuracy"]),
        "Gap": column.NumberColumn(**share, help=words.GLOSSARY["Domain gap (judge accuracy)"]),
        "Time": column.NumberColumn(width=76, format="%.1f s", help="Of training, a mean over the runs."),
        "From": column.TextColumn(width=84, help="example: shipped with the program. here: trained on this machine."),
    }  # fmt: skip
