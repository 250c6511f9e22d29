"""What there is to choose from beside what is chosen already; read from the catalogue, free of drawing."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

from tlcore import catalogue
from tlcore.hparams import Value
from tlcore.runs.spec import RunSpec

EVERYWHERE = ("steps", "batch", "lr", "source_steps", "source_lr")  # what every training has, and not a strategy's own
DECADES = 2  # to each side of the default
SMALL = 1_000_000  # weights
REACH = 12  # a range of whole numbers no wider than this is offered in full


def scenarios_of(kind: str) -> list[str]:
    return [key for key, card in catalogue.scenarios().items() if card["kind"] == kind]


def strategies_for(scenario: str) -> list[str]:
    """The strategies that some backbone of this scenario suits, family by family."""
    cards = {key: entry["card"] for key, entry in catalogue.strategies().items()}
    families = list(dict.fromkeys(card["family"] for card in cards.values()))
    fitting = [key for key in cards if backbones_for(scenario, key)]
    return sorted(fitting, key=lambda key: families.index(cards[key]["family"]))


def backbones_for(scenario: str, strategy: str) -> list[str]:
    takes = "points" if catalogue.scenario(scenario)["kind"] == "points" else "images"
    wants_norm = catalogue.strategy(strategy)["card"]["wants_norm"]
    return [
        key
        for key, card in catalogue.backbones().items()
        if card["takes"] == takes and (card["has_norm"] or not wants_norm)
    ]


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
