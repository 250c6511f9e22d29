"""Surgical fine-tuning: move one block, the one where the shift is, and leave the others alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import cosine
from tlcore.errors import RequestError
from tlcore.hparams import hparam
from tlcore.strategies.base import Strategy, Training, Values, supervised


@dataclass(frozen=True)
class SurgicalHParams(Training):
    steps: int = hparam(300, "Steps on the labelled target images.", low=1, high=1_000_000, log=True)
    block: int = hparam(
        2,
        "The block that moves, counted from the input; 0 is the head. The paper finds the first best for noise "
        "and blur; in networks as shallow as the small ones the second serves most shifts.",
        low=0,
        high=64,
    )
    source_steps: int = hparam(
        300, "Steps on the source first; 0 starts from the weights that the backbone came with.", low=0, high=1_000_000
    )


class Surgical(Strategy[SurgicalHParams]):
    card = Card(
        key="surgical",
        title="Surgical fine-tuning",
        family=Family.INDUCTIVE,
        idea="Move one block only: the first if images look different, the last if classes mean something else.",
        source="Lee et al., ICLR 2023, arXiv:2210.11466, section 2",
        needs=(Access.LABELS, Access.FEW),
        curves={"classification": "Cross-entropy on the source, then on the labelled target images."},
        use="With few labels, when one knows in which depth the shift lies: light and noise lie at the input.",
        avoid="When the shift runs through all depths, or labels are plenty.",
        assumes="One block can undo the shift, and the others are right as they are.",
        cost="Fine-tuning, a little less",
        trains={"learn the source": ("backbone", "head"), "tune the block": ("block",)},
        flow=(
            "source > backbone > head > cross-entropy",
            "labelled target > one block in backbone* > head* > cross-entropy",
        ),
        promise=Promise("handwritten-to-inverted", over="fine-tune", points=5, target_labels=5),
    )
    HParams = SurgicalHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        network, hparams = self.network, self.hparams
        block = self.block()
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={network: hparams.lr}
        )
        network.requires_grad_(False).eval()  # the others' statistics rest as well
        block.requires_grad_(True).train()
        yield from supervised(
            self, task.few, name="tune the block", steps=hparams.steps, rates={block: hparams.lr}, schedule=cosine
        )

    def block(self) -> nn.Module:
        """The block that moves; raises `RequestError` where there are fewer."""
        blocks = (self.network.head, *self.network.backbone.stages)
        if self.hparams.block >= len(blocks):
            raise RequestError(
                f"Block {self.hparams.block} shall move, but this backbone has {len(blocks) - 1}: choose one of them, "
                "or 0 for the head."
            )
        return blocks[self.hparams.block]
