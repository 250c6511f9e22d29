"""Controls of the data: how far the two domains are apart."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import floor, log10
from typing import Any

import streamlit as st

from dashboard.drawing import drawing
from dashboard.keys import key_for
from dashboard.preview import preview
from tlcore import catalogue
from tlcore.errors import DataUnavailable, TransferError
from tlcore.runs.spec import RunSpec

IN_SIGHT = 1  # so many dials beside the first are shown at once; more are folded away


def dials(spec: RunSpec, hint: str = "") -> RunSpec:
    """How far the target is; what it looks like is drawn at once."""
    first, *others = catalogue.scenario(spec.scenario)["dials"] or [None]
    shift = None if first is None else _dial(spec, first, spec.shift, "How far? ")
    if hint:
        st.caption(hint)
    if len(others) > IN_SIGHT:
        with st.expander(f"More about the data ({len(others)})"):
            settings = _others(spec, others)
    else:
        settings = _others(spec, others)
    _picture(spec.scenario, shift, settings, spec.seed)
    return replace(spec, shift=shift, settings=settings)


def _others(spec: RunSpec, others: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    return {each["name"]: _dial(spec, each, spec.settings.get(each["name"])) for each in others}


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


def _dial(spec: RunSpec, dial: Mapping[str, Any], given: float | None, before: str = "") -> float:
    value = float(dial["default"] if given is None else given)
    label = dial["label"][:1].upper() + dial["label"][1:]
    low, high, step = (float(dial[name]) for name in ("low", "high", "step"))
    digits = max(0, -floor(log10(step)))
    unit = dial["unit"] if dial["unit"] in ("°", "") else f" {dial['unit']}".replace("%", "%%")
    return st.slider(
        before + label,
        low,
        high,
        key=key_for(f"dial:{spec.scenario}:{dial['name']}", value),
        step=step,
        format=f"%.{digits}f{unit}",
        help=dial["help"],
    )
