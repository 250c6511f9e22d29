"""Runs: everything that was ever started, from here or from the command line."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.keys import forget
from dashboard.links import RUN
from dashboard.logs import logged
from dashboard.storing import store
from dashboard.table import SHOWN, face, matching, rows
from dashboard.visit import Visit, adopted
from tlcore.errors import TransferError
from tlcore.runs.alerting import MEANINGS, of_run
from tlcore.runs.rows import OVER, Run
from tlcore.runs.store import Store

TICK = 1.0  # seconds between two looks whether something has changed


def page() -> None:
    runs = store().runs()
    if not runs:
        _empty()
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="runs-bar"):
        text = st.text_input(
            "Filter", key="filter", placeholder="dann seed=3 · crashed · moons shift=60", width=340,
            help="Every word has to occur in a run's strategy, data, status or settings.",
        )  # fmt: skip
        bar = st.container(horizontal=True, vertical_alignment="bottom", key="runs-actions")
    found = matching(runs, text or "")[:SHOWN]
    if not found:
        st.info(f"None of the {len(runs)} runs has all of these words: {text}")
        return
    chosen = _grid(store(), found)
    with bar:
        _actions(chosen)
    _watch(face(runs))


def _empty() -> None:
    st.subheader("No runs yet")
    st.write("Every run is kept here with its numbers, its curves and its checkpoint, wherever it was started.")
    st.page_link("views/play.py", label="Start one on the Play page", icon=":material/play_circle:")
    st.write("Or on the command line:")
    st.code("tlcore run --strategy dann --scenario moons", language="bash")


def _grid(store: Store, runs: Sequence[Run]) -> list[Run]:
    """Draw the table; returns the runs that are selected, else the newest."""
    import pandas as pd  # only here: the Play page appears without it

    # Selections are kept by place, so a table with other rows is another table; it takes over by id.
    ids = [run.id for run in runs]
    kept = [ids.index(each) for each in st.session_state.get("selected", []) if each in ids]
    state = st.dataframe(
        pd.DataFrame(rows(store, runs)),
        key=f"table:{hash(tuple(ids))}",
        hide_index=True,
        height=min(36 * (len(runs) + 1) + 2, 720),
        row_height=36,
        placeholder="–",
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],
        selection_default={"selection": {"rows": kept}} if kept else None,
        column_config=_columns(),
        alt=f"Table of {len(runs)} runs with their status, settings and accuracies.",
    )
    places = state["selection"]["rows"] or [row for row, _ in state["selection"]["cells"]]
    selected = [ids[row] for row in places if row < len(ids)]
    st.session_state["selected"] = selected
    return [run for run in runs if run.id in selected] or [runs[0]]


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "Run": column.NumberColumn(width=56, format="%d"),
        "Status": column.TextColumn(width=110),
        "Progress": column.ProgressColumn(width=100, min_value=0, max_value=100, format="%.0f %%"),
        "Strategy": column.TextColumn(width=120),
        "Data": column.TextColumn(width=190),
        "Settings": column.TextColumn(width=150, help="Only what is not the same in all these runs."),
        "Seed": column.NumberColumn(width=56, format="%d", help=words.GLOSSARY["Seed"]),
        "Source": column.NumberColumn(width=76, format="%.0f %%", help=words.GLOSSARY["Source accuracy"]),
        "± Source": column.TextColumn(width=104, help=words.GLOSSARY["Interval and n"]),
        "Target": column.NumberColumn("Target ⚑", width=76, format="%.0f %%", help=_target()),
        "± Target": column.TextColumn("± Target ⚑", width=104, help=words.GLOSSARY["Interval and n"]),
        "Kept": column.NumberColumn(
            "Kept ⚑",
            width=70,
            format="%.0f %%",
            help=f"Target accuracy of the kept network. {words.GLOSSARY['Kept network']}",
        ),
        "Target curve": column.LineChartColumn(width=130, y_min=0, y_max=1, help="Target accuracy over the run."),
        "Time": column.TextColumn(width=70, help="Time spent training."),
        "Started": column.TextColumn(width=100),
    }


def _target() -> str:
    return f"{words.GLOSSARY['Target accuracy']} ⚑ {words.GLOSSARY['⚑ Oracle numbers']}"


def _actions(chosen: list[Run]) -> None:
    """Buttons for what can be done with the chosen runs; what cannot be done is not there."""
    if len(chosen) > 1:
        st.markdown(f"**{len(chosen)} runs**")
        _delete(chosen)
        return
    (run,) = chosen
    st.markdown(f"**Run {run.id}**")
    if st.button("Open", type="primary", icon=":material/play_circle:"):
        _to_stage(run)
    if run.spec.observe and run.step:
        st.page_link(
            "views/inspect.py", label="Inspect", icon=":material/troubleshoot:", query_params={RUN: str(run.id)}
        )
    if run.status in OVER and run.status != "finished":
        if st.button(f"Resume from step {run.step:,}", icon=":material/resume:"):
            _do(lambda: store().resume(run.id))
    elif run.status == "paused" and st.button("Resume", icon=":material/resume:"):
        _do(lambda: store().resume(run.id))
    if run.status not in OVER and st.button("Stop", icon=":material/stop_circle:"):
        _do(lambda: store().ask(run.id, want="stop"))
    if st.button("Reproduce", icon=":material/replay:", help="The same settings and seed in a new run."):
        _do(lambda: store().submit(adopted(run.spec), parent=run.id))
    _alerts(run)
    _log(run)
    _delete(chosen)


def _delete(chosen: list[Run]) -> None:
    name = f"run {chosen[0].id}" if len(chosen) == 1 else f"{len(chosen)} runs"
    with st.popover("Delete …", icon=":material/delete:"):
        st.write(f"Delete {name} with curves and checkpoint? This cannot be undone.")
        if st.button(f"Delete {name}", type="primary"):
            _do(lambda: [store().delete(run.id) for run in chosen])


def _do(act: Callable[[], object]) -> None:
    try:
        act()
    except TransferError as error:
        st.session_state["runs-notice"] = str(error)
    st.rerun()


def _to_stage(run: Run) -> None:
    visit: Visit | None = st.session_state.get("visit")
    if visit is None:
        st.session_state["visit"] = Visit(adopted(run.spec), run=run.id)
    else:
        visit.show(store(), run)
    forget()
    st.switch_page("views/play.py")


def _log(run: Run) -> None:
    reason, lines = logged(store(), run)
    if not (reason or lines):
        return
    with st.popover("Log", icon=":material/description:"):
        st.write(reason or "What was remarked during the run:")
        if lines:
            st.code("\n".join(lines), language=None, wrap_lines=True)


def _alerts(run: Run) -> None:
    """What a person should look at in it, each with what it means."""
    found = of_run(store(), run)
    if not found:
        return
    with st.popover(f"Alerts ({len(found)})", icon=":material/notifications:"):
        for alert in found:
            st.markdown(f"**{alert.line}**", help=MEANINGS[alert.key][1])


@st.fragment(run_every=TICK)
def _watch(drawn: tuple[Any, ...]) -> None:
    """Draw the page anew when a run has changed, and only then."""
    if face(store().runs()) != drawn:
        st.rerun()


if notice := st.session_state.pop("runs-notice", None):
    st.warning(notice)
try:
    page()
except TransferError as error:
    st.error(str(error))
