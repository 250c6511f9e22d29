"""MAML: find weights from which a few gradient steps on a few examples lead to a good classifier."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Batch, Task, several
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.meta import Weights, answered, descended, starting, tried
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, by_examples


@dataclass(frozen=True)
class MAMLHParams(Training):
    steps: int = hparam(300, "Meta-steps, each on several episodes.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.003, "Learning rate β of Adam in the outer loop.", low=1e-6, high=10.0, log=True)
    inner_lr: float = hparam(
        0.2, "Learning rate α of the head's plain gradient steps in the inner loop.", low=1e-4, high=10.0, log=True
    )
    backbone_rate: float = hparam(
        1.0,
        "The backbone's inner learning rate, as a share of the head's; the paper has one for all.",
        low=0.0,
        high=1.0,
    )
    inner_steps: int = hparam(3, "Gradient steps of the inner loop while meta-learning.", low=1, high=100)
    test_steps: int = hparam(3, "Gradient steps on the examples of a new problem.", low=1, high=1000)
    second_order: bool = hparam(True, "Let gradients flow through the inner steps; without, it is first-order MAML.")
    meta_batch: int = hparam(2, "Episodes in one meta-step; the paper has 32.", low=1, high=256, log=True)
    way: int = hparam(5, "Classes in an episode; at most as many as there are.", low=2, high=1000)
    shot: int = hparam(1, "Labelled examples of a class in an episode.", low=1, high=100)
    query: int = hparam(5, "Questions about a class in an episode.", low=1, high=100)


class MAML(Strategy[MAMLHParams]):
    card = Card(
        key="maml",
        title="MAML",
        family=Family.META,
        idea="Learn weights from which one or two gradient steps on a few examples make a good classifier.",
        source="Finn, Abbeel & Levine, ICML 2017, arXiv:1703.03400, algorithm 2; first order: section 5.2",
        needs=(Access.LABELS, Access.FEW),
        curves={
            "after adaptation": "Cross-entropy of an episode's questions after the inner steps; ln(way) is guessing.",
            "episode accuracy": "Share of an episode's questions answered rightly after the inner steps (source).",
        },
        use="When new problems keep coming, each with a few examples, and the whole network should bend to them.",
        avoid="When time is short: on letters, class means of plainly trained features are seven points better "
        "after as many steps.",
        assumes="Problems to come are drawn as those of the source are. "
        "Questions come in batches: they share batch-norm statistics (transductive, as in the paper).",
        cost="meta-batch × (inner steps + 1) × plain training, about twice that with second-order gradients",
        trains={"meta-learn": ("backbone", "head")},
        flow=(
            "source episodes > examples > backbone > head > inner gradient steps",
            "source episodes > questions > adapted backbone > adapted head > cross-entropy",
            "labelled target > inner gradient steps > adapted network",
        ),
        promise=Promise("glyphs", over="scratch", points=15, target_labels=1),
    )
    HParams = MAMLHParams

    def __init__(self, network: Network, hparams: MAMLHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.support: Batch | None = None  # the labelled target images

    def steps(self, task: Task) -> Iterator[Values]:
        hparams = self.hparams
        self.support = task.few.labelled()
        way = min(hparams.way, task.classes)
        episodes = several(task.source.episodes(way, hparams.shot, hparams.query), hparams.meta_batch)
        descend = Descent({self.network: hparams.lr}, hparams.steps)

        for batch in self.phase("meta-learn", hparams.steps, episodes, keep=[descend]):
            self.count(torch.cat([episode.query for episode in batch]))
            answers, truth = [], torch.cat([episode.query_labels for episode in batch])
            for episode in batch:
                support = episode.support, episode.support_labels
                weights = self.inner(self.start(way), support, hparams.inner_steps, second_order=hparams.second_order)
                answers.append(answered(self.network, weights, episode.query))  # (way * query, way)
            logits = torch.cat(answers)
            after = F.cross_entropy(logits, truth)
            descend(after)
            yield {"after adaptation": after, "episode accuracy": (logits.detach().argmax(1) == truth).float().mean()}

    def count(self, images: Tensor) -> None:
        """Let batch norm count these images: its running statistics serve the map of the features."""
        with torch.no_grad():
            self.network.backbone(images)

    def start(self, way: int) -> Weights:
        return starting(self.network.named_parameters(), way, min(self.hparams.way, self.network.classes))

    def inner(self, weights: Weights, support: Batch, steps: int, *, second_order: bool) -> Weights:
        """Weights after some gradient steps on a problem's labelled examples."""
        images, labels = support
        inner_lr, share = self.hparams.inner_lr, self.hparams.backbone_rate
        return descended(
            lambda at: F.cross_entropy(answered(self.network, at, images), labels),
            weights,
            {name: inner_lr if name.startswith("head.") else inner_lr * share for name in weights},
            steps,
            second_order=second_order,
        )

    def predict(self, inputs: Tensor) -> Tensor:
        """Logits (B, classes) by the network as the labelled target images have bent it."""
        return super().predict(inputs) if self.support is None else by_examples(self, self.support, inputs)

    def adapted(self, support: Batch) -> Callable[[Tensor], Tensor]:
        """A copy of the weights after some gradient steps on the support; the network's own stay."""
        start = self.start(int(support[1].max()) + 1)
        fixed = tried(start, lambda at: self.inner(at, support, self.hparams.test_steps, second_order=False))
        return lambda queries: answered(self.network, fixed, queries)
