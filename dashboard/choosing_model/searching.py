"""Settings of a strategy, sought without target labels: which strategy, by which validator, how long."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.choices import strategies_for
from dashboard.choosing_model.trials import TITLES, results
from dashboard.cost import cost
from dashboard.data import working
from dashboard.storing import store
from tlcore import catalogue, picking
from tlcore.runs import chores
from tlcore.runs.chores import Chore
from tlcore.runs.spec import RunSpec

USUAL, FIRST = "dann", "information"
LEAST, MOST, MANY = 3, 200, 12  # trainings
KEPT = 20  # searches that are remembered


def searching(spec: RunSpec) -> None:
    """The section for an experiment's data and backbone."""
    st.caption(
        "Which settings suit a strategy here, when nobody has target labels? A search (Optuna) tries some, the "
        "defaults first, and a validator that sees no target label chooses. It goes on where an earlier one ended."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted, validator, many = _wanted(spec)
    wishes = {"spec": wanted.as_json(), "validator": validator, "trials": many}
    wishes["place"] = str(store().path.with_name("searches.sqlite3"))
    chore = _latest(wishes)
    if chore is None:
        takes = cost(store(), wanted)
        st.caption(f"One training here: {takes}{'' if takes.endswith('…') else '.'}")
    again = chore is not None and chore.over and chore.status != "done" and working.excused(chore, "Go on")
    if again or (chore is None and st.button("Search", type="primary", icon=":material/search:")):
        chores.start("search", **wishes)
        st.rerun()
    if chore is not None and not chore.over:
        working.progress(chore)
    if chore is not None:
        st.fragment(results, run_every=None if chore.over else 2.0)(wanted, validator, chore.id)


def _wanted(spec: RunSpec) -> tuple[RunSpec, str, int]:
    """What the controls say: a strategy on this data, the validator, and how many trainings."""
    keys = [key for key in strategies_for(spec.scenario) if validators(key, spec)]
    strategy = st.selectbox(
        "Strategy", keys, index=keys.index(USUAL) if USUAL in keys else 0, key="search-strategy", width=260,
        format_func=lambda key: str(catalogue.strategy(key)["card"]["title"]), help="Whose settings are sought.",
    )  # fmt: skip
    fitting = validators(strategy, spec)
    validator = st.selectbox(
        "Validator", fitting, index=fitting.index(FIRST) if FIRST in fitting else 0, width=230,
        key=f"search-validator:{','.join(fitting)}", format_func=lambda key: TITLES[key],
        help="\n\n".join(f"**{TITLES[key]}** · {picking.THOROUGH[key]}" for key in fitting),
    )  # fmt: skip
    many = st.number_input("Trials", LEAST, MOST, MANY, key="search-trials", width=130, help="Trainings, in all.")
    plain = replace(spec, strategy=strategy, hparams={}, target_labels=None, validator="")
    return plain.completed(), validator, int(many)


def validators(strategy: str, spec: RunSpec) -> list[str]:
    """Those that can choose among trainings of a strategy on an experiment's data."""
    exam = catalogue.turned(spec.scenario, spec.settings)["exam"]
    if exam not in ("classes", "open"):
        return []
    card = catalogue.strategy(strategy)["card"]
    return [key for key in picking.THOROUGH if not picking.unfit(key, card, exam)]


def _latest(wishes: Mapping[str, Any]) -> Chore | None:
    every = chores.chores("search")
    for old in [each for each in every if each.over][KEPT:]:
        chores.discard(old)
    return next((each for each in every if dict(each.order["wishes"]) == dict(wishes)), None)
