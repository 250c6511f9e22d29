"""Which run is looked into, at which step, in which domain: the line above everything else."""

from dataclasses import dataclass

import streamlit as st

from dashboard import links, words
from dashboard.inspect.history import Example, History, example, history
from dashboard.inspect.judging import BOTH, DOMAINS
from dashboard.storing import store
from dashboard.taking import taking
from dashboard.visit import Visit
from tlcore import catalogue
from tlcore.errors import TransferError
from tlcore.runs.rows import ACTIVE, Run

EXAMPLE = 0  # in the list of runs: the recorded one; runs count from 1
SHOWN = 100  # runs in the list, the newest ones
RUN = "inspect-run"  # in the session's state
LINKED = "inspect-linked"  # … and what the address bar said last
TICK = 2.0  # seconds between two looks whether there is something new


@dataclass(frozen=True)
class Choice:
    """What is looked at; `run` is None for the recorded example."""

    run: Run | None
    history: History
    step: int
    domain: str
    recorded: Example | None = None

    @property
    def key(self) -> str:
        """For whatever belongs to this run alone."""
        return f"inspect:{self.run.id if self.run else EXAMPLE}"

    @property
    def kind(self) -> str:
        if self.run is None or self.history.points is not None:
            return "points" if self.history.points is not None else "tiny"
        return str(catalogue.scenario(self.run.spec.scenario)["kind"])


def choose() -> Choice | None:
    """Draw the line; None where the run that was chosen has nothing to show yet, which is said."""
    runs = [run for run in store().runs() if run.spec.observe][:SHOWN]
    by_id = {run.id: run for run in runs}
    options = [*by_id, EXAMPLE]
    said = st.query_params.get(links.RUN, "")
    if st.session_state.get(RUN) not in options or (said and said != st.session_state.get(LINKED)):
        st.session_state[RUN] = _wanted(runs, options, said)
    with st.container(horizontal=True, vertical_alignment="bottom", key="inspect-bar"):
        number = st.selectbox(
            "Run", options, key=RUN, width=420, format_func=lambda number: _title(by_id.get(number)),
            help="Runs that looked inside while they trained, the newest first, and a recorded example.",
        )  # fmt: skip
        rest = st.container(horizontal=True, vertical_alignment="bottom", key="inspect-when")
    _address(number)
    run = by_id.get(number)
    recorded = example() if run is None else None
    found = recorded.history if recorded else history(store(), number)
    if found is None:
        st.info(f"Run {number} has not looked inside yet. The first look comes at its first step.")
        _watch(number, None)
        return None
    with rest:
        step = _step(found, number)
        domain = st.segmented_control(
            "Images of", DOMAINS, default=BOTH, key="inspect-domain", required=True,
            help="Which held-out images count below: those of the source (●), of the target (✕), or both.",
        )  # fmt: skip
        if run is not None:
            with st.popover("Model", icon=":material/deployed_code:", help="Take the trained model away"):
                taking(store(), run.id, "inspect")
    if run is None:
        _introduced(recorded, bool(runs))
    elif run.status in ACTIVE:
        _watch(number, found.steps[-1])
    return Choice(run, found, step, domain or BOTH, recorded)


def _wanted(runs: list[Run], options: list[int], said: str) -> int:
    """The run of the link, else the one on Play's stage, else the newest that has trained, else the recorded one."""
    if said.isdecimal() and int(said) in options:
        return int(said)
    visit: Visit | None = st.session_state.get("visit")
    trained = [run.id for run in runs if run.step]
    if visit is not None and visit.run in trained:
        return int(visit.run)
    return trained[0] if trained else EXAMPLE


def _step(found: History, number: int) -> int:
    steps = found.steps
    if len(steps) == 1:
        st.markdown(f"Step {steps[0]:,}")
        return steps[0]
    step: int = st.select_slider(
        "Step", steps, value=steps[-1], key=f"inspect-step:{number}", width=420, format_func=lambda each: f"{each:,}",
        help=f"{words.GLOSSARY['Step']} Only steps at which somebody looked are here; what is below is as it was then.",
    )  # fmt: skip
    return step


def _introduced(recorded: Example | None, others: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="inspect-example"):
        st.badge("example", icon=":material/movie:", color="blue")
        more = "" if others else " You have no run of your own yet."
        st.markdown(
            f"A recorded run that ships with the page: {recorded.title if recorded else ''}.{more}", width="content"
        )
        st.page_link("views/play.py", label="Start one on Play", icon=":material/play_circle:")


def _title(run: Run | None) -> str:
    if run is None:
        return "Recorded example"
    try:
        strategy, data = catalogue.strategy(run.spec.strategy)["card"]["title"], words.dialled(run.spec)
    except TransferError:
        strategy, data = run.spec.strategy, run.spec.scenario
    target = run.metrics.get("target_accuracy")
    return f"{run.id} · {strategy} · {data} · seed {run.spec.seed}" + (f" · {words.percent(target)}" if target else "")


def _address(number: int) -> None:
    """The link to this run."""
    said = {links.RUN: str(number)} if number != EXAMPLE else {}
    if st.query_params.to_dict() != said:
        st.query_params.from_dict(said)
    st.session_state[LINKED] = said.get(links.RUN)


@st.fragment(run_every=TICK)
def _watch(number: int, last: int | None) -> None:
    """Say that there is more to see; the step that somebody looks at stays."""
    run = store().run(number)
    if run.status not in ACTIVE or last is None:
        if last is not None or history(store(), number) is not None:
            st.rerun()
        return
    st.caption(f"Run {number} trains: step {run.step:,} of {run.steps:,}. The slider ends at step {last:,}.")
    if st.button("Show what is new", icon=":material/refresh:", key="inspect-newer"):
        st.session_state.pop(f"inspect-step:{number}", None)
        st.rerun()
