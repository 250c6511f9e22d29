"""Choosing one of many: strategies by family, scenarios by kind, each with a search by typing.

The chips of the chosen group stand in the sidebar; a dialog beside it holds all groups. What does not suit the rest
of the experiment is there as well, and says what comes with it. Drawn by `static/chooser.js`.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import streamlit as st

from dashboard import compositions, words
from dashboard.assets import version
from dashboard.choices import families, home, scenario_groups, stand_in, why_not
from tlcore import catalogue
from tlcore.runs.spec import RunSpec

PICKED = "picked"  # in the session's state: what was chosen a moment ago, ("strategy" or "scenario", its key)

_LOADER = f"""
const at = name => new URL("stage/{version()}/" + name, document.baseURI).href
export default async component => (await import(at("chooser.js"))).mount(component)
"""
_component = st.components.v2.component("transfer_lab_chooser", js=_LOADER, isolate_styles=False)


def strategy_chooser(spec: RunSpec) -> None:
    groups = [
        {"title": words.first_up(family), "items": [_strategy(key, spec.scenario) for key in keys]}
        for family, keys in families().items()
    ]
    hint, search = "All strategies, by family", "Find a technique, a family, a need …"
    said = {"label": "Strategy", "hint": hint, "search": search, "shortcut": True}
    _chooser("strategy", {**said, "chosen": spec.strategy, "groups": groups})


def scenario_chooser(spec: RunSpec) -> None:
    shifts = compositions.group()
    also = "" if spec.scenario in dict(shifts) else spec.scenario
    groups = [
        {"title": title, "items": [_scenario(key, spec.strategy) for key in keys]}
        for title, keys in scenario_groups(also).items()
    ]
    items = [_card(key, card, _way(card["key"], spec.strategy)) for key, card in shifts]
    groups.append({"title": compositions.GROUP, "items": items})
    hint, search = "All data, by kind", "Find data: digits, rotated, new classes …"
    said = {"label": "Data", "hint": hint, "search": search, "shortcut": False}
    _chooser("scenario", {**said, "chosen": compositions.chosen(spec), "groups": groups})


def backbone_chooser(chosen: str, groups: Sequence[Mapping[str, Any]]) -> None:
    """All backbones that fit; those measured on ImageNet stand in a scatter as well."""
    said = {
        "label": "Backbone",
        "hint": "All backbones, by family",
        "search": "Find a backbone: resnet, 5 M, batch norm …",
    }
    plot = {"x": {"label": "weights", "log": True}, "y": {"label": "% on ImageNet"}}
    _chooser(
        "backbone", {**said, "shortcut": False, "quiet": True, "plot": plot, "chosen": chosen, "groups": list(groups)}
    )


def data_chooser(chosen: str) -> str | None:
    """All data made of images, whatever a strategy would need; returns what was picked a moment ago, if anything."""
    groups = [
        {"title": title, "items": [_scenario(key, None) for key in keys]}
        for title, keys in scenario_groups(chosen).items()
        if title != words.POINTS
    ]
    hint, search = "All data, by kind", "Find data: digits, sketches, rotated …"
    said = {"label": "Data", "hint": hint, "search": search, "shortcut": True}
    _chooser("data", {**said, "chosen": chosen, "groups": groups})
    picked = st.session_state.get(PICKED)
    if picked is None or picked[0] != "data":
        return None
    del st.session_state[PICKED]
    return str(picked[1])


def _chooser(what: str, data: Mapping[str, Any]) -> None:
    key = f"choose-{what}"

    def note() -> None:
        st.session_state[PICKED] = (what, st.session_state[key]["picked"])

    _component(key=key, data=dict(data), on_picked_change=note, height="content")


def _way(key: str, strategy: str) -> str:
    """What would come with data on which a strategy cannot run."""
    missing = why_not(strategy, key)
    title, plain = (catalogue.strategy(each)["card"]["title"] for each in (strategy, stand_in(strategy, key)))
    return f"{title} needs {missing}: with {plain} instead" if missing else ""


def _strategy(key: str, scenario: str) -> dict[str, Any]:
    card = catalogue.strategy(key)["card"]
    missing = why_not(key, scenario)
    way = f"Needs {missing}: with {catalogue.scenario(home(key).scenario)['title']}" if missing else ""
    tags = [card["setting"], *(["⚑ oracle"] if card["oracle"] else [])]
    tags += ["few target labels"] if card["needs"][1] == "few" else []
    also = f"{words.needs(card)} {'batch norm' if card['wants_norm'] else ''} {card['source']}"
    short = card["title"].partition(" (")[0]  # on a chip there is no room for what it stands for
    said = {"key": key, "title": card["title"], "short": short, "idea": card["idea"]}
    return said | {"tags": tags, "way": way, "also": also}


def _scenario(key: str, strategy: str | None) -> dict[str, Any]:
    return _card(key, catalogue.scenario(key), _way(key, strategy) if strategy is not None else "")


def _card(key: str, card: Mapping[str, Any], way: str) -> dict[str, Any]:
    tags = [*card["offers"], *([words.EXAM_TAGS[card["exam"]]] if card["exam"] in words.EXAM_TAGS else [])]
    tags += [f"{card['download_mb']:g} MB to fetch"] if card["download_mb"] else []
    also = f"{card['source']} {card['target']} {' '.join(dial['label'] for dial in card['dials'])}"
    said = {"key": key, "title": card["title"], "short": words.short(card["title"], key), "idea": card["idea"]}
    return said | {"tags": list(dict.fromkeys(tags)), "way": way, "also": also, "picture": f"api/pictures/{quote(key)}"}
