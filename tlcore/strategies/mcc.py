"""MCC: on the target, let no prediction waver between the same two classes again and again."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.self_training import class_confusion
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class MCCHParams(Training):
    confusion: float = hparam(1.0, "Weight μ of the class confusion.", low=0.0, high=100.0)
    temperature: float = hparam(2.5, "Temperature that makes predictions less sure of themselves.", low=0.1, high=100.0)


class MCC(Strategy[MCCHParams]):
    card = Card(
        key="mcc",
        title="Minimum class confusion",
        family=Family.SELF_TRAINING,
        idea="On the target, count which classes share predictions, and make that table diagonal.",
        source="Jin et al., ECCV 2020, arXiv:1912.03699, eq. 2 to 6",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images.",
            "confusion": "Share of the target's predictions that lies between two classes, from 0 to 1 − 1/classes.",
        },
        use="As the first thing to add to any network: one loss on the target's predictions, no opponent.",
        avoid="When the first predictions on the target are mostly wrong: it makes them sure.",
        assumes="Most target images are named rightly at the start, if not surely.",
        cost="2 × plain training",
        trains={"adapt": ("backbone", "head")},
        flow=("source > backbone > head > cross-entropy", "target > backbone > head > class confusion"),
        promise=Promise("handwritten-to-low-contrast", over="source-only", points=50, seeds=5),
    )
    HParams = MCCHParams

    def steps(self, task: Task) -> Iterator[Values]:
        network, hparams = self.network, self.hparams
        descend = Descent({network: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for (images, labels), target_images in self.phase("adapt", hparams.steps, streams, keep=[descend]):
            source, target = network(torch.cat([images, target_images])).split(hparams.batch)  # (B, C) each
            classification = F.cross_entropy(source, labels)
            confusion = class_confusion(target, hparams.temperature)
            descend(classification + hparams.confusion * confusion)
            yield {"classification": classification, "confusion": confusion}
