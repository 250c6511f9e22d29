"""Gradual unfreezing: thaw the network from the head down, and let what is deeper down move slower."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, numbered
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.strategies.base import Strategy, Training, Values, supervised


@dataclass(frozen=True)
class GradualUnfreezingHParams(Training):
    steps: int = hparam(300, "Steps on the labelled target images.", low=1, high=1_000_000, log=True)
    thaw: float = hparam(
        0.5, "Share of the steps by which everything has thawed; 0 thaws all at once.", low=0.0, high=0.99
    )
    factor: float = hparam(
        2.6, "By how much each stage is slower than the one above it; 1: all equally fast.", low=1.0, high=100.0
    )
    source_steps: int = hparam(
        300, "Steps on the source first; 0 starts from the weights that the backbone came with.", low=0, high=1_000_000
    )


class GradualUnfreezing(Strategy[GradualUnfreezingHParams]):
    card = Card(
        key="gradual-unfreezing",
        title="Gradual unfreezing",
        family=Family.INDUCTIVE,
        idea="Thaw the network from the head down, stage by stage, each slower than the one above it.",
        source="Howard & Ruder, ACL 2018, arXiv:1801.06146 (ULMFiT), sections 3.2 and 3.3, eq. 2 and 3",
        needs=(Access.LABELS, Access.FEW),
        curves={
            "classification": "Cross-entropy on the source, then on the labelled target images.",
            "thawed": "How many parts move, from the head down; at the end the head and all stages.",
        },
        use="With a deep pre-trained network and few labels, when plain fine-tuning forgets.",
        avoid="When the shift is at the input: that stage thaws last and moves slowest (see surgical).",
        assumes="What is near the input is general, what is near the head belongs to the task.",
        cost="Fine-tuning, a little less",
        trains={"learn the source": ("backbone", "head"), "unfreeze": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "labelled target > thawing backbone > head > cross-entropy",
        ),
        promise=Promise("handwritten-to-inverted", over="fine-tune", points=2, target_labels=5),
    )
    HParams = GradualUnfreezingHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={self.network: hparams.lr}
        )
        parts = (head, *reversed(backbone.stages))  # as they thaw
        rates = {part: hparams.lr / hparams.factor**depth for depth, part in enumerate(parts)}
        descend = Descent(rates, hparams.steps, schedule=slanted)
        batches = numbered(task.few.batches(hparams.batch))
        for step, (inputs, labels) in self.phase("unfreeze", hparams.steps, batches, keep=[descend]):
            thawed = self.thawed(step, len(parts))
            for depth, part in enumerate(parts):
                part.requires_grad_(depth < thawed).train(depth < thawed)  # frozen statistics rest as well
            classification = F.cross_entropy(self.network(inputs), labels)
            descend(classification)
            yield {"classification": classification, "thawed": torch.full_like(classification, thawed)}

    def thawed(self, step: int, parts: int) -> int:
        """How many parts move at a step: one at first, all of them from a share `thaw` of the steps on."""
        done = step / max(1.0, self.hparams.thaw * self.hparams.steps)
        return min(parts, 1 + int(done * (parts - 1)))


def slanted(progress: float, cut: float = 0.1, ratio: float = 32.0) -> float:
    """Up to 1 in the first tenth, then down to 1 / ratio, on straight lines (Howard & Ruder 2018, eq. 3)."""
    p = progress / cut if progress < cut else 1 - (progress - cut) / (1 - cut)
    return (1 + p * (ratio - 1)) / ratio
