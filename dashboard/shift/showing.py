"""The Shift page beside its sidebar: how far two domains are and why, and what to choose for them before training."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.choosing_model.ranking import ranking
from dashboard.choosing_model.searching import searching
from dashboard.data import working
from dashboard.shift.contents import contents
from dashboard.shift.measured import distances
from dashboard.shift.naming import naming
from dashboard.shift.samples import samples
from tlcore import catalogue
from tlcore.runs import chores
from tlcore.runs.chores import Chore
from tlcore.runs.spec import RunSpec

KEPT = 40  # measurements that are remembered
FAR, SAMPLES, CONTENTS, NAMING = "How far", "Samples", "Pixels and labels", "Name that data set"
BACKBONE, SETTINGS = "Choose a backbone", "Choose settings"
SECTIONS = (FAR, SAMPLES, CONTENTS, NAMING, BACKBONE, SETTINGS)
SECTION = "shift-section"


def show(spec: RunSpec) -> None:
    """The page for an experiment's data and backbone."""
    card = catalogue.scenario(spec.scenario)
    full = spec.completed()
    with st.container(horizontal=True, vertical_alignment="center", key="shift-title"):
        st.markdown(f"#### {card['title']}, seen by {catalogue.backbone(full.backbone)['title']}", width="content")
        st.page_link(
            "views/play.py", label="Open on Play", icon=":material/play_circle:", query_params={"d": spec.scenario},
            help="The same pair with a strategy.",
        )  # fmt: skip
    section = st.segmented_control(
        "Section", SECTIONS, default=FAR, key=SECTION, required=True, label_visibility="collapsed",
        help="How far the domains are, what gives them away, what differs in them; a game; what to train.",
    )  # fmt: skip
    if section == NAMING:
        naming(full)
    elif section == BACKBONE:
        ranking(full)
    elif section == SETTINGS:
        searching(full)
    else:
        _measurement(full, section)


def _measurement(spec: RunSpec, section: str) -> None:
    """A section that shows what was measured; asks for it first, if nobody has."""
    classes = section == FAR and st.toggle(
        "Class by class ⚑", key="shift-classes", help="Measures every class by itself; uses the target's labels."
    )
    wishes = {"spec": spec.as_json(), "classes": classes}
    chore = _latest(wishes) or (None if section == FAR else _latest({**wishes, "classes": True}))
    if chore is None or (chore.over and chore.status != "done"):
        _ask(wishes, chore)
    elif not chore.over:
        working.progress(chore)
    elif section == FAR:
        distances(chore.result)
    elif "samples" not in chore.result:
        _old(wishes, chore)
    elif section == SAMPLES:
        samples(chore)
    else:
        contents(chore.result)


def _latest(wishes: Mapping[str, Any]) -> Chore | None:
    """The newest measurement of just this; what was measured before need not be measured again."""
    every = chores.chores("shift")
    for old in [each for each in every if each.over][KEPT:]:
        chores.discard(old)
    return next((each for each in every if dict(each.order["wishes"]) == dict(wishes)), None)


def _ask(wishes: Mapping[str, Any], chore: Chore | None) -> None:
    st.caption(
        "Nothing is trained for this: up to 2,000 images of each domain go through the network once, and every metric "
        "is held against what chance alone would say."
    )
    if chore is not None and working.excused(chore, "Measure again"):
        chores.start("shift", **wishes)
        st.rerun()
    if chore is None and st.button("Measure", type="primary", icon=":material/straighten:", shortcut="Ctrl+Enter"):
        chores.start("shift", **wishes)
        st.rerun()


def _old(wishes: Mapping[str, Any], chore: Chore) -> None:
    st.caption("This was measured by an earlier version, which did not look at samples, pixels and labels.")
    if st.button("Measure again", icon=":material/refresh:"):
        chores.discard(chore)
        chores.start("shift", **wishes)
        st.rerun()
