"""Validators while training goes on: what there is to choose a checkpoint by when nobody has target labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore import validators
from tlcore.data import Domain
from tlcore.strategies import Strategy

QUICK: Mapping[str, str] = {  # by key: what it is, in a sentence
    "source_validation": "Accuracy on held-out source images: what one would look at without knowing of the target.",
    "certainty": "How sure the network is of its answers on target images, as −H(p) in nats.",
    "information": "How sure and how various its answers on target images are, as H(p̄) − H(p) in nats.",
    "nuclear_norm": "How sure and how various its answers on target images are, as a nuclear norm.",
    "density": "How many near neighbours a target image has among the answers, as an entropy in nats.",
}
THOROUGH: Mapping[str, str] = {
    **QUICK,
    "deep_embedded": "The loss on held-out source images that look like the target, negated, in nats.",
    "reverse": "Accuracy on source images of a classifier that learned the target's predicted classes.",
}
PREFIX = "validator_"  # before the name of a measure


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
        said = {
            "source_validation": float((known.argmax(1) == labels).float().mean()),
            "certainty": validators.certainty(asked),
            "information": validators.information(asked),
            "nuclear_norm": validators.nuclear_norm(asked),
            "density": validators.neighbourhood_density(asked),
        }
        if self.thorough:
            here, there = (_seen(strategy, domain) for domain in (near, far))  # (N, D) each
            half = len(here) // 2  # one half teaches the judge of domains, the other is weighed by it
            losses = F.nll_loss(known.clamp_min(1e-12).log(), labels, reduction="none").numpy()
            weights = validators.density_ratio(here[:half], there, here[half:])
            said["deep_embedded"] = validators.deep_embedded(weights, losses[half:]).value
            said["reverse"] = validators.reverse(there, asked, here, labels)
        return {PREFIX + name: value for name, value in said.items()}


def _predicted(strategy: Strategy[Any], domain: Domain) -> Tensor:
    return torch.cat([F.softmax(strategy.predict(batch).float(), dim=1) for batch in domain.once(500)]).cpu()


def _seen(strategy: Strategy[Any], domain: Domain) -> Tensor:
    return torch.cat([strategy.embed(batch).float().flatten(1) for batch in domain.once(500)]).cpu()
