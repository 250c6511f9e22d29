"""Domain confusion: a discriminator learns to tell the domains apart; the features learn to make it say "either"."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.adversarial import domain_adversarial, domain_confusion
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class DomainConfusionHParams(Training):
    confuse: float = hparam(
        1.0, "Weight λ of the confusion; the paper's 0.01 is for a pre-trained AlexNet.", low=0.0, high=100.0
    )
    hidden: int = hparam(100, "Width of the discriminator's hidden layer.", low=2, high=4096, log=True)


class DomainConfusion(Strategy[DomainConfusionHParams]):
    card = Card(
        key="domain-confusion",
        title="Domain confusion",
        family=Family.ADVERSARIAL,
        idea="A discriminator learns to tell the domains apart; the features learn to make it say fifty-fifty.",
        source="Tzeng et al., ICCV 2015, arXiv:1510.02192, eq. 3 to 5 (without the soft labels of eq. 7)",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images.",
            "domain": "Cross-entropy of the discriminator; ln 2 = 0.693 means that it cannot tell the domains apart.",
            "confusion": "Cross-entropy of its verdicts against fifty-fifty; ln 2 is the least there is.",
        },
        use="Where reversed gradients make features jump to the wrong side of the discriminator.",
        avoid="When class proportions differ: equal clouds would then have to mix classes.",
        assumes="Some features serve the classes in both domains.",
        cost="2 × plain training, and a small discriminator",
        trains={"adapt": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "source + target > backbone* > discriminator",
            "source + target > backbone > discriminator* > fifty-fifty",
        ),
        promise=Promise("moons", over="source-only", points=15, seeds=5),
    )
    HParams = DomainConfusionHParams

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        discriminator = nn.Sequential(
            nn.Linear(self.network.dim, hparams.hidden), nn.ReLU(), nn.Linear(hparams.hidden, 1)
        ).to(task.source.device)
        judge = Descent({discriminator: hparams.lr}, hparams.steps)
        learn = Descent({self.network: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for (images, labels), target_images in self.phase(
            "adapt", hparams.steps, streams, keep=[judge, learn, discriminator]
        ):
            source, target = backbone(images), backbone(target_images)  # (B, D) each
            domain = domain_adversarial(discriminator(source.detach()), discriminator(target.detach()))
            judge(domain)
            classification = F.cross_entropy(head(source), labels)
            confusion = domain_confusion(discriminator(torch.cat([source, target])))
            learn(classification + hparams.confuse * confusion)
            yield {"classification": classification, "domain": domain, "confusion": confusion}
