"""Linear probe: keep the features as they are, and learn only a linear head on them."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.strategies.base import Strategy, Training, Values, reset, supervised


@dataclass(frozen=True)
class LinearProbeHParams(Training):
    steps: int = hparam(300, "Steps of the head on the cached features.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.01, "Learning rate of the head.", low=1e-6, high=10.0, log=True)
    source_steps: int = hparam(
        300, "Steps on the source first; 0 keeps the features that the backbone came with.", low=0, high=1_000_000
    )
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)
    decay: float = hparam(0.01, "Weight decay of the head.", low=0.0, high=10.0)


class LinearProbe(Strategy[LinearProbeHParams]):
    card = Card(
        key="linear-probe",
        title="Linear probe",
        family=Family.INDUCTIVE,
        idea="Freeze the features; learn a new linear head on a few target labels.",
        source="Donahue et al., ICML 2014 (DeCAF), arXiv:1310.1531; Kornblith et al., CVPR 2019, arXiv:1805.08974",
        needs=(Access.LABELS, Access.FEW),
        curves={"classification": "Cross-entropy on the source, then on the labelled target images."},
        use="With very few target labels and a backbone whose features fit.",
        avoid="When the target needs features that the source never asked for, or labels are plenty.",
        assumes="The frozen features separate the target's classes along straight lines.",
        cost="Source training, then next to nothing: the features are computed once",
        trains={"learn the source": ("backbone", "head"), "probe": ("head",)},
        flow=("source > backbone > head > cross-entropy", "labelled target > backbone* > new head > cross-entropy"),
        promise=Promise("handwritten-to-noisy", over="scratch", points=5, target_labels=1),
    )
    HParams = LinearProbeHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        yield from supervised(
            self,
            task.source,
            name="learn the source",
            steps=hparams.source_steps,
            rates={self.network: hparams.source_lr},
        )
        backbone.eval()  # else the batch-norm statistics of frozen features would go on moving
        reset(head)
        features = task.few.encoded(backbone)
        descend = Descent({head: hparams.lr}, hparams.steps, weight_decay=hparams.decay)
        for inputs, labels in self.phase("probe", hparams.steps, features.batches(hparams.batch), keep=[descend]):
            classification = F.cross_entropy(head(inputs), labels)
            descend(classification)
            yield {"classification": classification}
