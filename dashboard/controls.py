"""The sidebar: from this data, this far away, with this backbone, by this strategy.

Every control is drawn from a card or a description in the catalogue; what does nothing for the chosen
strategy is not there. A control's key holds what it depends on, so that it begins anew when that changes.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.cards import about_strategy
from dashboard.choices import backbones_for, grid, main_hparam, scenarios_of, strategies_for
from dashboard.drawing import drawing
from dashboard.flow import sketch
from dashboard.preview import chip, preview
from tlcore import catalogue
from tlcore.errors import TransferError
from tlcore.hparams import Value
from tlcore.runs import devices
from tlcore.runs.spec import RunSpec

OWN = "choice:"  # how the keys of all these controls begin
BUDGETS = (1, 2, 5, 10, 20, 50)


def forget() -> None:
    """Let the controls show another experiment: they take their values from the spec again."""
    for key in [key for key in st.session_state if str(key).startswith(OWN)]:
        del st.session_state[key]


def controls(spec: RunSpec) -> RunSpec:
    """Draw all of them for a spec, and return the spec that they say now."""
    spec = _data(spec)
    spec = _dials(spec)
    spec = _backbone_and_strategy(spec)
    spec = _hparams(spec)
    return _chance(spec)


def _data(spec: RunSpec) -> RunSpec:
    kinds = list(dict.fromkeys(card["kind"] for card in catalogue.scenarios().values()))
    own = catalogue.scenario(spec.scenario)["kind"]
    kind = st.segmented_control(
        "Data", kinds, key=_key("kind", own), required=True, format_func=words.KINDS.__getitem__, width="stretch"
    )
    keys = scenarios_of(kind)
    key = _key(f"scenario:{kind}", spec.scenario if spec.scenario in keys else keys[0])
    with st.container(key="scenarios"):
        chosen = st.pills("Scenario", keys, key=key, required=True, format_func=_chip, label_visibility="collapsed")
    return spec if chosen == spec.scenario else replace(spec, scenario=chosen, shift=None, settings={}, backbone="")


def _chip(key: str) -> str:
    picture, title = chip(key), words.short(catalogue.scenario(key)["title"])
    return f"![]({picture}) {title}" if picture else title


def _dials(spec: RunSpec) -> RunSpec:
    card = catalogue.scenario(spec.scenario)
    turned = {each["name"]: _dial(spec, each, k) for k, each in enumerate(card["dials"])}
    first = card["dials"][0]["name"] if card["dials"] else None
    shift = turned.pop(first) if first else None
    spec = replace(spec, shift=shift, settings=turned)
    try:
        drawing(preview(spec.scenario, shift, turned, spec.seed), key="preview")
    except TransferError as error:
        st.caption(str(error))
    return spec


def _dial(spec: RunSpec, dial: Mapping[str, Any], place: int) -> float:
    given = spec.shift if place == 0 else spec.settings.get(dial["name"])
    value = float(dial["default"] if given is None else given)
    label = dial["label"][:1].upper() + dial["label"][1:]
    low, high, step = (float(dial[name]) for name in ("low", "high", "step"))
    unit = dial["unit"] if dial["unit"] in ("°", "") else f" {dial['unit']}".replace("%", "%%")
    return st.slider(
        f"How far is the target? {label}" if place == 0 else label,
        low,
        high,
        key=_key(f"dial:{spec.scenario}:{dial['name']}", value),
        step=step,
        format=f"%.{max(0, -int(f'{step:e}'.split('e')[1]))}f{unit}",
        help=dial["help"],
    )


def _backbone_and_strategy(spec: RunSpec) -> RunSpec:
    strategies = strategies_for(spec.scenario)
    key = _key("strategy", spec.strategy, strategies)
    strategy = st.session_state[key]  # drawn below, but the backbones depend on it
    fitting = backbones_for(spec.scenario, strategy)
    own = replace(spec, strategy=strategy, backbone="", hparams={}, target_labels=None).completed().backbone
    wanted = spec.backbone if spec.backbone in fitting else own
    backbone = st.selectbox(
        "Backbone", fitting, key=_key(f"backbone:{'|'.join(fitting)}:{own}", wanted, fitting), format_func=_backbone_name,
        help=" ".join(f"**{catalogue.backbone(each)['title']}**: {catalogue.backbone(each)['idea']}  \n" for each in fitting),
    )  # fmt: skip
    with st.container(key="strategies"):
        st.pills(
            "Strategy", strategies, key=key, required=True, format_func=lambda each: catalogue.strategy(each)["card"]["title"]
        )  # fmt: skip
        card = catalogue.strategy(strategy)["card"]
        about_strategy(card)
    if card["flow"]:
        drawing(sketch(card["flow"], card["idea"]), key="flow")
    if strategy != spec.strategy:
        spec = replace(spec, hparams={}, target_labels=None)
    return replace(spec, strategy=strategy, backbone=backbone)


def _backbone_name(key: str) -> str:
    card = catalogue.backbone(key)
    count = card["parameters"]
    return f"{card['title']} · {f'{count / 1e6:.1f} M' if count >= 1e6 else f'{count / 1e3:.1f} k'} weights"


def _hparams(spec: RunSpec) -> RunSpec:
    entry = catalogue.strategy(spec.strategy)
    told = spec.completed().hparams
    main = main_hparam(entry["hparams"])
    values: dict[str, Value] = {}
    if main is not None:
        values[main["name"]] = _main_control(spec, main, told[main["name"]])
    labels = _budget(spec) if entry["card"]["needs"][1] == "few" else None
    others = [each for each in entry["hparams"] if each is not main]
    with st.expander(f"More settings ({len(others)})", key="more"):
        values |= {each["name"]: _control(spec, each, told[each["name"]]) for each in others}
    return replace(spec, hparams=values, target_labels=labels)


def _main_control(spec: RunSpec, described: Mapping[str, Any], value: Value) -> Value:
    return st.select_slider(
        words.hparam_name(described["name"]), grid(described, value), key=_hparam_key(spec, described, value),
        format_func=words.number, help=described["help"],
    )  # fmt: skip


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
    step = typed(max(1, value // 10)) if whole else float(value) / 10 or 0.1
    return st.number_input(
        name, low, high, key=key, step=step, format=None if whole else "%.6g", help=described["help"]
    )


def _budget(spec: RunSpec) -> int:
    value = spec.completed().target_labels or BUDGETS[2]
    return int(
        st.select_slider(
            "Target labels per class", sorted({*BUDGETS, value}), key=_key(f"labels:{spec.strategy}", value),
            help="How many labelled images of every class the target gives away. The rest stays without labels.",
        )  # fmt: skip
    )


def _chance(spec: RunSpec) -> RunSpec:
    key = _key("seed", spec.seed)
    with st.container(horizontal=True, vertical_alignment="bottom", key="chance"):
        seed = st.number_input("Seed", 0, 2**31 - 1, key=key, step=1, help=words.GLOSSARY["Seed"])
        st.button("Another", on_click=_another, args=(key,), help="The next seed: how much of the result was luck?")
        if len(devices_here := _devices()) > 1:
            device = st.selectbox("Device", devices_here, key=_key("device", spec.device), format_func=str.upper)
            spec = replace(spec, device=device)
    return replace(spec, seed=seed)


def _another(key: str) -> None:
    st.session_state[key] += 1


def _devices() -> list[str]:
    return ["auto", "cpu", "cuda"] if devices.gpus() else ["auto"]


def _hparam_key(spec: RunSpec, described: Mapping[str, Any], value: Value) -> str:
    scenario = f":{spec.scenario}" if described["name"] == "steps" else ""  # each scenario has a length that suits it
    return _key(f"hparam:{spec.strategy}:{described['name']}{scenario}", value)


def _key(name: str, value: Any, among: list[Any] | None = None) -> str:
    """The key of a control that shows `value` first, and from then on what a person chose."""
    key = OWN + name
    if key not in st.session_state or (among is not None and st.session_state[key] not in among):
        st.session_state[key] = value
    return key
