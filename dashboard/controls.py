"""The sidebar: from this data, this far away, with this backbone, by this strategy.

Every control is drawn from a card or a description in the catalogue; what does nothing for the chosen
strategy is not there.
"""

from dataclasses import replace

import streamlit as st

from dashboard.cards import about_strategy
from dashboard.choices import backbones_for, carried, strategies_for
from dashboard.data_controls import data, dials
from dashboard.drawing import drawing
from dashboard.flow import sketch
from dashboard.keys import key_for
from dashboard.links import normal
from dashboard.setting_controls import settings
from tlcore import catalogue
from tlcore.runs.spec import RunSpec


def controls(spec: RunSpec, hint: str = "") -> RunSpec:
    """Draw all of them for a spec, with a hint under the first dial, and return the spec that they say now."""
    spec = data(normal(spec))  # what is at its default follows the data and the strategy
    spec = dials(spec, hint)
    spec = _backbone_and_strategy(spec)
    return settings(spec)


def _backbone_and_strategy(spec: RunSpec) -> RunSpec:
    strategies = strategies_for(spec.scenario)
    key = key_for("strategy", spec.strategy, strategies)
    strategy = st.session_state[key]  # drawn below, but the backbones depend on it
    backbone = _backbone(spec, strategy)
    with st.container(key="strategies"):
        st.pills("Strategy", strategies, key=key, required=True, format_func=_strategy_name)
        card = catalogue.strategy(strategy)["card"]
        about_strategy(card)
    if card["flow"]:
        drawing(sketch(card["flow"], card["idea"]), key="flow")
    if strategy != spec.strategy:
        spec = replace(spec, hparams=carried(spec.hparams, spec.strategy, strategy), target_labels=None)
    return replace(spec, strategy=strategy, backbone=backbone)


def _backbone(spec: RunSpec, strategy: str) -> str:
    fitting = backbones_for(spec.scenario, strategy)
    own = replace(spec, strategy=strategy, backbone="", hparams={}, target_labels=None).completed().backbone
    wanted = spec.backbone if spec.backbone in fitting else own
    cards = [catalogue.backbone(each) for each in fitting]
    return st.selectbox(
        "Backbone",
        fitting,
        key=key_for(f"backbone:{'|'.join(fitting)}:{own}", wanted, fitting),
        format_func=_backbone_name,
        help="\n\n".join(f"**{card['title']}**: {card['idea']}" for card in cards),
    )


def _strategy_name(key: str) -> str:
    return str(catalogue.strategy(key)["card"]["title"])


def _backbone_name(key: str) -> str:
    card = catalogue.backbone(key)
    count = card["parameters"]
    return f"{card['title']} · {f'{count / 1e6:.1f} M' if count >= 1e6 else f'{count / 1e3:.1f} k'}"
