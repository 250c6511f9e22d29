"""What is stored on this machine: collections, what is decoded for training, and summaries."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import streamlit as st

from dashboard.data.entries import GOTO, pairs_of
from dashboard.data.texts import megabytes, plain
from dashboard.table import ago
from tlcore.errors import TransferError
from tlcore.library import cache, shelf, summary
from tlcore.library.collection import Collection
from tlcore.library.places import library


def machine() -> None:
    """Everything that takes room here, with its size and a way to be rid of it."""
    _collections()
    _cache()
    _summaries()
    st.caption(f"All of it lies in `{library()}`.")


def _collections() -> None:
    st.markdown("##### Your images", anchors=False)
    held = shelf.entries()
    for collection in held.values():
        _collection(collection)
    for key, why in shelf.damaged().items():
        st.warning(why)
        _remove(key, f"Remove '{key}'", "What is left of it is deleted.")
    if not held:
        st.caption("Nothing was brought in yet. *Bring your own* takes a folder or an archive.")


def _collection(collection: Collection) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"collection-{collection.key}"):
        st.markdown(_said(collection), width="stretch")
        pairs = pairs_of(collection.key)
        if pairs and st.button("Look", icon=":material/photo_library:", key=f"look:{collection.key}"):
            st.session_state[GOTO] = pairs[0]
            st.rerun()
        stays = "Its images in the library are deleted." if collection.copied else "The folder itself stays as it is."
        _remove(collection.key, "Remove …", stays)


def _said(collection: Collection) -> str:
    domains = ", ".join(f"{plain(kind.title)} ({kind.images:,})" for kind in collection.domains.values())
    where = "in the library" if collection.copied else f"in {plain(str(collection.root))}"
    since = time.time() - datetime.fromisoformat(collection.added).timestamp()
    facts = f"{collection.images:,} images · {megabytes(collection.bytes)} {where} · {ago(since)}"
    return f"**{plain(collection.name)}** `{collection.key}` · {domains}  \n{facts}"


def _remove(key: str, label: str, what: str) -> None:
    with st.popover(label, icon=":material/delete:", key=f"leaving:{key}"):
        st.write(f"Remove '{plain(key)}'? {what} Runs on it stay in the table, and can no longer be repeated.")
        if st.button(f"Remove '{key}'", type="primary", key=f"remove:{key}"):
            _do(lambda: shelf.remove(key))


def _cache() -> None:
    st.markdown("##### Images ready for training", anchors=False)
    files = cache.sizes()
    whole = sum(each.bytes for each in files)
    with st.container(horizontal=True, vertical_alignment="center", key="cache-line"):
        st.markdown(
            f"{_many(len(files), 'file')}, {megabytes(whole)}. Images are decoded and made smaller once; "
            "a run that finds them gone decodes them again.",
            width="stretch",
        )
        if files and st.button(f"Clean ({megabytes(whole)})", icon=":material/mop:", key="clean-cache"):
            _do(cache.clean)
    if files:
        with st.expander("Which?"):
            for each in files:
                said = f"**{plain(each.title)}** · {each.images:,} images of {each.side} × {each.side}"
                st.markdown(f"{said} · {megabytes(each.bytes)} · used {ago(time.time() - each.used)}")


def _summaries() -> None:
    folders = summary.entries()
    if not folders:
        return
    st.markdown("##### Summaries", anchors=False)
    size = sum(_size(folder) for folder in folders)
    with st.container(horizontal=True, vertical_alignment="center", key="summaries-line"):
        st.markdown(
            f"{_many(len(folders), 'summary', 'summaries')}, {megabytes(size)}. They are what this page shows under "
            "*Look*; one that is gone is worked out again.",
            width="stretch",
        )
        if st.button(f"Clean ({megabytes(size)})", icon=":material/mop:", key="clean-summaries"):
            _do(summary.clean)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


def _many(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def _do(act: Callable[[], object]) -> None:
    try:
        act()
    except TransferError as error:
        st.error(str(error))
    else:
        st.rerun()
