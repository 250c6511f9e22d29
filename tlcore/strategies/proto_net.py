"""Prototypical network: a class is the mean of its examples, in a space learned for just that."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Batch, Task
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.few_shot import prototype_logits, prototypes
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, by_examples


@dataclass(frozen=True)
class ProtoNetHParams(Training):
    steps: int = hparam(300, "Episodes to learn from.", low=1, high=1_000_000, log=True)
    way: int = hparam(
        20, "Classes in an episode; at most as many as there are. The paper has up to 60.", low=2, high=1000
    )
    shot: int = hparam(1, "Labelled examples of a class in an episode.", low=1, high=100)
    query: int = hparam(5, "Questions about a class in an episode.", low=1, high=100)


class ProtoNet(Strategy[ProtoNetHParams]):
    card = Card(
        key="proto-net",
        title="Prototypical network",
        family=Family.FEW_SHOT,
        idea="Learn a space in which a class is the mean of a few examples; then show it a few of the target.",
        source="Snell et al., NeurIPS 2017, arXiv:1703.05175, eq. 1, 2 and algorithm 1 (squared distance)",
        needs=(Access.LABELS, Access.FEW),
        curves={
            "classification": "Cross-entropy of the questions of an episode.",
            "episode accuracy": "Share of an episode's questions answered rightly, on the source.",
        },
        use="With one to five labels a class, and classes that may be new.",
        avoid="With many labels a class: fine-tuning uses them better.",
        assumes="Classes form round clouds in the learned space.",
        cost="1 × plain training on batches of way × (shot + query)",
        trains={"episodes": ("backbone",)},
        flow=("source episodes > backbone > prototypes > cross-entropy", "labelled target > backbone > prototypes"),
        promise=Promise("glyphs", over="source-only", points=3, seeds=5, target_labels=1),
    )
    HParams = ProtoNetHParams

    def __init__(self, network: Network, hparams: ProtoNetHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.support: Batch | None = None  # the labelled target images; their prototypes move with the backbone

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, hparams = self.network.backbone, self.hparams
        self.support = task.few.labelled()
        way = min(hparams.way, task.classes)
        episodes = task.source.episodes(way, hparams.shot, hparams.query)
        descend = Descent({backbone: hparams.lr}, hparams.steps)

        for episode in self.phase("episodes", hparams.steps, episodes, keep=[descend]):
            centres = prototypes(backbone(episode.support), episode.support_labels, way)  # (way, D)
            logits = prototype_logits(backbone(episode.query), centres)  # (way * query, way)
            classification = F.cross_entropy(logits, episode.query_labels)
            descend(classification)
            right = (logits.detach().argmax(1) == episode.query_labels).float().mean()
            yield {"classification": classification, "episode accuracy": right}

    def predict(self, inputs: Tensor) -> Tensor:
        """Logits (B, classes) by the prototypes of the labelled target images."""
        return super().predict(inputs) if self.support is None else by_examples(self, self.support, inputs)
