"""What one can press on this page, drawn by `static/inspect.js`: the matrix, galleries of samples, the drawing pad."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.assets import version

_LOADER = f"""
const at = name => new URL("stage/{version()}/" + name, document.baseURI).href
export default async component => (await import(at("inspect.js"))).mount(component)
"""
_component = st.components.v2.component("transfer_lab_inspect", js=_LOADER, isolate_styles=False)

Picked = Callable[[Any], None]


def matrix(key: str, data: Mapping[str, Any], picked: Picked) -> None:
    """Rows are what it is, columns what was answered; `picked` hears [row, column] of a cell."""
    _draw(key, "matrix", data, picked)


def samples(key: str, data: Mapping[str, Any], picked: Picked) -> None:
    """Pictures with words; `picked` hears the id of one. See `pictures.item`."""
    _draw(key, "samples", data, picked)


def pad(key: str, picked: Picked) -> None:
    """A square to draw on; `picked` hears a PNG as a data address."""
    _draw(key, "pad", {}, picked)


def _draw(key: str, kind: str, data: Mapping[str, Any], picked: Picked) -> None:
    def note() -> None:
        value = st.session_state[key]["picked"]
        if value is not None:
            picked(value)

    _component(key=key, data={"kind": kind, **data}, on_picked_change=note, height="content")


def row(key: str, label: str, items: Sequence[Mapping[str, Any]], classes: int, picked: Picked) -> None:
    """A few samples under a line that says what they are."""
    samples(key, {"label": label, "items": list(items), "classes": classes, "chosen": None, "large": True}, picked)
