"""The runs of `validators.py` on its three scenarios: every strategy that adapts without target labels."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from benchmarks.chosen import Place
from benchmarks.measuring import spec
from tlcore import catalogue
from tlcore.errors import RequestError
from tlcore.runs.spec import RunSpec


class Where(NamedTuple):
    dials: dict[str, float]
    factors: tuple[float, ...]  # of the dial that matters most, the first setting being the default one
    without: tuple[str, ...] = ()


NO_MAPS = ("attention-transfer",)  # its attention is over places, and points have none
SCENARIOS: Mapping[str, Where] = {
    "moons": Where({}, (1.0, 0.25, 4.0), NO_MAPS),
    "blobs": Where({"proportion": 90.0}, (1.0,), NO_MAPS),
    "printed-to-handwritten": Where({}, (1.0,)),
}
DIALS: Mapping[str, str] = {  # that dial; the learning rate where there is no other
    "coral": "ridge", "deep-coral": "align", "mmd": "align", "jan": "align", "deep-jdot": "carry", "tca": "trade",
    "importance-weighting": "decay", "kmm": "bandwidth", "ulsif": "bandwidth", "kliep": "bandwidth",
    "dann": "strength", "domain-confusion": "confuse", "cdan": "strength", "mdd": "strength",
    "pseudo-label": "pseudo", "mean-teacher": "agree", "mcc": "confusion", "shot": "pseudo",
    "pada": "strength", "iwan": "strength",
}  # fmt: skip


def adapting() -> list[str]:
    """The strategies that learn from labelled source and unlabelled target images, and source-only beside them."""
    every = catalogue.strategies().items()
    return ["source-only", *(key for key, each in every if _fits(each["card"]))]


def _fits(card: Mapping[str, Any]) -> bool:
    """Clusters have no names, so there are no classes for a validator to look at."""
    return bool(card["needs"] == ["labels", "images"] and card["answers"] != "clusters")


def wanted(seed: int) -> dict[Place, RunSpec]:
    """Every run of one seed: scenario by scenario, strategy by strategy, the default settings first."""
    runs: dict[Place, RunSpec] = {}
    for scenario, where in SCENARIOS.items():
        for strategy in adapting():
            dial = DIALS.get(strategy, "lr")
            described = {each["name"]: each for each in catalogue.strategy(strategy)["hparams"]}
            for factor in where.factors if strategy not in where.without else ():
                settings = {dial: described[dial]["default"] * factor} if factor != 1 else {}
                try:
                    run = spec(strategy, scenario, seed=seed, settings=where.dials, hparams=settings)
                except RequestError:  # it needs what the scenario has not: batch norms, say
                    continue
                runs[Place(scenario, seed, strategy, factor)] = run
    return runs
