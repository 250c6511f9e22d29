"""Controls of the data: how far the two domains are apart."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.composition_controls import name, recipe
from dashboard.compositions import composed
from dashboard.drawing import drawing
from dashboard.hiding import DATA, LABELS, Shows, everything
from dashboard.label_controls import labels
from dashboard.preview import preview
from dashboard.sliders import dial_slider
from tlcore import catalogue
from tlcore.dials import SHIFT
from tlcore.errors import DataUnavailable, TransferError
from tlcore.runs.spec import RunSpec
from tlcore.scenarios.sides import to_fetch

IN_SIGHT = 1  # so many dials beside the first are shown at once; more are folded away


def dials(spec: RunSpec, hint: str = "", shows: Shows = everything) -> RunSpec:
    """How far the target is, and which labels there are; what it looks like is drawn at once."""
    if composed(spec):
        return _composed(spec, shows)
    own = {each["name"]: each for each in catalogue.scenario(spec.scenario)["dials"] if shows(each["name"])}
    kept = {name: value for name, value in spec.settings.items() if not shows(name)}
    first = own.pop(SHIFT, None)
    shift = spec.shift if first is None else dial_slider(spec.scenario, first, spec.shift, "How far? ")
    if hint and first is not None:
        st.caption(hint)
    if len(own) > IN_SIGHT:
        with st.expander(f"More about the data ({len(own)})"):
            settings = _others(spec, own)
    else:
        settings = _others(spec, own)
    turned = replace(spec, shift=shift, settings={**settings, **kept})
    spec = _labelled(turned, spec) if shows(LABELS) else _as_labelled(turned, spec)
    _picture(spec)
    return spec


def _composed(spec: RunSpec, shows: Shows) -> RunSpec:
    """The picture stands above: there are more dials than fit beside it, and they are shown or hidden together."""
    place = st.container()
    turned = recipe(spec) if shows(DATA) else spec
    turned = _labelled(turned, spec) if shows(LABELS) else _as_labelled(turned, spec)
    with place:
        _picture(turned)
    return name(turned) if shows(DATA) else turned


def _as_labelled(turned: RunSpec, before: RunSpec) -> RunSpec:
    """What the dials about labels said before, where they are hidden."""
    names = {each["name"] for each in catalogue.scenario(before.scenario)["label_dials"]}
    about_labels = {name: value for name, value in before.settings.items() if name in names}
    return replace(turned, settings={**turned.settings, **about_labels}, target_labels=before.target_labels)


def _labelled(turned: RunSpec, before: RunSpec) -> RunSpec:
    about_labels, budget = labels(before)
    return replace(turned, settings={**turned.settings, **about_labels}, target_labels=budget)


def _others(spec: RunSpec, others: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    return {name: dial_slider(spec.scenario, each, spec.settings.get(name)) for name, each in others.items()}


def _picture(spec: RunSpec) -> None:
    try:
        drawing(preview(spec.scenario, spec.shift, spec.settings, spec.seed), key="preview")
    except DataUnavailable as error:
        _absent(spec.scenario, error)
    except TransferError as error:
        st.caption(str(error))


def _absent(scenario: str, error: DataUnavailable) -> None:
    """What to do about images that are not here: of two data sets each has its own size and terms."""
    missing = to_fetch(scenario)
    if missing:
        named = " and ".join(f"{each.title} ({each.megabytes:,g} MB)" for each in missing)
        st.caption(f"Not on this machine yet: {named}.", help=str(error))
        st.page_link(
            "views/data.py", label="Look at the terms and fetch", icon=":material/download:",
            query_params={"d": scenario},
        )  # fmt: skip
    else:
        size = catalogue.scenario(scenario)["download_mb"]
        more = f": a run fetches them first ({size:g} MB)" if size else ""
        st.caption(f"These images are not on this machine yet{more}.", help=str(error))
