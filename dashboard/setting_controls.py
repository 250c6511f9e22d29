"""Controls of everything that is a number: hyper-parameters, seed; and the device."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.choices import grid, main_hparam
from dashboard.hiding import MORE, SEED, Shows, everything
from dashboard.keys import key_for
from tlcore import catalogue, picking
from tlcore.hparams import Value
from tlcore.runs import devices
from tlcore.runs.spec import RunSpec


def settings(spec: RunSpec, shows: Shows = everything) -> RunSpec:
    """Those of the strategy that `shows` lets through by name, the seed, and `more`; the others stay as they are."""
    entry = catalogue.strategy(spec.strategy)
    told = spec.completed().hparams
    main = main_hparam(entry["hparams"])
    values: dict[str, Value] = {}
    shown = [each for each in entry["hparams"] if each is main or not shows(MORE)]
    for each in shown:
        name = each["name"]
        control, called = (_main_control, name) if each is main else (_control, f"{MORE}:{name}")
        values[name] = control(spec, each, told[name]) if shows(called) else told[name]
    spec = _seed_and_device(spec) if shows(SEED) else spec
    if not shows(MORE):
        return replace(spec, hparams=values)
    others = [each for each in entry["hparams"] if each is not main]
    images = catalogue.scenario(spec.scenario)["kind"] != "points"
    with st.expander(f"More settings ({len(others) + images + 1})", key="more"):
        augment = _augment(spec) if images else ""
        spec = replace(spec, validator=_kept(spec))
        values |= {each["name"]: _control(spec, each, told[each["name"]]) for each in others}
    return replace(spec, augment=augment, hparams=values)


def _main_control(spec: RunSpec, described: Mapping[str, Any], value: Value) -> Value:
    key = _hparam_key(spec, described, value)
    return st.select_slider(
        words.hparam_name(described["name"]),
        grid(described, st.session_state[key]),
        key=key,
        format_func=words.number,
        help=described["help"],
    )


def _control(spec: RunSpec, described: Mapping[str, Any], value: Value) -> Value:
    name, key = words.hparam_name(described["name"]), _hparam_key(spec, described, value)
    if described["type"] == "bool":
        return st.toggle(name, key=key, help=described["help"])
    if described["among"]:
        return st.selectbox(name, described["among"], key=key, help=described["help"])
    if described["type"] == "str":
        return st.text_input(name, key=key, help=described["help"])
    whole = described["type"] == "int"
    typed = int if whole else float
    low, high = (None if described[each] is None else typed(described[each]) for each in ("low", "high"))
    usual = described["default"]  # a step that followed the value would make another control of it
    step = max(1, usual // 10) if whole else usual / 10 or 0.1
    return st.number_input(
        name, low, high, key=key, step=step, format=None if whole else "%.6g", help=described["help"]
    )


def _augment(spec: RunSpec) -> str:
    cards = catalogue.augments()
    return st.selectbox(
        "Augmentation",
        list(cards),
        key=key_for(f"augment:{spec.scenario}", spec.completed().augment, list(cards)),
        format_func=lambda key: str(cards[key]["title"]),
        help="Every training image is varied anew each time that it is shown; those of the exam never are. "
        "A strategy that draws views by itself does so on top.\n\n"
        + "\n\n".join(f"**{card['title']}**: {card['idea']}" for card in cards.values()),
    )


def _kept(spec: RunSpec) -> str:
    """By which validator a run keeps a network beside its last; a sentence where none could."""
    card, exam = catalogue.strategy(spec.strategy)["card"], catalogue.turned(spec.scenario, spec.settings)["exam"]
    choices, chosen = picking.fitting(card, exam), spec.completed().validator
    if choices == [picking.NONE]:
        st.caption(f"The last network is kept: {picking.unfit('certainty', card, exam)}.")
        return picking.NONE
    return st.selectbox(
        "Kept network, picked by",
        choices,
        key=key_for(f"kept:{spec.strategy}:{exam}", chosen, choices),
        format_func=lambda key: words.VALIDATORS[key],
        help="Which of a run's evaluations was the best, told without a target label. It changes nothing in training."
        + "".join(f"\n\n**{words.VALIDATORS[each]}**: {picking.THOROUGH[each]}" for each in choices[:-1]),
    )


def _seed_and_device(spec: RunSpec) -> RunSpec:
    key = key_for("seed", spec.seed)
    with st.container(horizontal=True, vertical_alignment="center", key="chance"):
        st.markdown("Seed", width="content")
        seed = st.number_input("Seed", 0, 2**31 - 1, key=key, step=1, label_visibility="collapsed", width=112)
        st.button("Another", on_click=_another, args=(key,), help="The next seed: how much of the result was luck?")
        if len(devices_here := _devices()) > 1:
            device = st.selectbox("Device", devices_here, key=key_for("device", spec.device), format_func=str.upper)
            spec = replace(spec, device=device)
    return replace(spec, seed=seed)


def _another(key: str) -> None:
    st.session_state[key] += 1


def _devices() -> list[str]:
    return ["auto", "cpu", "cuda"] if devices.gpus() else ["auto"]


def _hparam_key(spec: RunSpec, described: Mapping[str, Any], value: Value) -> str:
    scenario = f":{spec.scenario}" if described["name"] == "steps" else ""  # each scenario has a length that suits it
    return key_for(f"hparam:{spec.strategy}:{described['name']}{scenario}", value)
