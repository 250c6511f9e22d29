"""Does transfer pay here? The experiment beside its reference runs, seed by seed; one press starts what is missing."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import streamlit as st

from dashboard.data.texts import table
from dashboard.storing import store
from dashboard.table import interval
from tlcore import catalogue
from tlcore.errors import TransferError
from tlcore.paired import p_value
from tlcore.runs.pairing import Discordant, discordant
from tlcore.runs.references import SEEDS, Gap, ask_for, gaps
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

TICK = 1.0  # seconds between two looks while runs are on their way
ASKED = "references-asked"  # in the session's state: the experiment whose references were started here
MEANING = """
**The negative-transfer gap** is this strategy's error on the target less a reference's, with the same data, backbone,
seed and number of steps: above 0 transfer has *hurt* (Wang et al., CVPR 2019). *The source alone* tells what adapting
has changed; *the target labels alone* is the same budget of labels without any source. Differences are taken seed by
seed, with a 95 % t-interval: where it holds 0 there is no clear difference; the p-value is that of the paired t-test.
Each has its own defaults, tuned for none. ⚑ Target accuracy is asked of n held-out test images, with labels that no
strategy has seen; in brackets its 95 % Wilson interval, which says how sure one network's accuracy is, not how
seeds differ. **McNemar** compares two networks of one seed on the same target images: how likely is it that so
many more were right with one of them alone, if neither were better? In brackets, how many only this strategy had right,
and how many only the reference.
"""


def against(spec: RunSpec) -> None:
    """The whole panel; it looks again by itself while runs are on their way that were started here."""
    asked = st.session_state.get(ASKED) == spec
    waiting = asked and any(gap.waiting for gap in _gaps(spec))
    st.fragment(_panel, run_every=TICK if waiting else None)(spec, waiting)


def _panel(spec: RunSpec, waiting: bool) -> None:
    found = _gaps(spec)
    if not found:
        st.caption("This is itself what others are held against: choose a strategy that adapts.")
        return
    for gap in found:
        st.markdown(f"**{gap.verdict}**")
    st.markdown(table(_rows(found)))
    on_the_way = max(gap.waiting for gap in found)
    missing = {repr(each) for gap in found for each in gap.missing}
    if on_the_way:
        st.caption(f"{_runs(on_the_way)} on the way.")
    if missing and st.button(
        f"Start {_runs(len(missing))}", key="references", icon=":material/compare_arrows:",
        help=f"What is missing for {SEEDS} seeds of this strategy and of each reference; they queue up behind others.",
    ):  # fmt: skip
        ask_for(store(), found)
        st.session_state[ASKED] = spec
        st.rerun()
    if waiting and not on_the_way:
        st.rerun()  # the last one has ended: nobody need look again
    st.caption(MEANING)


def _gaps(spec: RunSpec) -> list[Gap]:
    try:
        return gaps(store(), spec)
    except TransferError:
        return []  # the sidebar says what is wrong with it


def _rows(found: Sequence[Gap]) -> list[list[str]]:
    """Target accuracy by seed: this strategy, then each reference."""
    seeds = sorted({seed for gap in found for seed in (*gap.adapted, *gap.against)})
    titles = [catalogue.strategy(gap.reference)["card"]["title"] for gap in found]
    rows = [
        ["Seed", "This strategy ⚑", *(f"{title} ⚑" for title in titles), *(f"McNemar, {title}" for title in titles)]
    ]
    for seed in seeds:
        told = [_share(found[0].adapted, found[0].items[0], seed)]
        told += [_share(gap.against, gap.items[1], seed) for gap in found]
        tests = [_mcnemar(gap.runs.get(seed)) for gap in found]
        rows.append([str(seed), *told, *tests])
    return rows


def _share(accuracies: Mapping[int, float], items: Mapping[int, int], seed: int) -> str:
    """A seed's accuracy with its interval and of how many images it is: "92.0% (89–94 %, n 500)"."""
    share = accuracies.get(seed)
    if share is None:
        return "–"
    sure = interval({"target_accuracy": share, "target_items": items.get(seed, 0)}, "target")
    return f"{share:.1%} ({sure})" if sure else f"{share:.1%}"


def _mcnemar(runs: tuple[int, int] | None) -> str:
    """McNemar's exact p-value, and of how many images: "p = .012 (31 : 14 of 300)"."""
    found = None if runs is None else _discordant(store(), *runs)
    if found is None:
        return "–"
    return f"{p_value(found.p_value)} ({found.ours_alone} : {found.theirs_alone} of {found.items})"


@lru_cache(maxsize=256)
def _discordant(store: Store, ours: int, theirs: int) -> Discordant | None:
    """Of finished runs, which change no more."""
    return discordant(store, ours, theirs)


def _runs(many: int) -> str:
    return f"{many} run{'' if many == 1 else 's'}"
