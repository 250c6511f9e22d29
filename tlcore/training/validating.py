"""Validators while training goes on: what there is to choose a checkpoint by when nobody has target labels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore import validators
from tlcore.data import AT_ONCE, Domain
from tlcore.picking import NONE, PREFIX, QUICK, THOROUGH
from tlcore.strategies import Strategy

__all__ = ["NO_PICKING", "PREFIX", "QUICK", "THOROUGH", "Picking", "Validators"]

Values = Mapping[str, float]


@dataclass(frozen=True)
class Validators:
    """`validator_…` for each of `QUICK`, and with `thorough` for each of `THOROUGH`; larger is better.

    They look at `rows` held-out source images with labels and at as many target images of the training part,
    whose labels are absent. At the end and in between they see the same images.
    """

    source: Domain
    target: Domain  # without labels
    thorough: bool = False
    rows: int = 300

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        near, far = self.source.at(slice(self.rows)), self.target.at(slice(self.rows)).without_labels()
        labels = near.answers().cpu()
        known, asked = (_predicted(strategy, domain) for domain in (near, far))  # (N, C) each
        said = {name: _quick(name, known, labels, asked) for name in QUICK}
        if self.thorough:
            here, there = (_seen(strategy, domain) for domain in (near, far))  # (N, D) each
            half = len(here) // 2  # one half teaches the judge of domains, the other is weighed by it
            losses = F.nll_loss(known.clamp_min(1e-12).log(), labels, reduction="none").numpy()
            weights = validators.density_ratio(here[:half], there, here[half:])
            said["deep_embedded"] = validators.deep_embedded(weights, losses[half:]).value
            said["reverse"] = validators.reverse(there, asked, here, labels)
        return {PREFIX + name: value for name, value in said.items()}


@dataclass(frozen=True)
class Picking:
    """The one validator by which a run keeps a checkpoint: `validator_…`, from what an exam has answered anyway.

    Source and target are held-out images; of the target's, no label comes here. One of `QUICK` takes no further pass
    through the network, one that looks at features takes one more.
    """

    name: str = NONE

    def told(self, strategy: Strategy[Any], source: Domain, known: Tensor, target: Domain, asked: Tensor) -> Values:
        """Logits (N, C) of source images that have labels, and of target images whose labels are left out here."""
        if self.name == NONE:
            return {}
        if self.name not in QUICK:
            every = Validators(source, target.without_labels(), thorough=True).evaluate(strategy, final=False)
            return {PREFIX + self.name: every[PREFIX + self.name]}
        near, far = (F.softmax(logits, dim=1).cpu() for logits in (known, asked))
        return {PREFIX + self.name: _quick(self.name, near, source.answers().cpu(), far)}


NO_PICKING = Picking()


def _quick(name: str, known: Tensor, labels: Tensor, asked: Tensor) -> float:
    """Predictions (N, C) of source images with labels (N,), and (M, C) of target images."""
    if name == "source_validation":
        return float((known.argmax(1) == labels).float().mean())
    return _OF_PREDICTIONS[name](asked)


_OF_PREDICTIONS: Mapping[str, Callable[[Tensor], float]] = {
    "certainty": validators.certainty,
    "information": validators.information,
    "nuclear_norm": validators.nuclear_norm,
    "density": validators.neighbourhood_density,
}


def _predicted(strategy: Strategy[Any], domain: Domain) -> Tensor:
    return torch.cat([F.softmax(strategy.predict(batch).float(), dim=1) for batch in domain.once(AT_ONCE)]).cpu()


def _seen(strategy: Strategy[Any], domain: Domain) -> Tensor:
    return torch.cat([strategy.embed(batch).float().flatten(1) for batch in domain.once(AT_ONCE)]).cpu()
