"""The stage: everything below the navigation of the Play page, drawn by one component.

Streamlit only says which run is on stage. The numbers come through the live feed (`dashboard.feed`)
and are drawn by the modules in `dashboard/static`; a script run in between changes nothing on it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.assets import STATIC, version

ELSEWHERE = ("gallery", "chooser", "present", "present_chart", "replay")  # modules that are not the stage's

_MODULES = [file.name for file in sorted(STATIC.glob("*.js")) if file.stem not in ELSEWHERE]

# More than one line, or Streamlit takes it for the path of a file. The modules are asked for all at once;
# otherwise the browser would find out about them one after the other.
_LOADER = f"""
const at = name => new URL("stage/{version()}/" + name, document.baseURI).href
const early = (rel, name, as) =>
  document.head.append(Object.assign(document.createElement("link"), {{ rel, href: at(name), as }}))
for (const name of {_MODULES}) early("modulepreload", name, "script")
early("preload", "stage.css", "style")
export default async component => (await import(at("stage.js"))).mount(component)
"""
_component = st.components.v2.component("transfer_lab_stage", js=_LOADER, isolate_styles=False)


@dataclass(frozen=True)
class Staged:
    """What people did on the stage since the last script run."""

    restarted: int | None  # the new run, when they pressed "restart"
    scene: Mapping[str, Any] | None = None  # what was on show, when they pinned it to present it


def stage(
    run: int | None,
    ghost: int | None = None,
    key: str = "stage",
    on_restarted: Callable[[], None] | None = None,
) -> Staged:
    """Put a run on stage, with another one behind it as a ghost.

    Without a run the recorded one plays, and it goes on playing until the run has its first frame.
    """
    told = {"run": run, "ghost": ghost}
    result = _component(key=key, data=told, on_restarted_change=on_restarted or _nothing, on_scene_change=_nothing)
    restarted = result.get("restarted")
    return Staged(None if restarted is None else int(restarted), result.get("scene"))


def _nothing() -> None:
    """Streamlit wants to be told what to do when something happens; the next script run sees it by itself."""
