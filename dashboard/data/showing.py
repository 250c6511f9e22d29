"""The Data page beside its sidebar: what the two domains are, then one of three things to do."""

from collections.abc import Sequence

import streamlit as st

from dashboard.composer import composer
from dashboard.data.credit import credit
from dashboard.data.entries import ARRIVED
from dashboard.data.fetching import offer
from dashboard.data.importing import importing
from dashboard.data.looking import look, tidy
from dashboard.data.machine import machine
from dashboard.data.matched import matching
from dashboard.data.texts import MEANINGS, plain
from tlcore import catalogue
from tlcore.cards import BETWEEN, SHIFTED
from tlcore.scenarios.sides import sides

LOOK, COMPOSE, BRING, MACHINE = "Look", "Compose a shift", "Bring your own", "On this machine"
SECTION = "data-section"


def show(key: str) -> None:
    """The whole page for a scenario."""
    tidy()
    if notice := st.session_state.pop("data-notice", ""):
        st.warning(notice)
    with st.container(horizontal=True, vertical_alignment="center", key="data-bar"):
        if st.session_state.pop(ARRIVED, False) or SECTION not in st.session_state:
            st.session_state[SECTION] = COMPOSE if key.endswith(SHIFTED) else LOOK
        st.segmented_control(
            "Section", [LOOK, COMPOSE, BRING, MACHINE], key=SECTION, required=True, label_visibility="collapsed",
            help="Look at the chosen pair, change a domain by hand, import images, or see what is stored here.",
        )  # fmt: skip
    if st.session_state[SECTION] == COMPOSE:
        composer(key.partition(BETWEEN)[0] if BETWEEN in key else "")
    elif st.session_state[SECTION] == BRING:
        importing()
    elif st.session_state[SECTION] == MACHINE:
        machine()
    else:
        _pair(key)


def _pair(key: str) -> None:
    card, both = catalogue.scenario(key), sides(key)
    matched = matching(card, both)
    with st.container(horizontal=True, vertical_alignment="center", key="data-title"):
        st.markdown(f"#### {plain(card['title'])}", width="content", anchors=False)
        with st.popover("Classes", type="tertiary"):
            st.markdown("\n\n".join([*matched.lines(), MEANINGS["matching"]]))
        with st.popover("Licence and size", type="tertiary"):
            st.markdown(credit(card["credit"], both))
        st.page_link(
            "views/play.py", label="Open on Play", icon=":material/play_circle:", query_params={"d": key},
            help="The same pair with a network and a strategy.",
        )  # fmt: skip
    st.caption(f"{plain(card['idea'])} {_unshared(matched.only(0), matched.only(1))}")
    absent = [side for side in both if not side.present]
    if absent:
        offer(card, absent)
        return
    look(key, both, matched)


def _unshared(source: Sequence[str], target: Sequence[str]) -> str:
    """Which classes only one domain has: "Only in the source: frog. Only in the target: monkey."."""
    said = [f"Only in the source: {_few(source)}."] if source else []
    return " ".join([*said, *([f"Only in the target: {_few(target)}."] if target else [])])


def _few(names: Sequence[str]) -> str:
    return ", ".join(map(plain, names[:3])) + (" …" if len(names) > 3 else "")
