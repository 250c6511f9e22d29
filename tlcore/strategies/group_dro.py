"""Group DRO: serve the group of images that fares worst."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.invariance import environment_risks, towards_the_worst
from tlcore.phases import Notes
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class GroupDROHParams(Training):
    rate: float = hparam(0.01, "How fast the worst group gains weight (η in the paper).", low=0.0, high=10.0, log=True)
    decay: float = hparam(0.01, "Weight decay; without any, all groups are learnt by heart.", low=0.0, high=10.0)


class GroupDRO(Strategy[GroupDROHParams]):
    card = Card(
        key="group-dro",
        title="Group DRO",
        family=Family.BIAS,
        idea="Whatever the majority gains from a misleading cue, learn from the group of images that it fails.",
        source="Sagawa et al., ICLR 2020, arXiv:1911.08731, algorithm 1",
        needs=(Access.LABELS, Access.NOTHING),
        curves={
            "classification": "Cross-entropy on labelled source images, weighted by group.",
            "worst group": "Cross-entropy of the group that fares worst in the batch.",
        },
        use="When it is known what misleads, and some source images go against it.",
        avoid="When every image follows the misleading cue: then no group tells the two apart.",
        assumes="A second label says which group an image belongs to; the target mixes the same groups otherwise.",
        cost="1 × plain training",
        trains={"learn": ("backbone", "head")},
        flow=("source groups > backbone > head > cross-entropy of each > weights",),
        wants=("factors",),
        promise=Promise("shapes-bias", over="source-only", points=5),
    )
    HParams = GroupDROHParams

    def steps(self, task: Task) -> Iterator[Values]:
        hparams = self.hparams
        column = next(k for k, factor in enumerate(task.factors) if factor.name != "environment")
        values = len(task.factors[column].values)
        groups = task.classes * values
        descend = Descent({self.network: hparams.lr}, hparams.steps, weight_decay=hparams.decay)
        weights = Notes(q=torch.full((groups,), 1 / groups, device=task.source.device))

        for images, labels, factors in self.phase(
            "learn", hparams.steps, task.source.described(hparams.batch), keep=[descend, weights]
        ):
            losses = F.cross_entropy(self.network(images), labels, reduction="none")  # (B,)
            member = F.one_hot(labels * values + factors[:, column], groups).to(losses)  # (B, groups)
            risks = environment_risks(losses, member)  # (groups,)
            weights["q"] = towards_the_worst(weights["q"], risks.detach(), hparams.rate)
            classification = (weights["q"] * risks).sum()
            descend(classification)
            yield {"classification": classification, "worst group": risks.max()}
