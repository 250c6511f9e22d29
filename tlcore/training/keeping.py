"""Keeping: the network as it was at the evaluation that a validator without target labels likes best.

Evaluations depend on the step alone, and so does what is kept: a run that was killed and went on keeps the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import torch
from torch import Tensor, nn

from tlcore.picking import KEPT, NONE, PREFIX, STEP
from tlcore.strategies import Strategy
from tlcore.training.evaluators import Evaluator
from tlcore.training.events import Evaluated, Event, Finished
from tlcore.training.loop import grades

TOLD = ("source_accuracy", "target_accuracy", "target_items", "harmonic_mean")  # of what is kept, at the end


@dataclass(frozen=True)
class Kept:
    """A strategy's network, and the other modules that it answers with, after a step."""

    step: int
    score: float  # what the validator said
    weights: Mapping[str, Tensor]  # on the CPU; the network's by their own names
    absent: Sequence[str] = ()  # what the strategy had not built yet at that step

    def fits(self, strategy: Strategy[Any], now: Mapping[str, Tensor] | None = None) -> bool:
        """Whether the strategy still answers with the same modules: adapters, twins or heads may have come since.

        `now` are its `weights`, for who has them.
        """
        return form(self.weights, self.absent) == form(weights(strategy) if now is None else now, absent(strategy))


class Keeper:
    """Listens to the events of a run, and copies its network whenever the validator finds none better.

    Of equals the latest is kept, which was trained for longer. A network before its first step is no candidate, and
    none is any more once the strategy answers with other modules than it did.
    """

    def __init__(self, strategy: Strategy[Any], validator: str, best: Kept | None = None) -> None:
        self._strategy, self._validator, self._best = strategy, validator, best

    @property
    def best(self) -> Kept | None:
        """What is kept so far."""
        if self._best is not None and not self._best.fits(self._strategy):
            self._best = None
        return self._best

    def watch(self, events: Iterable[Event], evaluators: Sequence[Evaluator]) -> Iterator[Event]:
        """The same events; evaluations tell `kept_step` as well, and the end how good the kept network is."""
        for event in events:
            match event:
                case Evaluated(step, values):
                    self._look(step, values)
                    yield replace(event, values={**values, **self._step()})
                case Finished(step, values):
                    yield replace(event, values={**values, **self._step(), **self._graded(step, values, evaluators)})
                case _:
                    yield event

    def _look(self, step: int, values: Mapping[str, float]) -> None:
        score = values.get(PREFIX + self._validator)
        if self._validator == NONE or step == 0 or score is None or not isfinite(score):
            return
        now = weights(self._strategy)
        if self._best is None or score >= self._best.score or not self._best.fits(self._strategy, now):
            self._best = Kept(step, score, copied(self._strategy, now), absent(self._strategy))

    def _step(self) -> dict[str, float]:
        return {} if self._best is None else {STEP: float(self._best.step)}

    def _graded(self, step: int, last: Mapping[str, float], evaluators: Sequence[Evaluator]) -> dict[str, float]:
        """The final evaluation of what is kept; afterwards the network is as it was."""
        best = self.best
        if best is None:
            return {}
        if best.step != step:
            now = {name: value.detach().clone() for name, value in weights(self._strategy).items()}
            put(self._strategy, best.weights)
            try:
                last = grades(self._strategy, evaluators, final=True)
            finally:
                put(self._strategy, now)
        return {KEPT + name: last[name] for name in TOLD if name in last}


def weights(strategy: Strategy[Any]) -> dict[str, Tensor]:
    """Every tensor of a strategy's modules, as they are; those of other modules than its network by a longer name."""
    found = dict[str, Tensor]()
    for name, module in _modules(strategy):
        state: Mapping[str, Any] = module.state_dict()
        found |= {_prefix(name) + key: value for key, value in state.items() if isinstance(value, Tensor)}
    return found


def copied(strategy: Strategy[Any], now: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
    """The same on the CPU, each in memory of its own and in one piece, as files want it; `now` are its `weights`."""
    return {
        name: value.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)
        for name, value in (weights(strategy) if now is None else now).items()
    }


def put(strategy: Strategy[Any], values: Mapping[str, Tensor]) -> None:
    """Give a strategy's modules the tensors that `weights` told. Raises `RuntimeError` where they do not fit."""
    for name, module in _modules(strategy):
        module.load_state_dict({key: values[_prefix(name) + key] for key in module.state_dict()})


def absent(strategy: Strategy[Any]) -> tuple[str, ...]:
    return tuple(sorted(name for name, value in vars(strategy).items() if value is None))


def form(values: Mapping[str, Tensor], missing: Sequence[str]) -> tuple[Any, ...]:
    """What two networks have in common if one can take the other's place."""
    return {name: value.shape for name, value in values.items()}, sorted(missing)


def _modules(strategy: Strategy[Any]) -> list[tuple[str, nn.Module]]:
    return [(name, value) for name, value in vars(strategy).items() if isinstance(value, nn.Module)]


def _prefix(name: str) -> str:
    return "" if name == "network" else f"strategy.{name}."
