"""Evaluators hold the answers, out of every strategy's reach."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.data import Domain
from tlcore.strategies import Strategy


class Evaluator(Protocol):
    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        """Numbers by name; called in evaluation mode, without gradients."""
        ...


@dataclass(frozen=True)
class Exam:
    """Held-out test images of both domains, with their labels."""

    source: Domain
    target: Domain

    def to(self, device: torch.device | str) -> "Exam":
        return Exam(self.source.to(device), self.target.to(device))


@dataclass(frozen=True)
class Accuracy:
    """`source_accuracy`, `target_accuracy` in [0, 1] and the mean cross-entropies, in nats.

    While training goes on, at most `quick` test images of each domain are asked, always the same
    ones; the final evaluation asks all of them.
    """

    exam: Exam
    quick: int = 1000

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        return {
            f"{name}_{measure}": value
            for name, domain in (("source", self.exam.source), ("target", self.exam.target))
            for measure, value in _graded(strategy, domain if final else _first(domain, self.quick)).items()
        }


def _graded(strategy: Strategy[Any], domain: Domain) -> dict[str, float]:
    _, labels = domain.labelled()
    logits = torch.cat([strategy.predict(inputs) for inputs in domain.once(500)]).float()  # (N, classes)
    right: Tensor = (logits.argmax(1) == labels).float().mean()
    return {"accuracy": float(right), "loss": float(F.cross_entropy(logits, labels))}


def _first(domain: Domain, count: int) -> Domain:
    # Test rows come shuffled, so the first ones are a fair sample.
    inputs, labels = domain.labelled()
    return replace(domain, inputs=inputs[:count], labels=labels[:count])
