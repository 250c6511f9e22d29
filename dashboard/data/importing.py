"""Bringing one's own images: an archive or a folder is checked before anything of it is kept."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.data import working
from dashboard.data.checked import report
from dashboard.data.entries import GOTO, pairs_of
from dashboard.data.texts import LAYOUTS
from tlcore.errors import TransferError
from tlcore.library.archives import PACKED
from tlcore.library.arriving import Arrival
from tlcore.library.names import shown, slug
from tlcore.runs import chores, works
from tlcore.runs.chores import Chore

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

CHUNK = 1 << 20
ROUND = "import-round"  # in the session's state: another uploader for every upload, so that memory is given back
KEPT = "import-kept"  # … and what was kept a moment ago


def importing() -> None:
    """Whatever is under way or waits for a decision; else the two ways to begin."""
    if kept := st.session_state.get(KEPT):
        _welcome(kept)
    under_way = chores.chores("check")
    for chore in under_way:
        _one(chore)
    if not under_way:
        _begin()


def _begin() -> None:
    with st.container(key="import"):
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("##### An archive", anchors=False)
            upload = st.file_uploader(
                "A zip or tar with one folder of images a class", type=[each.lstrip(".") for each in PACKED],
                key=f"upload:{st.session_state.get(ROUND, 0)}",
                help=f"Up to {st.get_option('server.maxUploadSize'):,} MB. Of a larger one, give the path.",
            )  # fmt: skip
        with right:
            st.markdown("##### A folder or an archive on this machine", anchors=False)
            with st.form("import-path", border=False):
                path = st.text_input("Path", placeholder="/home/me/pictures or ~/office31.zip", key="import-path-text")
                copy = st.checkbox(
                    "Copy a folder into the library",
                    help="Without a copy it takes no further room, and has to stay where and as it is.",
                )
                go = st.form_submit_button("Check it", icon=":material/fact_check:")
    st.caption("It is checked first. Nothing is kept before you have seen what is in it and said so.")
    with st.expander("How the folders should lie"):
        st.code(LAYOUTS, language=None)
    if upload is not None:
        _upload(upload)
        st.rerun()
    if go and path:
        place = Path(path.strip()).expanduser().absolute()
        chores.start("check", path=str(place), name=shown(parted(place.name)[0]), copy=copy)
        st.rerun()


def _upload(upload: "UploadedFile") -> None:
    """Write an upload into the folder of its check; the memory that it took is given back."""
    folder, (stem, ending) = chores.prepare(), parted(upload.name)
    file = folder / f"{slug(stem)}{ending}"  # a name of our own: what a stranger calls a file never reaches the disk
    with file.open("wb") as out:
        while chunk := upload.read(CHUNK):
            out.write(chunk)
    chores.begin(folder, "check", path=str(file), name=shown(stem), copy=True)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def parted(name: str) -> tuple[str, str]:
    """An archive's name without its ending, and the ending."""
    ending = max((each for each in PACKED if name.lower().endswith(each)), key=len, default="")
    return (name[: len(name) - len(ending)] or "images", ending)


def _one(chore: Chore) -> None:
    wishes = dict(chore.order["wishes"])
    if not chore.over:
        working.progress(chore)
    elif chore.status == "done":
        _decide(chore)
    else:
        uploaded = Path(wishes["path"]).parent == chore.folder  # … is removed with the check
        if working.excused(chore, "Choose it again" if uploaded else "Check it again"):
            if not uploaded:
                chores.start("check", **wishes)
            st.rerun()


def _decide(chore: Chore) -> None:
    """Show the check; Continue keeps it, Discard leaves nothing behind."""
    told = chore.result
    with st.container(border=True, key=f"check-{chore.id}"):
        report(chore)
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"decide-{chore.id}"):
            usual = slug(told["name"])
            name = st.text_input(
                "Name", usual, key=f"name:{chore.id}", width=260,
                help="By which links and the command line call it: small letters, digits and hyphens.",
            )  # fmt: skip
            if st.button("Continue", type="primary", icon=":material/check:", key=f"continue:{chore.id}"):
                _keep(chore, "" if name == usual else name)
            if st.button("Discard", icon=":material/delete:", key=f"discard:{chore.id}"):
                chores.discard(chore)
                st.rerun()
        st.caption(
            "Continue keeps the images in the library; Discard leaves nothing of them behind."
            if told["copied"]
            else "Continue reads the folder where it is, so it has to stay; Discard leaves it as it is."
        )


def _keep(chore: Chore, key: str) -> None:
    try:
        kept = Arrival(works.ready(chore.folder)).keep(key)
    except TransferError as error:
        st.error(str(error))
        return
    chores.discard(chore)
    st.session_state[KEPT] = kept.key
    st.rerun()


def _welcome(key: str) -> None:
    pairs = pairs_of(key)
    with st.container(horizontal=True, vertical_alignment="center", key="import-kept-line"):
        st.success(f"'{key}' is kept. {_scenarios(len(pairs))}")
        if pairs and st.button("Look at it", icon=":material/photo_library:"):
            st.session_state[GOTO] = pairs[0]
            del st.session_state[KEPT]
            st.rerun()
        if st.button("Close", key="close-kept"):
            del st.session_state[KEPT]
            st.rerun()


def _scenarios(many: int) -> str:
    if not many:
        return "It has one domain: pair it with another one under *Any two*."
    return f"Its domains make {many} pairs, here and on Play under *Yours*."
