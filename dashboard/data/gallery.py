"""The galleries of both domains, drawn by `static/gallery.js` from contact sheets that were made before."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.assets import version
from tlcore.library.summary import Summary

_LOADER = f"""
const at = name => new URL("stage/{version()}/" + name, document.baseURI).href
export default async component => (await import(at("gallery.js"))).mount(component)
"""
_component = st.components.v2.component("transfer_lab_gallery", js=_LOADER, isolate_styles=False)

ROLES = (("Source", "●"), ("Target", "✕"))


def galleries(classes: Sequence[str], titles: Sequence[str], sides: Sequence[Summary], names: Sequence[Any]) -> None:
    """Both galleries; `names` are, for each side, its classes by the names that both share."""
    shown = [_side(role, title, side, name) for role, title, side, name in zip(ROLES, titles, sides, names)]
    _component(key="galleries", data={"classes": list(classes), "sides": shown}, height="content")


def _side(role: tuple[str, str], title: str, side: Summary, names: Sequence[str]) -> dict[str, Any]:
    told, sheet = side.told, side.told["sheet"]
    return {
        "role": role[0], "mark": role[1], "title": title, "note": note(told), "names": list(names),
        "sheets": [address(side, file) for file in sheet["files"]], "samples": told["samples"],
        "columns": sheet["columns"], "each": sheet["each"], "blocks": sheet["blocks"],
    }  # fmt: skip


def note(told: Mapping[str, Any]) -> str:
    """How many images of what size: "1,670 images, 227 × 227 pixels, colour"."""
    smallest, median, largest = (told["sizes"][name] for name in ("smallest", "median", "largest"))
    size = (
        _size(median)
        if told["sizes"]["kinds"] == 1
        else f"{_size(smallest)} to {_size(largest)}, mostly {_size(median)}"
    )
    return f"{told['images']:,} images, {size} pixels, {'grey' if told['grey'] else 'colour'}"


def address(summary: Summary, file: str) -> str:
    """Where a browser finds a picture of a summary."""
    return f"api/summaries/{summary.key}/{file}"


def _size(size: Sequence[int]) -> str:
    return f"{size[0]} × {size[1]}"
