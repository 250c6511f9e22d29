"""From a scenario's arrays to a task: the only file of this room that knows torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from tlcore.augment import NONE as AS_THEY_ARE
from tlcore.augment import policy
from tlcore.cards import ScenarioCard
from tlcore.data import Domain, Inputs, Mapped, Task, withheld
from tlcore.errors import OutOfRange
from tlcore.library.images import Images
from tlcore.picking import NONE
from tlcore.scenarios import Pair, Split, find
from tlcore.strategies import Strategy
from tlcore.training.evaluators import Accuracy, Evaluator, Open, Unseen
from tlcore.training.exams import Exam
from tlcore.training.grading import Grades
from tlcore.training.grouping import Groups, grouped
from tlcore.training.observers import EpisodeView, Exhibits, Frames, Observer, Probe, Scene
from tlcore.training.seeing import Seen, Watched
from tlcore.training.unnamed import Clusters, Episodes
from tlcore.training.validating import Picking

HELD = 1 << 28  # bytes of one part of a domain that are kept in memory


@dataclass(frozen=True)
class Prepared:
    """What a strategy learns from, and, apart from it, what it is examined on."""

    card: ScenarioCard
    pair: Pair
    task: Task
    exam: Exam
    few: Domain | None  # the labelled target images, for whoever draws them
    watched: Sequence[Watched] = ()  # what the streams of the task gave last; none where that is what lies there

    @property
    def groups(self) -> Groups | None:
        """By what accuracy is told apart, where images have a further factor."""
        return grouped(self.pair.classes, self.card.factors, self.card.exam)

    def evaluators(self, strategy: Strategy[Any], validator: str = NONE) -> list[Evaluator]:
        """What grades a strategy here: the scenario says what is asked, its card what kind of answer it gives.

        The validator's number, see `tlcore.picking`, is told with the others.
        """
        picking = Picking(validator)
        if strategy.card.answers == "clusters":
            return [Clusters(self.exam)]
        match self.card.exam:
            case "episodes":
                return [Episodes(self.exam)]
            case "zero-shot":
                return [Accuracy(self.exam, picking=picking), Unseen(self.exam)]
            case "open":
                return [Open(self.exam, picking=picking, groups=self.groups)]
            case _:
                return [Accuracy(self.exam, picking=picking, groups=self.groups)]

    def observers(self, strategy: Strategy[Any]) -> list[Observer]:
        """What looks inside of a run: the scene, its frames, grades apart, and what only some have to show."""
        length = strategy.length()
        probe = Probe(self.exam)
        words: dict[str, str | list[str]] = {
            "kind": self.card.kind,
            "source": self.card.source,
            "target": self.card.target,
            "classes": list(self.pair.classes),
        }
        looking: list[Observer] = [
            Scene(probe, words, self.few),
            Frames(probe, seed=self.task.seed, length=length),
            Exhibits(),
            Seen(self.watched, length),
        ]
        if strategy.card.answers == "classes" and self.card.exam != "episodes":
            looking.append(Grades(self.exam, self.groups, length))
        return [*looking, EpisodeView(self.exam)] if self.card.exam == "episodes" else looking


def prepare(
    scenario: str,
    *,
    shift: float | None = None,
    settings: Mapping[str, float] | None = None,
    target_labels: int = 0,
    oracle: bool = False,
    augment: str = "",
    seed: int = 0,
    device: str | torch.device = "cpu",
) -> Prepared:
    """Build a scenario on a device.

    `target_labels` is the budget: so many target images of every class come with their label. For
    an `oracle`, which is what `Card.oracle` says, all of them do. `augment` names how the streams of the
    task vary their images; the exam never does.
    Raises what `Scenario.build` raises, `OutOfRange` for a negative budget, and `UnknownKey` for an
    augmentation that there is not.
    """
    if target_labels < 0:
        raise OutOfRange(f"The number of target labels per class should be at least 0, but is {target_labels}.")
    built = find(scenario)
    pair = built.build(shift, settings or {}, seed)
    source = _domain(f"source of {scenario}", pair.source_train, seed)
    target = _domain(f"target of {scenario}", pair.target_train, seed)
    few = target if oracle else target.few(target_labels) if target_labels else None
    watched = _watched(built.card, augment)
    if watched:
        source, target = replace(source, view=watched[0]), replace(target, view=watched[1])
        few = few and replace(few, view=watched[2])
    task = Task(
        source=source,
        target=target.without_labels(),
        few=few or withheld("the labelled target (its budget is 0)"),
        classes=len(pair.classes),
        seed=seed,
        factors=built.card.factors,
        attributes=None if pair.attributes is None else torch.from_numpy(pair.attributes),
    )
    exam = Exam(
        _domain("source test", pair.source_test, seed),
        _domain("target test", pair.target_test, seed),
        _domain("source validation", pair.source_validation, seed) if pair.source_validation else None,
    )
    return Prepared(built.card.turned(settings or {}), pair, task.to(device), exam.to(device), few, watched)


def _watched(card: ScenarioCard, augment: str) -> tuple[Watched, ...]:
    """The views of source, target and labelled target; none where small images are shown as they are."""
    augmented = policy(augment or AS_THEY_ARE)
    if augmented is None and card.kind != "real":
        return ()
    view = None if augmented is None else augmented.view
    return tuple(Watched(name, view) for name in (card.source, card.target, f"{card.target}, labelled"))


def _domain(name: str, split: Split, seed: int) -> Domain:
    factors = None if split.factors is None else torch.from_numpy(split.factors)
    return Domain(name, _inputs(split), torch.from_numpy(split.labels), seed, factors)


def _inputs(split: Split) -> Inputs:
    """Arrays as they are; of images on disk, as many as memory has room for are read, and larger ones stay there."""
    if not isinstance(split.inputs, Images):
        return torch.from_numpy(split.inputs).contiguous()
    return torch.from_numpy(split.inputs.read()) if split.inputs.nbytes <= HELD else Mapped(split.inputs)
