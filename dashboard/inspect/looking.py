"""The look into a run's trained network: a piece of work beside the page, begun by itself where that takes seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.data import working
from dashboard.inspect.choosing import Choice
from dashboard.inspect.pictures import kept
from dashboard.storing import store
from tlcore.errors import RequestError
from tlcore.runs import chores
from tlcore.runs.chores import Chore
from tlcore.runs.references import SOURCE_ONLY, newest, reference, referred
from tlcore.runs.rows import ACTIVE, Run
from tlcore.training.events import Array

KEPT = 30  # looks that are remembered


@dataclass(frozen=True)
class Looked:
    """What is known of the trained network so far."""

    told: Mapping[str, Any] = field(default_factory=dict)  # see `tlcore.runs.inspecting`; empty before it is there
    arrays: Mapping[str, Array] = field(default_factory=dict)
    beside: Run | None = None  # the source-only run that it is held against
    missing: str = ""  # why there is none, in a sentence
    chore: Chore | None = None  # what is under way, or did not come to its end


def looked(choice: Choice) -> Looked:
    """Begin the look if nobody has, and return what is there."""
    if choice.recorded is not None:
        return Looked(choice.recorded.told, choice.recorded.look)
    run = choice.run
    assert run is not None
    beside, missing = partner(run)
    wishes = _wishes(run, beside)
    every = chores.chores("inspect")
    for old in [each for each in every if each.over][KEPT:]:
        chores.discard(old)
    mine = [each for each in every if dict(each.order["wishes"]) == wishes]
    if mine and mine[0].status == "done":
        file = mine[0].folder / "look.npz"
        if file.is_file():
            return Looked(mine[0].result, kept(file, file.stat().st_mtime), beside, missing)
    chore = mine[0] if mine else None
    if chore is None and choice.kind != "real" and run.status not in ACTIVE:
        chore = chores.start("inspect", **wishes)
    return Looked(beside=beside, missing=missing, chore=chore)


def say(choice: Choice, found: Looked) -> None:
    """How far the look is, why it did not come to its end, or a way to begin it."""
    run, chore = choice.run, found.chore
    if found.told or run is None:
        return
    if chore is not None and not chore.over:
        working.progress(chore)
    elif chore is not None:
        if working.excused(chore, "Look again"):
            _begin(run, found)
    elif run.status in ACTIVE:
        st.caption("Where the network looks, and what moved in it, can be seen when the run pauses or ends.")
    else:
        st.caption(
            "Pictures of all samples, where the network looks, what moved, and calibration: it reads the data once."
        )
        if st.button("Look into the network", icon=":material/troubleshoot:", key="inspect-look"):
            _begin(run, found)


def partner(run: Run) -> tuple[Run | None, str]:
    """The finished source-only run of just this experiment; or None, and why."""
    if run.spec.strategy == SOURCE_ONLY:
        return None, "This run is source-only itself, so there is nothing to hold it against."
    try:
        if SOURCE_ONLY not in referred(run.spec):
            return None, "Source-only does not suit this data."
        other = newest(store().runs(), reference(run.spec, SOURCE_ONLY))
    except RequestError as reason:
        return None, str(reason)
    if other is None:
        return None, "There is no source-only run of just this data, seed and length yet."
    if other.status != "finished":
        return None, f"The source-only run ({other.id}) is {other.status}; it will stand here when it is finished."
    return other, ""


def offer(choice: Choice, found: Looked) -> None:
    """Say why no source-only network stands beside, and train it on demand."""
    run = choice.run
    if run is None or not found.missing:
        return
    st.caption(found.missing)
    if found.missing.startswith("There is no source-only run"):
        if st.button("Train source-only for this", icon=":material/play_circle:", key="inspect-train-reference"):
            store().submit(reference(run.spec, SOURCE_ONLY))
            st.rerun()
    elif "will stand here" in found.missing:
        _await(run.id)


@st.fragment(run_every=2.0)
def _await(number: int) -> None:
    if partner(store().run(number))[0] is not None:
        st.rerun()


def _begin(run: Run, found: Looked) -> None:
    chores.start("inspect", **_wishes(run, found.beside))
    st.rerun()


def _wishes(run: Run, beside: Run | None) -> dict[str, Any]:
    """What makes it this look: the run as it stands, and the one beside it."""
    told: dict[str, Any] = {"store": str(store().path), "run": run.id, "beside": beside.id if beside else None}
    return told | {"made": run.created, "step": run.step}
