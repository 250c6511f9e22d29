"""Deep CORAL: make the two domains' features spread in the same directions."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses import coral
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class CoralHParams(Training):
    align: float = hparam(20.0, "Weight λ of the alignment; 0 is source only.", low=0.0, high=1e6, log=True)


class DeepCoral(Strategy[CoralHParams]):
    card = Card(
        key="deep-coral",
        title="Deep CORAL",
        family=Family.ALIGNMENT,
        idea="Make both domains' features spread in the same directions.",
        source="Sun & Saenko, ECCV Workshops 2016, arXiv:1607.01719, eq. 1",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images.",
            "alignment": "Squared distance between the two feature covariances, over 4 d²; 0 when they are equal.",
        },
        use="As the first adaptation to try: no opponent, one weight, hard to break.",
        avoid="When the class proportions of the domains differ much.",
        assumes="Classes come in similar proportions, and the shift shows in the features' spread.",
        cost="2 × plain training",
        trains={"adapt": ("backbone", "head")},
        flow=("source > backbone > head > cross-entropy", "source + target > backbone > covariance distance"),
        promise=Promise("printed-to-handwritten", over="source-only", points=25),
    )
    HParams = CoralHParams

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        descend = Descent({self.network: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for (images, labels), target_images in self.phase("adapt", hparams.steps, streams, keep=[descend]):
            source = backbone(images)  # (B, D)
            target = backbone(target_images)  # (B, D)
            classification = F.cross_entropy(head(source), labels)
            alignment = coral(source, target)
            descend(classification + hparams.align * alignment)
            yield {"classification": classification, "alignment": alignment}
