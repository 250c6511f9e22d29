"""The Compare page from top to bottom: start, watch, table, and one view at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import words
from dashboard.compare import budgets, curves, gains, heat, importance, trading
from dashboard.compare.examples import made
from dashboard.compare.gathering import frame, gathered
from dashboard.compare.grouping import Group
from dashboard.compare.starting import starting
from dashboard.compare.tabling import narrowed, shown
from dashboard.compare.watching import newest, watching
from dashboard.storing import store
from tlcore import catalogue
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.standings import UNCLEAR, Standing, standings, winner

if TYPE_CHECKING:
    import pandas as pd

View = Callable[[Sequence[Run], "pd.DataFrame", Sequence[Group]], None]

VIEWS: Mapping[str, View] = {
    "Curves": lambda runs, rows, groups: curves.curves(store(), runs, groups),
    "Gain": lambda runs, rows, groups: gains.gains(groups),
    "Who wins where": lambda runs, rows, groups: heat.heat(runs, dict(zip(rows[".run"], rows["data"]))),
    "Trade-offs": lambda runs, rows, groups: trading.trading(groups),
    "Label budgets": lambda runs, rows, groups: budgets.budgets(rows),
    "Settings": lambda runs, rows, groups: importance.importance(rows),
}


def show() -> None:
    own = gathered(store(), with_examples=False)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="right", key="compare-head"):
        with_examples = st.toggle(
            "Examples", value=not own, key=f"examples-{bool(own)}", help=f"Shipped runs, trained on {made()}"
        )
        beginning = st.popover(
            "New comparison", icon=":material/add:", width="content", key=f"new-comparison-{newest()}"
        )  # another key is another one: it closes when a comparison has begun
    if notice := st.session_state.pop("compare-notice", None):
        st.warning(notice)
    watching()
    runs = gathered(store(), with_examples) if with_examples else own
    if runs:
        _compared(runs)
    else:
        _nothing()
    with beginning:  # last: the table is what somebody came for
        starting()


def _compared(runs: Sequence[Run]) -> None:
    rows, groups = narrowed(frame(store(), runs))
    if rows.empty:
        st.info(f"None of the {len(runs)} runs passes this filter: take a word away.")
        return
    chosen = shown(rows, groups)
    among = {number for each in chosen for number in each.rows[".run"]}
    drawn, picked = rows[rows[".run"].isin(among)], [run for run in runs if run.id in among]
    st.markdown(verdict([each for each in standings(runs) if among & {run.id for run in each.runs}]))
    view = st.segmented_control(
        "View", list(VIEWS), default="Curves", key="view", required=True, bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    VIEWS[view or "Curves"](picked, drawn, chosen)


def verdict(shown: Sequence[Standing]) -> str:
    """In a sentence who gains most for certain, or that nobody can tell."""
    told = [each for each in shown if each.gain is not None and not each.oracle]
    if not told:
        return "None of these runs has one of the source alone beside it: gains cannot be told."
    best = max(told, key=lambda each: each.gain.value if each.gain else 0.0)
    assert best.gain is not None
    among = [each for each in shown if _same_data(each.spec, best.spec)]
    gain, name = best.gain, _title(best.spec.strategy)
    size = f"**{name}** gains most over source-only: {_signed(gain.value)} points"
    if gain.value < 0:
        size = f"Nothing gains over source-only; **{name}** loses least: {_signed(gain.value)} points"
    if gain.n == 1:
        return f"{size} (one run, which tells no difference from chance)."
    sure = f"95 % interval {_signed(gain.low)} to {_signed(gain.high)}, n = {gain.n}"
    first = winner(among)
    ahead = "clear of all others there" if first is not None and first.spec == best.spec else UNCLEAR
    return f"{size} on {words.dialled(best.spec)} ({sure}); {ahead}."


def _nothing() -> None:
    st.subheader("Nothing to compare yet")
    st.write("Finished runs appear here, wherever they were started. Or turn on the examples above.")
    st.page_link("views/play.py", label="Start one on the Play page", icon=":material/play_circle:")
    st.code("tlcore sweep --strategies source-only,dann,deep-coral --scenarios moons", language="bash")


def _same_data(one: RunSpec, other: RunSpec) -> bool:
    return (one.scenario, one.shift, one.settings, one.backbone) == (
        other.scenario, other.shift, other.settings, other.backbone,
    )  # fmt: skip


def _signed(value: float) -> str:
    return f"{100 * value:+.0f}".replace("-", "−")


def _title(strategy: str) -> str:
    return str(catalogue.strategies()[strategy]["card"]["title"])
