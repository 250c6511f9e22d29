"""Choosing a backbone and the weights that it starts from: by family, by typing, or by looking at a scatter."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.choices import backbones_for
from dashboard.chooser import PICKED, backbone_chooser
from dashboard.keys import key_for
from tlcore import catalogue
from tlcore.errors import TransferError
from tlcore.library.hubcache import weights_here
from tlcore.runs.first_weights import NONE, first_weights, is_file
from tlcore.runs.spec import RunSpec
from tlcore.timm_cards import PREFIX

TROUBLE = "backbone-trouble"  # in the session's state: why what was picked a moment ago cannot be had
FILE = "file"  # of the choices of weights: one of their own


def backbone(spec: RunSpec) -> RunSpec:
    """The controls of the network; returns the spec that they say now."""
    fitting = backbones_for(spec.scenario, spec.strategy, spec.backbone)
    plain = replace(spec, backbone="", weights="", hparams={}, target_labels=None)
    own = plain.completed().backbone
    chosen = spec.backbone if spec.backbone in fitting else own
    card = catalogue.backbone(chosen)
    with st.container(key="backbones"):
        with st.container(key="backbone-line", horizontal=True, horizontal_alignment="distribute"):
            st.markdown("Backbone", width="content")
            with st.popover("Card", type="tertiary", help=f"All about {card['title']}"):
                st.markdown(text(card))
                if card["takes"] == "images":
                    _of_timm()
        backbone_chooser(chosen, groups(fitting))
        if trouble := st.session_state.pop(TROUBLE, ""):
            st.caption(f":material/warning: {trouble}")
        weights = _weights(chosen, spec.weights if chosen == spec.backbone or not spec.backbone else "", card)
    return replace(spec, backbone=chosen, weights=weights)


def _of_timm() -> None:
    """Any of timm's networks by its name, where timm is installed."""
    if find_spec("timm") is None:
        st.caption("Hundreds more come with timm: `pip install transfer-lab[timm]`.")
        return

    def pick() -> None:
        if name := st.session_state["timm-name"].strip():
            st.session_state[PICKED] = ("backbone", f"{PREFIX}{name.removeprefix(PREFIX)}")

    st.text_input(
        "One of timm's", placeholder="resnet10t", key="timm-name", on_change=pick,
        help="Its name as timm knows it. The first time, timm is asked about it, which takes some seconds.",
    )  # fmt: skip


def with_backbone(spec: RunSpec, key: str) -> RunSpec:
    """The same experiment with another network; one that there is not leaves it as it is, and is said."""
    there = replace(spec, backbone=key, weights="")
    try:
        there.completed()
    except TransferError as error:
        st.session_state[TROUBLE] = str(error)
        return spec
    return there


