"""A dial as a slider."""

from collections.abc import Mapping
from math import floor, log10
from typing import Any

import streamlit as st

from dashboard.keys import key_for


def dial_slider(scenario: str, dial: Mapping[str, Any], given: float | None, before: str = "") -> float:
    value = float(dial["default"] if given is None else given)
    label = dial["label"][:1].upper() + dial["label"][1:]
    low, high, step = (float(dial[name]) for name in ("low", "high", "step"))
    if low == high:  # there is nothing to turn: images no larger than what a network sees at least
        return low
    digits = max(0, -floor(log10(step)))
    unit = dial["unit"] if dial["unit"] in ("°", "") else f" {dial['unit']}".replace("%", "%%")
    return st.slider(
        before + label,
        low,
        high,
        key=key_for(f"dial:{scenario}:{dial['name']}", value),
        step=step,
        format=f"%.{digits}f{unit}",
        help=dial["help"],
    )
