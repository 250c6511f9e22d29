"""Work in a process beside the page, as the page shows it: how far, how long still, and a way to stop it."""

import streamlit as st

from dashboard import words
from tlcore.errors import UnknownKey
from tlcore.runs import chores
from tlcore.runs.chores import Chore

TICK = 0.5  # seconds between two looks


def progress(chore: Chore) -> None:
    """A bar that moves by itself; the page is drawn anew when the work is over."""
    _bar(chore.id)


@st.fragment(run_every=TICK)
def _bar(id: str) -> None:
    try:
        chore = chores.find(id)
    except UnknownKey:  # another tab has put it away
        st.rerun()
    if chore.over:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key=f"chore-{id}"):
        st.progress(chore.share, said(chore))
        if st.button("Stop", icon=":material/stop_circle:", key=f"stop:{id}"):
            chores.stop(chore)
            st.rerun()


def said(chore: Chore) -> str:
    """How far it is, in words: "Looking at the source: Photo · 812 of 1,670 · 4 s left"."""
    doing = chore.state.get("doing") or "Getting ready"
    done, whole = int(chore.state.get("done", 0)), int(chore.state.get("all", 0))
    if not whole:
        return f"{doing} …"
    many = f"{done / 1e6:,.0f} of {whole / 1e6:,.0f} MB" if chore.state.get("unit") == "B" else f"{done:,} of {whole:,}"
    left = f" · {words.duration(max(1.0, round(chore.left)))} left" if chore.left is not None else ""
    return f"{doing} · {many}{left}"


def ended(chore: Chore) -> str:
    """Why it did not come to its end, in a sentence; empty where it did."""
    return {
        "failed": str(chore.state.get("error", "")),
        "stopped": "It was stopped; what it had kept so far is gone.",
        "gone": "Its process ended without a word, as when the machine was switched off or its memory was full.",
    }.get(chore.status, "")


def excused(chore: Chore, again: str) -> bool:
    """Say why it did not come to its end; True when somebody wants it again."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"ended-{chore.id}"):
        st.warning(ended(chore))
        if st.button(again, key=f"again:{chore.id}", icon=":material/refresh:"):
            chores.discard(chore)
            return True
        if st.button("Close", key=f"close-chore:{chore.id}"):
            chores.discard(chore)
            st.rerun()
    return False