def groups(keys: Sequence[str]) -> list[dict[str, Any]]:
    """The backbones by family, as the chooser takes them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for key in keys:
        card = catalogue.backbone(key)
        found.setdefault(words.backbone_family(card["family"]), []).append(_item(key, card))
    return [{"title": title, "items": items} for title, items in found.items()]


def _item(key: str, card: Mapping[str, Any]) -> dict[str, Any]:
    tags = [words.count(card["parameters"])]
    tags += [f"{card['gflops']:g} GFLOPs"] if card["gflops"] else []
    tags += [f"{card['top1']:.1f} % on ImageNet"] if card["top1"] else []
    tags += [pretrained(card)] if card["own"] else []
    said = f"{words.count(card['parameters'])} weights, {card['top1']:.1f} % on ImageNet"
    also = f"{card['source']} {' '.join(card['pretrainings'].values())} {'batch norm' if card['has_norm'] else ''}"
    item = {
        "key": key,
        "title": card["title"],
        "idea": card["idea"],
        "tags": tags,
        "way": "",
        "also": also,
        "said": said,
    }
    return item | ({"at": [card["parameters"], card["top1"]]} if card["top1"] else {})


def pretrained(card: Mapping[str, Any]) -> str:
    """Where its own weights are: "pre-trained", "45 MB to fetch", "weights here"."""
    if card["shipped"]:
        return "pre-trained"
    return "weights here" if weights_here(card) else f"{card['download_mb']:.0f} MB to fetch"


def text(card: Mapping[str, Any]) -> str:
    """A backbone's card as Markdown."""
    facts = {
        "Weights": f"{card['parameters']:,} ({card['weights_mb']:g} MB)",
        "Features": f"{card['dim']} numbers an image"
        if card["takes"] == "images"
        else f"{card['dim']} numbers a point",
        "Work": f"{card['gflops']:g} billion multiply-adds (GFLOPs) an image" if card["gflops"] else "",
        "On ImageNet": f"{card['top1']:.1f} % right (top 1, validation images), with its own weights"
        if card["top1"]
        else "",
        "Images": _images(card),
        "Memory": f"about {card['memory_mb']:,.0f} MB to train all of it on one image; more images need more"
        if card["activations_mb"]
        else "",
        "Batch norm": "yes" if card["has_norm"] else "no",
        "Pre-trained on": _pretrainings(card),
        "Source": card["source"],
    }
    lines = [f"**{card['title']}**", card["idea"], *(f"**{name}** · {said}" for name, said in facts.items() if said)]
    return "\n\n".join(lines)


def _images(card: Mapping[str, Any]) -> str:
    if card["takes"] != "images" or not card["side"]:
        return ""
    larger = f"best at {card['side']} × {card['side']} pixels; larger ones are made smaller"
    return larger + (f", narrower than {card['smallest']} are enlarged" if card["smallest"] else "")


def _pretrainings(card: Mapping[str, Any]) -> str:
    said = [f"*{name}*: {on}" for name, on in card["pretrainings"].items()]
    if card["own"] and not card["shipped"]:
        said.append(f"{card['download_mb']:.0f} MB, {'on this machine' if weights_here(card) else 'to fetch'}")
    return "; ".join(said) or "nothing: it starts from random weights"


def _weights(chosen: str, given: str, card: Mapping[str, Any]) -> str:
    """From which weights it starts; there is no choice for networks so small that they have none to choose from."""
    if not card["pretrainings"] and not given:
        return ""
    choices = ["", *(each for each in card["pretrainings"] if each != card["own"]), NONE, FILE]
    now = FILE if is_file(given) else given
    key = key_for(f"weights:{chosen}", now if now in choices else "", choices)
    wanted = st.selectbox(
        "Starts from", choices, key=key, format_func=lambda each: _said(each, card), filter_mode=None,
        help="\n\n".join(["What the network has seen before it starts.", *_explained(card)]),
    )  # fmt: skip
    return _file(chosen, given) if wanted == FILE else str(wanted)


def _said(name: str, card: Mapping[str, Any]) -> str:
    if name == "":
        return f"{words.first_up(card['own'])} · its own" if card["own"] else "Nothing · random weights"
    return {NONE: "Nothing · random weights", FILE: "A file of mine …"}.get(name, words.first_up(name))


def _explained(card: Mapping[str, Any]) -> list[str]:
    return [f"**{words.first_up(name)}**: {on}." for name, on in card["pretrainings"].items()]


def _file(chosen: str, given: str) -> str:
    """The path of somebody's own weights; what is wrong with it is said at once."""
    path = st.text_input(
        "File of weights", key=key_for(f"weights-file:{chosen}", given if is_file(given) else ""),
        placeholder="/home/me/weights.safetensors",
        help="A .safetensors, or a .pt that holds weights alone. Its names have to be those of this network.",
    )  # fmt: skip
    if not path:
        return ""
    try:
        return first_weights(path, catalogue.backbone(chosen)) if is_file(path) else _no_file(path)
    except TransferError as error:
        st.caption(f":material/warning: {error}")
        return ""


def _no_file(path: str) -> str:
    st.caption(f":material/warning: '{path}' is no path of a .safetensors or .pt file.")
    return ""
