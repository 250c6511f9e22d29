"""Try your own: a drawing, a file or the camera, shown to the trained network."""

import base64
import binascii
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.data import working
from dashboard.inspect import parts
from dashboard.inspect.answered import answered
from dashboard.inspect.choosing import Choice
from dashboard.inspect.looking import partner
from dashboard.inspect.texts import OWN
from dashboard.storing import store
from tlcore.library.names import shown
from tlcore.runs import attendant, chores
from tlcore.runs.chores import Chore
from tlcore.runs.rows import Run

ENDINGS = ["jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff"]
WAYS = ("Draw", "Upload", "Camera")
KEPT = 8  # pictures that are remembered
LARGEST = 32 << 20  # bytes of one picture
DRAWN = 2 << 20  # … and of a drawing as text
HEAD = "data:image/png;base64,"
CHECKPOINT = "checkpoint.pt"  # as the engine calls it, which a page does not load
LAST = "inspect-own"  # in the session's state: the piece of work that answered last


def own(choice: Choice) -> None:
    run = choice.run
    if run is None:
        st.info(
            "The recorded example has no network here that could be asked. Start a run of images on Play, then it can."
        )
        st.page_link("views/play.py", label="Start one on Play", icon=":material/play_circle:")
        return
    if choice.kind == "points":
        st.info("This run was trained on points in the plane, so it cannot be shown a picture: choose a run on images.")
        return
    if not (store().folder(run.id) / CHECKPOINT).is_file():
        st.info(f"Run {run.id} has no checkpoint yet: one is written when it pauses, stops or ends.")
        return
    attendant.load(**_whom(run))  # while somebody draws
    left, right = st.columns([1, 1.5], gap="large")
    with left:
        with st.container(horizontal=True, vertical_alignment="center", key="head-own", gap="small"):
            st.markdown("##### Your picture", width="content")
            with st.popover("What is this?", type="tertiary"):
                st.markdown(OWN)
        way = st.segmented_control(
            "How", WAYS, default=WAYS[0], key="inspect-way", label_visibility="collapsed", required=True
        )
        _asked(choice, way or WAYS[0])
    with right:
        _result(choice)


def _asked(choice: Choice, way: str) -> None:
    if way == "Draw":
        parts.pad("inspect-pad", lambda drawn: _draw(choice, drawn))
    else:
        given = (
            st.file_uploader(
                "A picture", type=["jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff"], key="inspect-upload"
            )
            if way == "Upload"
            else st.camera_input("A picture", key="inspect-camera")
        )
        if given is not None and st.button("Ask the network", type="primary", key="inspect-ask"):
            _begin(choice, given.getvalue(), given.name if way == "Upload" else "the camera's picture", drawn=False)
            st.rerun()
    if said := st.session_state.pop("inspect-own-said", None):
        st.warning(said)


def _draw(choice: Choice, drawn: Any) -> None:
    """What the pad sent: it is as foreign as an upload."""
    content = decoded(drawn)
    if content is None:
        st.session_state["inspect-own-said"] = "What was drawn did not arrive whole: draw it again."
    else:
        _begin(choice, content, "the drawing", drawn=True)


def decoded(drawn: Any) -> bytes | None:
    """The bytes of a PNG in a data address; None for everything else."""
    if not isinstance(drawn, str) or not drawn.startswith(HEAD) or len(drawn) > DRAWN:
        return None
    try:
        return base64.b64decode(drawn.removeprefix(HEAD), validate=True)
    except binascii.Error:
        return None


def _begin(choice: Choice, content: bytes, name: str, *, drawn: bool) -> None:
    run = choice.run
    assert run is not None
    if len(content) > LARGEST:
        st.session_state["inspect-own-said"] = (
            f"'{shown(name)}' has more than {LARGEST >> 20} MB: choose a smaller picture."
        )
        return
    for old in [each for each in chores.chores("own") if each.over][KEPT:]:
        chores.discard(old)
    folder = chores.prepare()
    (folder / "own.bin").write_bytes(content)  # a name of our own: what a stranger calls a file never reaches the disk
    chore = attendant.entrust("own", folder, **_whom(run), file="own.bin", name=shown(name), drawn=drawn)
    st.session_state[LAST] = (run.id, chore.id)


def _whom(run: Run) -> dict[str, Any]:
    """Which networks are asked."""
    beside, _ = partner(run)
    return {"store": str(store().path), "run": run.id, "beside": beside.id if beside else None}


def _result(choice: Choice) -> None:
    chore = _last(choice)
    if chore is None:
        st.caption("What the network answers, where it looks and which training images it finds near stand here.")
    elif not chore.over:
        working.progress(chore)
    elif chore.status != "done":
        st.warning(working.ended(chore))
    else:
        answered(choice, chore, Path(chore.folder) / "own.npz")


def _last(choice: Choice) -> Chore | None:
    """What was asked last of this run in this visit."""
    run, number = st.session_state.get(LAST, (None, ""))
    if choice.run is None or run != choice.run.id:
        return None
    return next((each for each in chores.chores("own") if each.id == number), None)
