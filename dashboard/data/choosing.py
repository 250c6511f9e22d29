"""The Data page's sidebar: a ready pair of domains, or any two that can be named."""

from collections.abc import Mapping

import streamlit as st

from dashboard.chooser import data_chooser
from dashboard.data.entries import ARRIVED, GOTO, domains_here, said
from dashboard.visit import Visit
from tlcore import catalogue
from tlcore.cards import BETWEEN, SHIFTED
from tlcore.errors import TransferError
from tlcore.library.domains import DomainEntry

PAIR = "data-pair"  # in the session's state: the scenario that is looked at
LINKED = "data-linked"  # … and the one that the address bar said last
WAY = "data-way"
READY, TWO = "Ready pairs", "Any two"
FIRST = "printed-to-handwritten"


def choose() -> str:
    """Draw the sidebar; returns the scenario to look at, a ready one or `SOURCE~TARGET`."""
    key = _begun()
    with st.sidebar:
        st.segmented_control(
            "Choose from", [READY, TWO], key=WAY, required=True, width="stretch", label_visibility="collapsed",
            help="Pairs of domains that belong together, or a source and a target of your own choice.",
        )  # fmt: skip
        if st.session_state[WAY] == READY:
            picked = data_chooser(key)
            key = picked if picked is not None else key
        else:
            key = _two(key)
    st.session_state[PAIR] = st.session_state[LINKED] = key
    if st.query_params.to_dict().get("d") != key:
        st.query_params["d"] = key
    return key


def _begun() -> str:
    """What is looked at: what the link says, else what was last, else what is on Play."""
    linked = st.query_params.get("d", "")
    key = st.session_state.get(PAIR, "")
    if going := st.session_state.pop(GOTO, ""):
        key = linked = st.session_state[PAIR] = st.session_state[LINKED] = going
        st.session_state[ARRIVED] = True
        st.session_state.pop(WAY, None)
    if linked and linked != st.session_state.get(LINKED, ""):
        key = linked
        st.session_state.pop(WAY, None)
    visit: Visit | None = st.session_state.get("visit")
    tried = [key, visit.spec.scenario if visit else "", FIRST]
    found = next((each for each in tried if each and _is_images(each)), FIRST)
    if linked and found != linked and key == linked:
        st.session_state["data-notice"] = (
            f"There is nothing to look at called '{linked}', so this shows something else."
        )
    ready = found in catalogue.scenarios() or found.endswith(SHIFTED)
    st.session_state.setdefault(WAY, READY if ready else TWO)
    return found


def _is_images(key: str) -> bool:
    try:
        return bool(catalogue.scenario(key)["kind"] != "points")
    except TransferError:
        return False


def _two(key: str) -> str:
    """Two domains out of all; the pair stays as it is where it was one of two domains already."""
    known = domains_here()
    if len(known) < 2:
        st.caption("There are no domains to pair here yet. Bring your own images, or choose a ready pair.")
        return key
    source, _, target = key.partition(BETWEEN)
    keys = list(known)
    first = source if source in known else keys[0]
    second = target if target in known else next(each for each in keys if each != first)
    a, b = st.session_state.get("data-source"), st.session_state.get("data-target")
    if (a, b) != (first, second) and BETWEEN in key and st.session_state.get("data-two") != key:
        st.session_state["data-source"], st.session_state["data-target"] = first, second
    chosen = _box("Source", "data-source", known, first), _box("Target", "data-target", known, second)
    st.button("Swap them", icon=":material/swap_vert:", type="tertiary", on_click=_swap)
    if chosen[0] == chosen[1]:
        st.caption("Source and target are the same: nothing would have to be transferred. Choose another one.")
        return key
    st.session_state["data-two"] = BETWEEN.join(chosen)
    return st.session_state["data-two"]


def _box(label: str, key: str, known: Mapping[str, DomainEntry], first: str) -> str:
    if st.session_state.get(key) not in known:
        st.session_state[key] = first
    return str(
        st.selectbox(label, list(known), key=key, format_func=lambda each: said(known[each]) if each in known else each)
    )


def _swap() -> None:
    state = st.session_state
    state["data-source"], state["data-target"] = state["data-target"], state["data-source"]
