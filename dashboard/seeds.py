"""Several seeds of one experiment: one press starts them, their mean and its interval stand here and on the curves."""

import streamlit as st

from dashboard import words
from dashboard.data.texts import table
from dashboard.storing import store
from tlcore.errors import TransferError
from tlcore.runs.bands import KEPT, Band, band, missing
from tlcore.runs.references import MEASURE
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec

COUNTS = (3, 5, 10)
TICK = 1.0  # seconds between two looks while runs are on their way
ASKED = "seeds-asked"  # in the session's state: the experiment whose seeds were started here
MEANING = """
Each seed draws the data, the first weights and the order of the images anew. The band on the curves is the 95 %
t-interval of the mean over seeds (Student, 1908): with another set of seeds the mean would lie in such a band 95 times
of 100. One run has no band: nobody knows how much of it was luck. ⚑ Graded with target labels, on held-out test images.
"""


def seeds(spec: RunSpec) -> None:
    """The whole panel; it looks again by itself while runs are on their way that were started here."""
    try:
        spec = spec.completed()
        waiting = st.session_state.get(ASKED) == spec and band(store(), spec).waiting > 0
    except TransferError as error:
        st.caption(str(error))
        return
    st.fragment(_panel, run_every=TICK if waiting else None)(spec, waiting)


def _panel(spec: RunSpec, waiting: bool) -> None:
    found = band(store(), spec)
    st.markdown(f"**{standing(found)}**")
    if found.runs:
        st.markdown(table(rows(found)))
    if found.waiting:
        st.caption(f"{_runs(found.waiting)} on the way.")
    count = st.radio("Seeds", COUNTS, index=1, horizontal=True, help=words.GLOSSARY["Seed"], key="seed-count")
    lacking = missing(store(), spec, count)
    if lacking and st.button(
        f"Add {len(lacking)} seed{'' if len(lacking) == 1 else 's'}", key="start-seeds", icon=":material/stacks:",
        help=f"What is missing of {count} seeds from {spec.seed} on; they queue up behind others.",
    ):  # fmt: skip
        for each in lacking:
            store().submit(each)
        st.session_state[ASKED] = spec
        st.rerun()
    if not lacking and not found.waiting:
        st.caption(f"All of {count} seeds are finished.")
    if waiting and not found.waiting:
        st.rerun()  # the last one has ended: nobody need look again
    st.caption(MEANING)


def standing(found: Band) -> str:
    """In a sentence what the seeds come to."""
    accuracy, kept = found.at_end(MEASURE), found.at_end(KEPT)
    if accuracy is None:
        return "No seed of this experiment is finished."
    if accuracy.n == 1:
        return f"One run: target accuracy ⚑ {accuracy.value:.1%}."
    picked = f"; of the kept networks {kept.value:.1%} ± {100 * kept.half:.1f}" if kept is not None else ""
    said = f"Target accuracy ⚑ {accuracy.value:.1%} ± {100 * accuracy.half:.1f} points{picked}"
    return f"{said} (95 % t-interval over {accuracy.n} seeds)."


def rows(found: Band) -> list[list[str]]:
    head = ["Seed", "Run", "Source", "Target ⚑", "Kept ⚑", "at step"]
    return [head, *map(_row, found.runs)]


def _row(run: Run) -> list[str]:
    shares = [_share(run.metrics.get(name)) for name in ("source_accuracy", MEASURE, KEPT)]
    at = f"{run.metrics['kept_step']:,.0f}" if "kept_step" in run.metrics else "–"
    return [str(run.spec.seed), str(run.id), *shares, at]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _runs(many: int) -> str:
    return f"{many} run{'' if many == 1 else 's'}"
