"""Matching network: a question looks at every labelled example, and answers with what it looked at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Batch, Task
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.few_shot import attention_logits
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, by_examples


@dataclass(frozen=True)
class MatchingNetHParams(Training):
    steps: int = hparam(300, "Episodes to learn from.", low=1, high=1_000_000, log=True)
    way: int = hparam(20, "Classes in an episode; at most as many as there are.", low=2, high=1000)
    shot: int = hparam(1, "Labelled examples of a class in an episode.", low=1, high=100)
    query: int = hparam(5, "Questions about a class in an episode.", low=1, high=100)
    temperature: float = hparam(
        0.1, "What cosines are divided by before the attention; the paper's 1 never looks closely.",
        low=0.02, high=10.0, log=True,
    )  # fmt: skip


class MatchingNet(Strategy[MatchingNetHParams]):
    card = Card(
        key="matching-net",
        title="Matching network",
        family=Family.FEW_SHOT,
        idea="Answer a question by attention: each example votes for its class, the more the more alike it is.",
        source="Vinyals et al., NeurIPS 2016, arXiv:1606.04080, eq. 1, section 2.1.1 (no full context embeddings)",
        needs=(Access.LABELS, Access.FEW),
        curves={
            "classification": "Cross-entropy of an episode's questions, by attention; ln(way) is guessing.",
            "episode accuracy": "Share of an episode's questions answered rightly, on the source.",
        },
        use="With one example a class, or classes that come in several kinds: every example keeps its own say.",
        avoid="With many examples a class: their mean, as a prototypical network takes it, is less noisy.",
        assumes="Examples of one class point into one direction of the learned space.",
        cost="1 × plain training on batches of way × (shot + query)",
        trains={"episodes": ("backbone",)},
        flow=(
            "source episodes > backbone > attention over the examples > cross-entropy",
            "labelled target > backbone > attention",
        ),
        promise=Promise("glyphs", over="source-only", points=1.5, seeds=3, target_labels=1),
    )
    HParams = MatchingNetHParams

    def __init__(self, network: Network, hparams: MatchingNetHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.support: Batch | None = None  # the labelled target images

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, hparams = self.network.backbone, self.hparams
        self.support = task.few.labelled()
        way = min(hparams.way, task.classes)
        episodes = task.source.episodes(way, hparams.shot, hparams.query)
        descend = Descent({backbone: hparams.lr}, hparams.steps)

        for episode in self.phase("episodes", hparams.steps, episodes, keep=[descend]):
            support = backbone(episode.support)  # (way * shot, D)
            query = backbone(episode.query)  # (way * query, D)
            logits = attention_logits(query, support, episode.support_labels, way, hparams.temperature)
            classification = F.cross_entropy(logits, episode.query_labels)
            descend(classification)
            right = (logits.detach().argmax(1) == episode.query_labels).float().mean()
            yield {"classification": classification, "episode accuracy": right}

    def predict(self, inputs: Tensor) -> Tensor:
        """Logits (B, classes) by attention over the labelled target images."""
        return super().predict(inputs) if self.support is None else by_examples(self, self.support, inputs)

    def adapted(self, support: Batch) -> Callable[[Tensor], Tensor]:
        """Attention over the support: nothing is fitted."""
        images, labels = support
        features, way = self.embed(images), int(labels.max()) + 1
        return lambda queries: attention_logits(self.embed(queries), features, labels, way, self.hparams.temperature)
