"""Data that is not on this machine: what it is, how large, under which terms; and getting it when somebody says so."""

from collections.abc import Sequence

import streamlit as st

from dashboard.data import working
from dashboard.data.looking import FINGERPRINTS
from dashboard.data.texts import megabytes
from tlcore.runs import chores
from tlcore.scenarios.sides import Side


def offer(absent: Sequence[Side]) -> None:
    """What is missing, each with its size and licence before anything is fetched."""
    for side in absent:
        entry = side.entry
        assert entry is not None, "a drawn domain is always here"
        size = megabytes(entry.megabytes * 1e6)
        with st.container(border=True, key=f"absent-{entry.key.replace('/', '-')}"):
            st.markdown(f"##### {side.name} is not on this machine")
            st.markdown(f"{entry.images:,} images of {len(entry.classes):,} classes · {size} to download")
            st.markdown(f"**Licence** · {entry.licence or 'not stated'}")
            if entry.citation:
                st.caption(entry.citation)
            _fetching(entry.key, size)
    st.caption("Nothing is fetched before you press. A download that breaks off goes on where it was.")


def _fetching(key: str, size: str) -> None:
    mine = [each for each in chores.chores("fetch") if each.order["wishes"].get("domain") == key]
    if not mine:
        if st.button(f"Download {size}", type="primary", icon=":material/download:", key=f"fetch:{key}"):
            chores.start("fetch", domain=key)
            st.rerun()
    elif not mine[0].over:
        working.progress(mine[0])
    elif mine[0].status == "done":
        chores.discard(mine[0])
        st.session_state.pop(FINGERPRINTS, None)
        st.rerun()
    elif working.excused(mine[0], "Go on"):
        chores.start("fetch", domain=key)
        st.rerun()
