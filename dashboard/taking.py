"""Taking a run's model away: prepared by a piece of work beside the page, then offered as a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.data import working
from tlcore.errors import UnknownKey
from tlcore.runs import chores
from tlcore.runs.chores import Chore
from tlcore.runs.rows import Run
from tlcore.runs.store import Store

KIND = "export"
FORMS = {
    "safetensors": (
        ".safetensors",
        "Weights",
        "`tlcore.load_model(FILE)` gives the model back.",
    ),
    "onnx": (".onnx", "ONNX", "For whoever has no torch: ONNX Runtime gives the same answers, to 10⁻⁴ of the largest."),
    "card": (".md", "Model card", "What it is, from what data, how good and how sure, what it is not for."),
}
WHICH = {"last": "at the end", "kept": "kept by the validator"}
CHECKPOINTS = {"last": "checkpoint.pt", "kept": "kept-*.safetensors"}  # as the engine calls them
HELP = "Either the network as training left it, or the one that a label-free validator has picked on the way."


def taking(store: Store, number: int | None, key: str) -> None:
    """Choose a form of a run's model and get it; `key` keeps two of these on one page apart."""
    run = _found(store, number)
    there = [] if run is None else [each for each, file in CHECKPOINTS.items() if any(store.folder(run.id).glob(file))]
    if run is None or not there:
        st.caption("There is a model to take away once a run has written a checkpoint: when it pauses, stops or ends.")
        return
    form = st.segmented_control(
        "Form", list(FORMS), format_func=lambda each: FORMS[each][1], default="safetensors", key=f"{key}:form",
        label_visibility="collapsed", required=True,
    ) or "safetensors"  # fmt: skip
    which = "last"
    if len(there) > 1:
        which = st.segmented_control(
            "Network", there, format_func=WHICH.__getitem__, default="last", key=f"{key}:which", help=HELP,
            required=True,
        ) or "last"  # fmt: skip
    st.caption(FORMS[form][2])
    _offer(store, run, form, which, key)


def _found(store: Store, number: int | None) -> Run | None:
    try:
        return None if number is None else store.run(number)
    except UnknownKey:
        return None


def _offer(store: Store, run: Run, form: str, which: str, key: str) -> None:
    wishes = {
        "store": str(store.path.absolute()), "run": run.id, "format": form, "which": which, "ending": FORMS[form][0],
        "step": run.step,
    }  # fmt: skip
    chore = next((each for each in chores.chores(KIND) if dict(each.order["wishes"]) == wishes), None)
    if chore is not None and not chore.over:
        working.progress(chore)
    elif chore is not None and chore.status == "done" and (content := _content(chore)):
        size = f"{len(content) / 1e6:,.1f} MB" if len(content) > 1e5 else f"{len(content) / 1e3:,.0f} kB"
        name = chore.result["file"]
        st.download_button(
            f"Save {name} ({size})", content, name, icon=":material/download:", on_click="ignore", key=f"{key}:save"
        )
    elif chore is not None and working.ended(chore):
        st.warning(working.ended(chore))
        if st.button("Try again", key=f"{key}:again", icon=":material/refresh:"):
            chores.discard(chore)
            _begin(wishes)
    elif st.button("Prepare", key=f"{key}:prepare", icon=":material/deployed_code:"):
        _begin(wishes)


def _begin(wishes: Mapping[str, Any]) -> None:
    chores.start(KIND, **wishes)
    st.rerun()


def _content(chore: Chore) -> bytes:
    file: Path = chore.folder / str(chore.result["file"])
    try:
        return file.read_bytes()
    except OSError:
        return b""
