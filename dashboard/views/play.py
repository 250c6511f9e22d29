"""Play: one experiment, live. The sidebar chooses it, the stage shows it."""

import time

import streamlit as st

from dashboard import links, trials, workers
from dashboard.against import against
from dashboard.cards import glossary
from dashboard.controls import controls
from dashboard.copying import copying
from dashboard.cost import cost
from dashboard.keys import forget
from dashboard.lessons.before import before
from dashboard.lessons.card import attend
from dashboard.lessons.class_link import share
from dashboard.lessons.maps import maps
from dashboard.present import scenes as deck
from dashboard.present.scenes import Scene
from dashboard.present.showing import FLAG, presentation, scenes_of
from dashboard.seeds import seeds
from dashboard.shortcuts import run_shortcut_on_chips
from dashboard.stage import stage
from dashboard.storing import store
from dashboard.visit import Visit
from tlcore.errors import TransferError
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

TRIAL = 1.0  # seconds between two looks whether a trial is over
TICK = 0.25  # seconds between two looks whether a changed experiment has settled
HINT = ":material/arrow_upward: Turn it to 60°."


def play() -> None:
    visit = _visit(store())
    with st.sidebar:
        try:
            if visit.attending is not None:
                attend(visit, visit.attending, store())
            if visit.free:
                visit.choose(store(), controls(visit.spec, HINT if visit.welcome else "", visit.shows()))
                _fit(visit)
                if _go(visit):
                    visit.begin(store())
        except TransferError as error:
            visit.notices.append(str(error))
    if visit.due is not None:
        _settle()
    if visit.attending is not None and visit.run is None:
        before(visit.attending.lesson, visit.attending.seed)
    elif visit.attending is not None and (mapped := visit.attending.maps_on_show(visit.run)) is not None:
        maps(mapped)
    else:
        _stage(visit)
    _actions(visit)
    _notices(visit)
    _address(visit)


def _stage(visit: Visit) -> None:
    staged = stage(visit.run, visit.behind())
    if staged.restarted is not None and staged.restarted != visit.restarted:
        visit.restarted = staged.restarted
        visit.started.add(staged.restarted)
        visit.show(store(), store().run(staged.restarted))
    if staged.scene is not None:
        try:
            deck.pin(store(), Scene.of(staged.scene))
        except TransferError as error:
            visit.notices.append(str(error))


def _visit(store: Store) -> Visit:
    """This session's visit; begun anew when somebody opens a link in it or goes back to an older address."""
    visit: Visit | None = st.session_state.get("visit")
    link = st.query_params.to_dict()
    if visit is None or visit.is_news(link):
        visit = st.session_state["visit"] = Visit.arrive(store, link)
        forget()
    return visit


def _go(visit: Visit) -> bool:
    with st.container(key="go"):
        if not visit.quick:
            spec = visit.spec.completed()
            pending = trials.missing(spec)
            st.fragment(_cost, run_every=TRIAL if pending else None)(spec, pending, time.monotonic())
        run_shortcut_on_chips()
        return st.button("Run", type="primary", icon=":material/play_arrow:", shortcut="Ctrl+Enter", width="stretch")


def _cost(spec: RunSpec, pending: bool, drawn: float) -> None:
    """What a run would cost; while nobody knows, ask for a trial once nothing has been touched for a moment."""
    if pending and not trials.missing(spec):
        st.rerun()
    if pending and time.monotonic() - drawn > TRIAL / 2:
        trials.ask(spec)
    st.caption(f"A run here: {cost(store(), spec)}.")


def _fit(visit: Visit) -> None:
    """A batch that nobody has chosen is made as large as this machine has room for, and the page says so."""
    fitted = None if visit.quick else trials.fitted(visit.spec)
    if fitted is None:
        return
    spec, why = fitted
    visit.choose(store(), spec)
    visit.notices.append(why)
    forget()
    st.rerun()


@st.fragment(run_every=TICK)
def _settle() -> None:
    """Start a changed experiment once nobody has touched it for a moment; until then look again and again."""
    visit: Visit = st.session_state["visit"]
    if not visit.ready():
        return
    try:
        visit.begin(store())
    except TransferError as error:
        visit.due = None
        visit.notices.append(str(error))
    st.rerun()


def _actions(visit: Visit) -> None:
    with st.container(key="actions", horizontal=True, gap="small"):
        if visit.free:
            _of_run(visit)
        with st.popover("Present", icon=":material/slideshow:", help="Present scenes, or save them as a file"):
            scenes_of(store(), visit.run if visit.on_stage else None)
        with st.popover("Share", icon=":material/link:", help="Share a link"):
            share(visit)
        with st.popover("Help", icon=":material/help:", help="Help: the words and the keys"):
            glossary()


def _of_run(visit: Visit) -> None:
    """What can be done with the run on stage. The second one keeps its words where there is room for those of one."""
    pin = "Unpin" if visit.pinned else "Pin run"
    if st.button(pin, icon=":material/keep:", shortcut="P", help="Keep this run as the ghost of those that follow."):
        visit.pin()
        st.rerun()
    with st.popover("Does it pay?", icon=":material/compare_arrows:", help="Does it pay? Beside its references"):
        against(visit.spec)
    if st.button(
        "Inspect", icon=":material/troubleshoot:", shortcut="I", disabled=visit.run is None,
        help="Inspect this run: which images it takes for what, and where it looks.",
    ):  # fmt: skip
        st.switch_page("views/inspect.py", query_params={links.RUN: str(visit.run)})
    with st.popover("Seeds", icon=":material/stacks:", help="Seeds: the same with others, how much was luck?"):
        seeds(visit.spec)
    with st.popover("Copy as Python", icon=":material/code:", help="Copy as Python; take the model away"):
        copying(visit.spec, visit.run if visit.on_stage else None)


def _notices(visit: Visit) -> None:
    trouble = workers.trouble()
    if not visit.notices and trouble is None:
        return
    with st.container(key="notices"):
        if trouble is not None:
            st.error(trouble)
        for place, notice in enumerate(visit.notices):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.warning(notice)
                if st.button("Close", key=f"close:{place}"):
                    visit.notices.remove(notice)
                    st.rerun()


def _address(visit: Visit) -> None:
    """Say in the address bar what is on the page, so that a reload or a copied address shows the same."""
    said = links.write(visit.spec) if visit.attending is None else visit.attending.link()
    if visit.run is not None and visit.on_stage and visit.attending is None:
        said |= {links.RUN: str(visit.run)}
    if visit.hidden:
        said |= {links.HIDE: ",".join(sorted(visit.hidden))}
    if said != st.query_params.to_dict() or not visit.addressed:  # a link within this page leaves the old one there
        st.query_params.from_dict(said)
        visit.addressed = True
    if said != visit.link:
        visit.put(said)


try:
    if FLAG in st.query_params:
        presentation(store())
    else:
        play()
except TransferError as error:
    st.error(str(error))
