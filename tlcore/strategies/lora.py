"""LoRA: leave every weight alone, and learn a change of low rank on top of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import Descent, cosine
from tlcore.hparams import hparam
from tlcore.networks.adapters import attach, merge
from tlcore.strategies.base import Strategy, Training, Values, supervised


@dataclass(frozen=True)
class LoRAHParams(Training):
    steps: int = hparam(300, "Steps on the labelled target images.", low=1, high=1_000_000, log=True)
    rank: int = hparam(8, "Rank r of the change to each layer; the paper has 1 to 64.", low=1, high=256, log=True)
    scale: float = hparam(16.0, "Scale α: the change counts α / r times.", low=1e-3, high=1e3, log=True)
    source_steps: int = hparam(
        300, "Steps on the source first; 0 starts from the weights that the backbone came with.", low=0, high=1_000_000
    )


class LoRA(Strategy[LoRAHParams]):
    card = Card(
        key="lora",
        title="LoRA (low-rank adapters)",
        family=Family.INDUCTIVE,
        idea="Freeze every weight; learn, on top of each, a change that is the product of two thin matrices.",
        source="Hu et al., ICLR 2022, arXiv:2106.09685, eq. 3",
        needs=(Access.LABELS, Access.FEW),
        curves={
            "classification": "Cross-entropy on the source, then on the labelled target images.",
            "change": "Size of the change against the size of the weights beneath, ‖α/r·BA‖ / ‖W‖; starts at 0.",
        },
        use="When one large network serves many targets: each keeps only its thin matrices.",
        avoid="When the network is small anyway, or the target asks for quite other features.",
        assumes="The change that the target asks for has a low rank.",
        cost="As many passes as fine-tuning; few weights to keep, and none left over once merged",
        trains={"learn the source": ("backbone", "head"), "adapt": ("adapters", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "labelled target > adapters on backbone* > head > cross-entropy",
        ),
        promise=Promise("handwritten-to-inverted", over="linear-probe", points=8, target_labels=5),
    )
    HParams = LoRAHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={self.network: hparams.lr}
        )
        backbone.eval()  # frozen weights, frozen statistics
        weights = torch.stack([weight.norm() for weight in backbone.parameters() if weight.ndim > 1]).norm()
        adapters = attach(backbone, hparams.rank, hparams.scale)
        descend = Descent({self.network: hparams.lr}, hparams.steps, schedule=cosine)
        batches = task.few.batches(hparams.batch)
        for inputs, labels in self.phase("adapt", hparams.steps, batches, keep=[descend]):
            classification = F.cross_entropy(head(backbone(inputs)), labels)
            descend(classification)
            change = torch.stack([each.change().detach().norm() for each in adapters]).norm() / weights
            yield {"classification": classification, "change": change}
        merge(backbone)
