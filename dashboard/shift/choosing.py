"""The Shift page's sidebar: which two domains, how far apart, and whose eyes look at them."""

from dataclasses import replace

import streamlit as st

from dashboard import links
from dashboard.backbones import backbone
from dashboard.choices import PLAIN, stand_in
from dashboard.chooser import PICKED, scenario_chooser
from dashboard.compositions import with_data
from dashboard.data_controls import dials
from dashboard.keys import forget
from dashboard.visit import Visit
from tlcore.errors import TransferError
from tlcore.runs.spec import RunSpec

SPEC = "shift-spec"  # in the session's state: what is looked at
LINKED = "shift-linked"  # … and what the address bar said last


def choose() -> RunSpec:
    """Draw the sidebar; returns the experiment of which only the data and the backbone count here."""
    spec = _picked(_begun())
    with st.sidebar:
        scenario_chooser(spec)
        spec = backbone(dials(spec))
    spec = st.session_state[SPEC] = links.normal(spec)
    said = links.write(spec)
    if said != st.query_params.to_dict():
        st.query_params.from_dict(said)
    st.session_state[LINKED] = said
    return spec


def _begun() -> RunSpec:
    """What the link says if it is news, else what was looked at last, else what is on Play."""
    link = st.query_params.to_dict()
    if SPEC in st.session_state and (not link or link == st.session_state.get(LINKED)):
        before: RunSpec = st.session_state[SPEC]
        return before
    forget()
    visit: Visit | None = st.session_state.get("visit")
    if link or visit is None:
        return _plain(links.read(link)[0])
    return _plain(visit.spec)


def _plain(spec: RunSpec) -> RunSpec:
    """The same data and backbone; by the plainest strategy that the data takes."""
    strategy = stand_in(PLAIN, spec.scenario)
    plain = replace(spec, strategy=strategy, hparams={}, target_labels=None, steps=None, validator="")
    try:
        return links.normal(plain)
    except TransferError:
        return links.normal(replace(plain, backbone="", weights=""))


def _picked(spec: RunSpec) -> RunSpec:
    """The experiment with what was chosen a moment ago; its controls begin anew."""
    what, key = st.session_state.pop(PICKED, None) or ("", "")
    if not what:
        return spec
    forget()
    if what == "backbone":
        return replace(spec, backbone=key, weights="")
    return _plain(with_data(spec, key))
