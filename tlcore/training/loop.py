"""The loop: it walks a strategy and tells what happens, with no branch on any strategy."""

import random
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, nullcontext
from math import isfinite, isnan
from time import monotonic
from typing import Any

import numpy as np
import torch

from tlcore.data import Task, seed_of
from tlcore.errors import Diverged
from tlcore.strategies import Strategy, Values
from tlcore.training.bystander import untouched
from tlcore.training.evaluators import Evaluator
from tlcore.training.events import PHASE, Evaluated, Event, Finished, Measured, Observed, Rested
from tlcore.training.observers import Observer
from tlcore.training.rhythm import Looking, Rhythm

__all__ = ["Rhythm", "grades", "precision", "train"]


def train(
    strategy: Strategy[Any],
    task: Task,
    evaluators: Sequence[Evaluator] = (),
    observers: Sequence[Observer] = (),
    rhythm: Rhythm | None = None,
) -> Generator[Event, None, None]:
    """Walk `strategy` through `task`, from its beginning or from where its journal stands.

    Raises `Diverged` with the step at which a value stopped being a finite number, after that step was told as it is.
    """
    rhythm = rhythm or Rhythm()
    length, step = strategy.length(), strategy.journal.step
    if step == 0:
        _seed(task.seed, strategy.card.key)
    told_every, graded_every = rhythm.told_every(length), rhythm.graded_every(length)
    looking = Looking(strategy, observers, rhythm)

    def evaluated() -> Evaluated:
        began = monotonic()
        said = Evaluated(step, grades(strategy, evaluators, final=False))
        looking.graded(monotonic() - began)
        return said

    if step == 0:
        yield evaluated()
        yield from looking.at(0)
    walk, pending, rested, exactly = (
        strategy.walk(task),
        list[tuple[int, Values]](),
        monotonic(),
        precision(strategy),
    )
    phase = strategy.journal.now
    while True:
        with exactly:
            values = next(walk, None)
        if values is None:
            break
        if strategy.journal.now != phase:
            if phase:
                yield from _told(pending, told_every)
                pending.clear()
                yield Observed(step, PHASE, {"begins": strategy.journal.now, "ends": phase})
            phase = strategy.journal.now
        step += 1
        pending.append((step, _detached(values)))
        graded = step % graded_every == 0 and step < length
        if not (graded or rhythm.eager or monotonic() - rested >= rhythm.rest):
            continue
        yield from _told(pending, told_every)
        pending.clear()
        if graded:
            yield evaluated()
        if looking.due(step):
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
                yield Measured(step, told)
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
