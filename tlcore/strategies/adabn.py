"""AdaBN: learn the source, then let batch norm count its means and variances on the target."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch.nn.modules.batchnorm import _BatchNorm

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.errors import RequestError
from tlcore.hparams import hparam
from tlcore.strategies.base import Strategy, Training, Values, supervised


@dataclass(frozen=True)
class AdaBNHParams(Training):
    steps: int = hparam(500, "Gradient steps on the source.", low=1, high=1_000_000, log=True)
    passes: int = hparam(
        20, "Batches of target images that the statistics are counted on.", low=1, high=100_000, log=True
    )


class AdaBN(Strategy[AdaBNHParams]):
    card = Card(
        key="adabn",
        title="AdaBN",
        family=Family.NORMALISATION,
        idea="Keep every weight; let batch norm count its means and variances on target images.",
        source="Li et al., ICLR Workshops 2017, arXiv:1603.04779, algorithm 1",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images, while learning the source.",
            "moved": "Mean absolute change of the batch-norm means by the last batch of target images; tends to 0.",
        },
        use="When the shift is one of light, contrast or sensor: no training, no labels, a few images.",
        avoid="When the shift is one of shape, or classes come in other proportions.",
        assumes="The domain lives in the statistics of the layers, the classes in their weights.",
        cost="1 × plain training, and a few forward passes",
        trains={"learn the source": ("backbone", "head"), "recount": ("statistics",)},
        wants_norm=True,
        flow=("source > backbone > head > cross-entropy", "target > backbone* > means and variances"),
        promise=Promise("handwritten-to-low-contrast", over="source-only", points=50),
    )
    HParams = AdaBNHParams

    def length(self) -> int:
        return self.hparams.steps + self.hparams.passes

    def steps(self, task: Task) -> Iterator[Values]:
        hparams = self.hparams
        norms = [module for module in self.network.modules() if isinstance(module, _BatchNorm)]
        if not norms:
            raise RequestError(
                "AdaBN recounts batch-norm statistics, but this backbone has no batch norm: choose one that has."
            )
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.steps, rates={self.network: hparams.lr}
        )
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # a plain average over all batches, not a moving one
        for images in self.phase("recount", hparams.passes, task.target.unlabelled(hparams.batch)):
            before = _means(norms)
            with torch.no_grad():
                self.network(images)
            yield {"moved": (_means(norms) - before).abs().mean()}


def _means(norms: list[_BatchNorm]) -> torch.Tensor:
    return torch.cat([norm.running_mean for norm in norms if norm.running_mean is not None]).clone()
