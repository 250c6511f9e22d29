"""DANN: a discriminator learns to tell the domains apart, and the features learn to stop it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp

import torch
import torch.nn.functional as F
from torch import nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both, numbered
from tlcore.descent import Descent, annealed, constant
from tlcore.hparams import hparam
from tlcore.losses import domain_adversarial, reverse_gradient
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class DANNHParams(Training):
    strength: float = hparam(0.3, "Weight λ of the reversed gradient at the end of its warm-up.", low=0.0, high=10.0)
    warm_up: float = hparam(10.0, "How fast λ rises from 0 (γ in the paper).", low=0.0, high=100.0)
    anneal: bool = hparam(False, "Let the learning rate fall as (1 + 10 p)^-0.75, as the paper does.")
    hidden: int = hparam(100, "Width of the discriminator's hidden layer.", low=2, high=4096, log=True)


class DANN(Strategy[DANNHParams]):
    card = Card(
        key="dann",
        title="DANN",
        family=Family.ADVERSARIAL,
        idea="A discriminator learns to tell the domains apart; the features learn to fool it.",
        source="Ganin et al., JMLR 17(59), 2016, arXiv:1505.07818, eq. 9 and section 5.2.2",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images.",
            "domain": "Cross-entropy of the discriminator; ln 2 = 0.693 means that it cannot tell the domains apart, "
            "and near 0 that the features have lost.",
        },
        use="When the domains differ in ways that no simple statistic catches.",
        avoid="When runs must be steady from seed to seed, or class proportions differ.",
        assumes="Some features serve the classes in both domains.",
        cost="2 × plain training, and a small discriminator",
        trains={"adapt": ("backbone", "head")},
        flow=("source > backbone > head > cross-entropy", "source + target > backbone > reversal > discriminator"),
        promise=Promise("moons", over="source-only", points=12, seeds=5, shift=35),
    )
    HParams = DANNHParams

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        discriminator = nn.Sequential(
            nn.Linear(self.network.dim, hparams.hidden), nn.ReLU(), nn.Linear(hparams.hidden, 1)
        ).to(task.source.device)
        schedule = annealed if hparams.anneal else constant
        descend = Descent({self.network: hparams.lr, discriminator: hparams.lr}, hparams.steps, schedule=schedule)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for k, ((images, labels), target_images) in self.phase(
            "adapt", hparams.steps, numbered(streams), keep=[descend, discriminator]
        ):
            progress = k / hparams.steps
            strength = hparams.strength * (2 / (1 + exp(-hparams.warm_up * progress)) - 1)
            features = backbone(torch.cat([images, target_images]))  # (2B, D)
            source, _ = features.split(hparams.batch)  # (B, D)
            classification = F.cross_entropy(head(source), labels)
            is_source, is_target = discriminator(reverse_gradient(features, strength)).split(hparams.batch)
            domain = domain_adversarial(is_source, is_target)
            descend(classification + domain)
            yield {"classification": classification, "domain": domain}
