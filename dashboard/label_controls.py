"""Controls of the labels: how many of the target's are given away, which of the source's are wrong, rare or gone."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.keys import key_for
from dashboard.sliders import dial_slider
from tlcore import catalogue
from tlcore.dials import IMBALANCE, NOISE, SOURCE_MISSING, TARGET_MISSING
from tlcore.runs.spec import ALL_LABELS, RunSpec

LABEL_SETS: Mapping[str, str] = {  # by what a scenario's card calls them
    "closed": "both domains have all {}",
    "skewed": "both domains have all {}, in other proportions",
    "partial": "{} in all, of which the target lacks some",
    "open": "{} in all, of which the source lacks some",
    "open-partial": "{} in all, of which each domain lacks some",
    "disjoint": "{} in all, and no domain has one of the other's",
}
OVERLAP = (
    "Where label sets differ, aligning the domains as a whole pulls classes together that have no partner. The legend "
    "of a run says which class is in which domain ⚑; the Shift page estimates it without target labels."
)
BUDGETS = (1, 2, 5, 10, 20, 50, ALL_LABELS)


def labels(spec: RunSpec) -> tuple[dict[str, float], int | None]:
    """The dials about labels by name, and the budget of target labels; None where the strategy takes none."""
    dials = catalogue.scenario(spec.scenario)["label_dials"]
    few = catalogue.strategy(spec.strategy)["card"]["needs"][1] == "few"
    said = told(spec, few)
    # Open where its first control decides what is learnt; the key begins it anew when that changes.
    with st.expander(f"Labels: {said}" if said else "Labels", expanded=few, key=f"labels-{few}"):
        budget = _budget(spec) if few else _no_budget(spec)
        turned = _turned(spec, dials)
        st.caption(overlap(spec), help=OVERLAP)
        return turned, budget


def overlap(spec: RunSpec) -> str:
    """Which classes the two domains share, in a sentence; how many where the dials say it."""
    card = catalogue.turned(spec.scenario, spec.settings)
    count, lacks = len(card["classes"]), [int(spec.settings.get(name, 0)) for name in (SOURCE_MISSING, TARGET_MISSING)]
    if any(lacks):
        both = count - sum(lacks)
        return f"Both domains have {both} of {count} classes; {lacks[1]} only the source, {lacks[0]} only the target."
    return f"Classes: {LABEL_SETS[card['label_sets']].format(count)}."


def told(spec: RunSpec, few: bool) -> str:
    """What is not as usual, in a few words: "5 per class, 40 % wrong"."""
    turned, said = spec.settings, []
    if few:
        budget = spec.completed().target_labels
        said.append("all of the target" if budget == ALL_LABELS else f"{budget} per class")
    words = {NOISE: "{:g} % wrong", IMBALANCE: "long tail", SOURCE_MISSING: "{:g} new", TARGET_MISSING: "{:g} missing"}
    return ", ".join([*said, *(text.format(turned[name]) for name, text in words.items() if turned.get(name))])


def _turned(spec: RunSpec, dials: list[Mapping[str, Any]]) -> dict[str, float]:
    values = {each["name"]: spec.settings.get(each["name"], 0.0) for each in dials}
    shared = len(catalogue.scenario(spec.scenario)["classes"]) - 1  # at most so many can be in one domain alone
    for each in dials:
        other = {SOURCE_MISSING: TARGET_MISSING, TARGET_MISSING: SOURCE_MISSING}.get(each["name"])
        high = each["high"] if other is None else min(each["high"], shared - values[other])
        values[each["name"]] = dial_slider(spec.scenario, {**each, "high": high}, values[each["name"]])
    return values


def _budget(spec: RunSpec) -> int:
    value = spec.completed().target_labels or BUDGETS[2]
    key = key_for(f"labels:{spec.strategy}", value)
    labels: int = st.select_slider(
        "Target labels per class",
        sorted({*BUDGETS, st.session_state[key]}),
        key=key,
        format_func=lambda count: "all" if count == ALL_LABELS else str(count),
        help="How many labelled images of every class the target gives away; a class with fewer gives all of its own. "
        "The rest stays without labels. With *all*, nothing is hidden, which nobody has in practice.",
    )
    return labels


def _no_budget(spec: RunSpec) -> None:
    title = catalogue.strategy(spec.strategy)["card"]["title"]
    st.caption(f"Target labels: 0 per class. {title} asks for none.")
