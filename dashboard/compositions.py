"""Composed shifts as the page offers them: of which data, under which names; free of drawing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboard.choices import with_scenario
from dashboard.links import normal
from tlcore import catalogue
from tlcore.cards import SHIFTED
from tlcore.dials import SHIFT
from tlcore.errors import DataUnavailable, RequestError, UnknownKey
from tlcore.library import compositions, domains
from tlcore.library.compositions import Composition
from tlcore.runs.spec import RunSpec
from tlcore.scenarios.composing import BUILT_IN

GROUP = "Composed shifts"
OWN = "composition:"  # how the chooser calls one that somebody named
STARTER: Mapping[str, float] = {"rotate": 30.0, "noise": 10.0}  # what a new one begins with: a target to turn away from


def composed(spec: RunSpec) -> bool:
    return spec.scenario.endswith(SHIFTED)


def bases() -> dict[str, str]:
    """The data that can be shifted here and now: the title of each domain by its key."""
    small = {key: each.card.title.partition(" →")[0] for key, each in BUILT_IN.items()}
    held = {key: entry.title for key, entry in domains.entries().items() if entry.present and key not in small}
    return small | held


def base(spec: RunSpec) -> str:
    return spec.scenario.removesuffix(SHIFTED)


def with_base(spec: RunSpec, key: str) -> RunSpec:
    """The same changes on other data; what only the data before had is left out."""
    there = with_scenario(spec, f"{key}{SHIFTED}")
    known = [each["name"] for each in catalogue.dials(there.scenario)]
    return replace(there, shift=spec.shift, settings={name: v for name, v in spec.settings.items() if name in known})


def started(spec: RunSpec) -> RunSpec:
    """The same with a shift to begin with, if it has none."""
    return spec if spec.settings else replace(spec, settings=dict(STARTER))


def named() -> tuple[list[Composition], str]:
    """The compositions of this machine that can be shown, and what is wrong with their file, if anything is."""
    try:
        known = compositions.entries().values()
    except DataUnavailable as reason:
        return [], str(reason)
    return [each for each in known if _readable(each)], ""


def with_data(spec: RunSpec, key: str) -> RunSpec:
    """The same strategy on whatever the chooser calls so, turned a little where all of it is for the dials to say.

    Raises what `with_composition` raises.
    """
    if key.startswith(OWN):
        return with_composition(spec, key.removeprefix(OWN))
    there = with_scenario(spec, key)
    return started(there) if composed(there) else there


def with_composition(spec: RunSpec, name: str) -> RunSpec:
    """The same strategy on a composed shift that somebody named. Raises `UnknownKey` or `DataUnavailable`."""
    found = compositions.find(name)
    there = with_scenario(spec, found.scenario)
    return normal(replace(there, shift=found.shift, settings=dict(found.settings), name=found.name))


def composition(spec: RunSpec, name: str) -> Composition:
    """The shift of an experiment under a name; dials about labels are no part of it."""
    own = {each["name"] for each in catalogue.scenario(spec.scenario)["dials"]}
    plain = normal(spec)
    settings = {dial: value for dial, value in plain.settings.items() if dial in own}
    return Composition(name, plain.scenario, plain.shift, settings)


def same_shift(one: RunSpec, other: RunSpec) -> bool:
    """Whether two experiments have the same data under one name, whatever their labels."""
    return composition(one, "") == composition(other, "")


def chosen(spec: RunSpec) -> str:
    """How the chooser calls the data of an experiment."""
    known = {each.name for each in named()[0]} if spec.name else set()
    return f"{OWN}{spec.name}" if spec.name in known else spec.scenario


def group() -> list[tuple[str, Mapping[str, Any]]]:
    """For the chooser: those that somebody named, then every small domain to begin with; each key with its card."""
    held = [(f"{OWN}{each.name}", {**catalogue.scenario(each.scenario), "title": each.name}) for each in named()[0]]
    return [*held, *((each.card.key, catalogue.scenario(each.card.key)) for each in BUILT_IN.values())]


def dialled(key: str) -> tuple[str, float | None, Mapping[str, float]]:
    """A scenario and how its dials stand, of what the chooser calls so. Raises `UnknownKey` or `DataUnavailable`."""
    if key.startswith(OWN):
        found = compositions.find(key.removeprefix(OWN))
        return found.scenario, found.shift, found.settings
    return key, None, STARTER if key.endswith(SHIFTED) else {}


def _readable(each: Composition) -> bool:
    """Whether its data is still there, with all the dials that it turns."""
    try:
        dials = {dial["name"] for dial in catalogue.scenario(each.scenario)["dials"]}
    except (UnknownKey, RequestError, DataUnavailable):
        return False
    return set(each.settings) <= dials and (each.shift is None or SHIFT in dials)
