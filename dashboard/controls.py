"""The sidebar: from this data, this far away, with this backbone, by this strategy.

Every control is drawn from a card or a description in the catalogue; what does nothing for the chosen
strategy is not there.
"""

from dataclasses import replace

import streamlit as st

from dashboard import words
from dashboard.backbones import backbone, with_backbone
from dashboard.cards import about_strategy
from dashboard.choices import at_home, home, stand_in, why_not, with_strategy
from dashboard.chooser import PICKED, scenario_chooser, strategy_chooser
from dashboard.composition_controls import BASE
from dashboard.compositions import OWN, with_base, with_data
from dashboard.data_controls import dials
from dashboard.drawing import drawing
from dashboard.flow import sketch
from dashboard.hiding import BACKBONE, DATA, STRATEGY, Shows, everything
from dashboard.keys import forget
from dashboard.links import normal
from dashboard.setting_controls import settings
from tlcore import catalogue
from tlcore.runs.spec import RunSpec

_WANTED = "wanted"  # in the session's state: the strategy that another one stands in for


def controls(spec: RunSpec, hint: str = "", shows: Shows = everything) -> RunSpec:
    """Draw those that `shows` lets through, with a hint under the first dial, and return the spec that they say now."""
    spec = normal(_picked(normal(spec)))  # what is at its default follows the data and the strategy
    if shows(DATA):
        scenario_chooser(spec)
    spec = dials(spec, hint, shows)
    spec = backbone(spec) if shows(BACKBONE) else spec
    if shows(STRATEGY):
        _strategy(spec)
    return settings(spec, shows)


def _strategy(spec: RunSpec) -> None:
    with st.container(key="strategies"):
        strategy_chooser(spec)
        _wanted(spec)
        card = catalogue.strategy(spec.strategy)["card"]
        about_strategy(card)
        _home(spec)
    if card["flow"]:
        drawing(sketch(card["flow"], card["idea"], card["needs"]), key="flow")


def _picked(spec: RunSpec) -> RunSpec:
    """The experiment with what was chosen a moment ago; its controls begin anew."""
    what, key = st.session_state.pop(PICKED, None) or ("", "")
    if not what:
        return spec
    forget()
    st.session_state.pop(_WANTED, None)
    if what == "home":
        return replace(home(spec.strategy), seed=spec.seed, device=spec.device)
    if what == "backbone":
        return with_backbone(spec, key)
    if what == "strategy":
        return with_strategy(spec, key)
    if what == BASE:
        return with_base(spec, key)
    if not key.startswith(OWN) and stand_in(spec.strategy, key) != spec.strategy:
        st.session_state[_WANTED] = spec.strategy
    return with_data(spec, key)


def _wanted(spec: RunSpec) -> None:
    """Say why another strategy stands in, and lead to where the wanted one runs."""
    wanted = st.session_state.get(_WANTED)
    if wanted is None or wanted not in catalogue.strategies() or not why_not(wanted, spec.scenario):
        return
    title, there = (
        catalogue.strategy(wanted)["card"]["title"],
        catalogue.scenario(home(wanted).scenario)["title"],
    )
    st.caption(f":material/info: {title} needs {why_not(wanted, spec.scenario)}.")
    st.button(f"{title} on {there}", key="wanted-there", type="tertiary", on_click=_pick, args=("strategy", wanted))


def _home(spec: RunSpec) -> None:
    """One press leads to the data of the strategy's promise."""
    promise = catalogue.strategy(spec.strategy)["card"]["promise"]
    if promise is None or at_home(spec):
        return
    there = home(spec.strategy)
    label = "As in its promise" if there.scenario == spec.scenario else "Shows best on"
    st.button(
        f"{label}: {words.dialled(there.completed())}", key="home", type="tertiary", icon=":material/home_pin:",
        on_click=_pick, args=("home", ""), help="The data on which its card makes a promise, and the tests hold it to.",
    )  # fmt: skip


def _pick(what: str, key: str) -> None:
    st.session_state[PICKED] = (what, key)
