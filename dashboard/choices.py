"""What there is to choose from beside what is chosen already; read from the catalogue, free of drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil, floor, log10
from typing import Any

from dashboard import words
from tlcore import catalogue
from tlcore.cards import Family
from tlcore.hparams import Value
from tlcore.runs.spec import RunSpec, lacking

EVERYWHERE = ("steps", "batch", "lr", "source_steps", "source_lr")  # what every training has, and not a strategy's own
DECADES = 2  # to each side of the default
SMALL = 1_000_000  # weights
PLAIN, FIRST_SCENARIO = "source-only", "moons"
REACH = 12  # a range of whole numbers no wider than this is offered in full


def strategies_for(scenario: str) -> list[str]:
    """The strategies that run on this scenario, family by family."""
    return [key for keys in families().values() for key in keys if not why_not(key, scenario)]


def families() -> dict[str, list[str]]:
    """The strategies of each family that has any, both in the order of the families."""
    cards = {key: entry["card"] for key, entry in catalogue.strategies().items()}
    groups = {family.value: [key for key, card in cards.items() if card["family"] == family] for family in Family}
    return {family: keys for family, keys in groups.items() if keys}


def scenario_groups(also: str = "") -> dict[str, list[str]]:
    """The scenarios by what they are for: one's own first, then as the groups first occur.

    `also` is one that may not be in the catalogue, as any two domains can be named.
    """
    groups: dict[str, list[str]] = {words.YOURS: []}
    known = catalogue.scenarios()
    for key, card in known.items():
        groups.setdefault(words.scenario_group(card), []).append(key)
    if also and also not in known:
        groups[words.YOURS].append(also)
    return {title: keys for title, keys in groups.items() if keys}


def why_not(strategy: str, scenario: str) -> str:
    """What a strategy needs that a scenario lacks, in words; empty when it runs there."""
    card, data = catalogue.strategy(strategy)["card"], catalogue.scenario(scenario)
    if missing := lacking(card, data):
        return missing
    return "" if backbones_for(scenario, strategy) else "a backbone with batch norms"


def backbones_for(scenario: str, strategy: str, also: str = "") -> list[str]:
    """The backbones on which a strategy runs on a scenario; `also` is one that may not be in the catalogue."""
    takes = "points" if catalogue.scenario(scenario)["kind"] == "points" else "images"
    wants_norm = catalogue.strategy(strategy)["card"]["wants_norm"]
    known = catalogue.backbones()
    if also and also not in known:
        known = {**known, also: catalogue.backbone(also)}
    return [key for key, card in known.items() if card["takes"] == takes and (card["has_norm"] or not wants_norm)]


def home(strategy: str) -> RunSpec:
    """A strategy where it shows what it can: on the data of its promise, else on the first that suits it."""
    promise = catalogue.strategy(strategy)["card"]["promise"]
    if promise is None or promise["scenario"] not in catalogue.scenarios():
        fitting = [key for key in catalogue.scenarios() if not why_not(strategy, key)]
        return RunSpec(strategy, fitting[0] if fitting else FIRST_SCENARIO)
    return RunSpec(
        strategy,
        promise["scenario"],
        backbone=promise["backbone"],
        shift=promise["shift"],
        settings=promise["settings"],
        target_labels=promise["target_labels"] or None,
    )


def at_home(spec: RunSpec) -> bool:
    """Whether a strategy has the very data that its promise is about, whatever the seed and its own settings."""
    there = replace(home(spec.strategy), seed=spec.seed, hparams=spec.hparams, device=spec.device)
    return there.completed() == spec.completed()


def with_strategy(spec: RunSpec, strategy: str) -> RunSpec:
    """The same experiment by another strategy; where that one cannot run, it takes the data where it can."""
    if why_not(strategy, spec.scenario):
        return replace(home(strategy), seed=spec.seed, device=spec.device)
    backbone = spec.backbone if spec.backbone in backbones_for(spec.scenario, strategy, spec.backbone) else ""
    weights = spec.weights if backbone == spec.backbone else ""
    hparams = carried(spec.hparams, spec.strategy, strategy)
    spec = replace(spec, strategy=strategy, backbone=backbone, weights=weights, hparams=hparams, target_labels=None)
    return replace(spec, validator="")  # the old one's may look at what the new one may not see


def with_scenario(spec: RunSpec, scenario: str) -> RunSpec:
    """The same strategy on other data, as that data is by itself; one that cannot run there has a stand-in."""
    strategy = stand_in(spec.strategy, scenario)
    spec = replace(spec, scenario=scenario, shift=None, settings={}, target_labels=None)
    spec = replace(spec, backbone="", weights="", augment="", validator="", name="")
    if strategy == spec.strategy:
        return spec
    return replace(spec, strategy=strategy, hparams=carried(spec.hparams, spec.strategy, strategy))


def stand_in(strategy: str, scenario: str) -> str:
    """The strategy itself where it runs, else the plainest one that does."""
    if not why_not(strategy, scenario):
        return strategy
    return PLAIN if not why_not(PLAIN, scenario) else strategies_for(scenario)[0]


def main_hparam(described: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The one that makes the strategy what it is: the first of its own, else the learning rate."""
    numbers = [each for each in described if each["type"] in ("int", "float")]
    own = [each for each in numbers if each["name"] not in EVERYWHERE]
    return next(iter(own), next((each for each in numbers if each["name"] == "lr"), None))


def grid(described: Mapping[str, Any], value: Value) -> list[float]:
    """Values for a slider: 1, 3, 10, 30, … around the default, within the bounds; `value` is always among them."""
    low, high, default = described["low"], described["high"], described["default"]
    whole = described["type"] == "int"
    if whole and low is not None and high is not None and high - low <= REACH:
        return [*range(int(low), int(high) + 1)]
    middle = log10(default) if default > 0 else 0.0
    tens = range(floor(middle) - DECADES, ceil(middle) + DECADES + 1)
    around = [float(f"{figure}e{ten}") for ten in tens for figure in (1, 3)]
    near = {each for each in around if abs(log10(each) - middle) <= DECADES + 0.01}
    kept = {each for each in (0.0, *near) if (low is None or each >= low) and (high is None or each <= high)}
    if whole:
        return sorted({int(each) for each in kept if each == int(each)} | {int(default), int(value)})
    return sorted(kept | {float(default), float(value)})


def quick(spec: RunSpec) -> bool:
    """Whether a run takes seconds on any machine and fetches nothing, so that it may start unasked."""
    backbone = catalogue.backbone(spec.completed().backbone)
    small = backbone["shipped"] and backbone["parameters"] <= SMALL
    return bool(small and catalogue.scenario(spec.scenario)["kind"] != "real")


def carried(hparams: Mapping[str, Value], before: str, after: str) -> dict[str, Value]:
    """What of one strategy's settings still means the same to another one."""
    old, new = ({each["name"]: each for each in catalogue.strategy(key)["hparams"]} for key in (before, after))
    return {
        name: value for name, value in hparams.items() if name in new and (name == "steps" or old[name] == new[name])
    }
