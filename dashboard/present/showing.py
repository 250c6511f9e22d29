"""Presenting on the page: the popover that orders the scenes, and the whole screen that shows them."""

from functools import partial

import streamlit as st

from dashboard.assets import version
from dashboard.present import scenes as deck
from dashboard.present.scenes import Scene
from dashboard.replaying import page
from dashboard.tail import Tail
from tlcore.errors import TransferError
from tlcore.runs.store import Store

FLAG, RUN = "present", "run"  # in the address
NAMES = {
    "input": "Input space", "map": "Feature map", "umap": "Feature map, UMAP", "samples": "Samples", "layers": "Layers",
    "exhibits": "Its own views",
}  # fmt: skip
HOW = "Press M on the page, or the pin beside the timeline, to keep what the big view shows at that step."
WHAT = "A scene is a moment: a run, a step, a view and a sentence. They are shown over the whole screen, in large type."

_LOADER = f"""
const at = name => new URL("stage/{version()}/" + name, document.baseURI).href
export default async component => (await import(at("present.js"))).mount(component)
"""
_component = st.components.v2.component("transfer_lab_present", js=_LOADER, isolate_styles=False)


def scenes_of(store: Store, run: int | None) -> None:
    """What the popover "Present" holds: the scenes in their order, and what can be done with them."""
    found = deck.scenes(store)
    st.caption(WHAT if found else f"{WHAT} {HOW}")
    for place, scene in enumerate(found):
        _scene(store, place, scene, len(found))
    if found:
        st.caption(HOW)
    with st.container(horizontal=True, gap="small"):
        if st.button(
            "Present" if found else "Present this run", icon=":material/slideshow:", type="primary", shortcut="F",
            disabled=not found and run is None, help="← → scene, Space plays it, Esc leaves.",
        ):  # fmt: skip
            st.query_params[FLAG] = "1"
            st.rerun()
        if run is not None:
            name = f"run-{run}.html" if not found else f"run-{run}-scenes.html"
            st.download_button(
                "Save as one HTML file", partial(_file, store, run), name, "text/html",
                icon=":material/download:", on_click="ignore", key="save:html",
                help="The run on stage with its timeline and all scenes, some MB. It opens without a server and "
                "without a network.",
            )  # fmt: skip


def _file(store: Store, run: int) -> bytes:
    """Made at the press, with the scenes as they are then."""
    return page(store, run, deck.scenes(store))


def _scene(store: Store, place: int, scene: Scene, count: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"scene-{place}"):
        key = f"scene:{place}:{scene.run}:{scene.step}:{scene.view}"
        said = st.text_input(f"Sentence of scene {place + 1}", scene.sentence, key=key, label_visibility="collapsed")
        if said != scene.sentence:
            deck.say(store, place, said)
        for icon, label, by in (("arrow_upward", "earlier", -1), ("arrow_downward", "later", 1)):
            if st.button(
                f"Scene {place + 1} {label}", icon=f":material/{icon}:", key=f"{label}:{place}",
                disabled=not 0 <= place + by < count, type="tertiary",
            ):  # fmt: skip
                deck.move(store, place, by)
                st.rerun()
        if st.button(f"Remove scene {place + 1}", icon=":material/close:", key=f"remove:{place}", type="tertiary"):
            deck.remove(store, place)
            st.rerun()
    st.caption(f"Run {scene.run}, step {scene.step}, {NAMES.get(scene.view, scene.view.capitalize())}")


def presentation(store: Store) -> None:
    """The whole screen: all scenes, or where there are none the run that the address names, at its end."""
    found = deck.scenes(store) or _end(store, st.query_params.get(RUN, ""))
    if not found:
        _leave()
    said = [scene.as_json() for scene in found]
    result = _component(key="present", data={"scenes": said, "first": 0}, on_left_change=lambda: None)
    if result.get("left") is not None:
        _leave()


def _leave() -> None:
    st.query_params.pop(FLAG, None)
    st.rerun()


def _end(store: Store, run: str) -> list[Scene]:
    """A run at its last step, with the page's own sentence about it; nothing for a run that is not there."""
    try:
        tail = Tail(store, int(run))
    except (ValueError, TransferError):
        return []
    view = "input" if tail.facts["kind"] == "points" else "map"
    return [Scene(tail.row.id, tail.row.step, view, tail.said().headline)]
