"""Siamese network: learn whether two images show the same thing; then ask it of every example."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Batch, Task
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.few_shot import differences, verification
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, by_examples


@dataclass(frozen=True)
class SiameseHParams(Training):
    steps: int = hparam(300, "Steps of learning from pairs.", low=1, high=1_000_000, log=True)
    way: int = hparam(20, "Classes that a step's pairs are made of; at most as many as there are.", low=2, high=1000)
    query: int = hparam(3, "Images of a class that are compared with one image of every class.", low=1, high=100)


class Siamese(Strategy[SiameseHParams]):
    card = Card(
        key="siamese",
        title="Siamese network",
        family=Family.FEW_SHOT,
        idea="Learn to tell whether two images show the same class; a new class then needs one image to compare with.",
        source="Koch, Zemel & Salakhutdinov, ICML Deep Learning Workshop 2015, sections 3.1 and 3.2",
        needs=(Access.LABELS, Access.FEW),
        curves={
            "verification": "Cross-entropy of 'same or different', either counting half; ln 2 = 0.693 is guessing.",
            "verified": "Share of pairs judged rightly, either kind counting half; 0.5 is guessing.",
        },
        use="When the question itself is 'is this the same?', as with faces and signatures, and classes keep coming.",
        avoid="When the classes are known: it learns from pairs alone. On letters, class means of plainly trained "
        "features do as well.",
        assumes="What makes two images differ is the same for old classes and new ones.",
        cost="1 × plain training, and a pass over all pairs of a batch",
        trains={"verify": ("backbone",)},
        flow=(
            "source pairs > backbone > difference of features > same or different",
            "target + labelled target > backbone > most alike",
        ),
        promise=Promise("glyphs", over="scratch", points=25, target_labels=1),
    )
    HParams = SiameseHParams

    def __init__(self, network: Network, hparams: SiameseHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.support: Batch | None = None  # the labelled target images
        self.verifier = nn.Linear(network.dim, 1)
        nn.init.constant_(self.verifier.weight, -1.0)  # at first, every difference speaks against equality
        nn.init.zeros_(self.verifier.bias)

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, hparams = self.network.backbone, self.hparams
        self.support = task.few.labelled()
        self.verifier.to(task.source.device)
        way = min(hparams.way, task.classes)
        episodes = task.source.episodes(way, 1, hparams.query)
        descend = Descent({backbone: hparams.lr, self.verifier: hparams.lr}, hparams.steps)

        for episode in self.phase("verify", hparams.steps, episodes, keep=[descend, self.verifier]):
            images = torch.cat([episode.support, episode.query])
            support, query = backbone(images).split([len(episode.support), len(episode.query)])
            logits = self.alike(query, support)  # (way * query, way)
            same = episode.query_labels[:, None] == episode.support_labels[None]  # (way * query, way)
            loss = verification(logits, same)
            descend(loss)
            found = logits.detach() > 0
            verified = 0.5 * (found[same].float().mean() + (~found[~same]).float().mean())
            yield {"verification": loss, "verified": verified}

    def alike(self, features: Tensor, others: Tensor) -> Tensor:
        """How sure each two are of one class: features (N, D), others (M, D) → logits (N, M)."""
        logits: Tensor = self.verifier(differences(features, others)).squeeze(-1)
        return logits

    def predict(self, inputs: Tensor) -> Tensor:
        """Logits (B, classes) by comparison with the labelled target images."""
        return super().predict(inputs) if self.support is None else by_examples(self, self.support, inputs)

    def adapted(self, support: Batch) -> Callable[[Tensor], Tensor]:
        """The class whose examples are most surely the same, on average over a class's examples."""
        images, labels = support
        features, way = self.embed(images), int(labels.max()) + 1
        member = nn.functional.one_hot(labels, way).to(features)  # (S, way)
        share = member / member.sum(0)
        return lambda queries: self.alike(self.embed(queries), features) @ share
