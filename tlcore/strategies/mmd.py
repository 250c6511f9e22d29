"""MK-MMD: make the two domains' features have the same mean in a rich space of functions."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses import mmd
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class MMDHParams(Training):
    align: float = hparam(1.0, "Weight λ of the alignment; 0 is source only.", low=0.0, high=1e4, log=True)


class MMD(Strategy[MMDHParams]):
    card = Card(
        key="mmd",
        title="MK-MMD (DAN)",
        family=Family.ALIGNMENT,
        idea="Pull the two clouds of features together until no smooth function tells them apart on average.",
        source="Long et al., ICML 2015, arXiv:1502.02791, eq. 1–4; Gretton et al., JMLR 13, 2012, eq. 3",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images.",
            "alignment": "Squared maximum mean discrepancy of the features, unbiased: about 0 if mixed.",
        },
        use="When means and shapes of the clouds differ, and DANN is too restless.",
        avoid="With small batches, and when class proportions differ.",
        assumes="Classes come in similar proportions.",
        cost="2 × plain training, and a batch × batch kernel",
        trains={"adapt": ("backbone", "head")},
        flow=("source > backbone > head > cross-entropy", "source + target > backbone > kernel mean distance"),
        promise=Promise("printed-to-handwritten", over="source-only", points=20),
    )
    HParams = MMDHParams

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        descend = Descent({self.network: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for (images, labels), target_images in self.phase("adapt", hparams.steps, streams, keep=[descend]):
            source = backbone(images)  # (B, D)
            target = backbone(target_images)  # (B, D)
            classification = F.cross_entropy(head(source), labels)
            alignment = mmd(source, target)
            descend(classification + hparams.align * alignment)
            yield {"classification": classification, "alignment": alignment}
