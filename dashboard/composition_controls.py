"""Controls of a composed shift: of which data, how much of what, and under which name it is kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.chooser import PICKED
from dashboard.compositions import base, bases, composition, named, same_shift
from dashboard.keys import key_for
from dashboard.sliders import dial_slider
from tlcore import catalogue
from tlcore.dials import SHIFT
from tlcore.errors import TransferError
from tlcore.library import compositions
from tlcore.library.compositions import LONGEST, Composition
from tlcore.library.names import same
from tlcore.runs.spec import RunSpec
from tlcore.scenarios.recipe import DIALS

BASE = "base"  # what is picked: other data, the same changes
_KEPT, _TROUBLE = "composition-kept", "composition-trouble"  # in the session's state, until they were said
_RECIPE = [dial.name for dial in DIALS if dial.name != SHIFT]


def recipe(spec: RunSpec) -> RunSpec:
    """The data, the strength of everything, and one slider for each change."""
    _of(spec)
    dials = {each["name"]: each for each in catalogue.scenario(spec.scenario)["dials"]}
    shift = dial_slider(spec.scenario, dials.pop(SHIFT), spec.shift, "How far? ")
    with st.expander("Compose the shift", expanded=True, key="compose"):
        settings = {name: _slider(spec, dials.pop(name)) for name in _RECIPE}
    if dials:
        with st.expander(f"More about the data ({len(dials)})"):
            settings |= {name: _slider(spec, each) for name, each in dials.items()}
    turned = replace(spec, shift=shift, settings=settings)
    return turned if same_shift(turned, spec) else replace(turned, name="")  # a name is that of one shift


def name(spec: RunSpec) -> RunSpec:
    """What the shift is called, and keeping it or forgetting it under that name."""
    key = key_for("composition-name", spec.name)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="composition"):
        typed = st.text_input(
            "Name of this shift", key=key, max_chars=LONGEST, placeholder="such as: fog over the lake",
            help="Saved under a name it stands among the data of this machine, and its link carries the name.",
        )  # fmt: skip
        st.button("Save", on_click=_save, args=(key, composition(spec, "")), disabled=not typed.strip())
        if any(same(each.name) == same(typed) for each in named()[0]):
            st.button("Forget", on_click=_forget, args=(key,), help="Takes the name off the list; runs stay.")
    if trouble := st.session_state.pop(_TROUBLE, "") or named()[1]:
        st.caption(f":material/warning: {trouble}")
    kept: str | None = st.session_state.pop(_KEPT, None)
    return spec if kept is None else replace(spec, name=kept)


def _of(spec: RunSpec) -> None:
    known, here = bases(), base(spec)
    key = key_for("composition-base", here)
    st.selectbox(
        "Shift of", list({here: None, **known}), key=key, format_func=lambda each: known.get(each, each),
        on_change=_other_base, args=(key,),
        help="The source is one half of this data as it is; the target is the other half, changed.",
    )  # fmt: skip


def _slider(spec: RunSpec, dial: Mapping[str, Any]) -> float:
    return dial_slider(spec.scenario, dial, spec.settings.get(dial["name"]))


def _other_base(key: str) -> None:
    st.session_state[PICKED] = (BASE, st.session_state[key])


def _save(key: str, shift: Composition) -> None:
    try:
        st.session_state[_KEPT] = compositions.save(replace(shift, name=st.session_state[key])).name
    except TransferError as reason:
        st.session_state[_TROUBLE] = str(reason)


def _forget(key: str) -> None:
    try:
        compositions.remove(st.session_state[key])
        st.session_state[_KEPT] = st.session_state[key] = ""
    except TransferError as reason:
        st.session_state[_TROUBLE] = str(reason)
