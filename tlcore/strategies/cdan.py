"""CDAN: the discriminator sees the features together with what the classifier makes of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both, numbered
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.adversarial import (
    domain_adversarial,
    entropy_weights,
    multilinear,
    randomised_multilinear,
    reverse_gradient,
)
from tlcore.strategies.base import Strategy, Training, Values

WIDEST = 4096  # a product of more numbers than this is replaced by a random map of it
RANDOMISED = 1024  # numbers


@dataclass(frozen=True)
class CDANHParams(Training):
    strength: float = hparam(1.0, "Weight λ of the reversed gradient at the end of its warm-up.", low=0.0, high=10.0)
    warm_up: float = hparam(10.0, "How fast λ rises from 0.", low=0.0, high=100.0)
    entropy: bool = hparam(True, "Let sure predictions count more for the discriminator (CDAN+E).")
    hidden: int = hparam(100, "Width of the discriminator's two hidden layers.", low=2, high=4096, log=True)


class CDAN(Strategy[CDANHParams]):
    card = Card(
        key="cdan",
        title="CDAN",
        family=Family.ADVERSARIAL,
        idea="The discriminator sees features times predictions, so that class is matched with class.",
        source="Long et al., NeurIPS 2018, arXiv:1705.10667, eq. 3, 6, 7 and 9",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images.",
            "domain": "Cross-entropy of the discriminator; ln 2 = 0.693 means that it cannot tell the domains apart.",
        },
        use="When there are several classes, and DANN matches those of one domain with others of the other.",
        avoid="When the first predictions on the target are mostly wrong: they decide what is matched.",
        assumes="The source classifier is right about a good part of the target from the beginning.",
        cost="2 × plain training, and a discriminator as wide as features × classes",
        trains={"adapt": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "source + target > backbone > × predictions > reversal > discriminator",
        ),
        promise=Promise("moons", over="source-only", points=6, seeds=5),
    )
    HParams = CDANHParams

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        conditioned, width = self._conditioning(task.source.device)
        discriminator = nn.Sequential(
            nn.Linear(width, hparams.hidden), nn.ReLU(),
            nn.Linear(hparams.hidden, hparams.hidden), nn.ReLU(),
            nn.Linear(hparams.hidden, 1),
        ).to(task.source.device)  # fmt: skip
        descend = Descent({self.network: hparams.lr, discriminator: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for k, ((images, labels), target_images) in self.phase(
            "adapt", hparams.steps, numbered(streams), keep=[descend, discriminator]
        ):
            progress = k / hparams.steps
            strength = hparams.strength * (2 / (1 + exp(-hparams.warm_up * progress)) - 1)
            features = torch.cat([backbone(images), backbone(target_images)])  # (2B, D)
            logits = head(features)  # (2B, C)
            source, target = logits.split(hparams.batch)  # (B, C) each
            classification = F.cross_entropy(source, labels)
            # Predictions condition the discriminator, and learn nothing from it, as in the authors' code.
            joint = conditioned(features, logits.detach().softmax(1))  # (2B, width)
            is_source, is_target = discriminator(reverse_gradient(joint, strength)).split(hparams.batch)
            weights = [entropy_weights(each) for each in (source, target)] if hparams.entropy else []
            domain = domain_adversarial(is_source, is_target, *weights)
            descend(classification + domain)
            yield {"classification": classification, "domain": domain}

    def _conditioning(self, device: torch.device) -> tuple[Callable[[Tensor, Tensor], Tensor], int]:
        """The map of features and predictions that the discriminator sees, and its width."""
        dim, classes = self.network.dim, self.network.classes
        if dim * classes <= WIDEST:
            return multilinear, dim * classes
        # Drawn between two phases: a resumed run draws the same.
        of_features = torch.randn(dim, RANDOMISED).to(device)
        of_classes = torch.randn(classes, RANDOMISED).to(device)
        return lambda features, predictions: randomised_multilinear(
            features, predictions, of_features, of_classes
        ), RANDOMISED
