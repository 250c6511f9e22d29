"""Reptile: train on one problem, go a part of the way there, and take the next problem."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Batch, Task, numbered
from tlcore.hparams import hparam
from tlcore.losses.meta import Weights, answered, descended, starting, towards, tried
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, by_examples


@dataclass(frozen=True)
class ReptileHParams(Training):
    steps: int = hparam(300, "Episodes, one after the other.", low=1, high=1_000_000, log=True)
    lr: float = hparam(
        1.0, "Share ε of the way that is gone towards an episode's weights; it falls to 0 along a line.",
        low=1e-6, high=1.0, log=True,
    )  # fmt: skip
    inner_lr: float = hparam(
        1.0, "Learning rate of the head's plain gradient steps on an episode.", low=1e-4, high=10.0, log=True
    )
    backbone_rate: float = hparam(
        0.1, "The backbone's, as a share of the head's; the paper has one for all: 1.", low=0.0, high=1.0
    )
    inner_steps: int = hparam(5, "Gradient steps on an episode while meta-learning.", low=1, high=100)
    test_steps: int = hparam(10, "Gradient steps on the examples of a new problem.", low=1, high=1000)
    way: int = hparam(5, "Classes in an episode; at most as many as there are.", low=2, high=1000)
    shot: int = hparam(10, "Labelled examples of a class in an episode.", low=1, high=100)


class Reptile(Strategy[ReptileHParams]):
    card = Card(
        key="reptile",
        title="Reptile",
        family=Family.META,
        idea="Train on one small problem after the other, and each time go a part of the way to where that led.",
        source="Nichol, Achiam & Schulman, 2018, arXiv:1803.02999, algorithm 1",
        needs=(Access.LABELS, Access.FEW),
        curves={
            "before adaptation": "Cross-entropy on an episode's examples as it begins; ln(way) is guessing.",
            "after adaptation": "Cross-entropy on the same examples after the inner steps.",
        },
        use="When MAML is too costly: no questions, no gradient through a gradient.",
        avoid="When time is short: on letters, class means of plainly trained features are over twenty points "
        "better. With a single inner step it is nothing but training under names that change.",
        assumes="The weights that suit the problems lie close to each other. "
        "Questions come in batches: they share batch-norm statistics (transductive, as in the paper).",
        cost="inner steps × plain training",
        trains={"meta-learn": ("backbone", "head")},
        flow=("source episodes > backbone > head > inner gradient steps", "labelled target > inner gradient steps"),
        promise=Promise("glyphs", over="scratch", points=5, target_labels=1),
    )
    HParams = ReptileHParams

    def __init__(self, network: Network, hparams: ReptileHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.support: Batch | None = None  # the labelled target images

    def steps(self, task: Task) -> Iterator[Values]:
        hparams = self.hparams
        self.support = task.few.labelled()
        way = min(hparams.way, task.classes)
        episodes = task.source.episodes(way, hparams.shot, 0)

        for k, episode in self.phase("meta-learn", hparams.steps, numbered(episodes)):
            support = episode.support, episode.support_labels
            self.count(episode.support)
            start = self.start(way)
            moved = self.inner(start, support, hparams.inner_steps)
            with torch.no_grad():
                before, after = self.misfit(start, support), self.misfit(moved, support)
                self.take(towards(start, moved, hparams.lr * (1 - k / hparams.steps)))
            yield {"before adaptation": before, "after adaptation": after}

    def count(self, images: Tensor) -> None:
        """Let batch norm count these images: its running statistics serve the map of the features."""
        with torch.no_grad():
            self.network.backbone(images)

    def start(self, way: int) -> Weights:
        return starting(self.network.named_parameters(), way, min(self.hparams.way, self.network.classes))

    def take(self, weights: Weights) -> None:
        """Give the network these weights; of its head, the rows that they have."""
        for name, weight in self.network.named_parameters():
            weight[: len(weights[name])] = weights[name]

    def misfit(self, weights: Weights, support: Batch) -> Tensor:
        images, labels = support
        return F.cross_entropy(answered(self.network, weights, images), labels)

    def inner(self, weights: Weights, support: Batch, steps: int) -> Weights:
        """Weights after some gradient steps on a problem's labelled examples."""
        inner_lr, share = self.hparams.inner_lr, self.hparams.backbone_rate
        rates = {name: inner_lr if name.startswith("head.") else inner_lr * share for name in weights}
        return descended(lambda at: self.misfit(at, support), weights, rates, steps)

    def predict(self, inputs: Tensor) -> Tensor:
        """Logits (B, classes) by the network as the labelled target images have bent it."""
        return super().predict(inputs) if self.support is None else by_examples(self, self.support, inputs)

    def adapted(self, support: Batch) -> Callable[[Tensor], Tensor]:
        """A copy of the weights after some gradient steps on the support; the network's own stay."""
        start = self.start(int(support[1].max()) + 1)
        fixed = tried(start, lambda at: self.inner(at, support, self.hparams.test_steps))
        return lambda queries: answered(self.network, fixed, queries)
