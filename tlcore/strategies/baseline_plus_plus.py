"""Baseline++: ordinary training with a classifier of cosines, then a new one fitted to a few examples."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Batch, Task
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.few_shot import cosine_logits, prototypes
from tlcore.losses.meta import descended
from tlcore.strategies.base import Strategy, Training, Values, reset


@dataclass(frozen=True)
class BaselinePlusPlusHParams(Training):
    steps: int = hparam(300, "Steps on the source.", low=1, high=1_000_000, log=True)
    scale: float = hparam(
        10.0, "What cosines are multiplied by before the softmax; the authors' code has 2, or 10 for many classes.",
        low=0.1, high=100.0, log=True,
    )  # fmt: skip
    fit_steps: int = hparam(100, "Steps of the new classifier on the labelled target images.", low=1, high=100_000)
    episode_steps: int = hparam(20, "Plain gradient steps of the classifier of a new episode.", low=1, high=1000)
    episode_lr: float = hparam(0.1, "Their learning rate.", low=1e-6, high=10.0, log=True)
    fit_lr: float = hparam(
        0.01,
        "Learning rate of the new classifier.",
        low=1e-6,
        high=10.0,
        log=True,
    )


class BaselinePlusPlus(Strategy[BaselinePlusPlusHParams]):
    card = Card(
        key="baseline-plus-plus",
        title="Baseline++",
        family=Family.FEW_SHOT,
        idea="No episodes: learn the source with a classifier of cosines, then fit a new one to the few examples.",
        source="Chen et al., ICLR 2019, arXiv:1904.04232, section 3.2",
        needs=(Access.LABELS, Access.FEW),
        curves={
            "classification": "Cross-entropy on the source, then on the labelled target images; of cosines, "
            "so that it never quite reaches 0."
        },
        use="As the honest rival of every few-shot method: it needs nothing but plain training.",
        avoid="When the source has so few classes that its features know nothing else.",
        assumes="Classes differ in the direction of their features, and those of the source fit the new classes.",
        cost="1 × plain training, then next to nothing",
        trains={"learn the source": ("backbone", "head"), "fit": ("head",)},
        flow=("source > backbone > head > cosines > cross-entropy", "labelled target > backbone* > new head > cosines"),
        promise=Promise("glyphs", over="source-only", points=2, seeds=5, target_labels=1),
    )
    HParams = BaselinePlusPlusHParams

    def length(self) -> int:
        return self.hparams.steps + self.hparams.fit_steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        descend = Descent({backbone: hparams.lr, head: hparams.lr}, hparams.steps)
        batches = task.source.batches(hparams.batch)
        for images, labels in self.phase("learn the source", hparams.steps, batches, keep=[descend]):
            classification = F.cross_entropy(cosine_logits(backbone(images), head.weight, hparams.scale), labels)
            descend(classification)
            yield {"classification": classification}

        backbone.eval()  # else the batch-norm statistics of frozen features would go on moving
        reset(head)
        descend = Descent({head: hparams.fit_lr}, hparams.fit_steps)
        few = task.few.encoded(backbone).batches(hparams.batch)
        for features, labels in self.phase("fit", hparams.fit_steps, few, keep=[descend]):
            classification = F.cross_entropy(cosine_logits(features, head.weight, hparams.scale), labels)
            descend(classification)
            yield {"classification": classification}

    def predict(self, inputs: Tensor) -> Tensor:
        return cosine_logits(self.embed(inputs), self.network.head.weight, self.hparams.scale)

    def adapted(self, support: Batch) -> Callable[[Tensor], Tensor]:
        """A new classifier of cosines, fitted by gradient descent from the class means on, so that no chance enters."""
        images, labels = support
        features = self.embed(images)  # (S, D)
        directions = F.normalize(prototypes(F.normalize(features), labels, int(labels.max()) + 1))  # (way, D)
        with torch.enable_grad():
            fitted = descended(
                lambda at: F.cross_entropy(cosine_logits(features, at["weight"], self.hparams.scale), labels),
                {"weight": directions.requires_grad_()},
                self.hparams.episode_lr,
                self.hparams.episode_steps,
            )
        weight = fitted["weight"].detach()
        return lambda queries: cosine_logits(self.embed(queries), weight, self.hparams.scale)
