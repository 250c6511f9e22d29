"""A trial: three steps of every phase of a strategy, on made-up images, to see what a run will take.

Nothing is learnt from it and nothing is read from a disk, so that it can be had before the data is there. A
stream can be asked for any step: the first one warms up, and those in the middle and at the end are measured,
where whatever a strategy thaws or raises on its way is there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from tlcore import catalogue
from tlcore.augment import NONE, policy
from tlcore.cards import Factor
from tlcore.data import Domain, Inputs, Mapped, Stream, Task, portion
from tlcore.networks import build_network
from tlcore.phases import Journal, Keepable
from tlcore.runs.memory import Watermark
from tlcore.runs.spec import RunSpec
from tlcore.strategies import Strategy, find
from tlcore.training.loop import precision

STEPS = 3  # of each phase, at least; more of what is quick
PATIENCE = 20.0  # seconds, after which further phases are taken to be as slow as those before
_ENOUGH = 0.2  # seconds of a phase, after which three steps are told apart from what disturbs them
_ROWS = 64  # made-up images of a domain, at least
_MANY = 512  # … and at the most, unless the batch is larger
_PORTION = 500  # images that the exam asks about at a time, at the most
_EACH = 6  # of a class, or as many as an episode wants
_ATTRIBUTES = 16

T = TypeVar("T")


@dataclass(frozen=True)
class Tried:
    """What a trial took."""

    batch: int
    length: int  # steps of the whole run
    step_seconds: float  # a step, in the mean over all phases by their length
    memory: int  # bytes, at the highest


@dataclass(frozen=True)
class Asked:
    """What the exam takes."""

    image_seconds: float
    memory: int  # bytes, at the highest


def tried(spec: RunSpec, shape: Sequence[int], batch: int, mark: Watermark) -> Tried:
    """Try a completed spec with inputs of a shape and another batch, on the device whose memory is watched.

    Raises what a run would raise.
    """
    mark.lower()
    strategy = _built(spec, shape, batch, mark.device)
    strategy.journal = samples = _Samples(mark.device)
    task = _made_up(spec, shape, batch, strategy.card.oracle).to(mark.device)
    torch.manual_seed(0)
    with precision(strategy):
        for _ in strategy.walk(task):
            pass
    return Tried(batch, samples.length, samples.seconds / max(1, samples.length), mark.height())


def asked(spec: RunSpec, shape: Sequence[int], mark: Watermark) -> Asked:
    """Let the network answer as many images of an exam as it is asked about at a time."""
    mark.lower()
    network = _built(spec, shape, 2, mark.device).network.eval()
    images = _images(_PORTION, shape).to(mark.device)
    images = images[: portion(images, _PORTION)]
    with torch.no_grad():
        network(images)  # the first time warms up: what suits this many images is worked out once
        began = _now(mark.device)
        network(images)
        return Asked((_now(mark.device) - began) / len(images), mark.height())


def _built(spec: RunSpec, shape: Sequence[int], batch: int, device: torch.device) -> Strategy[Any]:
    kind = find(spec.strategy)
    classes = len(catalogue.scenario(spec.scenario)["classes"])
    network = build_network(spec.backbone, classes, input_shape=tuple(shape), weights="none").to(device)
    return kind(network, kind.HParams.of({**spec.hparams, "batch": batch}))


class _Samples(Journal):
    """Gives a few items of every phase, and takes the time of what is done with them."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self._device = device
        self._began = perf_counter()
        self._taken: list[tuple[int, float | None]] = []  # length and seconds of a step, None where there was no time

    def phase(
        self, name: str, length: int, stream: Stream[T], keep: Sequence[Keepable], until: Callable[[], bool]
    ) -> Iterator[T]:
        taken: list[float] = []
        for k in _places(length) if not self._late else ():
            if len(taken) >= STEPS and sum(taken) > _ENOUGH:
                break
            began = _now(self._device)
            yield stream.at(k)
            taken.append(_now(self._device) - began)
        self._taken.append((length, median(taken[1:] or taken) if taken else None))

    @property
    def length(self) -> int:
        return sum(length for length, _ in self._taken)

    @property
    def seconds(self) -> float:
        """Of all steps of all phases."""
        known = [(length, seconds) for length, seconds in self._taken if seconds is not None]
        usual = sum(seconds for _, seconds in known) / max(1, len(known))
        return sum(length * (usual if seconds is None else seconds) for length, seconds in self._taken)

    @property
    def _late(self) -> bool:
        return perf_counter() - self._began > PATIENCE


def _places(length: int) -> list[int]:
    """The first item, the one in the middle, the last, and then those between."""
    shares = (0, 1 / 2, 1, 1 / 4, 3 / 4, 1 / 8, 7 / 8, 3 / 8, 5 / 8)
    return list(dict.fromkeys(round(share * (length - 1)) for share in shares)) if length else []


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return perf_counter()


class _Noise:
    """Images of noise, made when they are asked for, so that they take no memory."""

    def __init__(self, count: int, shape: Sequence[int]) -> None:
        channels, high, wide = map(int, shape)
        self.shape = (count, channels, high, wide)
        self._drawn = np.random.default_rng(0).integers(0, 256, (8, *self.shape[1:]), dtype=np.uint8)

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        some: NDArray[np.uint8] = self._drawn[np.arange(self.shape[0])[rows] % len(self._drawn)]
        return some


def _images(count: int, shape: Sequence[int]) -> Inputs:
    """Made-up inputs; points are few bytes, and images take none."""
    return torch.zeros(count, *shape) if len(shape) == 1 else Mapped(_Noise(count, shape))


def _made_up(spec: RunSpec, shape: Sequence[int], batch: int, oracle: bool) -> Task:
    """A task of noise with as many classes, questions and attributes as the scenario has."""
    card = catalogue.scenario(spec.scenario)
    classes = len(card["classes"])
    each = max(_EACH, sum(int(spec.hparams.get(name, 0)) for name in ("shot", "query")))
    rows = max(_ROWS, 2 * batch, min(_MANY, classes * each))
    random = torch.Generator().manual_seed(0)
    labels = torch.arange(rows) % min(classes, max(2, rows // each))
    factors = tuple(Factor(one["name"], tuple(one["values"])) for one in card["factors"])
    answers = [torch.randint(len(factor.values), (rows,), generator=random) for factor in factors]
    views = policy(spec.augment or NONE)
    view = None if views is None else views.view
    inputs = _images(rows, shape)
    source, target = (
        Domain(name, inputs, labels, 0, torch.stack(answers, 1) if answers else None, view)
        for name in ("made-up source", "made-up target")
    )
    return Task(
        source=source,
        target=target.without_labels(),
        few=target if oracle else target.few(max(1, spec.target_labels or 1)),
        classes=classes,
        factors=factors,
        attributes=torch.rand(classes, _ATTRIBUTES, generator=random) if "attributes" in card["offers"] else None,
    )
