"""MDD: a rival agrees with the classifier on the source and contradicts it on the target, by a margin."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp

import torch
import torch.nn.functional as F
from torch import nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both, numbered
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.adversarial import margin_disparity, reverse_gradient
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class MDDHParams(Training):
    margin: float = hparam(
        4.0, "How much more agreeing on the source counts for the rival (γ).", low=1.0, high=100.0, log=True
    )
    strength: float = hparam(1.0, "Weight λ of the reversed gradient at the end of its warm-up.", low=0.0, high=10.0)
    warm_up: float = hparam(10.0, "How fast λ rises from 0.", low=0.0, high=100.0)
    hidden: int = hparam(100, "Width of the rival's hidden layer.", low=2, high=4096, log=True)


class MDD(Strategy[MDDHParams]):
    card = Card(
        key="mdd",
        title="MDD",
        family=Family.ADVERSARIAL,
        idea="A rival agrees with the classifier on the source and contradicts it on the target; the features stop it.",
        source="Zhang et al., ICML 2019, arXiv:1904.05801, eq. 29 and 30",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images.",
            "disparity": "What the rival minimises: γ × its disagreement on the source, and its agreement on the "
            "target; low when it does both, and the features have lost.",
        },
        use="When there are many classes, and an opponent should care about decisions rather than about domains.",
        avoid="When the first predictions on the target are mostly wrong: they are what the rival contradicts.",
        assumes="One classifier is good on both domains.",
        cost="2 × plain training, and a second classifier",
        trains={"adapt": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "source > backbone > reversal > rival, agrees",
            "target > backbone > reversal > rival, contradicts",
        ),
        promise=Promise("moons", over="source-only", points=8, seeds=5),
    )
    HParams = MDDHParams

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        rival = nn.Sequential(
            nn.Linear(self.network.dim, hparams.hidden), nn.ReLU(), nn.Linear(hparams.hidden, self.network.classes)
        ).to(task.source.device)
        descend = Descent({self.network: hparams.lr, rival: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for k, ((images, labels), target_images) in self.phase(
            "adapt", hparams.steps, numbered(streams), keep=[descend, rival]
        ):
            progress = k / hparams.steps
            strength = hparams.strength * (2 / (1 + exp(-hparams.warm_up * progress)) - 1)
            features = torch.cat([backbone(images), backbone(target_images)])  # (2B, D)
            source, target = head(features).split(hparams.batch)  # (B, C) each
            classification = F.cross_entropy(source, labels)
            rival_source, rival_target = rival(reverse_gradient(features, strength)).split(hparams.batch)
            disparity = margin_disparity(source, rival_source, target, rival_target, hparams.margin)
            descend(classification + disparity)
            yield {"classification": classification, "disparity": disparity}
