"""Controls of the data: which pair of domains, and how far they are apart."""

from collections.abc import Mapping
from dataclasses import replace
from math import floor, log10
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.choices import scenarios_of
from dashboard.drawing import drawing
from dashboard.keys import key_for
from dashboard.preview import chip, preview
from tlcore import catalogue
from tlcore.errors import TransferError
from tlcore.runs.spec import RunSpec


def data(spec: RunSpec) -> RunSpec:
    kinds = list(dict.fromkeys(card["kind"] for card in catalogue.scenarios().values()))
    own = catalogue.scenario(spec.scenario)["kind"]
    with st.container(key="scenarios"):
        kind = st.segmented_control(
            "Data", kinds, key=key_for("kind", own), required=True, format_func=words.KINDS.__getitem__, width="stretch"
        )
        keys = scenarios_of(kind)
        key = key_for(f"scenario:{kind}", spec.scenario if spec.scenario in keys else keys[0])
        chosen = st.pills("Scenario", keys, key=key, required=True, format_func=_chip, label_visibility="collapsed")
    return spec if chosen == spec.scenario else replace(spec, scenario=chosen, shift=None, settings={}, backbone="")


def _chip(key: str) -> str:
    picture, title = chip(key), words.short(catalogue.scenario(key)["title"])
    return f"![]({picture}) {title}" if picture else title


def dials(spec: RunSpec, hint: str = "") -> RunSpec:
    """How far the target is; what it looks like is drawn at once."""
    card = catalogue.scenario(spec.scenario)
    turned = {each["name"]: _dial(spec, each, k) for k, each in enumerate(card["dials"])}
    if hint:
        st.caption(hint)
    first = card["dials"][0]["name"] if card["dials"] else None
    shift = turned.pop(first) if first else None
    spec = replace(spec, shift=shift, settings=turned)
    try:
        drawing(preview(spec.scenario, shift, turned, spec.seed), key="preview")
    except TransferError as error:
        st.caption(str(error))
    return spec


def _dial(spec: RunSpec, dial: Mapping[str, Any], place: int) -> float:
    given = spec.shift if place == 0 else spec.settings.get(dial["name"])
    value = float(dial["default"] if given is None else given)
    label = dial["label"][:1].upper() + dial["label"][1:]
    low, high, step = (float(dial[name]) for name in ("low", "high", "step"))
    digits = max(0, -floor(log10(step)))
    unit = dial["unit"] if dial["unit"] in ("°", "") else f" {dial['unit']}".replace("%", "%%")
    return st.slider(
        f"How far? {label}" if place == 0 else label,
        low,
        high,
        key=key_for(f"dial:{spec.scenario}:{dial['name']}", value),
        step=step,
        format=f"%.{digits}f{unit}",
        help=dial["help"],
    )
