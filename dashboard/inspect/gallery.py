"""The right half of the page: a gallery of samples in some order, and the one that was picked, looked at closely."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from dashboard.data.texts import table
from dashboard.inspect import parts
from dashboard.inspect.choosing import Choice
from dashboard.inspect.judging import CHANGED, ORDERS, RANDOM, WORST, Rows, chosen, of_domain
from dashboard.inspect.looking import Looked
from dashboard.inspect.pictures import item, thumb
from dashboard.inspect.texts import GALLERY

PAGE = 35  # samples at once: five rows of seven where there is room
PAGES = 10  # … and how often, at the most
LOW, FEW = 290, 14  # pixels of the place in which more than so many samples scroll
CELL, LASSO = "Cell", "Chosen on the map"
SHOW, WANTED, ITEM = "inspect-show", "inspect-wanted", "inspect-item"  # in the session's state
EVERY = "All"


def picked_cell(truth: int, answer: int) -> None:
    """A cell of the matrix was pressed: its gallery opens."""
    st.session_state["inspect-cell"] = (truth, answer)
    st.session_state[WANTED] = CELL


def picked_rows(rows: list[int]) -> None:
    """Samples were chosen on the map."""
    st.session_state["inspect-lasso"] = rows
    st.session_state[WANTED] = LASSO


def gallery(choice: Choice, found: Looked) -> int | None:
    """Draw it; returns the sample that was picked."""
    history = choice.history
    with st.container(horizontal=True, vertical_alignment="bottom", key="inspect-gallery-bar"):
        order = _order(choice)
        before = _before(choice) if order == CHANGED else None
        label, only = _filter(choice)
        if order == RANDOM and st.button("Draw again", icon=":material/casino:", key="inspect-draw"):
            st.session_state["inspect-draws"] = st.session_state.get("inspect-draws", 0) + 1
    rows = _rows(choice, order, before, label, only)
    shown = _page(rows)
    frame = choice.history.frames[choice.step]
    notes = {row: _was(choice, before, row) for row in shown.tolist()}
    items = [item(history, frame, row, thumb(history, found.arrays, row), notes[row]) for row in shown.tolist()]
    with st.container(horizontal=True, vertical_alignment="center", key="head-samples", gap="small"):
        st.markdown(f"{len(rows):,} of {len(history):,} samples" + _about(order), width="content")
        with st.popover("What is this?", type="tertiary"):
            st.markdown(GALLERY)
        with st.popover("Table", type="tertiary"):
            st.markdown(table(_table(choice, shown, notes)))
    picked = st.session_state.get(ITEM)
    if not len(rows):
        st.caption("No sample is like this at this step.")
    # With one of them picked the others scroll in a smaller place, so that both can be seen.
    with st.container(height=LOW if picked is not None and len(rows) > FEW else "content", border=False):
        parts.samples(
            "inspect-samples", {"label": f"Samples: {order}", "items": items, "classes": len(history.classes),
                                "chosen": picked}, _pick,
        )  # fmt: skip
    return picked if picked is not None and picked < len(history) else None


def _pick(row: Any) -> None:
    st.session_state[ITEM] = int(row)


def _order(choice: Choice) -> str:
    orders = [*ORDERS]
    cell = st.session_state.get("inspect-cell")
    names = {each: each for each in orders}
    if cell is not None and max(cell) < len(choice.history.classes) + 256:
        orders.append(CELL)
        names[CELL] = f"{choice.history.named(cell[0])} answered as {choice.history.named(cell[1])}"
    if st.session_state.get("inspect-lasso"):
        orders.append(LASSO)
        names[LASSO] = LASSO
    wanted = st.session_state.pop(WANTED, st.session_state.get(SHOW))
    if wanted != st.session_state.get(SHOW) or wanted not in orders:
        st.session_state[SHOW] = wanted if wanted in orders else WORST
    return str(
        st.selectbox(
            "Samples", orders, key=SHOW, width=220, format_func=lambda each: names[each],
            help="  \n".join(f"**{name}**: {says}" for name, says in ORDERS.items()),
        )
    )  # fmt: skip


def _before(choice: Choice) -> int:
    others = [step for step in choice.history.steps if step != choice.step] or [choice.step]
    step: int = st.selectbox(
        "Since step", others, key=f"inspect-since:{choice.key}", width=120, format_func=lambda each: f"{each:,}",
        help="The step whose answers are compared with those of the step above.",
    )  # fmt: skip
    return step


def _filter(choice: Choice) -> tuple[int | None, str]:
    classes = sorted(set(choice.history.label.tolist()))
    with st.popover("Filter", icon=":material/filter_list:", key="inspect-filter"):
        label = st.selectbox(
            "Class", [None, *classes], key=f"inspect-class:{choice.key}",
            format_func=lambda each: EVERY if each is None else choice.history.named(each),
        )  # fmt: skip
        only = st.radio("Answers", (EVERY, "right", "wrong"), key="inspect-only", horizontal=True)
    return label, str(only)


def _rows(choice: Choice, order: str, before: int | None, label: int | None, only: str) -> Rows:
    history = choice.history
    frame, rows = history.frames[choice.step], of_domain(history, choice.domain)
    if label is not None:
        rows = rows & (history.label == label)
    if only != EVERY:
        rows = rows & ((frame.predicted == history.label) == (only == "right"))
    if order == CELL:
        truth, answer = st.session_state["inspect-cell"]
        rows = rows & (history.label == truth) & (frame.predicted == answer)
        found = np.flatnonzero(rows)
        return found[np.argsort(-frame.certain[found], kind="stable")]
    if order == LASSO:
        wanted = np.array(st.session_state["inspect-lasso"], dtype=np.int64)
        return wanted[wanted < len(history)][rows[wanted[wanted < len(history)]]]
    then = history.frames[before] if before is not None else None
    return chosen(history, frame, rows, order, before=then, draw=st.session_state.get("inspect-draws", 0))


def _page(rows: Rows) -> Rows:
    pages = max(1, -(-len(rows) // PAGE))
    if pages == 1:
        return rows
    page = st.segmented_control(
        "Page", range(1, min(pages, PAGES) + 1), default=1, key=f"inspect-page:{pages}", label_visibility="collapsed",
        required=True,
    )  # fmt: skip
    if pages > PAGES:
        st.caption(f"These are the first {PAGE * PAGES}: *Filter* brings others.")
    return rows[PAGE * ((page or 1) - 1) : PAGE * (page or 1)]


def _was(choice: Choice, before: int | None, row: int) -> str:
    if before is None:
        return ""
    return f"was {choice.history.named(int(choice.history.frames[before].predicted[row]))}"


def _about(order: str) -> str:
    return f". {ORDERS[order]}" if order in ORDERS else ""


def _table(choice: Choice, rows: Rows, notes: Mapping[int, str]) -> list[list[str]]:
    history, frame = choice.history, choice.history.frames[choice.step]
    told = [["Sample", "Domain", "True", "Answered", "Sure", "Note"]]
    for row in rows.tolist():
        domain = "target" if history.target_rows[row] else "source"
        names = [history.named(int(each)) for each in (history.label[row], frame.predicted[row])]
        told.append([str(row), domain, *names, f"{frame.certain[row]:.0%}", notes[row] or "–"])
    return told
