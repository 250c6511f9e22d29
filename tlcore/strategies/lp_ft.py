"""LP-FT: learn a head on features at rest first, and only then let the features move."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import Descent, cosine
from tlcore.hparams import hparam
from tlcore.strategies.base import Strategy, Training, Values, reset, supervised


@dataclass(frozen=True)
class LPFTHParams(Training):
    steps: int = hparam(300, "Steps of fine-tuning, after the probe.", low=1, high=1_000_000, log=True)
    lr: float = hparam(
        0.001, "Learning rate of fine-tuning, for backbone and head alike.", low=1e-6, high=10.0, log=True
    )
    probe_steps: int = hparam(300, "Steps of the head on features at rest.", low=1, high=1_000_000, log=True)
    probe_lr: float = hparam(0.01, "Learning rate of the head on features at rest.", low=1e-6, high=10.0, log=True)
    source_steps: int = hparam(
        300, "Steps on the source first; 0 keeps the features that the backbone came with.", low=0, high=1_000_000
    )
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)


class LPFT(Strategy[LPFTHParams]):
    card = Card(
        key="lp-ft",
        title="LP-FT (probe, then fine-tune)",
        family=Family.INDUCTIVE,
        idea="Learn a new head on frozen features first, so that fine-tuning has no reason to tear them apart.",
        source="Kumar et al., ICLR 2022, arXiv:2202.10054, section 3.4",
        needs=(Access.LABELS, Access.FEW),
        curves={"classification": "Cross-entropy on the source, then on the labelled target images, twice."},
        use="When the head is new, and the model should stay good on what it has not been tuned on.",
        avoid="When the old head still fits: then there is nothing to wait for.",
        assumes="The features are good, and it is the random head that would spoil them.",
        cost="Fine-tuning, and a probe on cached features that costs next to nothing",
        trains={
            "learn the source": ("backbone", "head"),
            "probe": ("head",),
            "fine-tune": ("backbone", "head"),
        },
        flow=(
            "source > backbone > head > cross-entropy",
            "labelled target > backbone* > new head > cross-entropy",
            "labelled target > backbone > head > cross-entropy",
        ),
        promise=Promise("handwritten-to-inverted", over="linear-probe", points=6, target_labels=5),
    )
    HParams = LPFTHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.probe_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        yield from supervised(
            self,
            task.source,
            name="learn the source",
            steps=hparams.source_steps,
            rates={self.network: hparams.source_lr},
        )
        backbone.eval()  # the features rest, and so do the statistics of their batch norms
        reset(head)
        features = task.few.encoded(backbone).batches(hparams.batch)
        descend = Descent({head: hparams.probe_lr}, hparams.probe_steps)
        for inputs, labels in self.phase("probe", hparams.probe_steps, features, keep=[descend]):
            classification = F.cross_entropy(head(inputs), labels)
            descend(classification)
            yield {"classification": classification}
        backbone.train()
        yield from supervised(
            self,
            task.few,
            name="fine-tune",
            steps=hparams.steps,
            rates={self.network: hparams.lr},
            schedule=cosine,
        )
