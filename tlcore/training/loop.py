"""The loop: it walks a strategy and tells what happens, with no branch on any strategy."""

import random
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from math import ceil, isfinite, isnan
from time import monotonic
from typing import Any

import numpy as np
import torch

from tlcore.data import Task, seed_of
from tlcore.errors import Diverged
from tlcore.strategies import Strategy, Values
from tlcore.training.bystander import untouched
from tlcore.training.evaluators import Evaluator
from tlcore.training.events import Evaluated, Event, Finished, Measured, Observed, Rested
from tlcore.training.observers import Observer


@dataclass
class Rhythm:
    """How often the loop speaks.

    What is measured and evaluated depends on the step alone, so that a resumed run tells the same
    curves. How often it rests, and how often observers look, goes by the clock: observing may take
    `share` of the time. Whoever reads the events may change `eager` while the run goes on.
    """

    curve_points: int = 1000  # a curve has about so many points
    evaluations: int = 40  # and so many evaluations on held-out images
    rest: float = 0.1  # seconds between two moments of rest, at least
    look: float = 0.25  # seconds between two looks of the observers, at least
    share: float = 0.04  # of the time may go into looking
    eager: bool = False  # rest after every single step
    look_now: bool = False  # look at the step at which it rests, and rest again: for who is about to pause


def train(
    strategy: Strategy[Any],
    task: Task,
    evaluators: Sequence[Evaluator] = (),
    observers: Sequence[Observer] = (),
    rhythm: Rhythm | None = None,
) -> Generator[Event, None, None]:
    """Walk `strategy` through `task`, from its beginning or from where its journal stands.

    Raises `Diverged` with the step at which a value stopped being a finite number.
    """
    rhythm = rhythm or Rhythm()
    length, step = strategy.length(), strategy.journal.step
    if step == 0:
        _seed(task.seed, strategy.card.key)
    told_every, graded_every = ceil(length / rhythm.curve_points), ceil(length / rhythm.evaluations)
    looking = _Looking(strategy, observers, rhythm)
    if step == 0:
        yield Evaluated(0, grades(strategy, evaluators, final=False))
        yield from looking.at(0)
    walk, pending, rested, exactly = (
        strategy.walk(task),
        list[tuple[int, Values]](),
        monotonic(),
        precision(strategy),
    )
    while True:
        with exactly:
            values = next(walk, None)
        if values is None:
            break
        step += 1
        pending.append((step, _detached(values)))
        graded = step % graded_every == 0 and step < length
        if not (graded or rhythm.eager or monotonic() - rested >= rhythm.rest):
            continue
        yield from _told(pending, told_every)
        pending.clear()
        if graded:
            yield Evaluated(step, grades(strategy, evaluators, final=False))
        if looking.due():
            yield from looking.at(step)
        yield Rested(step)
        if rhythm.look_now:
            rhythm.look_now = False
            yield from looking.at(step)
            yield Rested(step)
        rested = monotonic()
    yield from _told(pending, told_every)
    last = grades(strategy, evaluators, final=True)
    yield Evaluated(step, last)
    yield from looking.at(step)
    yield Finished(step, last)


class _Looking:
    """Lets the observers look whenever their share of the time allows."""

    def __init__(self, strategy: Strategy[Any], observers: Sequence[Observer], rhythm: Rhythm) -> None:
        self._strategy, self._observers, self._rhythm = strategy, observers, rhythm
        self._next, self._last = 0.0, -1

    def due(self) -> bool:
        return bool(self._observers) and monotonic() >= self._next

    def at(self, step: int) -> Generator[Observed, None, None]:
        if step == self._last:
            return
        began = monotonic()
        with untouched(self._strategy):
            seen = [observed for observer in self._observers for observed in observer.observe(self._strategy, step)]
        ended = monotonic()
        # The first look is no measure of the others: it loads what they all need.
        cost = (ended - began) * (1 / self._rhythm.share - 1) if self._last >= 0 else 0.0
        self._next, self._last = ended + max(self._rhythm.look, cost), step
        yield from seen


def grades(strategy: Strategy[Any], evaluators: Sequence[Evaluator], *, final: bool) -> dict[str, float]:
    """What all evaluators say now, by name; the strategy stays as it is."""
    with untouched(strategy), precision(strategy):
        return {
            name: value for evaluator in evaluators for name, value in evaluator.evaluate(strategy, final=final).items()
        }


def _told(pending: Sequence[tuple[int, Values]], every: int) -> Generator[Measured, None, None]:
    """Pending values as events, read from the device in one go; one step in `every` is told."""
    if not pending:
        return
    numbers = torch.stack([value for _, values in pending for value in values.values()]).tolist()
    position = 0
    for step, values in pending:
        told = dict(zip(values, numbers[position : position + len(values)], strict=True))
        position += len(values)
        for name, value in told.items():
            if not isfinite(value):
                raise Diverged(
                    f"The loss '{name}' became {'not-a-number' if isnan(value) else 'infinite'} at step {step}. "
                    "The learning rate, or a loss weight, is probably too high: try a tenth of it.",
                    step,
                )
        if step % every == 0 or step == 1:
            yield Measured(step, told)


def _detached(values: Values) -> Values:
    return {name: value.detach().float().reshape(()) for name, value in values.items()}


def precision(strategy: Strategy[Any]) -> AbstractContextManager[object]:
    """bfloat16 where the device is made for it: on a CPU without bfloat16 units it is ten times slower."""
    device = next(strategy.network.parameters()).device
    if device.type != "cuda":
        return nullcontext()
    return torch.autocast("cuda", dtype=torch.bfloat16, enabled=torch.cuda.is_bf16_supported())


def _seed(seed: int, key: str) -> None:
    number = seed_of("training", key, seed)
    torch.manual_seed(number)
    random.seed(number)
    np.random.seed(number % 2**32)
