"""What has to be known of a run beside its numbers to say whether something is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any

from tlcore import catalogue
from tlcore.cards import Family
from tlcore.errors import TransferError
from tlcore.runs.rows import Run

WAY = 5  # classes of an episode
_ALIGNING = (Family.ALIGNMENT, Family.ADVERSARIAL)


@dataclass(frozen=True)
class Case:
    """A run's circumstances. `steps` is how many it has, 0 if nobody knows yet."""

    steps: int
    classes: int = 2
    guess: float = 0.5  # accuracy of guessing
    learns_source: bool = True  # from labelled source images
    aligns: bool = False  # is made to bring the domains together
    named: bool = True  # answers with the task's own classes: no clusters, and no classes of an episode's own
    rate: float | None = None  # the learning rate
    baseline: float | None = None  # target accuracy of the source alone, where such a run is known

    @property
    def guessing_loss(self) -> float:
        """Cross-entropy of who gives every class the same chance, in nats."""
        return log(self.classes)


def case(run: Run, baseline: float | None = None) -> Case:
    """The circumstances of a run, from the catalogue; of data or a strategy that has gone, as little as is certain."""
    card, data = _cards(run)
    source, target = card.get("needs") or ("labels", "images")
    answers = card.get("answers", "classes") == "classes"
    return Case(
        steps=run.steps,
        classes=max(2, len(data.get("classes", ()))),
        guess=guessing(data),
        learns_source=source == "labels",
        aligns=card.get("family") in _ALIGNING and target == "images",
        named=answers and data.get("exam", "episodes") != "episodes",
        rate=None if (rate := run.spec.hparams.get("lr")) is None else float(rate),
        baseline=baseline,
    )


def guessing(scenario: Mapping[str, Any]) -> float:
    """What naming classes at random gives: an episode has five, whatever the number of all."""
    return 1 / (WAY if scenario.get("exam") == "episodes" else max(2, len(scenario.get("classes", ()))))


def _cards(run: Run) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    try:
        return catalogue.strategy(run.spec.strategy)["card"], catalogue.turned(run.spec.scenario, run.spec.settings)
    except TransferError:
        return {}, {}
