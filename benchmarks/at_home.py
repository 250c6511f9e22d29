"""Strategies that `validators.py` does not try on its three scenarios, each where its own card promises something.

They learn from target labels, from several tasks or groups, or from no target image at all. Of validators only those
count that may look, as `tlcore.picking` has it: who sees no target image cannot choose by target images.
"""

from collections.abc import Collection, Mapping, Sequence

from benchmarks.chosen import Place
from benchmarks.measuring import spec
from benchmarks.proof import promise_of
from tlcore import catalogue
from tlcore.cards import Card
from tlcore.picking import fitting
from tlcore.runs.spec import RunSpec
from tlcore.strategies import STRATEGIES

INSTEAD, LABELS = "printed-to-handwritten", 5  # where an exam has other classes in every episode


def others(than: Collection[str]) -> list[str]:
    """The rest of the catalogue, without those whose answers are clusters: these have no names."""
    return [key for key, each in STRATEGIES.items() if key not in than and each.card.answers == "classes"]


def clusterers() -> list[str]:
    return [key for key, each in STRATEGIES.items() if each.card.answers == "clusters"]


def at_home(than: Collection[str], seed: int) -> dict[Place, RunSpec]:
    runs = {}
    for strategy in others(than):
        run = _run(STRATEGIES[strategy].card, seed)
        runs[Place(run.scenario, seed, strategy, 1.0)] = run
    return runs


def _run(card: Card, seed: int) -> RunSpec:
    asked = promise_of(card)
    if catalogue.scenario(asked.scenario)["exam"] == "episodes":
        return spec(card.key, INSTEAD, target_labels=LABELS, seed=seed)
    labels, settings = asked.target_labels or None, dict(asked.settings)
    return spec(
        card.key, asked.scenario, backbone=asked.backbone, shift=asked.shift, settings=settings, target_labels=labels,
        seed=seed,
    )  # fmt: skip


def fits(runs: Mapping[Place, RunSpec]) -> dict[str, Sequence[str]]:
    """By strategy: the validators that may look at what it sees."""
    return {place.strategy: fitting(_card(place.strategy), _exam(run)) for place, run in runs.items()}


def _card(strategy: str) -> dict[str, object]:
    return dict(catalogue.strategy(strategy)["card"])


def _exam(run: RunSpec) -> str:
    return str(catalogue.turned(run.scenario, run.settings)["exam"])
