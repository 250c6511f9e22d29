"""Replay: fine-tune, and show a few old images along with the new ones, so that the old task is not forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both
from tlcore.descent import Descent, cosine
from tlcore.hparams import hparam
from tlcore.strategies.base import Strategy, Training, Values, supervised


@dataclass(frozen=True)
class ReplayHParams(Training):
    steps: int = hparam(200, "Steps on the labelled target images and the memory.", low=1, high=1_000_000, log=True)
    memory: int = hparam(4, "Source images of each class that are kept, and shown again.", low=1, high=1000, log=True)
    source_steps: int = hparam(
        300, "Steps on the source first; 0 starts from the weights that the backbone came with.", low=0, high=1_000_000
    )


class Replay(Strategy[ReplayHParams]):
    card = Card(
        key="replay",
        title="Replay",
        family=Family.INDUCTIVE,
        idea="Fine-tune, and with every batch show some of a few old images again, so that the old task stays.",
        source="Chaudhry et al., 2019, arXiv:1902.10486, algorithm 1; the idea: Robins, Connection Science 7, 1995",
        needs=(Access.LABELS, Access.FEW),
        curves={
            "classification": "Cross-entropy on the source, then on the labelled target images.",
            "memory": "Cross-entropy on the source images that were kept.",
        },
        use="When one network has to do the new task and go on doing the old one, and some old images may be kept.",
        avoid="When only the target counts: the old images then take up room in every step.",
        assumes="A few images of each class stand for the whole source.",
        cost="Source training, then fine-tuning on twice as many images a step",
        trains={"learn the source": ("backbone", "head"), "fine-tune with replay": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "labelled target + source > backbone > head > cross-entropy",
        ),
        promise=Promise(
            "handwritten-to-inverted", over="fine-tune", points=10, target_labels=20, measure="source_accuracy"
        ),
    )
    HParams = ReplayHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        network, hparams = self.network, self.hparams
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={network: hparams.lr}
        )
        kept = task.source.few(hparams.memory)
        descend = Descent({network: hparams.lr}, hparams.steps, schedule=cosine)
        streams = both(task.few.batches(hparams.batch), kept.batches(hparams.batch))
        for (new, labels), (old, known) in self.phase("fine-tune with replay", hparams.steps, streams, keep=[descend]):
            answers = network(torch.cat([new, old]))  # (2B, classes): one batch, and one set of statistics
            classification = F.cross_entropy(answers[: len(new)], labels)
            memory = F.cross_entropy(answers[len(new) :], known)
            descend((classification + memory) / 2)
            yield {"classification": classification, "memory": memory}
