"""ADDA: learn the source; then teach a second encoder to make target features pass for source features."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses import domain_adversarial
from tlcore.strategies.base import Strategy, Training, Values, supervised


@dataclass(frozen=True)
class ADDAHParams(Training):
    steps: int = hparam(500, "Steps of the adversarial phase.", low=1, high=1_000_000, log=True)
    lr: float = hparam(
        2e-4, "Learning rate of the target encoder and the discriminator.", low=1e-6, high=10.0, log=True
    )
    source_steps: int = hparam(500, "Steps on the source, first.", low=1, high=1_000_000, log=True)
    source_lr: float = hparam(0.001, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)
    hidden: int = hparam(500, "Width of the discriminator's two hidden layers.", low=2, high=4096, log=True)


class ADDA(Strategy[ADDAHParams]):
    card = Card(
        key="adda",
        title="ADDA",
        family=Family.ADVERSARIAL,
        idea="Learn the source; then train a second encoder until its target features pass for source features.",
        source="Tzeng et al., CVPR 2017, arXiv:1702.05464, eq. 9",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images, while learning the source.",
            "domain": "Cross-entropy of the discriminator, fixed source against moving target features; ln 2: fooled.",
            "disguise": "Cross-entropy of target features against the label 'source'; high while they are found out.",
        },
        use="When source and target need different encoders, as two kinds of camera do.",
        avoid="When the source model is poor: nothing ties the classes together in the second phase.",
        assumes="The source classifier is right on any feature that a source image could have had.",
        cost="2 × plain training, one phase after the other",
        trains={"learn the source": ("backbone", "head"), "imitate": ("backbone",)},
        flow=(
            "source > backbone > head > cross-entropy",
            "source > backbone* > discriminator",
            "target > target backbone > discriminator, labels swapped",
        ),
        promise=Promise("handwritten-to-low-contrast", over="source-only", points=50),
    )
    HParams = ADDAHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        hparams = self.hparams
        yield from supervised(
            self,
            task.source,
            name="learn the source",
            steps=hparams.source_steps,
            rates={self.network: hparams.source_lr},
        )
        # From here on the network's own backbone is the target encoder; a frozen copy stays with the source.
        target_encoder, source_encoder = self.network.backbone, deepcopy(self.network.backbone).eval()
        discriminator = nn.Sequential(
            nn.Linear(self.network.dim, hparams.hidden),
            nn.ReLU(),
            nn.Linear(hparams.hidden, hparams.hidden),
            nn.ReLU(),
            nn.Linear(hparams.hidden, 1),
        ).to(task.source.device)
        judge = Descent({discriminator: hparams.lr}, hparams.steps, betas=(0.5, 0.9))
        imitate = Descent({target_encoder: hparams.lr}, hparams.steps, betas=(0.5, 0.9))
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for (images, _), target_images in self.phase(
            "imitate", hparams.steps, streams, keep=[judge, imitate, discriminator]
        ):
            with torch.no_grad():
                source = source_encoder(images)  # (B, D)
            target = target_encoder(target_images)  # (B, D)
            domain = domain_adversarial(discriminator(source), discriminator(target.detach()))
            judge(domain)
            is_source = discriminator(target)  # (B, 1)
            disguise = F.binary_cross_entropy_with_logits(is_source, torch.ones_like(is_source))
            imitate(disguise)
            yield {"domain": domain, "disguise": disguise}
