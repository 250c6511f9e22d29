"""Small things that every strategy can be tried on: eight-by-eight images of three classes."""

from dataclasses import fields
from typing import Any

import torch

from tlcore.cards import Access, Factor
from tlcore.data import Domain, Task
from tlcore.networks import Network, build_network
from tlcore.strategies import STRATEGIES, Strategy
from tlcore.training.evaluators import Exam

CLASSES = 3
SHAPE = (1, 8, 8)
FACTORS = (Factor("environment", ("one", "other")), Factor("parity", ("even", "odd")))


def images(name: str, count: int, brightness: float, seed: int = 0) -> Domain:
    """Noisy bars whose position tells the class, of a brightness that tells the domain."""
    random = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % CLASSES
    inputs = 60 * torch.rand((count, *SHAPE), generator=random)
    for row, label in enumerate(labels):
        inputs[row, :, :, 2 * label : 2 * label + 2] += 150
    factors = torch.stack([torch.arange(count) // CLASSES % 2, labels % 2], dim=1)  # one bears on the label, one not
    return Domain(name, (brightness * inputs).to(torch.uint8), labels, seed, factors)


def small_task(seed: int = 0) -> Task:
    target = images("target", 45, 0.5, seed=1)
    return Task(
        images("source", 60, 1.0),
        target.without_labels(),
        target.few(3),
        CLASSES,
        seed,
        factors=FACTORS,
        attributes=torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
    )


def small_exam() -> Exam:
    return Exam(images("source test", 30, 1.0, seed=2), images("target test", 30, 0.5, seed=3))


def small_network(seed: int = 0) -> Network:
    return build_network("small-cnn-bn", CLASSES, seed=seed, input_shape=SHAPE)


def small(key: str, network_seed: int = 0, **settings: Any) -> Strategy[Any]:
    """A strategy with phases of a few steps."""
    kind = STRATEGIES[key]
    sizes = {
        "batch": 8,
        "hidden": 8,
        "way": 2,
        "shot": 1,
        "query": 2,
        "passes": 4,
        "refresh": 2,
        "updates": 2,
        "rounds": 2,
        "recount": 2,
        "samples": 20,
    }
    short = {each.name: 4 for each in fields(kind.HParams) if each.name.endswith("steps")}
    known = {each.name for each in fields(kind.HParams)}
    chosen = {name: value for name, value in {**short, **sizes, **settings}.items() if name in known}
    return kind(small_network(network_seed), kind.HParams.of(chosen))


LESS = {
    Access.LABELS: Access.IMAGES,
    Access.FEW: Access.IMAGES,
    Access.IMAGES: Access.NOTHING,
}


def without(task: Task, part: str, access: Access) -> Task:
    """The task with one part granted a degree less than `access`."""
    less = LESS[access]
    if part == "source":
        return task.granted(less, Access.LABELS)
    return task.granted(Access.LABELS, less)
