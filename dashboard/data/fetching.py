"""Data that is not on this machine: what it is, how large, under which terms; and getting it when somebody says so."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.data import working
from dashboard.data.looking import FINGERPRINTS
from dashboard.data.texts import megabytes, plain
from tlcore.library.domains import DomainEntry
from tlcore.runs import chores
from tlcore.scenarios.sides import Side


def offer(card: Mapping[str, Any], absent: Sequence[Side]) -> None:
    """What is missing, each with its size and licence before anything is fetched."""
    for side in absent:
        if side.entry is not None:
            _set(side.entry)
    if any(side.entry is None for side in absent):
        _drawn(card)
    st.caption("Nothing is fetched before you press. A download that breaks off goes on where it was.")


def _set(entry: DomainEntry) -> None:
    """A published data set."""
    size = megabytes(entry.megabytes * 1e6)
    with st.container(border=True, key=f"absent-{entry.key.replace('/', '-')}"):
        st.markdown(f"##### {plain(entry.title)} is not on this machine", anchors=False)
        st.markdown(f"{entry.images:,} images of {len(entry.classes):,} classes · {size} to download")
        st.markdown(f"**Licence** · {entry.licence or 'not stated'}")
        st.caption(entry.citation)
        _fetching({"domain": entry.key}, size)


def _drawn(card: Mapping[str, Any]) -> None:
    """What a scenario is drawn from."""
    size = megabytes(card["download_mb"] * 1e6)
    with st.container(border=True, key="absent-drawn"):
        st.markdown("##### These images are not on this machine", anchors=False)
        st.markdown(f"{size} to download")
        st.caption(card["credit"])
        _fetching({"scenario": card["key"]}, size)


def _fetching(wishes: Mapping[str, str], size: str) -> None:
    mine = [each for each in chores.chores("fetch") if each.order["wishes"] == wishes]
    if not mine:
        if st.button(f"Download {size}", type="primary", icon=":material/download:", key=f"fetch:{wishes}"):
            chores.start("fetch", **wishes)
            st.rerun()
    elif not mine[0].over:
        working.progress(mine[0])
    elif mine[0].status == "done":
        chores.discard(mine[0])
        st.session_state.pop(FINGERPRINTS, None)
        st.rerun()
    elif working.excused(mine[0], "Go on"):
        chores.start("fetch", **wishes)
        st.rerun()
