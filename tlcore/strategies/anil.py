"""ANIL: MAML whose inner loop moves the head alone, since the features hardly moved anyway."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Batch, Task, several
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.meta import Weights, descended, tried
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, by_examples


@dataclass(frozen=True)
class ANILHParams(Training):
    steps: int = hparam(300, "Meta-steps, each on several episodes.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.003, "Learning rate β of Adam in the outer loop.", low=1e-6, high=10.0, log=True)
    inner_lr: float = hparam(1.0, "Learning rate α of the head's plain gradient steps.", low=1e-4, high=10.0, log=True)
    inner_steps: int = hparam(5, "Gradient steps of the head while meta-learning.", low=1, high=100)
    test_steps: int = hparam(10, "Gradient steps of the head on the examples of a new problem.", low=1, high=1000)
    meta_batch: int = hparam(4, "Episodes in one meta-step.", low=1, high=256, log=True)
    way: int = hparam(5, "Classes in an episode; at most as many as there are.", low=2, high=1000)
    shot: int = hparam(1, "Labelled examples of a class in an episode.", low=1, high=100)
    query: int = hparam(5, "Questions about a class in an episode.", low=1, high=100)


class ANIL(Strategy[ANILHParams]):
    card = Card(
        key="anil",
        title="ANIL",
        family=Family.META,
        idea="Almost no inner loop: learn features on which a few gradient steps of the head alone are enough.",
        source="Raghu et al., ICLR 2020, arXiv:1909.09157, section 4",
        needs=(Access.LABELS, Access.FEW),
        curves={
            "after adaptation": "Cross-entropy of an episode's questions after the head's steps; ln(way) is guessing.",
            "episode accuracy": "Share of an episode's questions answered rightly after the head's steps (source).",
        },
        use="Wherever MAML is: it comes out about as well, at a fraction of the cost.",
        avoid="When a new problem needs other features, or time is short: on letters, class means of plainly trained "
        "features are three points better.",
        assumes="One set of features serves all problems; only their names change.",
        cost="meta-batch × plain training, and small steps of a head",
        trains={"meta-learn": ("backbone", "head")},
        flow=(
            "source episodes > examples > backbone > head > inner gradient steps of the head",
            "source episodes > questions > backbone > adapted head > cross-entropy",
            "labelled target > backbone > inner gradient steps of the head",
        ),
        promise=Promise("glyphs", over="scratch", points=20, target_labels=1),
    )
    HParams = ANILHParams

    def __init__(self, network: Network, hparams: ANILHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.support: Batch | None = None  # the labelled target images

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, hparams = self.network.backbone, self.hparams
        self.support = task.few.labelled()
        way = min(hparams.way, task.classes)
        episodes = several(task.source.episodes(way, hparams.shot, hparams.query), hparams.meta_batch)
        descend = Descent({self.network: hparams.lr}, hparams.steps)

        for batch in self.phase("meta-learn", hparams.steps, episodes, keep=[descend]):
            support = backbone(torch.cat([episode.support for episode in batch])).chunk(len(batch))
            query = backbone(torch.cat([episode.query for episode in batch])).chunk(len(batch))
            heads = [
                self.inner(
                    self.start(way), (support[i], episode.support_labels), hparams.inner_steps, second_order=True
                )
                for i, episode in enumerate(batch)
            ]
            logits = torch.cat(
                [decide(query[i], head) for i, head in enumerate(heads)]
            )  # (meta_batch * way * query, way)
            truth = torch.cat([episode.query_labels for episode in batch])
            after = F.cross_entropy(logits, truth)
            descend(after)
            yield {"after adaptation": after, "episode accuracy": (logits.detach().argmax(1) == truth).float().mean()}

    def start(self, way: int) -> Weights:
        """The head from which a problem of `way` classes starts; a wider one uses the learned rows again."""
        learned = min(self.hparams.way, self.network.classes)
        rows = torch.arange(way, device=self.network.head.weight.device) % learned
        return {name: weight[rows] for name, weight in self.network.head.named_parameters()}

    def inner(self, head: Weights, support: Batch, steps: int, *, second_order: bool) -> Weights:
        """The head after some gradient steps on the features of a problem's labelled examples."""
        features, labels = support
        return descended(
            lambda at: F.cross_entropy(decide(features, at), labels),
            head,
            self.hparams.inner_lr,
            steps,
            second_order=second_order,
        )

    def predict(self, inputs: Tensor) -> Tensor:
        """Logits (B, classes) by a head that was fitted to the labelled target images."""
        return super().predict(inputs) if self.support is None else by_examples(self, self.support, inputs)

    def adapted(self, support: Batch) -> Callable[[Tensor], Tensor]:
        """A copy of the head after some gradient steps on the support; the network's own stays."""
        images, labels = support
        features, start = self.embed(images), self.start(int(labels.max()) + 1)
        fixed = tried(start, lambda at: self.inner(at, (features, labels), self.hparams.test_steps, second_order=False))
        return lambda queries: decide(self.embed(queries), fixed)


def decide(features: Tensor, head: Weights) -> Tensor:
    return F.linear(features, head["weight"], head["bias"])
