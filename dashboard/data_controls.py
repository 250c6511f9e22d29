"""Controls of the data: how far the two domains are apart."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.drawing import drawing
from dashboard.label_controls import labels
from dashboard.preview import preview
from dashboard.sliders import dial_slider
from tlcore import catalogue
from tlcore.dials import SHIFT
from tlcore.errors import DataUnavailable, TransferError
from tlcore.runs.spec import RunSpec

IN_SIGHT = 1  # so many dials beside the first are shown at once; more are folded away


def dials(spec: RunSpec, hint: str = "") -> RunSpec:
    """How far the target is, and which labels there are; what it looks like is drawn at once."""
    own = {each["name"]: each for each in catalogue.scenario(spec.scenario)["dials"]}
    first = own.pop(SHIFT, None)
    shift = None if first is None else dial_slider(spec.scenario, first, spec.shift, "How far? ")
    if hint:
        st.caption(hint)
    if len(own) > IN_SIGHT:
        with st.expander(f"More about the data ({len(own)})"):
            settings = _others(spec, own)
    else:
        settings = _others(spec, own)
    about_labels, budget = labels(spec)
    settings |= about_labels
    _picture(spec.scenario, shift, settings, spec.seed)
    return replace(spec, shift=shift, settings=settings, target_labels=budget)


def _others(spec: RunSpec, others: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    return {name: dial_slider(spec.scenario, each, spec.settings.get(name)) for name, each in others.items()}


def _picture(scenario: str, shift: float | None, settings: Mapping[str, float], seed: int) -> None:
    try:
        drawing(preview(scenario, shift, settings, seed), key="preview")
    except DataUnavailable as error:
        size = catalogue.scenario(scenario)["download_mb"]
        st.caption(
            f"These images are not on this machine yet: a run fetches them first ({size:g} MB).", help=str(error)
        )
    except TransferError as error:
        st.caption(str(error))
