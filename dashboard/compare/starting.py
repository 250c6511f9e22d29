"""A whole comparison from here: strategies × data × seeds, what it would take, and the button that starts it."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import trials, words
from dashboard.compare.timing import expected, to_try
from dashboard.storing import store
from tlcore import catalogue
from tlcore.errors import TransferError
from tlcore.runs import queueing
from tlcore.runs.comparison import Comparison, Layout
from tlcore.runs.headway import to_do
from tlcore.runs.spec import RunSpec

SIX = ("source-only", "dann", "deep-coral", "mmd", "mcd", "cdan")
PLACEHOLDER = "shift=30,60 steps=400"
MEASURING = "compare-measuring"  # in the session's state
TICK = 1.0  # seconds between two looks at a trial
MOST = 500  # runs that a page starts at once; more are for the command line


def starting() -> None:
    """The controls, and what comes of them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        strategies = st.multiselect(
            "Strategies", list(catalogue.strategies()), default=list(SIX), key="new-strategies", format_func=_strategy,
            help="Each is trained on each data with each seed.",
        )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scenarios = st.multiselect(
            "Data", list(catalogue.scenarios()), default=["moons"], key="new-scenarios", format_func=words.data_title,
            width=420, help="From what to what. The columns of the heat map.",
        )  # fmt: skip
        seeds = st.number_input("Seeds", 1, 20, 3, key="new-seeds", width=130, help=words.GLOSSARY["Seed"])
        labels = st.text_input(
            "Labels per class", key="new-labels", placeholder="1, 5, 20", width=150,
            help="Budgets of labelled target images, for strategies that learn from them. Empty: what suits each.",
        )  # fmt: skip
        settings = st.text_input(
            "Settings", key="new-settings", placeholder=PLACEHOLDER, width=300,
            help="Dials and hyper-parameters as name=value; several values with commas between are all tried.",
        )  # fmt: skip
    try:
        comparison = Comparison(strategies, scenarios, seeds=range(int(seeds)), target_labels=_budgets(labels),
                                settings=_settings(settings))  # fmt: skip
        if not strategies or not scenarios:
            st.caption("Choose at least one strategy and one kind of data.")
            return
        layout = comparison.laid_out()
    except TransferError as error:
        st.warning(str(error))
        return
    _offered(comparison, layout)


def _offered(comparison: Comparison, layout: Layout) -> None:
    for sentence in layout.left_out[:4]:
        st.caption(f"Left out: {sentence}")
    lacking = to_do(store(), layout.specs)
    many = len(lacking)
    if not many:
        st.caption("All of these runs are there already: they are in the table below.")
        return
    seconds, unknown = expected(lacking, store().runs())
    told = f": {'at least' if unknown else 'about'} {words.duration(seconds)}" if seconds else ""
    there = len(layout.specs) - many
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            f"Run {many} run{'s' * (many > 1)}{told}", type="primary", icon=":material/playlist_play:",
            key="start-comparison", disabled=many > MOST,
            help="They queue up behind whatever else you start, and go on without this page.",
        ):  # fmt: skip
            queueing.start(store(), comparison)
            st.rerun()
        said = [f"{there} more are there already." if there else "", _unsure(len(unknown), seconds)]
        said.append(f"More than {MOST} are for `tlcore sweep`." if many > MOST else "")
        st.caption(" ".join(filter(None, said)), width="content")
    if to_try(unknown):
        _measuring(unknown)
    st.code(command(comparison), language="bash", wrap_lines=True)


def _measuring(unknown: Sequence[RunSpec]) -> None:
    """Let three steps of each kind of run be tried, one kind after the other, if somebody wants to know."""
    if st.session_state.get(MEASURING):
        st.fragment(_tried, run_every=TICK)(unknown, len(to_try(unknown)))
    elif st.button(
        "Estimate the time", icon=":material/timer:", key="estimate-comparison",
        help="Tries three steps of each kind of run in a process beside the page; a few seconds each.",
    ):  # fmt: skip
        st.session_state[MEASURING] = True
        st.rerun()


def _tried(unknown: Sequence[RunSpec], before: int) -> None:
    left = to_try(unknown)
    if len(left) != before:
        st.rerun()
    trials.ask(left[0])
    st.caption(f"Trying three steps of each kind of run: {len(left)} left …")


def _unsure(unknown: int, seconds: float) -> str:
    if not unknown:
        return "Told from earlier runs, or from three steps of each, on this machine." if seconds else ""
    return f"{unknown} of them are new to this machine."


def command(comparison: Comparison) -> str:
    """The same on the command line."""
    said = [
        "tlcore sweep",
        f"--strategies {','.join(comparison.strategies)}",
        f"--scenarios {','.join(comparison.scenarios)}",
    ]
    said.append(f"--seeds {','.join(map(str, comparison.seeds))}")
    if comparison.target_labels:
        said.append(f"--target-labels {','.join(map(str, comparison.target_labels))}")
    said += [f"--set {name}={','.join(values)}" for name, values in comparison.settings.items()]
    return " ".join(said)


def _budgets(text: str | None) -> list[int]:
    """Raises `TransferError` for what is no list of whole numbers."""
    found = [each.strip() for each in (text or "").split(",") if each.strip()]
    if any(not each.isdecimal() for each in found):
        raise TransferError(
            f"Labels per class are whole numbers with commas between, as in 1, 5, 20, but not '{text}'."
        )
    return [int(each) for each in found]


def _settings(text: str | None) -> Mapping[str, list[str]]:
    found = {}
    for part in (text or "").split():
        name, equals, values = part.partition("=")
        if not equals or not values:
            raise TransferError(f"Settings are name=value, as in {PLACEHOLDER}, but not '{part}'.")
        found[name] = [each for each in values.split(",") if each]
    return found


def _strategy(key: str) -> str:
    return str(catalogue.strategies()[key]["card"]["title"])
